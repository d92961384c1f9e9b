// Bucket ACLs. Where ownership is enforced a bucket has the one grant it is born with, its owner's,
// and takes no other; an ACL from before counts again when ownership is no longer enforced.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAcl.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketAcl.html
//
// Differs from AWS:
// - Grantees by e-mail address are taken where DEFAULT_OBJECT_OWNERSHIP is not BucketOwnerEnforced.

import { accessOf } from "../../auth/bucket-access.ts";
import { renderAcl } from "../../s3/acl.ts";
import { S3Error } from "../../s3/errors.ts";
import { readAclWish, settleAclWish } from "../acl.ts";
import type { Handler } from "../handlers.ts";
import { shownAcl } from "../owner.ts";
import { changeSetting, freshBucket } from "./settings.ts";

export const getBucketAcl: Handler<"GetBucketAcl"> = async (context) => {
  const { acl } = accessOf(await freshBucket(context));
  return shownAcl(context, acl === undefined ? {} : { acl });
};

export const putBucketAcl: Handler<"PutBucketAcl"> = async (context, input) => {
  if (accessOf(context.bucket).acl === undefined) {
    // An isolate that remembers enforcement must not refuse what is allowed by now.
    if (accessOf(await freshBucket(context)).acl === undefined) {
      throw new S3Error("AccessControlListNotSupported");
    }
  }
  const wish = await readAclWish(context, input.AccessControlPolicy);
  await changeSetting(context, "acl", (bucket) => {
    if (accessOf(bucket).acl === undefined) throw new S3Error("AccessControlListNotSupported");
    const ownerId = bucket.ownerCanonicalId;
    return renderAcl(settleAclWish(wish, { bucket, kind: "bucket", ownerId }));
  });
  return {};
};
