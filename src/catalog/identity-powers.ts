// What a user or a role may do, as the evaluator wants it: its policies with those of its groups,
// its boundary, its tags. At most `IDENTITY_CACHE_MS` old; the isolate through which an identity was
// changed obeys at once. Judges nothing.

import type { PrincipalPolicies, StoredPolicy } from "../s3/principal.ts";
import { awsPolicies } from "./aws-policies.ts";
import { type CatalogCall, queryAll, transact } from "./database.ts";
import { type Identity, identityFromRow } from "./identities.ts";
import { IsolateCache, perDatabase } from "./isolate-cache.ts";
import { ACCESS_KEY_CACHE_MS } from "./key-ring.ts";

/** How long an isolate believes what it knows of an identity: 30 seconds, as of keys. */
export const IDENTITY_CACHE_MS = ACCESS_KEY_CACHE_MS;

/** Some tens of kB each at the very most. */
const IDENTITIES_REMEMBERED = 1_000;

/** An identity with everything that says what it may do. */
export interface IdentityPowers {
  readonly identity: Identity;
  readonly policies: PrincipalPolicies;
  readonly canonicalId: string;
  readonly accountName: string;
}

const bounds = {
  ttlMs: IDENTITY_CACHE_MS,
  absentTtlMs: 0,
  maxEntries: IDENTITIES_REMEMBERED,
} as const;

const powersCache = perDatabase(() => new IsolateCache<IdentityPowers>(bounds));

const documentsCache = perDatabase(() => new IsolateCache<readonly StoredPolicy[]>(bounds));

const selectIdentity = `SELECT i.*, a.canonical_id, a.name AS account_name FROM identities i
    JOIN accounts a ON a.account_id = i.account_id
  WHERE i.identity_id = ?1 AND a.state = 'active'`;

/** NULL documents: policies of AWS, which are in no table. */
const selectPolicies = `WITH holders (identity_id) AS (
    SELECT ?1 UNION ALL SELECT group_id FROM group_members WHERE user_id = ?1)
  SELECT t.policy_arn AS name, v.document FROM policy_attachments t
    LEFT JOIN managed_policies p ON p.arn = t.policy_arn
    LEFT JOIN managed_policy_versions v
      ON v.policy_id = p.policy_id AND v.version = p.default_version
  WHERE t.identity_id IN (SELECT identity_id FROM holders)
  UNION ALL
  SELECT n.name, n.document FROM inline_policies n
  WHERE n.identity_id IN (SELECT identity_id FROM holders)`;

const selectBoundary = `SELECT i.boundary_arn AS name, v.document FROM identities i
    LEFT JOIN managed_policies p ON p.arn = i.boundary_arn
    LEFT JOIN managed_policy_versions v
      ON v.policy_id = p.policy_id AND v.version = p.default_version
  WHERE i.identity_id = ?1 AND i.boundary_arn IS NOT NULL`;

/** One parameter however many policies: a JSON list of ARNs. */
const selectDocuments = `SELECT p.arn AS name, v.document FROM managed_policies p
    JOIN managed_policy_versions v
      ON v.policy_id = p.policy_id AND v.version = p.default_version
  WHERE p.account_id = ?1 AND p.arn IN (SELECT value FROM json_each(?2))`;

interface PolicyRow {
  readonly name: string;
  readonly document: string | null;
}

/** The powers of a user or role; `undefined` when it, or its account, is no more. */
export function loadPowers(
  call: CatalogCall,
  identityId: string,
): Promise<IdentityPowers | undefined> {
  return powersCache(call.env).get(identityId, call.nowMs, () => readPowers(call, identityId));
}

/** The default versions of managed policies; those that are no more are left out. */
export async function loadPolicyDocuments(
  call: CatalogCall,
  accountId: string,
  arns: readonly string[],
): Promise<readonly StoredPolicy[]> {
  if (arns.length === 0) return [];
  const key = JSON.stringify([accountId, ...arns]);
  const found = await documentsCache(call.env).get(key, call.nowMs, async () => {
    const rows = await queryAll<PolicyRow>(call, [
      selectDocuments,
      accountId,
      JSON.stringify(arns),
    ]);
    const named = arns.map(
      (name) => rows.find((row) => row.name === name) ?? { name, document: null },
    );
    return named.flatMap((row) => renderPolicy(row) ?? []);
  });
  return found ?? [];
}

/** To be called whenever an identity or a policy was changed, or may have been. */
export function forgetPowers(call: CatalogCall): void {
  powersCache(call.env).clear();
  documentsCache(call.env).clear();
}

/** As `loadPowers`, read now whatever is remembered: for answers about what is, not for requests. */
export async function readPowers(
  call: CatalogCall,
  identityId: string,
): Promise<IdentityPowers | undefined> {
  const [rows, policyRows, boundaryRows] = await transact(call, [
    [selectIdentity, identityId],
    [selectPolicies, identityId],
    [selectBoundary, identityId],
  ]);
  const [row] = (rows ?? []) as readonly { canonical_id: string; account_name: string }[];
  const identity = identityFromRow(row);
  if (row === undefined || identity === undefined) return undefined;
  const policies = ((policyRows ?? []) as readonly PolicyRow[]).flatMap(
    (policy) => renderPolicy(policy) ?? [],
  );
  const [bounding] = (boundaryRows ?? []) as readonly PolicyRow[];
  return {
    identity,
    canonicalId: row.canonical_id,
    accountName: row.account_name,
    policies: {
      identity: policies,
      // A boundary whose policy is gone allows nothing: empty text is no policy.
      ...(bounding !== undefined && {
        boundary: renderPolicy(bounding) ?? { name: bounding.name, document: "" },
      }),
    },
  };
}

function renderPolicy({ name, document }: PolicyRow): StoredPolicy | undefined {
  const text = document ?? awsPolicies.get(name)?.document;
  return text === undefined ? undefined : { name, document: text };
}
