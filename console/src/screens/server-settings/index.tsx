// Settings: what the server is, how the console looks in this browser, and what this session is.

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ServerStatus } from "../../../../src/admin/answers.ts";
import { Copyable } from "../../components/copy-button.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Choice, Field } from "../../components/field.tsx";
import { formatDateTime } from "../../components/format.ts";
import { Go } from "../../components/go.tsx";
import { Badge, Card, Facts, Loading, Page, TableScroll } from "../../components/parts.tsx";
import { SafeText } from "../../components/safe-text.tsx";
import { ShowCommand } from "../../components/show-command.tsx";
import { isDenied } from "../../errors.ts";
import { frame } from "../../messages/en/frame.ts";
import { server as text } from "../../messages/en/server.ts";
import { statusQuery } from "../../queries/status.ts";
import { longTermKey } from "../../session/store.ts";
import "./server-settings.css";
import { useSession } from "../../session/use-session.ts";
import { currentTheme, setTheme, type Theme } from "../../theme.ts";

export default function SettingsScreen() {
  return (
    <Page title={text("title")} lead={text("lead")}>
      <ServerCard />
      <LookCard />
      <SessionCard />
    </Page>
  );
}

function ServerCard() {
  const { region } = useSession();
  const { data, error, refetch } = useQuery(statusQuery());
  const isHidden = error !== null && isDenied(error);
  return (
    <Card title={text("server")} actions={<ShowCommand words={["status"]} />}>
      {error && !isHidden && <ErrorPanel error={error} onRetry={() => refetch()} />}
      {!data && !error && <Loading />}
      <Facts
        items={[
          [text("endpoint"), <Copyable key="endpoint" value={location.origin} />],
          [text("region"), data?.region ?? region],
          ...(data ? factsOf(data) : []),
        ]}
      />
      {isHidden && <p className="muted">{text("serverHidden")}</p>}
      {data && <Stores status={data} />}
    </Card>
  );
}

function factsOf(status: ServerStatus) {
  const { catalog, upkeep } = status;
  const stuck = (upkeep.stuckDuties?.length ?? 0) + (upkeep.stuckJobs ?? 0);
  return [
    [text("version"), status.version],
    [text("domain"), status.baseDomain ?? text("noDomain")],
    [text("time"), formatDateTime(new Date(status.time))],
    [text("deployed"), catalog.deployedAt && formatDateTime(new Date(catalog.deployedAt))],
    [text("catalog"), <Answers key="catalog" isWell={catalog.answers} />],
    [text("accounts"), catalog.accounts],
    [text("buckets"), catalog.buckets],
    [text("accessKeys"), catalog.accessKeys],
    [
      text("jobs"),
      <Go key="jobs" to="/jobs">
        {stuck > 0 ? text("jobsStuck", { count: stuck }) : text("jobsWell")}
      </Go>,
    ],
  ] as const;
}

function Answers({ isWell }: { readonly isWell: boolean }) {
  return isWell ? (
    <Badge tone="good">{text("answers")}</Badge>
  ) : (
    <Badge tone="danger">{text("silent")}</Badge>
  );
}

function Stores({ status }: { readonly status: ServerStatus }) {
  return (
    <TableScroll className="server-stores" label={text("stores")}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{text("store")}</th>
            <th scope="col">{text("classes")}</th>
            <th scope="col">{text("stores")}</th>
          </tr>
        </thead>
        <tbody>
          {status.stores.map(({ store, classes, answers }) => (
            <tr key={store}>
              <td>
                <code>{store}</code>
              </td>
              <td>{classes.join(", ")}</td>
              <td>
                <Answers isWell={answers} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}

const themes: readonly { readonly value: Theme; readonly label: string }[] = [
  { value: "system", label: frame("themeSystem") },
  { value: "light", label: frame("themeLight") },
  { value: "dark", label: frame("themeDark") },
];

function LookCard() {
  const [theme, choose] = useState(currentTheme);
  return (
    <Card title={text("look")}>
      <div className="stack">
        <Choice
          label={text("theme")}
          value={theme}
          options={themes}
          onChange={(next) => {
            setTheme(next);
            choose(next);
          }}
        />
        <Field label={text("language")} hint={text("languageHint")}>
          <select defaultValue="en">
            <option value="en">{text("english")}</option>
          </select>
        </Field>
      </div>
    </Card>
  );
}

function SessionCard() {
  const { key, identity, own, expiresAtMs, isRemembered } = useSession();
  const isSession = key.sessionToken !== undefined;
  const kind = own ? "kindRole" : isSession ? "kindSession" : "kindLongTerm";
  return (
    <Card title={text("session")}>
      <Facts
        items={[
          [text("account"), identity.accountId],
          [text("identity"), <SafeText key="arn">{identity.arn}</SafeText>],
          [text("kind"), text(kind)],
          [text("accessKey"), <code key="key">{key.accessKeyId}</code>],
          [text("ends"), expiresAtMs && formatDateTime(new Date(expiresAtMs))],
          [text("kept"), text(isRemembered ? "keptTab" : "keptMemory")],
          [text("hasKey"), text(longTermKey() === undefined ? "hasKeyNo" : "hasKeyYes")],
        ]}
      />
    </Card>
  );
}
