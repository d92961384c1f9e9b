// Who pays for requests: others than the owner must say that they do, and nobody anonymous may ask
// (`auth/requester-pays.ts`). Nothing is billed here.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketRequestPayment.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketRequestPayment.html
//
// Differs from AWS: nobody is charged.

import { S3Error } from "../../s3/errors.ts";
import type { OperationOutput } from "../../s3/operation-types.ts";
import type { Handler } from "../handlers.ts";
import { loadSetting, saveSetting } from "./settings.ts";

type Answer = OperationOutput<"GetBucketRequestPayment">;

export const getBucketRequestPayment: Handler<"GetBucketRequestPayment"> = async (context) =>
  (await loadSetting<Answer>(context, "requestPayment")) ?? { Payer: "BucketOwner" };

export const putBucketRequestPayment: Handler<"PutBucketRequestPayment"> = async (
  context,
  input,
) => {
  const payer = input.RequestPaymentConfiguration?.Payer;
  if (payer !== "BucketOwner" && payer !== "Requester") throw new S3Error("MalformedXML");
  await saveSetting(context, "requestPayment", { Payer: payer });
  return {};
};
