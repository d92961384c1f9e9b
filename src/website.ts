// The website endpoint: which requests are for it, and each of them as a visit of nobody in
// particular. No credentials are looked at, no method but GET and HEAD, and the answer to everything
// refused is a page. Hosts of websites are never hosts of the API or the console (SEC-123).

import { readEdge } from "./auth/edge.ts";
import { discardBody } from "./auth/payload.ts";
import { loadBucket } from "./catalog/buckets.ts";
import { beginNotes, serve } from "./dispatch.ts";
import type { Env } from "./env.ts";
import { type Arrival, identifyNobody } from "./identify.ts";
import { noSuchBucket, openBucketFor } from "./open-bucket.ts";
import { websiteOf } from "./operations/bucket/bucket-website.ts";
import type { ServiceContext } from "./operations/context.ts";
import type { RequestNotes } from "./operations/notes.ts";
import { renderErrorPage } from "./operations/website/error-page.ts";
import { answerVisit } from "./operations/website/visit.ts";
import { recorded } from "./recorder.ts";
import { asS3Error } from "./s3/error-response.ts";
import { S3Error } from "./s3/errors.ts";
import { operations } from "./s3/operations.ts";
import { parseQuery, parseTarget, type Target } from "./s3/target.ts";
import { websiteBucketOfHost } from "./website-hosts.ts";

/** Where a website is: on a host of its own, or on a laptop below this path. */
export const websitePath = "/-/website/";

/** A page below `websitePath` shares its origin with the console: it gets none of its own (SEC-123). */
const sandbox = "sandbox allow-downloads allow-forms allow-modals allow-popups allow-scripts";

/** Whether a host is that of one bucket's website. */
export function isWebsiteHost(host: string, env: Env | undefined): boolean {
  return websiteBucketOfHost(host, env) !== undefined;
}

/** The bucket whose website a request is for; `undefined` when it is for none. */
export function websiteBucketOf(request: Request, env: Env): string | undefined {
  const [, host = "", path = ""] = /^[a-z]+:\/\/([^/?#]*)([^?#]*)/i.exec(request.url) ?? [];
  const named = websiteBucketOfHost(host, env);
  if (named !== undefined) return named;
  if (env.LOCAL !== "true" || !path.startsWith(websitePath)) return undefined;
  return path.slice(websitePath.length).split("/")[0];
}

/** Answers a request for the website of `bucket`. Never throws. */
export async function serveWebsite(
  request: Request,
  arrival: Arrival,
  bucket: string,
): Promise<Response> {
  const notes = beginNotes(arrival.seams);
  notes.logOperation = `WEBSITE.${request.method}.OBJECT`;
  const { ids } = notes;
  const isMounted = !isWebsiteHost(new URL(request.url).host, arrival.env);
  const mount = isMounted ? `${websitePath}${bucket}` : "";
  let response: Response;
  try {
    response = await answer(request, arrival, { ids, notes, mount, bucket });
  } catch (error) {
    const refusal = asS3Error(error);
    notes.code = refusal.code;
    if (refusal.code === "InternalError") {
      const cause = refusal.cause instanceof Error ? refusal.cause : error;
      console.error(JSON.stringify({ event: "failure", ...ids, code: refusal.code }), cause);
    }
    response = renderErrorPage(refusal, { method: request.method, ...ids });
  }
  await discardBody(request.body);
  if (isMounted) response.headers.set("content-security-policy", sandbox);
  return recorded(response, { request, arrival, notes });
}

interface VisitFacts {
  readonly notes: RequestNotes;
  readonly ids: { readonly requestId: string; readonly hostId: string };
  readonly mount: string;
  readonly bucket: string;
}

async function answer(request: Request, arrival: Arrival, facts: VisitFacts): Promise<Response> {
  const { ids, notes, mount } = facts;
  const target = parseVisit(request.url, facts.bucket, mount);
  notes.target = target;
  const { method } = request;
  if (method !== "GET" && method !== "HEAD") {
    throw new S3Error("MethodNotAllowed", undefined, {
      detail: { Method: method, ResourceType: target.kind.toUpperCase() },
      headers: { allow: "GET, HEAD" },
    });
  }
  const context = visitorContext(request, arrival, { ids, notes, target });
  notes.caller = context;
  // Relative links need the slash.
  if (mount !== "" && !target.rawPath.includes("/", 1)) return redirectToMount(mount, ids);
  const bucket = await loadBucket(context, target.bucket ?? "");
  if (bucket === undefined) throw noSuchBucket(target.bucket ?? "");
  notes.bucket = bucket;
  const website = websiteOf(bucket);
  if (website === undefined) {
    throw new S3Error("NoSuchWebsiteConfiguration", undefined, {
      detail: { BucketName: bucket.name },
    });
  }
  const place = {
    key: target.key ?? "",
    rawQuery: target.rawQuery,
    scheme: context.isSecure ? "https" : "http",
    host: target.host,
    mount,
  } as const;
  return answerVisit({
    website,
    place,
    method,
    ...ids,
    read: (key, wish) => {
      const asked: ServiceContext = {
        ...context,
        method: wish.method,
        target: { ...target, kind: "object", key },
        ...(wish.isWhole && { headers: withoutConditions(context.headers) }),
      };
      const row = wish.method === "HEAD" ? operations.HeadObject : operations.GetObject;
      notes.row = row;
      return serve(asked, row, { ids, hasRead: () => false });
    },
  });
}

function redirectToMount(mount: string, { requestId, hostId }: VisitFacts["ids"]): Response {
  const headers = { location: `${mount}/`, "x-amz-request-id": requestId, "x-amz-id-2": hostId };
  return new Response(null, { status: 302, headers });
}

/** The target of a visit; its query never means anything to S3. */
function parseVisit(url: string, bucket: string, mount: string): Target {
  // The bucket is known by now: it is put in front of the path, where none but it can stand.
  const plain =
    mount !== ""
      ? url.replace(websitePath, "/")
      : url.replace(
          /^([a-z]+:\/\/[^/?#]*)\/?/i,
          (_all, front) => `${front}/${encodeURIComponent(bucket)}/`,
        );
  return { ...parseTarget(plain, []), query: parseQuery("") };
}

/** What S3 is told of a visitor: who sent them and with which conditions, never with which keys. */
function visitorContext(
  request: Request,
  arrival: Arrival,
  facts: Pick<VisitFacts, "ids" | "notes"> & { target: Target },
): ServiceContext {
  const headers = new Headers(
    [...request.headers].filter(([name]) => name !== "authorization" && !/^x-amz-/.test(name)),
  );
  const context: ServiceContext = {
    ...identifyNobody(request, facts.target, arrival),
    ...arrival,
    ...facts.ids,
    notes: facts.notes,
    target: facts.target,
    edge: readEdge(request, arrival.env),
    method: request.method,
    headers,
    openOther: (name, asks) => openBucketFor(context, { name, asks }),
  };
  return context;
}

const conditions = ["if-match", "if-none-match", "if-modified-since", "if-unmodified-since"];

function withoutConditions(headers: Headers): Headers {
  const rest = new Headers(headers);
  for (const name of [...conditions, "range"]) rest.delete(name);
  return rest;
}
