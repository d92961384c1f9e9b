// Who may use the admin API: the operator everything, the root of an account its own keys, nobody
// else anything; questions of access (`explain.ts`) ask the policies instead. Every handler does one of
// these before it looks at what exists.

import type { CallFacts } from "../auth/authorize.ts";
import type { CatalogCall } from "../catalog/database.ts";
import type { LoggedDelivery, WebhookDelivery } from "../catalog/webhook-deliveries.ts";
import type { ByteSource } from "../s3/byte-source.ts";
import type { Principal } from "../s3/principal.ts";
import { AdminError } from "./answer.ts";

/** What a handler is given. The principal was authenticated. */
export interface AdminCall extends CatalogCall {
  readonly principal: Principal;
  /** The caller and its request, as policies see them. */
  readonly asking: CallFacts;
  /** The verified payload. Once only. */
  openBody(): ByteSource;
  /** Works on an upkeep job for a moment, in slices. */
  advanceJob(jobId: string): Promise<void>;
  /** Writes down what this isolate has recorded and not written yet. */
  settleRecords(): Promise<void>;
  /** Sends a delivery to a webhook, again or for the first time, and logs what became of it. */
  resend: Resend;
}

/** The webhook by its account and name. */
export type Resend = (
  webhook: { readonly accountId: string; readonly name: string },
  delivery: LoggedDelivery,
) => Promise<WebhookDelivery>;

/** Throws AccessDenied unless the caller is the root of the account that deployed Cairn. */
export function requireOperator(call: AdminCall): void {
  if (!isOperator(call.principal)) throw new AdminError("AccessDenied");
}

/**
 * The account meant by `account` (12 digits, or `self`), for a caller who may manage its keys.
 * Throws AccessDenied for everybody else, whether or not the account exists.
 */
export function requireAccount(call: AdminCall, account: string): string {
  const { principal } = call;
  const accountId = account === "self" ? principal.accountId : account;
  if (!isRootOf(principal, accountId) && !isOperator(principal)) {
    throw new AdminError("AccessDenied");
  }
  return accountId;
}

/** Whether the caller may manage keys of that account. */
export function mayManage(call: AdminCall, accountId: string): boolean {
  return isRootOf(call.principal, accountId) || isOperator(call.principal);
}

/** The deployment's owner. Users and sessions of the operator's account are not the operator (SEC-063). */
export function isOperator(principal: Principal): boolean {
  return principal.type === "Account" && principal.isOperator;
}

/** A session of root is not root: it could leave keys behind that outlive it (SEC-063). */
function isRootOf(principal: Principal, accountId: string): boolean {
  const isRoot = principal.type === "Account" && principal.session === undefined;
  return isRoot && principal.accountId === accountId;
}
