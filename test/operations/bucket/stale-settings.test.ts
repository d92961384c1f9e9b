// Another isolate changes a setting: this one still remembers the old one, and must not act on it.
import { env } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { openBucket } from "../../../src/bucket/client.ts";
import { loadBucket, setSetting } from "../../../src/catalog/buckets.ts";
import { systemSeams } from "../../../src/env.ts";
import { makeAclBucket, nobody, outcome, put as putWith } from "../acl-fixtures.ts";
import { call, contentMd5, makeAccount, makeBucket, putObjects, rootKeys } from "./fixtures.ts";

/** Stores a setting as another isolate would: in D1 and the index, not in this one's memory. */
async function changeElsewhere(
  name: string,
  setting: "ownershipControls" | "policy" | "versioning",
  document: string,
): Promise<void> {
  const database = {
    prepare: (sql: string) => env.CATALOG.prepare(sql),
    batch: (statements: D1PreparedStatement[]) => env.CATALOG.batch(statements),
  } as D1Database;
  const elsewhere = { env: { ...env, CATALOG: database }, seams: systemSeams, nowMs: Date.now() };
  const bucket = await loadBucket(elsewhere, name);
  if (bucket === undefined) throw new Error("no such bucket");
  const epoch = await setSetting(elsewhere, bucket, setting, document);
  await openBucket(env, bucket.bucketId).advanceEpoch(epoch ?? 0);
}

const enableVersioningElsewhere = (name: string) => changeElsewhere(name, "versioning", "Enabled");

function denyElsewhere(name: string, statement: Record<string, unknown>): Promise<void> {
  const Statement = [{ Effect: "Deny", Principal: "*", ...statement }];
  return changeElsewhere(name, "policy", JSON.stringify({ Version: "2012-10-17", Statement }));
}

const tagging = (value: string) =>
  `<Tagging xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><TagSet><Tag><Key>kind</Key>` +
  `<Value>${value}</Value></Tag></TagSet></Tagging>`;

describe("settings changed elsewhere", () => {
  it("are followed by DeleteObjects, whose body is read already", async () => {
    const bucket = await makeBucket("stale");
    await putObjects(bucket, ["key"]);
    await enableVersioningElsewhere(bucket);
    const body = "<Delete><Object><Key>key</Key></Object></Delete>";
    const headers = await contentMd5(body);
    const answer = await call("POST", `/${bucket}?delete`, { body, headers });
    expect([answer.status, answer.first("DeleteMarker")]).toEqual([200, "true"]);
    expect((await call("GET", `/${bucket}?versions`)).all("VersionId")).toContain("null");
  });

  it("are shown at once", async () => {
    const bucket = await makeBucket("stale");
    await putObjects(bucket, ["key"]);
    await enableVersioningElsewhere(bucket);
    expect((await call("GET", `/${bucket}?versioning`)).first("Status")).toBe("Enabled");
  });

  it("are followed by listings and DeleteBucket", async () => {
    const bucket = await makeBucket("stale");
    await enableVersioningElsewhere(bucket);
    expect((await call("GET", `/${bucket}?list-type=2`)).status).toBe(200);
    await enableVersioningElsewhere(bucket);
    expect((await call("DELETE", `/${bucket}`)).status).toBe(204);
  });
});

describe("a policy changed elsewhere", () => {
  it("binds the next change of a setting", async () => {
    const bucket = await makeBucket("stale");
    const body = tagging("good");
    const headers = await contentMd5(body);
    const write = () => call("PUT", `/${bucket}?tagging`, { body, headers });
    expect((await write()).status).toBe(204);
    await denyElsewhere(bucket, {
      Action: "s3:PutBucketTagging",
      Resource: `arn:aws:s3:::${bucket}`,
    });
    expect((await write()).status).toBe(403);
    expect((await call("DELETE", `/${bucket}?tagging`)).status).toBe(403);
    expect((await call("GET", `/${bucket}?tagging`)).first("Value")).toBe("good");
  });

  it("that asks for the body never lets one through that nobody read", async () => {
    const bucket = await makeBucket("stale");
    await putObjects(bucket, ["key"]);
    const body = tagging("bad");
    const headers = await contentMd5(body);
    const write = () => call("PUT", `/${bucket}/key?tagging`, { body, headers });
    await denyElsewhere(bucket, {
      Action: "s3:PutObjectTagging",
      Resource: `arn:aws:s3:::${bucket}/*`,
      Condition: { StringEquals: { "s3:RequestObjectTag/kind": "bad" } },
    });
    expect((await write()).status).toBe(503);
    expect((await write()).status).toBe(403);
    expect((await call("GET", `/${bucket}/key?tagging`)).all("Tag")).toEqual([]);
  });
});

describe("DeleteBucket beside a write (D15)", () => {
  it("leaves either the object or no bucket, never both and never neither", async () => {
    for (let round = 0; round < 10; round += 1) {
      const bucket = await makeBucket("race");
      const [put, removed] = await Promise.all([
        call("PUT", `/${bucket}/key`, { body: "x" }),
        call("DELETE", `/${bucket}`),
      ]);
      const outcome = `${put.status} ${removed.status}`;
      expect(["200 409", "404 204"]).toContain(outcome);
      const exists = (await call("HEAD", `/${bucket}`)).status === 200;
      expect(exists).toBe(removed.status === 409);
    }
  });
});

describe("ownership changed elsewhere", () => {
  const controls = (kind: string) =>
    JSON.stringify({ OwnershipControls: { Rules: [{ ObjectOwnership: kind }] } });

  it("ends what an ACL opened with the next read", async () => {
    const bucket = await makeAclBucket("stale");
    await putWith(`/${bucket}/key`, { "x-amz-acl": "public-read" });
    expect(await outcome(nobody, "GET", `/${bucket}/key`)).toBe("200");
    await changeElsewhere(bucket, "ownershipControls", controls("BucketOwnerEnforced"));
    expect(await outcome(nobody, "GET", `/${bucket}/key`)).toBe("403 AccessDenied");
  });

  it("never lets an ACL in that may not be, nor an owner", async () => {
    const bucket = await makeAclBucket("stale", { acl: "public-read-write" });
    const wish = { body: "x", headers: { "x-amz-acl": "public-read" } };
    await putWith(`/${bucket}/known`);
    await changeElsewhere(bucket, "ownershipControls", controls("BucketOwnerEnforced"));
    // The body was read under the old settings: the client's next try is judged by the new ones.
    expect(await outcome(rootKeys, "PUT", `/${bucket}/key`, wish)).toBe("503 SlowDown");
    expect(await outcome(rootKeys, "PUT", `/${bucket}/key`, wish)).toBe(
      "400 AccessControlListNotSupported",
    );
    expect(await outcome(rootKeys, "HEAD", `/${bucket}/key`)).toBe("404");
    await changeElsewhere(bucket, "ownershipControls", controls("ObjectWriter"));
    await putWith(`/${bucket}/known`);
    await changeElsewhere(bucket, "ownershipControls", controls("BucketOwnerEnforced"));
    const { keys } = await makeAccount();
    expect(await outcome(keys, "PUT", `/${bucket}/theirs`, { body: "x" })).toBe("403 AccessDenied");
  });
});
