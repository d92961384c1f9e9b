// Who serves what: the admin API and the console under `/-/`, everything else is S3, IAM or STS.
// `-` cannot be a bucket name, so nothing a user stores is ever hidden by these paths.

import { type Context, Hono } from "hono";
import { serveAdmin } from "./admin/serve.ts";
import { serveConsole } from "./console.ts";
import { dispatch } from "./dispatch.ts";
import { type Env, type Seams, systemSeams } from "./env.ts";
import { afterExpectation } from "./expectation.ts";
import { type Arrival, identify } from "./identify.ts";
import { pushJob } from "./jobs/table.ts";
import { bucketOfHost, parseBaseDomains, parseTarget } from "./s3/target.ts";
import { formatHttpDate } from "./s3/time.ts";

/** What Hono routes by: own paths only when the host names no bucket; a bucket may have any key. */
function routedPath(request: Request, env: Env | undefined): string {
  const [, host = "", path = "/"] = /^[a-z]+:\/\/([^/?#]*)([^?#]*)/i.exec(request.url) ?? [];
  if (!path.startsWith("/-/")) return "/";
  const isBucketHost = bucketOfHost(host, parseBaseDomains(env?.BASE_DOMAIN)) !== undefined;
  return isBucketHost ? "/" : path;
}

/** The Worker's fetch handler, with time and randomness passed in. */
export function createApp(seams: Seams = systemSeams): Hono<{ Bindings: Env }> {
  const app = new Hono<{ Bindings: Env }>({
    getPath: (request, options) => routedPath(request, options?.env as Env | undefined),
  });
  const arrivalOf = (c: Context<{ Bindings: Env }>): Arrival => ({
    env: c.env,
    seams,
    waitUntil: (work) => c.executionCtx.waitUntil(work),
  });
  app.all("/-/api/*", (c) => admin(c.req.raw, arrivalOf(c)));
  app.get("/-/console/*", () => serveConsole());
  app.all("*", (c) => {
    const work = dated(dispatch(c.req.raw, arrivalOf(c)), seams);
    return afterExpectation(c.req.raw, c.env, work);
  });
  return app;
}

/** The admin API behind the same authentication as S3. */
function admin(request: Request, arrival: Arrival): Promise<Response> {
  const authenticate = () => identify(request, parseTarget(request.url, []), arrival);
  const { env, seams } = arrival;
  const advanceJob = (jobId: string) => pushJob({ env, seams }, jobId);
  return serveAdmin(request, { env, seams, authenticate, advanceJob });
}

/** Says when it was: the SDKs set their clocks by it when a signature is refused for its date. */
async function dated(answer: Promise<Response>, seams: Seams): Promise<Response> {
  const response = await answer;
  response.headers.set("date", formatHttpDate(seams.now()));
  return response;
}
