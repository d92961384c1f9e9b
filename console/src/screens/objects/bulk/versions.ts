// Bringing older versions back: a copy of each becomes the current one; nothing of the history goes.

import { objects as text } from "../../../messages/en/objects.ts";
import type { FoundObject } from "../../../queries/walk.ts";
import { startBulk } from "../../../work/bulk.ts";
import { copyBytes } from "./copy.ts";

export function restoreVersions(
  bucket: string,
  versions: readonly FoundObject[],
  onDone: () => void,
): void {
  startBulk<FoundObject>({
    title: text("restoringVersions", { count: versions.length, bucket }),
    totalItems: versions.length,
    batches: () => versions.map((version) => [version]),
    act: async ([version], gate) => {
      if (version === undefined) return {};
      await copyBytes(bucket, version, { Bucket: bucket, Key: version.key }, gate);
      return {};
    },
    onEnd: onDone,
  });
}
