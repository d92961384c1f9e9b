// An access key that was just made: its secret is shown this once.

import { Button } from "../../components/button.tsx";
import { Copyable } from "../../components/copy-button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { Facts } from "../../components/parts.tsx";
import { iam as text } from "../../messages/en/iam.ts";

export interface NewKey {
  readonly id: string;
  readonly secret: string;
}

export function KeyFacts({ made }: { readonly made: NewKey }) {
  return (
    <>
      <p className="muted">{text("newKeyLead")}</p>
      <Facts
        items={[
          [text("keyId"), <Copyable key="id" value={made.id} />],
          [text("secret"), <Copyable key="secret" value={made.secret} />],
        ]}
      />
    </>
  );
}

interface NewKeyProps {
  readonly made: NewKey | undefined;
  onClose(): void;
}

export function NewKeyDialog({ made, onClose }: NewKeyProps) {
  return (
    <Dialog
      title={text("newKeyTitle")}
      isOpen={made !== undefined}
      onClose={onClose}
      actions={
        <Button kind="primary" onClick={onClose}>
          {text("close")}
        </Button>
      }
    >
      {made && <KeyFacts made={made} />}
    </Dialog>
  );
}
