// What would have to change for a denied request to be allowed, and the smallest statement that does it:
// this action on this resource for this caller, nothing wider. Works on an explanation alone. Pure.

import type { Explanation, PolicySource, PolicyTrace } from "./decide.ts";
import type { StatementTrace } from "./evaluate.ts";
import { policyKinds } from "./reason.ts";

/** One change. All changes of a suggestion together allow the request. */
export interface Change {
  /** `add` a statement, `change` or remove the one named, `repair` a policy that cannot be read. */
  readonly kind: "add" | "change" | "repair" | "setting";
  readonly source: PolicySource;
  /** The policy to change; absent where one must be made or chosen. */
  readonly policy?: string;
  readonly statement?: { readonly index: number; readonly sid?: string };
  readonly words: string;
  /** The statement to add, ready for the policy's `Statement` list. */
  readonly add?: Readonly<Record<string, unknown>>;
}

/** The changes that would allow what was denied; none when it is allowed. */
export function suggestChanges(explanation: Explanation): readonly Change[] {
  if (explanation.isAllowed) return [];
  return [...repairs(explanation), ...denials(explanation), ...missing(explanation)];
}

/** `statement 2 ("NoSecrets") of the bucket policy`; people count from one. */
export function nameOfStatement(
  { source, name }: Pick<PolicyTrace, "source" | "name">,
  { index, sid }: Pick<StatementTrace, "index" | "sid">,
): string {
  const label = sid === undefined || sid === "" ? "" : ` ("${sid}")`;
  return `statement ${index + 1}${label} of ${nameOfPolicy({ source, name })}`;
}

export function nameOfPolicy({ source, name }: Pick<PolicyTrace, "source" | "name">): string {
  if (source === "resource") return `the ${name}`;
  const kind = policyKinds[source];
  return name === kind ? `the ${kind}` : `the ${kind} ${name}`;
}

function repairs({ policies }: Explanation): Change[] {
  return policies.flatMap((trace) =>
    trace.statements !== "unreadable"
      ? []
      : {
          kind: "repair" as const,
          source: trace.source,
          policy: trace.name,
          words: `${capital(nameOfPolicy(trace))} cannot be read, and denies everything until it can.`,
        },
  );
}

function denials({ policies }: Explanation): Change[] {
  return policies.flatMap((trace) => {
    if (trace.statements === "unreadable") return [];
    return trace.statements
      .filter(({ effect, isMatch }) => effect === "Deny" && isMatch)
      .map((statement): Change => {
        const { index, sid } = statement;
        return {
          kind: "change",
          source: trace.source,
          policy: trace.name,
          statement: { index, ...(sid !== undefined && { sid }) },
          words:
            `${capital(nameOfStatement(trace, statement))} denies it: remove it, or change it so ` +
            `that it no longer matches${conditionsOf(statement)}.`,
        };
      });
  });
}

function conditionsOf({ conditions }: StatementTrace): string {
  if (conditions.length === 0) return "";
  const list = conditions.map(
    ({ operator, key, wanted, found }) =>
      `${operator} ${key} ${JSON.stringify(wanted)}, the request has ${
        found === undefined ? "none" : JSON.stringify(found)
      }`,
  );
  return ` (it matches because of ${list.join("; ")})`;
}

/** What must allow and does not, in the order in which it is asked. */
function missing(explanation: Explanation): Change[] {
  const { isOwnAccount, principalType, reason } = explanation;
  const has = (source: PolicySource) =>
    explanation.policies.some((trace) => trace.source === source);
  const allows = (source: PolicySource, match?: StatementTrace["principal"]) =>
    explanation.policies.some(
      (trace) =>
        trace.source === source &&
        trace.statements !== "unreadable" &&
        trace.statements.some(
          (one) =>
            one.effect === "Allow" &&
            one.isMatch &&
            (match === undefined || one.principal === match),
        ),
    );
  const changes: Change[] = [];
  const needs = (source: PolicySource) => {
    if (!allows(source)) changes.push(addition(explanation, source));
  };
  if (has("guard")) needs("guard");
  if (reason === "owner-ungranted") return [...changes, ungrantedOwner];
  const isRoot = principalType === "Account";
  if (isOwnAccount && (isRoot || allows("resource", "exact"))) return changes;
  if (!isOwnAccount) {
    if (explanation.objectOwner !== "other") needs("resource");
    else if (reason === "no-resource-allow") changes.push(foreignObject);
    if (reason === "public-access-blocked") changes.push(blockedAccess);
    if (principalType === "Anonymous" || principalType === "Service") return changes;
  }
  if (!isRoot && !(isOwnAccount && allows("resource", "issuer"))) needs("identity");
  for (const source of ["boundary", "session"] as const) if (has(source)) needs(source);
  return changes;
}

const blockedAccess: Change = {
  kind: "setting",
  source: "resource",
  words:
    "The bucket policy is public, and RestrictPublicBuckets of Block Public Access keeps it to the " +
    "bucket's own account: name the callers in the policy, or switch RestrictPublicBuckets off.",
};

const ungrantedOwner: Change = {
  kind: "setting",
  source: "acl",
  policy: "bucket ACL",
  words: "The bucket's owner took its own grant out of the bucket's ACL: set the ACL anew.",
};

const foreignObject: Change = {
  kind: "setting",
  source: "acl",
  policy: "object ACL",
  words:
    "The object belongs to another account, whose ACL for it decides: its owner must grant the " +
    "permission there, or the bucket enforce its own ownership.",
};

const places: Readonly<Record<PolicySource, string>> = {
  guard: "the policy that limits the account",
  identity: "a policy of the caller (its own, or one of its groups)",
  boundary: "the caller's permissions boundary",
  session: "the policy that was passed when the session was made",
  resource: "the bucket policy",
  acl: "the access control list",
};

function addition(explanation: Explanation, source: PolicySource): Change {
  const { action, resource, grantee, principalType } = explanation;
  const kind = principalType === "Service" ? "Service" : "AWS";
  const who = principalType === "Anonymous" ? "*" : { [kind]: grantee };
  return {
    kind: "add",
    source,
    words: `Add a statement to ${places[source]} that allows ${action} on ${resource}.`,
    add: {
      Effect: "Allow",
      ...(source === "resource" && { Principal: who }),
      Action: action,
      Resource: escapePattern(resource),
    },
  };
}

function escapePattern(arn: string): string {
  return arn === "*" || arn.endsWith(`/${anyKey}`) ? arn : escapeName(arn);
}

/** A key may hold what patterns are made of: `${*}` is a star and nothing else. */
export function escapeName(arn: string): string {
  return arn.replace(/\$(?=\{)|[*?]/g, (character) => `\${${character}}`);
}

/** The key of an ask about some key or other. */
export const anyKey = "*";

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
