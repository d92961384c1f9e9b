// DeleteObject: one index call; the bytes are only condemned, and go after the grace.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html
//
// Differs from AWS: `x-amz-mfa` is refused, since MFA delete cannot be switched on.

import { S3Error } from "../../s3/errors.ts";
import { parseEntityTag } from "../../s3/etag.ts";
import { nullVersionId } from "../../s3/ids.ts";
import { ownerIdOf } from "../acl.ts";
import { versioningOf } from "../context.ts";
import { emitting } from "../emission.ts";
import type { Handler } from "../handlers.ts";
import { refuse } from "../outcomes.ts";
import { followingSettings } from "./commit.ts";
import { readBypass, refuseMfa } from "./lock.ts";
import { noteDeletions, notedDeletion } from "./note.ts";
import { checkVersionId } from "./read.ts";
import { originOf, replicaOf, versionIdFor } from "./replica.ts";

export const deleteObject: Handler<"DeleteObject"> = async (context, input) => {
  refuseMfa(context.headers);
  checkVersionId(input.VersionId);
  const bypassGovernance = await readBypass(context, input.BypassGovernanceRetention);
  const conditions = {
    ...(input.IfMatch !== undefined && { ifMatch: parseEntityTag(input.IfMatch) }),
    ...(input.IfMatchLastModifiedTime !== undefined && {
      ifModifiedAtMs: input.IfMatchLastModifiedTime.getTime(),
    }),
    ...(input.IfMatchSize !== undefined && { ifSizeBytes: input.IfMatchSize }),
  };
  const replica = replicaOf(context);
  const deletion = {
    key: context.key,
    markerVersionId: versionIdFor(context, replica),
    ...(replica !== undefined && { origin: originOf(replica) }),
    ...(input.VersionId !== undefined && { versionId: input.VersionId }),
    ...(Object.keys(conditions).length > 0 && { conditions }),
    ...(bypassGovernance && { bypassGovernance }),
  };
  const ownerId = ownerIdOf(context);
  const facts = { bucket: context.bucket.name, key: context.key };
  const outcome = await followingSettings(context, (opened) =>
    opened.index.delete({
      epoch: opened.bucket.epoch,
      nowMs: context.nowMs,
      versioning: replica?.versionId === nullVersionId ? "Suspended" : versioningOf(opened.bucket),
      deletions: [deletion],
      ...emitting(context, opened),
      ...(ownerId !== undefined && { ownerId }),
    }),
  );
  if (outcome.kind !== "done") return refuse(outcome, facts);
  const [result] = outcome.results;
  if (result === undefined) throw new S3Error("InternalError");
  switch (result.kind) {
    case "deleted": {
      const versionId = result.versionId ?? result.markerVersionId;
      noteDeletions(context, [notedDeletion(deletion, result)]);
      if (context.notes !== undefined && result.sizeBytes !== undefined) {
        context.notes.removedBytes = result.sizeBytes;
      }
      return {
        ...(versionId !== undefined && { VersionId: versionId }),
        ...(result.isDeleteMarker && { DeleteMarker: true }),
      };
    }
    case "locked":
      throw new S3Error("AccessDenied", "Access Denied because object protected by object lock.");
    default:
      return refuse(result, facts);
  }
};
