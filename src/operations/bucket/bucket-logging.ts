// Server access logging of a bucket: where its log goes. Without a target the answer is an empty
// document. The lines are made in `s3/access-log-line.ts`, delivered in `jobs/deliver-logs.ts`.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLogging.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLogging.html
//
// Differs from AWS:
// - Grants (TargetGrants) that the target bucket would not take, as public ones under Block Public Access,
//   are left out of the log objects.
// - Keys in a log are URL encoded once.
// - Logs are delivered every five minutes; AWS says "within a few hours".

import { judge } from "../../auth/authorize.ts";
import { accessOf } from "../../auth/bucket-access.ts";
import { type BucketRecord, loadBucket } from "../../catalog/buckets.ts";
import { type AclPermission, logDelivery } from "../../s3/acl.ts";
import { S3Error } from "../../s3/errors.ts";
import type { OperationInput, OperationOutput } from "../../s3/operation-types.ts";
import type { Principal } from "../../s3/principal.ts";
import type { BucketContext } from "../context.ts";
import type { Handler } from "../handlers.ts";
import { loadSetting, saveSetting } from "./settings.ts";

type Status = NonNullable<OperationInput<"PutBucketLogging">["BucketLoggingStatus"]>;
type Enabled = NonNullable<Status["LoggingEnabled"]>;

/** Who delivers logs, as bucket policies name it. */
export const loggingService = "logging.s3.amazonaws.com";

const maximumPrefixLength = 1024;

export const getBucketLogging: Handler<"GetBucketLogging"> = async (context) =>
  (await loadSetting<OperationOutput<"GetBucketLogging">>(context, "logging")) ?? {};

export const putBucketLogging: Handler<"PutBucketLogging"> = async (context, input) => {
  const enabled = input.BucketLoggingStatus?.LoggingEnabled;
  if (enabled !== undefined) await checkTarget(context, enabled);
  await saveSetting(context, "logging", enabled === undefined ? {} : { LoggingEnabled: enabled });
  return {};
};

/**
 * Throws MalformedXML, InvalidTargetBucketForLogging (no such bucket, somebody else's, or one that
 * does not let the service write), CrossLocationLoggingProhibited.
 */
async function checkTarget(context: BucketContext, enabled: Enabled): Promise<void> {
  const { TargetBucket: name, TargetPrefix: prefix } = enabled;
  if (name === undefined || prefix === undefined) throw new S3Error("MalformedXML");
  checkKeyFormat(enabled.TargetObjectKeyFormat);
  if (prefix.length > maximumPrefixLength) throw new S3Error("KeyTooLongError");
  const target = name === context.bucket.name ? context.bucket : await loadBucket(context, name);
  if (target === undefined)
    throw refuseTarget("The target bucket for logging does not exist", name);
  if (target.accountId !== context.bucket.accountId) {
    const message = "The owner for the bucket to be logged and the target bucket must be the same.";
    throw refuseTarget(message, name);
  }
  if (target.region !== context.bucket.region) {
    throw new S3Error("CrossLocationLoggingProhibited", undefined, {
      detail: {
        TargetBucketLocation: target.region,
        SourceBucketLocation: context.bucket.region,
      },
    });
  }
  checkGrants(enabled, target);
  if (!mayDeliver(context, target, prefix) && !grantsDelivery(target)) {
    const message =
      "You must either provide the necessary permissions to the logging service using a bucket policy or give the log-delivery group WRITE and READ_ACP permissions to the target bucket";
    throw refuseTarget(message, name);
  }
}

function refuseTarget(message: string, TargetBucket: string): S3Error {
  return new S3Error("InvalidTargetBucketForLogging", message, { detail: { TargetBucket } });
}

function checkKeyFormat(format: Enabled["TargetObjectKeyFormat"]): void {
  if (format === undefined) return;
  const { SimplePrefix, PartitionedPrefix } = format;
  if ((SimplePrefix === undefined) === (PartitionedPrefix === undefined)) {
    throw new S3Error("MalformedXML");
  }
  const source = PartitionedPrefix?.PartitionDateSource;
  if (source === undefined || source === "EventTime" || source === "DeliveryTime") return;
  throw new S3Error("MalformedXML");
}

const grantable = ["FULL_CONTROL", "READ", "WRITE"];

/** Grants are ACLs: where the owner of the bucket owns everything, there are none. */
function checkGrants({ TargetGrants: grants = [] }: Enabled, target: BucketRecord): void {
  if (grants.length === 0) return;
  const isWhole = grants.every(
    ({ Grantee, Permission }) =>
      Grantee?.Type !== undefined && grantable.includes(Permission ?? ""),
  );
  if (!isWhole) throw new S3Error("MalformedXML");
  if (accessOf(target).acl !== undefined) return;
  throw new S3Error("AccessControlListNotSupported", "The target bucket does not allow ACLs");
}

/** Whether the target's policy lets the service write the log of this bucket. */
function mayDeliver(context: BucketContext, target: BucketRecord, prefix: string): boolean {
  const principal: Principal = {
    type: "Service",
    accountId: "",
    canonicalId: "",
    displayName: loggingService,
    arn: loggingService,
    isOperator: false,
  };
  const { bucket } = context;
  const call = {
    ...context,
    principal,
    isSecure: true,
    headers: new Headers(),
    onBehalfOf: {
      sourceArn: `arn:aws:s3:::${bucket.name}`,
      sourceAccountId: bucket.accountId,
    },
  };
  const key = `${prefix}2006-03-01-00-00-00-0123456789ABCDEF`;
  return judge(call, target, { action: "s3:PutObject", key, createsObject: true }).isAllowed;
}

/** Whether the target's ACL gives the log-delivery group what it needs. */
function grantsDelivery(target: BucketRecord): boolean {
  const { acl = [] } = accessOf(target);
  const permissions = acl
    .filter(([grantee]) => grantee === logDelivery)
    .map(([, permission]) => permission);
  const has = (permission: AclPermission) =>
    permissions.includes(permission) || permissions.includes("FULL_CONTROL");
  return has("WRITE") && has("READ_ACP");
}

/** Where the log of a bucket goes, and how its objects are named. */
export interface LoggingTarget {
  readonly bucket: string;
  readonly prefix: string;
  /** Absent: everything straight behind the prefix. */
  readonly partitionedBy?: "EventTime" | "DeliveryTime";
  /** Headers that give log objects the ACL asked for, the owner's own grant among them. */
  readonly grants?: Readonly<Record<string, string>>;
}

const grantHeaders: Readonly<Record<string, string>> = {
  FULL_CONTROL: "x-amz-grant-full-control",
  READ: "x-amz-grant-read",
  WRITE: "x-amz-grant-write",
};

function grantsOf(
  grants: NonNullable<Enabled["TargetGrants"]>,
  ownerId: string,
): Readonly<Record<string, string>> {
  const values = new Map([["x-amz-grant-full-control", [`id="${ownerId}"`]]]);
  for (const { Grantee, Permission } of grants) {
    const header = grantHeaders[Permission ?? ""];
    const name =
      Grantee?.ID !== undefined
        ? `id="${Grantee.ID}"`
        : Grantee?.URI !== undefined
          ? `uri="${Grantee.URI}"`
          : `emailAddress="${Grantee?.EmailAddress ?? ""}"`;
    if (header !== undefined) values.set(header, [...(values.get(header) ?? []), name]);
  }
  return Object.fromEntries([...values].map(([header, names]) => [header, names.join(", ")]));
}

/** The target of a bucket's log as this isolate knows it; `undefined` when it is not logged. */
export function loggingTargetOf({
  settings,
  ownerCanonicalId,
}: BucketRecord): LoggingTarget | undefined {
  const text = settings.get("logging");
  if (text === undefined) return undefined;
  const enabled = (JSON.parse(text) as Status | null)?.LoggingEnabled;
  if (enabled?.TargetBucket === undefined) return undefined;
  const { TargetGrants: grants = [] } = enabled;
  const partitioned = enabled.TargetObjectKeyFormat?.PartitionedPrefix;
  return {
    bucket: enabled.TargetBucket,
    prefix: enabled.TargetPrefix ?? "",
    ...(partitioned !== undefined && {
      partitionedBy: partitioned.PartitionDateSource === "EventTime" ? "EventTime" : "DeliveryTime",
    }),
    ...(grants.length > 0 && { grants: grantsOf(grants, ownerCanonicalId) }),
  };
}
