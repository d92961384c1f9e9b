// Object ownership: whose objects are that others write, and whether ACLs mean anything. Buckets are
// born with BucketOwnerEnforced, unless the deployment says otherwise.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketOwnershipControls.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketOwnershipControls.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketOwnershipControls.html
//
// Differs from AWS: nothing known.

import type { ObjectOwnership } from "../../auth/bucket-access.ts";
import { parseAcl } from "../../s3/acl.ts";
import { S3Error } from "../../s3/errors.ts";
import type { OperationOutput } from "../../s3/operation-types.ts";
import type { Handler } from "../handlers.ts";
import {
  changeSetting,
  loadSetting,
  notConfigured,
  removeDefault,
  renderSetting,
} from "./settings.ts";

type Answer = OperationOutput<"GetBucketOwnershipControls">;

/** What the wire accepts; anything else is MalformedXML in a body, InvalidArgument in a header. */
const objectOwnerships = ["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"] as const;

/** Whether the text is one of S3's three kinds of ownership. */
export function isObjectOwnership(text: string | undefined): text is ObjectOwnership {
  return (objectOwnerships as readonly (string | undefined)[]).includes(text);
}

/** The document of a bucket with this ownership. */
export function ownershipDocument(ownership: ObjectOwnership): Answer {
  return { OwnershipControls: { Rules: [{ ObjectOwnership: ownership }] } };
}

export const getBucketOwnershipControls: Handler<"GetBucketOwnershipControls"> = async (
  context,
) => {
  const stored = await loadSetting<Answer>(context, "ownershipControls");
  if (stored === null) throw notConfigured(context, "OwnershipControlsNotFoundError");
  return stored ?? ownershipDocument("BucketOwnerEnforced");
};

export const putBucketOwnershipControls: Handler<"PutBucketOwnershipControls"> = async (
  context,
  input,
) => {
  const rules = input.OwnershipControls?.Rules ?? [];
  const ownership = rules[0]?.ObjectOwnership;
  if (rules.length !== 1 || !isObjectOwnership(ownership)) throw new S3Error("MalformedXML");
  await changeSetting(context, "ownershipControls", ({ settings, ownerCanonicalId }) => {
    const acl = parseAcl(settings.get("acl") ?? "") ?? [];
    // Nobody is to lose what an ACL gives without somebody having said so.
    const grantsOthers = acl.some(([grantee]) => grantee !== ownerCanonicalId);
    if (ownership === "BucketOwnerEnforced" && grantsOthers) {
      throw new S3Error("InvalidBucketAclWithObjectOwnership");
    }
    return renderSetting(ownershipDocument(ownership));
  });
  return {};
};

export const deleteBucketOwnershipControls: Handler<"DeleteBucketOwnershipControls"> = async (
  context,
) => {
  await removeDefault(context, "ownershipControls");
  return {};
};
