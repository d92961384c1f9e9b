// The index's part in making and deleting buckets, as the catalog's state machine asks for it. Every
// step may be asked twice.

import { openBucket } from "../../bucket/client.ts";
import type { IndexSteps } from "../../catalog/bucket-lifecycle.ts";
import type { Env } from "../../env.ts";

/** The steps, for `createBucket`, `deleteBucket` and the reconciler of `catalog/`. */
export function indexSteps(call: { readonly env: Env; readonly nowMs: number }): IndexSteps {
  const { env, nowMs } = call;
  return {
    initialise: ({ bucketId, epoch }) =>
      openBucket(env, bucketId).initialise({ bucketId, epoch, nowMs }),
    beginDelete: ({ bucketId, epoch }) => openBucket(env, bucketId).beginDelete({ epoch, nowMs }),
    destroy: ({ bucketId }) => openBucket(env, bucketId).destroy(),
  };
}
