// A list of names that is added to from others: the groups of a user, the users of a group.

import { useState } from "react";
import type { Deed } from "../../clients/deeds.ts";
import { DeedButton } from "../../components/deed-button.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Field } from "../../components/field.tsx";
import { Go } from "../../components/go.tsx";
import { Card, Loading } from "../../components/parts.tsx";
import { SafeText } from "../../components/safe-text.tsx";
import { iam as text } from "../../messages/en/iam.ts";

interface ChosenListProps {
  readonly title: string;
  readonly empty: string;
  /** Of the field to choose from. */
  readonly label: string;
  readonly addLabel: string;
  readonly error: unknown;
  readonly chosen: readonly string[] | undefined;
  readonly choices: readonly string[];
  hrefOf(name: string): string;
  add(name: string): Deed;
  remove(name: string): Deed;
  onDone(): unknown;
}

export function ChosenList(props: ChosenListProps) {
  const { chosen, choices, hrefOf, add, remove, onDone } = props;
  const [picked, setPicked] = useState("");
  const open = choices.filter((name) => !chosen?.includes(name));
  const next = open.includes(picked) ? picked : (open[0] ?? "");
  return (
    <Card title={props.title}>
      {Boolean(props.error) && <ErrorPanel error={props.error} />}
      {chosen === undefined && !props.error && <Loading />}
      {chosen?.length === 0 && <p className="muted">{props.empty}</p>}
      <ul className="iam-list">
        {chosen?.map((name) => (
          <li key={name} className="row spread">
            <Go to={hrefOf(name)}>
              <SafeText>{name}</SafeText>
            </Go>
            <DeedButton
              kind="quiet"
              deeds={[remove(name)]}
              undo={[add(name)]}
              said={text("removed", { name })}
              onDone={onDone}
            >
              {text("remove")}
            </DeedButton>
          </li>
        ))}
      </ul>
      {next !== "" && (
        <div className="row">
          <Field label={props.label}>
            <select value={next} onChange={(event) => setPicked(event.target.value)}>
              {open.map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          </Field>
          <DeedButton deeds={[add(next)]} onDone={onDone}>
            {props.addLabel}
          </DeedButton>
        </div>
      )}
    </Card>
  );
}
