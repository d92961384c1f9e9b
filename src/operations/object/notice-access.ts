// The use of an object under Intelligent-Tiering: told to the index behind the answer, at most once a
// day for each version. What counts as use is AWS's list: reads and copies of the bytes, not HEAD or
// listings. A notice that is lost costs a day.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/intelligent-tiering-overview.html

import type { BucketClient } from "../../bucket/client.ts";
import { lifecycleDayMs } from "../../env.ts";
import { callFacts, type OpenedBucket, type ServiceContext } from "../context.ts";
import type { Found } from "./read.ts";

/** Nothing, without a call, for all other classes and for what was used within the day. */
export function noticeAccess(
  context: ServiceContext,
  { bucket, index }: Pick<OpenedBucket, "bucket"> & { readonly index: BucketClient },
  { version, usedAtMs }: Pick<Found, "version" | "usedAtMs">,
): void {
  const restMs = lifecycleDayMs(context.env);
  if (usedAtMs === undefined || context.nowMs - usedAtMs < restMs) return;
  const facts = callFacts({ bucket, nowMs: context.nowMs });
  const { key, seq } = version;
  context.waitUntil(index.noticeAccess({ ...facts, key, seq, restMs }).catch(() => undefined));
}
