// Managed policies and their versions, of accounts and of AWS. A document is text here: it was judged
// before it came. At most five versions; numbers are never used again.

import { type AwsPolicy, awsPolicies } from "./aws-policies.ts";
import { newIdentityId } from "./credentials.ts";
import { type CatalogCall, type Query, queryAll, queryFirst, transact } from "./database.ts";
import { fold, type Tag } from "./identities.ts";

/** Quotas: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const policyQuotas = { policies: 1500, versions: 5 } as const;

export interface ManagedPolicy {
  /** `ANPA` and 17 characters. */
  readonly policyId: string;
  readonly arn: string;
  readonly name: string;
  readonly path: string;
  readonly description?: string;
  readonly defaultVersion: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly tags: readonly Tag[];
  readonly isAws: boolean;
  /** How many identities of the asking account have it attached, and have it as their boundary. */
  readonly attachments: number;
  readonly boundaries: number;
}

export interface PolicyVersion {
  readonly version: number;
  readonly document: string;
  readonly createdAtMs: number;
  readonly isDefault: boolean;
}

interface PolicyRow {
  readonly policy_id: string;
  readonly arn: string;
  readonly name: string;
  readonly path: string;
  readonly description: string | null;
  readonly default_version: number;
  readonly created_at_ms: number;
  readonly updated_at_ms: number;
  readonly tags: string;
  readonly attachments: number;
  readonly boundaries: number;
}

interface VersionRow {
  readonly version: number;
  readonly document: string;
  readonly created_at_ms: number;
  readonly is_default: number;
}

const COLUMNS = `p.policy_id, p.arn, p.name, p.path, p.description, p.default_version,
  p.created_at_ms, p.updated_at_ms, p.tags,
  (SELECT count(*) FROM policy_attachments a WHERE a.policy_arn = p.arn) AS attachments,
  (SELECT count(*) FROM identities i WHERE i.boundary_arn = p.arn) AS boundaries`;

const selectPolicy = `SELECT ${COLUMNS} FROM managed_policies p WHERE p.account_id = ?1 AND p.arn = ?2`;

const selectPage = `SELECT ${COLUMNS} FROM managed_policies p
  WHERE p.account_id = ?1 AND p.name > ?2 AND substr(p.path, 1, length(?3)) = ?3
  ORDER BY p.name LIMIT ?4`;

const selectUses = `SELECT
    (SELECT count(*) FROM policy_attachments WHERE policy_arn = ?1 AND account_id = ?2)
      AS attachments,
    (SELECT count(*) FROM identities WHERE boundary_arn = ?1 AND account_id = ?2) AS boundaries`;

const insertPolicy = `INSERT INTO managed_policies (policy_id, account_id, arn, name, folded_name,
    path, description, created_at_ms, updated_at_ms, tags)
  SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9
  WHERE (SELECT count(*) FROM managed_policies WHERE account_id = ?2) < ?10
  ON CONFLICT DO NOTHING RETURNING policy_id`;

const nameTaken = `SELECT 1 AS found FROM managed_policies
  WHERE account_id = ?1 AND folded_name = ?2`;

/** Only beside the policy that this very call made. */
const insertFirstVersion = `INSERT INTO managed_policy_versions
    (policy_id, version, document, created_at_ms)
  SELECT policy_id, 1, ?2, ?3 FROM managed_policies WHERE policy_id = ?1`;

const insertNextVersion = `INSERT INTO managed_policy_versions
    (policy_id, version, document, created_at_ms)
  SELECT policy_id, last_version + 1, ?2, ?3 FROM managed_policies
  WHERE policy_id = ?1
    AND (SELECT count(*) FROM managed_policy_versions WHERE policy_id = ?1) < ?4
  RETURNING version`;

/** A version beyond the last one is the one that this transaction has just made. */
const adoptNextVersion = `UPDATE managed_policies SET last_version = last_version + 1,
    default_version = CASE ?2 WHEN 1 THEN last_version + 1 ELSE default_version END,
    updated_at_ms = ?3
  WHERE policy_id = ?1 AND EXISTS (SELECT 1 FROM managed_policy_versions v
    WHERE v.policy_id = ?1 AND v.version = managed_policies.last_version + 1)`;

const selectVersions = `SELECT v.version, v.document, v.created_at_ms,
    v.version = p.default_version AS is_default
  FROM managed_policy_versions v JOIN managed_policies p ON p.policy_id = v.policy_id
  WHERE v.policy_id = ?1 ORDER BY v.version DESC`;

const updateDefault = `UPDATE managed_policies SET default_version = ?2, updated_at_ms = ?3
  WHERE policy_id = ?1
    AND EXISTS (SELECT 1 FROM managed_policy_versions WHERE policy_id = ?1 AND version = ?2)
  RETURNING policy_id`;

const deleteVersionRow = `DELETE FROM managed_policy_versions
  WHERE policy_id = ?1 AND version = ?2
    AND version <> (SELECT default_version FROM managed_policies WHERE policy_id = ?1)
  RETURNING version`;

const updateTags = "UPDATE managed_policies SET tags = ?2 WHERE policy_id = ?1";

/** The caller is refused while anybody has it, or more than its default version exists. */
const deletePolicyRow = `DELETE FROM managed_policies WHERE policy_id = ?1
    AND NOT EXISTS (SELECT 1 FROM policy_attachments WHERE policy_arn = managed_policies.arn)
    AND NOT EXISTS (SELECT 1 FROM identities WHERE boundary_arn = managed_policies.arn)
    AND (SELECT count(*) FROM managed_policy_versions WHERE policy_id = ?1) = 1
  RETURNING policy_id`;

/** A policy of the account, or of AWS. */
export async function findPolicy(
  call: CatalogCall,
  accountId: string,
  arn: string,
): Promise<ManagedPolicy | undefined> {
  const known = awsPolicies.get(arn);
  if (known !== undefined) return renderAwsPolicy(call, accountId, known);
  const row = await queryFirst<PolicyRow>(call, [selectPolicy, accountId, arn]);
  return row === undefined ? undefined : renderPolicy(row);
}

/** At most `limit` of the account's own policies with names after `after`, by name. */
export async function listPolicies(
  call: CatalogCall,
  page: {
    readonly accountId: string;
    readonly after: string;
    readonly pathPrefix: string;
    readonly limit: number;
  },
): Promise<readonly ManagedPolicy[]> {
  const query: Query = [selectPage, page.accountId, page.after, page.pathPrefix, page.limit];
  return (await queryAll<PolicyRow>(call, query)).map(renderPolicy);
}

/** The policies of AWS, with how often the account uses each. */
export function listAwsPolicies(
  call: CatalogCall,
  accountId: string,
): Promise<readonly ManagedPolicy[]> {
  const all = [...awsPolicies.values()];
  return Promise.all(all.map((policy) => renderAwsPolicy(call, accountId, policy)));
}

/** Makes a policy and its version 1. */
export async function createPolicy(
  call: CatalogCall,
  wish: {
    readonly accountId: string;
    readonly name: string;
    readonly path: string;
    readonly description: string | undefined;
    readonly document: string;
    readonly tags: readonly Tag[];
  },
): Promise<ManagedPolicy | "exists" | "limit-exceeded"> {
  const { accountId, name, path, description, document, tags } = wish;
  const policyId = newIdentityId("policy", call.seams.randomBytes);
  const arn = `arn:aws:iam::${accountId}:policy${path}${name}`;
  const [made] = await transact(call, [
    [
      insertPolicy,
      policyId,
      accountId,
      arn,
      name,
      fold(name),
      path,
      description ?? null,
      call.nowMs,
      JSON.stringify(tags),
      policyQuotas.policies,
    ],
    [insertFirstVersion, policyId, document, call.nowMs],
  ]);
  if (made?.length !== 1) {
    const taken = await queryFirst(call, [nameTaken, accountId, fold(name)]);
    return taken === undefined ? "limit-exceeded" : "exists";
  }
  return {
    ...{ policyId, arn, name, path, tags, defaultVersion: 1, isAws: false },
    ...{ createdAtMs: call.nowMs, updatedAtMs: call.nowMs, attachments: 0, boundaries: 0 },
    ...(description !== undefined && { description }),
  };
}

/** Adds a version and makes it the default if asked; its number, or that there are five already. */
export async function createPolicyVersion(
  call: CatalogCall,
  policyId: string,
  wish: { readonly document: string; readonly isDefault: boolean },
): Promise<number | "limit-exceeded"> {
  const { document, isDefault } = wish;
  const [made] = await transact(call, [
    [insertNextVersion, policyId, document, call.nowMs, policyQuotas.versions],
    [adoptNextVersion, policyId, Number(isDefault), call.nowMs],
  ]);
  const [row] = (made ?? []) as readonly { readonly version: number }[];
  return row?.version ?? "limit-exceeded";
}

/** Newest first. A policy of AWS has its present version alone. */
export async function listPolicyVersions(
  call: CatalogCall,
  policy: ManagedPolicy,
): Promise<readonly PolicyVersion[]> {
  const known = awsPolicies.get(policy.arn);
  if (known !== undefined) {
    const { version, document, createdAtMs } = known;
    return [{ version, document, createdAtMs, isDefault: true }];
  }
  const rows = await queryAll<VersionRow>(call, [selectVersions, policy.policyId]);
  return rows.map((row) => ({
    version: row.version,
    document: row.document,
    createdAtMs: row.created_at_ms,
    isDefault: row.is_default === 1,
  }));
}

/** False when there is no such version. */
export async function setDefaultVersion(
  call: CatalogCall,
  policyId: string,
  version: number,
): Promise<boolean> {
  const query: Query = [updateDefault, policyId, version, call.nowMs];
  return (await queryFirst(call, query)) !== undefined;
}

/** False when there is no such version, or it is the default. */
export async function deletePolicyVersion(
  call: CatalogCall,
  policyId: string,
  version: number,
): Promise<boolean> {
  return (await queryFirst(call, [deleteVersionRow, policyId, version])) !== undefined;
}

export async function setPolicyTags(
  call: CatalogCall,
  policyId: string,
  tags: readonly Tag[],
): Promise<void> {
  await queryAll(call, [updateTags, policyId, JSON.stringify(tags)]);
}

/** False while it is attached, is a boundary, or has versions besides its default. */
export async function deletePolicy(call: CatalogCall, policyId: string): Promise<boolean> {
  return (await queryFirst(call, [deletePolicyRow, policyId])) !== undefined;
}

async function renderAwsPolicy(
  call: CatalogCall,
  accountId: string,
  policy: AwsPolicy,
): Promise<ManagedPolicy> {
  const { document: _document, version, ...facts } = policy;
  const uses = await queryFirst<{ attachments: number; boundaries: number }>(call, [
    selectUses,
    policy.arn,
    accountId,
  ]);
  const { attachments = 0, boundaries = 0 } = uses ?? {};
  const times = { updatedAtMs: policy.createdAtMs, defaultVersion: version };
  return { ...facts, ...times, path: "/", tags: [], isAws: true, attachments, boundaries };
}

function renderPolicy(row: PolicyRow): ManagedPolicy {
  return {
    policyId: row.policy_id,
    arn: row.arn,
    name: row.name,
    path: row.path,
    defaultVersion: row.default_version,
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
    tags: JSON.parse(row.tags) as readonly Tag[],
    isAws: false,
    attachments: row.attachments,
    boundaries: row.boundaries,
    ...(row.description !== null && { description: row.description }),
  };
}
