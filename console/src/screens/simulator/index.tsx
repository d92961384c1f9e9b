// The simulator: asks the evaluator that judges requests, for any principal of the account.

import { type EvaluationResult, SimulatePrincipalPolicyCommand } from "@aws-sdk/client-iam";
import { useMutation, useQuery } from "@tanstack/react-query";
import { FlaskConical } from "lucide-react";
import { useState } from "react";
import { sendIam } from "../../clients/identity.ts";
import { Button } from "../../components/button.tsx";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Field } from "../../components/field.tsx";
import { useGo, useSearch } from "../../components/go.tsx";
import { Badge, Card, Page } from "../../components/parts.tsx";
import { Pick } from "../../components/pick.tsx";
import { SafeText, safeText } from "../../components/safe-text.tsx";
import { ShowAs } from "../../components/show-as.tsx";
import { iam as text } from "../../messages/en/iam.ts";
import { groupsQuery, rolesQuery, usersQuery } from "../../queries/identities.ts";

const linesOf = (value: string): string[] =>
  value
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

/** What is asked, as SimulatePrincipalPolicy takes it. */
function inputOf(form: {
  readonly principal: string;
  readonly actions: string;
  readonly resources: string;
  readonly context: string;
}) {
  const resources = linesOf(form.resources);
  const context = linesOf(form.context).map((line) => {
    const [name = "", ...value] = line.split("=");
    return {
      ContextKeyName: name.trim(),
      ContextKeyValues: [value.join("=").trim()],
      ContextKeyType: "string" as const,
    };
  });
  return {
    PolicySourceArn: form.principal,
    ActionNames: linesOf(form.actions),
    ...(resources.length > 0 && { ResourceArns: resources }),
    ...(context.length > 0 && { ContextEntries: context }),
  };
}

export default function SimulatorScreen() {
  const search = useSearch();
  const go = useGo();
  const users = useQuery(usersQuery());
  const groups = useQuery(groupsQuery());
  const roles = useQuery(rolesQuery());
  const [actions, setActions] = useState("s3:GetObject\ns3:PutObject\ns3:DeleteObject");
  const [resources, setResources] = useState("");
  const [context, setContext] = useState("");
  const principal = search["principal"] ?? "";
  const input = inputOf({ principal, actions, resources, context });
  const simulation = useMutation({
    mutationFn: () => sendIam(new SimulatePrincipalPolicyCommand(input)),
  });
  const arns = [
    ...(users.data ?? []).map(({ Arn = "" }) => Arn),
    ...(groups.data ?? []).map(({ Arn = "" }) => Arn),
    ...(roles.data ?? []).map(({ Arn = "" }) => Arn),
  ];
  const error = users.error ?? groups.error ?? roles.error ?? simulation.error;
  return (
    <Page title={text("simulator")} lead={text("simulatorLead")}>
      <Card>
        <Field label={text("principal")}>
          <Pick
            value={principal}
            choices={arns.map((value) => ({ value, label: safeText(value) }))}
            placeholder={text("chooseUser")}
            onChange={(value) => go("/simulator", { principal: value }, true)}
          />
        </Field>
        <Lines
          label={text("actions")}
          hint={text("actionsHint")}
          value={actions}
          onChange={setActions}
        />
        <Lines
          label={text("resources")}
          hint={text("resourcesHint")}
          value={resources}
          onChange={setResources}
        />
        <Lines
          label={text("context")}
          hint={text("contextHint")}
          value={context}
          onChange={setContext}
        />
        <div className="row">
          <Button
            kind="primary"
            icon={<FlaskConical />}
            isBusy={simulation.isPending}
            disabledReason={principal === "" ? text("chooseUser") : undefined}
            onClick={() => simulation.mutate()}
          >
            {text("run")}
          </Button>
          <ShowAs calls={[{ service: "iam", operation: "SimulatePrincipalPolicy", input }]} />
        </div>
        {error && <ErrorPanel error={error} />}
      </Card>
      {simulation.data && (
        <div aria-live="polite">
          <DataTable
            label={text("decision")}
            rows={simulation.data.EvaluationResults ?? []}
            columns={columns}
            rowKey={({ EvalActionName, EvalResourceName }) =>
              `${EvalActionName} ${EvalResourceName}`
            }
          />
        </div>
      )}
    </Page>
  );
}

interface LinesProps {
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  onChange(value: string): void;
}

function Lines({ label, hint, value, onChange }: LinesProps) {
  return (
    <Field label={label} hint={hint}>
      <textarea
        className="mono"
        rows={3}
        value={value}
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
      />
    </Field>
  );
}

function Decision({ decision }: { readonly decision: string | undefined }) {
  if (decision === "allowed") return <Badge tone="good">{text("allowed")}</Badge>;
  const isExplicit = decision === "explicitDeny";
  return (
    <Badge tone={isExplicit ? "danger" : "warning"}>
      {isExplicit ? text("explicitDeny") : text("implicitDeny")}
    </Badge>
  );
}

function reasonOf({ MatchedStatements = [], MissingContextValues = [] }: EvaluationResult) {
  const names = MatchedStatements.map(({ SourcePolicyId = "" }) => SourcePolicyId);
  const matched = names.length === 0 ? text("nothingMatched") : names.join(", ");
  if (MissingContextValues.length === 0) return matched;
  return `${matched}. ${text("missing", { names: MissingContextValues.join(", ") })}`;
}

const columns: readonly Column<EvaluationResult>[] = [
  {
    id: "action",
    head: text("action"),
    cell: ({ EvalActionName }) => <code>{EvalActionName}</code>,
  },
  {
    id: "resource",
    head: text("resource"),
    cell: ({ EvalResourceName = "" }) => <SafeText>{EvalResourceName}</SafeText>,
    isMinor: true,
  },
  {
    id: "decision",
    head: text("decision"),
    cell: ({ EvalDecision }) => <Decision decision={EvalDecision} />,
  },
  {
    id: "reason",
    head: text("decidedBy"),
    cell: (result) => <SafeText>{reasonOf(result)}</SafeText>,
  },
];
