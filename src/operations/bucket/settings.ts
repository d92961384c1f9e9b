// Bucket settings as operations use them: one JSON document per setting, in the SDK's own shape.
// Reading asks the catalog anew, so that a setting just made anywhere is seen; writing moves the
// index's epoch before the client is answered, so that every later call notices.

import type { BucketRecord } from "../../catalog/buckets.ts";
import { deleteSetting, setSetting, setSettingAt } from "../../catalog/buckets.ts";
import type { SettingName, SingleSetting } from "../../catalog/settings.ts";
import { S3Error, type S3ErrorCode } from "../../s3/errors.ts";
import type { BucketContext } from "../context.ts";
import { StaleSettings } from "../outcomes.ts";

/** Stored where a setting that new buckets have was taken away: "absent" would mean the default. */
const removedDocument = "null";

/** Settings whose document is one word, kept as it is because hot paths compare it. */
type WordSetting = "versioning";

/** How often a change follows other changes of the same bucket. */
const maximumRounds = 5;

/** The bucket with its settings as they are now, not as this isolate remembers them. */
export async function freshBucket(context: BucketContext): Promise<BucketRecord> {
  return (await context.refresh()).bucket;
}

/**
 * The setting's document; `undefined` when it was never made, `null` when it was removed from a
 * bucket that had it by default.
 */
export async function loadSetting<Document>(
  context: BucketContext,
  name: Exclude<SingleSetting, WordSetting>,
): Promise<Document | null | undefined> {
  const text = (await freshBucket(context)).settings.get(name);
  return text === undefined ? undefined : (JSON.parse(text) as Document);
}

/** As `loadSetting`, for settings that answer an error of their own when there is none. */
export async function requireSetting<Document>(
  context: BucketContext,
  name: Exclude<SingleSetting, WordSetting>,
  missing: S3ErrorCode,
): Promise<Document> {
  const document = await loadSetting<Document>(context, name);
  if (document === undefined || document === null) throw notConfigured(context, missing);
  return document;
}

/** S3's answer for a setting that a bucket does not have; most of them name the bucket. */
export function notConfigured(context: BucketContext, code: S3ErrorCode): S3Error {
  return new S3Error(code, undefined, { detail: { BucketName: context.bucket.name } });
}

/** The first value of a setting, as a bucket being created is given it. */
export function renderSetting(document: object): string {
  return JSON.stringify(document);
}

/** Stores a setting; every call that starts after this returns sees it, everywhere. */
export async function saveSetting(
  context: BucketContext,
  name: Exclude<SingleSetting, WordSetting>,
  document: object,
): Promise<void> {
  await publish(context, await store(context, name, renderSetting(document)));
}

/**
 * Stores a setting that must agree with others: `judge` sees all of them, gives the text or throws,
 * and is asked again when one of them changed meanwhile. Throws OperationAborted when that does not
 * end.
 */
export async function changeSetting(
  context: BucketContext,
  name: SettingName,
  judge: (bucket: BucketRecord) => string,
): Promise<void> {
  for (let round = 1; round <= maximumRounds; round++) {
    const bucket = await freshBucket(context);
    const epoch = await setSettingAt(context, bucket, name, judge(bucket));
    if (epoch !== undefined) return publish(context, epoch);
  }
  throw new S3Error("OperationAborted");
}

/** Removes a setting that buckets do not have by default. Idempotent. */
export async function dropSetting(
  context: BucketContext,
  name: Exclude<SettingName, WordSetting>,
): Promise<void> {
  const bucket = await freshBucket(context);
  await publish(context, await deleteSetting(context, bucket, name));
}

/** Removes a setting that new buckets have: remembered as removed. Idempotent. */
export async function removeDefault(
  context: BucketContext,
  name: Exclude<SingleSetting, WordSetting>,
): Promise<void> {
  await publish(context, await store(context, name, removedDocument));
}

/**
 * No index call stands between the permission and the change, so nothing would say that the policy
 * in hand is an old one: it is judged by the one in the catalog.
 */
async function store(
  context: BucketContext,
  name: SingleSetting,
  text: string,
): Promise<number | undefined> {
  return setSetting(context, await freshBucket(context), name, text);
}

/**
 * The index learns the new epoch before the client is answered. When it cannot be reached the
 * client gets an error although the document is stored; its retry stores and publishes again.
 */
async function publish(context: BucketContext, epoch: number | undefined): Promise<void> {
  if (epoch === undefined) throw new StaleSettings(context.bucket.name, true);
  await context.index.advanceEpoch(epoch);
}
