// What events tell of the caller: every operation that changes something passes it to the index,
// next to the epoch of the settings that say who wants to know.

import { emissionOf } from "../bucket/emission.ts";
import type { Emission } from "../bucket/types.ts";
import type { OpenedBucket, ServiceContext } from "./context.ts";

/** `{ emit }` for the call, by the settings it goes with; nothing when nobody watches the bucket. */
export function emitting(
  context: ServiceContext,
  { bucket }: Pick<OpenedBucket, "bucket">,
  event?: string,
): { readonly emit?: Emission } {
  return emissionOf(bucket, () => originOf(context), event === undefined ? {} : { event });
}

/** Who asks, as events tell it. */
export function originOf({ principal, edge, requestId, hostId }: ServiceContext) {
  const isAnonymous = principal.type === "Anonymous";
  return {
    principalId: isAnonymous ? "Anonymous" : `AWS:${principal.userId ?? principal.accountId}`,
    // On a laptop nothing vouches for an address.
    sourceAddress: edge.address ?? "127.0.0.1",
    requestId,
    hostId,
  };
}
