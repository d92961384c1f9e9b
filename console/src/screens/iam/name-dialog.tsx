// The dialog that makes something by its name, with further fields where there are any.

import { type ReactNode, useState } from "react";
import { Field } from "../../components/field.tsx";
import { SaveDialog } from "../../components/save-dialog.tsx";
import { iam as text } from "../../messages/en/iam.ts";

interface NameDialogProps {
  readonly title: string;
  readonly isOpen: boolean;
  readonly label?: string;
  readonly hint?: string;
  readonly children?: ReactNode;
  onCreate(name: string): Promise<unknown>;
  onClose(): void;
}

export function NameDialog(props: NameDialogProps) {
  const { title, isOpen, label = text("name"), hint, children, onCreate, onClose } = props;
  const [name, setName] = useState("");
  return (
    <SaveDialog
      title={title}
      isOpen={isOpen}
      size="small"
      save={text("create")}
      onSave={() => onCreate(name)}
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
