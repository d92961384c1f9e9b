// The typed side of the table: for every operation, what its handler is given and what it answers
// with, taken from the SDK's own declarations. Types only: nothing of the SDK is bundled from here.

import type * as S3 from "@aws-sdk/client-s3";

/** The SDK's input and output per operation, as it publishes them. */
interface SdkOperations {
  AbortMultipartUpload: {
    input: S3.AbortMultipartUploadCommandInput;
    output: S3.AbortMultipartUploadCommandOutput;
  };
  CompleteMultipartUpload: {
    input: S3.CompleteMultipartUploadCommandInput;
    output: S3.CompleteMultipartUploadCommandOutput;
  };
  CopyObject: { input: S3.CopyObjectCommandInput; output: S3.CopyObjectCommandOutput };
  CreateBucket: { input: S3.CreateBucketCommandInput; output: S3.CreateBucketCommandOutput };
  CreateBucketMetadataConfiguration: {
    input: S3.CreateBucketMetadataConfigurationCommandInput;
    output: S3.CreateBucketMetadataConfigurationCommandOutput;
  };
  CreateBucketMetadataTableConfiguration: {
    input: S3.CreateBucketMetadataTableConfigurationCommandInput;
    output: S3.CreateBucketMetadataTableConfigurationCommandOutput;
  };
  CreateMultipartUpload: {
    input: S3.CreateMultipartUploadCommandInput;
    output: S3.CreateMultipartUploadCommandOutput;
  };
  CreateSession: { input: S3.CreateSessionCommandInput; output: S3.CreateSessionCommandOutput };
  DeleteBucket: { input: S3.DeleteBucketCommandInput; output: S3.DeleteBucketCommandOutput };
  DeleteBucketAnalyticsConfiguration: {
    input: S3.DeleteBucketAnalyticsConfigurationCommandInput;
    output: S3.DeleteBucketAnalyticsConfigurationCommandOutput;
  };
  DeleteBucketCors: {
    input: S3.DeleteBucketCorsCommandInput;
    output: S3.DeleteBucketCorsCommandOutput;
  };
  DeleteBucketEncryption: {
    input: S3.DeleteBucketEncryptionCommandInput;
    output: S3.DeleteBucketEncryptionCommandOutput;
  };
  DeleteBucketIntelligentTieringConfiguration: {
    input: S3.DeleteBucketIntelligentTieringConfigurationCommandInput;
    output: S3.DeleteBucketIntelligentTieringConfigurationCommandOutput;
  };
  DeleteBucketInventoryConfiguration: {
    input: S3.DeleteBucketInventoryConfigurationCommandInput;
    output: S3.DeleteBucketInventoryConfigurationCommandOutput;
  };
  DeleteBucketLifecycle: {
    input: S3.DeleteBucketLifecycleCommandInput;
    output: S3.DeleteBucketLifecycleCommandOutput;
  };
  DeleteBucketMetadataConfiguration: {
    input: S3.DeleteBucketMetadataConfigurationCommandInput;
    output: S3.DeleteBucketMetadataConfigurationCommandOutput;
  };
  DeleteBucketMetadataTableConfiguration: {
    input: S3.DeleteBucketMetadataTableConfigurationCommandInput;
    output: S3.DeleteBucketMetadataTableConfigurationCommandOutput;
  };
  DeleteBucketMetricsConfiguration: {
    input: S3.DeleteBucketMetricsConfigurationCommandInput;
    output: S3.DeleteBucketMetricsConfigurationCommandOutput;
  };
  DeleteBucketOwnershipControls: {
    input: S3.DeleteBucketOwnershipControlsCommandInput;
    output: S3.DeleteBucketOwnershipControlsCommandOutput;
  };
  DeleteBucketPolicy: {
    input: S3.DeleteBucketPolicyCommandInput;
    output: S3.DeleteBucketPolicyCommandOutput;
  };
  DeleteBucketReplication: {
    input: S3.DeleteBucketReplicationCommandInput;
    output: S3.DeleteBucketReplicationCommandOutput;
  };
  DeleteBucketTagging: {
    input: S3.DeleteBucketTaggingCommandInput;
    output: S3.DeleteBucketTaggingCommandOutput;
  };
  DeleteBucketWebsite: {
    input: S3.DeleteBucketWebsiteCommandInput;
    output: S3.DeleteBucketWebsiteCommandOutput;
  };
  DeleteObject: { input: S3.DeleteObjectCommandInput; output: S3.DeleteObjectCommandOutput };
  DeleteObjectAnnotation: {
    input: S3.DeleteObjectAnnotationCommandInput;
    output: S3.DeleteObjectAnnotationCommandOutput;
  };
  DeleteObjectTagging: {
    input: S3.DeleteObjectTaggingCommandInput;
    output: S3.DeleteObjectTaggingCommandOutput;
  };
  DeleteObjects: { input: S3.DeleteObjectsCommandInput; output: S3.DeleteObjectsCommandOutput };
  DeletePublicAccessBlock: {
    input: S3.DeletePublicAccessBlockCommandInput;
    output: S3.DeletePublicAccessBlockCommandOutput;
  };
  GetBucketAbac: { input: S3.GetBucketAbacCommandInput; output: S3.GetBucketAbacCommandOutput };
  GetBucketAccelerateConfiguration: {
    input: S3.GetBucketAccelerateConfigurationCommandInput;
    output: S3.GetBucketAccelerateConfigurationCommandOutput;
  };
  GetBucketAcl: { input: S3.GetBucketAclCommandInput; output: S3.GetBucketAclCommandOutput };
  GetBucketAnalyticsConfiguration: {
    input: S3.GetBucketAnalyticsConfigurationCommandInput;
    output: S3.GetBucketAnalyticsConfigurationCommandOutput;
  };
  GetBucketCors: { input: S3.GetBucketCorsCommandInput; output: S3.GetBucketCorsCommandOutput };
  GetBucketEncryption: {
    input: S3.GetBucketEncryptionCommandInput;
    output: S3.GetBucketEncryptionCommandOutput;
  };
  GetBucketIntelligentTieringConfiguration: {
    input: S3.GetBucketIntelligentTieringConfigurationCommandInput;
    output: S3.GetBucketIntelligentTieringConfigurationCommandOutput;
  };
  GetBucketInventoryConfiguration: {
    input: S3.GetBucketInventoryConfigurationCommandInput;
    output: S3.GetBucketInventoryConfigurationCommandOutput;
  };
  GetBucketLifecycleConfiguration: {
    input: S3.GetBucketLifecycleConfigurationCommandInput;
    output: S3.GetBucketLifecycleConfigurationCommandOutput;
  };
  GetBucketLocation: {
    input: S3.GetBucketLocationCommandInput;
    output: S3.GetBucketLocationCommandOutput;
  };
  GetBucketLogging: {
    input: S3.GetBucketLoggingCommandInput;
    output: S3.GetBucketLoggingCommandOutput;
  };
  GetBucketMetadataConfiguration: {
    input: S3.GetBucketMetadataConfigurationCommandInput;
    output: S3.GetBucketMetadataConfigurationCommandOutput;
  };
  GetBucketMetadataTableConfiguration: {
    input: S3.GetBucketMetadataTableConfigurationCommandInput;
    output: S3.GetBucketMetadataTableConfigurationCommandOutput;
  };
  GetBucketMetricsConfiguration: {
    input: S3.GetBucketMetricsConfigurationCommandInput;
    output: S3.GetBucketMetricsConfigurationCommandOutput;
  };
  GetBucketNotificationConfiguration: {
    input: S3.GetBucketNotificationConfigurationCommandInput;
    output: S3.GetBucketNotificationConfigurationCommandOutput;
  };
  GetBucketOwnershipControls: {
    input: S3.GetBucketOwnershipControlsCommandInput;
    output: S3.GetBucketOwnershipControlsCommandOutput;
  };
  GetBucketPolicy: {
    input: S3.GetBucketPolicyCommandInput;
    output: S3.GetBucketPolicyCommandOutput;
  };
  GetBucketPolicyStatus: {
    input: S3.GetBucketPolicyStatusCommandInput;
    output: S3.GetBucketPolicyStatusCommandOutput;
  };
  GetBucketReplication: {
    input: S3.GetBucketReplicationCommandInput;
    output: S3.GetBucketReplicationCommandOutput;
  };
  GetBucketRequestPayment: {
    input: S3.GetBucketRequestPaymentCommandInput;
    output: S3.GetBucketRequestPaymentCommandOutput;
  };
  GetBucketTagging: {
    input: S3.GetBucketTaggingCommandInput;
    output: S3.GetBucketTaggingCommandOutput;
  };
  GetBucketVersioning: {
    input: S3.GetBucketVersioningCommandInput;
    output: S3.GetBucketVersioningCommandOutput;
  };
  GetBucketWebsite: {
    input: S3.GetBucketWebsiteCommandInput;
    output: S3.GetBucketWebsiteCommandOutput;
  };
  GetObject: { input: S3.GetObjectCommandInput; output: S3.GetObjectCommandOutput };
  GetObjectAcl: { input: S3.GetObjectAclCommandInput; output: S3.GetObjectAclCommandOutput };
  GetObjectAnnotation: {
    input: S3.GetObjectAnnotationCommandInput;
    output: S3.GetObjectAnnotationCommandOutput;
  };
  GetObjectAttributes: {
    input: S3.GetObjectAttributesCommandInput;
    output: S3.GetObjectAttributesCommandOutput;
  };
  GetObjectLegalHold: {
    input: S3.GetObjectLegalHoldCommandInput;
    output: S3.GetObjectLegalHoldCommandOutput;
  };
  GetObjectLockConfiguration: {
    input: S3.GetObjectLockConfigurationCommandInput;
    output: S3.GetObjectLockConfigurationCommandOutput;
  };
  GetObjectRetention: {
    input: S3.GetObjectRetentionCommandInput;
    output: S3.GetObjectRetentionCommandOutput;
  };
  GetObjectTagging: {
    input: S3.GetObjectTaggingCommandInput;
    output: S3.GetObjectTaggingCommandOutput;
  };
  GetObjectTorrent: {
    input: S3.GetObjectTorrentCommandInput;
    output: S3.GetObjectTorrentCommandOutput;
  };
  GetPublicAccessBlock: {
    input: S3.GetPublicAccessBlockCommandInput;
    output: S3.GetPublicAccessBlockCommandOutput;
  };
  HeadBucket: { input: S3.HeadBucketCommandInput; output: S3.HeadBucketCommandOutput };
  HeadObject: { input: S3.HeadObjectCommandInput; output: S3.HeadObjectCommandOutput };
  ListBucketAnalyticsConfigurations: {
    input: S3.ListBucketAnalyticsConfigurationsCommandInput;
    output: S3.ListBucketAnalyticsConfigurationsCommandOutput;
  };
  ListBucketIntelligentTieringConfigurations: {
    input: S3.ListBucketIntelligentTieringConfigurationsCommandInput;
    output: S3.ListBucketIntelligentTieringConfigurationsCommandOutput;
  };
  ListBucketInventoryConfigurations: {
    input: S3.ListBucketInventoryConfigurationsCommandInput;
    output: S3.ListBucketInventoryConfigurationsCommandOutput;
  };
  ListBucketMetricsConfigurations: {
    input: S3.ListBucketMetricsConfigurationsCommandInput;
    output: S3.ListBucketMetricsConfigurationsCommandOutput;
  };
  ListBuckets: { input: S3.ListBucketsCommandInput; output: S3.ListBucketsCommandOutput };
  ListDirectoryBuckets: {
    input: S3.ListDirectoryBucketsCommandInput;
    output: S3.ListDirectoryBucketsCommandOutput;
  };
  ListMultipartUploads: {
    input: S3.ListMultipartUploadsCommandInput;
    output: S3.ListMultipartUploadsCommandOutput;
  };
  ListObjectAnnotations: {
    input: S3.ListObjectAnnotationsCommandInput;
    output: S3.ListObjectAnnotationsCommandOutput;
  };
  ListObjectVersions: {
    input: S3.ListObjectVersionsCommandInput;
    output: S3.ListObjectVersionsCommandOutput;
  };
  ListObjects: { input: S3.ListObjectsCommandInput; output: S3.ListObjectsCommandOutput };
  ListObjectsV2: { input: S3.ListObjectsV2CommandInput; output: S3.ListObjectsV2CommandOutput };
  ListParts: { input: S3.ListPartsCommandInput; output: S3.ListPartsCommandOutput };
  PutBucketAbac: { input: S3.PutBucketAbacCommandInput; output: S3.PutBucketAbacCommandOutput };
  PutBucketAccelerateConfiguration: {
    input: S3.PutBucketAccelerateConfigurationCommandInput;
    output: S3.PutBucketAccelerateConfigurationCommandOutput;
  };
  PutBucketAcl: { input: S3.PutBucketAclCommandInput; output: S3.PutBucketAclCommandOutput };
  PutBucketAnalyticsConfiguration: {
    input: S3.PutBucketAnalyticsConfigurationCommandInput;
    output: S3.PutBucketAnalyticsConfigurationCommandOutput;
  };
  PutBucketCors: { input: S3.PutBucketCorsCommandInput; output: S3.PutBucketCorsCommandOutput };
  PutBucketEncryption: {
    input: S3.PutBucketEncryptionCommandInput;
    output: S3.PutBucketEncryptionCommandOutput;
  };
  PutBucketIntelligentTieringConfiguration: {
    input: S3.PutBucketIntelligentTieringConfigurationCommandInput;
    output: S3.PutBucketIntelligentTieringConfigurationCommandOutput;
  };
  PutBucketInventoryConfiguration: {
    input: S3.PutBucketInventoryConfigurationCommandInput;
    output: S3.PutBucketInventoryConfigurationCommandOutput;
  };
  PutBucketLifecycleConfiguration: {
    input: S3.PutBucketLifecycleConfigurationCommandInput;
    output: S3.PutBucketLifecycleConfigurationCommandOutput;
  };
  PutBucketLogging: {
    input: S3.PutBucketLoggingCommandInput;
    output: S3.PutBucketLoggingCommandOutput;
  };
  PutBucketMetricsConfiguration: {
    input: S3.PutBucketMetricsConfigurationCommandInput;
    output: S3.PutBucketMetricsConfigurationCommandOutput;
  };
  PutBucketNotificationConfiguration: {
    input: S3.PutBucketNotificationConfigurationCommandInput;
    output: S3.PutBucketNotificationConfigurationCommandOutput;
  };
  PutBucketOwnershipControls: {
    input: S3.PutBucketOwnershipControlsCommandInput;
    output: S3.PutBucketOwnershipControlsCommandOutput;
  };
  PutBucketPolicy: {
    input: S3.PutBucketPolicyCommandInput;
    output: S3.PutBucketPolicyCommandOutput;
  };
  PutBucketReplication: {
    input: S3.PutBucketReplicationCommandInput;
    output: S3.PutBucketReplicationCommandOutput;
  };
  PutBucketRequestPayment: {
    input: S3.PutBucketRequestPaymentCommandInput;
    output: S3.PutBucketRequestPaymentCommandOutput;
  };
  PutBucketTagging: {
    input: S3.PutBucketTaggingCommandInput;
    output: S3.PutBucketTaggingCommandOutput;
  };
  PutBucketVersioning: {
    input: S3.PutBucketVersioningCommandInput;
    output: S3.PutBucketVersioningCommandOutput;
  };
  PutBucketWebsite: {
    input: S3.PutBucketWebsiteCommandInput;
    output: S3.PutBucketWebsiteCommandOutput;
  };
  PutObject: { input: S3.PutObjectCommandInput; output: S3.PutObjectCommandOutput };
  PutObjectAcl: { input: S3.PutObjectAclCommandInput; output: S3.PutObjectAclCommandOutput };
  PutObjectAnnotation: {
    input: S3.PutObjectAnnotationCommandInput;
    output: S3.PutObjectAnnotationCommandOutput;
  };
  PutObjectLegalHold: {
    input: S3.PutObjectLegalHoldCommandInput;
    output: S3.PutObjectLegalHoldCommandOutput;
  };
  PutObjectLockConfiguration: {
    input: S3.PutObjectLockConfigurationCommandInput;
    output: S3.PutObjectLockConfigurationCommandOutput;
  };
  PutObjectRetention: {
    input: S3.PutObjectRetentionCommandInput;
    output: S3.PutObjectRetentionCommandOutput;
  };
  PutObjectTagging: {
    input: S3.PutObjectTaggingCommandInput;
    output: S3.PutObjectTaggingCommandOutput;
  };
  PutPublicAccessBlock: {
    input: S3.PutPublicAccessBlockCommandInput;
    output: S3.PutPublicAccessBlockCommandOutput;
  };
  RenameObject: { input: S3.RenameObjectCommandInput; output: S3.RenameObjectCommandOutput };
  RestoreObject: { input: S3.RestoreObjectCommandInput; output: S3.RestoreObjectCommandOutput };
  SelectObjectContent: {
    input: S3.SelectObjectContentCommandInput;
    output: S3.SelectObjectContentCommandOutput;
  };
  UpdateBucketMetadataAnnotationTableConfiguration: {
    input: S3.UpdateBucketMetadataAnnotationTableConfigurationCommandInput;
    output: S3.UpdateBucketMetadataAnnotationTableConfigurationCommandOutput;
  };
  UpdateBucketMetadataInventoryTableConfiguration: {
    input: S3.UpdateBucketMetadataInventoryTableConfigurationCommandInput;
    output: S3.UpdateBucketMetadataInventoryTableConfigurationCommandOutput;
  };
  UpdateBucketMetadataJournalTableConfiguration: {
    input: S3.UpdateBucketMetadataJournalTableConfigurationCommandInput;
    output: S3.UpdateBucketMetadataJournalTableConfigurationCommandOutput;
  };
  UpdateObjectEncryption: {
    input: S3.UpdateObjectEncryptionCommandInput;
    output: S3.UpdateObjectEncryptionCommandOutput;
  };
  UploadPart: { input: S3.UploadPartCommandInput; output: S3.UploadPartCommandOutput };
  UploadPartCopy: { input: S3.UploadPartCopyCommandInput; output: S3.UploadPartCopyCommandOutput };
  WriteGetObjectResponse: {
    input: S3.WriteGetObjectResponseCommandInput;
    output: S3.WriteGetObjectResponseCommandOutput;
  };
}

/** What a handler may answer a streaming member with. */
export type ResponseStream = ReadableStream<Uint8Array> | Uint8Array | string;

/**
 * Members that travel as raw bytes. In the input they are absent: `context.openBody()` reads them.
 */
type StreamingMember = "Body" | "AnnotationPayload" | "Payload";

type Streamed<Output> = Omit<Output, "$metadata" | StreamingMember> & {
  [Member in Extract<keyof Output, StreamingMember>]?: ResponseStream | undefined;
};

/** Members that S3 answers with and the SDK's declarations leave out. */
interface Additions {
  /** 202 when the restore was begun, 200 when the object was restored already. */
  RestoreObject: { StatusCode?: 200 | 202 };
  /** Which list each entry comes from: S3 shows versions and markers of a page interleaved. */
  ListObjectVersions: { EntryOrder?: readonly ("Version" | "DeleteMarker")[] };
}

/** The form upload: no schema describes it; its fields are read by its handler. */
interface PostObjectTypes {
  input: { Bucket: string };
  /** What a PutObject answers goes into the headers; the rest is the form's own. */
  output: Omit<S3.PutObjectCommandOutput, "$metadata"> & {
    /** 200, 201 or 204 as `success_action_status` asks, 303 for a redirect. */
    StatusCode: number;
    /** Of the object made; header and, with 201, element. */
    Location?: string | undefined;
    /** Where `success_action_redirect` leads; replaces `Location` in the header. */
    RedirectLocation?: string | undefined;
    Bucket?: string | undefined;
    Key?: string | undefined;
  };
}

/** The browser's preflight request. `Key` is absent when a bucket is asked about. */
interface OptionsObjectTypes {
  input: { Bucket: string };
  output: { Headers: Readonly<Record<string, string>> };
}

/** Operation name -> its input and output as handlers see them. Total over the table. */
export type OperationTypes = {
  [N in keyof SdkOperations]: {
    input: Omit<SdkOperations[N]["input"], StreamingMember>;
    output: Streamed<SdkOperations[N]["output"]> &
      (N extends keyof Additions ? Additions[N] : unknown);
  };
} & { PostObject: PostObjectTypes; OptionsObject: OptionsObjectTypes };

/**
 * AWS's name of an operation, verbatim; `PostObject` and `OptionsObject` beside the model's 112.
 */
export type OperationName = keyof OperationTypes;

export type OperationInput<N extends OperationName> = OperationTypes[N]["input"];

/** Without `$metadata`, which is the SDK's own. */
export type OperationOutput<N extends OperationName> = OperationTypes[N]["output"];
