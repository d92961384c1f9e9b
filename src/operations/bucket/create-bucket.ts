// CreateBucket: the name is claimed in the catalog, the index made ready, the bucket shown. A crash
// in between leaves a bucket that nobody sees and that a retry finishes (faults: P-BKT).
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
//
// Differs from AWS:
// - `Location` is `/name` in every region.
// - A bucket of one's own answers 409 BucketAlreadyOwnedByYou in us-east-1 too.
// - Directory buckets and ownership other than BucketOwnerEnforced answer
//   NotImplemented.
// - `cdn-cgi` is no bucket's name: Cloudflare keeps that path for itself.
// - A deleted bucket's name is kept from other accounts for a while.

import { authorizePlain } from "../../auth/authorize.ts";
import { createBucket as create } from "../../catalog/bucket-lifecycle.ts";
import type { BucketNamespace } from "../../catalog/buckets.ts";
import type { SettingName } from "../../catalog/settings.ts";
import { isValidBucketName } from "../../s3/bucket-name.ts";
import { S3Error } from "../../s3/errors.ts";
import type { OperationInput } from "../../s3/operation-types.ts";
import type { ServiceContext } from "../context.ts";
import type { Handler } from "../handlers.ts";
import { isObjectOwnership, ownershipDocument } from "./bucket-ownership-controls.ts";
import { taggingDocument } from "./bucket-tagging.ts";
import { bucketArn } from "./head-bucket.ts";
import { indexSteps } from "./index-steps.ts";
import { invalidArgument } from "./listing.ts";
import { plainLockDocument } from "./object-lock-configuration.ts";
import { checkLocationConstraint } from "./regions.ts";
import { renderSetting } from "./settings.ts";

type Input = OperationInput<"CreateBucket">;

export const createBucket: Handler<"CreateBucket"> = async (context, input) => {
  const name = context.target.bucket ?? "";
  if (!isValidBucketName(name)) {
    throw new S3Error("InvalidBucketName", undefined, { detail: { BucketName: name } });
  }
  checkLocationConstraint(input.CreateBucketConfiguration?.LocationConstraint, context.region);
  refuseUnsupported(input);
  checkAcl(context.headers, input.ACL);
  authorizeTags(context, name, input);
  const wish = {
    name,
    accountId: context.principal.accountId,
    region: context.region,
    namespace: readNamespace(context, name, input.BucketNamespace),
    settings: firstSettings(input),
  };
  const outcome = await create(context, wish, indexSteps(context));
  switch (outcome.kind) {
    case "created":
      return { Location: `/${name}`, BucketArn: bucketArn(name) };
    case "owned-by-you":
      throw new S3Error("BucketAlreadyOwnedByYou", undefined, { detail: { BucketName: name } });
    case "taken":
      throw new S3Error("BucketAlreadyExists", undefined, { detail: { BucketName: name } });
    case "being-deleted":
      throw new S3Error("OperationAborted");
    case "no-such-account":
      throw new S3Error("InvalidAccessKeyId");
  }
};

/** Tags are a permission of their own, and only the body says that there are any. */
function authorizeTags(context: ServiceContext, name: string, input: Input): void {
  const given = input.CreateBucketConfiguration?.Tags ?? [];
  if (given.length === 0) return;
  const tags = given.map(({ Key = "", Value = "" }) => [Key, Value] as const);
  const resource = bucketArn(name);
  authorizePlain(context, [{ action: "s3:TagResource", resource, document: { tags } }]);
}

function refuseUnsupported(input: Input): void {
  const { Location: location, Bucket: bucket } = input.CreateBucketConfiguration ?? {};
  if (location !== undefined || bucket !== undefined) {
    throw new S3Error("NotImplemented", "Directory buckets are not implemented");
  }
}

const cannedAcls = new Set(["private", "public-read", "public-read-write", "authenticated-read"]);

/** With ownership enforced an ACL can only say what is so anyway: `private`. */
function checkAcl(headers: Headers, acl: string | undefined): void {
  const hasGrant = [...headers.keys()].some((name) => name.startsWith("x-amz-grant-"));
  if (acl !== undefined && hasGrant) {
    throw new S3Error(
      "InvalidRequest",
      "Specifying both Canned ACLs and Header Grants is not allowed",
    );
  }
  if (acl !== undefined && !cannedAcls.has(acl)) throw invalidArgument("", "x-amz-acl", acl);
  if (hasGrant || (acl !== undefined && acl !== "private")) {
    throw new S3Error("InvalidBucketAclWithObjectOwnership");
  }
}

/**
 * Names of the form `prefix-ACCOUNT-REGION-an` and the header that asks for that namespace go
 * together: one without the other is refused. The codes are AWS's, seen in 2026.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/gpbucketnamespaces.html
 */
function readNamespace(
  context: ServiceContext,
  name: string,
  namespace: string | undefined,
): BucketNamespace {
  if (namespace !== undefined && namespace !== "global" && namespace !== "account-regional") {
    const header = "x-amz-bucket-namespace";
    throw invalidArgument(`Invalid ${header} header: ${namespace}`, header, namespace);
  }
  const suffix = `-${context.principal.accountId}-${context.region}-an`;
  const hasSuffix = name.endsWith(suffix) && name.length > suffix.length;
  if (namespace === "account-regional") {
    if (hasSuffix) return namespace;
    throw new S3Error(
      "InvalidNamespaceHeader",
      `The requested bucket name did not include the account-regional namespace suffix, but the provided x-amz-bucket-namespace header value is account-regional. Specify ${suffix} as the bucket name suffix to create a bucket in your account-regional namespace, or remove the header.`,
    );
  }
  if (!/-\d{12}-[a-z0-9-]+-an$/.test(name)) return "global";
  throw new S3Error(namespace === undefined ? "MissingNamespaceHeader" : "InvalidNamespaceHeader");
}

/** What the bucket is born with, apart from the defaults, which are not stored. */
function firstSettings(input: Input): ReadonlyMap<SettingName, string> {
  const settings = new Map<SettingName, string>();
  const ownership = input.ObjectOwnership;
  if (ownership !== undefined) {
    if (!isObjectOwnership(ownership)) throw invalidOwnership(ownership);
    settings.set("ownershipControls", renderSetting(ownershipDocument(ownership)));
  }
  if (input.ObjectLockEnabledForBucket === true) {
    settings.set("versioning", "Enabled");
    settings.set("objectLock", renderSetting(plainLockDocument));
  }
  const tagging = taggingDocument(input.CreateBucketConfiguration?.Tags ?? []);
  if (tagging !== undefined) settings.set("tagging", renderSetting(tagging));
  return settings;
}

function invalidOwnership(value: string): S3Error {
  return new S3Error("InvalidArgument", `Invalid x-amz-object-ownership header: ${value}`, {
    detail: { ArgumentName: "x-amz-object-ownership" },
  });
}
