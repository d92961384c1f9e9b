// What each condition key holds for a request. A closed list: a key that is not here does not exist,
// whatever a client sends (SEC-073). Values are read when a condition asks for them, from the
// request as it was authenticated, from the caller, or from the runtime (SEC-082). Pure.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html

import { parseCopySource } from "../s3/copy-source.ts";
import { S3Error } from "../s3/errors.ts";
import { parseTagging } from "../s3/metadata.ts";
import type { Principal } from "../s3/principal.ts";
import type { Query } from "../s3/target.ts";
import type { EdgeFacts } from "./edge.ts";
import { conditionKeyNames } from "./policy/condition-keys.ts";
import type { ConditionContext, ConditionKey, PresentCondition } from "./policy/context.ts";
import type { Authenticated } from "./types.ts";

export type Tags = readonly (readonly [key: string, value: string])[];

/** A call as conditions see it. */
export interface CallFacts {
  readonly principal: Principal;
  readonly authenticated: Pick<Authenticated, "method" | "payloadWord" | "signedAtMs">;
  /** Present for the upload of a browser's form. */
  readonly form?: object;
  readonly isSecure: boolean;
  readonly nowMs: number;
  readonly region: string;
  readonly headers: Headers;
  readonly target: { readonly query: Query };
  readonly edge: EdgeFacts;
  /** Only of a service: for which resource it does this. */
  readonly onBehalfOf?: OnBehalfOf;
}

/** The resource for which a service acts, and whose it is. */
export interface OnBehalfOf {
  readonly sourceArn: string;
  readonly sourceAccountId: string;
}

/** What is asked about, beside the call. */
export interface SubjectFacts {
  readonly action: string;
  /** Of the bucket's owner; of the caller where there is no bucket. */
  readonly accountId: string;
  readonly bucketTags?: Tags;
  /** Tags of a resource that is no bucket. */
  readonly resourceTags?: Tags;
  /** Keys of the asking service's own, their names in lower case: `iam:policyarn`. */
  readonly keys?: Readonly<Record<string, string>>;
  readonly versionId?: string | undefined;
  /** Tags the object has; absent when it does not exist or they were not asked for. */
  readonly existingTags?: Tags | undefined;
  /** The operation lists: `prefix` and the like mean something. */
  readonly isListing?: boolean;
  /** The operation itself makes an object, and not only a part of one. */
  readonly createsObject?: boolean;
  /** What the body of the request says, for operations whose conditions look into it. */
  readonly document?: DocumentFacts;
}

export interface DocumentFacts {
  readonly tags?: Tags;
  readonly locationConstraint?: string;
  readonly lockMode?: string;
  readonly retainUntilMs?: number;
  readonly legalHold?: string;
}

interface Facts {
  readonly call: CallFacts;
  readonly subject: SubjectFacts;
}

type Value = string | readonly string[] | undefined | null;
type Reader = (facts: Facts, part: string) => Value;

/** The context of one question. */
export function conditionContext(call: CallFacts, subject: SubjectFacts): ConditionContext {
  const facts = { call, subject };
  return {
    present: () => presentConditions(facts),
    read: ({ name, part, text }: ConditionKey) => {
      const reader = part === undefined ? readers.get(name) : partReaders.get(name);
      return listOf(reader?.(facts, part ?? "") ?? ownKey(subject, text));
    },
  };
}

function listOf(value: Value): readonly string[] | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === "string" ? [value] : value;
}

/** All that the request has, as AWS spells the keys. For explanations: it reads every key. */
function presentConditions(facts: Facts): readonly PresentCondition[] {
  const { call, subject } = facts;
  const tags = (prefix: string, list: Tags | undefined) =>
    (list ?? []).map(([key, value]) => [`${prefix}/${key}`, value] as const);
  const own = call.principal.tags?.map(({ key, value }) => [key, value] as const);
  const all: readonly (readonly [string, Value])[] = [
    ...[...readers].map(
      ([name, reader]) => [conditionKeyNames.get(name) ?? name, reader(facts, "")] as const,
    ),
    ...tags("aws:PrincipalTag", own),
    ...tags("aws:RequestTag", requestTags(facts)),
    ...tags("aws:ResourceTag", resourceTags(facts)),
    ...tags("s3:ExistingObjectTag", subject.existingTags),
    ...Object.entries(subject.keys ?? {}),
  ];
  return all.flatMap(([key, value]) => {
    const values = listOf(value);
    return values === undefined ? [] : [{ key, values }];
  });
}

function ownKey({ keys }: SubjectFacts, text: string): string | undefined {
  const name = text.toLowerCase();
  return keys !== undefined && Object.hasOwn(keys, name) ? keys[name] : undefined;
}

function header(name: string): Reader {
  return ({ call }) => call.headers.get(name);
}

function listing(parameter: string): Reader {
  return ({ call, subject }) =>
    subject.isListing === true ? call.target.query.get(parameter) : undefined;
}

function isSigned({ call }: Facts): boolean {
  return call.principal.type !== "Anonymous" && call.principal.type !== "Service";
}

/** Of services: whether, and which. */
const isService: Reader = ({ call }) =>
  call.principal.type === "Anonymous" ? undefined : String(call.principal.type === "Service");

const serviceName: Reader = ({ call }) =>
  call.principal.type === "Service" ? call.principal.arn : undefined;

/** Of callers that have proved who they are. */
function caller(read: (principal: Principal) => Value): Reader {
  return (facts) => (isSigned(facts) ? read(facts.call.principal) : undefined);
}

const requestTagKeys: Reader = (facts) => requestTags(facts)?.map(([key]) => key);

/** In the order of AWS's lists: global keys, S3's, Cairn's own. */
const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ["aws:currenttime", ({ call }) => new Date(call.nowMs).toISOString()],
  ["aws:epochtime", ({ call }) => String(Math.floor(call.nowMs / 1000))],
  ["aws:federatedprovider", ({ call }) => call.principal.session?.federatedProvider],
  ["aws:principalaccount", caller(({ accountId }) => accountId)],
  ["aws:principalarn", caller(principalArn)],
  ["aws:principalisawsservice", isService],
  ["aws:principalservicename", serviceName],
  ["aws:principaltype", caller(({ type }) => type)],
  ["aws:referer", header("referer")],
  ["aws:requestedregion", ({ call }) => call.region],
  ["aws:resourceaccount", ({ subject }) => subject.accountId],
  ["aws:securetransport", ({ call }) => String(call.isSecure)],
  ["aws:sourceaccount", ({ call }) => call.onBehalfOf?.sourceAccountId],
  ["aws:sourcearn", ({ call }) => call.onBehalfOf?.sourceArn],
  ["aws:sourceidentity", ({ call }) => call.principal.session?.sourceIdentity],
  ["aws:sourceip", ({ call }) => call.edge.address],
  ["aws:tagkeys", requestTagKeys],
  ["aws:tokenissuetime", tokenIssueTime],
  ["aws:useragent", header("user-agent")],
  ["aws:userid", caller(({ userId, accountId }) => userId ?? accountId)],
  ["aws:username", ({ call }) => call.principal.userName],
  ["aws:viaawsservice", caller(() => "false")],
  ["s3:authtype", authType],
  ["s3:delimiter", listing("delimiter")],
  ["s3:if-match", header("if-match")],
  ["s3:if-none-match", header("if-none-match")],
  ["s3:locationconstraint", ({ subject }) => subject.document?.locationConstraint],
  ["s3:max-keys", listing("max-keys")],
  ["s3:object-lock-event-hold", header("x-amz-object-lock-event-hold")],
  ["s3:object-lock-event-hold-duration-days", header("x-amz-object-lock-event-hold-duration-days")],
  [
    "s3:object-lock-legal-hold",
    (facts, part) =>
      facts.subject.document?.legalHold ?? header("x-amz-object-lock-legal-hold")(facts, part),
  ],
  [
    "s3:object-lock-mode",
    (facts, part) =>
      facts.subject.document?.lockMode ?? header("x-amz-object-lock-mode")(facts, part),
  ],
  ["s3:object-lock-remaining-retention-days", remainingRetentionDays],
  ["s3:object-lock-retain-until-date", retainUntilDate],
  ["s3:objectcreationoperation", objectCreation],
  ["s3:prefix", listing("prefix")],
  ["s3:requestobjecttagkeys", requestTagKeys],
  ["s3:resourceaccount", ({ subject }) => subject.accountId],
  ["s3:signatureage", signatureAge],
  ["s3:signatureversion", (facts) => (isSigned(facts) ? "AWS4-HMAC-SHA256" : undefined)],
  ["s3:tlsversion", ({ call }) => call.edge.tlsVersion],
  ["s3:versionid", ({ subject }) => subject.versionId],
  ["s3:x-amz-copy-source", copySource],
  ["s3:x-amz-content-sha256", contentHash],
  ...[
    "x-amz-acl",
    "x-amz-bucket-namespace",
    "x-amz-grant-full-control",
    "x-amz-grant-read",
    "x-amz-grant-read-acp",
    "x-amz-grant-write",
    "x-amz-grant-write-acp",
    "x-amz-metadata-directive",
    "x-amz-object-ownership",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-server-side-encryption-customer-algorithm",
    "x-amz-storage-class",
    "x-amz-website-redirect-location",
  ].map((name) => [`s3:${name}`, header(name)] as const),
  ["cf:asn", ({ call }) => call.edge.asn],
  ["cf:colo", ({ call }) => call.edge.colo],
  ["cf:country", ({ call }) => call.edge.country],
]);

/** Keys with a part of their own: tags by their key. */
const partReaders: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ["aws:principaltag", principalTag],
  ["aws:requesttag", (facts, key) => tagValue(requestTags(facts), key)],
  ["aws:resourcetag", (facts, key) => tagValue(resourceTags(facts), key)],
  ["s3:buckettag", ({ subject }, key) => tagValue(subject.bucketTags, key)],
  ["s3:existingobjecttag", ({ subject }, key) => tagValue(subject.existingTags, key)],
  ["s3:requestobjecttag", (facts, key) => tagValue(requestTags(facts), key)],
]);

function resourceTags({ subject }: Facts): Tags | undefined {
  return subject.resourceTags ?? subject.bucketTags;
}

/** Of a role's session the role: the key stays the same from session to session. */
function principalArn({ type, arn, issuerArn }: Principal): string {
  return type === "AssumedRole" ? (issuerArn ?? arn) : arn;
}

function principalTag({ call }: Facts, key: string): string | undefined {
  const tags = call.principal.tags?.map(({ key: name, value }) => [name, value] as const);
  return tagValue(tags, key);
}

/** Keys of tags in conditions are not case-sensitive; one written alike comes first. */
function tagValue(tags: Tags | undefined, key: string): string | undefined {
  const exact = tags?.find(([name]) => name === key);
  const similar = exact ?? tags?.find(([name]) => name.toLowerCase() === key.toLowerCase());
  return similar?.[1];
}

function tokenIssueTime({ call }: Facts): string | undefined {
  const { session } = call.principal;
  return session === undefined ? undefined : new Date(session.issuedAtMs).toISOString();
}

function requestTags({ call, subject }: Facts): Tags | undefined {
  if (subject.document?.tags !== undefined) return subject.document.tags;
  const text = call.headers.get("x-amz-tagging");
  return text === null ? undefined : orAbsent(() => parseTagging(text));
}

function authType(facts: Facts): string | undefined {
  if (!isSigned(facts)) return undefined;
  if (facts.call.form !== undefined) return "POST";
  return facts.call.authenticated.method === "query" ? "REST-QUERY-STRING" : "REST-HEADER";
}

/** Milliseconds since the request was signed. */
function signatureAge(facts: Facts): string | undefined {
  const { authenticated, nowMs } = facts.call;
  const { signedAtMs } = authenticated;
  return signedAtMs === undefined ? undefined : String(Math.max(0, nowMs - signedAtMs));
}

/** A form has none: its policy says nothing of the file's content. */
function contentHash({ call }: Facts): string | undefined {
  return call.form === undefined ? call.authenticated.payloadWord : undefined;
}

/** `bucket/key`, decoded as the copy decodes it, so that what is judged is what is read (SEC-054). */
function copySource({ call }: Facts): string | undefined {
  const text = call.headers.get("x-amz-copy-source");
  if (text === null) return undefined;
  return orAbsent(() => {
    const { bucket, key } = parseCopySource(text);
    return `${bucket}/${key}`;
  });
}

function objectCreation({ subject }: Facts): string | undefined {
  if (subject.action !== "s3:PutObject") return undefined;
  return String(subject.createsObject === true);
}

function retainUntilMs({ call, subject }: Facts): number | undefined {
  if (subject.document?.retainUntilMs !== undefined) return subject.document.retainUntilMs;
  const text = call.headers.get("x-amz-object-lock-retain-until-date");
  const time = text === null ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

function retainUntilDate(facts: Facts): string | undefined {
  const time = retainUntilMs(facts);
  return time === undefined ? undefined : new Date(time).toISOString();
}

const dayMs = 86_400_000;

function remainingRetentionDays(facts: Facts): string | undefined {
  const time = retainUntilMs(facts);
  return time === undefined ? undefined : String(Math.ceil((time - facts.call.nowMs) / dayMs));
}

/** What cannot be read is not there; the operation says what is wrong with it. */
function orAbsent<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof S3Error) return undefined;
    throw error;
  }
}
