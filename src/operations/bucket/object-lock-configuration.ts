// Object Lock of a bucket: enabled once and for ever, with a default for new versions or without.
// Only a bucket whose versioning is Enabled can have it, and keeps it Enabled: the two settings are
// judged and changed against one epoch, so that no race ends with a locked, suspended bucket.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectLockConfiguration.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectLockConfiguration.html
//
// Differs from AWS: `x-amz-bucket-object-lock-token` is accepted and means nothing, as on AWS since
// 2023, when existing buckets stopped needing it.

import { S3Error } from "../../s3/errors.ts";
import type { OperationInput } from "../../s3/operation-types.ts";
import { invalidArgument } from "../../s3/parameters.ts";
import type { Handler } from "../handlers.ts";
import {
  isRetentionMode,
  type LockDocument,
  readHoldDuration,
  requireDigest,
} from "../object/lock.ts";
import { changeSetting, renderSetting, requireSetting } from "./settings.ts";

type Given = NonNullable<OperationInput<"PutObjectLockConfiguration">["ObjectLockConfiguration"]>;
type DefaultRetention = NonNullable<NonNullable<Given["Rule"]>["DefaultRetention"]>;

/** The longest default, which is AWS's longest retention: 100 years. */
const longest = { Days: 36_500, Years: 100 } as const;

/** What a bucket created with Object Lock has: no default. */
export const plainLockDocument: LockDocument = {
  ObjectLockConfiguration: { ObjectLockEnabled: "Enabled" },
};

export const getObjectLockConfiguration: Handler<"GetObjectLockConfiguration"> = (context) =>
  requireSetting<LockDocument>(context, "objectLock", "ObjectLockConfigurationNotFoundError");

export const putObjectLockConfiguration: Handler<"PutObjectLockConfiguration"> = async (
  context,
  input,
) => {
  requireDigest(context.headers);
  const document = renderSetting(lockDocument(input.ObjectLockConfiguration));
  await changeSetting(context, "objectLock", ({ settings }) => {
    if (settings.get("versioning") === "Enabled") return document;
    throw new S3Error(
      "InvalidBucketState",
      "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration",
    );
  });
  return {};
};

/** The document to store. Throws MalformedXML and InvalidArgument (B094, B095). */
function lockDocument(given: Given | undefined): LockDocument {
  if (given?.ObjectLockEnabled !== "Enabled") throw new S3Error("MalformedXML");
  if (given.Rule === undefined) return plainLockDocument;
  const retention = given.Rule.DefaultRetention;
  if (retention === undefined) throw new S3Error("MalformedXML");
  const rule = { DefaultRetention: readDefault(retention) };
  return { ObjectLockConfiguration: { ObjectLockEnabled: "Enabled", Rule: rule } };
}

function readDefault(given: DefaultRetention): DefaultRetention {
  const { Mode: mode, Days: days, Years: years, DefaultEventHold: hold } = given;
  if (!isRetentionMode(mode)) throw new S3Error("MalformedXML");
  if (days !== undefined && years !== undefined) throw new S3Error("MalformedXML");
  if (days === undefined && years === undefined && hold === undefined) {
    throw new S3Error("MalformedXML");
  }
  if (days !== undefined) checkPeriod("Days", days);
  if (years !== undefined) checkPeriod("Years", years);
  return {
    Mode: mode,
    ...(days !== undefined && { Days: days }),
    ...(years !== undefined && { Years: years }),
    ...(hold !== undefined && { DefaultEventHold: readHold(hold) }),
  };
}

function checkPeriod(name: "Days" | "Years", value: number): void {
  if (value < 1) {
    const message = "Default retention period must be a positive integer value.";
    throw invalidArgument(message, name, String(value));
  }
  if (value > longest[name]) {
    throw invalidArgument("Default retention period too large.", name, String(value));
  }
}

function readHold(given: { Days?: number | undefined; Years?: number | undefined }) {
  const { Days: days, Years: years } = given;
  if ((days === undefined) === (years === undefined)) throw new S3Error("MalformedXML");
  readHoldDuration({ days, years });
  return days === undefined ? { Years: years } : { Days: days };
}
