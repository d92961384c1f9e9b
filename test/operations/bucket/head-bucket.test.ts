import { describe, expect, it } from "vitest";
import { call, callAnonymously, makeAccount, makeBucket } from "./fixtures.ts";

describe("HeadBucket", () => {
  it("shows region, ARN and that the name is no alias", async () => {
    const name = await makeBucket();
    const answer = await call("HEAD", `/${name}`);
    expect(answer.status).toBe(200);
    expect(answer.text).toBe("");
    expect(answer.headers.get("x-amz-bucket-region")).toBe("us-east-1");
    expect(answer.headers.get("x-amz-access-point-alias")).toBe("false");
    expect(answer.headers.get("x-amz-bucket-arn")).toBe(`arn:aws:s3:::${name}`);
  });

  it("answers 404 without a body for a bucket that is not there", async () => {
    const answer = await call("HEAD", "/not-there-at-all");
    expect([answer.status, answer.text]).toEqual([404, ""]);
  });

  it("answers 403 to strangers and to anonymous callers", async () => {
    const name = await makeBucket();
    const { keys } = await makeAccount();
    expect((await call("HEAD", `/${name}`, { keys })).status).toBe(403);
    expect((await callAnonymously("HEAD", `/${name}`)).status).toBe(403);
  });

  it("answers 403 when somebody else is expected to own it (B161)", async () => {
    const name = await makeBucket();
    const headers = { "x-amz-expected-bucket-owner": "000000000000" };
    expect((await call("HEAD", `/${name}`, { headers })).status).toBe(403);
  });
});

describe("GetBucketLocation", () => {
  it("is empty in us-east-1", async () => {
    const name = await makeBucket();
    const answer = await call("GET", `/${name}?location`);
    expect(answer.status).toBe(200);
    expect(answer.text).toMatch(/<LocationConstraint [^>]*(\/>|><\/LocationConstraint>)/);
  });

  it("refuses strangers with AccessDenied", async () => {
    const name = await makeBucket();
    const { keys } = await makeAccount();
    const answer = await call("GET", `/${name}?location`, { keys });
    expect([answer.status, answer.first("Code")]).toEqual([403, "AccessDenied"]);
  });

  it("answers NoSuchBucket with the name", async () => {
    const answer = await call("GET", "/not-there-at-all?location");
    expect([answer.status, answer.first("Code")]).toEqual([404, "NoSuchBucket"]);
    expect(answer.first("BucketName")).toBe("not-there-at-all");
  });
});
