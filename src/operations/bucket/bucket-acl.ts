// Bucket ACLs. Ownership is enforced, so a bucket has the one grant it is born with: its owner's.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAcl.html
//
// Differs from AWS: PutBucketAcl is not built yet; on a bucket with BucketOwnerEnforced AWS refuses
// it as well.

import type { Handler } from "../handlers.ts";

export const getBucketAcl: Handler<"GetBucketAcl"> = async (context) => {
  const owner = {
    ID: context.bucket.ownerCanonicalId,
    DisplayName: context.bucket.ownerDisplayName,
  };
  return {
    Owner: owner,
    Grants: [{ Grantee: { ...owner, Type: "CanonicalUser" }, Permission: "FULL_CONTROL" }],
  };
};
