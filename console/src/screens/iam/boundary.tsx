// The permissions boundary of a user or role.

import { useQuery } from "@tanstack/react-query";
import { Field } from "../../components/field.tsx";
import { Card } from "../../components/parts.tsx";
import { toast, toastError } from "../../components/toasts.tsx";
import { iam as text } from "../../messages/en/iam.ts";
import { policiesQuery } from "../../queries/identities.ts";

interface BoundaryProps {
  readonly arn: string | undefined;
  onChange(arn: string | undefined): Promise<unknown>;
}

export function Boundary({ arn, onChange }: BoundaryProps) {
  const { data = [] } = useQuery(policiesQuery("All"));
  const change = (chosen: string) => {
    onChange(chosen === "" ? undefined : chosen)
      .then(() => toast(text("saved"), { undo: () => onChange(arn) }))
      .catch(toastError);
  };
  const isKnown = arn === undefined || data.some(({ Arn }) => Arn === arn);
  return (
    <Card title={text("boundary")}>
      <p className="muted">{text("boundaryLead")}</p>
      <Field label={text("policy")}>
        <select value={arn ?? ""} onChange={(event) => change(event.target.value)}>
          <option value="">{text("noBoundary")}</option>
          {!isKnown && <option value={arn}>{arn}</option>}
          {data.map(({ Arn = "", PolicyName }) => (
            <option key={Arn} value={Arn}>
              {PolicyName}
            </option>
          ))}
        </select>
      </Field>
    </Card>
  );
}
