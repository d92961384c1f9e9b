// Whatever comes in, what goes out is an answer or a refusal that the client may read: never another
// exception, never 500 (SEC-132, SEC-133, SEC-134).

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readInput } from "../../src/s3/bind.ts";
import { S3Error } from "../../src/s3/errors.ts";
import { operationRows } from "../../src/s3/operations.ts";
import { resolveOperation } from "../../src/s3/resolve.ts";
import { parseTarget } from "../../src/s3/target.ts";
import { bytes } from "./fixtures.ts";

const names = [
  ...new Set(operationRows.flatMap((row) => [row.subresource ?? "acl", ...row.query])),
  "versionId",
  "max-keys",
  "encoding-type",
  "response-content-type",
];
const piece = fc.oneof(
  fc
    .string({ unit: "binary", maxLength: 8 })
    .map((text) => encodeURIComponent(text.toWellFormed())),
  fc.constantFrom("%", "%zz", "%ff", "%00", "..", ".", "//", "+", "a", "bucket", "%2e%2e", "\\"),
);
const parameter = fc
  .tuple(fc.constantFrom(...names), fc.option(piece))
  .map(([name, value]) => (value === null ? name : `${name}=${value}`));
const url = fc
  .tuple(fc.array(piece, { maxLength: 4 }), fc.array(parameter, { maxLength: 3 }))
  .map(([path, query]) => `http://127.0.0.1/${path.join("/")}?${query.join("&")}`);
const headers = fc.dictionary(
  fc.constantFrom("x-amz-copy-source", "range", "content-type", "x-amz-mp-object-size", "if-match"),
  fc.stringMatching(/^[ -~]{0,20}$/),
);
const method = fc.constantFrom("GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "PATCH");
const tag = fc.constantFrom("Tagging", "TagSet", "Tag", "Key", "Delete", "Object", "Part", "x:y");
const markup = fc
  .array(
    fc.oneof(
      tag.map((name) => `<${name}>`),
      tag.map((name) => `</${name}>`),
      fc.constantFrom(
        "<!DOCTYPE a>",
        "<![CDATA[x]]>",
        "<?xml version='1.0'?>",
        "&amp;",
        "&x;",
        "<",
        " ",
      ),
      fc.string({ maxLength: 5 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => bytes(parts.join("")));

function attempt(call: () => unknown): void {
  try {
    call();
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    expect(error.status === 501 || error.status < 500).toBe(true);
  }
}

describe("hostile requests", () => {
  it("are read or refused", () => {
    fc.assert(
      fc.property(method, url, headers, markup, (verb, text, sent, body) => {
        attempt(() => {
          const target = parseTarget(text, ["localhost"]);
          const sentHeaders = new Headers(sent);
          const row = resolveOperation(verb, target, sentHeaders);
          readInput(row, target, sentHeaders, body);
        });
      }),
      { numRuns: 3000 },
    );
  });

  it("are read or refused by every operation", () => {
    for (const row of operationRows) {
      fc.assert(
        fc.property(url, headers, markup, (text, sent, body) => {
          attempt(() => readInput(row, parseTarget(text, []), new Headers(sent), body));
        }),
        { numRuns: 30 },
      );
    }
  });
});
