import { describe, expect, it } from "vitest";
import { renderError } from "../../src/s3/error-response.ts";
import { S3Error } from "../../src/s3/errors.ts";

const facts = { requestId: "REQUEST", hostId: "HOST", method: "GET" };

describe("renderError", () => {
  it("writes code, message, details in order, and the ids last", () => {
    const error = new S3Error("NoSuchKey", undefined, {
      detail: { Key: "a<&>\u0001", Resource: "/b" },
      headers: { "x-amz-delete-marker": "true", "x-bad": "a\r\nb" },
    });
    const { status, headers, body } = renderError(error, facts);
    expect(status).toBe(404);
    expect(body).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message><Key>a&lt;&amp;&gt;\ufffd</Key><Resource>/b</Resource><RequestId>REQUEST</RequestId><HostId>HOST</HostId></Error>',
    );
    expect(Object.fromEntries(headers)).toEqual({
      "content-type": "application/xml",
      "x-amz-delete-marker": "true",
      "x-amz-id-2": "HOST",
      "x-amz-request-id": "REQUEST",
      "x-bad": "=?UTF-8?B?YQ0KYg==?=",
    });
  });

  it("has no body for HEAD and for 304", () => {
    const absent = renderError(new S3Error("NoSuchKey"), { ...facts, method: "HEAD" });
    expect(absent).toMatchObject({ status: 404, body: null });
    // Node closes a connection whose answer has no length, also that to HEAD.
    const document = renderError(new S3Error("NoSuchKey"), facts).body as string;
    expect(absent.headers.get("content-length")).toBe(String(document.length));
    const unchanged = renderError(
      new S3Error("NotModified", undefined, { headers: { etag: '"e"' } }),
      facts,
    );
    expect(unchanged).toMatchObject({ status: 304, body: null });
    expect(unchanged.headers.get("etag")).toBe('"e"');
    expect(unchanged.headers.get("content-type")).toBeNull();
  });

  it.each([
    new Error("SELECT secret FROM x at /srv/app.ts:1"),
    "text",
    null,
    undefined,
    { code: "NoSuchKey" },
  ])("SEC-043 SEC-122 tells nothing of %o", (thrown) => {
    const { status, body } = renderError(thrown, facts);
    expect(status).toBe(500);
    expect(body).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>InternalError</Code><Message>We encountered an internal error. Please try again.</Message><RequestId>REQUEST</RequestId><HostId>HOST</HostId></Error>',
    );
  });
});
