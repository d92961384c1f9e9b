// AssumeRoleWithWebIdentity: temporary credentials of a role for the bearer of a token that an OIDC
// provider of the role's account signed. The one action that needs no signature: the token is the
// proof, and the role's trust policy the permission.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
//
// Differs from AWS: `ProviderId` (OAuth 2.0 access tokens) is refused.

import type {
  AssumeRoleWithWebIdentityRequest,
  AssumeRoleWithWebIdentityResponse,
} from "@aws-sdk/client-sts";
import { conditionContext } from "../auth/condition-context.ts";
import { compiledPolicy } from "../auth/policy/compiled.ts";
import type { ConditionContext } from "../auth/policy/context.ts";
import type { Statement } from "../auth/policy/document.ts";
import { type Identity, noteRoleUse } from "../catalog/identities.ts";
import { findProvider, type OidcProvider } from "../catalog/oidc-providers.ts";
import type { PrincipalTag } from "../s3/principal.ts";
import { describeRoleSession, findRole } from "./assume-role.ts";
import type { IdentityCall } from "./call.ts";
import {
  candidateKeys,
  invalidToken,
  isSignedBy,
  type ParsedToken,
  parseToken,
} from "./json-web-token.ts";
import { readTags } from "./names.ts";
import { loadProviderKeys } from "./provider-keys.ts";
import { invalidInput, QueryError } from "./query.ts";
import {
  checkSessionName,
  issueSession,
  packedSize,
  readDuration,
  readLimits,
} from "./sessions.ts";

const usualSeconds = 3600;
const longestSessionName = 64;

/** Clocks of providers may be this far ahead. */
const skewSeconds = 300;

/** What a verified token says. */
interface WebIdentity {
  readonly provider: OidcProvider;
  readonly subject: string;
  readonly audience: string;
  readonly tags: readonly PrincipalTag[];
  readonly transitiveTagKeys: readonly string[];
  /** Condition keys of the provider: `token.example.com:sub`. */
  readonly keys: Readonly<Record<string, string>>;
}

export async function assumeRoleWithWebIdentity(
  call: IdentityCall,
  input: AssumeRoleWithWebIdentityRequest,
): Promise<AssumeRoleWithWebIdentityResponse> {
  const { RoleSessionName: name = "", RoleArn: arn = "", WebIdentityToken: text = "" } = input;
  checkSessionName(name, "roleSessionName", longestSessionName);
  if (input.ProviderId !== undefined) throw invalidInput("ProviderId is not supported");
  const role = await findRole(call, arn);
  // Who brings no good token learns nothing of roles.
  const accountId = arn.split(":")[4] ?? "";
  const identity = await verifyToken(call, accountId, parseToken(text));
  const limits = { ...(await readLimits(call, input, accountId)), tags: identity.tags };
  const actions = ["sts:AssumeRoleWithWebIdentity"];
  if (identity.tags.length > 0) actions.push("sts:TagSession");
  for (const action of actions) {
    if (role === undefined || !isTrusted(call, role, { action, identity, name })) {
      throw notAuthorized(action);
    }
  }
  if (role === undefined) throw notAuthorized(call.permission);
  const most = role.role?.maxSessionSeconds ?? usualSeconds;
  const seconds = readDuration(input.DurationSeconds, { byDefault: usualSeconds, most });
  const { provider, subject, audience, transitiveTagKeys } = identity;
  const claims = {
    ...{ ...limits, transitiveTagKeys, name, accountId, roleId: role.identityId },
    ...{ kind: "WebIdentity" as const, federatedProvider: provider.arn },
  } as const;
  const Credentials = await issueSession(call, claims, seconds);
  await noteRoleUse(call, role.identityId, call.region);
  return {
    Credentials,
    SubjectFromWebIdentityToken: subject,
    AssumedRoleUser: describeRoleSession(role, name),
    ...packedSize(limits),
    Provider: provider.arn,
    Audience: audience,
  };
}

function notAuthorized(action: string): QueryError {
  return new QueryError("AccessDenied", 403, `Not authorized to perform ${action}`);
}

/** Who signed it comes before what it says; the account of the role must know the provider. */
async function verifyToken(
  call: IdentityCall,
  accountId: string,
  token: ParsedToken,
): Promise<WebIdentity> {
  const { iss, sub } = token.claims;
  if (typeof iss !== "string" || !iss.startsWith("https://")) {
    throw invalidToken("Missing a required claim: iss");
  }
  const url = iss.slice("https://".length).replace(/\/$/, "");
  const provider = await findProvider(call, accountId, url);
  if (provider === undefined) {
    throw invalidToken(`No OpenIDConnect provider found in your account for ${iss}`);
  }
  const isFit = (keys: Parameters<typeof candidateKeys>[1]) =>
    candidateKeys(token, keys).length > 0;
  const keys = await loadProviderKeys(call, iss, isFit);
  if (!(await isSignedBy(token, keys))) {
    throw invalidToken("The web identity token's signature could not be verified");
  }
  checkTimes(token, Math.floor(call.nowMs / 1000));
  if (typeof sub !== "string" || sub === "") throw invalidToken("Missing a required claim: sub");
  const audience = checkAudience(token, provider);
  const { tags, transitiveTagKeys } = readSessionTags(token);
  const name = url.toLowerCase();
  const { amr } = token.claims;
  return {
    ...{ provider, subject: sub, audience, tags, transitiveTagKeys },
    keys: {
      [`${name}:sub`]: sub,
      [`${name}:aud`]: audience,
      ...(typeof amr === "string" && { [`${name}:amr`]: amr }),
    },
  };
}

/** A token without an end is refused: whoever found it could use it for ever. */
function checkTimes({ claims }: ParsedToken, nowSeconds: number): void {
  const { exp, iat, nbf } = claims;
  if (typeof exp !== "number") throw invalidToken("Missing a required claim: exp");
  if (typeof iat !== "number") throw invalidToken("Missing a required claim: iat");
  if (exp <= nowSeconds) {
    throw new QueryError(
      "ExpiredTokenException",
      400,
      `Token expired: current date/time ${nowSeconds} must be before the expiration date/time ${exp}`,
    );
  }
  const isFuture = iat > nowSeconds + skewSeconds;
  const isEarly = nbf !== undefined && (typeof nbf !== "number" || nbf > nowSeconds + skewSeconds);
  if (isFuture || isEarly) throw invalidToken("The token is not valid yet");
}

/** `azp` names the client where a token is for several. */
function checkAudience({ claims }: ParsedToken, provider: OidcProvider): string {
  const { aud, azp } = claims;
  const meant = azp ?? aud;
  const audiences = Array.isArray(meant) ? meant : [meant];
  const audience = audiences.find(
    (one): one is string => typeof one === "string" && provider.clientIds.includes(one),
  );
  if (audience === undefined) throw invalidToken("Incorrect token audience");
  return audience;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_adding-assume-role-idp */
function readSessionTags({ claims }: ParsedToken): {
  readonly tags: readonly PrincipalTag[];
  readonly transitiveTagKeys: readonly string[];
} {
  const given = claims["https://aws.amazon.com/tags"];
  if (given === undefined) return { tags: [], transitiveTagKeys: [] };
  const { principal_tags: byKey, transitive_tag_keys: transitive } = Object(given) as {
    readonly principal_tags?: unknown;
    readonly transitive_tag_keys?: unknown;
  };
  const tags = Object.entries(Object(byKey) as object).map(([key, values]) => {
    const [value] = Array.isArray(values) ? (values as readonly unknown[]) : [values];
    if (typeof value !== "string") throw invalidToken("The token's tags are not texts");
    return { Key: key, Value: value };
  });
  const keys = Array.isArray(transitive) ? (transitive as readonly unknown[]) : [];
  return {
    tags: readTags(tags).map(({ Key, Value }) => ({ key: Key, value: Value })),
    transitiveTagKeys: keys.filter((key) => typeof key === "string"),
  };
}

/**
 * Asks the trust policy, and nothing else: there is no caller with policies of its own. A statement
 * must name the provider as Federated; what names everybody else, or `*`, means signed callers.
 */
function isTrusted(
  call: IdentityCall,
  role: Identity,
  wish: { readonly action: string; readonly identity: WebIdentity; readonly name: string },
): boolean {
  const { action, identity, name } = wish;
  const policy = compiledPolicy(role.role?.trustPolicy ?? "", "trust");
  if (policy === "unreadable") return false;
  const context = conditionContext(call, {
    action,
    accountId: role.accountId,
    document: { tags: identity.tags.map(({ key, value }) => [key, value] as const) },
    keys: { ...identity.keys, "sts:rolesessionname": name },
  });
  const matching = policy.statements.filter((statement) =>
    isAbout(statement, { action, providerArn: identity.provider.arn, context }),
  );
  const isDenied = matching.some(({ effect }) => effect === "Deny");
  return !isDenied && matching.some(({ effect }) => effect === "Allow");
}

function isAbout(
  { effect, principals, actions, conditions }: Statement,
  asked: {
    readonly action: string;
    readonly providerArn: string;
    readonly context: ConditionContext;
  },
): boolean {
  const { action, providerArn, context } = asked;
  const entries = principals?.entries ?? [];
  const isNamed = entries.some(({ kind, value }) => kind === "Federated" && value === providerArn);
  const isEverybody = entries.some(({ kind, value }) => kind === "AWS" && value === "*");
  const isDeny = effect === "Deny";
  // "Everybody but" counts only where it takes away.
  const isMeant =
    principals?.isNegated === true ? isDeny && !isNamed : isNamed || (isDeny && isEverybody);
  return (
    isMeant &&
    actions.matches(action.toLowerCase()) &&
    conditions.every((condition) => condition.holds(context))
  );
}
