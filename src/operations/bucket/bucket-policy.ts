// The bucket policy and whether it makes the bucket public. The text is kept as it was given; what it
// means is `auth/policy/`'s to say. It binds the next request that reaches the index, everywhere.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicy.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicyStatus.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketPolicy.html
//
// Differs from AWS:
// - `Resource: "*"` and patterns that can name other buckets too are taken, if they can name this
//   one; they speak of this bucket alone.
// - GetBucketPolicyStatus counts the bucket's ACL, where ACLs are in force, and then needs no policy.
// - A condition key that means nothing for the statement's actions is taken and never there.
// - The element names of a policy are case-sensitive.

import { judge } from "../../auth/authorize.ts";
import { accessOf } from "../../auth/bucket-access.ts";
import {
  maximumBucketPolicyBytes,
  parseBucketPolicy,
  principalsOf,
} from "../../auth/policy/bucket-rules.ts";
import type { Policy } from "../../auth/policy/document.ts";
import { PolicyError } from "../../auth/policy/json.ts";
import { accountOf, type PrincipalEntry } from "../../auth/policy/principals.ts";
import { isPublicPolicy } from "../../auth/policy/public-policy.ts";
import { findAccountByCanonicalId, getAccount } from "../../catalog/accounts.ts";
import type { BucketRecord } from "../../catalog/buckets.ts";
import { findIdentity } from "../../catalog/identities.ts";
import { isPublicAcl } from "../../s3/acl.ts";
import { S3Error } from "../../s3/errors.ts";
import { utf8Length } from "../../s3/target.ts";
import type { BucketContext } from "../context.ts";
import type { Handler } from "../handlers.ts";
import { changeSetting, dropSetting, freshBucket, notConfigured } from "./settings.ts";

export const getBucketPolicy: Handler<"GetBucketPolicy"> = async (context) => {
  const text = (await freshBucket(context)).settings.get("policy");
  if (text === undefined) throw notConfigured(context, "NoSuchBucketPolicy");
  return { Policy: text };
};

export const getBucketPolicyStatus: Handler<"GetBucketPolicyStatus"> = async (context) => {
  const { policy, acl, block } = accessOf(await freshBucket(context));
  if (policy === undefined && acl === undefined) {
    throw notConfigured(context, "NoSuchBucketPolicy");
  }
  const isPublicByPolicy =
    policy !== undefined && policy.policy !== "unreadable" && isPublicPolicy(policy.policy);
  const isPublicByAcl = acl !== undefined && !block.IgnorePublicAcls && isPublicAcl(acl);
  const isPublic = isPublicByPolicy || isPublicByAcl;
  return { PolicyStatus: { IsPublic: isPublic } };
};

export const putBucketPolicy: Handler<"PutBucketPolicy"> = async (context, input) => {
  const text = input.Policy ?? "";
  const policy = parse(context, text);
  const entries = new Map(principalsOf(policy).map((entry) => [JSON.stringify(entry), entry]));
  for (const entry of entries.values()) {
    if (!(await exists(context, entry))) throw malformed("Invalid principal in policy");
  }
  await changeSetting(context, "policy", (bucket) => {
    if (accessOf(bucket).block.BlockPublicPolicy && isPublicPolicy(policy)) {
      throw publicPolicyDenial(context);
    }
    if (input.ConfirmRemoveSelfBucketAccess !== true) refuseLockOut(context, bucket, text);
    return text;
  });
  return {};
};

export const deleteBucketPolicy: Handler<"DeleteBucketPolicy"> = async (context) => {
  await dropSetting(context, "policy");
  return {};
};

function parse(context: BucketContext, text: string): Policy {
  if (utf8Length(text) > maximumBucketPolicyBytes) throw new S3Error("PolicyTooLarge");
  try {
    return parseBucketPolicy(text, context.bucket.name);
  } catch (error) {
    if (error instanceof PolicyError) throw malformed(error.message);
    throw error;
  }
}

/** AWS's sentence for whoever belongs to the bucket's account; nobody else learns of its settings. */
function publicPolicyDenial({ principal, bucket }: BucketContext): S3Error {
  if (principal.accountId !== bucket.accountId) return new S3Error("AccessDenied");
  return new S3Error(
    "AccessDenied",
    `User: ${principal.arn} is not authorized to perform: s3:PutBucketPolicy on resource: ` +
      `"arn:aws:s3:::${bucket.name}" because public policies are prevented by the ` +
      "BlockPublicPolicy setting in S3 Block Public Access.",
  );
}

function malformed(message: string): S3Error {
  return new S3Error("MalformedPolicy", message);
}

/** Nobody may put a policy under which they could not put another one, unless they say so. */
function refuseLockOut(context: BucketContext, bucket: BucketRecord, text: string): void {
  const settings = new Map(bucket.settings).set("policy", text);
  const after = judge(context, { ...bucket, settings }, { action: "s3:PutBucketPolicy" });
  if (!after.isAllowed) throw new S3Error("AccessDenied");
}

const identityArn = /^arn:aws[a-z-]*:iam::(\d{12}):(user|role)\/(?:.*\/)?([^/]+)$/;
const sessionArn = /^arn:aws[a-z-]*:sts::(\d{12}):(assumed-role|federated-user)\/([^/]+)/;

/** Accounts, users and roles must be there; services and providers are only names. */
async function exists(context: BucketContext, entry: PrincipalEntry): Promise<boolean> {
  const { kind, value } = entry;
  if (kind === "CanonicalUser") {
    return (await findAccountByCanonicalId(context, value)) !== undefined;
  }
  if (kind !== "AWS" || value === "*") return true;
  const account = accountOf(entry);
  if (account !== undefined) return (await getAccount(context, account)) !== undefined;
  const [, accountId = "", type, name = ""] =
    identityArn.exec(value) ?? sessionArn.exec(value) ?? [];
  if (type === "federated-user") return (await getAccount(context, accountId)) !== undefined;
  const found = await findIdentity(context, {
    accountId,
    kind: type === "user" ? "user" : "role",
    name,
  });
  // A path is part of the name that a policy must give; a session's ARN has none.
  return found !== undefined && (type === "assumed-role" || found.arn === value);
}
