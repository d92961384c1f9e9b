// The button beside an action that shows it as code: with its name, or an icon alone in rows.

import { Code2 } from "lucide-react";
import { Button, IconButton } from "./button.tsx";

interface ShowButtonProps {
  readonly name: string;
  readonly isSmall?: boolean | undefined;
  /** The id of the action's button, where there are many on a page. */
  readonly describedBy?: string | undefined;
  onClick(): void;
}

export function ShowButton({ name, isSmall, describedBy, onClick }: ShowButtonProps) {
  if (isSmall) {
    return (
      <IconButton name={name} icon={<Code2 />} onClick={onClick} aria-describedby={describedBy} />
    );
  }
  return (
    <Button kind="quiet" className="show-as" icon={<Code2 />} onClick={onClick} aria-label={name}>
      {name}
    </Button>
  );
}
