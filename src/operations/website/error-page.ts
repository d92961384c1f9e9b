// The page a website shows instead of S3's XML when something is refused. All text in it is escaped:
// keys and bucket names are anybody's (SEC-123).
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/CustomErrorDocSupport.html

import type { AnswerFacts } from "../../s3/bind-output.ts";
import type { S3Error } from "../../s3/errors.ts";
import { headerText } from "../../s3/header-text.ts";
import { utf8Length } from "../../s3/target.ts";
import { escapeXml, legalXmlText } from "../../s3/xml-text.ts";

const reasons: Readonly<Record<number, string>> = {
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  412: "Precondition Failed",
  416: "Requested Range Not Satisfiable",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

export interface ErrorPageFacts extends AnswerFacts {
  readonly method: string;
  /** Why the site's own error document could not be shown in its place. */
  readonly documentRefusal?: S3Error | undefined;
}

/** Answers a refusal as a page, with S3's `x-amz-error-*` headers. No body for HEAD and 304. */
export function renderErrorPage(refusal: S3Error, facts: ErrorPageFacts): Response {
  const headers = new Headers({ "x-amz-request-id": facts.requestId, "x-amz-id-2": facts.hostId });
  for (const [name, value] of Object.entries(refusal.headers)) headers.set(name, headerText(value));
  if (refusal.status === 304) return new Response(null, { status: 304, headers });
  headers.set("content-type", "text/html; charset=utf-8");
  headers.set("x-amz-error-code", refusal.code);
  headers.set("x-amz-error-message", headerText(refusal.message));
  for (const [name, value] of Object.entries(refusal.detail)) {
    headers.set(`x-amz-error-detail-${name}`, headerText(value));
  }
  const page = renderPage(refusal, facts);
  if (facts.method !== "HEAD") return new Response(page, { status: refusal.status, headers });
  headers.set("content-length", String(utf8Length(page)));
  return new Response(null, { status: refusal.status, headers });
}

function renderPage(refusal: S3Error, facts: ErrorPageFacts): string {
  const { documentRefusal, requestId, hostId } = facts;
  const title = `${refusal.status} ${reasons[refusal.status] ?? "Error"}`;
  const failure =
    documentRefusal === undefined
      ? ""
      : "<h3>An Error Occurred While Attempting to Retrieve a Custom Error Document</h3>\n" +
        renderList(describe(documentRefusal));
  const ids: readonly Entry[] = [
    ["RequestId", requestId],
    ["HostId", hostId],
  ];
  return `<html>
<head><title>${title}</title></head>
<body>
<h1>${title}</h1>
${renderList([...describe(refusal), ...ids])}${failure}<hr/>
</body>
</html>
`;
}

type Entry = readonly [name: string, value: string];

function describe({ code, message, detail }: S3Error): Entry[] {
  return [["Code", code], ["Message", message], ...Object.entries(detail)];
}

function renderList(entries: readonly Entry[]): string {
  const items = entries.map(
    ([name, value]) => `<li>${name}: ${escapeXml(legalXmlText(value))}</li>`,
  );
  return `<ul>\n${items.join("\n")}\n</ul>\n`;
}
