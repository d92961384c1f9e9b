// The words of records: access-log lines, names of operations, and what must never be in them.
import { describe, expect, it } from "vitest";
import { renderAccessLogLine } from "../../src/s3/access-log-line.ts";
import { newTimedRequestId, requestTimeMs } from "../../src/s3/ids.ts";
import { operationRows } from "../../src/s3/operations.ts";
import {
  logOperationOf,
  type RequestRecord,
  redactReferrer,
  requestLineOf,
} from "../../src/s3/request-record.ts";

const record: RequestRecord = {
  timeMs: Date.UTC(2019, 1, 6, 0, 0, 38),
  requestId: "3E57427F3EXAMPLE",
  hostId: "s9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/eTPFvsiP/XV/VLi31234=",
  service: "s3",
  operation: "GetBucketVersioning",
  logOperation: "REST.GET.VERSIONING",
  requester: { type: "Account", arn: "arn:aws:iam::1:root", accountId: "1", canonicalId: "79a59" },
  remoteAddress: "192.0.2.3",
  bucket: "bucket1",
  requestUri: "GET /bucket1?versioning HTTP/1.1",
  status: 200,
  bytesSent: 113,
  totalMs: 7,
  userAgent: "S3Console/0.4",
  signatureVersion: "SigV4",
  cipher: "ECDHE-RSA-AES128-GCM-SHA256",
  authType: "AuthHeader",
  hostHeader: "bucket1.s3.us-west-1.amazonaws.com",
  tlsVersion: "TLSv1.2",
};

describe("renderAccessLogLine", () => {
  it("renders AWS's own example field by field", () => {
    expect(renderAccessLogLine(record, "79a59df900b9")).toBe(
      '79a59df900b9 bucket1 [06/Feb/2019:00:00:38 +0000] 192.0.2.3 79a59 3E57427F3EXAMPLE REST.GET.VERSIONING - "GET /bucket1?versioning HTTP/1.1" 200 - 113 - 7 - "-" "S3Console/0.4" - s9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/eTPFvsiP/XV/VLi31234= SigV4 ECDHE-RSA-AES128-GCM-SHA256 AuthHeader bucket1.s3.us-west-1.amazonaws.com TLSv1.2 - - -',
    );
  });

  it("lets no client end a field or a line early (SEC-040)", () => {
    const evil = 'x" 200 - 1 "y\n\r\t evil\u0000';
    const line = renderAccessLogLine(
      { ...record, userAgent: evil, referrer: evil, key: `k ${evil}`, hostHeader: "a b\nc" },
      "o",
    );
    expect(line).not.toMatch(/[\n\r\t\0]/);
    expect(line.split('"')).toHaveLength(7);
    expect(
      line
        .replaceAll(/"[^"]*"/g, "Q")
        .replace(/\[.*?\]/, "T")
        .split(" "),
    ).toHaveLength(27);
  });

  it("shows a part of a request with bare dashes, and strangers as nobody", () => {
    const { requestUri: _line, ...part } = record;
    const anonymous = { type: "Anonymous", arn: "*", accountId: "", canonicalId: "" } as const;
    const line = renderAccessLogLine({ ...part, requester: anonymous, isAclRequired: true }, "o");
    expect(line).toContain("192.0.2.3 - 3E57427F3EXAMPLE");
    expect(line).toContain(" 7 - - - - s9lz");
    expect(line.endsWith("TLSv1.2 - Yes -")).toBe(true);
  });
});

describe("logOperationOf", () => {
  it("names what S3's documentation names", () => {
    const name = (operation: string) => {
      const row = operationRows.find((each) => each.name === operation);
      return logOperationOf(row, { method: "GET", kind: "object" });
    };
    expect(
      [
        "PutObject",
        "CopyObject",
        "UploadPart",
        "UploadPartCopy",
        "CreateMultipartUpload",
        "CompleteMultipartUpload",
        "ListObjectsV2",
        "ListObjectVersions",
        "DeleteObjects",
        "GetBucketLogging",
        "GetBucketPolicy",
        "GetPublicAccessBlock",
        "PutObjectTagging",
        "PostObject",
        "OptionsObject",
      ].map(name),
    ).toEqual([
      "REST.PUT.OBJECT",
      "REST.COPY.OBJECT",
      "REST.PUT.PART",
      "REST.COPY.PART",
      "REST.POST.UPLOADS",
      "REST.POST.UPLOAD",
      "REST.GET.BUCKET",
      "REST.GET.BUCKETVERSIONS",
      "REST.POST.MULTI_OBJECT_DELETE",
      "REST.GET.LOGGING_STATUS",
      "REST.GET.BUCKETPOLICY",
      "REST.GET.PUBLIC_ACCESS_BLOCK",
      "REST.PUT.OBJECT_TAGGING",
      "REST.POST.BUCKET",
      "REST.OPTIONS.PREFLIGHT",
    ]);
    expect(logOperationOf(undefined, { method: "PATCH", kind: "bucket" })).toBe(
      "REST.PATCH.BUCKET",
    );
  });

  it("names every operation in the shape of S3's names", () => {
    const names = operationRows.map((row) => logOperationOf(row, { method: "GET", kind: "x" }));
    expect(names.filter((each) => !/^REST\.[A-Z]+\.[A-Z_]+$/.test(each))).toEqual([]);
  });
});

describe("requestLineOf", () => {
  it("takes out what proves an identity, however it is spelt (SEC-119)", () => {
    const rawQuery =
      "X-Amz-Credential=AKIA%2F1&X-Amz-Signature=abc&x-amz-security-token=tok&X%2DAmz%2DSignature=def&uploadId=1&x-amz-server-side-encryption-customer-key=key";
    const line = requestLineOf("GET", { rawPath: "/b/k", rawQuery });
    expect(line).toContain("uploadId=1");
    expect(line).not.toMatch(/abc|tok&|def|=key/);
    expect(redactReferrer("https://x/y?X-Amz-Signature=abc")).not.toContain("abc");
  });
});

describe("newTimedRequestId", () => {
  it("says when the request came, for decades", () => {
    const bytes = (length: number) => new Uint8Array(length).fill(7);
    for (const nowMs of [Date.UTC(2026, 10, 27), Date.UTC(2039, 0, 1, 0, 0, 0, 1)]) {
      const id = newTimedRequestId(nowMs, bytes);
      expect(id).toMatch(/^[0-9A-HJKMNP-TV-Z]{16}$/);
      expect(requestTimeMs(id, nowMs + 86_400_000 * 400)).toBe(nowMs);
    }
    expect(requestTimeMs("not an id", 0)).toBeUndefined();
  });
});
