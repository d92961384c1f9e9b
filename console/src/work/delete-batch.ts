// One DeleteObjects call as a step of a bulk job.

import { DeleteObjectsCommand } from "@aws-sdk/client-s3";
import { send } from "../clients/s3.ts";
import type { FoundObject } from "../queries/walk.ts";
import type { BatchOutcome, StepGate } from "./bulk.ts";

export interface DeleteWish {
  readonly bucket: string;
  readonly bypassGovernance?: boolean;
  /** Hears of the delete markers that were made: an undo removes them. */
  onMarker?(key: string, versionId: string): void;
}

/** Deletes up to 1,000; with a version id for good. Answers what was refused. */
export async function deleteBatch(
  wish: DeleteWish,
  batch: readonly FoundObject[],
  { signal }: StepGate,
): Promise<BatchOutcome> {
  if (batch.length === 0) return {};
  const named = new Map(batch.map((item) => [`${item.key}\n${item.versionId ?? ""}`, item.name]));
  const output = await send(
    new DeleteObjectsCommand({
      Bucket: wish.bucket,
      Delete: {
        Objects: batch.map(({ key, versionId }) => ({
          Key: key,
          ...(versionId !== undefined && { VersionId: versionId }),
        })),
      },
      ...(wish.bypassGovernance && { BypassGovernanceRetention: true }),
    }),
    { abortSignal: signal },
  );
  for (const { Key, DeleteMarker, DeleteMarkerVersionId, VersionId } of output.Deleted ?? []) {
    if (Key !== undefined && DeleteMarker && DeleteMarkerVersionId && !VersionId) {
      wish.onMarker?.(Key, DeleteMarkerVersionId);
    }
  }
  const errors = output.Errors ?? [];
  const failures = errors.map(({ Key = "", VersionId = "", Code = "", Message = "" }) => ({
    name: named.get(`${Key}\n${VersionId}`) ?? Key,
    error: { name: Code, message: Message },
  }));
  return { failures };
}
