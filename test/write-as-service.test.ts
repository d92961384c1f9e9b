// Deliveries of the service itself: whose buckets take them, and as what they arrive.
import { env } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { systemSeams } from "../src/env.ts";
import type { Delivery } from "../src/jobs/delivery.ts";
import { writeAsService } from "../src/write-as-service.ts";
import {
  call,
  contentMd5,
  makeAccount,
  makeBucket,
  type TestAccount,
} from "./operations/bucket/fixtures.ts";

const arrival = {
  env,
  seams: systemSeams,
  waitUntil: (work: Promise<unknown>) => void work.catch(() => undefined),
};
const service = "s3.amazonaws.com";

async function deliver(bucket: string, wish: Partial<Delivery> = {}) {
  return writeAsService(arrival, {
    service,
    sourceArn: "arn:aws:s3:::source",
    sourceAccountId: await ownAccount(),
    bucket,
    key: "in/a b.csv",
    body: new TextEncoder().encode("1,2\n"),
    headers: { "content-type": "text/csv" },
    ...wish,
  });
}

async function ownAccount(): Promise<string> {
  const body = "Action=GetCallerIdentity&Version=2011-06-15";
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const answer = await call("POST", "/", { body, headers, service: "sts" });
  return answer.first("Account") ?? "";
}

async function setPolicy(bucket: string, statement: object, owner?: TestAccount): Promise<void> {
  const Resource = `arn:aws:s3:::${bucket}/in/*`;
  const given = { Principal: { Service: service }, Action: "s3:PutObject", Resource, ...statement };
  const body = JSON.stringify({ Version: "2012-10-17", Statement: [given] });
  const keys = owner && { keys: owner.keys };
  const answer = await call("PUT", `/${bucket}?policy`, { body, ...keys });
  expect(answer.status, answer.text).toBe(204);
}

async function strangersBucket(): Promise<{ bucket: string; owner: TestAccount }> {
  const owner = await makeAccount();
  const bucket = `theirs-${crypto.randomUUID().slice(0, 8)}`;
  expect((await call("PUT", `/${bucket}`, { keys: owner.keys })).status).toBe(200);
  return { bucket, owner };
}

describe("a delivery into a bucket of the source's account", () => {
  it("needs a policy like any other, so that nobody has S3 write where it may not", async () => {
    const bucket = await makeBucket("target");
    const refused = { kind: "refused", code: "AccessDenied" };
    expect(await deliver(bucket)).toEqual(refused);
    await setPolicy(bucket, {
      Effect: "Allow",
      Principal: { Service: "logging.s3.amazonaws.com" },
    });
    expect(await deliver(bucket)).toEqual(refused);
    expect((await call("GET", `/${bucket}/in/a%20b.csv`)).status).toBe(404);
  });

  it("of logs is taken where the ACL lets the group for log delivery write", async () => {
    const bucket = `acl-${crypto.randomUUID().slice(0, 8)}`;
    const headers = { "x-amz-object-ownership": "ObjectWriter" };
    expect((await call("PUT", `/${bucket}`, { headers })).status).toBe(200);
    const service = "logging.s3.amazonaws.com";
    const refused = { kind: "refused", code: "AccessDenied" };
    expect(await deliver(bucket, { service })).toEqual(refused);
    const canned = { headers: { "x-amz-acl": "log-delivery-write" } };
    expect((await call("PUT", `/${bucket}?acl`, canned)).status).toBe(200);
    expect((await deliver(bucket, { service })).kind).toBe("written");
    expect(await deliver(bucket)).toEqual(refused);
  });

  it("is an object like any other", async () => {
    const bucket = await makeBucket("target");
    await setPolicy(bucket, { Effect: "Allow" });
    const body = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    await call("PUT", `/${bucket}?versioning`, { body });
    const outcome = await deliver(bucket);
    expect(outcome.kind).toBe("written");
    const read = await call("GET", `/${bucket}/in/a%20b.csv`);
    expect([read.status, read.text]).toEqual([200, "1,2\n"]);
    expect(read.headers.get("content-type")).toBe("text/csv");
    expect(outcome).toEqual({
      kind: "written",
      etag: read.headers.get("etag"),
      versionId: read.headers.get("x-amz-version-id"),
    });
  });

  it("with the owner's full control is taken by the policy that AWS publishes for it", async () => {
    const owned = { "x-amz-acl": "bucket-owner-full-control" };
    for (const ownership of ["BucketOwnerEnforced", "ObjectWriter"]) {
      const bucket = `acl-${crypto.randomUUID().slice(0, 8)}`;
      const headers = { "x-amz-object-ownership": ownership };
      expect((await call("PUT", `/${bucket}`, { headers })).status).toBe(200);
      const Condition = {
        ArnLike: { "aws:SourceArn": "arn:aws:s3:::source" },
        StringEquals: {
          "aws:SourceAccount": await ownAccount(),
          "s3:x-amz-acl": "bucket-owner-full-control",
        },
      };
      await setPolicy(bucket, { Effect: "Allow", Condition });
      const refused = { kind: "refused", code: "AccessDenied" };
      expect(await deliver(bucket)).toEqual(refused);
      expect((await deliver(bucket, { headers: owned })).kind).toBe("written");
      // Further than that the policy does not go.
      const tagged = { ...owned, "x-amz-tagging": "a=b" };
      expect(await deliver(bucket, { headers: { "x-amz-acl": "private" } })).toEqual(refused);
      expect(await deliver(bucket, { headers: tagged })).toEqual(refused);
    }
  });

  it("is refused where a policy denies the service", async () => {
    const bucket = await makeBucket("target");
    await setPolicy(bucket, { Effect: "Deny" });
    expect(await deliver(bucket)).toEqual({ kind: "refused", code: "AccessDenied" });
    expect((await call("GET", `/${bucket}/in/a%20b.csv`)).status).toBe(404);
  });

  it("goes under the default retention of a bucket with Object Lock", async () => {
    const bucket = `locked-${crypto.randomUUID().slice(0, 8)}`;
    const headers = { "x-amz-bucket-object-lock-enabled": "true" };
    expect((await call("PUT", `/${bucket}`, { headers })).status).toBe(200);
    const rule =
      "<Rule><DefaultRetention><Mode>GOVERNANCE</Mode><Days>1</Days></DefaultRetention></Rule>";
    const body = `<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>${rule}</ObjectLockConfiguration>`;
    expect(
      (await call("PUT", `/${bucket}?object-lock`, { body, headers: await contentMd5(body) }))
        .status,
    ).toBe(200);
    await setPolicy(bucket, { Effect: "Allow" });
    expect((await deliver(bucket)).kind).toBe("written");
    const read = await call("HEAD", `/${bucket}/in/a%20b.csv`);
    expect(read.headers.get("x-amz-object-lock-mode")).toBe("GOVERNANCE");
  });
});

describe("a delivery into a bucket of somebody else", () => {
  it("is refused without a word of its policy", async () => {
    const { bucket } = await strangersBucket();
    expect(await deliver(bucket)).toEqual({ kind: "refused", code: "AccessDenied" });
  });

  it("is taken where the policy allows the service for this source alone", async () => {
    const { bucket, owner } = await strangersBucket();
    const Condition = {
      ArnLike: { "aws:SourceArn": "arn:aws:s3:::source" },
      StringEquals: { "aws:SourceAccount": await ownAccount() },
    };
    await setPolicy(bucket, { Effect: "Allow", Condition }, owner);
    expect((await deliver(bucket)).kind).toBe("written");
    const refused = { kind: "refused", code: "AccessDenied" };
    expect(await deliver(bucket, { sourceArn: "arn:aws:s3:::other" })).toEqual(refused);
    expect(await deliver(bucket, { sourceAccountId: "999999999999" })).toEqual(refused);
    expect(await deliver(bucket, { key: "elsewhere" })).toEqual(refused);
    expect(await deliver(bucket, { service: "logging.s3.amazonaws.com" })).toEqual(refused);
  });
});

describe("a delivery into a bucket that somebody else has made by the same name", () => {
  it("is refused whatever its policy allows, where an owner is expected", async () => {
    const { bucket, owner } = await strangersBucket();
    await setPolicy(bucket, { Effect: "Allow" }, owner);
    expect(await deliver(bucket, { expectedOwner: await ownAccount() })).toEqual({
      kind: "refused",
      code: "AccessDenied",
    });
    expect((await deliver(bucket, { expectedOwner: owner.accountId })).kind).toBe("written");
  });
});

describe("a delivery into no bucket", () => {
  it("is refused by name", async () => {
    const outcome = await deliver(`none-${crypto.randomUUID().slice(0, 8)}`);
    expect(outcome).toEqual({ kind: "refused", code: "NoSuchBucket" });
  });
});
