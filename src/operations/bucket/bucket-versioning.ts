// Versioning of a bucket: never, Enabled or Suspended. The index already does all of it; this only
// says which.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketVersioning.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketVersioning.html
//
// Differs from AWS: MFA delete cannot be switched on (SEC-102), and says so.

import type { BucketRecord } from "../../catalog/buckets.ts";
import { S3Error } from "../../s3/errors.ts";
import type { Handler } from "../handlers.ts";
import { hasLock, refuseMfa } from "../object/lock.ts";
import { changeSetting, freshBucket } from "./settings.ts";

export const getBucketVersioning: Handler<"GetBucketVersioning"> = async (context) => {
  const status = (await freshBucket(context)).settings.get("versioning");
  return status === "Enabled" || status === "Suspended" ? { Status: status } : {};
};

export const putBucketVersioning: Handler<"PutBucketVersioning"> = async (context, input) => {
  refuseMfa(context.headers);
  const { Status: status, MFADelete: mfaDelete } = input.VersioningConfiguration ?? {};
  if (mfaDelete !== undefined && mfaDelete !== "Enabled" && mfaDelete !== "Disabled") {
    throw new S3Error("MalformedXML");
  }
  if (status === undefined) throw new S3Error("IllegalVersioningConfigurationException");
  if (status !== "Enabled" && status !== "Suspended") throw new S3Error("MalformedXML");
  if (mfaDelete === "Enabled") {
    throw new S3Error("NotImplemented", "MFA delete is not implemented", {
      detail: { Element: "MfaDelete" },
    });
  }
  await changeSetting(context, "versioning", (bucket) => {
    if (status === "Suspended") refuseReplicated(bucket);
    if (status === "Enabled" || !hasLock(bucket)) return status;
    throw new S3Error(
      "InvalidBucketState",
      "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.",
    );
  });
  return {};
};

/** What is replicated needs version ids. */
function refuseReplicated({ settings }: BucketRecord): void {
  if (!settings.has("replication")) return;
  throw new S3Error(
    "InvalidBucketState",
    "A replication configuration is present on this bucket, so you cannot change the versioning state. To change the versioning state, first delete the replication configuration.",
  );
}
