// "Show as command" for what only `cairn` does: the line to type, ready to copy.

import { useState } from "react";
import { operate as text } from "../messages/en/operate.ts";
import { Dialog } from "./dialog.tsx";
import { Snippet } from "./show-as.tsx";
import { shellQuote } from "./show-as-text.ts";
import { ShowButton } from "./show-button.tsx";

interface ShowCommandProps {
  /** The words after `cairn`; those that need it are quoted. */
  readonly words: readonly string[];
  /** An icon alone, for actions of rows. */
  readonly isSmall?: boolean;
}

export function ShowCommand({ words, isSmall }: ShowCommandProps) {
  const [isOpen, setOpen] = useState(false);
  const open = () => setOpen(true);
  return (
    <>
      <ShowButton name={text("showCommand")} onClick={open} isSmall={isSmall} />
      <Dialog title={text("showCommandTitle")} isOpen={isOpen} onClose={() => setOpen(false)}>
        <Snippet code={`npx cairn ${words.map(shellQuote).join(" ")}`} />
      </Dialog>
    </>
  );
}
