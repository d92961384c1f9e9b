// Bringing older versions back: a copy of each becomes the current one; nothing of the history goes.

import { CopyObjectCommand } from "@aws-sdk/client-s3";
import { send } from "../../../clients/s3.ts";
import { objects as text } from "../../../messages/en/objects.ts";
import type { FoundObject } from "../../../queries/walk.ts";
import { startBulk } from "../../../work/bulk.ts";
import { copySource } from "./copy.ts";

export function restoreVersions(
  bucket: string,
  versions: readonly FoundObject[],
  onDone: () => void,
): void {
  startBulk<FoundObject>({
    title: text("restoringVersions", { count: versions.length, bucket }),
    totalItems: versions.length,
    batches: () => versions.map((version) => [version]),
    act: async ([version], { signal: abortSignal }) => {
      if (version === undefined) return {};
      const { key: Key, versionId } = version;
      const CopySource = copySource(bucket, Key, versionId);
      await send(new CopyObjectCommand({ Bucket: bucket, Key, CopySource }), { abortSignal });
      return {};
    },
    onEnd: onDone,
  });
}
