// DeleteBucket: the index says in one transaction whether the bucket is empty, and from then on
// refuses every call; the catalog forgets it after that. A retry goes on where a crash left it
// (faults: D14, D15).
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html
//
// Differs from AWS: a bucket with unfinished multipart uploads is not empty.

import { deleteBucket as remove } from "../../catalog/bucket-lifecycle.ts";
import { S3Error } from "../../s3/errors.ts";
import { versioningOf } from "../context.ts";
import type { Handler } from "../handlers.ts";
import { StaleSettings } from "../outcomes.ts";
import { indexSteps } from "./index-steps.ts";

export const deleteBucket: Handler<"DeleteBucket"> = async (context) => {
  const { bucket } = context;
  const outcome = await remove(context, bucket, indexSteps(context));
  switch (outcome) {
    case "deleted":
      return {};
    case "no-such-bucket":
      throw new StaleSettings(bucket.name, true);
    case "stale":
      throw new StaleSettings(bucket.name);
    case "not-empty": {
      const message =
        versioningOf(bucket) === "Unversioned"
          ? undefined
          : "The bucket you tried to delete is not empty. You must delete all versions in the bucket.";
      throw new S3Error("BucketNotEmpty", message, { detail: { BucketName: bucket.name } });
    }
  }
};
