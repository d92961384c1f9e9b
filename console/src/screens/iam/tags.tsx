// The tags of a user, role or policy.

import { useState } from "react";
import { Button } from "../../components/button.tsx";
import { Field } from "../../components/field.tsx";
import { Card } from "../../components/parts.tsx";
import { SafeText } from "../../components/safe-text.tsx";
import { toastError } from "../../components/toasts.tsx";
import { iam as text } from "../../messages/en/iam.ts";

export interface Tag {
  readonly Key: string | undefined;
  readonly Value: string | undefined;
}

interface TagsProps {
  readonly tags: readonly Tag[];
  onAdd(tag: { Key: string; Value: string }): Promise<unknown>;
  onRemove(key: string): Promise<unknown>;
}

export function Tags({ tags, onAdd, onRemove }: TagsProps) {
  const [key, setKey] = useState("");
  const [value, setValue] = useState("");
  const add = async () => {
    await onAdd({ Key: key, Value: value });
    setKey("");
    setValue("");
  };
  return (
    <Card title={text("tags")}>
      {tags.length === 0 && <p className="muted">{text("noTags")}</p>}
      <ul className="iam-list">
        {tags.map(({ Key = "", Value = "" }) => (
          <li key={Key} className="row spread">
            <span>
              <SafeText>{Key}</SafeText> = <SafeText>{Value}</SafeText>
            </span>
            <Button kind="quiet" onClick={() => onRemove(Key).catch(toastError)}>
              {text("remove")}
            </Button>
          </li>
        ))}
      </ul>
      <form
        className="row"
        onSubmit={(event) => {
          event.preventDefault();
          add().catch(toastError);
        }}
      >
        <Field label={text("tagKey")}>
          <input value={key} onChange={(event) => setKey(event.target.value)} />
        </Field>
        <Field label={text("tagValue")}>
          <input value={value} onChange={(event) => setValue(event.target.value)} />
        </Field>
        <Button type="submit">{text("addTag")}</Button>
      </form>
    </Card>
  );
}
