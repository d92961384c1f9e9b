// The editor of a bucket's policy, with completion and checks; and beneath it a way to try the draft.

import { SimulateCustomPolicyCommand } from "@aws-sdk/client-iam";
import { useMutation } from "@tanstack/react-query";
import { FlaskConical } from "lucide-react";
import { useState } from "react";
import { sendIam } from "../../clients/identity.ts";
import { Button } from "../../components/button.tsx";
import { CodeEditor } from "../../components/code-editor.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Field } from "../../components/field.tsx";
import { Badge } from "../../components/parts.tsx";
import { ShowAs } from "../../components/show-as.tsx";
import { policyHelp as text } from "../../messages/en/policy-help.ts";
import { actionNames } from "../../policy/actions.ts";
import { usePolicyHelp } from "../../policy/use-policy-help.ts";
import { useSession } from "../../session/use-session.ts";
import type { EditorProps } from "./types.ts";

export function PolicyEditor({ bucket, ...rest }: EditorProps) {
  const help = usePolicyHelp({ kind: "bucket", bucket });
  return <CodeEditor {...rest} {...help} language="json" />;
}

interface SimulationProps {
  readonly bucket: string;
  readonly value: unknown;
}

/** What the draft alone says to one call. */
export function PolicySimulation({ bucket, value }: SimulationProps) {
  const { accountId } = useSession().identity;
  const [caller, setCaller] = useState(`arn:aws:iam::${accountId}:user/anna`);
  const [action, setAction] = useState("s3:GetObject");
  const [key, setKey] = useState("key");
  const resource = `arn:aws:s3:::${bucket}${key === "" ? "" : `/${key}`}`;
  const input = {
    PolicyInputList: [],
    ResourcePolicy: JSON.stringify(value),
    ResourceOwner: `arn:aws:iam::${accountId}:root`,
    CallerArn: caller,
    ActionNames: [action],
    ResourceArns: [resource],
  };
  const simulation = useMutation({
    mutationFn: () => sendIam(new SimulateCustomPolicyCommand(input)),
  });
  const decision = simulation.data?.EvaluationResults?.[0]?.EvalDecision;
  return (
    <details className="policy-simulation">
      <summary>{text("simulate")}</summary>
      <p className="muted">{text("simulateLead")}</p>
      <Field label={text("caller")} hint={text("callerHint")}>
        <input
          className="mono"
          value={caller}
          spellCheck={false}
          onChange={(event) => setCaller(event.target.value)}
        />
      </Field>
      <Field label={text("action")}>
        <select value={action} onChange={(event) => setAction(event.target.value)}>
          {actionNames("bucket")
            .filter((name) => !name.endsWith("*"))
            .map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
        </select>
      </Field>
      <Field label={text("key")}>
        <input
          className="mono"
          value={key}
          spellCheck={false}
          onChange={(event) => setKey(event.target.value)}
        />
      </Field>
      <div className="row">
        <Button
          icon={<FlaskConical />}
          isBusy={simulation.isPending}
          onClick={() => simulation.mutate()}
        >
          {text("run")}
        </Button>
        <ShowAs calls={[{ service: "iam", operation: "SimulateCustomPolicy", input }]} />
        <span aria-live="polite">{decision && <Decision decision={decision} />}</span>
      </div>
      {simulation.error && <ErrorPanel error={simulation.error} />}
    </details>
  );
}

function Decision({ decision }: { readonly decision: string }) {
  if (decision === "allowed") return <Badge tone="good">{text("allowed")}</Badge>;
  const isExplicit = decision === "explicitDeny";
  return (
    <Badge tone={isExplicit ? "danger" : "warning"}>
      {text(isExplicit ? "explicitDeny" : "implicitDeny")}
    </Badge>
  );
}
