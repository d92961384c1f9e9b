// HeadBucket: whether the bucket is there and the caller may use it, and its region. Asks the
// catalog anew: a bucket that was just deleted elsewhere must not be seen here.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html
//
// Differs from AWS: nothing known.

import type { Handler } from "../handlers.ts";
import { freshBucket } from "./settings.ts";

export const headBucket: Handler<"HeadBucket"> = async (context) => {
  const bucket = await freshBucket(context);
  return {
    BucketArn: bucketArn(bucket.name),
    BucketRegion: bucket.region,
    AccessPointAlias: false,
  };
};

/** `arn:aws:s3:::name`. */
export function bucketArn(name: string): string {
  return `arn:aws:s3:::${name}`;
}
