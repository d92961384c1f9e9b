// Which texts may name a bucket. Creating asks the full rule; every other call asks only whether
// the text could ever have named one, and leaves the rest to the catalog's NoSuchBucket.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html

const shape = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const ipShape = /^\d{1,3}(\.\d{1,3}){3}$/;
/** Names from before March 2018 in us-east-1, which S3 still looks up. */
const legacyShape = /^[A-Za-z0-9._-]{3,255}$/;

/** Forms that S3 keeps for access points, directory buckets and its own use. */
const reservedPrefixes = ["xn--", "sthree-", "amzn-s3-demo-"];
const reservedSuffixes = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];

/** Cloudflare answers this path itself: a bucket of that name could not be reached (SEC-148). */
const unreachableName = "cdn-cgi";

/**
 * Whether a bucket of this name may be created: 3 to 63 characters, no reserved form, no address.
 */
export function isValidBucketName(name: string): boolean {
  return (
    shape.test(name) &&
    name !== unreachableName &&
    !name.includes("..") &&
    !ipShape.test(name) &&
    !reservedPrefixes.some((prefix) => name.startsWith(prefix)) &&
    !reservedSuffixes.some((suffix) => name.endsWith(suffix))
  );
}

/** Whether the text could name a bucket at all; otherwise any call answers InvalidBucketName. */
export function isAddressableBucketName(name: string): boolean {
  return legacyShape.test(name) && !ipShape.test(name) && !name.includes("..");
}
