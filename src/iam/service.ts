// IAM and STS on the endpoint they share with S3: the frame that reads a call, finds its action and
// answers in the Query protocol. Every action of AWS is known by name; one that is not built answers
// NotImplemented, one that does not exist InvalidAction.

import { tellDenial } from "../auth/access-denial.ts";
import { encodeFitting } from "../catalog/authorization-messages.ts";
import { forgetPowers } from "../catalog/identity-powers.ts";
import type { ByteSource } from "../s3/byte-source.ts";
import { S3Error } from "../s3/errors.ts";
import { apiVersions, iamActions, stsActions } from "./actions.ts";
import type { IdentityRequest } from "./call.ts";
import { iamOperations } from "./operations.ts";
import {
  type IdentityService,
  parseQueryCall,
  type QueryCall,
  QueryError,
  renderQueryError,
  renderResult,
} from "./query.ts";
import type { QueryRow } from "./row.ts";
import { stsOperations } from "./sts-operations.ts";

/** The largest form read, 1 MiB: the largest policies of one call are far below. */
const maximumFormBytes = 1024 * 1024;

const known: { readonly [Service in IdentityService]: ReadonlySet<string> } = {
  iam: new Set(iamActions),
  sts: new Set(stsActions),
};

const built: { readonly [Service in IdentityService]: ReadonlyMap<string, QueryRow> } = {
  iam: new Map(Object.entries(iamOperations)),
  sts: new Map(Object.entries(stsOperations)),
};

/** Actions that change nothing, by the first word of their name. */
const readOnly = /^(?:Get|List|Simulate|Generate)/;

/**
 * Answers a call signed for IAM or STS. Throws nothing for what the client did: errors of reading
 * the body are answered in the Query protocol too. A service other than the two is refused with
 * S3's NotImplemented, which is thrown.
 */
export async function handleIdentityService(request: IdentityRequest): Promise<Response> {
  const { service } = request.authenticated;
  if (service !== "iam" && service !== "sts") {
    throw new S3Error("NotImplemented", `The service ${service} is not implemented.`);
  }
  return answerAs(service, request);
}

/** The one action whose proof is not a signature. */
const unsignedAction = "AssumeRoleWithWebIdentity";

/**
 * Whether an unsigned request is meant for STS: a form on the service itself, which S3 has no use
 * for, or the action by name in the URL.
 */
export function isUnsignedIdentityRequest(request: IdentityRequest): boolean {
  const { principal, target, method, headers } = request;
  if (principal.type !== "Anonymous" || target.kind !== "service") return false;
  if (target.query.get("Action") === unsignedAction) return true;
  const type = headers.get("content-type") ?? "";
  return method === "POST" && /^application\/x-www-form-urlencoded\b/i.test(type);
}

/** Answers a call without a signature: one action, and a refusal for every other (SEC-029). */
export function handleUnsignedIdentity(request: IdentityRequest): Promise<Response> {
  return answerAs("sts", request);
}

async function answerAs(service: IdentityService, request: IdentityRequest): Promise<Response> {
  const { requestId } = request;
  try {
    const query = parseQueryCall(await readParameters(request));
    if (request.notes !== undefined) request.notes.operation = query.action;
    if (request.principal.type === "Anonymous" && query.action !== unsignedAction) {
      throw new QueryError(
        "MissingAuthenticationToken",
        403,
        "Request is missing Authentication Token",
      );
    }
    const row = findAction(service, query);
    refuseSession(request, service, query.action);
    const call = { ...request, permission: `${service}:${query.action}` };
    const result = await serveAction(row, call, query);
    return renderResult(service, query.action, { result, requestId });
  } catch (error) {
    if (!(error instanceof QueryError || error instanceof S3Error)) throw error;
    const { code, status, message } = error;
    const encoded = error instanceof QueryError ? await encodeDenial(request, error) : undefined;
    const { notes } = request;
    if (notes !== undefined) notes.code = code;
    if (notes !== undefined && encoded !== undefined) notes.denial = encoded;
    return renderQueryError(service, { code, status, message, encoded }, requestId);
  }
}

/** The sealed reason; only of what belongs to the caller's own account. */
async function encodeDenial(
  { env, seams }: IdentityRequest,
  { denial }: QueryError,
): Promise<string | undefined> {
  if (denial === undefined) return undefined;
  const { accountId } = denial.principal;
  return encodeFitting({ env, seams }, accountId, tellDenial(denial).documents);
}

/** Whatever may have changed is forgotten, also when the answer was lost. */
async function serveAction(
  row: QueryRow,
  call: IdentityRequest & { readonly permission: string },
  query: QueryCall,
): Promise<string | undefined> {
  try {
    return await row.serve(call, query.parameters);
  } finally {
    if (call.authenticated.service === "iam" && !readOnly.test(query.action)) forgetPowers(call);
  }
}

/**
 * Sessions of a long-term key and of federated users cannot manage identities, nor get further
 * sessions, as on AWS: what ends with them must not leave anything behind (SEC-063).
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_compare-resources.html
 */
function refuseSession(
  { principal }: IdentityRequest,
  service: IdentityService,
  action: string,
): void {
  const { session } = principal;
  if (session?.kind !== "Session" && session?.kind !== "Federated") return;
  if (service === "sts" && action === "GetCallerIdentity") return;
  if (service === "sts" && action === "AssumeRole" && session.kind === "Session") return;
  throw new QueryError(
    service === "iam" ? "InvalidClientTokenId" : "AccessDenied",
    403,
    service === "iam"
      ? "The security token included in the request is invalid"
      : `Cannot call ${action} with session credentials`,
  );
}

/** A form for POST, the query string for GET and for a POST without a body. */
async function readParameters(call: IdentityRequest): Promise<string> {
  const { target, method } = call;
  if (target.kind !== "service") {
    throw new QueryError("InvalidAction", 400, "Could not find the requested resource");
  }
  if (method !== "POST") return target.rawQuery;
  const form = await readForm(call.openBody());
  return form === "" ? target.rawQuery : form;
}

async function readForm(body: ByteSource): Promise<string> {
  try {
    if (body.length > maximumFormBytes) {
      throw new QueryError("RequestEntityTooLarge", 413, "The request is too large");
    }
    return new TextDecoder().decode(await body.readAll());
  } finally {
    await body.cancel();
  }
}

function findAction(service: IdentityService, { action, version }: QueryCall): QueryRow {
  if (!known[service].has(action) || version !== apiVersions[service]) {
    const message = `Could not find operation ${action} for version ${version ?? "NO_VERSION_SPECIFIED"}`;
    throw new QueryError("InvalidAction", 400, message);
  }
  const row = built[service].get(action);
  if (row === undefined) {
    throw new QueryError("NotImplemented", 501, `The action ${action} is not implemented.`);
  }
  return row;
}
