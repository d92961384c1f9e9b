// What the operations on annotations share: naming the version they are about, refusing when it is
// not there, saying which it was.

import type { AnnotatedRefusal, AnnotatedRequest, Version } from "../../bucket/types.ts";
import { S3Error } from "../../s3/errors.ts";
import { parseEntityTag } from "../../s3/etag.ts";
import { callFacts, type ObjectContext, type OpenedBucket, versioningOf } from "../context.ts";
import { refuse } from "../outcomes.ts";
import { checkVersionId, deleteMarkerRefusal } from "./read.ts";

interface AnnotatedInput {
  readonly VersionId?: string | undefined;
  readonly ObjectIfMatch?: string | undefined;
}

/** The request's half that says which version is meant. Throws InvalidArgument for a bad id. */
export function annotatedFacts(
  context: ObjectContext,
  opened: OpenedBucket,
  input: AnnotatedInput,
): AnnotatedRequest {
  checkVersionId(input.VersionId);
  const { VersionId: versionId, ObjectIfMatch: tag } = input;
  return {
    ...callFacts({ bucket: opened.bucket, nowMs: context.nowMs }),
    key: context.key,
    ...(versionId !== undefined && { versionId }),
    ...(tag !== undefined && { objectIfMatch: parseEntityTag(tag) }),
  };
}

/** Narrows to the outcomes about annotations; refuses when the version is the matter. */
export function settleAnnotated<Outcome extends { readonly kind: string }>(
  context: ObjectContext,
  input: AnnotatedInput,
  outcome: Outcome,
): Exclude<Outcome, AnnotatedRefusal> {
  const refusal = outcome as Outcome | AnnotatedRefusal;
  switch (refusal.kind) {
    case "no-such-version":
      throw new S3Error("NoSuchVersion", undefined, {
        detail: { Key: context.key, VersionId: input.VersionId ?? "" },
      });
    case "delete-marker":
      throw deleteMarkerRefusal(
        context,
        (refusal as Extract<AnnotatedRefusal, { kind: "delete-marker" }>).marker,
      );
    case "stale":
    case "moved":
    case "no-such-bucket":
    case "no-such-key":
    case "precondition-failed":
      return refuse(refusal as Parameters<typeof refuse>[0], {
        bucket: context.bucket.name,
        key: context.key,
      });
    default:
      return outcome as Exclude<Outcome, AnnotatedRefusal>;
  }
}

/** Shown where versions are. */
export function objectVersionMember(
  context: ObjectContext,
  { versionId }: Version,
): { ObjectVersionId?: string } {
  return versioningOf(context.bucket) === "Unversioned" ? {} : { ObjectVersionId: versionId };
}
