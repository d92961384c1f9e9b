// Replication between buckets of the deployment, through the Worker's own fetch and the index's own
// delivery: what arrives, as whom, and what the source says of it.
import { describe, expect, it } from "vitest";
import { allow, done, iam, policy } from "../../iam/fixtures.ts";
import { call, makeAccount, rootKeys } from "../../operations/bucket/fixtures.ts";
import { upload } from "../fixture.ts";
import {
  arnOf,
  deliver,
  makeRole,
  putRules,
  type RuleWish,
  statusOf,
  versionedBucket,
  versionsOf,
} from "./fixtures.ts";

/** Two buckets, the first replicating to the second. */
async function pair(wish: Partial<RuleWish> = {}, document?: string) {
  const [source, target] = [await versionedBucket("from"), await versionedBucket("to")];
  const role = await makeRole(rootKeys, "s3.amazonaws.com", document);
  await putRules(source.name, role, [{ target: arnOf(target.name), ...wish }]);
  return { source, target, role };
}

const put = (bucket: { name: string }, key: string, body: string, headers = {}) =>
  call("PUT", `/${bucket.name}/${key}`, { body, headers });

describe("replication to a bucket", () => {
  it("carries bytes, id, time, metadata, tags and class, and says so on both sides", async () => {
    const { source, target } = await pair();
    const headers = {
      "content-type": "text/x-story",
      "cache-control": "no-cache",
      "x-amz-meta-colour": "blue",
      "x-amz-tagging": "team=red&a%20b=c%3Ad",
      "x-amz-storage-class": "STANDARD_IA",
    };
    const made = await put(source, "a/story.txt", "once upon a time", headers);
    expect(await statusOf(source, "a/story.txt")).toBe("PENDING");
    await deliver(source);
    expect(await statusOf(source, "a/story.txt")).toBe("COMPLETED");
    const there = await call("GET", `/${target.name}/a/story.txt`);
    expect(there.text).toBe("once upon a time");
    const here = await call("HEAD", `/${source.name}/a/story.txt`);
    const same = [
      ...["content-type", "cache-control", "x-amz-meta-colour", "x-amz-storage-class", "etag"],
      ...["last-modified", "x-amz-version-id", "x-amz-tagging-count", "content-length"],
    ];
    for (const name of same) expect(there.headers.get(name)).toBe(here.headers.get(name));
    expect(there.headers.get("x-amz-version-id")).toBe(made.headers.get("x-amz-version-id"));
    expect(there.headers.get("x-amz-replication-status")).toBe("REPLICA");
    const tagging = await call("GET", `/${target.name}/a/story.txt?tagging`);
    expect(tagging.all("Value")).toEqual(["red", "c:d"]);
    expect(await versionsOf(target)).toEqual(await versionsOf(source));
  });

  it("carries uploads with their parts and checksums", async () => {
    const { source, target } = await pair();
    const five = new Uint8Array(5 * 1024 * 1024).fill(7);
    await upload(source.name, "parts", [five, "and the end"]);
    await deliver(source);
    expect((await source.index.replicationStatus()).failures).toEqual([]);
    expect(await versionsOf(target)).toEqual(await versionsOf(source));
    const query = "?partNumber=2";
    const part = await call("GET", `/${target.name}/parts${query}`);
    expect(part.text).toBe("and the end");
    expect(part.headers.get("x-amz-mp-parts-count")).toBe("2");
    expect(part.headers.get("etag")).toMatch(/-2"$/);
    const open = await call("GET", `/${target.name}?uploads`);
    expect(open.all("Upload")).toEqual([]);
  });

  it("carries delete markers where the rule says so, and never deletions of versions", async () => {
    const { source, target } = await pair();
    const made = await put(source, "k", "one");
    await put(source, "k", "two");
    await deliver(source);
    await call("DELETE", `/${source.name}/k`);
    await deliver(source);
    expect(await versionsOf(target)).toEqual(await versionsOf(source));
    expect((await call("GET", `/${target.name}/k`)).status).toBe(404);
    const first = made.headers.get("x-amz-version-id");
    await call("DELETE", `/${source.name}/k?versionId=${first}`);
    await deliver(source);
    expect(await versionsOf(source)).toHaveLength(2);
    expect(await versionsOf(target)).toHaveLength(3);
    const without = await pair({ markers: false });
    await put(without.source, "k", "one");
    await call("DELETE", `/${without.source.name}/k`);
    await deliver(without.source);
    expect((await call("GET", `/${without.target.name}/k`)).text).toBe("one");
  });

  it("takes only what the rules fit, and says nothing of the rest", async () => {
    const filter = "<And><Prefix>in/</Prefix><Tag><Key>k</Key><Value>v</Value></Tag></And>";
    const { source, target } = await pair({ filter, markers: false });
    await put(source, "in/yes", "1", { "x-amz-tagging": "k=v" });
    await put(source, "in/no", "1");
    await put(source, "out", "1", { "x-amz-tagging": "k=v" });
    await deliver(source);
    expect((await versionsOf(target)).map((line) => line.split(" ")[1])).toEqual(["in/yes"]);
    expect(await statusOf(source, "in/no")).toBeNull();
    expect(await statusOf(source, "out")).toBeNull();
  });

  it("is COMPLETED when every destination is, FAILED when one is", async () => {
    const [source, one, two] = [
      await versionedBucket("from"),
      await versionedBucket("one"),
      await versionedBucket("two"),
    ];
    const role = await makeRole();
    await putRules(source.name, role, [
      { id: "1", target: arnOf(one.name) },
      { id: "2", priority: 2, target: arnOf(two.name) },
    ]);
    await put(source, "k", "x");
    await deliver(source);
    expect(await statusOf(source, "k")).toBe("COMPLETED");
    expect(await versionsOf(two)).toEqual(await versionsOf(one));
    await call("PUT", `/${two.name}?policy`, {
      body: policy({
        Effect: "Deny",
        Principal: "*",
        Action: "s3:ReplicateObject",
        Resource: `${arnOf(two.name)}/*`,
      }),
    });
    await put(source, "l", "x");
    await deliver(source);
    expect(await statusOf(source, "l")).toBe("FAILED");
    expect(await statusOf(one, "l")).toBe("REPLICA");
    const { failures, counters } = await source.index.replicationStatus();
    expect(failures).toMatchObject([{ target: arnOf(two.name), key: "l" }]);
    expect(failures[0]?.reason).toMatch(/^AccessDenied/);
    expect(counters.find(({ rule }) => rule === "1")).toMatchObject({
      completed: 2,
      completedBytes: 2,
      failed: 0,
    });
  });

  it("acts as the role and as nobody else", async () => {
    const weak = [
      allow(["s3:ReplicateObject", "s3:ReplicateTags", "s3:ReplicateDelete"]),
      allow(["s3:GetObjectVersionForReplication", "s3:GetObjectVersionTagging"]),
    ];
    for (const document of weak) {
      const { source, target } = await pair({}, document);
      await put(source, "k", "x");
      await deliver(source);
      expect(await statusOf(source, "k")).toBe("FAILED");
      expect(await versionsOf(target)).toEqual([]);
    }
    const enough = allow(["s3:GetObjectVersionForReplication", "s3:ReplicateObject"]);
    const { source, target } = await pair({}, enough);
    await put(source, "plain", "x");
    await put(source, "tagged", "x", { "x-amz-tagging": "a=b" });
    await deliver(source);
    expect(await statusOf(source, "plain")).toBe("COMPLETED");
    expect(await statusOf(source, "tagged")).toBe("FAILED");
    expect(await versionsOf(target)).toHaveLength(1);
  });

  it("stops with what its role may no longer do (SEC-083)", async () => {
    const { source, target, role } = await pair();
    await put(source, "before", "x");
    await deliver(source);
    expect(await statusOf(source, "before")).toBe("COMPLETED");
    const RoleName = role.slice(role.lastIndexOf("/") + 1);
    await done(iam(rootKeys, "DeleteRolePolicy", { RoleName, PolicyName: "inline" }));
    await put(source, "after", "x");
    await deliver(source);
    expect(await statusOf(source, "after")).toBe("FAILED");
    await done(iam(rootKeys, "DeleteRole", { RoleName }));
    await put(source, "gone", "x");
    await deliver(source);
    expect(await statusOf(source, "gone")).toBe("FAILED");
    expect(await versionsOf(target)).toHaveLength(1);
  });

  it("asks another account's bucket policy", async () => {
    const other = await makeAccount();
    const source = await versionedBucket("from");
    const target = await versionedBucket("theirs", other.keys);
    const role = await makeRole();
    const to = `<Account>${other.accountId}</Account>`;
    await putRules(source.name, role, [{ target: arnOf(target.name), to }]);
    await put(source, "refused", "x");
    await deliver(source);
    expect(await statusOf(source, "refused")).toBe("FAILED");
    const body = policy({
      Effect: "Allow",
      Principal: { AWS: role },
      Action: ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"],
      Resource: `${arnOf(target.name)}/*`,
    });
    await call("PUT", `/${target.name}?policy`, { body, keys: other.keys });
    await put(source, "taken", "x");
    await deliver(source);
    expect(await statusOf(source, "taken")).toBe("COMPLETED");
    const there = await call("GET", `/${target.name}/taken`, { keys: other.keys });
    expect(there.text).toBe("x");
  });

  it("changes what is there when tags change, both ways and without end", async () => {
    const back =
      "<SourceSelectionCriteria><ReplicaModifications><Status>Enabled</Status></ReplicaModifications></SourceSelectionCriteria>";
    const { source, target, role } = await pair({ more: back });
    await putRules(target.name, role, [{ target: arnOf(source.name), more: back }]);
    await put(source, "k", "x");
    await deliver(source);
    const tag = (bucket: { name: string }, value: string) =>
      call("PUT", `/${bucket.name}/k?tagging`, {
        body: `<Tagging><TagSet><Tag><Key>t</Key><Value>${value}</Value></Tag></TagSet></Tagging>`,
      });
    const tagOf = async (bucket: { name: string }) =>
      (await call("GET", `/${bucket.name}/k?tagging`)).first("Value");
    expect((await tag(source, "one")).status).toBe(200);
    expect(await statusOf(source, "k")).toBe("PENDING");
    await deliver(source);
    expect(await statusOf(source, "k")).toBe("COMPLETED");
    expect(await tagOf(target)).toBe("one");
    await tag(target, "two");
    await deliver(target);
    expect(await tagOf(source)).toBe("two");
    expect(await statusOf(target, "k")).toBe("REPLICA");
    for (const bucket of [source, target]) {
      expect((await bucket.index.outboxStatus()).backlog).toBe(0);
      expect(await versionsOf(bucket)).toHaveLength(1);
    }
  });

  it("does not carry replicas onward", async () => {
    const [first, second, third] = [
      await versionedBucket("first"),
      await versionedBucket("second"),
      await versionedBucket("third"),
    ];
    const role = await makeRole();
    await putRules(first.name, role, [{ target: arnOf(second.name) }]);
    await putRules(second.name, role, [{ target: arnOf(third.name) }]);
    await put(first, "k", "x");
    await call("DELETE", `/${first.name}/l`);
    await deliver(first);
    await deliver(second);
    expect(await versionsOf(second)).toEqual(await versionsOf(first));
    expect(await versionsOf(third)).toEqual([]);
  });

  it("fails what nobody can carry: customers' keys, and targets that are gone", async () => {
    const { source, target } = await pair();
    await call("PUT", `/${target.name}?versioning`, {
      body: "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>",
    });
    await put(source, "k", "x");
    await deliver(source);
    expect(await statusOf(source, "k")).toBe("FAILED");
    await call("DELETE", `/${target.name}`);
    await put(source, "l", "x");
    await deliver(source);
    expect(await statusOf(source, "l")).toBe("FAILED");
  });
});
