// When open multipart uploads are aborted: some days after they were begun, whatever was sent since.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpu-abort-incomplete-mpu-lifecycle-config.html

import { dueAfter } from "./moments.ts";
import type { LifecycleRules } from "./rules.ts";

/** When the upload is aborted and by which rule; `undefined` for never. */
export function abortOf(
  { rules }: LifecycleRules,
  upload: { readonly key: string; readonly initiatedAtMs: number },
  dayMs: number,
): { readonly rule: string; readonly dueMs: number } | undefined {
  let first: { readonly rule: string; readonly dueMs: number } | undefined;
  for (const { id, prefix, abortDays } of rules) {
    if (abortDays === undefined || !upload.key.startsWith(prefix)) continue;
    const dueMs = dueAfter(upload.initiatedAtMs, abortDays, dayMs);
    if (first === undefined || dueMs < first.dueMs) first = { rule: id, dueMs };
  }
  return first;
}
