// Short notes at the corner, read out as they come. One with `undo` stays long enough to use it.

import { X } from "lucide-react";
import { useSyncExternalStore } from "react";
import { describeError } from "../errors.ts";
import { frame as text } from "../messages/en/frame.ts";
import { Button, IconButton } from "./button.tsx";
import { SafeText } from "./safe-text.tsx";

export interface Toast {
  readonly id: number;
  readonly message: string;
  readonly isError?: boolean;
  /** Takes back what was done. */
  readonly undo?: (() => Promise<unknown>) | undefined;
}

const shownMs = 6000;
const undoableMs = 15_000;
let toasts: readonly Toast[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function set(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of [...listeners]) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Shows a note. */
export function toast(message: string, options: Omit<Toast, "id" | "message"> = {}): void {
  lastId += 1;
  const id = lastId;
  set([...toasts.slice(-3), { id, message, ...options }]);
  setTimeout(() => dismiss(id), options.undo || options.isError ? undoableMs : shownMs);
}

/** Shows what went wrong. */
export function toastError(error: unknown): void {
  const { code, message } = describeError(error);
  // An error of our own has no code, and needs none.
  toast(code === "Error" ? message : `${code}: ${message}`, { isError: true });
}

const dismiss = (id: number) => set(toasts.filter((item) => item.id !== id));

/** The corner itself; once, in the frame. */
export function Toasts() {
  const list = useSyncExternalStore(subscribe, () => toasts);
  return (
    <section className="toasts" aria-label={text("notifications")} aria-live="polite">
      {list.map((item) => (
        <div key={item.id} className={`toast ${item.isError ? "error" : ""}`}>
          <span className="toast-text">
            <SafeText>{item.message}</SafeText>
          </span>
          {item.undo && (
            <Button
              kind="quiet"
              onClick={() => {
                dismiss(item.id);
                item.undo?.().catch(toastError);
              }}
            >
              {text("undo")}
            </Button>
          )}
          <IconButton name={text("close")} icon={<X />} onClick={() => dismiss(item.id)} />
        </div>
      ))}
    </section>
  );
}
