// "Show as command" for what only `cairn` does: the line to type, ready to copy.

import { operate as text } from "../messages/en/operate.ts";
import { shellQuote } from "./show-as-text.ts";
import { ShowSnippet } from "./show-snippet.tsx";

interface ShowCommandProps {
  /** The words after `cairn`; those that need it are quoted. */
  readonly words: readonly string[];
  /** An icon alone, for actions of rows. */
  readonly isSmall?: boolean;
}

export function ShowCommand({ words, isSmall }: ShowCommandProps) {
  return (
    <ShowSnippet
      name={text("showCommand")}
      title={text("showCommandTitle")}
      code={`npx cairn ${words.map(shellQuote).join(" ")}`}
      isSmall={isSmall}
    />
  );
}
