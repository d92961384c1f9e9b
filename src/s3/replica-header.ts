// The header by which a write says that it is a replica: which version it is of, and when that was
// made. Only a caller with s3:ReplicateObject on the bucket may send it (auth/required-asks.ts); then
// the replica has the id and the time of its source. Everybody else's writes never carry it further
// than a refusal (SEC-104). Pure.

import { type Acl, aclPermissions, isGroup, maximumGrants } from "./acl.ts";
import { S3Error } from "./errors.ts";
import { isVersionId, nullVersionId } from "./ids.ts";

/** Under `x-amz-`, so that no signature may leave it out. */
export const replicaHeader = "x-amz-cairn-replica";

export interface ReplicaWish {
  /** Names the index the version is in. */
  readonly source: string;
  /** Its place in the order of that index. */
  readonly seq: number;
  /** Public id, `"null"` included. */
  readonly versionId: string;
  readonly modifiedAtMs: number;
  /** When its tags, ACL or lock were changed last. */
  readonly changedAtMs?: number;
  /** No bytes: the version is there, what is known of it changed. */
  readonly isChange?: true;
  /** Absent: nothing but its owner's full control. */
  readonly acl?: Acl;
  /** The bucket's owner shall own it. */
  readonly isOwnerOverridden?: true;
}

export function renderReplica(wish: ReplicaWish): string {
  return JSON.stringify(wish);
}

/** What the header says; `undefined` without one. Throws InvalidArgument for nonsense. */
export function readReplica(headers: Headers): ReplicaWish | undefined {
  const text = headers.get(replicaHeader);
  if (text === null) return undefined;
  const wish = parse(text);
  if (wish === undefined) {
    throw new S3Error("InvalidArgument", "The header does not describe a replica.", {
      detail: { ArgumentName: replicaHeader, ArgumentValue: text },
    });
  }
  return wish;
}

/** Member by member: nothing rides along. */
function parse(text: string): ReplicaWish | undefined {
  let given: Partial<Record<keyof ReplicaWish, unknown>>;
  try {
    given = JSON.parse(text) as typeof given;
  } catch {
    return undefined;
  }
  if (typeof given !== "object" || given === null) return undefined;
  const { source, seq, versionId, modifiedAtMs, changedAtMs, isChange } = given;
  const isNamed =
    typeof source === "string" &&
    /^[0-9a-z]{1,64}$/.test(source) &&
    typeof versionId === "string" &&
    (versionId === nullVersionId || isVersionId(versionId));
  if (!isNamed || !isTime(modifiedAtMs)) return undefined;
  if (typeof seq !== "number" || !Number.isFinite(seq)) return undefined;
  if (changedAtMs !== undefined && !isTime(changedAtMs)) return undefined;
  if (given.acl !== undefined && !isAcl(given.acl)) return undefined;
  return {
    ...{ source, seq, versionId, modifiedAtMs },
    ...(changedAtMs !== undefined && { changedAtMs }),
    ...(isChange === true && { isChange }),
    ...(isAcl(given.acl) && { acl: given.acl }),
    ...(given.isOwnerOverridden === true && { isOwnerOverridden: true as const }),
  };
}

function isAcl(value: unknown): value is Acl {
  if (!Array.isArray(value) || value.length > maximumGrants) return false;
  return value.every((grant: unknown) => {
    if (!Array.isArray(grant) || grant.length !== 2) return false;
    const [grantee, permission] = grant as [unknown, unknown];
    const isGrantee =
      typeof grantee === "string" && (isGroup(grantee) || /^[0-9a-f]{32,64}$/.test(grantee));
    return isGrantee && (aclPermissions as readonly unknown[]).includes(permission);
  });
}

/** Milliseconds, up to the year 9999. */
function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) < 253_402_300_800_000;
}
