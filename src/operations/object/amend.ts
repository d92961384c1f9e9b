// What the operations share that change a version where it stands: one call to the index, and its
// refusals in S3's words.

import type { Amendment, AmendOutcome, Version } from "../../bucket/types.ts";
import { S3Error } from "../../s3/errors.ts";
import type { ObjectContext } from "../context.ts";
import { emitting } from "../emission.ts";
import { refuse } from "../outcomes.ts";
import { followingSettings } from "./commit.ts";
import { leaveNote } from "./note.ts";
import { checkVersionId, deleteMarkerRefusal } from "./read.ts";

/**
 * Changes the version named, or the current one; gives it as it is now. `event` is what events call
 * it, where the change does not say. Throws NoSuchKey,
 * NoSuchVersion, MethodNotAllowed for delete markers, AccessDenied when a lock forbids it.
 */
export async function amendVersion(
  context: ObjectContext,
  change: Amendment,
  versionId: string | undefined,
  event?: string,
): Promise<Version> {
  checkVersionId(versionId);
  const outcome = await followingSettings(context, (opened) =>
    opened.index.amend({
      epoch: opened.bucket.epoch,
      nowMs: context.nowMs,
      key: context.key,
      change,
      ...emitting(context, opened, event),
      ...(versionId !== undefined && { versionId }),
    }),
  );
  if (outcome.kind === "amended") {
    leaveNote(context, outcome.version);
    return outcome.version;
  }
  return refuseAmendment(context, outcome, versionId);
}

function refuseAmendment(
  context: ObjectContext,
  outcome: Exclude<AmendOutcome, { kind: "amended" | "stale" }>,
  versionId = "",
): never {
  switch (outcome.kind) {
    case "no-such-version":
      throw new S3Error("NoSuchVersion", undefined, {
        detail: { Key: context.key, VersionId: versionId },
      });
    case "delete-marker":
      throw deleteMarkerRefusal(context, outcome.marker);
    case "locked":
      throw new S3Error("AccessDenied", "Access Denied because object protected by object lock.");
    case "hold-unspecified":
      throw new S3Error(
        "InvalidRequest",
        "Using the governance mode bypass to shorten the retain-until-date of a retention period in governance mode with an ON event hold requires the providing of a new ON event hold or a new OFF event hold.",
      );
    case "hold-without-date":
      throw new S3Error(
        "InvalidRequest",
        "To turn off an event hold, either provide a retain-until-date in the future in the request or the object version must already have a retain-until-date in the future.",
      );
    case "changed":
      throw new S3Error("OperationAborted");
    default:
      return refuse(outcome, { bucket: context.bucket.name, key: context.key });
  }
}
