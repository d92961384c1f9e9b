// "Show as code": what an action sends, as the AWS CLI, the JavaScript SDK, boto3 and JSON. The one
// place that knows how those are written; actions hand over the operation's name and input.

import { useState } from "react";
import { frame as text } from "../messages/en/frame.ts";
import { CopyButton } from "./copy-button.tsx";
import { Dialog } from "./dialog.tsx";
import { SafeLines } from "./safe-text.tsx";
import { type Call, renderCall, styles } from "./show-as-text.ts";
import { ShowButton } from "./show-button.tsx";
import { Tabs } from "./tabs.tsx";

interface ShowAsProps {
  readonly calls: readonly Call[];
  /** The id of the action's button, where there are many on a page. */
  readonly describedBy?: string;
  /** An icon alone, for actions of rows. */
  readonly isSmall?: boolean;
}

/** A button that shows the calls of an action. */
export function ShowAs({ calls, describedBy, isSmall }: ShowAsProps) {
  const [isOpen, setOpen] = useState(false);
  const open = () => setOpen(true);
  return (
    <>
      <ShowButton name={text("showAs")} onClick={open} {...{ isSmall, describedBy }} />
      <ShowAsDialog calls={calls} isOpen={isOpen} onClose={() => setOpen(false)} />
    </>
  );
}

interface ShowAsDialogProps {
  readonly calls: readonly Call[];
  readonly isOpen: boolean;
  onClose(): void;
}

export function ShowAsDialog({ calls, isOpen, onClose }: ShowAsDialogProps) {
  const [style, setStyle] = useState<string>("cli");
  const tabs = styles.map(({ id, label }) => ({
    id,
    label,
    render: () => <Snippet code={calls.map((call) => renderCall(id, call)).join("\n\n")} />,
  }));
  return (
    <Dialog title={text("showAsTitle")} isOpen={isOpen} size="large" onClose={onClose}>
      <Tabs label={text("showAsTitle")} tabs={tabs} chosen={style} onChoose={setStyle} />
    </Dialog>
  );
}

/** Code with a button that copies it. */
export function Snippet({ code }: { readonly code: string }) {
  return (
    <div className="snippet">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre tabIndex={0}>
        <code>
          <SafeLines>{code}</SafeLines>
        </code>
      </pre>
      <CopyButton value={code} />
    </div>
  );
}
