import { describe, expect, it } from "vitest";
import { operationRows } from "../../src/s3/operations.ts";
import { resolveOperation } from "../../src/s3/resolve.ts";
import { refusal, target } from "./fixtures.ts";

const copy = { "x-amz-copy-source": "/b/k" };
const form = { "content-type": "multipart/form-data; boundary=x" };

function resolve(method: string, path: string, headers: Record<string, string> = {}) {
  return resolveOperation(method, target(path), new Headers(headers));
}

/** The request that the SDK would send for a row, from the row itself. */
function requestOf(row: (typeof operationRows)[number]): [method: string, path: string] {
  const path = { service: "/", bucket: "/bucket", object: "/bucket/key" }[row.level];
  const query = [row.subresource, ...row.query.map((name) => `${name}=2`)].filter((part) => part);
  return [row.method, `${path}?${[...query, `x-id=${row.name}`].join("&")}`];
}

describe("resolveOperation", () => {
  for (const row of operationRows) {
    if (row.schema === null || row.name === "WriteGetObjectResponse") continue;
    it(`finds ${row.name} by its own facts`, () => {
      const [method, path] = requestOf(row);
      const headers = Object.fromEntries(row.headers.map((name) => [name, "/b/k"]));
      expect(resolve(method, path, headers).name).toBe(row.name);
    });
  }

  it.each([
    ["GET", "/", {}, "ListBuckets"],
    ["GET", "/?prefix=a&max-buckets=3", {}, "ListBuckets"],
    ["GET", "/b-1", {}, "ListObjects"],
    ["GET", "/b-1?list-type=2&prefix=a", {}, "ListObjectsV2"],
    ["GET", "/b-1?list-type=1", {}, "ListObjects"],
    ["PUT", "/b-1/k", {}, "PutObject"],
    ["PUT", "/b-1/k", copy, "CopyObject"],
    ["PUT", "/b-1/k", { "x-amz-copy-source": "" }, "CopyObject"],
    ["PUT", "/b-1/k?partNumber=1&uploadId=u", {}, "UploadPart"],
    ["PUT", "/b-1/k?uploadId=u&partNumber=1", copy, "UploadPartCopy"],
    ["PUT", "/b-1/k?acl&uploadId=u", {}, "PutObjectAcl"],
    ["GET", "/b-1/k?uploadId=u", {}, "ListParts"],
    ["GET", "/b-1/k?partNumber=2", {}, "GetObject"],
    ["GET", "/b-1/k?versionId=v", {}, "GetObject"],
    ["HEAD", "/b-1/k?partNumber=2", {}, "HeadObject"],
    ["DELETE", "/b-1/k?uploadId=u", {}, "AbortMultipartUpload"],
    ["POST", "/b-1/k?uploadId=u", {}, "CompleteMultipartUpload"],
    ["POST", "/b-1/k?uploads", {}, "CreateMultipartUpload"],
    ["POST", "/b-1?delete", {}, "DeleteObjects"],
    ["POST", "/b-1?delete=", {}, "DeleteObjects"],
    ["GET", "/b-1?analytics", {}, "ListBucketAnalyticsConfigurations"],
    ["GET", "/b-1?analytics&id=x", {}, "GetBucketAnalyticsConfiguration"],
    ["GET", "/b-1?id=x&inventory", {}, "GetBucketInventoryConfiguration"],
    ["GET", "/b-1?versioning=1", {}, "GetBucketVersioning"],
    ["GET", "/b-1?Versioning", {}, "ListObjects"],
    ["GET", "/b-1/k?attributes", {}, "GetObjectAttributes"],
    ["GET", "/b-1/k?x-id=PutObject", {}, "GetObject"],
    ["POST", "/b-1", form, "PostObject"],
    ["OPTIONS", "/b-1/k", {}, "OptionsObject"],
    ["OPTIONS", "/b-1", {}, "OptionsObject"],
    ["POST", "/WriteGetObjectResponse", { "x-amz-request-route": "r" }, "WriteGetObjectResponse"],
  ])("%s %s is %s %s", (method, path, headers, name) => {
    expect(resolve(method, path, headers as Record<string, string>).name).toBe(name);
  });

  it("B043 ignores parameters nobody knows", () => {
    expect(resolve("GET", "/b-1/k?foo&bar=1").name).toBe("GetObject");
  });

  it("B043 refuses a bucket's sub-resource on a key with InvalidRequest", () => {
    expect(refusal(() => resolve("GET", "/b-1/k?versions"))).toMatchObject({
      code: "InvalidRequest",
      message: "There is no such thing as the ?versions sub-resource for a key",
    });
    expect(refusal(() => resolve("GET", "/b-1?torrent")).code).toBe("InvalidRequest");
  });

  it("SEC-018 refuses two sub-resources, named in order", () => {
    expect(refusal(() => resolve("GET", "/b-1?versioning&acl"))).toMatchObject({
      code: "InvalidArgument",
      message: "Conflicting query string parameters: acl, versioning",
      detail: { ArgumentName: "ResourceType", ArgumentValue: "acl" },
    });
  });

  it.each(["/b-1?acl&acl", "/b-1/k?versionId=A&versionId=B", "/b-1/k?uploadId=a&uploadId=b"])(
    "SEC-018 refuses the repeated parameter of %s",
    (path) => {
      expect(refusal(() => resolve("GET", path)).code).toBe("InvalidArgument");
    },
  );

  it.each([
    ["POST", "/b-1/k", "OBJECT", "PUT"],
    ["PATCH", "/b-1/k", "OBJECT", "GET"],
    ["TRACE", "/b-1", "BUCKET", "GET"],
    ["POST", "/", "SERVICE", "GET"],
    ["PUT", "/", "SERVICE", "GET"],
    ["HEAD", "/b-1?versions", "BUCKETVERSIONS", "GET"],
    ["POST", "/b-1?acl", "ACL", "PUT"],
  ])("B042 refuses %s %s with MethodNotAllowed for %s", (method, path, type, allowed) => {
    try {
      resolve(method, path);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({
        code: "MethodNotAllowed",
        status: 405,
        detail: { Method: method, ResourceType: type },
        headers: { allow: expect.stringContaining(allowed) },
      });
    }
  });

  it("B149 asks for a form before anything else", () => {
    expect(refusal(() => resolve("POST", "/b-1", { "content-type": "text/plain" }))).toMatchObject({
      code: "PreconditionFailed",
      status: 412,
      detail: { Condition: "Bucket POST must be of the enclosure-type multipart/form-data" },
    });
  });

  it("never turns half a part upload into a PutObject", () => {
    for (const query of ["uploadId=u", "partNumber=1"]) {
      expect(refusal(() => resolve("PUT", `/b-1/k?${query}`)).code).toBe("InvalidArgument");
    }
  });

  it("does not take a version-id where a version is made", () => {
    for (const [method, path, headers] of [
      ["PUT", "/b-1/k?versionId=null", {}],
      ["PUT", "/b-1/k?versionId=v", copy],
      ["POST", "/b-1/k?uploadId=u&versionId=v", {}],
    ] as const) {
      expect(refusal(() => resolve(method, path, headers))).toMatchObject({
        code: "InvalidArgument",
        message: "This operation does not accept a version-id.",
        detail: { ArgumentName: "versionId" },
      });
    }
  });

  it("B082 refuses list-type=3", () => {
    expect(refusal(() => resolve("GET", "/b-1?list-type=3"))).toMatchObject({
      code: "InvalidArgument",
    });
  });

  it("refuses the other listing's paging parameters", () => {
    for (const query of ["list-type=2&marker=a", "continuation-token=a", "start-after=a"]) {
      expect(refusal(() => resolve("GET", `/b-1?${query}`)).code).toBe("InvalidArgument");
    }
  });

  it.each(["ab", "a".repeat(64), "A_B", "1.2.3.4", "a..b", "-ab", "ab-"])(
    "B035 refuses to create the bucket %s",
    (name) => {
      expect(refusal(() => resolve("PUT", `/${name}`))).toMatchObject({
        code: "InvalidBucketName",
        detail: { BucketName: name },
      });
    },
  );

  it("B035 leaves names that could exist to the catalog on other calls", () => {
    expect(resolve("GET", "/A_B").name).toBe("ListObjects");
    expect(refusal(() => resolve("GET", "/ab")).code).toBe("InvalidBucketName");
    expect(refusal(() => resolve("GET", "/%2e%2e/key")).code).toBe("InvalidBucketName");
  });
});
