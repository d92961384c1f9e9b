// Copies everything that a version names, blob by blob: for a move to another class, and for the copy
// that a restoration gives to readers. What the copies say of themselves is the asker's.

import type { ClaimMoveOutcome, MovedPart, RebuiltPart, Version } from "../bucket/types.ts";
import type { Env, Seams } from "../env.ts";
import type { Destination, Segment, StorageClass } from "../s3/content.ts";
import { newUploadId, newVersionId, nullVersionId } from "../s3/ids.ts";
import { type CopiedBlob, copyBlob } from "../storage/copy.ts";
import type { BlobOrigin, ReadOrigin } from "../storage/origin.ts";

/** Where copies are made. */
export interface CopyCall {
  readonly env: Env;
  readonly seams: Seams;
  readonly nowMs: number;
}

/** A version that a mover has, with its parts. */
export type Claim = Extract<ClaimMoveOutcome, { kind: "claimed" }>;

/** What the copies say of themselves. */
export interface Origins {
  version(source: ReadOrigin | null): BlobOrigin;
  part(manifest: string, partNumber: number): BlobOrigin;
}

export interface CopyFacts {
  readonly claim: Claim;
  readonly holding: StorageClass;
  readonly shown: StorageClass;
  readonly origins: Origins;
  /** Every copy made, also when the rest fails. */
  readonly copies: CopiedBlob[];
}

/** Copies everything the version names; gives what it is to name instead. */
export async function copyContent(
  call: CopyCall,
  facts: CopyFacts,
): Promise<{ content: string; parts?: readonly MovedPart[] }> {
  const { claim, copies } = facts;
  const { version, parts } = claim;
  const content = version.content ?? "";
  if (!content.startsWith("u")) {
    const from = [{ blob: content, offset: 0, length: version.sizeBytes }];
    const { etag, detail } = version;
    const copy = await copyBlob(call.env, {
      ...wishOf(call, facts),
      from,
      etag,
      ...(detail.checksum !== undefined && { checksum: detail.checksum }),
      origin: (source) => facts.origins.version(source),
    });
    copies.push(copy);
    return { content: copy.blob };
  }
  const manifest = newUploadId(call.nowMs, call.seams.randomBytes);
  return { content: manifest, parts: await copyParts(call, facts, { manifest, parts }) };
}

function wishOf({ seams }: CopyCall, { claim, holding, shown }: CopyFacts) {
  return { isSealed: claim.version.detail.encryption !== undefined, holding, shown, seams };
}

/** Copied so many at a time: Workers allow six connections that wait for headers. */
const atOnce = 3;

async function copyParts(
  call: CopyCall,
  facts: CopyFacts,
  { manifest, parts }: { manifest: string; parts: readonly RebuiltPart[] },
): Promise<MovedPart[]> {
  const moved: MovedPart[] = [];
  const sealed = new Map<string, Promise<CopiedBlob>>();
  for (let start = 0; start < parts.length; start += atOnce) {
    const batch = parts.slice(start, start + atOnce);
    const results = await Promise.allSettled(
      batch.map((part) => copyPart(call, facts, { manifest, part, sealed })),
    );
    for (const result of results) {
      if (result.status === "rejected") throw result.reason;
      moved.push(result.value);
    }
  }
  return moved;
}

/**
 * A part of plain bytes becomes one blob, whatever it lay in. Of sealed parts each blob is copied
 * whole, once, for nobody here can cut ciphertext.
 */
async function copyPart(
  call: CopyCall,
  facts: CopyFacts,
  wish: { manifest: string; part: RebuiltPart; sealed: Map<string, Promise<CopiedBlob>> },
): Promise<MovedPart> {
  const { manifest, part, sealed } = wish;
  const { partNumber, segments, sizeBytes } = part;
  const base = wishOf(call, facts);
  // A part's ETag need not be of its bytes: that of a copied range names where it lies.
  const copy = async (from: readonly Segment[]) => {
    const { checksum } = part;
    const copied = await copyBlob(call.env, {
      ...base,
      from,
      ...(checksum !== undefined && { checksum }),
      origin: () => facts.origins.part(manifest, partNumber),
    });
    facts.copies.push(copied);
    return copied;
  };
  if (segments.length === 0) return { partNumber, segments };
  if (!base.isSealed) {
    const { blob } = await copy(segments);
    return { partNumber, segments: [{ blob, offset: 0, length: sizeBytes }] };
  }
  const places: Segment[] = [];
  for (const { blob, offset, length } of segments) {
    const known = sealed.get(blob) ?? copy([{ blob, offset: 0, length: 0 }]);
    sealed.set(blob, known);
    places.push({ blob: (await known).blob, offset, length });
  }
  return { partNumber, segments: places };
}

/** As its writer would have stored it in the other class, with what was changed since. */
export function originsOfVersion(
  call: CopyCall,
  facts: { readonly bucketId: string; readonly claim: Claim; readonly to: Destination },
): Origins {
  const { bucketId, claim } = facts;
  const { key, detail } = claim.version;
  const { encryption } = detail;
  return {
    version: (source) => originOfVersion(call, facts, source),
    part: (uploadId, partNumber) => ({
      bucketId,
      key,
      uploadId,
      partNumber,
      ...(encryption !== undefined && { detail: { encryption } }),
    }),
  };
}

function originOfVersion(
  { seams }: CopyCall,
  { bucketId, claim, to }: Parameters<typeof originsOfVersion>[1],
  source: ReadOrigin | null,
): BlobOrigin {
  const { version, writtenAs } = claim;
  const { key, versionId, modifiedAtMs } = version;
  const isNull = versionId === nullVersionId;
  const isOwn = source?.key === key && source.isNull !== false;
  // A rebuild orders the null version by the id its writer chose.
  const own = writtenAs ?? (isOwn ? source.versionId : undefined);
  return {
    bucketId,
    key,
    versionId: isNull ? (own ?? newVersionId(modifiedAtMs, seams.randomBytes)) : versionId,
    isNull,
    detail: movedDetail(version, to),
  };
}

function movedDetail({ detail }: Version, { tier }: Destination) {
  const { checksum: _, tier: __, ...rest } = detail;
  return { ...rest, ...(tier !== undefined && { tier }) };
}
