import { describe, expect, it } from "vitest";
import { maximumBodyBytes, payloadOf, readInput } from "../../src/s3/bind.ts";
import type { OperationName } from "../../src/s3/operation-types.ts";
import { operations } from "../../src/s3/operations.ts";
import { bytes, refusal, target } from "./fixtures.ts";

function read<N extends OperationName>(
  name: N,
  parts: { path?: string; headers?: Record<string, string>; body?: string },
) {
  const path =
    parts.path ?? { service: "/", bucket: "/b-1", object: "/b-1/k" }[operations[name].level];
  const body = parts.body === undefined ? undefined : bytes(parts.body);
  return readInput(operations[name], target(path), new Headers(parts.headers), body);
}

describe("readInput", () => {
  it("reads labels, query, headers and metadata into the SDK's members", () => {
    const input = read("PutObject", {
      path: "/b-1/a%20key",
      headers: {
        "content-type": "text/plain",
        "content-length": "12",
        "x-amz-storage-class": "STANDARD_IA",
        "x-amz-meta-Mixed": "Value",
        "x-amz-server-side-encryption-bucket-key-enabled": "TRUE",
        "x-amz-object-lock-retain-until-date": "2030-01-01T00:00:00.000Z",
        "x-amz-unknown": "ignored",
      },
    });
    expect(input).toEqual({
      Bucket: "b-1",
      Key: "a key",
      ContentType: "text/plain",
      ContentLength: 12,
      StorageClass: "STANDARD_IA",
      Metadata: { mixed: "Value" },
      BucketKeyEnabled: true,
      ObjectLockRetainUntilDate: new Date("2030-01-01T00:00:00Z"),
    });
  });

  it("splits headers that are lists", () => {
    const headers = { "x-amz-object-attributes": "ETag, Checksum,,ObjectSize" };
    expect(
      read("GetObjectAttributes", { path: "/b-1/k?attributes", headers }).ObjectAttributes,
    ).toEqual(["ETag", "Checksum", "ObjectSize"]);
  });

  it("refuses GetObjectAttributes without its header", () => {
    for (const headers of [{}, { "x-amz-object-attributes": "" }]) {
      expect(refusal(() => read("GetObjectAttributes", { headers }))).toMatchObject({
        code: "InvalidRequest",
        message: expect.stringContaining("is either missing or empty"),
      });
    }
  });

  it.each([
    ["B078", "max-keys=blah", "Provided max-keys not an integer or within integer range", "blah"],
    ["B078", "max-keys=%205", "Provided max-keys not an integer or within integer range", " 5"],
    [
      "B079",
      "max-keys=2147483648",
      "Provided max-keys not an integer or within integer range",
      "2147483648",
    ],
    ["B077", "max-keys=-1", "Argument maxKeys must be an integer between 0 and 2147483647", "-1"],
    ["B081", "encoding-type=foo", "Invalid Encoding Method specified in Request", "foo"],
    ["B081", "encoding-type=", "Invalid Encoding Method specified in Request", ""],
  ])("%s refuses ?%s with InvalidArgument", (_id, query, message, value) => {
    expect(
      refusal(() => read("ListObjectsV2", { path: `/b-1?list-type=2&${query}` })),
    ).toMatchObject({
      code: "InvalidArgument",
      message,
      detail: { ArgumentValue: value },
    });
  });

  it.each([
    ["max-keys=", undefined],
    ["max-keys=05", 5],
    ["max-keys=-0", 0],
    ["max-keys=2147483647", 2147483647],
    ["max-keys=3&max-keys=abc", 3],
  ])("reads ?%s as %s", (query, value) => {
    expect(read("ListObjectsV2", { path: `/b-1?list-type=2&${query}` }).MaxKeys).toBe(value);
  });

  it.each(["0", "-1", "10001", "abc", "", "1.5"])("B075 B143 refuses partNumber=%s", (value) => {
    for (const name of ["GetObject", "UploadPart"] as const) {
      expect(
        refusal(() => read(name, { path: `/b-1/k?uploadId=u&partNumber=${value}` })),
      ).toMatchObject({
        code: "InvalidArgument",
        message: "Part number must be an integer between 1 and 10000, inclusive",
        detail: { ArgumentName: "partNumber", ArgumentValue: value },
      });
    }
  });

  it("refuses part number markers that are no numbers", () => {
    expect(
      refusal(() => read("ListParts", { path: "/b-1/k?uploadId=u&part-number-marker=x" })).code,
    ).toBe("InvalidArgument");
    expect(
      read("ListParts", { path: "/b-1/k?uploadId=u&part-number-marker=7" }).PartNumberMarker,
    ).toBe("7");
  });

  it("refuses max-buckets outside 1 to 10,000", () => {
    for (const value of ["0", "10001"]) {
      expect(refusal(() => read("ListBuckets", { path: `/?max-buckets=${value}` })).message).toBe(
        "Argument max-buckets must be an integer between 1 and 10000",
      );
    }
  });

  it("B070 ignores condition dates that cannot be read", () => {
    const headers = { "if-modified-since": "yesterday", "if-unmodified-since": "2026-99-99" };
    expect(read("GetObject", { headers })).toEqual({ Bucket: "b-1", Key: "k" });
  });

  it("B097 refuses a retention date that is no date", () => {
    const headers = { "x-amz-object-lock-retain-until-date": "2026-02-30T00:00:00Z" };
    expect(refusal(() => read("PutObject", { headers })).code).toBe("InvalidArgument");
  });

  it("refuses an empty version id", () => {
    expect(refusal(() => read("GetObject", { path: "/b-1/k?versionId=" }))).toMatchObject({
      code: "InvalidArgument",
      message: "Version id cannot be the empty string",
    });
  });

  it.each(["%0d%0aSet-Cookie:x", "a%00b", "%E6%96%87"])(
    "SEC-048 refuses response-content-disposition=%s with 400",
    (value) => {
      const path = () => `/b-1/k?response-content-disposition=${value}`;
      expect(refusal(() => read("GetObject", { path: path() })).status).toBe(400);
    },
  );

  it("asks a configuration for its id", () => {
    expect(refusal(() => read("PutBucketMetricsConfiguration", { body: "<x/>" })).code).toBe(
      "InvalidConfigurationId",
    );
  });

  it("refuses a wrong object size header", () => {
    const headers = { "x-amz-mp-object-size": "-1" };
    const body = "<CompleteMultipartUpload/>";
    expect(refusal(() => read("CompleteMultipartUpload", { headers, body }))).toMatchObject({
      code: "InvalidRequest",
      message: "Value for x-amz-mp-object-size header is invalid.",
    });
  });
});

describe("bodies", () => {
  const namespace = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
  const tagging = "<TagSet><Tag><Key>k</Key><Value> v </Value></Tag></TagSet>";

  it.each([
    `<Tagging>${tagging}</Tagging>`,
    `<Tagging ${namespace}>${tagging}</Tagging>`,
    `<?xml version="1.0" encoding="UTF-8"?>\n<Tagging ${namespace}>\n  ${tagging}\n</Tagging>\n`,
    `<s3:Tagging xmlns:s3="http://s3.amazonaws.com/doc/2006-03-01/">${tagging}</s3:Tagging>`,
    `\ufeff<Tagging>${tagging}</Tagging>`,
    `<Tagging><!-- why not -->${tagging}</Tagging>`,
  ])("reads %s", (body) => {
    const { Tagging } = read("PutBucketTagging", { body });
    expect(Tagging).toEqual({ TagSet: [{ Key: "k", Value: " v " }] });
  });

  it.each([
    ["no XML", "hello"],
    ["JSON", '{"TagSet": []}'],
    ["truncated", "<Tagging><TagSet>"],
    ["wrong root", `<Tags>${tagging}</Tags>`],
    ["unknown element", `<Tagging>${tagging}<Extra/></Tagging>`],
    ["two roots", `<Tagging>${tagging}</Tagging><Tagging/>`],
    ["text between elements", `<Tagging>text${tagging}</Tagging>`],
    ["a repeated element", `<Tagging>${tagging}${tagging}</Tagging>`],
    ["a missing element", "<Tagging><TagSet><Tag><Key>k</Key></Tag></TagSet></Tagging>"],
    ["a missing list", "<Tagging/>"],
    ["elements in text", "<Tagging><TagSet><Tag><Key><a/></Key><Value/></Tag></TagSet></Tagging>"],
    ["a wrong list item", "<Tagging><TagSet><Label/></TagSet></Tagging>"],
    ["text in a list", "<Tagging><TagSet>x</TagSet></Tagging>"],
    ["an unknown encoding", `<?xml version="1.0" encoding="UTF-16"?><Tagging>${tagging}</Tagging>`],
    ["an unknown entity", "<Tagging><TagSet><Tag><Key>&x;</Key><Value/></Tag></TagSet></Tagging>"],
  ])("B086 refuses %s with MalformedXML", (_what, body) => {
    expect(refusal(() => read("PutBucketTagging", { body })).code).toBe("MalformedXML");
  });

  it("B086 refuses bytes that are not UTF-8", () => {
    const body = new Uint8Array([0x3c, 0x61, 0x3e, 0xff, 0xfe]);
    const call = () => readInput(operations.PutBucketTagging, target("/b-1"), new Headers(), body);
    expect(refusal(call).code).toBe("MalformedXML");
  });

  it("B087 asks for a body where a setting needs one", () => {
    for (const name of [
      "PutBucketTagging",
      "PutBucketVersioning",
      "PutBucketPolicy",
      "PutObjectLegalHold",
    ] as const) {
      for (const body of [undefined, ""]) {
        const parts = body === undefined ? {} : { body };
        expect(refusal(() => read(name, parts)).code).toBe("MissingRequestBodyError");
      }
    }
    expect(read("CreateBucket", {})).toEqual({ Bucket: "b-1" });
    expect(read("PutBucketAcl", { headers: { "x-amz-acl": "private" } })).toEqual({
      Bucket: "b-1",
      ACL: "private",
    });
  });

  it("SEC-125 SEC-126 refuses entities, depth and crowds, quickly", () => {
    const lol = `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><Tagging>${tagging}</Tagging>`;
    const external = '<!DOCTYPE x SYSTEM "file:///etc/passwd"><Tagging/>';
    const deep = "<a>".repeat(100_000);
    const wide = `<Tagging><TagSet>${"<Tag/>".repeat(100_000)}</TagSet></Tagging>`;
    for (const body of [lol, external, deep, wide]) {
      const startedAt = performance.now();
      expect(refusal(() => read("PutBucketTagging", { body })).code).toBe("MalformedXML");
      expect(performance.now() - startedAt).toBeLessThan(1000);
    }
  });

  it("refuses a body over its limit", () => {
    const body = `<Tagging>${" ".repeat(maximumBodyBytes(operations.PutBucketTagging))}</Tagging>`;
    expect(refusal(() => read("PutBucketTagging", { body })).code).toBe("MaxMessageLengthExceeded");
  });

  it("B089 B090 takes 1 to 1,000 deletes", () => {
    const some = (count: number) =>
      `<Delete><Quiet>true</Quiet>${"<Object><Key>k</Key></Object>".repeat(count)}</Delete>`;
    expect(read("DeleteObjects", { body: some(1000) }).Delete?.Objects).toHaveLength(1000);
    for (const count of [0, 1001]) {
      expect(refusal(() => read("DeleteObjects", { body: some(count) })).code).toBe("MalformedXML");
    }
  });

  it("reads 10,000 parts and no more", () => {
    const part = (number: number) =>
      `<Part><ChecksumCRC32>AAAAAA==</ChecksumCRC32><ETag>&quot;${"0".repeat(32)}&quot;</ETag><PartNumber>${number}</PartNumber></Part>`;
    const some = (count: number) =>
      `<CompleteMultipartUpload>${Array.from({ length: count }, (_, index) => part(index + 1)).join("")}</CompleteMultipartUpload>`;
    const startedAt = performance.now();
    const input = read("CompleteMultipartUpload", {
      path: "/b-1/k?uploadId=u",
      body: some(10_000),
    });
    console.log(`10,000 parts read in ${(performance.now() - startedAt).toFixed(1)} ms`);
    expect(input.MultipartUpload?.Parts).toHaveLength(10_000);
    expect(input.MultipartUpload?.Parts?.[9999]).toEqual({
      ChecksumCRC32: "AAAAAA==",
      ETag: `"${"0".repeat(32)}"`,
      PartNumber: 10_000,
    });
    const tooMany = () =>
      read("CompleteMultipartUpload", { path: "/b-1/k?uploadId=u", body: some(10_001) });
    expect(refusal(tooMany).code).toBe("MalformedXML");
  });

  it("B145 refuses to complete with no part", () => {
    const complete = (body: string) => () =>
      read("CompleteMultipartUpload", { path: "/b-1/k?uploadId=u", body });
    expect(refusal(complete("<CompleteMultipartUpload/>")).code).toBe("MalformedXML");
    expect(refusal(complete("")).code).toBe("InvalidRequest");
  });

  it("reads a grantee's type from its attribute", () => {
    const body = `<AccessControlPolicy ${namespace}><Owner><ID>o</ID></Owner><AccessControlList><Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>g</ID></Grantee><Permission>READ</Permission></Grant></AccessControlList></AccessControlPolicy>`;
    expect(read("PutBucketAcl", { body }).AccessControlPolicy).toEqual({
      Owner: { ID: "o" },
      Grants: [{ Grantee: { Type: "CanonicalUser", ID: "g" }, Permission: "READ" }],
    });
  });

  it("takes a policy as text, and only as UTF-8", () => {
    expect(read("PutBucketPolicy", { body: '{"é":1}' }).Policy).toBe('{"é":1}');
    const call = () =>
      readInput(
        operations.PutBucketPolicy,
        target("/b-1"),
        new Headers(),
        new Uint8Array([0x7b, 0xff]),
      );
    expect(refusal(call).code).toBe("MalformedPolicy");
  });

  it("tells how each payload is to be read", () => {
    const kinds = (
      [
        "PutObject",
        "UploadPart",
        "PutBucketPolicy",
        "PutBucketCors",
        "SelectObjectContent",
        "GetObject",
        "PostObject",
        "CopyObject",
      ] as const
    ).map((name) => payloadOf(operations[name]));
    expect(kinds).toEqual(["stream", "stream", "text", "xml", "xml", "none", "form", "none"]);
  });

  it("keeps prototypes out of reach", () => {
    const body = "<Tagging><__proto__/></Tagging>";
    expect(refusal(() => read("PutBucketTagging", { body })).code).toBe("MalformedXML");
    const { Metadata } = read("PutObject", { headers: { "x-amz-meta-__proto__": "x" } });
    expect(Object.getPrototypeOf(Metadata)).toBe(Object.prototype);
    expect(Object.keys(Metadata ?? {})).toEqual(["__proto__"]);
  });
});
