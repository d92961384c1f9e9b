// The request pipeline of S3, IAM, STS and KMS on one page: target, caller, operation, bucket,
// permission, input, handler, answer. The one `try` around it turns every throw into an answer;
// code below it may clean up and rethrow, nothing else.

import { withDocument } from "./asked-document.ts";
import { authorizePlain } from "./auth/authorize.ts";
import { readEdge } from "./auth/edge.ts";
import { limitFailures } from "./auth/failure-limit.ts";
import { discardBody } from "./auth/payload.ts";
import { isCharged } from "./auth/requester-pays.ts";
import { requiredAsks } from "./auth/required-asks.ts";
import { forgetBucket, loadBucket } from "./catalog/buckets.ts";
import type { Env, Seams } from "./env.ts";
import { claimedIdentityService, renderIdentityRefusal } from "./iam/refusals.ts";
import {
  handleIdentityService,
  handleUnsignedIdentity,
  isUnsignedIdentityRequest,
} from "./iam/service.ts";
import { type Arrival, identify } from "./identify.ts";
import { handleKms, isKmsRequest, renderKmsError } from "./kms/service.ts";
import { type BucketWish, judgeVersion, noSuchBucket, openBucketFor } from "./open-bucket.ts";
import { answerWith } from "./operations/answer.ts";
import type { BucketContext, OpenedBucket, ServiceContext } from "./operations/context.ts";
import type { RequestNotes } from "./operations/notes.ts";
import { openForm } from "./operations/object/open-form.ts";
import { StaleSettings } from "./operations/outcomes.ts";
import { recorded } from "./recorder.ts";
import type { ByteSource } from "./s3/byte-source.ts";
import { asS3Error, renderError } from "./s3/error-response.ts";
import { S3Error } from "./s3/errors.ts";
import { withHoistedHeaders } from "./s3/hoisted-headers.ts";
import { newHostId, newTimedRequestId } from "./s3/ids.ts";
import type { OperationRow } from "./s3/operations.ts";
import { resolveOperation } from "./s3/resolve.ts";
import { parseBaseDomains, parseTarget } from "./s3/target.ts";
import { withReason } from "./why-denied.ts";

/** The two ids on every answer. */
interface AnswerIds {
  readonly requestId: string;
  readonly hostId: string;
}

/** How often a call follows settings that move under it before it gives up with 503. */
const maximumRounds = 3;

/** Answers any S3, IAM, STS or KMS request; it is recorded where somebody wants it. Never throws. */
export async function dispatch(request: Request, arrival: Arrival): Promise<Response> {
  const notes = beginNotes(arrival.seams);
  const response = await answerRequest(request, arrival, notes);
  return recorded(response, { request, arrival, notes });
}

/** What is noted of a request as it arrives: when, and the two ids that its answer will carry. */
export function beginNotes({ now, randomBytes }: Seams): RequestNotes {
  const startedAtMs = now();
  const requestId = newTimedRequestId(startedAtMs, randomBytes);
  return { startedAtMs, ids: { requestId, hostId: newHostId(randomBytes) } };
}

async function answerRequest(
  request: Request,
  arrival: Arrival,
  notes: RequestNotes,
): Promise<Response> {
  const { ids } = notes;
  let body: ByteSource | undefined;
  try {
    const target = parseTarget(request.url, baseDomains(arrival.env));
    notes.target = target;
    const caller = await identify(request, target, arrival);
    const isPresigned = caller.authenticated.method === "query";
    const context: ServiceContext = {
      ...caller,
      ...arrival,
      ...ids,
      notes,
      target,
      edge: readEdge(request, arrival.env),
      method: request.method,
      headers: isPresigned ? withHoistedHeaders(request.headers, target.query) : request.headers,
      openBody: () => {
        body = caller.openBody();
        return body;
      },
      openOther: (name, asks) => openBucketFor(context, { name, asks }),
    };
    notes.caller = context;
    if (caller.authenticated.service === "kms") return await handleKms(context);
    if (caller.authenticated.service !== "s3") return await handleIdentityService(context);
    if (isUnsignedIdentityRequest(context)) return await handleUnsignedIdentity(context);
    const row = resolveOperation(request.method, target, request.headers);
    notes.row = row;
    // The fields of a form say who asks and for which key; the file is left for the handler.
    const asked = row.name === "PostObject" ? await openCountedForm(context, request) : context;
    notes.caller = asked;
    const response = await serve(asked, row, { ids, hasRead: () => body !== undefined });
    // A body that nobody asked for would keep its connection from carrying another request.
    if (body === undefined) await discardBody(request.body);
    return response;
  } catch (error) {
    if (body !== undefined) await body.cancel();
    else await discardBody(request.body);
    const refusal = await withReason(error, arrival);
    const denial = refusal instanceof S3Error ? refusal.detail["EncodedMessage"] : undefined;
    if (denial !== undefined) notes.denial = denial;
    return refuseRequest(refusal, { request, ids, notes });
  }
}

/** A form is authenticated by its fields: what fails there counts as any failed signature. */
async function openCountedForm(context: ServiceContext, request: Request): Promise<ServiceContext> {
  const { env, nowMs } = context;
  const form = await openForm(context).catch(async (error: unknown) => {
    throw await limitFailures(error, request, { env, nowMs });
  });
  const asked: ServiceContext = {
    ...form,
    openOther: (name, asks) => openBucketFor(asked, { name, asks }),
  };
  return asked;
}

/** The error document; what is our own fault goes to the log with its cause, never to the client. */
function refuseRequest(
  error: unknown,
  facts: { request: Request; ids: AnswerIds; notes: RequestNotes },
): Response {
  const { request, ids, notes } = facts;
  const { target } = notes;
  const refusal = asS3Error(error);
  notes.code = refusal.code;
  if (refusal.code === "InternalError") {
    const cause = refusal.cause instanceof Error ? refusal.cause : error;
    console.error(JSON.stringify({ event: "failure", ...ids, code: refusal.code }), cause);
  }
  const service = target && claimedIdentityService(request.headers, target);
  if (service !== undefined) return renderIdentityRefusal(service, refusal, ids.requestId);
  if (isKmsRequest(request.headers)) return renderKmsError(refusal, ids.requestId);
  const { status, headers, body } = renderError(refusal, { method: request.method, ...ids });
  if (typeof body === "string") notes.body = body;
  return new Response(body, { status, headers });
}

/** These look for their bucket themselves: it is not there yet, or that is no secret to tell. */
const bucketless: ReadonlySet<string> = new Set(["CreateBucket", "OptionsObject"]);

/** These judge the version they read before they tell anything of it. */
const reads: ReadonlySet<string> = new Set(["GetObject", "HeadObject"]);

/**
 * Permission, input, handler, answer; once more when the settings moved and no body was read. Throws
 * what the operation throws.
 */
export async function serve(
  given: ServiceContext,
  row: OperationRow,
  facts: { ids: AnswerIds; hasRead(): boolean },
): Promise<Response> {
  const isPlain = row.level === "service" || bucketless.has(row.name);
  const name = given.target.bucket ?? "";
  const known = isPlain ? undefined : await loadBucket(given, name);
  if (!isPlain && known === undefined) throw noSuchBucket(name);
  const { notes } = given;
  if (notes !== undefined && known !== undefined) notes.bucket = known;
  const call = { context: given, asks: requiredAsks(row, given) };
  const { context, asks, lacksDocument } = await withDocument(row, call, known);
  if (notes !== undefined) notes.asks = asks;
  if (isPlain) {
    // CreateBucket asks for the bucket to be; what lists buckets, for all of them.
    const resource = `arn:aws:s3:::${name === "" ? "*" : name}`;
    authorizePlain(
      context,
      asks.map((ask) => ({ ...ask, resource })),
    );
    return answerWith(context, row, facts.ids);
  }
  const wish = {
    ...{ name, asks, judgesVersion: reads.has(row.name) },
    ...(known && { known }),
    ...(lacksDocument && { lacksDocument }),
  };
  let opened = await openBucketFor(context, wish);
  for (let round = 1; ; round++) {
    try {
      const answer = await answerWith(bucketContext(context, opened, wish), row, facts.ids);
      if (isCharged(context, opened.bucket)) answer.headers.set(...charged);
      return answer;
    } catch (error) {
      if (!(error instanceof StaleSettings)) throw withoutAbsence(error, row, opened);
      opened = await reopen(context, { wish, opened, stale: error });
      if (round < maximumRounds && !facts.hasRead()) continue;
      throw error.isGone && round === maximumRounds
        ? noSuchBucket(error.bucket)
        : new S3Error("SlowDown");
    }
  }
}

const charged = ["x-amz-request-charged", "requester"] as const;

const absences: ReadonlySet<string> = new Set(["MethodNotAllowed", "NoSuchKey", "NoSuchVersion"]);

/**
 * Who may not list a bucket does not learn what is not in it: a missing key looks like one that is
 * denied (SEC-060). Copies judge their source themselves.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, "Permissions"
 */
function withoutAbsence(error: unknown, row: OperationRow, opened: OpenedBucket): unknown {
  const isAbsence = error instanceof S3Error && absences.has(error.code);
  if (!isAbsence || row.level !== "object" || row.readsSource) return error;
  if (opened.allows({ action: "s3:ListBucket" })) return error;
  const isOfVersion = error.code !== "NoSuchKey";
  if (isOfVersion && opened.allows({ action: "s3:ListBucketVersions" })) return error;
  return new S3Error("AccessDenied");
}

/**
 * What to run the call with once more. A name may belong to a bucket made anew since; throws
 * NoSuchBucket when it does not.
 */
async function reopen(
  context: ServiceContext,
  facts: { wish: BucketWish; opened: OpenedBucket; stale: StaleSettings },
): Promise<OpenedBucket> {
  const { wish, opened, stale } = facts;
  const isSource = stale.bucket !== wish.name;
  if (isSource || stale.isGone) forgetBucket(context.env, stale.bucket);
  if (isSource) return opened;
  const again = await openBucketFor(context, { ...wish, stale: opened.bucket });
  const isSame = again.bucket.bucketId === opened.bucket.bucketId;
  if (stale.isGone && isSame) throw noSuchBucket(wish.name);
  return again;
}

function bucketContext(
  context: ServiceContext,
  opened: OpenedBucket,
  wish: BucketWish,
): BucketContext & { key?: string } {
  let current = opened;
  // What the operation asked for besides its row is asked again whenever the settings moved.
  const further: BucketWish["asks"][number][] = [];
  return {
    ...context,
    ...opened,
    openOther: (name, asks) => {
      if (name === wish.name) further.push(...asks);
      return context.openOther(name, asks);
    },
    ...(context.target.key !== undefined && { key: context.target.key }),
    refresh: async () => {
      const asks = [...wish.asks, ...further];
      current = await openBucketFor(context, { ...wish, asks, stale: current.bucket });
      if (context.notes !== undefined) context.notes.bucket = current.bucket;
      return current;
    },
    judgeVersion: (version) => {
      const { notes } = context;
      if (notes !== undefined) notes.existing = version.detail;
      judgeVersion(context, current.bucket, { asks: wish.asks, version });
    },
  };
}

let parsedDomains: { text: string | undefined; list: readonly string[] } | undefined;

/** `BASE_DOMAIN` parsed once per isolate: it is the same text for every request. */
function baseDomains(env: Env): readonly string[] {
  if (parsedDomains === undefined || parsedDomains.text !== env.BASE_DOMAIN) {
    parsedDomains = { text: env.BASE_DOMAIN, list: parseBaseDomains(env.BASE_DOMAIN) };
  }
  return parsedDomains.list;
}
