// Puts a text on the clipboard and says so.

import { Check, Copy } from "lucide-react";
import { type ReactNode, useState } from "react";
import { frame as text } from "../messages/en/frame.ts";
import { Button, type ButtonProps, IconButton } from "./button.tsx";
import { SafeText } from "./safe-text.tsx";

interface CopyButtonProps {
  readonly value: string;
  /** What is copied, for the button's name: `Copy the ETag`. */
  readonly name?: string;
  readonly kind?: ButtonProps["kind"];
  readonly children?: ReactNode;
}

export function CopyButton({ value, name = text("copy"), kind, children }: CopyButtonProps) {
  const [isDone, setDone] = useState(false);
  const copy = async () => {
    await copyText(value);
    setDone(true);
    setTimeout(() => setDone(false), 1500);
  };
  const icon = isDone ? <Check /> : <Copy />;
  if (children === undefined) {
    return <IconButton name={isDone ? text("copied") : name} icon={icon} onClick={copy} />;
  }
  return (
    <Button kind={kind} icon={icon} onClick={copy}>
      {isDone ? text("copied") : children}
    </Button>
  );
}

/** A text to copy, with its button. */
export function Copyable({ value }: { readonly value: string }) {
  return (
    <span className="copyable">
      <code className="break">
        <SafeText>{value}</SafeText>
      </code>
      <CopyButton value={value} />
    </span>
  );
}

/** The clipboard of pages over plain HTTP is the old way only. */
export async function copyText(value: string): Promise<void> {
  if (navigator.clipboard !== undefined) {
    await navigator.clipboard.writeText(value).catch(() => copyOldWay(value));
  } else copyOldWay(value);
}

function copyOldWay(value: string): void {
  const area = document.createElement("textarea");
  area.value = value;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
