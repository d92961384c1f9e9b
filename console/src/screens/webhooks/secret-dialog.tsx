// A webhook's new secret, the one time it is there.

import { Button } from "../../components/button.tsx";
import { CopyButton } from "../../components/copy-button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { webhooks as text } from "../../messages/en/webhooks.ts";

interface SecretProps {
  readonly secret: string | undefined;
  onClose(): void;
}

export function SecretDialog({ secret, onClose }: SecretProps) {
  return (
    <Dialog
      title={text("secretTitle")}
      lead={text("secretLead")}
      isOpen={secret !== undefined}
      onClose={onClose}
      actions={
        <Button kind="primary" onClick={onClose}>
          {text("secretKept")}
        </Button>
      }
    >
      <div className="row">
        <code className="break">{secret}</code>
        <CopyButton value={secret ?? ""} name={text("secret")} />
      </div>
    </Dialog>
  );
}
