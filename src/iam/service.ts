// IAM and STS on the endpoint they share with S3: the frame that reads a call, finds its action and
// answers in the Query protocol. Every action of AWS is known by name; one that is not built answers
// NotImplemented, one that does not exist InvalidAction.

import type { ByteSource } from "../s3/byte-source.ts";
import { S3Error } from "../s3/errors.ts";
import { apiVersions, iamActions, type StsAction, stsActions } from "./actions.ts";
import type { IdentityCall } from "./call.ts";
import { getCallerIdentity } from "./get-caller-identity.ts";
import {
  type IdentityService,
  parseQueryCall,
  type QueryCall,
  QueryError,
  renderQueryError,
  renderResult,
} from "./query.ts";

/** The largest form read, 1 MiB: the largest policies of one call are far below. */
const maximumFormBytes = 1024 * 1024;

type Fields = Readonly<Record<string, string>>;
type ActionHandler = (call: IdentityCall, query: QueryCall) => Fields | Promise<Fields>;

/** The actions that are built. */
const builtStsActions: { readonly [Action in StsAction]?: ActionHandler } = {
  GetCallerIdentity: getCallerIdentity,
};

const known: { readonly [Service in IdentityService]: ReadonlySet<string> } = {
  iam: new Set(iamActions),
  sts: new Set(stsActions),
};

const built: { readonly [Service in IdentityService]: ReadonlyMap<string, ActionHandler> } = {
  iam: new Map(),
  sts: new Map(Object.entries(builtStsActions)),
};

/**
 * Answers a call signed for IAM or STS. Throws nothing for what the client did: errors of reading
 * the body are answered in the Query protocol too. A service other than the two is refused with
 * S3's NotImplemented, which is thrown.
 */
export async function handleIdentityService(call: IdentityCall): Promise<Response> {
  const { service } = call.authenticated;
  if (service !== "iam" && service !== "sts") {
    throw new S3Error("NotImplemented", `The service ${service} is not implemented.`);
  }
  try {
    const query = parseQueryCall(await readParameters(call));
    const fields = await findAction(service, query)(call, query);
    return renderResult(service, query.action, { fields, requestId: call.requestId });
  } catch (error) {
    if (!(error instanceof QueryError || error instanceof S3Error)) throw error;
    return renderQueryError(service, error, call.requestId);
  }
}

/** A form for POST, the query string for GET and for a POST without a body. */
async function readParameters(call: IdentityCall): Promise<string> {
  const { target, method } = call;
  if (target.kind !== "service") {
    throw new QueryError("InvalidAction", 400, "Could not find the requested resource");
  }
  if (method === "GET") return target.rawQuery;
  if (method !== "POST") {
    throw new QueryError("InvalidMethod", 405, `The method ${method} is not supported`);
  }
  const text = await readForm(call.openBody());
  return text === "" ? target.rawQuery : text;
}

async function readForm(body: ByteSource): Promise<string> {
  try {
    if (body.length > maximumFormBytes) {
      throw new QueryError("RequestEntityTooLarge", 413, "The request is too large");
    }
    return new TextDecoder().decode(await body.readAll());
  } finally {
    // Nothing to do after the verified end; otherwise the rest is not wanted.
    await body.cancel();
  }
}

function findAction(service: IdentityService, query: QueryCall): ActionHandler {
  const { action, version } = query;
  if (!known[service].has(action) || version !== apiVersions[service]) {
    throw new QueryError(
      "InvalidAction",
      400,
      `Could not find operation ${action} for version ${version ?? "NO_VERSION_SPECIFIED"}`,
    );
  }
  const handler = built[service].get(action);
  if (handler !== undefined) return handler;
  throw new QueryError("NotImplemented", 501, `The action ${action} is not implemented.`);
}
