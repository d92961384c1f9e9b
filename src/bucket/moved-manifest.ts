// Content made of parts that was copied: a manifest of its own, with the layout, sizes, ETags and
// checksums of the old one. Only where the parts lie is new.

import type { Segment } from "../s3/content.ts";
import type { IndexState } from "./index-state.ts";
import type { MovedPart, SwapMoveRequest } from "./move-types.ts";
import { blobsOf, type PartRow, renderSegments } from "./rows.ts";
import { statements } from "./statements.ts";

const everyPart = 10_001;

/** Writes the manifest `content`, beside `expectedContent`. Throws where a part is not as long. */
export function putMovedManifest(
  index: IndexState,
  request: Pick<SwapMoveRequest, "content" | "expectedContent" | "key"> & {
    readonly parts: readonly MovedPart[];
  },
): void {
  const { sql } = index;
  const { content, expectedContent, key, parts } = request;
  const manifest = sql.first<[string, string]>(statements.manifestOf, expectedContent);
  if (manifest === undefined) throw new Error(`no manifest ${expectedContent}`);
  const rows = sql.rows<PartRow>(statements.partsAfter, expectedContent, 0, everyPart);
  const moved = new Map(parts.map(({ partNumber, segments }) => [partNumber, segments]));
  const places = rows.map(([number, sizeBytes]) => {
    const segments = moved.get(number);
    const length = segments?.reduce((sum, segment) => sum + segment.length, 0);
    if (segments === undefined || length !== sizeBytes) throw new Error("a part is not as it was");
    return [number, renderSegments(segments, sizeBytes)];
  });
  sql.run(statements.putManifest, content, key, manifest[1], "{}");
  sql.run(statements.moveParts, expectedContent, content, JSON.stringify(places));
  countShared(
    index,
    parts.map(({ segments }) => segments),
  );
}

/** Counts the holders of blobs that several parts name: sealed bytes, of which copies took ranges. */
export function countShared({ sql }: IndexState, parts: readonly (readonly Segment[])[]): void {
  const holders = new Map<string, number>();
  for (const segments of parts) {
    for (const blob of blobsOf(segments)) holders.set(blob, (holders.get(blob) ?? 0) + 1);
  }
  for (const [blob, count] of holders) if (count > 1) sql.run(statements.setRefs, blob, count);
}
