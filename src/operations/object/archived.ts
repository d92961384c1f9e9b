// Archived versions, as readers meet them: out of reach until they are restored, and what HEAD, GET
// and listings say of that.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects.html

import { isOutOfReach } from "../../bucket/restores.ts";
import type { RestoreState, Version } from "../../bucket/types.ts";
import type { StorageClass } from "../../s3/content.ts";
import { S3Error } from "../../s3/errors.ts";
import { formatHttpDate } from "../../s3/time.ts";
import { type BucketContext, callFacts } from "../context.ts";
import type { Found } from "./read.ts";

/** Throws InvalidObjectState, with the class and tier, unless the bytes can be read now. */
export function refuseArchived(
  { version, restore }: Pick<Found, "version" | "restore">,
  message?: string,
): void {
  if (!isOutOfReach(version) || restore?.isOngoing === false) return;
  throw invalidState(version, message);
}

/** InvalidObjectState with the elements that S3 adds to it. */
export function invalidState(version: Version, message?: string): S3Error {
  const tier = archiveStatusOf(version);
  return new S3Error("InvalidObjectState", message, {
    detail: {
      StorageClass: version.storageClass,
      ...(tier !== undefined && { AccessTier: tier }),
    },
  });
}

/** The archive tier of Intelligent-Tiering that a version is in. */
export function archiveStatusOf({
  detail,
}: Version): "ARCHIVE_ACCESS" | "DEEP_ARCHIVE_ACCESS" | undefined {
  if (detail.tier === "ARCHIVE") return "ARCHIVE_ACCESS";
  return detail.tier === "DEEP_ARCHIVE" ? "DEEP_ARCHIVE_ACCESS" : undefined;
}

/** What GET and HEAD say of archiving and restoring; nothing for other versions. */
export function archiveMembers({ version, restore }: Pick<Found, "version" | "restore">) {
  const status = archiveStatusOf(version);
  return {
    ...(status !== undefined && { ArchiveStatus: status }),
    ...(restore !== undefined && { Restore: renderRestore(restore) }),
  };
}

/** The value of `x-amz-restore`. */
function renderRestore({ isOngoing, expiresAtMs }: RestoreState): string {
  if (isOngoing || expiresAtMs === undefined) return 'ongoing-request="true"';
  return `ongoing-request="false", expiry-date="${formatHttpDate(expiresAtMs)}"`;
}

/** Classes whose versions may have been restored: the others are not asked about. */
const restorable: ReadonlySet<StorageClass> = new Set([
  "GLACIER",
  "DEEP_ARCHIVE",
  "INTELLIGENT_TIERING",
]);

type RestoreStatusMember = {
  RestoreStatus?: { IsRestoreInProgress: boolean; RestoreExpiryDate?: Date };
};

/**
 * The `RestoreStatus` of listed entries, for a client that asked for it: a function from an entry's
 * place on the page to its members. Costs one more call, and only where an entry may have any.
 */
export async function restoreStatuses(
  context: BucketContext,
  attributes: readonly string[] | undefined,
  entries: readonly { key: string; versionId?: string; storageClass: StorageClass }[],
): Promise<(at: number) => RestoreStatusMember> {
  const asked = entries.flatMap(({ key, versionId, storageClass }, at) =>
    restorable.has(storageClass)
      ? [{ at, version: { key, ...(versionId !== undefined && { versionId }) } }]
      : [],
  );
  if (attributes === undefined || attributes.length === 0 || asked.length === 0) return () => ({});
  const states = await context.index.restoreStates({
    ...callFacts(context),
    versions: asked.map(({ version }) => version),
  });
  const byPlace = new Map(asked.map(({ at }, place) => [at, states[place]]));
  return (at) => {
    const state = byPlace.get(at);
    if (state === undefined || state === null) return {};
    const { isOngoing, expiresAtMs } = state;
    return {
      RestoreStatus: {
        IsRestoreInProgress: isOngoing,
        ...(expiresAtMs !== undefined && { RestoreExpiryDate: new Date(expiresAtMs) }),
      },
    };
  };
}
