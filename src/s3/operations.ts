// THE TABLE: one row per S3 operation. Method, path, sub-resource and where each member travels
// come from the schema that the AWS SDK publishes; the permission and the facts that tell rows of
// one sub-resource apart stand here. No permission has a default. `resolve.ts` picks a row,
// `bind.ts` reads and renders by it, `operations/handlers.ts` says what it does.
//
// Permissions:
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html

import {
  AbortMultipartUpload$,
  CompleteMultipartUpload$,
  CopyObject$,
  CreateBucket$,
  CreateBucketMetadataConfiguration$,
  CreateBucketMetadataTableConfiguration$,
  CreateMultipartUpload$,
  CreateSession$,
  DeleteBucket$,
  DeleteBucketAnalyticsConfiguration$,
  DeleteBucketCors$,
  DeleteBucketEncryption$,
  DeleteBucketIntelligentTieringConfiguration$,
  DeleteBucketInventoryConfiguration$,
  DeleteBucketLifecycle$,
  DeleteBucketMetadataConfiguration$,
  DeleteBucketMetadataTableConfiguration$,
  DeleteBucketMetricsConfiguration$,
  DeleteBucketOwnershipControls$,
  DeleteBucketPolicy$,
  DeleteBucketReplication$,
  DeleteBucketTagging$,
  DeleteBucketWebsite$,
  DeleteObject$,
  DeleteObjectAnnotation$,
  DeleteObjects$,
  DeleteObjectTagging$,
  DeletePublicAccessBlock$,
  GetBucketAbac$,
  GetBucketAccelerateConfiguration$,
  GetBucketAcl$,
  GetBucketAnalyticsConfiguration$,
  GetBucketCors$,
  GetBucketEncryption$,
  GetBucketIntelligentTieringConfiguration$,
  GetBucketInventoryConfiguration$,
  GetBucketLifecycleConfiguration$,
  GetBucketLocation$,
  GetBucketLogging$,
  GetBucketMetadataConfiguration$,
  GetBucketMetadataTableConfiguration$,
  GetBucketMetricsConfiguration$,
  GetBucketNotificationConfiguration$,
  GetBucketOwnershipControls$,
  GetBucketPolicy$,
  GetBucketPolicyStatus$,
  GetBucketReplication$,
  GetBucketRequestPayment$,
  GetBucketTagging$,
  GetBucketVersioning$,
  GetBucketWebsite$,
  GetObject$,
  GetObjectAcl$,
  GetObjectAnnotation$,
  GetObjectAttributes$,
  GetObjectLegalHold$,
  GetObjectLockConfiguration$,
  GetObjectRetention$,
  GetObjectTagging$,
  GetObjectTorrent$,
  GetPublicAccessBlock$,
  HeadBucket$,
  HeadObject$,
  ListBucketAnalyticsConfigurations$,
  ListBucketIntelligentTieringConfigurations$,
  ListBucketInventoryConfigurations$,
  ListBucketMetricsConfigurations$,
  ListBuckets$,
  ListDirectoryBuckets$,
  ListMultipartUploads$,
  ListObjectAnnotations$,
  ListObjects$,
  ListObjectsV2$,
  ListObjectVersions$,
  ListParts$,
  PutBucketAbac$,
  PutBucketAccelerateConfiguration$,
  PutBucketAcl$,
  PutBucketAnalyticsConfiguration$,
  PutBucketCors$,
  PutBucketEncryption$,
  PutBucketIntelligentTieringConfiguration$,
  PutBucketInventoryConfiguration$,
  PutBucketLifecycleConfiguration$,
  PutBucketLogging$,
  PutBucketMetricsConfiguration$,
  PutBucketNotificationConfiguration$,
  PutBucketOwnershipControls$,
  PutBucketPolicy$,
  PutBucketReplication$,
  PutBucketRequestPayment$,
  PutBucketTagging$,
  PutBucketVersioning$,
  PutBucketWebsite$,
  PutObject$,
  PutObjectAcl$,
  PutObjectAnnotation$,
  PutObjectLegalHold$,
  PutObjectLockConfiguration$,
  PutObjectRetention$,
  PutObjectTagging$,
  PutPublicAccessBlock$,
  RenameObject$,
  RestoreObject$,
  SelectObjectContent$,
  UpdateBucketMetadataAnnotationTableConfiguration$,
  UpdateBucketMetadataInventoryTableConfiguration$,
  UpdateBucketMetadataJournalTableConfiguration$,
  UpdateObjectEncryption$,
  UploadPart$,
  UploadPartCopy$,
  WriteGetObjectResponse$,
} from "@aws-sdk/client-s3";
import type { OperationName } from "./operation-types.ts";

export type OperationLevel = "service" | "bucket" | "object";

/**
 * The SDK's operation schema, read by `schema.ts`: `[9, namespace, name, {http}, input, output]`.
 */
export type OperationSchema = readonly [9, string, string, unknown, unknown, unknown];

/**
 * An IAM action, or `preflight`: a browser's OPTIONS carries no identity, the CORS rules decide.
 */
export type OperationAction = `${string}:${string}` | "preflight";

export interface OperationRow<N extends OperationName = OperationName> {
  readonly name: N;
  /** `null` for the two rows that the model does not have. */
  readonly schema: OperationSchema | null;
  readonly method: string;
  /** Of the answer when nothing special happens. */
  readonly status: number;
  /** What the URL names. `OptionsObject` is "bucket" and serves keys too. */
  readonly level: OperationLevel;
  /** The query parameter that selects the group (`acl`, `uploads`), if any. */
  readonly subresource: string | undefined;
  /** The permission asked of the caller on what the URL names. */
  readonly action: OperationAction;
  /** Asked instead of `action` when the request names a version. */
  readonly versionAction: OperationAction | undefined;
  /**
   * True when `x-amz-copy-source` is read as well: the caller needs GetObject or GetObjectVersion
   * there.
   */
  readonly readsSource: boolean;
  /** Query parameters that must be there for this row to be meant. */
  readonly query: readonly string[];
  /** Headers that must be there for this row to be meant. */
  readonly headers: readonly string[];
}

/** What a row says by hand; the rest is read off its schema. */
interface RowFacts {
  readonly schema: OperationSchema;
  readonly action: OperationAction;
  readonly versionAction?: OperationAction;
  readonly readsSource?: true;
  readonly query?: readonly string[];
  readonly headers?: readonly string[];
  /** Where S3 answers something else than its model says. */
  readonly status?: number;
  /** Only for rows whose path names neither bucket nor key. */
  readonly level?: "service";
}

type SchemaOperation = Exclude<OperationName, "PostObject" | "OptionsObject">;

const schemaRows: Record<SchemaOperation, RowFacts> = {
  AbortMultipartUpload: {
    schema: AbortMultipartUpload$,
    action: "s3:AbortMultipartUpload",
    query: ["uploadId"],
  },
  CompleteMultipartUpload: {
    schema: CompleteMultipartUpload$,
    action: "s3:PutObject",
    query: ["uploadId"],
  },
  CopyObject: {
    schema: CopyObject$,
    action: "s3:PutObject",
    readsSource: true,
    headers: ["x-amz-copy-source"],
  },
  CreateBucket: { schema: CreateBucket$, action: "s3:CreateBucket" },
  CreateBucketMetadataConfiguration: {
    schema: CreateBucketMetadataConfiguration$,
    action: "s3:CreateBucketMetadataTableConfiguration",
  },
  CreateBucketMetadataTableConfiguration: {
    schema: CreateBucketMetadataTableConfiguration$,
    action: "s3:CreateBucketMetadataTableConfiguration",
  },
  CreateMultipartUpload: { schema: CreateMultipartUpload$, action: "s3:PutObject" },
  CreateSession: { schema: CreateSession$, action: "s3express:CreateSession" },
  DeleteBucket: { schema: DeleteBucket$, action: "s3:DeleteBucket" },
  DeleteBucketAnalyticsConfiguration: {
    schema: DeleteBucketAnalyticsConfiguration$,
    action: "s3:PutAnalyticsConfiguration",
  },
  DeleteBucketCors: { schema: DeleteBucketCors$, action: "s3:PutBucketCORS" },
  DeleteBucketEncryption: {
    schema: DeleteBucketEncryption$,
    action: "s3:PutEncryptionConfiguration",
  },
  DeleteBucketIntelligentTieringConfiguration: {
    schema: DeleteBucketIntelligentTieringConfiguration$,
    action: "s3:PutIntelligentTieringConfiguration",
  },
  DeleteBucketInventoryConfiguration: {
    schema: DeleteBucketInventoryConfiguration$,
    action: "s3:PutInventoryConfiguration",
  },
  DeleteBucketLifecycle: { schema: DeleteBucketLifecycle$, action: "s3:PutLifecycleConfiguration" },
  DeleteBucketMetadataConfiguration: {
    schema: DeleteBucketMetadataConfiguration$,
    action: "s3:DeleteBucketMetadataTableConfiguration",
  },
  DeleteBucketMetadataTableConfiguration: {
    schema: DeleteBucketMetadataTableConfiguration$,
    action: "s3:DeleteBucketMetadataTableConfiguration",
  },
  DeleteBucketMetricsConfiguration: {
    schema: DeleteBucketMetricsConfiguration$,
    action: "s3:PutMetricsConfiguration",
  },
  DeleteBucketOwnershipControls: {
    schema: DeleteBucketOwnershipControls$,
    action: "s3:PutBucketOwnershipControls",
  },
  DeleteBucketPolicy: { schema: DeleteBucketPolicy$, action: "s3:DeleteBucketPolicy" },
  DeleteBucketReplication: {
    schema: DeleteBucketReplication$,
    action: "s3:PutReplicationConfiguration",
  },
  DeleteBucketTagging: { schema: DeleteBucketTagging$, action: "s3:PutBucketTagging" },
  DeleteBucketWebsite: { schema: DeleteBucketWebsite$, action: "s3:DeleteBucketWebsite" },
  DeleteObject: {
    schema: DeleteObject$,
    action: "s3:DeleteObject",
    versionAction: "s3:DeleteObjectVersion",
  },
  DeleteObjectAnnotation: {
    schema: DeleteObjectAnnotation$,
    action: "s3:DeleteObjectAnnotation",
    versionAction: "s3:DeleteObjectVersionAnnotation",
  },
  DeleteObjectTagging: {
    schema: DeleteObjectTagging$,
    action: "s3:DeleteObjectTagging",
    versionAction: "s3:DeleteObjectVersionTagging",
  },
  DeleteObjects: {
    schema: DeleteObjects$,
    action: "s3:DeleteObject",
    versionAction: "s3:DeleteObjectVersion",
  },
  DeletePublicAccessBlock: {
    schema: DeletePublicAccessBlock$,
    action: "s3:PutBucketPublicAccessBlock",
  },
  GetBucketAbac: { schema: GetBucketAbac$, action: "s3:GetBucketABAC" },
  GetBucketAccelerateConfiguration: {
    schema: GetBucketAccelerateConfiguration$,
    action: "s3:GetAccelerateConfiguration",
  },
  GetBucketAcl: { schema: GetBucketAcl$, action: "s3:GetBucketAcl" },
  GetBucketAnalyticsConfiguration: {
    schema: GetBucketAnalyticsConfiguration$,
    action: "s3:GetAnalyticsConfiguration",
    query: ["id"],
  },
  GetBucketCors: { schema: GetBucketCors$, action: "s3:GetBucketCORS" },
  GetBucketEncryption: { schema: GetBucketEncryption$, action: "s3:GetEncryptionConfiguration" },
  GetBucketIntelligentTieringConfiguration: {
    schema: GetBucketIntelligentTieringConfiguration$,
    action: "s3:GetIntelligentTieringConfiguration",
    query: ["id"],
  },
  GetBucketInventoryConfiguration: {
    schema: GetBucketInventoryConfiguration$,
    action: "s3:GetInventoryConfiguration",
    query: ["id"],
  },
  GetBucketLifecycleConfiguration: {
    schema: GetBucketLifecycleConfiguration$,
    action: "s3:GetLifecycleConfiguration",
  },
  GetBucketLocation: { schema: GetBucketLocation$, action: "s3:GetBucketLocation" },
  GetBucketLogging: { schema: GetBucketLogging$, action: "s3:GetBucketLogging" },
  GetBucketMetadataConfiguration: {
    schema: GetBucketMetadataConfiguration$,
    action: "s3:GetBucketMetadataTableConfiguration",
  },
  GetBucketMetadataTableConfiguration: {
    schema: GetBucketMetadataTableConfiguration$,
    action: "s3:GetBucketMetadataTableConfiguration",
  },
  GetBucketMetricsConfiguration: {
    schema: GetBucketMetricsConfiguration$,
    action: "s3:GetMetricsConfiguration",
    query: ["id"],
  },
  GetBucketNotificationConfiguration: {
    schema: GetBucketNotificationConfiguration$,
    action: "s3:GetBucketNotification",
  },
  GetBucketOwnershipControls: {
    schema: GetBucketOwnershipControls$,
    action: "s3:GetBucketOwnershipControls",
  },
  GetBucketPolicy: { schema: GetBucketPolicy$, action: "s3:GetBucketPolicy" },
  GetBucketPolicyStatus: { schema: GetBucketPolicyStatus$, action: "s3:GetBucketPolicyStatus" },
  GetBucketReplication: { schema: GetBucketReplication$, action: "s3:GetReplicationConfiguration" },
  GetBucketRequestPayment: {
    schema: GetBucketRequestPayment$,
    action: "s3:GetBucketRequestPayment",
  },
  GetBucketTagging: { schema: GetBucketTagging$, action: "s3:GetBucketTagging" },
  GetBucketVersioning: { schema: GetBucketVersioning$, action: "s3:GetBucketVersioning" },
  GetBucketWebsite: { schema: GetBucketWebsite$, action: "s3:GetBucketWebsite" },
  GetObject: { schema: GetObject$, action: "s3:GetObject", versionAction: "s3:GetObjectVersion" },
  GetObjectAcl: {
    schema: GetObjectAcl$,
    action: "s3:GetObjectAcl",
    versionAction: "s3:GetObjectVersionAcl",
  },
  GetObjectAnnotation: {
    schema: GetObjectAnnotation$,
    action: "s3:GetObjectAnnotation",
    versionAction: "s3:GetObjectVersionAnnotation",
    query: ["annotationName"],
  },
  GetObjectAttributes: {
    schema: GetObjectAttributes$,
    action: "s3:GetObjectAttributes",
    versionAction: "s3:GetObjectVersionAttributes",
  },
  GetObjectLegalHold: { schema: GetObjectLegalHold$, action: "s3:GetObjectLegalHold" },
  GetObjectLockConfiguration: {
    schema: GetObjectLockConfiguration$,
    action: "s3:GetBucketObjectLockConfiguration",
  },
  GetObjectRetention: { schema: GetObjectRetention$, action: "s3:GetObjectRetention" },
  GetObjectTagging: {
    schema: GetObjectTagging$,
    action: "s3:GetObjectTagging",
    versionAction: "s3:GetObjectVersionTagging",
  },
  GetObjectTorrent: {
    schema: GetObjectTorrent$,
    action: "s3:GetObjectTorrent",
    versionAction: "s3:GetObjectVersionTorrent",
  },
  GetPublicAccessBlock: { schema: GetPublicAccessBlock$, action: "s3:GetBucketPublicAccessBlock" },
  HeadBucket: { schema: HeadBucket$, action: "s3:ListBucket" },
  HeadObject: { schema: HeadObject$, action: "s3:GetObject", versionAction: "s3:GetObjectVersion" },
  ListBucketAnalyticsConfigurations: {
    schema: ListBucketAnalyticsConfigurations$,
    action: "s3:GetAnalyticsConfiguration",
  },
  ListBucketIntelligentTieringConfigurations: {
    schema: ListBucketIntelligentTieringConfigurations$,
    action: "s3:GetIntelligentTieringConfiguration",
  },
  ListBucketInventoryConfigurations: {
    schema: ListBucketInventoryConfigurations$,
    action: "s3:GetInventoryConfiguration",
  },
  ListBucketMetricsConfigurations: {
    schema: ListBucketMetricsConfigurations$,
    action: "s3:GetMetricsConfiguration",
  },
  ListBuckets: { schema: ListBuckets$, action: "s3:ListAllMyBuckets", level: "service" },
  ListDirectoryBuckets: {
    schema: ListDirectoryBuckets$,
    action: "s3express:ListAllMyDirectoryBuckets",
    query: ["max-directory-buckets"],
    level: "service",
  },
  ListMultipartUploads: { schema: ListMultipartUploads$, action: "s3:ListBucketMultipartUploads" },
  ListObjectAnnotations: {
    schema: ListObjectAnnotations$,
    action: "s3:ListObjectAnnotations",
    versionAction: "s3:ListObjectVersionAnnotations",
  },
  ListObjectVersions: { schema: ListObjectVersions$, action: "s3:ListBucketVersions" },
  ListObjects: { schema: ListObjects$, action: "s3:ListBucket" },
  ListObjectsV2: { schema: ListObjectsV2$, action: "s3:ListBucket", query: ["list-type"] },
  ListParts: { schema: ListParts$, action: "s3:ListMultipartUploadParts", query: ["uploadId"] },
  PutBucketAbac: { schema: PutBucketAbac$, action: "s3:PutBucketABAC" },
  PutBucketAccelerateConfiguration: {
    schema: PutBucketAccelerateConfiguration$,
    action: "s3:PutAccelerateConfiguration",
  },
  PutBucketAcl: { schema: PutBucketAcl$, action: "s3:PutBucketAcl" },
  PutBucketAnalyticsConfiguration: {
    schema: PutBucketAnalyticsConfiguration$,
    action: "s3:PutAnalyticsConfiguration",
  },
  PutBucketCors: { schema: PutBucketCors$, action: "s3:PutBucketCORS" },
  PutBucketEncryption: { schema: PutBucketEncryption$, action: "s3:PutEncryptionConfiguration" },
  PutBucketIntelligentTieringConfiguration: {
    schema: PutBucketIntelligentTieringConfiguration$,
    action: "s3:PutIntelligentTieringConfiguration",
  },
  PutBucketInventoryConfiguration: {
    schema: PutBucketInventoryConfiguration$,
    action: "s3:PutInventoryConfiguration",
  },
  PutBucketLifecycleConfiguration: {
    schema: PutBucketLifecycleConfiguration$,
    action: "s3:PutLifecycleConfiguration",
  },
  PutBucketLogging: { schema: PutBucketLogging$, action: "s3:PutBucketLogging" },
  PutBucketMetricsConfiguration: {
    schema: PutBucketMetricsConfiguration$,
    action: "s3:PutMetricsConfiguration",
  },
  PutBucketNotificationConfiguration: {
    schema: PutBucketNotificationConfiguration$,
    action: "s3:PutBucketNotification",
  },
  PutBucketOwnershipControls: {
    schema: PutBucketOwnershipControls$,
    action: "s3:PutBucketOwnershipControls",
  },
  PutBucketPolicy: { schema: PutBucketPolicy$, action: "s3:PutBucketPolicy", status: 204 },
  PutBucketReplication: { schema: PutBucketReplication$, action: "s3:PutReplicationConfiguration" },
  PutBucketRequestPayment: {
    schema: PutBucketRequestPayment$,
    action: "s3:PutBucketRequestPayment",
  },
  PutBucketTagging: { schema: PutBucketTagging$, action: "s3:PutBucketTagging", status: 204 },
  PutBucketVersioning: { schema: PutBucketVersioning$, action: "s3:PutBucketVersioning" },
  PutBucketWebsite: { schema: PutBucketWebsite$, action: "s3:PutBucketWebsite" },
  PutObject: { schema: PutObject$, action: "s3:PutObject" },
  PutObjectAcl: {
    schema: PutObjectAcl$,
    action: "s3:PutObjectAcl",
    versionAction: "s3:PutObjectVersionAcl",
  },
  PutObjectAnnotation: {
    schema: PutObjectAnnotation$,
    action: "s3:PutObjectAnnotation",
    versionAction: "s3:PutObjectVersionAnnotation",
  },
  PutObjectLegalHold: { schema: PutObjectLegalHold$, action: "s3:PutObjectLegalHold" },
  PutObjectLockConfiguration: {
    schema: PutObjectLockConfiguration$,
    action: "s3:PutBucketObjectLockConfiguration",
  },
  PutObjectRetention: { schema: PutObjectRetention$, action: "s3:PutObjectRetention" },
  PutObjectTagging: {
    schema: PutObjectTagging$,
    action: "s3:PutObjectTagging",
    versionAction: "s3:PutObjectVersionTagging",
  },
  PutPublicAccessBlock: { schema: PutPublicAccessBlock$, action: "s3:PutBucketPublicAccessBlock" },
  RenameObject: { schema: RenameObject$, action: "s3:PutObject" },
  RestoreObject: { schema: RestoreObject$, action: "s3:RestoreObject" },
  SelectObjectContent: { schema: SelectObjectContent$, action: "s3:GetObject" },
  UpdateBucketMetadataAnnotationTableConfiguration: {
    schema: UpdateBucketMetadataAnnotationTableConfiguration$,
    action: "s3:UpdateBucketMetadataAnnotationTableConfiguration",
  },
  UpdateBucketMetadataInventoryTableConfiguration: {
    schema: UpdateBucketMetadataInventoryTableConfiguration$,
    action: "s3:UpdateBucketMetadataInventoryTableConfiguration",
  },
  UpdateBucketMetadataJournalTableConfiguration: {
    schema: UpdateBucketMetadataJournalTableConfiguration$,
    action: "s3:UpdateBucketMetadataJournalTableConfiguration",
  },
  UpdateObjectEncryption: { schema: UpdateObjectEncryption$, action: "s3:UpdateObjectEncryption" },
  UploadPart: { schema: UploadPart$, action: "s3:PutObject", query: ["partNumber", "uploadId"] },
  UploadPartCopy: {
    schema: UploadPartCopy$,
    action: "s3:PutObject",
    readsSource: true,
    query: ["partNumber", "uploadId"],
    headers: ["x-amz-copy-source"],
  },
  WriteGetObjectResponse: {
    schema: WriteGetObjectResponse$,
    action: "s3-object-lambda:WriteGetObjectResponse",
    headers: ["x-amz-request-route"],
    level: "service",
  },
};

const handRows = {
  PostObject: {
    name: "PostObject",
    schema: null,
    method: "POST",
    status: 204,
    level: "bucket",
    subresource: undefined,
    action: "s3:PutObject",
    versionAction: undefined,
    readsSource: false,
    query: [],
    headers: [],
  },
  OptionsObject: {
    name: "OptionsObject",
    schema: null,
    method: "OPTIONS",
    status: 200,
    level: "bucket",
    subresource: undefined,
    action: "preflight",
    versionAction: undefined,
    readsSource: false,
    query: [],
    headers: [],
  },
} as const satisfies { [N in "PostObject" | "OptionsObject"]: OperationRow<N> };

/** Parameters in the model's paths that are no sub-resource: hints and facts. */
const noSubresource = new Set(["x-id", "list-type", "select-type"]);

function rowOf(name: SchemaOperation, facts: RowFacts): OperationRow {
  const { http } = facts.schema[3] as { http: readonly [string, string, number] };
  const [method, path, status] = http;
  const [, search = ""] = path.split("?");
  const parameters = search.split("&").map((pair) => pair.split("=")[0] ?? "");
  return {
    name,
    schema: facts.schema,
    method,
    status: facts.status ?? status,
    level: facts.level ?? (path.includes("{Key+}") ? "object" : "bucket"),
    subresource: parameters.find((name) => name !== "" && !noSubresource.has(name)),
    action: facts.action,
    versionAction: facts.versionAction,
    readsSource: facts.readsSource ?? false,
    query: facts.query ?? [],
    headers: facts.headers ?? [],
  };
}

/** Every operation by name. */
export const operations = {
  ...Object.fromEntries(
    Object.entries(schemaRows).map(([name, facts]) => [
      name,
      rowOf(name as SchemaOperation, facts),
    ]),
  ),
  ...handRows,
} as unknown as { readonly [N in OperationName]: OperationRow<N> };

/** Every row, in alphabetical order of the model's names; the two hand rows are last. */
export const operationRows: readonly OperationRow[] = Object.values(operations);
