// The dialog that makes something by its name, with further fields where there are any.

import { type ReactNode, useState } from "react";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Field } from "../../components/field.tsx";
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
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const close = () => {
    setName("");
    setError(undefined);
    onClose();
  };
  const create = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await onCreate(name);
      close();
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  const actions = (
    <>
      <Button onClick={close}>{text("cancel")}</Button>
      <Button kind="primary" onClick={create} isBusy={isBusy}>
        {text("create")}
      </Button>
    </>
  );
  return (
    <Dialog title={title} isOpen={isOpen} size="small" onClose={close} actions={actions}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          create();
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
      </form>
      {children}
      {error !== undefined && <ErrorPanel error={error} />}
    </Dialog>
  );
}
