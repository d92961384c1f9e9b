// Object ACLs. Ownership is enforced, so an object has one grant: its owner's.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAcl.html
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
//
// Differs from AWS: nothing known, for buckets with BucketOwnerEnforced; the other ownerships are
// not built yet.

import { S3Error } from "../../s3/errors.ts";
import type { Handler } from "../handlers.ts";
import { enforcedAcl } from "../owner.ts";
import { resolveVersion } from "./read.ts";

export const getObjectAcl: Handler<"GetObjectAcl"> = async (context, input) => {
  await resolveVersion(context, {
    ...(input.VersionId !== undefined && { versionId: input.VersionId }),
    wantSegments: false,
  });
  return enforcedAcl(context.bucket);
};

/** Refused whatever it says: with BucketOwnerEnforced there are no ACLs to set. */
export const putObjectAcl: Handler<"PutObjectAcl"> = async () => {
  throw new S3Error("AccessControlListNotSupported");
};
