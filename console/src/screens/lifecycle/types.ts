// What the admin API answers of lifecycle, and how an action is said.

import { lifecycle as text } from "../../messages/en/lifecycle.ts";

const actions = [
  "Expiration",
  "ExpiredObjectDeleteMarker",
  "NoncurrentVersionExpiration",
  "AbortIncompleteMultipartUpload",
  "Transition",
  "NoncurrentVersionTransition",
] as const;

/** `objects move to GLACIER`. */
export function sayAction(action: string, to: string | null | undefined): string {
  const known = actions.find((name) => name === action);
  return known === undefined ? action : text(known, { to: to ?? "" });
}
