// The S3 actions that a bucket policy can speak of, by what they act on. A list, for validation.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html

/** Actions on a bucket, without `s3:`. */
const bucketActionNames = `
AllowVendedLogDeliveryForResource CreateBucket CreateBucketMetadataTableConfiguration DeleteBucket
DeleteBucketMetadataTableConfiguration DeleteBucketPolicy DeleteBucketWebsite
GetAccelerateConfiguration GetAnalyticsConfiguration GetBucketABAC GetBucketAcl GetBucketCORS
GetBucketLocation GetBucketLogging GetBucketMetadataTableConfiguration GetBucketNotification
GetBucketObjectLockConfiguration GetBucketOwnershipControls GetBucketPolicy GetBucketPolicyStatus
GetBucketPublicAccessBlock GetBucketRequestPayment GetBucketTagging GetBucketVersioning
GetBucketWebsite GetEncryptionConfiguration GetIntelligentTieringConfiguration
GetInventoryConfiguration GetLifecycleConfiguration GetMetricsConfiguration
GetReplicationConfiguration ListBucket ListBucketMultipartUploads ListBucketVersions
ListTagsForResource PauseReplication PutAccelerateConfiguration PutAnalyticsConfiguration
PutBucketABAC PutBucketAcl PutBucketCORS PutBucketLogging PutBucketNotification
PutBucketObjectLockConfiguration PutBucketOwnershipControls PutBucketPolicy
PutBucketPublicAccessBlock PutBucketRequestPayment PutBucketTagging PutBucketVersioning
PutBucketWebsite PutEncryptionConfiguration PutIntelligentTieringConfiguration
PutInventoryConfiguration PutLifecycleConfiguration PutMetricsConfiguration
PutReplicationConfiguration TagResource UntagResource
UpdateBucketMetadataAnnotationTableConfiguration UpdateBucketMetadataInventoryTableConfiguration
UpdateBucketMetadataJournalTableConfiguration`;

/** Actions on an object whose tags conditions can ask for, without `s3:`. */
const taggedObjectActionNames = `
DeleteObjectAnnotation DeleteObjectTagging DeleteObjectVersionAnnotation DeleteObjectVersionTagging
GetObject GetObjectAcl GetObjectAnnotation GetObjectAttributes GetObjectTagging GetObjectVersion
GetObjectVersionAcl GetObjectVersionAnnotation GetObjectVersionAttributes GetObjectVersionTagging
ListObjectAnnotations ListObjectVersionAnnotations PutObjectAcl PutObjectAnnotation
PutObjectTagging PutObjectVersionAcl PutObjectVersionAnnotation PutObjectVersionTagging
UpdateObjectEncryption`;

/** The other actions on an object. */
const objectActionNames = `
AbortMultipartUpload BypassGovernanceRetention DeleteObject DeleteObjectVersion GetObjectLegalHold
GetObjectRetention GetObjectTorrent GetObjectVersionAnnotationForReplication
GetObjectVersionForReplication GetObjectVersionTorrent InitiateReplication
ListMultipartUploadParts ObjectOwnerOverrideToBucketOwner PutObject PutObjectLegalHold
PutObjectRetention ReplicateDelete ReplicateObject ReplicateObjectAnnotation ReplicateTags
RestoreObject`;

/** As AWS spells them: what an editor offers. */
export const s3ActionNames: readonly string[] = [
  bucketActionNames,
  taggedObjectActionNames,
  objectActionNames,
]
  .flatMap((names) => names.trim().split(/\s+/))
  .map((name) => `s3:${name}`)
  .sort();

function actionsOf(names: string): readonly string[] {
  return names
    .trim()
    .split(/\s+/)
    .map((name) => `s3:${name.toLowerCase()}`);
}

const taggedObjectActions = new Set(actionsOf(taggedObjectActionNames));

/** In lower case, as policies are matched. */
export const bucketActions: readonly string[] = actionsOf(bucketActionNames);

export const objectActions: readonly string[] = [
  ...taggedObjectActions,
  ...actionsOf(objectActionNames),
];

/** Whether `s3:ExistingObjectTag/...` means something for the action. */
export function hasExistingTags(action: string): boolean {
  return taggedObjectActions.has(action.toLowerCase());
}
