// How listings tell of archived objects that are being restored.

import type { RestoreStatus } from "@aws-sdk/client-s3";

/** How an archived object's restore stands: asked for, or done and not over yet. */
export type Restoring = "ongoing" | "restored";

/** For the member `OptionalObjectAttributes` of listings. */
export const withRestores = { OptionalObjectAttributes: ["RestoreStatus" as const] };

/** From what a listing says. */
export function restoringOf(status: RestoreStatus | undefined): Restoring | undefined {
  if (status?.IsRestoreInProgress) return "ongoing";
  return status?.RestoreExpiryDate === undefined ? undefined : "restored";
}
