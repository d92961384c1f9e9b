// Server access logging of a bucket: where its log goes. Without a target the answer is an empty
// document. The lines are made in `s3/access-log-line.ts`, delivered in `jobs/deliver-logs.ts`.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLogging.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLogging.html
//
// Differs from AWS:
// - Grants (TargetGrants) are kept and shown; log objects get the target bucket's default ACL.
// - Keys in a log are URL encoded once.
// - A log in which nothing fails is delivered every five minutes; AWS says "within a few hours".

import { judge } from "../../auth/authorize.ts";
import { type BucketRecord, loadBucket } from "../../catalog/buckets.ts";
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
  if (ownershipOf(target) !== "BucketOwnerEnforced") return;
  throw new S3Error("AccessControlListNotSupported", "The target bucket does not allow ACLs");
}

function ownershipOf({ settings }: BucketRecord): string {
  const text = settings.get("ownershipControls");
  if (text === undefined) return "BucketOwnerEnforced";
  const document = JSON.parse(text) as {
    readonly OwnershipControls?: { readonly Rules?: readonly { ObjectOwnership?: string }[] };
  } | null;
  return document?.OwnershipControls?.Rules?.[0]?.ObjectOwnership ?? "ObjectWriter";
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

const logDelivery = "http://acs.amazonaws.com/groups/s3/LogDelivery";

/** Whether the target's ACL gives the log-delivery group what it needs. */
function grantsDelivery({ settings }: BucketRecord): boolean {
  const text = settings.get("acl");
  if (text === undefined || !text.includes(logDelivery)) return false;
  const permissions = new Set<string>();
  const collect = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    const { Grantee, Permission } = value as { Grantee?: { URI?: string }; Permission?: string };
    if (Grantee?.URI === logDelivery && Permission !== undefined) permissions.add(Permission);
    for (const member of Object.values(value)) collect(member);
  };
  collect(JSON.parse(text));
  const has = (permission: string) =>
    permissions.has(permission) || permissions.has("FULL_CONTROL");
  return has("WRITE") && has("READ_ACP");
}

/** Where the log of a bucket goes, and how its objects are named. */
export interface LoggingTarget {
  readonly bucket: string;
  readonly prefix: string;
  /** Absent: everything straight behind the prefix. */
  readonly partitionedBy?: "EventTime" | "DeliveryTime";
}

/** The target of a bucket's log as this isolate knows it; `undefined` when it is not logged. */
export function loggingTargetOf({ settings }: BucketRecord): LoggingTarget | undefined {
  const text = settings.get("logging");
  if (text === undefined) return undefined;
  const enabled = (JSON.parse(text) as Status | null)?.LoggingEnabled;
  if (enabled?.TargetBucket === undefined) return undefined;
  const partitioned = enabled.TargetObjectKeyFormat?.PartitionedPrefix;
  return {
    bucket: enabled.TargetBucket,
    prefix: enabled.TargetPrefix ?? "",
    ...(partitioned !== undefined && {
      partitionedBy: partitioned.PartitionDateSource === "EventTime" ? "EventTime" : "DeliveryTime",
    }),
  };
}
