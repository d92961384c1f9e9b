// Object ACLs, version by version. Where ownership is enforced an object has one grant, its bucket
// owner's, whatever is stored; what is stored counts again when ownership is no longer enforced.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAcl.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectAcl.html
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
//
// Differs from AWS:
// - Grantees by e-mail address are taken where DEFAULT_OBJECT_OWNERSHIP is not BucketOwnerEnforced.

import { accessOf } from "../../auth/bucket-access.ts";
import type { Version } from "../../bucket/types.ts";
import { isPrivateAcl } from "../../s3/acl.ts";
import { S3Error } from "../../s3/errors.ts";
import { type AclWish, expandAclWish, readAclWish, settleAclWish } from "../acl.ts";
import type { ObjectContext } from "../context.ts";
import type { Handler } from "../handlers.ts";
import { shownAcl } from "../owner.ts";
import { amendVersion } from "./amend.ts";
import { resolveVersion } from "./read.ts";

/** How often a change follows other changes of the same object. */
const maximumRounds = 3;

export const getObjectAcl: Handler<"GetObjectAcl"> = async (context, input) => {
  const version = await find(context, input.VersionId);
  if (accessOf(context.bucket).acl === undefined) return shownAcl(context, {});
  const { ownerId, acl } = version.detail;
  return shownAcl(context, {
    ...(ownerId !== undefined && { ownerId }),
    ...(acl !== undefined && { acl }),
  });
};

export const putObjectAcl: Handler<"PutObjectAcl"> = async (context, input) => {
  const wish = await readAclWish(context, input.AccessControlPolicy);
  if (accessOf(context.bucket).acl === undefined) {
    refuseUnlessEnforced(context, wish);
    await find(context, input.VersionId);
    return {};
  }
  for (let round = 1; ; round++) {
    try {
      await change(context, wish, input.VersionId);
      return {};
    } catch (error) {
      const isOvertaken = error instanceof S3Error && error.code === "OperationAborted";
      if (!isOvertaken || round === maximumRounds) throw error;
    }
  }
};

/** Whose the version is decides who may change its ACL, and stays so until it is changed. */
async function change(
  context: ObjectContext,
  wish: AclWish,
  versionId: string | undefined,
): Promise<void> {
  const { bucket } = context;
  const { detail, seq } = await find(context, versionId);
  const ownerId = detail.ownerId ?? bucket.ownerCanonicalId;
  const acl = settleAclWish(wish, { bucket, kind: "object", ownerId });
  const isPlain = isPrivateAcl(acl, ownerId);
  await amendVersion(
    context,
    { kind: "acl", expectedSeq: seq, ...(!isPlain && { acl }) },
    versionId,
  );
}

async function find(context: ObjectContext, versionId: string | undefined): Promise<Version> {
  const request = { ...(versionId !== undefined && { versionId }), wantSegments: false };
  return (await resolveVersion(context, request)).version;
}

/** What enforced ownership says anyway may be said. */
function refuseUnlessEnforced(context: ObjectContext, wish: AclWish): void {
  const { bucket } = context;
  const ownerId = bucket.ownerCanonicalId;
  const acl = expandAclWish(wish, { bucket, kind: "object", ownerId });
  const isPrivate = wish.kind === "canned" && wish.name === "private";
  if (isPrivate || !isPrivateAcl(acl, ownerId)) throw new S3Error("AccessControlListNotSupported");
}
