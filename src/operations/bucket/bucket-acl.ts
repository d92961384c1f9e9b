// Bucket ACLs. Ownership is enforced, so a bucket has the one grant it is born with: its owner's.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAcl.html
//
// Differs from AWS: nothing known, for buckets with BucketOwnerEnforced; the other ownerships are
// not built yet.

import { S3Error } from "../../s3/errors.ts";
import type { Handler } from "../handlers.ts";
import { enforcedAcl } from "../owner.ts";

export const getBucketAcl: Handler<"GetBucketAcl"> = async (context) => {
  return enforcedAcl(context.bucket);
};

/** Refused whatever it says: with BucketOwnerEnforced there are no ACLs to set. */
export const putBucketAcl: Handler<"PutBucketAcl"> = async () => {
  throw new S3Error("AccessControlListNotSupported");
};
