// Who is to be told of what upkeep changes in a bucket, by its settings as they are now: past every
// cache, for upkeep runs where nobody keeps them fresh.

import { emissionOf } from "../bucket/emission.ts";
import type { Emission } from "../bucket/types.ts";
import type { CatalogCall } from "../catalog/database.ts";
import { findFresh } from "../catalog/every-bucket.ts";

/** S3 itself, as AWS names it where no caller stands behind a change. */
const service = "s3.amazonaws.com";

/** `{ emit }` to spread into a call that changes something, or nothing when nobody watches. */
export async function upkeepEmission(
  call: CatalogCall,
  bucketId: string,
): Promise<{ readonly emit?: Emission }> {
  const bucket = await findFresh(call, bucketId);
  if (bucket === undefined) return {};
  const origin = { principalId: service, sourceAddress: service, requestId: "", hostId: "" };
  return emissionOf(bucket, () => origin);
}
