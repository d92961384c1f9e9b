// What events tell of the caller: every operation that changes something passes it to the index,
// next to the epoch of the settings that say who wants to know.

import { emissionOf } from "../bucket/emission.ts";
import type { Emission, EventOrigin } from "../bucket/types.ts";
import type { OpenedBucket, ServiceContext } from "./context.ts";

/** `{ emit }` for the call, by the settings it goes with; nothing when nobody watches the bucket. */
export function emitting(
  context: ServiceContext,
  { bucket }: Pick<OpenedBucket, "bucket">,
  event?: string,
  more: Pick<Emission, "isAnnotated"> = {},
): { readonly emit?: Emission } {
  const named = event === undefined ? more : { event, ...more };
  return emissionOf(bucket, () => originOf(context), named);
}

/** Who asks, as events tell it. */
export function originOf(context: ServiceContext): EventOrigin {
  const { principal, edge, requestId, hostId } = context;
  return {
    ...whoOf(principal),
    // On a laptop nothing vouches for an address.
    sourceAddress: edge.address ?? "127.0.0.1",
    requestId,
    hostId,
  };
}

function whoOf(
  principal: ServiceContext["principal"],
): Pick<EventOrigin, "principalId" | "accountId"> {
  const { type, arn, userId, accountId } = principal;
  if (type === "Anonymous") return { principalId: "Anonymous" };
  // A service has no account: `logging.s3.amazonaws.com`.
  if (type === "Service") return { principalId: arn };
  return { principalId: `AWS:${userId ?? accountId}`, accountId };
}
