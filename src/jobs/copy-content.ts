// Copies everything that a version names, blob by blob: for a move to another class, and for the copy
// that a restoration gives to readers. What the copies say of themselves is the asker's.

import type { ClaimMoveOutcome, MovedPart, Version } from "../bucket/types.ts";
import type { Env, Seams } from "../env.ts";
import type { Destination, StorageClass } from "../s3/content.ts";
import { newUploadId, newVersionId, nullVersionId } from "../s3/ids.ts";
import { type CopiedBlob, copyBlob } from "../storage/copy.ts";
import type { BlobOrigin, ReadOrigin } from "../storage/origin.ts";
import { type CopyPace, copyPace, type Note, PartsCopy } from "./copy-parts.ts";

/** Where copies are made. */
export interface CopyCall {
  readonly env: Env;
  readonly seams: Seams;
  readonly nowMs: number;
  /** How far one call goes; as usual when absent. */
  readonly pace?: CopyPace;
}

/** A version that a mover has, with its parts. */
export type Claim = Extract<ClaimMoveOutcome, { kind: "claimed" }>;

/** What the copies say of themselves. */
export interface Origins {
  version(source: ReadOrigin | null): BlobOrigin;
  part(manifest: string, partNumber: number): BlobOrigin;
}

/** What a mover made. */
export class Copies {
  /** Every copy, also when the rest fails. */
  readonly made: CopiedBlob[] = [];
  /** Those that the index knows of: they are no longer the mover's to delete. */
  readonly noted = new Set<string>();

  /** What nobody knows of. */
  get loose(): string[] {
    return this.made.map(({ blob }) => blob).filter((blob) => !this.noted.has(blob));
  }
}

export interface CopyFacts {
  readonly claim: Claim;
  readonly holding: StorageClass;
  readonly shown: StorageClass;
  readonly origins: Origins;
  readonly copies: Copies;
  /** How parts are noted that a later mover need not copy again. */
  readonly note: Note;
}

/** What the version is to name instead: a blob, or a manifest of these parts, or of those noted. */
export interface CopiedNames {
  readonly content: string;
  readonly parts?: readonly MovedPart[];
  readonly isNoted?: true;
}

/** Copies everything the version names, or as much as one slice may; `left`: nothing at all. */
export async function copyContent(
  call: CopyCall,
  facts: CopyFacts,
): Promise<CopiedNames | "paused" | "left"> {
  const { claim, copies, origins } = facts;
  const { version, parts } = claim;
  const largestBytes = call.pace?.largestBytes ?? Number.POSITIVE_INFINITY;
  const pieces = parts.length > 0 ? parts : [version];
  if (pieces.some(({ sizeBytes }) => sizeBytes > largestBytes)) return "left";
  const source = version.content ?? "";
  if (source.startsWith("u")) return copyParts(call, facts);
  const { etag, detail } = version;
  const copy = await copyBlob(call.env, {
    ...wishOf(call, facts),
    from: [{ blob: source, offset: 0, length: version.sizeBytes }],
    etag,
    ...(detail.checksum !== undefined && { checksum: detail.checksum }),
    origin: (known) => origins.version(known),
  });
  copies.made.push(copy);
  return { content: copy.blob };
}

function wishOf({ seams }: CopyCall, { claim, holding, shown }: CopyFacts) {
  return { isSealed: claim.version.detail.encryption !== undefined, holding, shown, seams };
}

async function copyParts(call: CopyCall, facts: CopyFacts): Promise<CopiedNames | "paused"> {
  const { claim, copies, note, origins } = facts;
  const wish = wishOf(call, facts);
  const content = claim.copied?.content ?? newUploadId(call.nowMs, call.seams.randomBytes);
  const work = new PartsCopy(call, {
    ...{ parts: claim.parts, isSealed: wish.isSealed, content, note, noted: copies.noted },
    ...(claim.copied !== undefined && { copied: claim.copied }),
    pace: call.pace ?? copyPace,
    // A part's ETag need not be of its bytes: that of a copied range names where it lies.
    copy: async ({ partNumber, checksum }, from) => {
      const copy = await copyBlob(call.env, {
        ...wish,
        from,
        ...(checksum !== undefined && { checksum }),
        origin: () => origins.part(content, partNumber),
      });
      copies.made.push(copy);
      return copy;
    },
  });
  const outcome = await work.run();
  if (outcome.kind === "paused") return "paused";
  return outcome.kind === "noted" ? { content, isNoted: true } : { content, parts: outcome.parts };
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
