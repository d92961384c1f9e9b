// Two versions of a text beside each other in time: what the newer one added and removed.

import { useQuery } from "@tanstack/react-query";
import { Dialog } from "../../components/dialog.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { formatDateTime } from "../../components/format.ts";
import { Loading } from "../../components/parts.tsx";
import { SafeText } from "../../components/safe-text.tsx";
import { object as text } from "../../messages/en/object.ts";
import { type DiffLine, diffLines } from "./diff.ts";
import { type ObjectPlace, readRange } from "./place.ts";
import type { Version } from "./versions.tsx";

const largestCompared = 512 * 1024;

interface DiffDialogProps {
  readonly place: ObjectPlace;
  readonly before: Version;
  readonly after: Version;
  onClose(): void;
}

export function DiffDialog({ place, before, after, onClose }: DiffDialogProps) {
  const { data, error } = useQuery({
    queryKey: ["diff", place.bucket, place.key, before.versionId, after.versionId],
    queryFn: async () => {
      const read = async ({ versionId, sizeBytes }: Version) => {
        if (sizeBytes > largestCompared) throw new Error(text("tooLargeToCompare"));
        if (sizeBytes === 0) return "";
        const bytes = await readRange({ ...place, versionId }, 0, sizeBytes);
        return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
      };
      const [old, current] = await Promise.all([read(before), read(after)]);
      return diffLines(old, current);
    },
  });
  const isText = !(error instanceof TypeError);
  return (
    <Dialog
      title={text("compareTitle")}
      lead={text("compareLead", {
        before: formatDateTime(before.modified),
        after: formatDateTime(after.modified),
      })}
      isOpen
      size="large"
      onClose={onClose}
    >
      {error && <ErrorPanel error={isText ? error : new Error(text("notText"))} />}
      {!error && data === undefined && <Loading />}
      {data && <Diff lines={data} />}
    </Dialog>
  );
}

const signs = { same: " ", added: "+", removed: "−" } as const;
const context = 3;

function Diff({ lines }: { readonly lines: readonly DiffLine[] }) {
  const isNear = lines.map((_, index) =>
    lines.slice(Math.max(0, index - context), index + context + 1).some((l) => l.kind !== "same"),
  );
  if (!isNear.includes(true)) return <p>{text("noDifference")}</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="diff mono" tabIndex={0} aria-label={text("compareTitle")}>
      {lines.map((line, index) => {
        const key = `${index}`;
        if (!isNear[index]) {
          return isNear[index - 1] ? (
            <div key={key} className="diff-gap muted">
              …
            </div>
          ) : null;
        }
        return (
          <div key={key} className={`diff-line ${line.kind}`}>
            <span>{signs[line.kind]}</span>
            <SafeText>{line.text}</SafeText>
          </div>
        );
      })}
    </section>
  );
}
