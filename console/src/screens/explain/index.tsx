// "Why denied": opens an encoded message, or judges a call as a principal would make it now.

import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { AuthorizationMessage } from "../../../../src/auth/policy/message.ts";
import { admin } from "../../clients/admin.ts";
import { Button } from "../../components/button.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Field } from "../../components/field.tsx";
import { useSearch } from "../../components/go.tsx";
import { Card, Page } from "../../components/parts.tsx";
import { ShowCommand } from "../../components/show-command.tsx";
import { Tabs } from "../../components/tabs.tsx";
import { explain as text } from "../../messages/en/explain.ts";
import { bucketsQuery } from "../../queries/buckets.ts";
import { useSession } from "../../session/use-session.ts";
import { ExplanationView } from "./explanation.tsx";

export default function ExplainScreen() {
  const search = useSearch();
  const [way, setWay] = useState(search["action"] === undefined ? "message" : "question");
  const tabs = [
    { id: "message", label: text("byMessage"), render: () => <ByMessage /> },
    { id: "question", label: text("byQuestion"), render: () => <ByQuestion /> },
  ];
  return (
    <Page title={text("title")} lead={text("lead")}>
      <Tabs label={text("ways")} tabs={tabs} chosen={way} onChoose={setWay} />
    </Page>
  );
}

/** As copied: alone, in quotes, or at the end of an error's sentence. */
const messageOf = (pasted: string): string => /v1[\w.:+/=-]+/.exec(pasted)?.[0] ?? pasted.trim();

function ByMessage() {
  const search = useSearch();
  const given = search["message"] ?? "";
  const [pasted, setPasted] = useState(given);
  const message = messageOf(pasted);
  const open = useMutation({
    mutationFn: (sealed: string) =>
      admin<AuthorizationMessage>("POST", "/explain/message", { message: sealed }),
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: what came with the address is opened once
  useEffect(() => {
    if (given !== "") open.mutate(messageOf(given));
  }, [given]);
  return (
    <>
      <Card>
        <Field label={text("message")} hint={text("messageHint")}>
          <textarea
            className="mono"
            rows={4}
            value={pasted}
            spellCheck={false}
            onChange={(event) => setPasted(event.target.value)}
          />
        </Field>
        <div className="row">
          <Button kind="primary" isBusy={open.isPending} onClick={() => open.mutate(message)}>
            {text("open")}
          </Button>
          <ShowCommand words={["explain", message || "MESSAGE"]} />
        </div>
        {open.error && <ErrorPanel error={open.error} />}
      </Card>
      {open.data && <ExplanationView explanation={open.data} />}
    </>
  );
}

/** `key=value` lines as the endpoint takes them. */
function contextOf(lines: string): Record<string, string> {
  const pairs = lines
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.includes("="))
    .map((line): [string, string] => {
      const at = line.indexOf("=");
      return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    });
  return Object.fromEntries(pairs);
}

function ByQuestion() {
  const search = useSearch();
  const { identity } = useSession();
  const { data: buckets = [] } = useQuery(bucketsQuery());
  const [principal, setPrincipal] = useState(search["principal"] ?? identity.arn);
  const [action, setAction] = useState(search["action"] ?? "s3:GetObject");
  const [typed, setResource] = useState(search["resource"]);
  const [lines, setLines] = useState("");
  const resource = typed ?? `arn:aws:s3:::${buckets[0]?.name ?? "bucket"}/key`;
  const context = contextOf(lines);
  const asked = { principal, action, resource, context };
  const judge = useMutation({
    mutationFn: () => admin<AuthorizationMessage>("POST", "/explain", asked),
  });
  const words = Object.entries(context).flatMap(([name, value]) => [
    "--context",
    `${name}=${value}`,
  ]);
  const whole = ["explain", "--principal", principal, "--action", action, "--resource", resource];
  return (
    <>
      <Card>
        <div className="stack">
          <Words
            label={text("principal")}
            hint={text("principalHint")}
            value={principal}
            onChange={setPrincipal}
          />
          <Words label={text("action")} value={action} onChange={setAction} />
          <Words
            label={text("resource")}
            hint={text("resourceHint")}
            value={resource}
            onChange={setResource}
          />
          <Field label={text("context")} hint={text("contextHint")} isOptional>
            <textarea
              className="mono"
              rows={2}
              value={lines}
              spellCheck={false}
              onChange={(event) => setLines(event.target.value)}
            />
          </Field>
        </div>
        <div className="row explain-do">
          <Button kind="primary" isBusy={judge.isPending} onClick={() => judge.mutate()}>
            {text("ask")}
          </Button>
          <ShowCommand words={[...whole, ...words]} />
        </div>
        {judge.error && <ErrorPanel error={judge.error} />}
      </Card>
      {judge.data && <ExplanationView explanation={judge.data} />}
    </>
  );
}

interface WordsProps {
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  onChange(value: string): void;
}

function Words({ label, hint, value, onChange }: WordsProps) {
  return (
    <Field label={label} {...(hint !== undefined && { hint })}>
      <input
        className="mono"
        value={value}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => onChange(event.target.value)}
      />
    </Field>
  );
}
