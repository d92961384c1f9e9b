import { describe, expect, it } from "vitest";
import { withHoistedHeaders } from "../../src/s3/hoisted-headers.ts";
import { parseQuery } from "../../src/s3/target.ts";

const hoist = (query: string, headers: Record<string, string> = {}) =>
  Object.fromEntries(withHoistedHeaders(new Headers(headers), parseQuery(query)));

describe("headers in a presigned URL", () => {
  it("are read as if they had been sent", () => {
    expect(
      hoist(
        "x-amz-meta-a=1%202&X-Amz-Storage-Class=STANDARD_IA&x-amz-tagging=a%3Db&x-amz-acl=private",
      ),
    ).toEqual({
      "x-amz-meta-a": "1 2",
      "x-amz-storage-class": "STANDARD_IA",
      "x-amz-tagging": "a=b",
      "x-amz-acl": "private",
    });
  });

  it.each([
    // The SDKs sign the checksum of an empty body into every URL of a PutObject.
    "x-amz-checksum-crc32=AAAAAA%3D%3D",
    "x-amz-sdk-checksum-algorithm=CRC32",
    "x-amz-server-side-encryption=aws:kms",
    "x-amz-copy-source=b/k",
    "x-amz-content-sha256=UNSIGNED-PAYLOAD",
    "x-amz-security-token=t",
    "content-type=text/html",
    "x-amz-meta-=nameless",
    "x-amz-meta-a=line%0d%0ax-amz-acl:public-read",
    "x-amz-meta-no%20name=1",
  ])("are not read where S3 does not: %s", (query) => {
    expect(hoist(query)).toEqual({});
  });

  it("give way to a header that was sent", () => {
    const sent = { "x-amz-meta-a": "sent" };
    expect(hoist("x-amz-meta-a=hoisted", sent)).toEqual(sent);
  });
});
