// Which permissions a request needs, from its operation's row and its headers: the row's own action,
// and one more for each further thing the request does in passing (tags, ACL, lock). What only the
// handler can know (the source of a copy, the keys of DeleteObjects) it asks for itself.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html

import type { OperationRow } from "../s3/operations.ts";
import { readReplica, replicaHeader } from "../s3/replica-header.ts";
import type { Query } from "../s3/target.ts";
import type { Ask } from "./authorize.ts";

/** A request as far as permissions depend on it. */
export interface AskedRequest {
  readonly headers: Headers;
  readonly target: { readonly key: string | undefined; readonly query: Query };
  /**
   * The program itself reads what it replicates, as the role of the bucket's rules; or puts what it
   * delivers, a report or a log.
   */
  readonly errand?: "replication" | "delivery";
}

/** Operations that write an object with what their headers say. */
const writers: ReadonlySet<string> = new Set([
  "CopyObject",
  "CreateMultipartUpload",
  "PostObject",
  "PutObject",
]);

/** Of the actions called s3:PutObject, those that make an object when they succeed. */
const creators: ReadonlySet<string> = new Set([
  "CompleteMultipartUpload",
  "CopyObject",
  "PostObject",
  "PutObject",
  "RenameObject",
]);

/** Operations that look at the object before they change it: the caller must be allowed to. */
const comparers: ReadonlySet<string> = new Set([
  "CompleteMultipartUpload",
  "CopyObject",
  "DeleteObject",
  "PutObject",
  "RenameObject",
]);

/**
 * Everything `dispatch` must ask for before the handler runs. For DeleteObjects no more than a
 * glance: its handler asks key by key (SEC-089). Nothing for preflight, which the CORS rules decide.
 */
export function requiredAsks(row: OperationRow, request: AskedRequest): readonly Ask[] {
  if (row.action === "preflight") return [];
  if (row.name === "DeleteObjects") return [{ action: row.action, isGlance: true }];
  const { headers, target } = request;
  const { key } = target;
  const isOnObject = row.level === "object" || row.name === "PostObject";
  const versionId = isOnObject ? target.query.get("versionId") : undefined;
  const subject = {
    ...(isOnObject && key !== undefined && { key }),
    ...(versionId !== undefined && { versionId }),
    ...(row.level === "bucket" && row.method === "GET" && { isListing: true }),
    ...(creators.has(row.name) && { createsObject: true }),
  };
  const replicating = replicationActions(row, request);
  if (replicating !== undefined) return replicating.map((action) => ({ action, ...subject }));
  const namesVersion = target.query.has("versionId");
  const action = (namesVersion ? row.versionAction : undefined) ?? row.action;
  // What is delivered has the ACL that the owner's own configuration asks for, or AWS's policy for
  // inventories demands, and that policy allows s3:PutObject alone.
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html#example-bucket-policies-s3-inventory-1
  const further = furtherActions(row, headers, namesVersion).filter(
    (name) => name !== "s3:PutObjectAcl" || request.errand !== "delivery",
  );
  return [action, ...further].map((name) => ({
    action: name,
    ...subject,
    ...(name === "s3:PutObjectAcl" && writers.has(row.name) && { isInPassing: true }),
  }));
}

/** Operations that may write a replica, or make one's delete marker. */
const replicators: ReadonlySet<string> = new Set([
  "AbortMultipartUpload",
  "CompleteMultipartUpload",
  "CreateMultipartUpload",
  // Whoever goes on with an upload asks what is there.
  "ListParts",
  "PutObject",
  "UploadPart",
]);

/**
 * Replication asks for permissions of its own, and for no others: who may replicate need not be
 * allowed to write as users do.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
 */
function replicationActions(row: OperationRow, request: AskedRequest): string[] | undefined {
  const { headers, errand } = request;
  const isRead = row.name === "GetObject" || row.name === "HeadObject";
  if (errand === "replication" && isRead) return ["s3:GetObjectVersionForReplication"];
  if (!headers.has(replicaHeader)) return undefined;
  // Versions are never deleted by replication: who names one needs the right to delete it.
  if (row.name === "DeleteObject") {
    return request.target.query.has("versionId") ? undefined : ["s3:ReplicateDelete"];
  }
  // Where it means nothing it is worth nothing.
  if (!replicators.has(row.name)) return undefined;
  const { isChange, isOwnerOverridden } = readReplica(headers) ?? {};
  return [
    "s3:ReplicateObject",
    ...(isChange === true || headers.has("x-amz-tagging") ? ["s3:ReplicateTags"] : []),
    ...(isOwnerOverridden === true ? ["s3:ObjectOwnerOverrideToBucketOwner"] : []),
    ...comparerActions(row.name, headers),
  ];
}

function furtherActions(row: OperationRow, headers: Headers, namesVersion: boolean): string[] {
  const { name } = row;
  if (writers.has(name)) return [...writerActions(headers), ...comparerActions(name, headers)];
  if (comparers.has(name)) return comparerActions(name, headers);
  // AWS: both permissions, for what the attributes tell of the content.
  if (name === "GetObjectAttributes")
    return [namesVersion ? "s3:GetObjectVersion" : "s3:GetObject"];
  return name === "CreateBucket" ? bucketActions(headers) : [];
}

function writerActions(headers: Headers): string[] {
  const actions: string[] = [];
  if (headers.has("x-amz-tagging")) actions.push("s3:PutObjectTagging");
  if (namesAcl(headers)) actions.push("s3:PutObjectAcl");
  const hasRetention =
    headers.has("x-amz-object-lock-mode") || headers.has("x-amz-object-lock-retain-until-date");
  if (hasRetention) actions.push("s3:PutObjectRetention");
  if (headers.has("x-amz-object-lock-legal-hold")) actions.push("s3:PutObjectLegalHold");
  return actions;
}

/**
 * If-Match with an ETag tells whether the object has it.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
function comparerActions(name: string, headers: Headers): string[] {
  const etag = headers.get("if-match");
  return etag === null || etag === "*" || !comparers.has(name) ? [] : ["s3:GetObject"];
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html, "Permissions" */
function bucketActions(headers: Headers): string[] {
  const actions: string[] = [];
  if (namesAcl(headers)) actions.push("s3:PutBucketAcl");
  if (headers.get("x-amz-bucket-object-lock-enabled")?.toLowerCase() === "true") {
    actions.push("s3:PutBucketObjectLockConfiguration", "s3:PutBucketVersioning");
  }
  if (headers.has("x-amz-object-ownership")) actions.push("s3:PutBucketOwnershipControls");
  return actions;
}

function namesAcl(headers: Headers): boolean {
  if (headers.has("x-amz-acl")) return true;
  return ["full-control", "read", "read-acp", "write", "write-acp"].some((name) =>
    headers.has(`x-amz-grant-${name}`),
  );
}
