// The tags of a user, role or policy.

import { useState } from "react";
import type { Deed } from "../../clients/deeds.ts";
import { DeedButton } from "../../components/deed-button.tsx";
import { Field } from "../../components/field.tsx";
import { Card } from "../../components/parts.tsx";
import { SafeText, safeText } from "../../components/safe-text.tsx";
import { iam as text } from "../../messages/en/iam.ts";

export interface Tag {
  readonly Key: string | undefined;
  readonly Value: string | undefined;
}

interface TagsProps {
  readonly tags: readonly Tag[];
  add(tag: { Key: string; Value: string }): Deed;
  remove(key: string): Deed;
  onDone(): unknown;
}

export function Tags({ tags, add, remove, onDone }: TagsProps) {
  const [key, setKey] = useState("");
  const [value, setValue] = useState("");
  const empty = () => {
    setKey("");
    setValue("");
    return onDone();
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
            <DeedButton
              kind="quiet"
              deeds={[remove(Key)]}
              undo={[add({ Key, Value })]}
              said={text("removed", { name: Key })}
              aria-label={`${text("remove")} ${safeText(Key)}`}
              onDone={onDone}
            >
              {text("remove")}
            </DeedButton>
          </li>
        ))}
      </ul>
      <form className="row">
        <Field label={text("tagKey")}>
          <input value={key} required onChange={(event) => setKey(event.target.value)} />
        </Field>
        <Field label={text("tagValue")}>
          <input value={value} onChange={(event) => setValue(event.target.value)} />
        </Field>
        <DeedButton type="submit" deeds={[add({ Key: key, Value: value })]} onDone={empty}>
          {text("addTag")}
        </DeedButton>
      </form>
    </Card>
  );
}
