// A dialog that saves what is filled in: busy while it does, open with the refusal when it fails.

import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { frame as text } from "../messages/en/frame.ts";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import { ErrorPanel } from "./error-panel.tsx";

interface SaveDialogProps {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly isOpen: boolean;
  readonly size?: "small" | "medium" | "large";
  /** Of the button that saves. */
  readonly save: string;
  /** Why that cannot be done yet. */
  readonly disabledReason?: string | undefined;
  /** Beside the buttons: how to do the same without the console. */
  readonly showAs?: ReactNode;
  readonly children: ReactNode;
  /** The dialog closes when it is done, by `onClose`. */
  onSave(): Promise<unknown>;
  onClose(): void;
}

export function SaveDialog(props: SaveDialogProps) {
  const { save, disabledReason, showAs, children, onSave, onClose, ...dialog } = props;
  const saving = useMutation({ mutationFn: onSave });
  const close = () => {
    saving.reset();
    onClose();
  };
  const run = () => {
    if (disabledReason === undefined && !saving.isPending) {
      saving.mutate(undefined, { onSuccess: close });
    }
  };
  const actions = (
    <>
      {showAs}
      <Button onClick={close}>{text("cancel")}</Button>
      <Button
        kind="primary"
        onClick={run}
        isBusy={saving.isPending}
        disabledReason={disabledReason}
      >
        {save}
      </Button>
    </>
  );
  return (
    <Dialog {...dialog} onClose={close} actions={actions} keepsInput={dialog.size === "large"}>
      {/* Enter in a field of one line saves; the buttons stand outside. */}
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          // A dialog opened out of this one is no part of its form.
          event.stopPropagation();
          run();
        }}
      >
        {children}
        <button type="submit" hidden />
      </form>
      {saving.error && <ErrorPanel error={saving.error} />}
    </Dialog>
  );
}
