// The role that a bucket's replication rules name, as S3 assumes it: whom it trusts is asked every
// time, and what it may do are its own policies and no more (SEC-083).

import { roleArnShape, trustsService } from "../../auth/service-trust.ts";
import type { BucketRecord } from "../../catalog/buckets.ts";
import type { CatalogCall } from "../../catalog/database.ts";
import { findIdentity } from "../../catalog/identities.ts";
import { loadPowers } from "../../catalog/identity-powers.ts";
import type { Principal } from "../../s3/principal.ts";

const sessionName = "s3-replication";

/** The role's session, or why there is none. */
export async function assumeReplicationRole(
  call: CatalogCall,
  roleArn: string,
  bucket: Pick<BucketRecord, "name" | "accountId" | "region">,
): Promise<Principal | { readonly refusal: string }> {
  const [, accountId = "", name = ""] = roleArnShape.exec(roleArn) ?? [];
  const role = await findIdentity(call, { accountId, kind: "role", name });
  if (role === undefined || role.arn !== roleArn || accountId !== bucket.accountId) {
    return { refusal: `The role ${roleArn} does not exist.` };
  }
  const { nowMs } = call;
  const { region } = bucket;
  const errand = { accountId, bucket, nowMs, region };
  if (!trustsService(role.role?.trustPolicy, roleArn, errand)) {
    return { refusal: `The role ${roleArn} does not trust s3.amazonaws.com.` };
  }
  const powers = await loadPowers(call, role.identityId);
  if (powers === undefined) return { refusal: `The role ${roleArn} does not exist.` };
  return {
    type: "AssumedRole",
    accountId,
    canonicalId: powers.canonicalId,
    displayName: powers.accountName,
    arn: `arn:aws:sts::${accountId}:assumed-role/${role.name}/${sessionName}`,
    issuerArn: roleArn,
    isOperator: false,
    userId: `${role.identityId}:${sessionName}`,
    tags: role.tags.map(({ Key, Value }) => ({ key: Key, value: Value })),
    policies: powers.policies,
    session: {
      kind: "AssumedRole",
      issuedAtMs: nowMs,
      expiresAtMs: nowMs + 3600 * 1000,
      transitiveTagKeys: [],
    },
  };
}
