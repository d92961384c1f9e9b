// The Principal and NotPrincipal elements: whom a statement of a resource's policy is about, and how
// exactly it names them, because what a policy grants to an account is the account's to hand on,
// while what it grants to a user is the user's. Pure.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html

import { isList, isObject, type JsonValue, PolicyError } from "./json.ts";

/** Who asks, as policies name callers. */
export interface PolicyPrincipal {
  readonly type: "Account" | "User" | "AssumedRole" | "FederatedUser" | "Anonymous" | "Service";
  /** 12 digits; empty for anonymous and services. */
  readonly accountId: string;
  /** The caller's own ARN: of the user, or of the session. A service's name for services. */
  readonly arn: string;
  /** The role a session belongs to, or the user who federated it: limited by what limits those. */
  readonly issuerArn?: string;
  /** S3's canonical id of the account. */
  readonly canonicalId: string;
}

/**
 * How a statement names a caller, weakest first. `account`: the account hands it on. `issuer`: the
 * role of the session. `exact`: the caller itself, or everybody.
 */
export type PrincipalMatch = "none" | "account" | "issuer" | "exact";

/** One entry of the element, e.g. `{kind: "AWS", value: "123456789012"}`. */
export interface PrincipalEntry {
  readonly kind: "AWS" | "CanonicalUser" | "Federated" | "Service";
  readonly value: string;
}

const kinds: ReadonlySet<string> = new Set(["AWS", "CanonicalUser", "Federated", "Service"]);

/** Everybody, the anonymous included. */
export const everybody: PrincipalEntry = { kind: "AWS", value: "*" };

/** Reads the element. Throws PolicyError when it is neither `"*"` nor an object of lists. */
export function parsePrincipals(element: JsonValue): readonly PrincipalEntry[] {
  if (element === "*") return [everybody];
  if (!isObject(element) || element.size === 0) throw invalidPrincipal();
  const entries: PrincipalEntry[] = [];
  for (const [kind, given] of element) {
    const values = isList(given) ? given : [given];
    if (!kinds.has(kind) || values.length === 0) throw invalidPrincipal();
    for (const value of values) {
      if (typeof value !== "string" || value === "") throw invalidPrincipal();
      entries.push({ kind: kind as PrincipalEntry["kind"], value });
    }
  }
  return entries;
}

export function invalidPrincipal(): PolicyError {
  return new PolicyError("Invalid principal in policy");
}

export function isEverybody(entry: PrincipalEntry): boolean {
  return entry.kind === "AWS" && entry.value === "*";
}

const accountRoot = /^arn:aws[a-z-]*:iam::(\d{12}):root$/;

/** The account an entry names as a whole, by its number or its root. */
export function accountOf(entry: PrincipalEntry): string | undefined {
  if (entry.kind !== "AWS") return undefined;
  if (/^\d{12}$/.test(entry.value)) return entry.value;
  return accountRoot.exec(entry.value)?.[1];
}

/** The strongest way in which any of the entries names the caller. */
export function matchPrincipals(
  entries: readonly PrincipalEntry[],
  caller: PolicyPrincipal,
): PrincipalMatch {
  let best: PrincipalMatch = "none";
  for (const entry of entries) {
    const match = matchEntry(entry, caller);
    if (match === "exact") return match;
    if (match === "issuer" || best === "none") best = match;
  }
  return best;
}

function matchEntry(entry: PrincipalEntry, caller: PolicyPrincipal): PrincipalMatch {
  const { kind, value } = entry;
  if (kind === "AWS") {
    if (value === "*") return "exact";
    if (caller.type === "Anonymous" || caller.type === "Service") return "none";
    if (value === caller.arn) return "exact";
    if (value === caller.issuerArn) return "issuer";
    return accountOf(entry) === caller.accountId ? matchOfAccount(caller) : "none";
  }
  if (kind === "CanonicalUser") {
    const isSame = caller.canonicalId !== "" && value === caller.canonicalId;
    return isSame ? matchOfAccount(caller) : "none";
  }
  return kind === "Service" && caller.type === "Service" && value === caller.arn ? "exact" : "none";
}

/** The account's root is the account. */
function matchOfAccount(caller: PolicyPrincipal): PrincipalMatch {
  return caller.type === "Account" ? "exact" : "account";
}

/**
 * Whether a NotPrincipal spares the caller. As AWS says, each of its names must be listed: the
 * account with the user, and for a session the role too. A list that forgets one denies the caller.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
 */
export function isSpared(entries: readonly PrincipalEntry[], caller: PolicyPrincipal): boolean {
  if (entries.some(isEverybody)) return true;
  if (caller.type === "Anonymous") return false;
  const lists = (name: string) => entries.some((entry) => entry.value === name);
  if (caller.type === "Service") return lists(caller.arn);
  const listsAccount = entries.some(
    (entry) =>
      accountOf(entry) === caller.accountId ||
      (entry.kind === "CanonicalUser" && entry.value === caller.canonicalId),
  );
  if (!listsAccount || caller.type === "Account") return listsAccount;
  return lists(caller.arn) && (caller.issuerArn === undefined || lists(caller.issuerArn));
}
