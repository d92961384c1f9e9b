// Attribute-based access control of a bucket: off unless switched on.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAbac.html
//
// Differs from AWS: PutBucketAbac is not built yet, so it is off for every bucket.

import type { OperationOutput } from "../../s3/operation-types.ts";
import type { Handler } from "../handlers.ts";
import { loadSetting } from "./settings.ts";

type Answer = OperationOutput<"GetBucketAbac">;

export const getBucketAbac: Handler<"GetBucketAbac"> = async (context) =>
  (await loadSetting<Answer>(context, "abac")) ?? { AbacStatus: { Status: "Disabled" } };
