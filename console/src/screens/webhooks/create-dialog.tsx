// The dialog that makes a webhook; the answer holds its secret.

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { admin } from "../../clients/admin.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Check, Field } from "../../components/field.tsx";
import { ShowCommand } from "../../components/show-command.tsx";
import { operate } from "../../messages/en/operate.ts";
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
  const create = useMutation({
    mutationFn: () => admin<{ secret: string }>("POST", webhooksPath, { name, url, isEventBus }),
    onSuccess: ({ secret }) => {
      setName("");
      setUrl("");
      onCreated(secret);
    },
  });
  const words = ["webhook", "create", name || "NAME", "--url", url || "URL"];
  const actions = (
    <>
      <ShowCommand words={isEventBus ? [...words, "--event-bus"] : words} />
      <Button onClick={onClose}>{operate("cancel")}</Button>
      <Button kind="primary" onClick={() => create.mutate()} isBusy={create.isPending}>
        {text("create")}
      </Button>
    </>
  );
  return (
    <Dialog title={text("create")} isOpen={isOpen} onClose={onClose} actions={actions}>
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
      {create.error && <ErrorPanel error={create.error} />}
    </Dialog>
  );
}
