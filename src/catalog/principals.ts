// Callers that are asked about without a request of theirs: the root, a user, a session of a role, by
// ARN, with the policies they have now. Judges nothing.

import type { Principal } from "../s3/principal.ts";
import { getAccount, rootPrincipal } from "./accounts.ts";
import type { CatalogCall } from "./database.ts";
import { findIdentity, type Identity, listIdentities } from "./identities.ts";
import { type IdentityPowers, readPowers } from "./identity-powers.ts";

const rootShape = /^arn:aws:iam::(\d{12}):root$/;
const identityShape = /^arn:aws:iam::(\d{12}):(user|role)\/(?:[!-~]+\/)?([\w+=,.@-]+)$/;
const sessionShape = /^arn:aws:sts::(\d{12}):assumed-role\/([\w+=,.@-]+)\/([\w+=,.@-]+)$/;

/** The account in an ARN of IAM or STS. */
export function accountOfArn(arn: string): string | undefined {
  return /^arn:aws:(?:iam|sts)::(\d{12}):/.exec(arn)?.[1];
}

/**
 * The principal of that ARN, read anew: `...:root`, `...:user/NAME`, `...:role/NAME` (as some session of
 * it) or `...:assumed-role/NAME/SESSION`. `undefined` when there is none.
 */
export async function findPrincipal(
  call: CatalogCall,
  arn: string,
): Promise<Principal | undefined> {
  const [, rootOf] = rootShape.exec(arn) ?? [];
  if (rootOf !== undefined) {
    const account = await getAccount(call, rootOf);
    return account && rootPrincipal(account, "");
  }
  const [, accountId, kind, name] = identityShape.exec(arn) ?? [];
  if (accountId !== undefined && name !== undefined) {
    const wanted = { accountId, kind: kind === "role" ? "role" : "user", name } as const;
    const identity = await findIdentity(call, wanted);
    return identity?.arn === arn ? readPrincipal(call, identity) : undefined;
  }
  const [, owner, role, session] = sessionShape.exec(arn) ?? [];
  if (owner === undefined || role === undefined) return undefined;
  const identity = await findIdentity(call, { accountId: owner, kind: "role", name: role });
  return identity && readPrincipal(call, identity, session);
}

/** A page of an account's users, then its roles, in the order of their ARNs' names. */
export async function listPrincipals(
  call: CatalogCall,
  page: { readonly accountId: string; readonly after: string; readonly limit: number },
): Promise<{ readonly principals: readonly Principal[]; readonly next?: string }> {
  const { accountId, after, limit } = page;
  const [, kind = "user", name = ""] = /^(user|role)\/(.*)$/.exec(after) ?? [];
  const list = (of: "user" | "role", afterName: string, most: number) =>
    listIdentities(call, { accountId, kind: of, pathPrefix: "/", after: afterName, limit: most });
  const users = kind === "user" ? await list("user", name, limit + 1) : [];
  const room = limit + 1 - users.length;
  const roles = room > 0 ? await list("role", kind === "role" ? name : "", room) : [];
  const found = [...users, ...roles];
  const shown = found.slice(0, limit);
  const principals: Principal[] = [];
  for (const identity of shown) {
    const principal = await readPrincipal(call, identity);
    if (principal !== undefined) principals.push(principal);
  }
  const last = found.length > limit ? shown.at(-1) : undefined;
  return { principals, ...(last !== undefined && { next: `${last.kind}/${last.name}` }) };
}

async function readPrincipal(
  call: CatalogCall,
  { identityId, kind }: Identity,
  session?: string,
): Promise<Principal | undefined> {
  const powers = await readPowers(call, identityId);
  if (powers === undefined) return undefined;
  return kind === "role" ? rolePrincipal(powers, session) : userPrincipal(powers);
}

/** A user as a caller, with everything but the key it calls with. */
export function userPrincipal(powers: IdentityPowers): Principal {
  const { identity, policies, canonicalId, accountName: displayName } = powers;
  const { accountId, arn, identityId: userId, name: userName } = identity;
  return {
    type: "User",
    ...{ accountId, canonicalId, displayName, arn, userId, userName, policies },
    isOperator: false,
    tags: tagsOf(identity),
  };
}

/** A session of a role without limits or tags of its own. */
function rolePrincipal(powers: IdentityPowers, session = "explained"): Principal {
  const { identity, policies, canonicalId, accountName: displayName } = powers;
  const { accountId, arn: issuerArn, identityId, name } = identity;
  return {
    type: "AssumedRole",
    ...{ accountId, canonicalId, displayName, issuerArn, policies },
    arn: `arn:aws:sts::${accountId}:assumed-role/${name}/${session}`,
    isOperator: false,
    userId: `${identityId}:${session}`,
    tags: tagsOf(identity),
  };
}

function tagsOf({ tags }: Identity) {
  return tags.map(({ Key, Value }) => ({ key: Key, value: Value }));
}
