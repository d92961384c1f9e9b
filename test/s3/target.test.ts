import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bucketOfHost, parseBaseDomains, parseTarget } from "../../src/s3/target.ts";
import { refusal, target } from "./fixtures.ts";

const baseDomains = parseBaseDomains("s3.example.com, localhost,deep.s3.example.com");

describe("bucketOfHost", () => {
  it.each([
    ["s3.example.com", undefined],
    ["s3.example.com:443", undefined],
    ["bucket.s3.example.com", "bucket"],
    ["my.dotted.bucket.s3.example.com", "my.dotted.bucket"],
    ["bucket.us-east-1.s3.example.com", "bucket"],
    ["bucket.s3.us-east-1.example.com", "bucket"],
    ["my.bucket.s3.ap-southeast-2.example.com", "my.bucket"],
    ["s3.us-gov-west-1.example.com", undefined],
    ["us-east-1.s3.example.com", "us-east-1"],
    ["bucket.deep.s3.example.com", "bucket"],
    ["bucket.localhost:9000", "bucket"],
    ["localhost:9000", undefined],
    ["127.0.0.1:9000", undefined],
    ["notlocalhost", undefined],
    ["other.example.com", undefined],
    ["bucket.s3.example.com.", "bucket"],
  ])("reads %s as %s", (host, bucket) => {
    expect(bucketOfHost(host, baseDomains)).toBe(bucket);
  });
});

describe("parseTarget", () => {
  it.each([
    ["/", "service", undefined, undefined],
    ["", "service", undefined, undefined],
    ["/?x=1", "service", undefined, undefined],
    ["/bucket", "bucket", "bucket", undefined],
    ["/bucket/", "bucket", "bucket", undefined],
    ["/bucket//", "object", "bucket", "/"],
    ["/bucket/a//b/", "object", "bucket", "a//b/"],
    ["/bucket/a+b%20c", "object", "bucket", "a+b c"],
    ["/bucket/%25FF", "object", "bucket", "%FF"],
    ["/bucket/a%2Fb", "object", "bucket", "a/b"],
    ["/bucket/a%5Cb", "object", "bucket", "a\\b"],
    ["/bucket/%E2%82%AC", "object", "bucket", "€"],
    ["/bucket/%F0%9F%98%80", "object", "bucket", "😀"],
    ["/bucket/e%CC%81", "object", "bucket", "e\u0301"],
    ["/bucket/a%01", "object", "bucket", "a\u0001"],
  ])("reads path style %s", (path, kind, bucket, key) => {
    expect(target(path)).toMatchObject({ kind, bucket, key, isVirtualHosted: false });
  });

  it.each([
    ["/", "bucket", undefined],
    ["/?list-type=2", "bucket", undefined],
    ["/key", "object", "key"],
    ["//", "object", "/"],
    ["/bucket/key", "object", "bucket/key"],
  ])("reads virtual-hosted %s", (path, kind, key) => {
    const parsed = parseTarget(`http://bucket.localhost:9000${path}`, baseDomains);
    expect(parsed).toMatchObject({ kind, bucket: "bucket", key, isVirtualHosted: true });
    expect(parsed.host).toBe("bucket.localhost:9000");
  });

  it("keeps the path and the query as they were signed", () => {
    const parsed = target("/bucket/a%2fb%20c?prefix=%7E+x&acl");
    expect(parsed.rawPath).toBe("/bucket/a%2fb%20c");
    expect(parsed.rawQuery).toBe("prefix=%7E+x&acl");
    expect(parsed.query.pairs).toEqual([
      { name: "prefix", value: "~ x", rawName: "prefix", rawValue: "%7E+x" },
      { name: "acl", value: "", rawName: "acl", rawValue: "" },
    ]);
  });

  it("reads the first of a repeated parameter and counts it", () => {
    const { query } = target("/b?prefix=a&prefix=b&a=b=c&&=x");
    expect([query.get("prefix"), query.count("prefix"), query.get("a")]).toEqual(["a", 2, "b=c"]);
    expect([query.has("none"), query.get("none"), query.count("none")]).toEqual([
      false,
      undefined,
      0,
    ]);
  });

  it.each([
    ["B029", "/bucket/%zz"],
    ["B029", "/bucket/%2"],
    ["B030", "/bucket/%ff%fe"],
    ["B030", "/bucket/%C0%AF"],
    ["B034", "/bucket/a%00b"],
    ["SEC-045", "/bucket/%ff"],
    ["SEC-046", "/bucket?prefix=%00"],
    ["SEC-132", "//"],
    ["SEC-132", "//key"],
    ["B029", "/bucket?prefix=%zz"],
  ])("%s refuses %s with InvalidURI", (_id, path) => {
    expect(refusal(() => target(path))).toMatchObject({ code: "InvalidURI", status: 400 });
  });

  it("B027 takes a key of 1,024 bytes and refuses 1,025 with KeyTooLongError", () => {
    expect(target(`/b/${"a".repeat(1024)}`).key).toHaveLength(1024);
    expect(target(`/b/${"%C3%A9".repeat(512)}`).key).toHaveLength(512);
    const refused = refusal(() => target(`/b/${"%C3%A9".repeat(512)}a`));
    expect(refused).toMatchObject({
      code: "KeyTooLongError",
      detail: { Size: "1025", MaxSizeAllowed: "1024" },
    });
  });

  it("SEC-013 decodes exactly once, whatever the key", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 }), (key) => {
        fc.pre(!key.includes("\0"));
        expect(target(`/b/${encodeURIComponent(key)}`).key).toBe(key);
      }),
    );
  });

  it("SEC-039 gives every raw path its own key", () => {
    expect(target("/b/a%2e%2e").key).toBe("a..");
    expect(target("/b/a%252e").key).toBe("a%2e");
    expect(target("/b/x/../y").key).toBe("x/../y");
  });
});
