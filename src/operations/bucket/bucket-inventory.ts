// Inventory reports: configurations by id.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketInventoryConfiguration.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBucketInventoryConfigurations.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketInventoryConfiguration.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketInventoryConfiguration.html
//
// Differs from AWS:
// - The format ORC answers NotImplemented; CSV and Parquet are written.
// - IntelligentTieringReferenceDate is always empty.

import { S3Error } from "../../s3/errors.ts";
import type { OperationInput, OperationOutput } from "../../s3/operation-types.ts";
import { invalidArgument } from "../../s3/parameters.ts";
import type { Handler } from "../handlers.ts";
import {
  dropConfiguration,
  listConfigurations,
  requireConfiguration,
  saveConfiguration,
} from "./listed-configurations.ts";

type Configuration = NonNullable<
  OperationOutput<"GetBucketInventoryConfiguration">["InventoryConfiguration"]
>;
type Given = NonNullable<
  OperationInput<"PutBucketInventoryConfiguration">["InventoryConfiguration"]
>;

export const getBucketInventoryConfiguration: Handler<"GetBucketInventoryConfiguration"> = async (
  context,
  input,
) => ({
  InventoryConfiguration: await requireConfiguration<Configuration>(context, "inventory", input.Id),
});

export const listBucketInventoryConfigurations: Handler<
  "ListBucketInventoryConfigurations"
> = async (context, input) => {
  const token = input.ContinuationToken;
  const { documents, page } = await listConfigurations<Configuration>(context, "inventory", token);
  return { ...page, ...(documents.length > 0 && { InventoryConfigurationList: documents }) };
};

export const putBucketInventoryConfiguration: Handler<"PutBucketInventoryConfiguration"> = async (
  context,
  input,
) => {
  const document = input.InventoryConfiguration;
  if (document === undefined) throw new S3Error("MalformedXML");
  checkInventory(document, input.Id);
  await saveConfiguration(context, "inventory", { id: input.Id, document });
  return {};
};

export const deleteBucketInventoryConfiguration: Handler<
  "DeleteBucketInventoryConfiguration"
> = async (context, input) => {
  await dropConfiguration(context, "inventory", input.Id);
  return {};
};

const formats = ["CSV", "ORC", "Parquet"];
const frequencies = ["Daily", "Weekly"];
const includedVersions = ["All", "Current"];

/** Every field a report may have beside those it always has. */
export const inventoryFields = [
  "Size",
  "LastModifiedDate",
  "StorageClass",
  "ETag",
  "IsMultipartUploaded",
  "ReplicationStatus",
  "EncryptionStatus",
  "ObjectLockRetainUntilDate",
  "ObjectLockMode",
  "ObjectLockLegalHoldStatus",
  "IntelligentTieringAccessTier",
  "BucketKeyStatus",
  "ChecksumAlgorithm",
  "ObjectAccessControlList",
  "ObjectOwner",
  "LifecycleExpirationDate",
  "ObjectLockEventHoldStatus",
  "ObjectLockEventHoldDuration",
  "IntelligentTieringReferenceDate",
] as const;

/**
 * Throws MalformedXML for words that are none of S3's, then IdMismatch, InvalidS3DestinationBucket,
 * InvalidArgument. Whether the destination lets S3 write shows when the report is delivered.
 */
function checkInventory(document: Given, id: string | undefined): void {
  const { Destination, Filter, IncludedObjectVersions, OptionalFields = [], Schedule } = document;
  const destination = Destination?.S3BucketDestination;
  const isWellFormed =
    destination !== undefined &&
    formats.includes(destination.Format ?? "") &&
    frequencies.includes(Schedule?.Frequency ?? "") &&
    includedVersions.includes(IncludedObjectVersions ?? "") &&
    document.IsEnabled !== undefined &&
    OptionalFields.every((field) => (inventoryFields as readonly string[]).includes(field)) &&
    (Filter === undefined || Filter.Prefix !== undefined);
  if (!isWellFormed) throw new S3Error("MalformedXML");
  if (new Set(OptionalFields).size !== OptionalFields.length) throw new S3Error("MalformedXML");
  const { SSEKMS: kms, SSES3: plain } = destination.Encryption ?? {};
  if (kms !== undefined && plain !== undefined) throw new S3Error("MalformedXML");
  if (document.Id !== id) throw new S3Error("IdMismatch");
  const bucketArn = destination.Bucket ?? "";
  if (/^arn:aws[a-z-]*:s3:(?:[^:]+:[^:]*|[^:]*:[^:]+):/.test(bucketArn)) {
    throw new S3Error("InvalidS3DestinationBucket", "Bucket ARN should not specify a namespace.");
  }
  if (!/^arn:aws[a-z-]*:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucketArn)) {
    throw new S3Error("InvalidS3DestinationBucket");
  }
  if (destination.Format === "ORC") {
    const detail = { Format: "ORC" };
    throw new S3Error("NotImplemented", "The format ORC is not implemented", { detail });
  }
  const accountId = destination.AccountId;
  if (accountId !== undefined && !/^\d{12}$/.test(accountId)) {
    throw invalidArgument("Invalid account ID.", "AccountId", accountId);
  }
}
