import { describe, expect, it } from "vitest";
import { checkUserMetadata, readStoredHeaders, readUserMetadata } from "../../src/s3/metadata.ts";
import { refusal } from "./fixtures.ts";

describe("readUserMetadata", () => {
  it("takes the prefix off and leaves the rest", () => {
    const headers = new Headers({
      "X-Amz-Meta-One": "1",
      "x-amz-meta-": "empty",
      "x-amz-acl": "private",
    });
    expect(readUserMetadata(headers)).toEqual({ one: "1", "": "empty" });
  });
});

describe("checkUserMetadata", () => {
  it("B063 takes 2,048 bytes of names and values and refuses 2,049", () => {
    expect(() => checkUserMetadata({ abcd: "x".repeat(2044) })).not.toThrow();
    expect(refusal(() => checkUserMetadata({ abcd: "x".repeat(2045) }))).toMatchObject({
      code: "MetadataTooLarge",
      detail: { Size: "2049", MaxSizeAllowed: "2048" },
    });
  });

  it("counts UTF-8 bytes", () => {
    expect(refusal(() => checkUserMetadata({ a: "é".repeat(1024) })).code).toBe("MetadataTooLarge");
  });
});

describe("readStoredHeaders", () => {
  it("keeps the standard headers as sent", () => {
    const headers = new Headers({
      "content-type": "text/plain; charset=utf-8",
      "cache-control": "no-cache",
      "content-disposition": "attachment",
      "content-encoding": "gzip",
      "content-language": "de",
      expires: "whenever",
      "x-amz-website-redirect-location": "/other",
      "x-amz-meta-a": "b",
    });
    expect(readStoredHeaders(headers)).toEqual({
      contentType: "text/plain; charset=utf-8",
      cacheControl: "no-cache",
      contentDisposition: "attachment",
      contentEncoding: "gzip",
      contentLanguage: "de",
      expires: "whenever",
      websiteRedirectLocation: "/other",
    });
    expect(readStoredHeaders(new Headers())).toEqual({});
  });

  it.each([
    ["aws-chunked", undefined],
    ["aws-chunked,gzip", "gzip"],
    ["gzip, AWS-Chunked , br", "gzip,br"],
    ["gzip, br", "gzip, br"],
  ])("leaves aws-chunked out of %s", (sent, kept) => {
    expect(readStoredHeaders(new Headers({ "content-encoding": sent })).contentEncoding).toBe(kept);
  });

  it.each(["/path", "http://example.com/", "https://example.com"])(
    "takes the redirect %s",
    (location) => {
      const headers = new Headers({ "x-amz-website-redirect-location": location });
      expect(readStoredHeaders(headers).websiteRedirectLocation).toBe(location);
    },
  );

  it.each(["javascript:alert(1)", "//evil.example", "ftp://x", "path", ""])(
    "SEC-052 refuses the redirect %o",
    (location) => {
      const headers = new Headers({ "x-amz-website-redirect-location": location });
      expect(refusal(() => readStoredHeaders(headers)).code).toBe("InvalidRedirectLocation");
    },
  );
});
