// Block Public Access. Buckets are born with all four switches on. Nothing can be public yet, so
// whatever is stored is true.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetPublicAccessBlock.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutPublicAccessBlock.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeletePublicAccessBlock.html
//
// Differs from AWS: nothing known.

import type { OperationOutput } from "../../s3/operation-types.ts";
import type { Handler } from "../handlers.ts";
import { loadSetting, notConfigured, removeDefault, saveSetting } from "./settings.ts";

type Answer = OperationOutput<"GetPublicAccessBlock">;

const everythingBlocked: Answer = {
  PublicAccessBlockConfiguration: {
    BlockPublicAcls: true,
    IgnorePublicAcls: true,
    BlockPublicPolicy: true,
    RestrictPublicBuckets: true,
  },
};

export const getPublicAccessBlock: Handler<"GetPublicAccessBlock"> = async (context) => {
  const stored = await loadSetting<Answer>(context, "publicAccessBlock");
  if (stored === null) throw notConfigured(context, "NoSuchPublicAccessBlockConfiguration");
  return stored ?? everythingBlocked;
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
  });
  return {};
};

export const deletePublicAccessBlock: Handler<"DeletePublicAccessBlock"> = async (context) => {
  await removeDefault(context, "publicAccessBlock");
  return {};
};
