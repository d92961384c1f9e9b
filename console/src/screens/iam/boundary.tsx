// The permissions boundary of a user or role.

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Deed } from "../../clients/deeds.ts";
import { DeedButton } from "../../components/deed-button.tsx";
import { Field } from "../../components/field.tsx";
import { Card } from "../../components/parts.tsx";
import { iam as text } from "../../messages/en/iam.ts";
import { policiesQuery } from "../../queries/identities.ts";

interface BoundaryProps {
  readonly arn: string | undefined;
  /** What makes it so; `undefined` takes it away. */
  change(arn: string | undefined): Deed;
  onDone(): unknown;
}

export function Boundary({ arn, change, onDone }: BoundaryProps) {
  const { data = [] } = useQuery(policiesQuery("All"));
  const [picked, setPicked] = useState<string>();
  const chosen = picked ?? arn ?? "";
  const isKnown = arn === undefined || data.some(({ Arn }) => Arn === arn);
  return (
    <Card title={text("boundary")}>
      <p className="muted">{text("boundaryLead")}</p>
      <div className="row">
        <Field label={text("policy")}>
          <select value={chosen} onChange={(event) => setPicked(event.target.value)}>
            <option value="">{text("noBoundary")}</option>
            {!isKnown && <option value={arn}>{arn}</option>}
            {data.map(({ Arn = "", PolicyName }) => (
              <option key={Arn} value={Arn}>
                {PolicyName}
              </option>
            ))}
          </select>
        </Field>
        <DeedButton
          deeds={[change(chosen === "" ? undefined : chosen)]}
          undo={[change(arn)]}
          said={text("saved")}
          disabledReason={chosen === (arn ?? "") ? text("noChange") : undefined}
          onDone={onDone}
        >
          {text("save")}
        </DeedButton>
      </div>
    </Card>
  );
}
