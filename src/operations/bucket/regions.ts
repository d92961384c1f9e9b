// Regions as buckets name them. A deployment answers as one region; a bucket can only be made there.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucketConfiguration.html

import { BucketLocationConstraint } from "@aws-sdk/client-s3";
import { S3Error } from "../../s3/errors.ts";

/** The region whose location constraint is empty, for reasons older than regions. */
const firstRegion = "us-east-1";

const constraints: ReadonlySet<string> = new Set(Object.values(BucketLocationConstraint));

/** What `EU`, the oldest constraint, stands for. */
const regionOfEu = "eu-west-1";

/** Whether the text names a region of AWS, or the one that this deployment answers as. */
export function isRegion(text: string, ownRegion: string): boolean {
  if (text === ownRegion || text === firstRegion) return true;
  return text !== "EU" && constraints.has(text);
}

/**
 * Accepts the constraint that means `region` and refuses the rest: InvalidLocationConstraint for
 * what is no region (B039) and for the explicit `us-east-1`, which S3 does not know as a
 * constraint; IllegalLocationConstraintException for another region's.
 */
export function checkLocationConstraint(constraint: string | undefined, region: string): void {
  const given = constraint === undefined || constraint === "" ? undefined : constraint;
  if (given === undefined) {
    if (region === firstRegion) return;
    throw incompatible("unspecified");
  }
  if (given === region && region !== firstRegion) return;
  if (given === "EU" && region === regionOfEu) return;
  if (!constraints.has(given)) {
    throw new S3Error("InvalidLocationConstraint", undefined, {
      detail: { LocationConstraint: given },
    });
  }
  throw incompatible(given);
}

/** The constraint that GetBucketLocation shows; nothing for `us-east-1`. */
export function locationConstraintOf(region: string): { LocationConstraint?: ShownConstraint } {
  // A region of our own naming is shown as it is, though the SDK's enumeration lacks it.
  return region === firstRegion ? {} : { LocationConstraint: region as ShownConstraint };
}

type ShownConstraint = BucketLocationConstraint;

function incompatible(constraint: string): S3Error {
  return new S3Error(
    "IllegalLocationConstraintException",
    `The ${constraint} location constraint is incompatible for the region specific endpoint this request was sent to.`,
  );
}
