// The dialog that makes something by its name, with further fields where there are any.

import { type ReactNode, useState } from "react";
import { type Deed, sendDeeds } from "../../clients/deeds.ts";
import { ShowDeeds } from "../../components/deed-button.tsx";
import { Field } from "../../components/field.tsx";
import { SaveDialog } from "../../components/save-dialog.tsx";
import { iam as text } from "../../messages/en/iam.ts";

interface NameDialogProps {
  readonly title: string;
  readonly isOpen: boolean;
  readonly label?: string;
  readonly hint?: string;
  readonly children?: ReactNode;
  deedOf(name: string): Deed;
  onDone(name: string): Promise<unknown>;
  onClose(): void;
}

export function NameDialog(props: NameDialogProps) {
  const { title, isOpen, label = text("name"), hint, children, deedOf, onDone, onClose } = props;
  const [name, setName] = useState("");
  const deeds = [deedOf(name)];
  return (
    <SaveDialog
      title={title}
      isOpen={isOpen}
      size="small"
      save={text("create")}
      showAs={<ShowDeeds deeds={deeds} />}
      onSave={() => sendDeeds(deeds).then(() => onDone(name))}
      onClose={() => {
        setName("");
        onClose();
      }}
    >
      <Field label={label} hint={hint}>
        <input
          value={name}
          onChange={(event) => setName(event.target.value)}
          autoComplete="off"
          spellCheck={false}
        />
      </Field>
      {children}
    </SaveDialog>
  );
}
