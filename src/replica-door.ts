// S3 for replication inside the deployment: requests that the program makes of itself, as the role
// that a bucket's rules name. They go the way of every other request, so that a destination's policy,
// encryption, lock and quota are what they are for everybody; only nobody signs them.

import { openPayload } from "./auth/payload.ts";
import { serve } from "./dispatch.ts";
import type { Arrival } from "./identify.ts";
import type { LocalRequest } from "./jobs/replication/sender.ts";
import { openBucketFor } from "./open-bucket.ts";
import type { ServiceContext } from "./operations/context.ts";
import { asS3Error, renderError } from "./s3/error-response.ts";
import { newHostId, newRequestId } from "./s3/ids.ts";
import { resolveOperation } from "./s3/resolve.ts";
import { parseQuery } from "./s3/target.ts";

/** Answers as the S3 endpoint would. Never throws; our own failures are told to the log as well. */
export async function serveReplication(
  { env, seams, waitUntil }: Arrival,
  request: LocalRequest,
): Promise<Response> {
  const ids = { requestId: newRequestId(seams.randomBytes), hostId: newHostId(seams.randomBytes) };
  const { method, bucket, key, query, headers, body, principal } = request;
  try {
    const context: ServiceContext = {
      ...{ env, seams, waitUntil, ...ids, method, headers, principal },
      nowMs: seams.now(),
      region: env.REGION ?? "us-east-1",
      authenticated: { principal, payload: { kind: "unsigned" }, service: "s3", method: "header" },
      isSecure: true,
      edge: {},
      errand: "replication",
      target: {
        kind: "object",
        bucket,
        key,
        rawPath: `/${bucket}/${encodeURIComponent(key)}`,
        rawQuery: query,
        query: parseQuery(query),
        host: "localhost",
        isVirtualHosted: false,
      },
      openBody: () => openPayload(body, headers, { kind: "unsigned" }),
      openOther: (name, asks) => openBucketFor(context, { name, asks }),
    };
    const row = resolveOperation(method, context.target, headers);
    return await serve(context, row, { ids, hasRead: () => body !== null });
  } catch (error) {
    const refusal = asS3Error(error);
    if (refusal.code === "InternalError") {
      console.error(
        JSON.stringify({ event: "replication-failed", ...ids }),
        refusal.cause ?? error,
      );
    }
    await body?.cancel().catch(() => undefined);
    const { status, headers: own, body: text } = renderError(refusal, { method, ...ids });
    return new Response(text, { status, headers: own });
  }
}
