// Why somebody may or may not, over the admin API: one question judged now, a message that came with a
// denial, and who may read, write and delete what. For the root of the account that owns the bucket,
// for its principals with iam:SimulatePrincipalPolicy, and for the operator. Nothing is changed.

import { nobody } from "../auth/authenticate.ts";
import {
  type Ask,
  askOf,
  type CallFacts,
  dependsOnObject,
  type Explanation,
  explainAccess,
  explainPlain,
  judgePlain,
  type ObjectFacts,
  type Supposed,
} from "../auth/authorize.ts";
import { type AuthorizationMessage, describeAccess, headline } from "../auth/policy/message.ts";
import { anyKey } from "../auth/policy/suggest.ts";
import { openBucket } from "../bucket/client.ts";
import { decodeMessage } from "../catalog/authorization-messages.ts";
import { type BucketRecord, loadBucket, reloadBucket } from "../catalog/buckets.ts";
import { accountOfArn, findPrincipal, listPrincipals } from "../catalog/principals.ts";
import type { Principal } from "../s3/principal.ts";
import { parseQuery } from "../s3/target.ts";
import { type AdminCall, isOperator } from "./access.ts";
import type { AccessVerdict, BucketAccess, PrincipalAccess } from "./access-answers.ts";
import { AdminError, answer } from "./answer.ts";
import { optionalField, readFields, readLimit, supposedField, textField } from "./fields.ts";

const bucketArn = /^arn:aws:s3:::([^/]+)(?:\/([\s\S]+))?$/;

/**
 * `POST /explain {principal, action, resource, context?}`: the document of DecodeAuthorizationMessage,
 * with its trace, for the call as the principal would make it now. `principal` is an ARN, or `*` for
 * somebody anonymous; `context` supposes values of condition keys.
 */
export async function answerExplain(call: AdminCall): Promise<Response> {
  const { principal, action, resource, context } = await readFields(call.openBody(), {
    principal: textField(2048),
    action: textField(128),
    resource: textField(2048),
    context: optionalField(supposedField),
  });
  const [, bucketName, key] = bucketArn.exec(resource) ?? [];
  const bucket = bucketName === undefined ? undefined : await openOwn(call, bucketName);
  const accountId = bucket?.accountId ?? call.principal.accountId;
  const who = await findAsked(call, accountId, principal);
  const facts = factsOf(call, who);
  const ask: Ask = { action, ...(key !== undefined && { key }) };
  const explanation =
    bucket === undefined
      ? explainPlain(facts, { ...ask, resource }, context ?? {})
      : await explainIn({ call, facts, bucket }, ask, context);
  return answer<AuthorizationMessage>(describeAccess(explanation, who));
}

/** `POST /explain/message {message}`: the document that came sealed with a denial. */
export async function answerExplainMessage(call: AdminCall): Promise<Response> {
  const { message } = await readFields(call.openBody(), { message: textField(10_240) });
  const ask = { action: "sts:DecodeAuthorizationMessage", resource: "*" };
  if (!judgePlain(call.asking, ask).isAllowed) throw new AdminError("AccessDenied");
  const document = await decodeMessage(call.env, call.principal.accountId, message);
  if (document === undefined) throw new AdminError("InvalidAuthorizationMessage");
  return answer(JSON.parse(document));
}

/**
 * `GET /buckets/NAME/access?key=KEY&after=CURSOR&limit=N`: `{bucket, accountId, key, principals,
 * next?}`. Each principal: `{arn, type, read, write, delete, list}`, each of those `{allowed, reason,
 * words}`. Without a key: what holds for every key. The first page begins with the root and `*`.
 */
export async function answerBucketAccess(
  call: AdminCall,
  name: string,
  wish: {
    readonly key?: string | undefined;
    readonly after?: string | undefined;
    readonly limit?: string | undefined;
  },
): Promise<Response> {
  const bucket = await openOwn(call, name);
  const { accountId } = bucket;
  mayAskAbout(call, accountId, "*");
  const limit = Math.min(readLimit(wish.limit), mostPrincipals);
  const page = await listPrincipals(call, { accountId, after: wish.after ?? "", limit });
  const root = wish.after === undefined ? await findPrincipal(call, rootArn(accountId)) : undefined;
  const first = root === undefined ? [] : [root, nobody];
  const principals: PrincipalAccess[] = [];
  for (const principal of [...first, ...page.principals]) {
    const place = { call, facts: factsOf(call, principal), bucket };
    principals.push(await describePrincipal(place, principal, wish.key ?? anyKey));
  }
  const { next } = page;
  return answer<BucketAccess>({
    bucket: name,
    accountId,
    key: wish.key ?? null,
    principals,
    ...(next !== undefined && { next }),
  });
}

/** Each costs a look at the catalog. */
const mostPrincipals = 100;

interface Place {
  readonly call: AdminCall;
  readonly facts: CallFacts;
  readonly bucket: BucketRecord;
}

/** What the table of access asks of everybody. */
async function describePrincipal(
  place: Place,
  principal: Principal,
  key: string,
): Promise<PrincipalAccess> {
  const { arn, type, issuerArn } = principal;
  return {
    arn: issuerArn ?? arn,
    type,
    read: await judge(place, { action: "s3:GetObject", key }),
    write: await judge(place, { action: "s3:PutObject", key }),
    delete: await judge(place, { action: "s3:DeleteObject", key }),
    list: await judge(place, { action: "s3:ListBucket", isListing: true }),
  };
}

async function judge(place: Place, ask: Ask): Promise<AccessVerdict> {
  const explanation = await explainIn(place, ask);
  const { isAllowed: allowed, reason } = explanation;
  return { allowed, reason, words: headline(explanation) };
}

async function explainIn(
  { call, facts, bucket }: Place,
  ask: Ask,
  supposed?: Supposed,
): Promise<Explanation> {
  const existing = await objectFor({ call, facts, bucket }, ask);
  const asked = existing === undefined ? ask : askOf(ask, existing);
  return explainAccess(facts, bucket, asked, supposed);
}

/** What the object says of itself, where the decision depends on it and there is one. */
async function objectFor(
  { call, facts, bucket }: Place,
  ask: Ask,
): Promise<ObjectFacts | undefined> {
  const { key } = ask;
  if (key === undefined || key === anyKey || !dependsOnObject(facts, bucket, ask)) {
    return undefined;
  }
  const { nowMs } = call;
  const index = openBucket(call.env, bucket.bucketId);
  const found = await index.resolve({ epoch: bucket.epoch, nowMs, key, wantSegments: false });
  return found.kind === "found" ? found.version.detail : undefined;
}

/** The bucket as it is now. Somebody else's looks as if it were not there. */
async function openOwn(call: AdminCall, name: string): Promise<BucketRecord> {
  const known = await loadBucket(call, name);
  const bucket = known && (await reloadBucket(call, known));
  const isOwn = bucket?.accountId === call.principal.accountId || isOperator(call.principal);
  if (bucket === undefined || !isOwn) throw new AdminError("NoSuchBucket");
  return bucket;
}

/** The principal asked about: anonymous, or one of the bucket's account. */
async function findAsked(call: AdminCall, accountId: string, arn: string): Promise<Principal> {
  mayAskAbout(call, accountId, arn);
  if (arn === "*") return nobody;
  const isOwn = accountOfArn(arn) === accountId || isOperator(call.principal);
  const principal = isOwn ? await findPrincipal(call, arn) : undefined;
  if (principal === undefined) throw new AdminError("NoSuchPrincipal");
  return principal;
}

/** Throws AccessDenied unless the caller may simulate what that principal may do. */
function mayAskAbout(call: AdminCall, accountId: string, resource: string): void {
  if (isOperator(call.principal)) return;
  const ask = { action: "iam:SimulatePrincipalPolicy", resource };
  const isOwn = call.principal.accountId === accountId;
  if (!isOwn || !judgePlain(call.asking, ask).isAllowed) throw new AdminError("AccessDenied");
}

function rootArn(accountId: string): string {
  return `arn:aws:iam::${accountId}:root`;
}

/** A plain signed call over TLS from nowhere in particular: `context` says otherwise. */
function factsOf(call: AdminCall, principal: Principal): CallFacts {
  const { nowMs, asking } = call;
  return {
    principal,
    authenticated: { method: principal.type === "Anonymous" ? "anonymous" : "header" },
    isSecure: true,
    nowMs,
    region: asking.region,
    headers: new Headers(),
    target: { query: parseQuery("") },
    edge: {},
  };
}
