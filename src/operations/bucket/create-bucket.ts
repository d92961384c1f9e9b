// CreateBucket: the name is claimed in the catalog, the index made ready, the bucket shown. A crash
// in between leaves a bucket that nobody sees and that a retry finishes (faults: P-BKT).
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
//
// Differs from AWS:
// - `Location` is `/name` in every region.
// - A bucket of one's own answers 409 BucketAlreadyOwnedByYou in us-east-1 too.
// - Directory buckets answer NotImplemented.
// - `cdn-cgi` is no bucket's name: Cloudflare keeps that path for itself.
// - A deleted bucket's name is kept from other accounts for a while.

import { authorizePlain } from "../../auth/authorize.ts";
import { createBucket as create } from "../../catalog/bucket-lifecycle.ts";
import type { BucketNamespace } from "../../catalog/buckets.ts";
import type { SettingName } from "../../catalog/settings.ts";
import type { Env } from "../../env.ts";
import {
  type Acl,
  expandCannedAcl,
  isPrivateAcl,
  isPublicAcl,
  readAclHeaders,
  renderAcl,
} from "../../s3/acl.ts";
import { isValidBucketName } from "../../s3/bucket-name.ts";
import { S3Error } from "../../s3/errors.ts";
import type { OperationInput } from "../../s3/operation-types.ts";
import { invalidArgument } from "../../s3/parameters.ts";
import { grantsOnlyOwner, resolveGrants } from "../acl.ts";
import type { ServiceContext } from "../context.ts";
import type { Handler } from "../handlers.ts";
import { isObjectOwnership, ownershipDocument } from "./bucket-ownership-controls.ts";
import { taggingDocument } from "./bucket-tagging.ts";
import { bucketArn } from "./head-bucket.ts";
import { indexSteps } from "./index-steps.ts";
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
  const access = await firstAccess(context, input);
  authorizeTags(context, name, input);
  const wish = {
    name,
    accountId: context.principal.accountId,
    region: context.region,
    namespace: readNamespace(context, name, input.BucketNamespace),
    settings: new Map([...access, ...firstSettings(input)]),
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

/**
 * Ownership, Block Public Access and ACL that the bucket is born with; what is the default of all
 * buckets is not stored. Throws InvalidBucketAclWithObjectOwnership and
 * InvalidBucketAclWithBlockPublicAccessError for an ACL that could never take effect.
 */
async function firstAccess(
  context: ServiceContext,
  input: Input,
): Promise<ReadonlyMap<SettingName, string>> {
  const { env, principal } = context;
  const settings = new Map<SettingName, string>();
  const asked = input.ObjectOwnership;
  if (asked !== undefined && !isObjectOwnership(asked)) throw invalidOwnership(asked);
  const ownership = asked ?? defaultOwnership(env);
  // Classic buckets have no controls, as before there were any.
  const isClassic = asked === undefined && ownership === "ObjectWriter";
  if (isClassic) settings.set("ownershipControls", "null");
  else if (ownership !== undefined) {
    settings.set("ownershipControls", renderSetting(ownershipDocument(ownership)));
  }
  const isBlocked = env.DEFAULT_BLOCK_PUBLIC_ACCESS !== "false";
  if (!isBlocked) settings.set("publicAccessBlock", "null");
  const isEnforced = (ownership ?? "BucketOwnerEnforced") === "BucketOwnerEnforced";
  const acl = await firstAcl(context, isEnforced);
  if (acl === undefined || isPrivateAcl(acl, principal.canonicalId)) return settings;
  if (isBlocked && isPublicAcl(acl)) {
    throw new S3Error("InvalidBucketAclWithBlockPublicAccessError");
  }
  return settings.set("acl", renderAcl(acl));
}

/** The ACL that the headers ask for; under enforced ownership only the one that it is anyway. */
async function firstAcl(context: ServiceContext, isEnforced: boolean): Promise<Acl | undefined> {
  const given = readAclHeaders(context.headers);
  if (given === undefined) return undefined;
  const ownerId = context.principal.canonicalId;
  const refusal = () => new S3Error("InvalidBucketAclWithObjectOwnership");
  if (given.kind === "grants") {
    if (isEnforced && !grantsOnlyOwner(given.grants, ownerId)) throw refusal();
    return resolveGrants(context, given.grants);
  }
  const acl = expandCannedAcl(given.name, { kind: "bucket", ownerId, bucketOwnerId: ownerId });
  if (isEnforced && !isPrivateAcl(acl, ownerId)) throw refusal();
  return acl;
}

/** What the deployment wants of new buckets; `undefined` for the default of all. */
function defaultOwnership({ DEFAULT_OBJECT_OWNERSHIP: text = "" }: Env) {
  if (text === "" || text === "BucketOwnerEnforced") return undefined;
  if (isObjectOwnership(text)) return text;
  throw new Error(`DEFAULT_OBJECT_OWNERSHIP is no object ownership: ${text}`);
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

/** What else the bucket is born with, apart from the defaults, which are not stored. */
function firstSettings(input: Input): ReadonlyMap<SettingName, string> {
  const settings = new Map<SettingName, string>();
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
