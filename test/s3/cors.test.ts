// The rules of cross-origin requests, pattern by pattern; origins and answers are those of S3's own
// tests and of the user guide.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type CorsRule,
  crossOriginHeaders,
  matchesPattern,
  readCrossOriginAsk,
} from "../../src/s3/cors.ts";

const varied = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";

function ask(rule: Partial<CorsRule>, headers: Record<string, string>, method = "GET") {
  const wish = readCrossOriginAsk(method, new Headers({ origin: "http://a.example", ...headers }));
  if (wish === undefined) throw new Error("no origin");
  const whole = { AllowedMethods: ["GET"], AllowedOrigins: ["*"], ...rule };
  return crossOriginHeaders([whole], wish);
}

describe("matchesPattern", () => {
  it.each([
    ["*suffix", "foo.suffix", true],
    ["*suffix", "foo.suffix.get", false],
    ["start*end", "startend", true],
    ["start*end", "start12end", true],
    ["start*end", "0start12end", false],
    ["prefix*", "prefix", true],
    ["prefix*", "bla.prefix", false],
    ["http://*.example.com", "http://a.b.example.com", true],
    ["http://*.example.com", "https://a.example.com", false],
    ["http://*.example.com", "http://example.com", false],
    ["http://*.example.com", "http://a.example.com/", false],
    ["http://*.example.com", "http://a.example.com.evil.test", false],
    ["http://example.com", "http://EXAMPLE.com", false],
    ["http://example.com", "http://example.com:80", false],
    ["ab*ba", "aba", false],
    ["*", "null", true],
  ])("%s and %s: %s", (pattern, text, expected) => {
    expect(matchesPattern(pattern, text)).toBe(expected);
  });

  it("agrees with a regular expression on any text", () => {
    const part = fc.string({ maxLength: 6, unit: fc.constantFrom("a", "b", ".", "*") });
    fc.assert(
      fc.property(part, part, part, (head, tail, text) => {
        const [first, last] = [head, tail].map((piece) => piece.replaceAll("*", ""));
        const literal = (piece = "") => piece.replaceAll(".", "\\.");
        const expression = new RegExp(`^${literal(first)}[^]*${literal(last)}$`);
        expect(matchesPattern(`${first}*${last}`, text)).toBe(expression.test(text));
      }),
    );
  });
});

describe("crossOriginHeaders", () => {
  it("answers as the user guide's sample does", () => {
    const rule = {
      AllowedOrigins: ["http://www.example1.com", "http://a.example"],
      AllowedMethods: ["GET", "PUT", "POST", "DELETE"],
      AllowedHeaders: ["Authorization"],
      ExposeHeaders: ["x-amz-meta-custom-header"],
      MaxAgeSeconds: 3000,
    };
    expect(ask(rule, { "access-control-request-headers": "authorization" })).toEqual({
      "access-control-allow-origin": "http://a.example",
      "access-control-allow-methods": "GET, PUT, POST, DELETE",
      "access-control-allow-headers": "authorization",
      "access-control-expose-headers": "x-amz-meta-custom-header",
      "access-control-max-age": "3000",
      "access-control-allow-credentials": "true",
      vary: varied,
    });
  });

  it("SEC-113 never allows credentials to every origin", () => {
    expect(ask({}, {})).toEqual({
      "access-control-allow-origin": "*",
      "access-control-allow-methods": "GET",
      vary: varied,
    });
  });

  it("compares header names without regard to case, and lists what was asked for", () => {
    const rule = { AllowedHeaders: ["x-AMZ-*", "Content-Type"] };
    const headers = { "access-control-request-headers": "X-Amz-Date,content-TYPE, ,x-amz-acl" };
    expect(ask(rule, headers)?.["access-control-allow-headers"]).toBe(
      "x-amz-date, content-type, x-amz-acl",
    );
    const other = { "access-control-request-headers": "x-amz-date, authorization" };
    expect(ask(rule, other)).toBeUndefined();
    expect(ask({}, other)).toBeUndefined();
  });

  it("asks for the method that was announced, else for the request's own, as it is written", () => {
    expect(ask({}, { "access-control-request-method": "PUT" })).toBeUndefined();
    expect(ask({}, {}, "PUT")).toBeUndefined();
    expect(ask({}, { "access-control-request-method": "get" })).toBeUndefined();
    expect(ask({}, { "access-control-request-method": "GET" }, "PUT")).toBeDefined();
  });

  it("takes the first rule that matches in everything", () => {
    const rules = [
      { AllowedMethods: ["PUT"], AllowedOrigins: ["http://a.example"], MaxAgeSeconds: 1 },
      { AllowedMethods: ["GET"], AllowedOrigins: ["http://b.example"], MaxAgeSeconds: 2 },
      { AllowedMethods: ["GET"], AllowedOrigins: ["http://*.example"], MaxAgeSeconds: 3 },
      { AllowedMethods: ["GET"], AllowedOrigins: ["*"], MaxAgeSeconds: 4 },
    ];
    const wish = { origin: "http://a.example", method: "GET", headers: [] };
    expect(crossOriginHeaders(rules, wish)?.["access-control-max-age"]).toBe("3");
  });

  it("is not asked without an Origin", () => {
    expect(readCrossOriginAsk("GET", new Headers())).toBeUndefined();
  });
});
