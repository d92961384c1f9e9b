// Dialogs: a titled window over the page, and the question before something is destroyed.

import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { frame as text } from "../messages/en/frame.ts";
import { Button } from "./button.tsx";
import { ErrorPanel } from "./error-panel.tsx";
import { Field } from "./field.tsx";

interface DialogProps {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly isOpen: boolean;
  readonly size?: "small" | "medium" | "large";
  /** Buttons at the foot, the main one last. */
  readonly actions?: ReactNode;
  readonly children?: ReactNode;
  /** A slip must not lose what was filled in: outside it does nothing, and Escape asks once. */
  readonly keepsInput?: boolean;
  onClose(): void;
}

/**
 * Keys that closed a dialog: the one below it hears of them too, and must stay. What an editor in it
 * offers or searches is closed first, by the editor itself.
 */
const spent = new WeakSet<Event>();

function spend(event: Event): void {
  const isEditors = document.querySelector(".cm-tooltip-autocomplete, .cm-panel") !== null;
  if (spent.has(event) || isEditors) event.preventDefault();
  spent.add(event);
}

const fields = "input:not([type=file], :disabled), select, textarea, [role=tab]";

/** The first thing to fill in, rather than the button that closes. */
function focusFirst(event: Event): void {
  const dialog = event.currentTarget as HTMLElement;
  const first = dialog.querySelector<HTMLElement>(`.dialog-body :is(${fields})`);
  if (first === null) return;
  event.preventDefault();
  first.focus();
}

let lastBack: (() => (HTMLElement | null)[]) | undefined;

/**
 * For the content of a dialog that Radix does not open itself: the focus goes back to what had it
 * before. Where that is gone it goes to the button of its menu, or to the screen.
 */
export function useFocusBack(onOpen?: (event: Event) => void) {
  const back = useRef<() => (HTMLElement | null)[]>(undefined);
  return {
    onOpenAutoFocus: (event: Event) => {
      const opener = document.activeElement as HTMLElement | null;
      const menu = opener?.closest("[role=menu]")?.getAttribute("aria-labelledby");
      // One dialog in the place of another: what the first was opened from.
      const before = opener === document.body ? lastBack?.() : undefined;
      back.current = () => [
        ...(before ?? [opener === document.body ? null : opener]),
        menu ? document.getElementById(menu) : null,
        document.getElementById("content"),
      ];
      lastBack = back.current;
      onOpen?.(event);
    },
    onCloseAutoFocus: (event: Event) => {
      event.preventDefault();
      back
        .current?.()
        .find((element) => element?.isConnected)
        ?.focus();
    },
  };
}

/** Holds a dialog open in which something was filled in; `isAsking` once Escape was pressed. */
function useInputGuard({ keepsInput = false, isOpen }: DialogProps) {
  const [state, setState] = useState<"untouched" | "filled" | "asking">("untouched");
  // biome-ignore lint/correctness/useExhaustiveDependencies: opened again, it is another one
  useEffect(() => setState("untouched"), [isOpen]);
  const isHeld = keepsInput && state !== "untouched";
  return {
    isAsking: isHeld && state === "asking",
    handlers: {
      onInput: () => setState("filled"),
      onInteractOutside: (event: Event) => isHeld && event.preventDefault(),
      onEscapeKeyDown: (event: Event) => {
        spend(event);
        if (!isHeld || state === "asking" || event.defaultPrevented) return;
        event.preventDefault();
        setState("asking");
      },
    },
  };
}

export function Dialog(props: DialogProps) {
  const { title, lead, isOpen, size = "medium", actions, children, onClose } = props;
  const focusBack = useFocusBack(focusFirst);
  const guard = useInputGuard(props);
  return (
    <Radix.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="overlay" />
        <Radix.Content
          className={`dialog ${size}`}
          {...guard.handlers}
          {...focusBack}
          {...(lead === undefined && { "aria-describedby": undefined })}
        >
          <header className="dialog-head">
            <Radix.Title className="dialog-title">{title}</Radix.Title>
            <Radix.Close asChild>
              {/* No hint: while one is open it would take the Escape that is meant for the dialog. */}
              <Button kind="quiet" className="icon" icon={<X />} aria-label={text("close")} />
            </Radix.Close>
          </header>
          <div className="dialog-body">
            {lead !== undefined && (
              <Radix.Description asChild>
                <div className="lead">{lead}</div>
              </Radix.Description>
            )}
            {children}
          </div>
          <div className="dialog-unsaved" role="status">
            {guard.isAsking && text("unsaved")}
          </div>
          {actions !== undefined && <footer className="dialog-foot">{actions}</footer>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

interface ConfirmProps {
  readonly title: string;
  readonly isOpen: boolean;
  /** What will happen, with its numbers. */
  readonly lead: ReactNode;
  readonly confirm: string;
  /** A name to type first, for what cannot be undone. */
  readonly typedName?: string;
  readonly isHarmless?: boolean;
  /** Beside the buttons: how to do the same without the console. */
  readonly showAs?: ReactNode;
  readonly children?: ReactNode;
  onConfirm(): Promise<unknown>;
  onClose(): void;
}

/** Asks before `onConfirm` runs; stays open and says so when it fails. */
export function ConfirmDialog(props: ConfirmProps) {
  const { title, isOpen, lead, confirm, typedName, children, onConfirm, onClose } = props;
  const [typed, setTyped] = useState("");
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const isUntyped = typedName !== undefined && typed !== typedName;
  const close = () => {
    setTyped("");
    setError(undefined);
    onClose();
  };
  const go = async () => {
    if (isUntyped || isBusy) return;
    setBusy(true);
    setError(undefined);
    try {
      await onConfirm();
      close();
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  const reason = isUntyped ? text("typeToConfirm", { name: typedName ?? "" }) : undefined;
  const actions = (
    <>
      {props.showAs}
      <Button onClick={close}>{text("cancel")}</Button>
      <Button
        kind={props.isHarmless ? "primary" : "danger"}
        onClick={go}
        isBusy={isBusy}
        disabledReason={reason}
      >
        {confirm}
      </Button>
    </>
  );
  return (
    <Dialog
      title={title}
      isOpen={isOpen}
      size="small"
      lead={lead}
      onClose={close}
      actions={actions}
    >
      {children}
      {typedName !== undefined && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            go();
          }}
        >
          <Field label={text("typeToConfirm", { name: typedName })}>
            <input
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
              autoComplete="off"
              spellCheck={false}
            />
          </Field>
        </form>
      )}
      {error !== undefined && <ErrorPanel error={error} />}
    </Dialog>
  );
}
