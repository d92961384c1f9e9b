// What can be done to the chosen rows, above the list; what cannot says why.

import { Download, Ellipsis, Trash2, X } from "lucide-react";
import { Button, IconButton } from "../../components/button.tsx";
import { formatBytes } from "../../components/format.ts";
import { Menu } from "../../components/menu.tsx";
import { objects as text } from "../../messages/en/objects.ts";
import { type Chosen, changeEntries, download, lacksBytes, returnEntries } from "./entries.tsx";

interface ChosenBarProps {
  readonly chosen: Chosen;
  onClear(): void;
}

export function ChosenBar({ chosen, onClear }: ChosenBarProps) {
  const { rows, onOpenDialog } = chosen;
  const bytes = rows.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return (
    <div className="row chosen-bar" role="toolbar" aria-label={text("chosenTools")}>
      <strong role="status">
        {text("chosen", { count: rows.length })}
        {bytes > 0 && `, ${formatBytes(bytes)}`}
      </strong>
      <IconButton name={text("clearChosen")} icon={<X />} onClick={onClear} />
      <Button
        kind="quiet"
        icon={<Download />}
        disabledReason={lacksBytes(rows)}
        onClick={() => download(chosen)}
      >
        {text("download")}
      </Button>
      {returnEntries(chosen).map(({ label, icon, onSelect }) => (
        <Button key={label} kind="quiet" icon={icon} onClick={onSelect}>
          {label}
        </Button>
      ))}
      <Button kind="quiet" icon={<Trash2 />} onClick={() => onOpenDialog("delete")}>
        {text("delete")}
      </Button>
      <Menu entries={changeEntries(chosen)}>
        <Button kind="quiet" icon={<Ellipsis />}>
          {text("more")}
        </Button>
      </Menu>
    </div>
  );
}
