import { describe, expect, it } from "vitest";
import { isAddressableBucketName, isValidBucketName } from "../../src/s3/bucket-name.ts";

describe("isValidBucketName", () => {
  it.each(["abc", "a".repeat(63), "my.bucket-1", "1.2.3", "0bucket", "a-b", "my.1.2.3.4"])(
    "takes %s",
    (name) => {
      expect(isValidBucketName(name)).toBe(true);
    },
  );

  it.each([
    "ab",
    "a".repeat(64),
    "A_B",
    "1.2.3.4",
    "a..b",
    "-ab",
    "ab-",
    ".ab",
    "ab.",
    "aBc",
    "xn--abc",
    "sthree-abc",
    "amzn-s3-demo-bucket",
    "abc-s3alias",
    "abc--ol-s3",
    "abc.mrap",
    "abc--use1-az4--x-s3",
    "abc--table-s3",
    "a/b",
    "a b",
    "büc",
    "",
  ])("B035 refuses %s", (name) => {
    expect(isValidBucketName(name)).toBe(false);
  });
});

describe("isAddressableBucketName", () => {
  it("takes what could have named a bucket once", () => {
    for (const name of ["A_B", "Legacy_Name", "abc-s3alias"])
      expect(isAddressableBucketName(name)).toBe(true);
  });

  it("refuses what never could", () => {
    for (const name of ["ab", "a/b", "a b", "..", "a..b", "1.2.3.4", "a".repeat(256)]) {
      expect(isAddressableBucketName(name)).toBe(false);
    }
  });
});
