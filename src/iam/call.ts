// What a call to IAM or STS is given, and how it asks for permission. The context that `dispatch`
// builds fits. There is one way to ask, so that no action is judged by anything but the evaluator.

import { type CallFacts, type Decision, judgePlain } from "../auth/authorize.ts";
import type { Authenticated } from "../auth/types.ts";
import type { CatalogCall } from "../catalog/database.ts";
import type { Tag } from "../catalog/identities.ts";
import type { ByteSource } from "../s3/byte-source.ts";
import type { Target } from "../s3/target.ts";
import { QueryError } from "./query.ts";

/** One request, authenticated; nothing of its body has been read. */
export interface IdentityRequest extends CatalogCall, CallFacts {
  readonly requestId: string;
  readonly authenticated: Authenticated;
  readonly method: string;
  readonly target: Target;
  /** Opens the payload: decoded and verified while it is read. Once only. */
  openBody(): ByteSource;
}

/** A request whose action is known. */
export interface IdentityCall extends IdentityRequest {
  /** `iam:CreateUser`. */
  readonly permission: string;
}

/** What conditions may look at, beside the call. */
export interface Circumstances {
  /** `aws:RequestTag/key`, `aws:TagKeys`. */
  readonly requestTags?: readonly Tag[] | undefined;
  /** `aws:ResourceTag/key`. */
  readonly resourceTags?: readonly Tag[] | undefined;
  /** Keys of the service itself, in lower case: `iam:policyarn`. */
  readonly keys?: Readonly<Record<string, string>>;
}

/** Throws AccessDenied (403) unless the caller may do what it asks to `resource`, an ARN. */
export function demand(
  call: IdentityCall,
  resource: string,
  circumstances: Circumstances = {},
): void {
  const decision = decideFor(call, resource, circumstances);
  if (!decision.isAllowed) throw accessDenied(call, resource, decision);
}

/** The evaluator's answer, for those who look closer. */
export function decideFor(
  call: IdentityCall,
  resource: string,
  { requestTags, resourceTags = [], keys }: Circumstances = {},
): Decision {
  const ownTags = resourceTags.map(({ Key, Value }) => [
    `iam:resourcetag/${Key.toLowerCase()}`,
    Value,
  ]);
  return judgePlain(call, {
    action: call.permission,
    resource,
    document: { tags: renderTags(requestTags ?? []) },
    resourceTags: renderTags(resourceTags),
    keys: { ...keys, ...Object.fromEntries(ownTags) },
  });
}

function renderTags(tags: readonly Tag[]) {
  return tags.map(({ Key, Value }) => [Key, Value] as const);
}

/** How AWS ends the sentence, by what decided. */
function reasonOf(permission: string, { reason, source }: Decision): string {
  const silent = (kind: string) => `because no ${kind} allows the ${permission} action`;
  switch (reason) {
    case "explicit-deny":
      return `with an explicit deny in ${article(source)}`;
    case "no-boundary-allow":
      return silent("permissions boundary");
    case "no-session-allow":
      return silent("session policy");
    case "no-resource-allow":
      return silent("resource-based policy");
    default:
      return silent("identity-based policy");
  }
}

function article(source: Decision["source"]): string {
  switch (source) {
    case "boundary":
      return "a permissions boundary";
    case "session":
      return "a session policy";
    case "resource":
      return "a resource-based policy";
    case "guard":
      return "a service control policy";
    default:
      return "an identity-based policy";
  }
}

export function accessDenied(call: IdentityCall, resource: string, decision: Decision): QueryError {
  const { permission, principal } = call;
  const text = `User: ${principal.arn} is not authorized to perform: ${permission} on resource: `;
  return new QueryError(
    "AccessDenied",
    403,
    `${text}${resource} ${reasonOf(permission, decision)}`,
  );
}
