// The keys of the console, for whoever pressed "?".

import { Dialog } from "../components/dialog.tsx";
import { frame as text } from "../messages/en/frame.ts";

const everywhere = [
  ["Ctrl K", "keyPalette"],
  ["?", "keyHelp"],
  ["Tab", "keyTab"],
  ["Esc", "keyEscape"],
] as const;

const inLists = [
  ["↑ ↓ Page Home End", "keyMove"],
  ["Space", "keyChoose"],
  ["Shift ↑ ↓", "keyRange"],
  ["Ctrl A", "keyAll"],
  ["Enter", "keyOpen"],
  ["Shift F10", "keyMenu"],
  ["Delete", "keyDelete"],
  ["Esc", "keyNone"],
] as const;

export default function KeysDialog({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title={text("keys")} isOpen size="small" onClose={onClose}>
      <Keys title={text("keysEverywhere")} keys={everywhere} />
      <Keys title={text("keysInLists")} keys={inLists} />
    </Dialog>
  );
}

interface KeysProps {
  readonly title: string;
  readonly keys: readonly (readonly [string, Parameters<typeof text>[0]])[];
}

function Keys({ title, keys }: KeysProps) {
  return (
    <section>
      <h3>{title}</h3>
      <dl className="facts">
        {keys.map(([key, what]) => (
          <div className="fact" key={what}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{text(what)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
