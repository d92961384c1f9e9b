// Operation name -> handler, for every operation of the table. Total: adding a row without a
// decision here does not compile. `unbuilt` answers NotImplemented by name, on purpose.

import type { OperationInput, OperationName, OperationOutput } from "../s3/operation-types.ts";
import { getBucketAbac } from "./bucket/bucket-abac.ts";
import {
  getBucketAccelerateConfiguration,
  putBucketAccelerateConfiguration,
} from "./bucket/bucket-accelerate.ts";
import { getBucketAcl, putBucketAcl } from "./bucket/bucket-acl.ts";
import {
  deleteBucketAnalyticsConfiguration,
  getBucketAnalyticsConfiguration,
  listBucketAnalyticsConfigurations,
  putBucketAnalyticsConfiguration,
} from "./bucket/bucket-analytics.ts";
import { deleteBucketCors, getBucketCors, putBucketCors } from "./bucket/bucket-cors.ts";
import {
  deleteBucketEncryption,
  getBucketEncryption,
  putBucketEncryption,
} from "./bucket/bucket-encryption.ts";
import {
  deleteBucketIntelligentTieringConfiguration,
  getBucketIntelligentTieringConfiguration,
  listBucketIntelligentTieringConfigurations,
  putBucketIntelligentTieringConfiguration,
} from "./bucket/bucket-intelligent-tiering.ts";
import {
  deleteBucketInventoryConfiguration,
  getBucketInventoryConfiguration,
  listBucketInventoryConfigurations,
  putBucketInventoryConfiguration,
} from "./bucket/bucket-inventory.ts";
import {
  deleteBucketLifecycle,
  getBucketLifecycleConfiguration,
  putBucketLifecycleConfiguration,
} from "./bucket/bucket-lifecycle.ts";
import { getBucketLogging, putBucketLogging } from "./bucket/bucket-logging.ts";
import {
  getBucketMetadataConfiguration,
  getBucketMetadataTableConfiguration,
} from "./bucket/bucket-metadata.ts";
import {
  deleteBucketMetricsConfiguration,
  getBucketMetricsConfiguration,
  listBucketMetricsConfigurations,
  putBucketMetricsConfiguration,
} from "./bucket/bucket-metrics.ts";
import {
  getBucketNotificationConfiguration,
  putBucketNotificationConfiguration,
} from "./bucket/bucket-notification.ts";
import {
  deleteBucketOwnershipControls,
  getBucketOwnershipControls,
  putBucketOwnershipControls,
} from "./bucket/bucket-ownership-controls.ts";
import {
  deleteBucketPolicy,
  getBucketPolicy,
  getBucketPolicyStatus,
  putBucketPolicy,
} from "./bucket/bucket-policy.ts";
import {
  deleteBucketReplication,
  getBucketReplication,
  putBucketReplication,
} from "./bucket/bucket-replication.ts";
import {
  getBucketRequestPayment,
  putBucketRequestPayment,
} from "./bucket/bucket-request-payment.ts";
import {
  deleteBucketTagging,
  getBucketTagging,
  putBucketTagging,
} from "./bucket/bucket-tagging.ts";
import { getBucketVersioning, putBucketVersioning } from "./bucket/bucket-versioning.ts";
import {
  deleteBucketWebsite,
  getBucketWebsite,
  putBucketWebsite,
} from "./bucket/bucket-website.ts";
import { createBucket } from "./bucket/create-bucket.ts";
import { deleteBucket } from "./bucket/delete-bucket.ts";
import { deleteObjects } from "./bucket/delete-objects.ts";
import { getBucketLocation } from "./bucket/get-bucket-location.ts";
import { headBucket } from "./bucket/head-bucket.ts";
import { listMultipartUploads } from "./bucket/list-multipart-uploads.ts";
import { listObjectVersions } from "./bucket/list-object-versions.ts";
import { listObjects } from "./bucket/list-objects.ts";
import { listObjectsV2 } from "./bucket/list-objects-v2.ts";
import {
  getObjectLockConfiguration,
  putObjectLockConfiguration,
} from "./bucket/object-lock-configuration.ts";
import { optionsObject } from "./bucket/options-object.ts";
import {
  deletePublicAccessBlock,
  getPublicAccessBlock,
  putPublicAccessBlock,
} from "./bucket/public-access-block.ts";
import type { BucketContext, ObjectContext, ServiceContext } from "./context.ts";
import { abortMultipartUpload } from "./multipart/abort-multipart-upload.ts";
import { completeMultipartUpload } from "./multipart/complete-multipart-upload.ts";
import { createMultipartUpload } from "./multipart/create-multipart-upload.ts";
import { listParts } from "./multipart/list-parts.ts";
import { uploadPart } from "./multipart/upload-part.ts";
import { uploadPartCopy } from "./multipart/upload-part-copy.ts";
import { copyObject } from "./object/copy-object.ts";
import { deleteObject } from "./object/delete-object.ts";
import { getObject } from "./object/get-object.ts";
import { getObjectAttributes } from "./object/get-object-attributes.ts";
import { headObject } from "./object/head-object.ts";
import { listObjectAnnotations } from "./object/list-object-annotations.ts";
import { getObjectAcl, putObjectAcl } from "./object/object-acl.ts";
import {
  deleteObjectAnnotation,
  getObjectAnnotation,
  putObjectAnnotation,
} from "./object/object-annotation.ts";
import { getObjectLegalHold, putObjectLegalHold } from "./object/object-legal-hold.ts";
import { getObjectRetention, putObjectRetention } from "./object/object-retention.ts";
import {
  deleteObjectTagging,
  getObjectTagging,
  putObjectTagging,
} from "./object/object-tagging.ts";
import { postObject } from "./object/post-object.ts";
import { putObject } from "./object/put-object.ts";
import { renameObject } from "./object/rename-object.ts";
import { restoreObject } from "./object/restore-object.ts";
import { updateObjectEncryption } from "./object/update-object-encryption.ts";
import { listBuckets } from "./service/list-buckets.ts";
import { listDirectoryBuckets } from "./service/list-directory-buckets.ts";

/** Calls that need no bucket: the service's own, the one that makes a bucket, and preflights. */
type BucketlessOperation =
  | "ListBuckets"
  | "ListDirectoryBuckets"
  | "CreateBucket"
  | "OptionsObject"
  | "WriteGetObjectResponse";

/** The context an operation's handler is given, by what its input names. */
export type ContextOf<N extends OperationName> = N extends BucketlessOperation
  ? ServiceContext
  : "Key" extends keyof OperationInput<N>
    ? ObjectContext
    : BucketContext;

/** What an operation does: typed input to typed output, or an `S3Error` thrown. */
export type Handler<N extends OperationName> = (
  context: ContextOf<N>,
  input: OperationInput<N>,
) => Promise<OperationOutput<N>>;

/** The total record: what every operation of the table does. */
export const handlers: { readonly [N in OperationName]: Handler<N> | "unbuilt" } = {
  AbortMultipartUpload: abortMultipartUpload,
  CompleteMultipartUpload: completeMultipartUpload,
  CopyObject: copyObject,
  CreateBucket: createBucket,
  CreateBucketMetadataConfiguration: "unbuilt",
  CreateBucketMetadataTableConfiguration: "unbuilt",
  CreateMultipartUpload: createMultipartUpload,
  CreateSession: "unbuilt",
  DeleteBucket: deleteBucket,
  DeleteBucketAnalyticsConfiguration: deleteBucketAnalyticsConfiguration,
  DeleteBucketCors: deleteBucketCors,
  DeleteBucketEncryption: deleteBucketEncryption,
  DeleteBucketIntelligentTieringConfiguration: deleteBucketIntelligentTieringConfiguration,
  DeleteBucketInventoryConfiguration: deleteBucketInventoryConfiguration,
  DeleteBucketLifecycle: deleteBucketLifecycle,
  DeleteBucketMetadataConfiguration: "unbuilt",
  DeleteBucketMetadataTableConfiguration: "unbuilt",
  DeleteBucketMetricsConfiguration: deleteBucketMetricsConfiguration,
  DeleteBucketOwnershipControls: deleteBucketOwnershipControls,
  DeleteBucketPolicy: deleteBucketPolicy,
  DeleteBucketReplication: deleteBucketReplication,
  DeleteBucketTagging: deleteBucketTagging,
  DeleteBucketWebsite: deleteBucketWebsite,
  DeleteObject: deleteObject,
  DeleteObjectAnnotation: deleteObjectAnnotation,
  DeleteObjectTagging: deleteObjectTagging,
  DeleteObjects: deleteObjects,
  DeletePublicAccessBlock: deletePublicAccessBlock,
  GetBucketAbac: getBucketAbac,
  GetBucketAccelerateConfiguration: getBucketAccelerateConfiguration,
  GetBucketAcl: getBucketAcl,
  GetBucketAnalyticsConfiguration: getBucketAnalyticsConfiguration,
  GetBucketCors: getBucketCors,
  GetBucketEncryption: getBucketEncryption,
  GetBucketIntelligentTieringConfiguration: getBucketIntelligentTieringConfiguration,
  GetBucketInventoryConfiguration: getBucketInventoryConfiguration,
  GetBucketLifecycleConfiguration: getBucketLifecycleConfiguration,
  GetBucketLocation: getBucketLocation,
  GetBucketLogging: getBucketLogging,
  GetBucketMetadataConfiguration: getBucketMetadataConfiguration,
  GetBucketMetadataTableConfiguration: getBucketMetadataTableConfiguration,
  GetBucketMetricsConfiguration: getBucketMetricsConfiguration,
  GetBucketNotificationConfiguration: getBucketNotificationConfiguration,
  GetBucketOwnershipControls: getBucketOwnershipControls,
  GetBucketPolicy: getBucketPolicy,
  GetBucketPolicyStatus: getBucketPolicyStatus,
  GetBucketReplication: getBucketReplication,
  GetBucketRequestPayment: getBucketRequestPayment,
  GetBucketTagging: getBucketTagging,
  GetBucketVersioning: getBucketVersioning,
  GetBucketWebsite: getBucketWebsite,
  GetObject: getObject,
  GetObjectAcl: getObjectAcl,
  GetObjectAnnotation: getObjectAnnotation,
  GetObjectAttributes: getObjectAttributes,
  GetObjectLegalHold: getObjectLegalHold,
  GetObjectLockConfiguration: getObjectLockConfiguration,
  GetObjectRetention: getObjectRetention,
  GetObjectTagging: getObjectTagging,
  GetObjectTorrent: "unbuilt",
  GetPublicAccessBlock: getPublicAccessBlock,
  HeadBucket: headBucket,
  HeadObject: headObject,
  ListBucketAnalyticsConfigurations: listBucketAnalyticsConfigurations,
  ListBucketIntelligentTieringConfigurations: listBucketIntelligentTieringConfigurations,
  ListBucketInventoryConfigurations: listBucketInventoryConfigurations,
  ListBucketMetricsConfigurations: listBucketMetricsConfigurations,
  ListBuckets: listBuckets,
  ListDirectoryBuckets: listDirectoryBuckets,
  ListMultipartUploads: listMultipartUploads,
  ListObjectAnnotations: listObjectAnnotations,
  ListObjectVersions: listObjectVersions,
  ListObjects: listObjects,
  ListObjectsV2: listObjectsV2,
  ListParts: listParts,
  OptionsObject: optionsObject,
  PostObject: postObject,
  PutBucketAbac: "unbuilt",
  PutBucketAccelerateConfiguration: putBucketAccelerateConfiguration,
  PutBucketAcl: putBucketAcl,
  PutBucketAnalyticsConfiguration: putBucketAnalyticsConfiguration,
  PutBucketCors: putBucketCors,
  PutBucketEncryption: putBucketEncryption,
  PutBucketIntelligentTieringConfiguration: putBucketIntelligentTieringConfiguration,
  PutBucketInventoryConfiguration: putBucketInventoryConfiguration,
  PutBucketLifecycleConfiguration: putBucketLifecycleConfiguration,
  PutBucketLogging: putBucketLogging,
  PutBucketMetricsConfiguration: putBucketMetricsConfiguration,
  PutBucketNotificationConfiguration: putBucketNotificationConfiguration,
  PutBucketOwnershipControls: putBucketOwnershipControls,
  PutBucketPolicy: putBucketPolicy,
  PutBucketReplication: putBucketReplication,
  PutBucketRequestPayment: putBucketRequestPayment,
  PutBucketTagging: putBucketTagging,
  PutBucketVersioning: putBucketVersioning,
  PutBucketWebsite: putBucketWebsite,
  PutObject: putObject,
  PutObjectAcl: putObjectAcl,
  PutObjectAnnotation: putObjectAnnotation,
  PutObjectLegalHold: putObjectLegalHold,
  PutObjectLockConfiguration: putObjectLockConfiguration,
  PutObjectRetention: putObjectRetention,
  PutObjectTagging: putObjectTagging,
  PutPublicAccessBlock: putPublicAccessBlock,
  RenameObject: renameObject,
  RestoreObject: restoreObject,
  SelectObjectContent: "unbuilt",
  UpdateBucketMetadataAnnotationTableConfiguration: "unbuilt",
  UpdateBucketMetadataInventoryTableConfiguration: "unbuilt",
  UpdateBucketMetadataJournalTableConfiguration: "unbuilt",
  UpdateObjectEncryption: updateObjectEncryption,
  UploadPart: uploadPart,
  UploadPartCopy: uploadPartCopy,
  WriteGetObjectResponse: "unbuilt",
};
