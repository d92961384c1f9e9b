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

/** The class, side and distance that all menus share. */
const look = { className: "menu", sideOffset: 4, collisionPadding: 8 };

export function Menu({ children, head, entries }: MenuProps) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{children}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content {...look} align="end">
          {head && <div className="menu-head">{head}</div>}
          {entries.map((entry) => (
            <MenuItem key={entry.label} entry={entry} />
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

interface PointMenuProps {
  /** Pixels of the window. */
  readonly at: { readonly x: number; readonly y: number };
  readonly label: string;
  readonly entries: readonly MenuEntry[];
  /** Runs when it is left, and before what an entry does: a dialog gives the focus back to what has it. */
  onClose(): void;
}

/** A menu that is open at a point; who draws it gives the focus back. */
export function PointMenu({ at, label, entries, onClose }: PointMenuProps) {
  return (
    <DropdownMenu.Root open modal={false} onOpenChange={(isOpen) => isOpen || onClose()}>
      <DropdownMenu.Trigger asChild>
        <button
          type="button"
          tabIndex={-1}
          className="menu-point"
          aria-label={label}
          style={{ left: at.x, top: at.y }}
        />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          {...look}
          align="start"
          onCloseAutoFocus={(event) => event.preventDefault()}
        >
          {entries.map((entry) => (
            <MenuItem key={entry.label} entry={entry} onLeave={onClose} />
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

interface MenuItemProps {
  readonly entry: MenuEntry;
  /** Closes the menu first; without it the menu closes itself afterwards. */
  readonly onLeave?: () => void;
}

function MenuItem({ entry, onLeave }: MenuItemProps) {
  const { label, icon, disabledReason, isDangerous, startsGroup, onSelect } = entry;
  return (
    <>
      {startsGroup && <DropdownMenu.Separator className="menu-line" />}
      <DropdownMenu.Item
        className={`menu-item ${isDangerous ? "danger" : ""}`}
        aria-disabled={disabledReason !== undefined || undefined}
        onSelect={(event) => {
          if (disabledReason !== undefined || onLeave) event.preventDefault();
          if (disabledReason !== undefined) return;
          onLeave?.();
          onSelect();
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
