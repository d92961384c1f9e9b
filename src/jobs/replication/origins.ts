// Where a version came from that a plain S3 remote's replication wrote here, told by its own metadata;
// and whether a destination is one of those places. So servers that are each other's remotes, two or
// in a ring, settle: nothing is sent back to where it is.

import type { Version } from "../../bucket/types.ts";
import { isVersionId, nullVersionId } from "../../s3/ids.ts";
import { sourceVersionMember } from "../../s3/replica-header.ts";
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
 * believed: metadata is the writer's word. A destination that forbids the question is taken to have
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
    // Every key may have a null version: only one of the same content is the one meant.
    const etag = answer.headers.get("etag")?.replaceAll('"', "");
    if (id !== nullVersionId || etag === version.etag) return true;
  }
  return false;
}
