// A menu behind a button, from a list of entries; each may say why it is switched off.

import { DropdownMenu } from "radix-ui";
import type { ReactNode } from "react";

export interface MenuEntry {
  readonly label: string;
  readonly icon?: ReactNode;
  readonly disabledReason?: string | undefined;
  readonly isDangerous?: boolean;
  /** Draws a line above. */
  readonly startsGroup?: boolean;
  onSelect(): void;
}

interface MenuProps {
  /** The button. */
  readonly children: ReactNode;
  readonly head?: ReactNode;
  readonly entries: readonly MenuEntry[];
}

export function Menu({ children, head, entries }: MenuProps) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{children}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={4} collisionPadding={8}>
          {head && <div className="menu-head">{head}</div>}
          {entries.map((entry) => (
            <MenuItem key={entry.label} entry={entry} />
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

function MenuItem({ entry }: { readonly entry: MenuEntry }) {
  const { label, icon, disabledReason, isDangerous, startsGroup, onSelect } = entry;
  return (
    <>
      {startsGroup && <DropdownMenu.Separator className="menu-line" />}
      <DropdownMenu.Item
        className={`menu-item ${isDangerous ? "danger" : ""}`}
        aria-disabled={disabledReason !== undefined || undefined}
        onSelect={(event) => {
          if (disabledReason === undefined) onSelect();
          else event.preventDefault();
        }}
      >
        <span className="menu-icon" aria-hidden="true">
          {icon}
        </span>
        <span>
          {label}
          {disabledReason && <span className="menu-reason">{disabledReason}</span>}
        </span>
      </DropdownMenu.Item>
    </>
  );
}
