// Where a version came from that a plain S3 remote's replication wrote here, told by its own metadata;
// and whether a destination is one of those places. So servers that are each other's remotes, two or
// in a ring, settle: nothing is sent back to where it is.

import type { Version } from "../../bucket/types.ts";
import { isVersionId, nullVersionId } from "../../s3/ids.ts";
import { sourceVersionMember } from "../../s3/source-version.ts";
import { judge } from "./exchange.ts";
import type { Send } from "./sender.ts";

/** Servers that a version may have gone through: the end of a ring that may not be asked. */
export const longestWay = 16;

/** The ids that the version had on the servers it came by, the nearest first; mostly none. */
export function originsOf({ detail }: Pick<Version, "detail">): readonly string[] {
  const text = detail.metadata?.[sourceVersionMember] ?? "";
  return text.split(" ").filter((id) => id === nullVersionId || isVersionId(id));
}

/**
 * Whether the destination has one of the versions that this one was made from. Asked of it rather than
 * believed: metadata is the writer's word, and tools hand it on with new content. A destination that forbids the question is taken to have
 * none. Throws as a copy ends, where it cannot answer now.
 */
export async function cameFrom(send: Send, version: Version): Promise<boolean> {
  for (const id of originsOf(version)) {
    const query = `versionId=${encodeURIComponent(id)}`;
    const request = { method: "HEAD", key: version.key, query, body: null } as const;
    const answer = await send({ ...request, headers: new Headers() });
    if (answer.status >= 500 || answer.status === 429) await judge(answer);
    // Servers without versions answer with what they have.
    if (!answer.ok || answer.headers.get("x-amz-version-id") !== id) continue;
    if (isSameContent(answer, { id, version })) return true;
  }
  return false;
}

/** Whether what was found can be what the version was made from. */
function isSameContent(
  { headers }: Response,
  { id, version }: { readonly id: string; readonly version: Version },
): boolean {
  const etag = headers.get("etag")?.replaceAll('"', "") ?? "";
  // Every key may have a null version: only one of the same content is the one meant.
  if (id === nullVersionId) return etag === version.etag;
  const length = headers.get("content-length");
  if (length !== null && Number(length) !== version.sizeBytes) return false;
  const seal = headers.get("x-amz-server-side-encryption") ?? "AES256";
  const isSealed = version.detail.encryption !== undefined || seal !== "AES256";
  // Only the digest of whole, open bytes is the same wherever they are.
  const areDigests = !isSealed && digestShape.test(etag) && digestShape.test(version.etag);
  return !areDigests || etag === version.etag;
}

const digestShape = /^[0-9a-f]{32}$/;

/**
 * Whether the object that a destination has now is the one that was deleted here, where that came from
 * elsewhere: a deletion that comes back must not hide what was written there since.
 */
export function isWhatWasDeleted(
  { headers }: Response,
  { version, id }: { readonly version: Version; readonly id: string | undefined },
): boolean {
  const origins = originsOf(version);
  const there = headers.get("x-amz-version-id");
  if (origins.length === 0 || there === null) return true;
  const [source] = (headers.get(`x-amz-meta-${sourceVersionMember}`) ?? "").split(" ");
  return there === id || origins.includes(there) || source === version.versionId;
}
