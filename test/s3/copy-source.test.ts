import { describe, expect, it } from "vitest";
import { parseCopySource } from "../../src/s3/copy-source.ts";
import { refusal } from "./fixtures.ts";

describe("parseCopySource", () => {
  it.each([
    ["bucket/key", { bucket: "bucket", key: "key" }],
    ["/bucket/key", { bucket: "bucket", key: "key" }],
    ["bucket/a/b//c/", { bucket: "bucket", key: "a/b//c/" }],
    ["bucket//key", { bucket: "bucket", key: "/key" }],
    ["bucket%2Fkey%20x", { bucket: "bucket", key: "key x" }],
    ["%2Fbucket%2Fkey", { bucket: "bucket", key: "key" }],
    ["bucket/a+b%2Bc", { bucket: "bucket", key: "a b+c" }],
    ["bucket/%E2%82%AC", { bucket: "bucket", key: "€" }],
    ["bucket/k?versionId=v1", { bucket: "bucket", key: "k", versionId: "v1" }],
    ["bucket/k%3FversionId=v1", { bucket: "bucket", key: "k?versionId=v1" }],
    ["bucket/k?x?versionId=null", { bucket: "bucket", key: "k?x", versionId: "null" }],
    ["bucket/%252e", { bucket: "bucket", key: "%2e" }],
  ])("reads %s", (text, source) => {
    expect(parseCopySource(text)).toEqual(source);
  });

  it.each(["/bucket-a/../bucket-b/secret", "bucket-a/%2e%2e/bucket-b/secret"])(
    "SEC-033 keeps %s inside its bucket, as a literal key",
    (text) => {
      expect(parseCopySource(text)).toEqual({ bucket: "bucket-a", key: "../bucket-b/secret" });
    },
  );

  it.each([
    ["", "Copy Source must mention the source bucket and key: sourcebucket/sourcekey"],
    ["/", "Copy Source must mention the source bucket and key: sourcebucket/sourcekey"],
    ["bucket", "Copy Source must mention the source bucket and key: sourcebucket/sourcekey"],
    ["bucket/", "Copy Source must mention the source bucket and key: sourcebucket/sourcekey"],
    ["bucket/%ZZ", "Invalid copy source encoding"],
    ["bucket/%ff", "Invalid copy source encoding"],
    ["bucket/k?versionId=%zz", "Invalid copy source encoding"],
    ["a/key", "Invalid copy source bucket name"],
    ["arn:aws:s3:::x/key", "Invalid copy source bucket name"],
    ["../bucket/key", "Invalid copy source bucket name"],
    ["bucket/a%00b", "Invalid copy source object key"],
  ])("B135 SEC-131 refuses %o", (text, message) => {
    expect(refusal(() => parseCopySource(text))).toMatchObject({
      code: "InvalidArgument",
      message,
      detail: { ArgumentName: "x-amz-copy-source", ArgumentValue: text },
    });
  });

  it("refuses a key that cannot exist", () => {
    expect(refusal(() => parseCopySource(`bucket/${"k".repeat(1025)}`)).code).toBe(
      "KeyTooLongError",
    );
  });
});
