// How other programs reach this server: a ready snippet for each client, and a test of the connection.

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Copyable } from "../../components/copy-button.tsx";
import { Field } from "../../components/field.tsx";
import { useGo, useSearch } from "../../components/go.tsx";
import { Card, Facts, Page } from "../../components/parts.tsx";
import { Snippet } from "../../components/show-as.tsx";
import { Tabs } from "../../components/tabs.tsx";
import { connect as text } from "../../messages/en/connect.ts";
import { bucketsQuery } from "../../queries/buckets.ts";
import { useSession } from "../../session/use-session.ts";
import { ConnectionTest } from "./connection-test.tsx";
import "./connect.css";
import { clients } from "./snippets.ts";

export default function ConnectScreen() {
  const { region } = useSession();
  const { data: buckets = [] } = useQuery(bucketsQuery());
  const [chosen, setChosen] = useState<string>();
  const search = useSearch();
  const go = useGo();
  const bucket = chosen ?? buckets[0]?.name ?? "";
  const place = { endpoint: location.origin, region, bucket: bucket === "" ? "BUCKET" : bucket };
  const tabs = clients.map(({ id, label, snippet }) => ({
    id,
    label,
    render: () => <Snippet code={snippet(place)} />,
  }));
  const client = clients.find(({ id }) => id === search["client"])?.id ?? "cli";
  return (
    <Page title={text("title")} lead={text("lead")}>
      <Card>
        <Facts
          items={[
            [text("endpoint"), <Copyable key="endpoint" value={place.endpoint} />],
            [text("region"), <code key="region">{region}</code>],
            [text("style"), text("pathStyle")],
          ]}
        />
      </Card>
      <Card>
        <div className="connect-bucket">
          <Field label={text("bucket")}>
            <select value={bucket} onChange={(event) => setChosen(event.target.value)}>
              {buckets.length === 0 && <option value="">BUCKET</option>}
              {buckets.map(({ name }) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          </Field>
        </div>
        <Tabs
          label={text("clients")}
          tabs={tabs}
          chosen={client}
          onChoose={(id) => go("/connect", { client: id }, true)}
        />
        <p className="muted small">{text("keyNote")}</p>
      </Card>
      <ConnectionTest bucket={bucket} />
    </Page>
  );
}
