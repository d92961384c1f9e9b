// From the key of a request, and the session token that came with it, to the caller: root, user, role
// session or federated user, with the policies that follow it. A warm request reads no table. Every
// door that verifies a signature comes through here.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_request.html

import { S3Error } from "../s3/errors.ts";
import type {
  AccessKey,
  Principal,
  PrincipalPolicies,
  PrincipalTag,
  SessionFacts,
  StoredPolicy,
} from "../s3/principal.ts";
import { findAccessKey } from "./access-keys.ts";
import { awsPolicies } from "./aws-policies.ts";
import type { CatalogCall } from "./database.ts";
import { loadPolicyDocuments, loadPowers } from "./identity-powers.ts";
import { IsolateCache, perDatabase } from "./isolate-cache.ts";
import { openSession, type SessionClaims } from "./session-tokens.ts";

/** How long opened tokens are kept; what ends a session is looked up on every request all the same. */
const TOKEN_CACHE_MS = 30_000;

/** A few kB each. */
const TOKENS_REMEMBERED = 1_000;

interface OpenedSession {
  readonly claims: SessionClaims;
  /** One object for as long as it is remembered: compiled policies are kept beside it. */
  readonly policy?: StoredPolicy;
}

const opened = perDatabase(
  () =>
    new IsolateCache<OpenedSession>({
      ttlMs: TOKEN_CACHE_MS,
      absentTtlMs: 0,
      maxEntries: TOKENS_REMEMBERED,
    }),
);

/** What root may do, for those whom root federates: everything. */
const everything = [...awsPolicies.values()]
  .filter(({ name }) => name === "AdministratorAccess")
  .map(({ arn, document }): StoredPolicy => ({ name: arn, document }));

/** Allows no action there is. */
const nothing: StoredPolicy = {
  name: "session policy",
  document: JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "none:none", Resource: "*" }],
  }),
};

/** Policies joined before, beside the list that the cache of documents holds. */
const joined = new WeakMap<readonly StoredPolicy[], Map<string, readonly StoredPolicy[]>>();

/**
 * The key of that id and whom it stands for; `undefined` when there is none. A temporary key exists
 * only together with its token: without one it is not found, with the token of another key or a
 * changed one this throws InvalidToken, and after its end ExpiredToken. The token beside a
 * long-term key is the caller's to refuse.
 */
export async function findCaller(
  call: CatalogCall,
  accessKeyId: string,
  token?: string,
): Promise<AccessKey | undefined> {
  if (!accessKeyId.startsWith("ASIA")) return findAccessKey(call, accessKeyId);
  if (token === undefined) return undefined;
  const session = await opened(call.env).get(`${accessKeyId} ${token}`, call.nowMs, async () => {
    const claims = await openSession(call.env, accessKeyId, token);
    const { policy: document } = claims ?? {};
    return claims && { claims, ...(document && { policy: { name: "session policy", document } }) };
  });
  if (session === undefined) throw invalidToken(token);
  const { secret, expiresAtMs } = session.claims;
  if (call.nowMs >= expiresAtMs) {
    throw new S3Error("ExpiredToken", undefined, { detail: { "Token-0": token } });
  }
  const principal = await findPrincipal(call, accessKeyId, session);
  if (principal === undefined) throw invalidToken(token);
  return { accessKeyId, secret, status: "Active", principal, isTemporary: true };
}

function invalidToken(token: string): S3Error {
  return new S3Error("InvalidToken", undefined, { detail: { "Token-0": token } });
}

/** `undefined` when what the session rests on is no more: its role, or the key that asked for it. */
async function findPrincipal(
  call: CatalogCall,
  accessKeyId: string,
  { claims, policy }: OpenedSession,
): Promise<Principal | undefined> {
  const managed = await loadPolicyDocuments(call, claims.accountId, claims.policyArns);
  const isLimited = policy !== undefined || claims.policyArns.length > 0;
  const limits = isLimited ? joinPolicies(managed, policy) : undefined;
  if (claims.roleId !== undefined) return roleSession(call, accessKeyId, { claims, limits });
  const issuer = await findAccessKey(call, claims.issuingKeyId ?? "");
  if (issuer?.status !== "Active") return undefined;
  const { principal } = issuer;
  const session = sessionFacts(claims);
  // Whoever holds a session of the operator's is not the operator (SEC-063).
  const common = { accessKeyId, isOperator: false, session } as const;
  if (claims.kind === "Session") return { ...principal, ...common };
  const { accountId, canonicalId, displayName } = principal;
  return {
    ...{ ...common, accountId, canonicalId, displayName, tags: claims.tags },
    type: "FederatedUser",
    arn: `arn:aws:sts::${accountId}:federated-user/${claims.name}`,
    userId: `${accountId}:${claims.name}`,
    ...(principal.type === "User" && { issuerArn: principal.arn }),
    // Without a policy of its own a federated user may do nothing.
    policies: limited(principal.policies ?? { identity: everything }, limits ?? [nothing]),
  };
}

/**
 * The policies of a session allow together, as those of an identity do, while the evaluator takes
 * each for a limit of its own: they become one document. Documents that cannot be joined stay
 * apart, which allows less.
 */
function joinPolicies(
  managed: readonly StoredPolicy[],
  inline: StoredPolicy | undefined,
): readonly StoredPolicy[] {
  const all = inline === undefined ? managed : [inline, ...managed];
  if (all.length === 0) return [nothing];
  if (all.length === 1) return all;
  const byInline = joined.get(managed) ?? new Map<string, readonly StoredPolicy[]>();
  joined.set(managed, byInline);
  const known = byInline.get(inline?.document ?? "");
  if (known !== undefined) return known;
  const documents = all.map(
    ({ document }) => JSON.parse(document) as { Version?: string; Statement: unknown },
  );
  const [version] = documents.map((document) => document.Version);
  const isUniform = documents.every((document) => document.Version === version);
  const document = JSON.stringify({
    ...(version !== undefined && { Version: version }),
    Statement: documents.flatMap(({ Statement }) => Statement),
  });
  const made = isUniform ? [{ name: "session policies", document }] : all;
  byInline.set(inline?.document ?? "", made);
  return made;
}

async function roleSession(
  call: CatalogCall,
  accessKeyId: string,
  facts: { readonly claims: SessionClaims; readonly limits: readonly StoredPolicy[] | undefined },
): Promise<Principal | undefined> {
  const { claims, limits } = facts;
  const powers = await loadPowers(call, claims.roleId ?? "");
  const { identity, policies, canonicalId, accountName } = powers ?? {};
  if (identity?.role === undefined || policies === undefined) return undefined;
  const { accountId, identityId, name, arn } = identity;
  return {
    type: "AssumedRole",
    ...{ accountId, canonicalId: canonicalId ?? "", displayName: accountName ?? "", accessKeyId },
    arn: `arn:aws:sts::${accountId}:assumed-role/${name}/${claims.name}`,
    issuerArn: arn,
    isOperator: false,
    userId: `${identityId}:${claims.name}`,
    tags: overlay(identity.tags.map(renderTag), claims.tags),
    policies: limits === undefined ? policies : limited(policies, limits),
    session: sessionFacts(claims),
  };
}

function limited(policies: PrincipalPolicies, session: readonly StoredPolicy[]): PrincipalPolicies {
  return { ...policies, session };
}

function sessionFacts(claims: SessionClaims): SessionFacts {
  const { kind, issuedAtMs, expiresAtMs, transitiveTagKeys, sourceIdentity } = claims;
  const { federatedProvider } = claims;
  return {
    ...{ kind, issuedAtMs, expiresAtMs, transitiveTagKeys },
    ...(sourceIdentity !== undefined && { sourceIdentity }),
    ...(federatedProvider !== undefined && { federatedProvider }),
  };
}

/** Session tags win over the role's. Tag keys differ by more than case. */
function overlay(
  tags: readonly PrincipalTag[],
  over: readonly PrincipalTag[],
): readonly PrincipalTag[] {
  const taken = new Set(over.map(({ key }) => key.toLowerCase()));
  return [...tags.filter(({ key }) => !taken.has(key.toLowerCase())), ...over];
}

function renderTag({ Key, Value }: { readonly Key: string; readonly Value: string }): PrincipalTag {
  return { key: Key, value: Value };
}
