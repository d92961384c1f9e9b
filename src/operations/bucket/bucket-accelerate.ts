// Transfer acceleration. Kept and answered; every endpoint here is already at the edge.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAccelerateConfiguration.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketAccelerateConfiguration.html
//
// Differs from AWS: switching it on changes no route, and there is no accelerate endpoint.

import { S3Error } from "../../s3/errors.ts";
import type { OperationOutput } from "../../s3/operation-types.ts";
import type { Handler } from "../handlers.ts";
import { loadSetting, saveSetting } from "./settings.ts";

type Answer = OperationOutput<"GetBucketAccelerateConfiguration">;

export const getBucketAccelerateConfiguration: Handler<"GetBucketAccelerateConfiguration"> = async (
  context,
) => (await loadSetting<Answer>(context, "accelerate")) ?? {};

export const putBucketAccelerateConfiguration: Handler<"PutBucketAccelerateConfiguration"> = async (
  context,
  input,
) => {
  if (context.bucket.name.includes(".")) {
    throw new S3Error(
      "InvalidRequest",
      "S3 Transfer Acceleration is not supported for buckets with periods (.) in their names",
    );
  }
  const status = input.AccelerateConfiguration?.Status;
  if (status !== "Enabled" && status !== "Suspended") throw new S3Error("MalformedXML");
  await saveSetting(context, "accelerate", { Status: status });
  return {};
};
