// Notes and an answer become a record; a copy and a batch become one for each of their parts, as S3
// records them. Pure but for the evaluator, which is asked again why it decided as it did.

import { type Ask, askOf, judge, judgePlain } from "./auth/authorize.ts";
import type { EdgeFacts } from "./auth/edge.ts";
import type { BucketRecord } from "./catalog/buckets.ts";
import type { RequestNotes } from "./operations/notes.ts";
import type { Principal } from "./s3/principal.ts";
import {
  copiedOperationOf,
  logOperationOf,
  type RecordedDecision,
  type Requester,
  type RequestRecord,
  redactReferrer,
  requestLineOf,
} from "./s3/request-record.ts";

/** How a request ended. */
export interface Ending {
  readonly response: Response;
  readonly bytesSent: number;
  readonly answeredAtMs: number;
  readonly endedAtMs: number;
}

interface Facts {
  readonly request: Request;
  readonly notes: RequestNotes;
  readonly edge: EdgeFacts;
}

/** The record of a request that was answered. */
export function describeRequest(facts: Facts, ending: Ending): RequestRecord {
  const { request, notes } = facts;
  const { caller, row, bucket, startedAtMs } = notes;
  const { method } = request;
  const target = caller?.target ?? notes.target;
  const kind = target?.kind ?? "service";
  // Paths of the admin API name no bucket.
  const isOurs = notes.service !== undefined;
  const { response } = ending;
  const decision = decisionOf(notes, response.status);
  const sizes = sizesOf(facts, ending);
  return {
    timeMs: startedAtMs,
    ...notes.ids,
    service: serviceOf(notes),
    operation: row?.name ?? notes.operation ?? "-",
    logOperation: notes.logOperation ?? (isOurs ? "-" : logOperationOf(row, { method, kind })),
    ...who(facts),
    ...optional("bucket", bucket?.name ?? (isOurs ? undefined : target?.bucket)),
    ...optional("bucketId", bucket?.bucketId),
    ...optional("key", isOurs ? undefined : target?.key),
    ...optional("versionId", versionIdOf(notes, response)),
    requestUri: requestLineOf(method, notes.target ?? unreadable(request.url)),
    status: response.status,
    ...optional("errorCode", response.status >= 400 ? notes.code : undefined),
    bytesSent: ending.bytesSent,
    ...sizes,
    totalMs: ending.endedAtMs - startedAtMs,
    turnAroundMs: ending.answeredAtMs - startedAtMs,
    ...browserOf(request),
    ...connectionOf(facts),
    ...((decision?.reason === "acl" || grantsAcl(facts, response)) && { isAclRequired: true }),
    ...optional("decision", decision),
    ...optional("denial", notes.denial),
  };
}

/** Requests that give an ACL need ACLs, but for the one that is the bucket owner's anyway. */
const aclGivers: ReadonlySet<string> = new Set(["PutBucketAcl", "PutObjectAcl"]);
const aclBearers: ReadonlySet<string> = new Set([
  "CopyObject",
  "CreateMultipartUpload",
  "PutObject",
]);

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#aclrequired-s3 */
function grantsAcl({ request, notes }: Facts, response: Response): boolean {
  const name = notes.row?.name ?? "";
  if (!response.ok) return false;
  if (aclGivers.has(name)) return true;
  const canned = request.headers.get("x-amz-acl");
  const isGranting = [...request.headers.keys()].some((key) => key.startsWith("x-amz-grant-"));
  return (
    aclBearers.has(name) &&
    (isGranting || (canned !== null && canned !== "bucket-owner-full-control"))
  );
}

function optional<Name extends string, Value>(name: Name, value: Value | undefined) {
  return (value === undefined ? {} : { [name]: value }) as { readonly [N in Name]?: Value };
}

function serviceOf(notes: RequestNotes): RequestRecord["service"] {
  const { caller, row, service: own, operation } = notes;
  if (own !== undefined) return own;
  // The one call that no signature names a service for.
  if (operation === "AssumeRoleWithWebIdentity") return "sts";
  const service = row === undefined ? caller?.authenticated.service : "s3";
  return service === "iam" || service === "sts" || service === "kms" ? service : "s3";
}

/** A URL that could not be parsed is shown as it came. */
function unreadable(url: string): { readonly rawPath: string; readonly rawQuery: string } {
  const [, rawPath = "/", rawQuery = ""] = /^[a-z]+:\/\/[^/?#]*([^?#]*)\??([^#]*)/i.exec(url) ?? [];
  return { rawPath, rawQuery };
}

function who({ request, notes }: Facts): Pick<RequestRecord, "requester" | "claimedAccessKeyId"> {
  const principal = notes.caller?.principal ?? notes.principal;
  if (principal !== undefined) return { requester: requesterOf(principal) };
  const claimed = /Credential=([A-Za-z0-9]{1,128})\//.exec(
    request.headers.get("authorization") ?? "",
  )?.[1];
  const named = notes.target?.query.get("X-Amz-Credential")?.split("/")[0];
  return optional("claimedAccessKeyId", claimed ?? named?.slice(0, 128));
}

/** The part of a principal that is kept. */
export function requesterOf(principal: Principal): Requester {
  const { type, arn, accountId, canonicalId, accessKeyId, session } = principal;
  return {
    type,
    arn,
    accountId,
    canonicalId,
    ...optional("accessKeyId", accessKeyId),
    ...optional("session", session?.kind),
    ...optional("sourceIdentity", session?.sourceIdentity),
  };
}

function versionIdOf({ target }: RequestNotes, response: Response): string | undefined {
  return response.headers.get("x-amz-version-id") ?? target?.query.get("versionId") ?? undefined;
}

function browserOf({ headers }: Request): Pick<RequestRecord, "referrer" | "userAgent"> {
  const referrer = headers.get("referer");
  return {
    ...optional("referrer", referrer === null ? undefined : redactReferrer(referrer)),
    ...optional("userAgent", headers.get("user-agent") ?? undefined),
  };
}

function connectionOf({ request, notes, edge }: Facts): Partial<RequestRecord> {
  const { headers } = request;
  const method = notes.caller?.authenticated.method;
  const isForm = notes.caller?.form !== undefined;
  const isByHeader = method === undefined ? headers.has("authorization") : method === "header";
  const isByQuery =
    method === undefined ? notes.target?.query.has("X-Amz-Signature") === true : method === "query";
  const authType: "AuthHeader" | "QueryString" | undefined = isForm
    ? undefined
    : isByHeader
      ? "AuthHeader"
      : isByQuery
        ? "QueryString"
        : undefined;
  const cipher = request.cf?.["tlsCipher"];
  return {
    ...optional("remoteAddress", edge.address),
    ...(isForm || authType !== undefined ? { signatureVersion: "SigV4" as const } : {}),
    ...optional("authType", authType),
    ...optional("hostHeader", headers.get("host") ?? notes.target?.host),
    ...(edge.tlsVersion !== undefined && {
      tlsVersion: `TLSv${edge.tlsVersion}`,
      ...(typeof cipher === "string" && { cipher }),
    }),
  };
}

const readers: ReadonlySet<string> = new Set(["GetObject", "HeadObject"]);
const writers: ReadonlySet<string> = new Set(["PutObject", "UploadPart"]);

/** What was received, and how large the object is as far as the headers tell. */
function sizesOf(
  { request, notes }: Facts,
  { response }: Ending,
): Pick<RequestRecord, "bytesReceived" | "objectBytes"> {
  const { headers } = request;
  const received = numberOf(
    headers.get("x-amz-decoded-content-length") ?? headers.get("content-length"),
  );
  const name = notes.row?.name ?? "";
  let objectBytes = notes.source?.sizeBytes ?? notes.removedBytes;
  if (writers.has(name)) objectBytes = received;
  if (readers.has(name) && response.ok) {
    const total = response.headers.get("content-range")?.split("/")[1];
    objectBytes = numberOf(total ?? response.headers.get("content-length"));
  }
  return { ...optional("bytesReceived", received), ...optional("objectBytes", objectBytes) };
}

function numberOf(text: string | null): number | undefined {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** Why the request was allowed, or why not: the first ask that was denied, else the first. */
function decisionOf(notes: RequestNotes, status: number): RecordedDecision | undefined {
  const { caller, bucket, asks = [], decision } = notes;
  if (decision !== undefined) return decision;
  if (caller === undefined) return undefined;
  const name = bucket?.name ?? caller.target.bucket ?? "*";
  const decisions = asks
    // A glance stands for the asks of each key.
    .filter((ask) => ask.isGlance !== true)
    .map((ask): RecordedDecision => {
      const resource = `arn:aws:s3:::${name}${ask.key === undefined ? "" : `/${ask.key}`}`;
      return { ...judgeAsk(notes, tagged(ask, notes), resource), action: ask.action, resource };
    });
  const chosen = decisions.find(({ isAllowed }) => !isAllowed) ?? decisions[0];
  // Whatever else denied it (a tag, a key's own ask) was not asked here.
  if (chosen?.isAllowed && status === 403) return { ...chosen, isAllowed: false, reason: "other" };
  return chosen;
}

/** As it was judged again by the version that was read. */
function tagged(ask: Ask, { existing }: RequestNotes): Ask {
  return existing === undefined || ask.key === undefined ? ask : askOf(ask, existing);
}

function judgeAsk({ caller, bucket }: RequestNotes, ask: Ask, resource: string) {
  if (caller === undefined) throw new Error("nobody asked");
  return bucket === undefined
    ? judgePlain(caller, { ...ask, resource })
    : judge(caller, bucket, ask);
}

/** The further records of a request, and the bucket each is about. */
export function partsOf(
  record: RequestRecord,
  { row, source, members, bucket }: RequestNotes,
): readonly { readonly record: RequestRecord; readonly bucket: BucketRecord }[] {
  const copied = copiedOperationOf(row?.name ?? "");
  const parts: { record: RequestRecord; bucket: BucketRecord }[] = [];
  const whole = withoutBrowser(record);
  if (copied !== undefined && source !== undefined) {
    const { key, versionId, sizeBytes } = source;
    parts.push({
      bucket: source.bucket,
      record: {
        ...whole,
        logOperation: copied,
        bucket: source.bucket.name,
        bucketId: source.bucket.bucketId,
        key,
        ...optional("versionId", versionId === "null" ? undefined : versionId),
        ...optional("objectBytes", sizeBytes),
        // What the copy came to is in the record of the copy.
        ...optional("status", record.status),
      },
    });
  }
  if (bucket === undefined || members === undefined) return parts;
  for (const { key, versionId, status, errorCode, sizeBytes } of members()) {
    parts.push({
      bucket,
      record: {
        ...whole,
        logOperation: "BATCH.DELETE.OBJECT",
        key,
        status,
        ...optional("versionId", versionId === "null" ? undefined : versionId),
        ...optional("errorCode", errorCode),
        ...optional("objectBytes", sizeBytes),
      },
    });
  }
  return parts;
}

/** What a part has of its request: who and when, not which line and how long. */
function withoutBrowser(record: RequestRecord): RequestRecord {
  const {
    requestUri: _line,
    referrer: _referrer,
    userAgent: _agent,
    versionId: _version,
    errorCode: _code,
    bytesSent: _sent,
    bytesReceived: _received,
    objectBytes: _size,
    totalMs: _total,
    turnAroundMs: _turn,
    decision: _decision,
    denial: _denial,
    ...rest
  } = record;
  return rest;
}
