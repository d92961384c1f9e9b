// A button that shows some lines of code in a dialog, ready to copy.

import { useState } from "react";
import { Dialog } from "./dialog.tsx";
import { Snippet } from "./show-as.tsx";
import { ShowButton } from "./show-button.tsx";

interface ShowSnippetProps {
  readonly name: string;
  readonly title: string;
  readonly code: string;
  readonly isSmall?: boolean | undefined;
}

export function ShowSnippet({ name, title, code, isSmall }: ShowSnippetProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <ShowButton name={name} onClick={() => setOpen(true)} isSmall={isSmall} />
      <Dialog title={title} isOpen={isOpen} onClose={() => setOpen(false)}>
        <Snippet code={code} />
      </Dialog>
    </>
  );
}
