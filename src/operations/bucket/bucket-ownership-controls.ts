// Object ownership. Buckets are born with BucketOwnerEnforced, which is what this program does
// whatever is stored: the bucket's owner owns every object and ACLs say nothing.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketOwnershipControls.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketOwnershipControls.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketOwnershipControls.html
//
// Differs from AWS:
// - BucketOwnerPreferred and ObjectWriter answer NotImplemented, since ACLs have no effect yet.
// - After DeleteBucketOwnershipControls ownership stays enforced; AWS goes back to ObjectWriter.

import { S3Error } from "../../s3/errors.ts";
import type { OperationOutput } from "../../s3/operation-types.ts";
import type { Handler } from "../handlers.ts";
import { loadSetting, notConfigured, removeDefault, saveSetting } from "./settings.ts";

type Answer = OperationOutput<"GetBucketOwnershipControls">;

/** What the wire accepts; anything else is MalformedXML in a body, InvalidArgument in a header. */
const objectOwnerships = ["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"] as const;

export type ObjectOwnership = (typeof objectOwnerships)[number];

/** Whether the text is one of S3's three kinds of ownership. */
export function isObjectOwnership(text: string | undefined): text is ObjectOwnership {
  return (objectOwnerships as readonly (string | undefined)[]).includes(text);
}

/** The document of a bucket with this ownership. Throws NotImplemented when it is not enforced. */
export function ownershipDocument(ownership: ObjectOwnership): Answer {
  if (ownership !== "BucketOwnerEnforced") {
    throw new S3Error("NotImplemented", "Only the BucketOwnerEnforced ownership is implemented", {
      detail: { ObjectOwnership: ownership },
    });
  }
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
  await saveSetting(context, "ownershipControls", ownershipDocument(ownership));
  return {};
};

export const deleteBucketOwnershipControls: Handler<"DeleteBucketOwnershipControls"> = async (
  context,
) => {
  await removeDefault(context, "ownershipControls");
  return {};
};
