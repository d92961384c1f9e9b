// Who serves what: websites by their hosts, the admin API and the console under `/-/`, everything else
// is S3, IAM, STS or KMS.
// `-` cannot be a bucket name, so nothing a user stores is ever hidden by these paths.

import { Hono } from "hono";
import type { Resend } from "./admin/access.ts";
import { serveMetrics } from "./admin/prometheus.ts";
import { serveAdmin } from "./admin/serve.ts";
import { readEdge } from "./auth/edge.ts";
import { isConsoleVisit, serveConsole, showConsole } from "./console.ts";
import { withCrossOrigin } from "./cross-origin.ts";
import { beginNotes, dispatch } from "./dispatch.ts";
import { type Env, type Seams, systemSeams } from "./env.ts";
import { afterExpectation } from "./expectation.ts";
import { type Arrival, identify } from "./identify.ts";
import type { Delivery } from "./jobs/delivery.ts";
import { resendDelivery } from "./jobs/notifications/resend.ts";
import { pushJob } from "./jobs/table.ts";
import { flushRecords } from "./record-buffer.ts";
import { recordActionsWith } from "./record-service.ts";
import { recorded } from "./recorder.ts";
import { bucketOfHost, parseBaseDomains, parseTarget } from "./s3/target.ts";
import { formatHttpDate } from "./s3/time.ts";
import { isWebsiteHost, serveWebsite, websiteBucketOf, websitePath } from "./website.ts";
import { writeAsService } from "./write-as-service.ts";

/** What Hono routes by: own paths only when the host names no bucket; a bucket may have any key. */
function routedPath(request: Request, env: Env): string {
  // Nearly every request ends here: storage pays nothing for the other doors.
  const hasWebsites = env.WEBSITE_DOMAIN !== undefined || env.WEBSITE_HOSTS !== undefined;
  if (!hasWebsites && !request.url.includes("/-/")) return "/";
  const [, host = "", path = "/"] = /^[a-z]+:\/\/([^/?#]*)([^?#]*)/i.exec(request.url) ?? [];
  if (isWebsiteHost(host, env)) return websitePath;
  if (!path.startsWith("/-/")) return "/";
  const isBucketHost = bucketOfHost(host, parseBaseDomains(env.BASE_DOMAIN)) !== undefined;
  return isBucketHost ? "/" : path;
}

type Fetch = (request: Request, env: Env, context: ExecutionContext) => Promise<Response>;

/** The Worker's fetch handler, with time and randomness passed in. */
export function createApp(seams: Seams = systemSeams): { readonly fetch: Fetch } {
  const arrivalOf = (env: Env, context: Pick<ExecutionContext, "waitUntil">): Arrival => ({
    env,
    seams,
    waitUntil: (work) => context.waitUntil(work),
  });
  const app = new Hono<{ Bindings: Env }>({
    getPath: (request, options) => routedPath(request, options?.env as Env),
  });
  app.all("/-/api/*", (c) => admin(c.req.raw, arrivalOf(c.env, c.executionCtx)));
  app.all("/-/metrics", (c) => metrics(c.req.raw, arrivalOf(c.env, c.executionCtx)));
  app.on(["GET", "POST"], "/-/console/*", (c) => serveConsole(c.req.raw, c.env));
  app.all(`${websitePath}*`, (c) => website(c.req.raw, arrivalOf(c.env, c.executionCtx)));
  app.all("*", (c) => storage(c.req.raw, arrivalOf(c.env, c.executionCtx)));
  return {
    fetch: async (request, env, context) =>
      isConsoleVisit(request, env)
        ? showConsole()
        : routedPath(request, env) === "/"
          ? storage(request, arrivalOf(env, context))
          : app.fetch(request, env, context),
  };
}

/** S3 and its kin, with what a page of another origin needs to see the answer. */
function storage(request: Request, arrival: Arrival): Promise<Response> {
  const work = dated(dispatch(request, arrival), arrival.seams);
  const answer = afterExpectation(request, arrival.env, work);
  if (!request.headers.has("origin")) return answer;
  const domains = parseBaseDomains(arrival.env.BASE_DOMAIN);
  return withCrossOrigin(request, arrival, { domains }, answer);
}

/** A page of a website, unless the request is for none after all. */
function website(request: Request, arrival: Arrival): Promise<Response> {
  const bucket = websiteBucketOf(request, arrival.env);
  if (bucket === undefined) return storage(request, arrival);
  const answer = dated(serveWebsite(request, arrival, bucket), arrival.seams);
  return withCrossOrigin(request, arrival, { bucket }, answer);
}

/** The admin API behind the same authentication as S3. */
async function admin(request: Request, arrival: Arrival): Promise<Response> {
  const { env, seams } = arrival;
  const notes = beginNotes(seams);
  notes.service = "admin";
  const authenticate = async () => {
    const target = parseTarget(request.url, []);
    notes.target = target;
    const caller = await identify(request, target, arrival);
    notes.principal = caller.principal;
    return { ...caller, target, headers: request.headers, edge: readEdge(request, env) };
  };
  const deliver = (delivery: Delivery) => writeAsService(arrival, delivery);
  const recordActions = recordActionsWith(arrival);
  const advanceJob = (jobId: string) => pushJob({ env, seams, deliver, recordActions }, jobId);
  const settleRecords = () =>
    flushRecords({ env, seams, nowMs: seams.now() }, { withCounts: true });
  const resend: Resend = (webhook, delivery) => resendDelivery({ env, seams }, webhook, delivery);
  const response = await serveAdmin(request, {
    env,
    seams,
    authenticate,
    advanceJob,
    settleRecords,
    resend,
  });
  response.headers.set("x-amz-request-id", notes.ids.requestId);
  return recorded(response, { request, arrival, notes });
}

/** Figures for Prometheus, for the operator or whoever has the token. */
function metrics(request: Request, arrival: Arrival): Promise<Response> {
  const { env, seams } = arrival;
  const call = { env, seams, nowMs: seams.now() };
  return serveMetrics(request, {
    ...call,
    authenticate: async () =>
      (await identify(request, parseTarget(request.url, []), arrival)).principal,
    settleRecords: () => flushRecords(call, { withCounts: true }),
  });
}

/** Says when it was: the SDKs set their clocks by it when a signature is refused for its date. */
async function dated(answer: Promise<Response>, seams: Seams): Promise<Response> {
  const response = await answer;
  response.headers.set("date", formatHttpDate(seams.now()));
  return response;
}
