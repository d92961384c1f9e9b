// What of another bucket's settings a new bucket has now, and what not, with the reason.

import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { Badge } from "../../components/parts.tsx";
import { SafeText } from "../../components/safe-text.tsx";
import { describeError } from "../../errors.ts";
import { buckets as text } from "../../messages/en/buckets.ts";
import type { CloneResult } from "./clone.ts";

interface ReportProps {
  readonly bucket: string;
  readonly source: string;
  readonly results: readonly CloneResult[];
  onClose(): void;
}

export function CloneReport({ bucket, source, results, onClose }: ReportProps) {
  const count = (outcome: string) => results.filter((one) => one.outcome === outcome).length;
  const words = { copied: count("copied"), failed: count("failed"), notSet: count("notSet") };
  return (
    <Dialog
      title={text("cloneTitle", { bucket, source })}
      lead={text("cloneSum", words)}
      isOpen
      onClose={onClose}
      actions={
        <Button kind="primary" onClick={onClose}>
          {text("cloneOn")}
        </Button>
      }
    >
      <ul className="clone-report">
        {results.map(({ title, outcome, error }) => (
          <li key={title} className="row">
            <Badge tone={tones[outcome]}>{text(`clone_${outcome}`)}</Badge>
            <span>{title}</span>
            {error !== undefined && (
              <span className="muted small">
                <SafeText>{wordsOf(error)}</SafeText>
              </span>
            )}
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

const tones = { copied: "good", notSet: "plain", failed: "danger" } as const;

function wordsOf(error: unknown): string {
  const { code, message, denial } = describeError(error);
  return denial?.action === undefined ? `${code}: ${message}` : `${code}: ${denial.action}`;
}
