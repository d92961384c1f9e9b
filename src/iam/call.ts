// What a call to IAM or STS is given, and how it asks for permission. The context that `dispatch`
// builds fits. There is one way to ask, so that no action is judged by anything but the evaluator.

import { AccessDenial } from "../auth/access-denial.ts";
import {
  type CallFacts,
  type Decision,
  explainPlain,
  judgePlain,
  type PlainAsk,
} from "../auth/authorize.ts";
import { reasonOf } from "../auth/policy/reason.ts";
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
  /** What is told to whoever records the request. */
  readonly notes?: CallNotes;
  /** Opens the payload: decoded and verified while it is read. Once only. */
  openBody(): ByteSource;
}

/** The part of a request's notes that is filled in here. */
export interface CallNotes {
  operation?: string;
  code?: string;
  denial?: string;
  decision?: Decision & { readonly action: string; readonly resource: string };
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
  const ask = askOf(call, resource, circumstances);
  const decision = judgePlain(call, ask);
  const { notes, permission } = call;
  if (notes !== undefined) notes.decision = { ...decision, action: permission, resource };
  if (!decision.isAllowed) throw accessDenied(call, ask, decision);
}

/** The evaluator's answer, for those who look closer. */
export function decideFor(
  call: IdentityCall,
  resource: string,
  circumstances: Circumstances = {},
): Decision {
  return judgePlain(call, askOf(call, resource, circumstances));
}

function askOf(
  call: IdentityCall,
  resource: string,
  { requestTags, resourceTags = [], keys }: Circumstances,
): PlainAsk {
  const ownTags = resourceTags.map(({ Key, Value }) => [
    `iam:resourcetag/${Key.toLowerCase()}`,
    Value,
  ]);
  return {
    action: call.permission,
    resource,
    document: { tags: renderTags(requestTags ?? []) },
    resourceTags: renderTags(resourceTags),
    keys: { ...keys, ...Object.fromEntries(ownTags) },
  };
}

function renderTags(tags: readonly Tag[]) {
  return tags.map(({ Key, Value }) => [Key, Value] as const);
}

function accessDenied(call: IdentityCall, ask: PlainAsk, decision: Decision): QueryError {
  const { permission, principal } = call;
  const text = `User: ${principal.arn} is not authorized to perform: ${permission} on resource: `;
  return new QueryError(
    "AccessDenied",
    403,
    `${text}${ask.resource} ${reasonOf(permission, decision)}`,
    new AccessDenial(principal, () => explainPlain(call, ask)),
  );
}
