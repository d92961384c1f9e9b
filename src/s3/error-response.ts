// What a refusal looks like on the wire. Only the fields that whoever threw it listed are shown; a
// throwable that is no S3Error becomes one fixed InternalError, its cause stays in the log
// (SEC-122).

import type { Answer, AnswerFacts } from "./bind-output.ts";
import { S3Error } from "./errors.ts";
import { headerText } from "./header-text.ts";
import { utf8Length } from "./target.ts";
import { escapeXml, legalXmlText, xmlDeclaration } from "./xml-text.ts";

export interface ErrorFacts extends AnswerFacts {
  /** HEAD is answered without a body. */
  readonly method: string;
}

/** The error itself if it is meant for the client, InternalError otherwise. */
export function asS3Error(error: unknown): S3Error {
  return error instanceof S3Error
    ? error
    : new S3Error("InternalError", undefined, { cause: error });
}

/**
 * Renders any throwable: `<Error>` without a namespace, details in the order given, request ids
 * last, as S3 sends them. No body for HEAD and 304.
 */
export function renderError(error: unknown, facts: ErrorFacts): Answer {
  const refusal = asS3Error(error);
  const headers = new Headers({ "x-amz-request-id": facts.requestId, "x-amz-id-2": facts.hostId });
  for (const [name, value] of Object.entries(refusal.headers)) headers.set(name, headerText(value));
  if (refusal.status === 304) return { status: 304, headers, body: null };
  headers.set("content-type", "application/xml");
  const body = errorDocument(refusal, facts);
  if (facts.method !== "HEAD") return { status: refusal.status, headers, body };
  // Without any length a client cannot tell where the answer ends, and gives the connection up.
  headers.set("content-length", String(utf8Length(body)));
  return { status: refusal.status, headers, body: null };
}

/** The XML of a refusal, declaration included; CompleteMultipartUpload may send it after a 200. */
export function errorDocument(refusal: S3Error, facts: AnswerFacts): string {
  return `${xmlDeclaration}<Error>${[
    ["Code", refusal.code],
    ["Message", refusal.message],
    ...Object.entries(refusal.detail),
    ["RequestId", facts.requestId],
    ["HostId", facts.hostId],
  ]
    .map(([name, value]) => `<${name}>${escapeXml(legalXmlText(value ?? ""))}</${name}>`)
    .join("")}</Error>`;
}
