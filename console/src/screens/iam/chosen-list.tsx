// A list of names that is added to from others: the groups of a user, the users of a group.

import { useState } from "react";
import { Button } from "../../components/button.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Field } from "../../components/field.tsx";
import { Go } from "../../components/go.tsx";
import { Card, Loading } from "../../components/parts.tsx";
import { SafeText } from "../../components/safe-text.tsx";
import { toast, toastError } from "../../components/toasts.tsx";
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
  onAdd(name: string): Promise<unknown>;
  onRemove(name: string): Promise<unknown>;
}

export function ChosenList(props: ChosenListProps) {
  const { chosen, choices, hrefOf, onAdd, onRemove } = props;
  const [picked, setPicked] = useState("");
  const open = choices.filter((name) => !chosen?.includes(name));
  const next = open.includes(picked) ? picked : (open[0] ?? "");
  const remove = (name: string) =>
    onRemove(name)
      .then(() => toast(text("saved"), { undo: () => onAdd(name) }))
      .catch(toastError);
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
            <Button kind="quiet" onClick={() => remove(name)}>
              {text("remove")}
            </Button>
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
          <Button onClick={() => onAdd(next).catch(toastError)}>{props.addLabel}</Button>
        </div>
      )}
    </Card>
  );
}
