// Replication rules of a bucket: what of it is copied where, and as which role.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketReplication.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketReplication.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketReplication.html
//
// Differs from AWS:
// - A destination may be a remote that the operator registered: `arn:cairn:replication:::NAME`.
// - The role must exist and trust s3.amazonaws.com when the rules are stored; AWS notices later.
// - Not replicated: annotations, and objects under SSE-C, whose keys nobody has here.
// - Of the events of Replication Time Control the two about a missed threshold that has not ended yet
//   (OperationMissedThreshold, OperationNotTracked) are never sent.
// - A lock gets weaker at the destination only where the role has the permission to weaken it there.
// - ExistingObjectReplication may be enabled by everybody; what exists is replicated by a job.

import { judgePlain } from "../../auth/authorize.ts";
import { roleArnShape, trustsService } from "../../auth/service-trust.ts";
import { type BucketRecord, loadBucket } from "../../catalog/buckets.ts";
import { findIdentity } from "../../catalog/identities.ts";
import { findRemote } from "../../catalog/remotes.ts";
import { S3Error } from "../../s3/errors.ts";
import { newRequestId } from "../../s3/ids.ts";
import type { OperationOutput } from "../../s3/operation-types.ts";
import { invalidArgument } from "../../s3/parameters.ts";
import {
  type DestinationDocument,
  parseReplicationTarget,
  type ReplicationDocument,
} from "../../s3/replication-rules.ts";
import type { BucketContext } from "../context.ts";
import type { Handler } from "../handlers.ts";
import { hasLock } from "../object/lock.ts";
import { checkReplication } from "./replication-document.ts";
import { changeSetting, dropSetting, renderSetting, requireSetting } from "./settings.ts";

export const getBucketReplication: Handler<"GetBucketReplication"> = (context) =>
  requireSetting<OperationOutput<"GetBucketReplication">>(
    context,
    "replication",
    "ReplicationConfigurationNotFoundError",
  );

export const putBucketReplication: Handler<"PutBucketReplication"> = async (context, input) => {
  const given = input.ReplicationConfiguration as ReplicationDocument | undefined;
  const checked = checkReplication(given, () => newRequestId(context.seams.randomBytes));
  await checkRole(context, checked.Role);
  const known = new Map<string, DestinationDocument>();
  for (const { Destination: destination } of checked.Rules) {
    known.set(`${destination.Bucket} ${destination.Account ?? ""}`, destination);
  }
  for (const destination of known.values()) await checkDestination(context, destination);
  const document = renderSetting({ ReplicationConfiguration: checked });
  await changeSetting(context, "replication", ({ settings }) => {
    if (settings.get("versioning") === "Enabled") return document;
    throw new S3Error(
      "InvalidRequest",
      "Versioning must be 'Enabled' on the bucket to apply a replication configuration",
    );
  });
  return {};
};

export const deleteBucketReplication: Handler<"DeleteBucketReplication"> = async (context) => {
  await dropSetting(context, "replication");
  return {};
};

/** A role of the bucket's account that S3 may assume and that the caller may hand to it. */
async function checkRole(context: BucketContext, arn: string): Promise<void> {
  const [, accountId, name] = roleArnShape.exec(arn) ?? [];
  if (accountId === undefined || name === undefined) {
    throw invalidArgument("Invalid Role ARN", "Role", arn);
  }
  const passing = {
    action: "iam:PassRole",
    resource: arn,
    accountId,
    keys: { "iam:passedtoservice": "s3.amazonaws.com" },
  };
  if (!judgePlain(context, passing).isAllowed) throw new S3Error("AccessDenied");
  const role = await findIdentity(context, { accountId, kind: "role", name });
  const isUsable =
    accountId === context.bucket.accountId &&
    role?.arn === arn &&
    trustsService(role.role?.trustPolicy, arn, { ...context, accountId });
  if (isUsable) return;
  throw new S3Error(
    "InvalidRequest",
    "The role does not exist in the bucket owner's account, or cannot be assumed by s3.amazonaws.com.",
    { detail: { ArgumentName: "Role", ArgumentValue: arn } },
  );
}

async function checkDestination(
  context: BucketContext,
  { Bucket: arn = "", Account: account }: DestinationDocument,
): Promise<void> {
  const target = parseReplicationTarget(arn);
  if (target?.kind === "remote") {
    const remote = await findRemote(context, target.remote, context.bucket.accountId);
    if (remote === undefined) throw noDestination();
    return;
  }
  const bucket = target && (await loadBucket(context, target.bucket));
  if (bucket === undefined) throw noDestination();
  checkBucket(context, bucket, account);
}

function checkBucket(context: BucketContext, bucket: BucketRecord, account?: string): void {
  if (bucket.bucketId === context.bucket.bucketId) {
    throw new S3Error("InvalidRequest", "Destination bucket cannot be the same as source bucket.");
  }
  if (bucket.settings.get("versioning") !== "Enabled") {
    throw new S3Error("InvalidRequest", "Destination bucket must have versioning enabled.");
  }
  if (account !== undefined && account !== bucket.accountId) {
    throw new S3Error("InvalidRequest", "The destination account does not own the bucket.");
  }
  if (hasLock(context.bucket) && !hasLock(bucket)) {
    throw new S3Error(
      "InvalidRequest",
      "Object Lock must be enabled on the destination bucket, as it is on the source bucket.",
    );
  }
}

function noDestination(): S3Error {
  return new S3Error("InvalidRequest", "Destination bucket must exist.");
}
