// The largest object there can be: 10,000 parts of 5 GiB, 48.8 TiB. Completed, resolved and read at
// its end in one turn each. https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
import { expect, it } from "vitest";
import { openIndex } from "./fixture.ts";

const partBytes = 5 * 1024 ** 3;
const partsCount = 10_000;

it("an object of 48.8 TiB completes and resolves to the byte", async () => {
  const index = await openIndex();
  const uploadId = index.uploadId();
  await index.rpc.createUpload({
    ...index.facts,
    key: "k",
    uploadId,
    facts: { storageClass: "STANDARD", detail: {}, initiator: { id: "i", displayName: "i" } },
  });
  const etag = "0123456789abcdef0123456789abcdef";
  const blobs = Array.from({ length: partsCount }, () => index.blob());
  await index.inside((_, storage) => {
    for (const [at, blob] of blobs.entries()) {
      storage.sql.exec(
        `INSERT INTO parts (content, number, size, etag, modified_at, segments)
         VALUES (?, ?, ?, ?, ?, ?)`,
        ...[uploadId, at + 1, partBytes, etag, index.nowMs, blob],
      );
    }
  });
  const parts = blobs.map((_, at) => ({ partNumber: at + 1, etag }));
  const outcome = await index.rpc.completeUpload({
    ...index.facts,
    key: "k",
    uploadId,
    versioning: "Unversioned",
    versionId: index.versionId(),
    parts,
  });
  const sizeBytes = partsCount * partBytes;
  expect(outcome).toMatchObject({ kind: "committed", sizeBytes });
  expect(sizeBytes).toBe(53_687_091_200_000);
  const last = { kind: "from-to", first: sizeBytes - partBytes - 1 } as const;
  const found = await index.rpc.resolve({
    ...index.facts,
    key: "k",
    range: last,
    wantSegments: true,
  });
  expect(found.kind === "found" && found.segments).toEqual([
    { blob: blobs.at(-2), offset: partBytes - 1, length: 1 },
    { blob: blobs.at(-1), offset: 0, length: partBytes },
  ]);
});
