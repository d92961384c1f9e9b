// Object Lock as the operations on objects use it: what a write's headers ask for, what the bucket
// gives to writes that ask for nothing, and what reads say. Whether a version may go, and which lock
// may follow which, is the index's to judge (bucket/locks.ts).
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html

import { retainedUntilMs } from "../../bucket/locks.ts";
import type { DefaultLock, HoldDuration, VersionLock } from "../../bucket/types.ts";
import type { BucketRecord } from "../../catalog/buckets.ts";
import { S3Error } from "../../s3/errors.ts";
import type { OperationOutput } from "../../s3/operation-types.ts";
import { invalidArgument } from "../../s3/parameters.ts";
import type { BucketContext, ObjectContext } from "../context.ts";

/** The document of a bucket with Object Lock, as it is stored and as GetObjectLockConfiguration says. */
export interface LockDocument {
  readonly ObjectLockConfiguration: NonNullable<
    OperationOutput<"GetObjectLockConfiguration">["ObjectLockConfiguration"]
  >;
}

/** The members by which PutObject, CopyObject and CreateMultipartUpload bring a lock. */
export interface LockInput {
  readonly ObjectLockMode?: string | undefined;
  readonly ObjectLockRetainUntilDate?: Date | undefined;
  readonly ObjectLockLegalHoldStatus?: string | undefined;
  readonly ObjectLockEventHold?: string | undefined;
  readonly ObjectLockEventHoldDurationDays?: number | undefined;
  readonly ObjectLockEventHoldDurationYears?: number | undefined;
}

const modeHeader = "x-amz-object-lock-mode";
const dateHeader = "x-amz-object-lock-retain-until-date";
const legalHoldHeader = "x-amz-object-lock-legal-hold";
const eventHoldHeader = "x-amz-object-lock-event-hold";
const bypassHeader = "x-amz-bypass-governance-retention";

/**
 * The lock a write brings, as part of its version's detail; nothing when its headers say nothing.
 * For every way to write: put, copy, upload, form. Throws InvalidArgument and InvalidRequest for
 * headers that make no sense, and for a bucket without Object Lock; AccessDenied for callers who
 * may not lock. Who may replicate may bring a replica's lock along.
 */
export async function resolveLock(
  context: ObjectContext,
  input: LockInput,
  isReplica = false,
): Promise<{ readonly lock?: VersionLock }> {
  const retention = readRetention(context, input);
  const legalHold = readLegalHold(input.ObjectLockLegalHoldStatus);
  if (retention === undefined && legalHold === undefined) return {};
  if (context.principal.type === "Anonymous") {
    throw new S3Error(
      "InvalidArgument",
      "Put Object requests with Object Lock parameters require AWS Signature Version 4",
      { detail: { ArgumentName: "Authorization" } },
    );
  }
  // In other words than the operations on a version that is there already: so AWS does.
  await requireLockBucket(context, "Bucket is missing ObjectLockConfiguration");
  if (isReplica) return lockOf(retention, legalHold);
  await requireActions(context, [
    ...(retention !== undefined ? ["s3:PutObjectRetention"] : []),
    ...(legalHold !== undefined ? ["s3:PutObjectLegalHold"] : []),
  ]);
  return lockOf(retention, legalHold);
}

function lockOf(
  retention: VersionLock | undefined,
  legalHold: boolean | undefined,
): { readonly lock: VersionLock } {
  return { lock: { ...retention, ...(legalHold !== undefined && { legalHold }) } };
}

function readRetention(context: ObjectContext, input: LockInput): VersionLock | undefined {
  const { ObjectLockMode: mode, ObjectLockRetainUntilDate: date } = input;
  const hold = readEventHold(input);
  if (mode === undefined && date === undefined && hold === undefined) return undefined;
  if (hold === undefined && (mode === undefined || date === undefined)) {
    throw new S3Error("InvalidArgument", `${dateHeader} and ${modeHeader} must both be supplied`, {
      detail: { ArgumentName: mode === undefined ? modeHeader : dateHeader },
    });
  }
  if (mode === undefined) throw holdRefusal(`${modeHeader} is required for an event hold.`);
  if (!isRetentionMode(mode)) {
    throw invalidArgument("Unknown wormMode directive.", modeHeader, mode);
  }
  const text = context.headers.get(dateHeader) ?? "";
  const retainUntilMs = date && readRetainUntil(date, context.nowMs, [dateHeader, text]);
  if (hold?.eventHold === false && retainUntilMs === undefined) {
    throw holdRefusal(`${dateHeader} is required when ${eventHoldHeader} is OFF.`);
  }
  return { mode, ...(retainUntilMs !== undefined && { retainUntilMs }), ...hold };
}

/** An event hold and its duration go together, and one released has none. */
function readEventHold(
  input: LockInput,
): Pick<VersionLock, "eventHold" | "holdDuration"> | undefined {
  const { ObjectLockEventHoldDurationDays: days, ObjectLockEventHoldDurationYears: years } = input;
  const status = input.ObjectLockEventHold;
  if (status !== undefined && status !== "ON" && status !== "OFF") {
    const message = "Event hold must be either of 'ON' or 'OFF'";
    throw invalidArgument(message, eventHoldHeader, status);
  }
  if (days !== undefined && years !== undefined) {
    throw holdRefusal("An event hold duration is given in days or in years, not in both.");
  }
  const duration = readHoldDuration({ days, years }, `${eventHoldHeader}-duration-`);
  if (status === "ON" && duration !== undefined) return { eventHold: true, holdDuration: duration };
  if (status === "ON") throw holdRefusal("An event hold that is ON needs a duration.");
  if (duration !== undefined) throw holdRefusal("Only an event hold that is ON has a duration.");
  return status === undefined ? undefined : { eventHold: false };
}

function holdRefusal(message: string): S3Error {
  return new S3Error("InvalidRequest", message);
}

/**
 * A duration of an event hold: 1 to 36,500 days or 1 to 100 years, one of them. `name` is what goes
 * before `days` or `years` when the argument is named.
 */
export function readHoldDuration(
  { days, years }: { days: number | undefined; years: number | undefined },
  name = "",
): HoldDuration | undefined {
  const [value, unit, most] = days !== undefined ? [days, "days", 36_500] : [years, "years", 100];
  if (value === undefined) return undefined;
  const argument = name === "" ? unit.charAt(0).toUpperCase() + unit.slice(1) : `${name}${unit}`;
  if (value < 1) {
    const message = "Event hold duration must be a positive integer value.";
    throw invalidArgument(message, argument, String(value));
  }
  if (value > Number(most)) {
    const message = `Event hold duration must be at most ${most} ${unit}.`;
    throw invalidArgument(message, argument, String(value));
  }
  return unit === "days" ? { days: value } : { years: value };
}

export function isRetentionMode(text: string | undefined): text is "GOVERNANCE" | "COMPLIANCE" {
  return text === "GOVERNANCE" || text === "COMPLIANCE";
}

/** A date to retain until, in whole seconds as S3 shows them; never earlier than was asked for. */
export function readRetainUntil(
  date: Date,
  nowMs: number,
  [name, text]: readonly [argumentName: string, argumentValue: string],
): number {
  if (date.getTime() > nowMs) return Math.ceil(date.getTime() / 1000) * 1000;
  throw invalidArgument("The retain until date must be in the future!", name, text);
}

function readLegalHold(status: string | undefined): boolean | undefined {
  if (status === undefined) return undefined;
  if (status === "ON" || status === "OFF") return status === "ON";
  throw invalidArgument("Legal Hold must be either of 'ON' or 'OFF'", legalHoldHeader, status);
}

/** Whether Object Lock was ever enabled; it cannot be disabled. */
export function hasLock(bucket: BucketRecord): boolean {
  return bucket.settings.has("objectLock");
}

/**
 * Refuses buckets without Object Lock with InvalidRequest. That it is missing is not believed of a
 * remembered record: it may have been enabled a moment ago.
 */
export async function requireLockBucket(
  context: BucketContext,
  message = "Bucket is missing Object Lock Configuration",
): Promise<void> {
  if (await isLockBucket(context)) return;
  throw new S3Error("InvalidRequest", message);
}

async function isLockBucket(context: BucketContext): Promise<boolean> {
  return hasLock(context.bucket) || hasLock((await context.refresh()).bucket);
}

/**
 * Whether the caller bypasses governance: asked for with a header, and a permission of its own. On
 * a bucket without Object Lock even `false` is refused, as AWS does.
 */
export async function readBypass(
  context: BucketContext,
  asked: boolean | undefined,
): Promise<boolean> {
  if (asked === undefined) return false;
  if (!(await isLockBucket(context))) {
    throw new S3Error(
      "InvalidArgument",
      `${bypassHeader} is only applicable to Object Lock enabled buckets.`,
      { detail: { ArgumentName: bypassHeader } },
    );
  }
  // DeleteObjects names no key in its URL and asks for each of its own.
  if (asked && context.target.key !== undefined) {
    await requireActions(context, ["s3:BypassGovernanceRetention"]);
  }
  return asked;
}

/**
 * MFA delete cannot be switched on, so a caller who brings a code believes in a protection that is
 * not there (SEC-102).
 */
export function refuseMfa(headers: Headers): void {
  if (!headers.has("x-amz-mfa")) return;
  throw new S3Error("NotImplemented", "MFA delete is not implemented", {
    detail: { Header: "x-amz-mfa" },
  });
}

/** Permissions beyond the operation's own, on its key or on another one. Throws AccessDenied. */
export async function requireActions(
  context: BucketContext,
  actions: readonly string[],
  key: string | undefined = context.target.key,
): Promise<void> {
  const subject = key === undefined ? {} : { key };
  const asks = actions.map((action) => ({ action, ...subject }));
  await context.openOther(context.bucket.name, asks);
}

/**
 * What the bucket gives to versions that bring no retention, for the call that commits one. It must
 * be asked of the bucket that commits, so that a setting just made is not missed. A document that
 * cannot be read throws: a write must not end up unlocked because of it (SEC-094).
 */
export function defaultLockOf(bucket: BucketRecord): { readonly defaultLock?: DefaultLock } {
  const text = bucket.settings.get("objectLock");
  if (text === undefined) return {};
  const { ObjectLockConfiguration: configuration } = JSON.parse(text) as LockDocument;
  if (configuration.ObjectLockEnabled !== "Enabled") throw new Error("unreadable lock setting");
  const given = configuration.Rule?.DefaultRetention;
  if (given === undefined) return {};
  const { Mode: mode, Days: days, Years: years, DefaultEventHold: hold } = given;
  const period = durationOf(days, years);
  const holdDuration = durationOf(hold?.Days, hold?.Years);
  if (!isRetentionMode(mode) || (period ?? holdDuration) === undefined) {
    throw new Error("unreadable lock setting");
  }
  return {
    defaultLock: {
      mode,
      ...(period !== undefined && { period }),
      ...(holdDuration !== undefined && { holdDuration }),
    },
  };
}

function durationOf(days: number | undefined, years: number | undefined): HoldDuration | undefined {
  if (days !== undefined) return { days };
  return years === undefined ? undefined : { years };
}

/**
 * Bytes that will be locked must come with a digest of their own; a signed payload hash is none.
 * For PutObject and UploadPart, `lock` being what the version is to have.
 */
export function requireLockDigest(
  context: BucketContext,
  what: "Object" | "Part",
  lock: VersionLock | undefined,
): void {
  if (lock === undefined && defaultLockOf(context.bucket).defaultLock === undefined) return;
  if (hasDigest(context.headers)) return;
  throw new S3Error(
    "InvalidRequest",
    `Content-MD5 OR x-amz-checksum- HTTP header is required for Put ${what} requests with Object Lock parameters`,
  );
}

/** Whether the payload comes with Content-MD5 or a checksum; that it is right is checked elsewhere. */
export function hasDigest(headers: Headers): boolean {
  const trailer = headers.get("x-amz-trailer") ?? "";
  if (headers.has("content-md5") || trailer.toLowerCase().includes("x-amz-checksum-")) return true;
  return [...headers.keys()].some((name) =>
    /^x-amz-checksum-(?!algorithm$|type$|mode$)/.test(name),
  );
}

/** As `hasDigest`, demanded: S3 wants it of everything that changes a lock. Throws InvalidRequest. */
export function requireDigest(headers: Headers): void {
  if (hasDigest(headers)) return;
  throw new S3Error(
    "InvalidRequest",
    "Missing required header for this request: Content-MD5 OR x-amz-checksum-*",
  );
}

/**
 * What GetObject and HeadObject say of a version's lock, as far as the caller might ask for it by
 * itself. The date of an event hold moves.
 */
export function lockMembers(
  { allows, key, nowMs, target }: Pick<ObjectContext, "allows" | "key" | "nowMs" | "target">,
  lock: VersionLock | undefined,
) {
  if (lock === undefined) return {};
  const versionId = target.query.get("versionId");
  const isShown = (action: string) => allows({ action, key, versionId });
  return {
    ...(isShown("s3:GetObjectRetention") && retentionMembers(lock, nowMs)),
    ...(lock.legalHold !== undefined &&
      isShown("s3:GetObjectLegalHold") && { ObjectLockLegalHoldStatus: onOrOff(lock.legalHold) }),
  };
}

function retentionMembers(lock: VersionLock, nowMs: number) {
  const untilMs = retainedUntilMs(lock, nowMs);
  const { mode, eventHold, holdDuration } = lock;
  return {
    ...(mode !== undefined && { ObjectLockMode: mode }),
    ...(untilMs !== undefined && { ObjectLockRetainUntilDate: new Date(untilMs) }),
    ...(eventHold !== undefined && { ObjectLockEventHold: onOrOff(eventHold) }),
    ...(holdDuration !== undefined &&
      ("days" in holdDuration
        ? { ObjectLockEventHoldDurationDays: holdDuration.days }
        : { ObjectLockEventHoldDurationYears: holdDuration.years })),
  };
}

export function onOrOff(isOn: boolean): "ON" | "OFF" {
  return isOn ? "ON" : "OFF";
}
