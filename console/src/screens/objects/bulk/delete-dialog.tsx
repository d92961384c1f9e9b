// Deleting a selection. With versions it can be undone: the markers it made are removed again. Versions
// themselves go for good.

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ConfirmDialog } from "../../../components/dialog.tsx";
import { Check } from "../../../components/field.tsx";
import { ShowAs } from "../../../components/show-as.tsx";
import { toast } from "../../../components/toasts.tsx";
import { objects as text } from "../../../messages/en/objects.ts";
import { bucketFactsQuery } from "../../../queries/bucket-facts.ts";
import type { FoundObject } from "../../../queries/walk.ts";
import { startBulk } from "../../../work/bulk.ts";
import { deleteBatch } from "../../../work/delete-batch.ts";
import { CountLine, useCount } from "./count.tsx";
import { expand, type Selection } from "./selection.ts";

interface DeleteDialogProps {
  readonly selection: Selection;
  onDone(): void;
  onClose(): void;
}

export function DeleteDialog({ selection, onDone, onClose }: DeleteDialogProps) {
  const { bucket, rows } = selection;
  const { data: facts } = useQuery(bucketFactsQuery(bucket));
  const isOfVersions = rows.some(({ versionId }) => versionId !== undefined);
  const hasHistory = facts?.versioning === "Enabled";
  const [isForGood, setForGood] = useState(false);
  const [bypassGovernance, setBypass] = useState(false);
  const hasVersions = isForGood || isOfVersions;
  const count = useCount(selection, { hasVersions });
  const isUndoable = hasHistory && !hasVersions;
  const start = async () => {
    const markers: FoundObject[] = [];
    const onMarker = (key: string, versionId: string) =>
      markers.push({ name: key, key, versionId, sizeBytes: 0 });
    const state = startBulk<FoundObject>({
      title: text("deleting", { count: count.items, bucket }),
      totalItems: count.isFinal ? count.items : undefined,
      batches: (signal) => expand(selection, { signal, hasVersions }),
      act: (batch, gate) => deleteBatch({ bucket, bypassGovernance, onMarker }, batch, gate),
      onEnd: onDone,
    });
    state.then((ended) => {
      const undo = isUndoable && markers.length > 0;
      // Of a job that failed half-way the dock tells; what it did is taken back all the same.
      if (ended === "stopped" || (ended === "failed" && !undo)) return;
      const deleted = ended === "failed" ? markers.length : count.items;
      toast(text("deletedSome", { count: deleted }), {
        ...(undo && { undo: () => undelete(bucket, markers, onDone) }),
      });
    });
  };
  const [first] = rows;
  const input = {
    Bucket: bucket,
    Delete: {
      Objects: rows
        .filter(({ kind }) => kind !== "folder")
        .slice(0, 5)
        .map(({ key, versionId }) => ({ Key: key, VersionId: versionId })),
    },
  };
  const title =
    rows.length === 1 && first
      ? text("deleteOne", { name: first.name })
      : text("deleteMany", { count: rows.length });
  return (
    <ConfirmDialog
      title={title}
      lead={
        <>
          <p>{text(isUndoable ? "deleteUndoable" : "deleteFinal")}</p>
          <CountLine count={count} />
        </>
      }
      confirm={text("delete")}
      isOpen
      {...(!isUndoable && count.items > 100 && { typedName: bucket })}
      onConfirm={start}
      onClose={onClose}
    >
      {facts?.versioning !== "Never" && !isOfVersions && (
        <Check
          label={text("deleteVersions")}
          hint={text("deleteVersionsHint")}
          isChecked={isForGood}
          onChange={setForGood}
        />
      )}
      {facts?.hasLock && hasVersions && (
        <Check label={text("bypass")} isChecked={bypassGovernance} onChange={setBypass} />
      )}
      <div>
        <ShowAs calls={[{ service: "s3", operation: "DeleteObjects", input }]} />
      </div>
    </ConfirmDialog>
  );
}

/** Removes delete markers: what they hid is there again. */
export async function undelete(
  bucket: string,
  markers: readonly FoundObject[],
  onDone: () => void,
): Promise<void> {
  const batches: FoundObject[][] = [];
  for (let at = 0; at < markers.length; at += 1000) batches.push(markers.slice(at, at + 1000));
  await startBulk<FoundObject>({
    title: text("undeleting", { count: markers.length, bucket }),
    totalItems: markers.length,
    batches: () => batches,
    act: (batch, gate) => deleteBatch({ bucket }, batch, gate),
    onEnd: onDone,
  });
}
