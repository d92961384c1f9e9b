// Block Public Access. Buckets are born with all four switches on; what they do is judged with every
// request (`auth/bucket-access.ts`) and with every policy that is put.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetPublicAccessBlock.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutPublicAccessBlock.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeletePublicAccessBlock.html
//
// Differs from AWS: nothing known.

import { accessOf } from "../../auth/bucket-access.ts";
import type { OperationOutput } from "../../s3/operation-types.ts";
import type { Handler } from "../handlers.ts";
import { freshBucket, notConfigured, removeDefault, saveSetting } from "./settings.ts";

type Answer = OperationOutput<"GetPublicAccessBlock">;

export const getPublicAccessBlock: Handler<"GetPublicAccessBlock"> = async (context) => {
  const bucket = await freshBucket(context);
  if (bucket.settings.get("publicAccessBlock") === "null") {
    throw notConfigured(context, "NoSuchPublicAccessBlockConfiguration");
  }
  return { PublicAccessBlockConfiguration: accessOf(bucket).block };
};

export const putPublicAccessBlock: Handler<"PutPublicAccessBlock"> = async (context, input) => {
  // A switch that is left out is off.
  const given = input.PublicAccessBlockConfiguration ?? {};
  await saveSetting(context, "publicAccessBlock", {
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: given.BlockPublicAcls ?? false,
      IgnorePublicAcls: given.IgnorePublicAcls ?? false,
      BlockPublicPolicy: given.BlockPublicPolicy ?? false,
      RestrictPublicBuckets: given.RestrictPublicBuckets ?? false,
    },
  } satisfies Answer);
  return {};
};

export const deletePublicAccessBlock: Handler<"DeletePublicAccessBlock"> = async (context) => {
  await removeDefault(context, "publicAccessBlock");
  return {};
};
