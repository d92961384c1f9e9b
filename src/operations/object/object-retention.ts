// Retention of a version: a mode and a date, and since 2026 an event hold, whose duration counts from
// its release. Which change is allowed is judged in the index, by its clock.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectRetention.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectRetention.html
//
// Differs from AWS:
// - Dates are kept in whole seconds, rounded up.
// - The texts of some refusals about event holds are our own; AWS documents only their status.

import { retainedUntilMs } from "../../bucket/locks.ts";
import type { HoldDuration, RetentionWish } from "../../bucket/types.ts";
import { S3Error } from "../../s3/errors.ts";
import type { OperationInput } from "../../s3/operation-types.ts";
import { formatIsoDate } from "../../s3/time.ts";
import type { Handler } from "../handlers.ts";
import { amendVersion } from "./amend.ts";
import {
  isRetentionMode,
  onOrOff,
  readBypass,
  readHoldDuration,
  readRetainUntil,
  requireDigest,
  requireLockBucket,
} from "./lock.ts";
import { resolveVersion } from "./read.ts";

type Given = NonNullable<OperationInput<"PutObjectRetention">["Retention"]>;

export const getObjectRetention: Handler<"GetObjectRetention"> = async (context, input) => {
  await requireLockBucket(context);
  const { version } = await resolveVersion(context, {
    ...(input.VersionId !== undefined && { versionId: input.VersionId }),
    wantSegments: false,
  });
  const { lock = {} } = version.detail;
  const untilMs = retainedUntilMs(lock, context.nowMs);
  if (lock.mode === undefined || untilMs === undefined) {
    throw new S3Error("NoSuchObjectLockConfiguration");
  }
  return {
    Retention: {
      Mode: lock.mode,
      RetainUntilDate: new Date(untilMs),
      ...(lock.eventHold !== undefined && { EventHold: onOrOff(lock.eventHold) }),
      ...(lock.holdDuration && { EventHoldDuration: renderDuration(lock.holdDuration) }),
    },
  };
};

export const putObjectRetention: Handler<"PutObjectRetention"> = async (context, input) => {
  requireDigest(context.headers);
  if (input.Retention === undefined) throw new S3Error("MalformedXML");
  const retention = readRetention(input.Retention, context.nowMs);
  await requireLockBucket(context);
  const bypassGovernance = await readBypass(context, input.BypassGovernanceRetention);
  const change = { kind: "retention", retention, bypassGovernance } as const;
  await amendVersion(context, change, input.VersionId);
  return {};
};

/** An empty document takes the retention away; anything else is whole or MalformedXML (B097). */
function readRetention(given: Given, nowMs: number): RetentionWish {
  const { Mode: mode, RetainUntilDate: date, EventHold: hold, EventHoldDuration: length } = given;
  const isEmpty = [mode, date, hold, length].every((member) => member === undefined);
  if (isEmpty) return {};
  const isHold = hold === undefined || hold === "ON" || hold === "OFF";
  if (!isRetentionMode(mode) || !isHold) throw new S3Error("MalformedXML");
  if (hold === undefined && (date === undefined || length !== undefined)) {
    throw new S3Error("MalformedXML");
  }
  const retainUntilMs =
    date && readRetainUntil(date, nowMs, ["RetainUntilDate", formatIsoDate(date)]);
  const base = { mode, ...(retainUntilMs !== undefined && { retainUntilMs }) };
  if (hold === undefined) return base;
  if (hold === "OFF") {
    if (length === undefined) return { ...base, eventHold: false };
    throw new S3Error(
      "InvalidRequest",
      "EventHoldDuration must not be supplied with EventHold:OFF.",
    );
  }
  return { ...base, eventHold: true, holdDuration: readDuration(length) };
}

function readDuration(given: Given["EventHoldDuration"]): HoldDuration {
  if (given === undefined) {
    throw new S3Error("InvalidRequest", "EventHold:ON must be supplied with an EventHoldDuration.");
  }
  const isOne = (given.Days === undefined) !== (given.Years === undefined);
  const duration = isOne ? readHoldDuration({ days: given.Days, years: given.Years }) : undefined;
  if (duration === undefined) throw new S3Error("MalformedXML");
  return duration;
}

function renderDuration(duration: HoldDuration): { Days: number } | { Years: number } {
  return "days" in duration ? { Days: duration.days } : { Years: duration.years };
}
