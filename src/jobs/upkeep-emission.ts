// Who is to be told of what upkeep changes in a bucket, by its settings as they are now: past every
// cache, for upkeep runs where nobody keeps them fresh.

import { emissionOf, serviceOrigin } from "../bucket/emission.ts";
import type { Emission } from "../bucket/types.ts";
import type { CatalogCall } from "../catalog/database.ts";
import { findFresh } from "../catalog/every-bucket.ts";

/** `{ emit }` to spread into a call that changes something, or nothing when nobody watches. */
export async function upkeepEmission(
  call: CatalogCall,
  bucketId: string,
): Promise<{ readonly emit?: Emission }> {
  const bucket = await findFresh(call, bucketId);
  if (bucket === undefined) return {};
  return emissionOf(bucket, () => serviceOrigin(call.seams));
}
