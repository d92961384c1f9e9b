// The Query protocol of IAM and STS: parameters in a form or in the URL, answers and errors in XML of
// its own. Knows the envelope, not the actions.
// https://smithy.io/2.0/aws/protocols/aws-query-protocol.html

import type { AccessDenial } from "../auth/access-denial.ts";
import { escapeXml } from "../s3/xml-text.ts";
import { apiVersions } from "./actions.ts";

export type IdentityService = keyof typeof apiVersions;

/** A refusal in the words of the Query protocol. */
export class QueryError extends Error {
  readonly code: string;
  readonly status: number;
  /** Why access was denied, for those who may know. */
  readonly denial?: AccessDenial;

  constructor(code: string, status: number, message: string, denial?: AccessDenial) {
    super(message);
    if (denial !== undefined) this.denial = denial;
    this.name = "QueryError";
    this.code = code;
    this.status = status;
  }
}

/** What a call asks for. Repeated parameters count once, the first one. */
export interface QueryCall {
  readonly action: string;
  readonly version: string | undefined;
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * Reads `Action=...&Version=...` and the rest. Throws MissingAction. `text` is a form or a query
 * string: both spell spaces as `+`, and bytes that are no UTF-8 become U+FFFD.
 */
export function parseQueryCall(text: string): QueryCall {
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    if (!parameters.has(name)) parameters.set(name, value);
  }
  const action = parameters.get("Action");
  if (action === undefined || action === "") {
    throw new QueryError("MissingAction", 400, "The request must contain the parameter Action");
  }
  return { action, version: parameters.get("Version"), parameters };
}

/** ValidationError, 400. */
export function invalid(message: string): QueryError {
  return new QueryError("ValidationError", 400, message);
}

/** InvalidInput, 400. */
export function invalidInput(message: string): QueryError {
  return new QueryError("InvalidInput", 400, message);
}

/** A successful answer; `result` is the content of `<ActionResult>`, absent for some actions. */
export function renderResult(
  service: IdentityService,
  action: string,
  answer: { readonly result: string | undefined; readonly requestId: string },
): Response {
  const { result, requestId } = answer;
  const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
  const body = result === undefined ? "" : `<${action}Result>${result}</${action}Result>`;
  const content = body + metadata;
  return respond(200, wrap(service, `${action}Response`, content), requestId);
}

/** An error; the caller is at fault below 500. `encoded`: the authorization message of a denial. */
export function renderQueryError(
  service: IdentityService,
  error: {
    readonly code: string;
    readonly status: number;
    readonly message: string;
    readonly encoded?: string | undefined;
  },
  requestId: string,
): Response {
  const encoded =
    error.encoded === undefined ? "" : `<EncodedMessage>${error.encoded}</EncodedMessage>`;
  const type = error.status < 500 ? "Sender" : "Receiver";
  const content =
    `<Error><Type>${type}</Type><Code>${escapeXml(error.code)}</Code>` +
    `<Message>${escapeXml(error.message)}</Message>${encoded}</Error>` +
    `<RequestId>${requestId}</RequestId>`;
  return respond(error.status, wrap(service, "ErrorResponse", content), requestId);
}

function wrap(service: IdentityService, root: string, content: string): string {
  const namespace = `https://${service}.amazonaws.com/doc/${apiVersions[service]}/`;
  return `<${root} xmlns="${namespace}">${content}</${root}>`;
}

function respond(status: number, body: string, requestId: string): Response {
  const headers = { "content-type": "text/xml", "x-amzn-requestid": requestId };
  return new Response(body, { status, headers });
}
