// The dialog that makes a webhook; the answer holds its secret.

import { useState } from "react";
import { admin } from "../../clients/admin.ts";
import { Check, Field } from "../../components/field.tsx";
import { SaveDialog } from "../../components/save-dialog.tsx";
import { ShowCommand } from "../../components/show-command.tsx";
import { webhooks as text } from "../../messages/en/webhooks.ts";
import { webhooksPath } from "./types.ts";

interface CreateProps {
  readonly isOpen: boolean;
  onCreated(secret: string): void;
  onClose(): void;
}

export function CreateDialog({ isOpen, onCreated, onClose }: CreateProps) {
  const [name, setName] = useState("");
  const [url, setUrl] = useState("");
  const [isEventBus, setEventBus] = useState(false);
  const create = async () => {
    const wish = { name, url, isEventBus };
    const { secret } = await admin<{ secret: string }>("POST", webhooksPath, wish);
    setName("");
    setUrl("");
    onCreated(secret);
  };
  const words = ["webhook", "create", name || "NAME", "--url", url || "URL"];
  return (
    <SaveDialog
      title={text("create")}
      isOpen={isOpen}
      save={text("create")}
      showAs={<ShowCommand words={isEventBus ? [...words, "--event-bus"] : words} />}
      onSave={create}
      onClose={onClose}
    >
      <Field label={text("name")} hint={text("nameHint")}>
        <input
          value={name}
          onChange={(event) => setName(event.target.value)}
          autoComplete="off"
          spellCheck={false}
        />
      </Field>
      <Field label={text("url")} hint={text("urlHint")}>
        <input
          type="url"
          value={url}
          onChange={(event) => setUrl(event.target.value)}
          placeholder="https://example.com/hook"
          spellCheck={false}
        />
      </Field>
      <Check
        label={text("isEventBus")}
        hint={text("isEventBusHint")}
        isChecked={isEventBus}
        onChange={setEventBus}
      />
    </SaveDialog>
  );
}
