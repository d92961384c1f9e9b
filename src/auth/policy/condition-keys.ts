// The names of every condition key that a policy may use: S3's, the global ones, and Cairn's own. A
// name that is not here is a mistake and refused in bucket policies. What the keys hold for a request
// is in `auth/condition-context.ts`.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html#amazons3-policy-keys
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html

import { parseConditionKey } from "./context.ts";

const names = `
aws:CalledVia aws:CalledViaFirst aws:CalledViaLast aws:ChatbotSourceArn aws:CurrentTime
aws:EpochTime aws:FederatedProvider aws:MultiFactorAuthAge aws:MultiFactorAuthPresent
aws:PrincipalAccount aws:PrincipalArn aws:PrincipalIsAWSService aws:PrincipalOrgID
aws:PrincipalOrgPaths aws:PrincipalServiceName aws:PrincipalServiceNamesList aws:PrincipalType
aws:Referer aws:RequestedRegion aws:ResourceAccount aws:ResourceOrgID aws:ResourceOrgPaths
aws:SecureTransport aws:SourceAccount aws:SourceArn aws:SourceIdentity aws:SourceIp
aws:SourceOrgID aws:SourceOrgPaths aws:SourceOwner aws:SourceVpc aws:SourceVpcArn aws:SourceVpce
aws:TagKeys aws:TokenIssueTime aws:UserAgent aws:ViaAWSService aws:VpcSourceIp aws:VpceAccount
aws:VpceOrgID aws:VpceOrgPaths aws:userid aws:username cf:asn cf:colo cf:country
s3:AccessGrantsInstanceArn s3:AccessPointNetworkOrigin s3:DataAccessPointAccount
s3:DataAccessPointArn s3:InventoryAccessibleOptionalFields s3:LocationConstraint
s3:ObjectCreationOperation s3:RequestObjectTagKeys s3:ResourceAccount s3:TlsVersion s3:VersionId
s3:annotation-prefix s3:authType s3:delimiter s3:deliverySourceArn s3:destinationRegion
s3:if-match s3:if-none-match s3:isReplicationPauseRequest s3:logType s3:max-annotation-results
s3:max-keys s3:object-lock-event-hold s3:object-lock-event-hold-duration-days
s3:object-lock-legal-hold s3:object-lock-mode s3:object-lock-remaining-retention-days
s3:object-lock-retain-until-date s3:prefix s3:resourceArnBeingAuthorized s3:signatureAge
s3:signatureversion s3:x-amz-acl s3:x-amz-bucket-namespace s3:x-amz-content-sha256
s3:x-amz-copy-source s3:x-amz-grant-full-control s3:x-amz-grant-read s3:x-amz-grant-read-acp
s3:x-amz-grant-write s3:x-amz-grant-write-acp s3:x-amz-metadata-directive
s3:x-amz-object-annotation-directive s3:x-amz-object-if-match s3:x-amz-object-ownership
s3:x-amz-server-side-encryption s3:x-amz-server-side-encryption-aws-kms-key-id
s3:x-amz-server-side-encryption-customer-algorithm s3:x-amz-storage-class
s3:x-amz-website-redirect-location`;

/** Keys with a part of their own behind a slash. */
const namesWithPart = `
aws:PrincipalTag aws:RequestTag aws:ResourceTag s3:AccessPointTag s3:BucketTag
s3:ExistingObjectTag s3:RequestObjectTag`;

function readNames(text: string): ReadonlySet<string> {
  return new Set(text.trim().toLowerCase().split(/\s+/));
}

/** How AWS spells a key, by its name in lower case. */
export const conditionKeyNames: ReadonlyMap<string, string> = new Map(
  names
    .trim()
    .split(/\s+/)
    .map((name) => [name.toLowerCase(), name]),
);

/** The keys that go on behind a slash, as AWS spells them: what an editor offers. */
export const conditionKeysWithPart: readonly string[] = namesWithPart.trim().split(/\s+/);

const plainKeys = readNames(names);
const keysWithPart = readNames(namesWithPart);

/** Whether a bucket policy may use the key. */
export function isConditionKey(text: string): boolean {
  const { name, part } = parseConditionKey(text);
  return part === undefined ? plainKeys.has(name) : part !== "" && keysWithPart.has(name);
}
