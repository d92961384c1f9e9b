// What a replica has of its source besides bytes: locks, owners and ACLs, encryption under another
// key.
import { env } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { createKmsKey } from "../../../src/catalog/kms-keys.ts";
import { systemSeams } from "../../../src/env.ts";
import { notificationCourier } from "../../../src/jobs/notifications/courier.ts";
import { replicationCourier } from "../../../src/jobs/replication/courier.ts";
import type { LocalRequest } from "../../../src/jobs/replication/sender.ts";
import { serveReplication } from "../../../src/replica-door.ts";
import { allow, makeUser, policy } from "../../iam/fixtures.ts";
import { call, makeAccount, rootKeys } from "../../operations/bucket/fixtures.ts";
import { send } from "../../operations/object/encryption-fixtures.ts";
import { runJob } from "../fixture.ts";
import { drain, inside, makeWebhook, Receiver } from "../notifications/fixtures.ts";
import {
  arnOf,
  deliver,
  makeRole,
  putRules,
  statusOf,
  versionedBucket,
  versionsOf,
} from "./fixtures.ts";

const locking = { "x-amz-bucket-object-lock-enabled": "true" };

describe("Object Lock", () => {
  it("goes along, and so do its changes", async () => {
    const source = await versionedBucket("locked", rootKeys, locking);
    const target = await versionedBucket("locked", rootKeys, locking);
    await putRules(source.name, await makeRole(), [{ target: arnOf(target.name) }]);
    const until = new Date(Date.now() + 86_400_000).toISOString().replace(/\.\d+Z$/, "Z");
    const headers = {
      "x-amz-object-lock-mode": "GOVERNANCE",
      "x-amz-object-lock-retain-until-date": until,
      "x-amz-object-lock-legal-hold": "ON",
    };
    const body = "locked\n";
    const digest = Buffer.from(await crypto.subtle.digest("MD5", new TextEncoder().encode(body)));
    const made = await call("PUT", `/${source.name}/k`, {
      body,
      headers: { ...headers, "content-md5": digest.toString("base64") },
    });
    expect(made.status).toBe(200);
    await deliver(source);
    const there = await call("HEAD", `/${target.name}/k`);
    expect(there.headers.get("x-amz-object-lock-mode")).toBe("GOVERNANCE");
    expect(there.headers.get("x-amz-object-lock-legal-hold")).toBe("ON");
    expect(Date.parse(there.headers.get("x-amz-object-lock-retain-until-date") ?? "")).toBe(
      Date.parse(until),
    );
    const versionId = there.headers.get("x-amz-version-id");
    const gone = await call("DELETE", `/${target.name}/k?versionId=${versionId}`);
    expect(gone.status).toBe(403);
    // Who may make replicas, and nothing else, lifts no hold and shortens nothing.
    const replicating = ["s3:ReplicateObject", "s3:ReplicateTags"];
    const document = allow(replicating, `arn:aws:s3:::${target.name}/*`);
    const keys = await makeUser(rootKeys, `replicator-${Date.now()}`, document);
    const replica = (more: object) => ({
      ...{ source: "elsewhere", seq: 1, versionId, modifiedAtMs: Date.now(), isChange: true },
      ...more,
    });
    const change = (wish: object, lock: Record<string, string>) =>
      call("PUT", `/${target.name}/k`, {
        keys,
        headers: { "x-amz-cairn-replica": JSON.stringify(wish), ...lock },
      });
    const soon = new Date(Date.now() + 60_000).toISOString().replace(/\.\d+Z$/, "Z");
    const weaker = {
      "x-amz-object-lock-legal-hold": "OFF",
      "x-amz-object-lock-mode": "GOVERNANCE",
      "x-amz-object-lock-retain-until-date": soon,
    };
    expect((await change(replica({ changedAtMs: Date.now() }), weaker)).status).toBe(200);
    const held = await call("HEAD", `/${target.name}/k`);
    expect(held.headers.get("x-amz-object-lock-legal-hold")).toBe("ON");
    expect(Date.parse(held.headers.get("x-amz-object-lock-retain-until-date") ?? "")).toBe(
      Date.parse(until),
    );
    const late = await change(replica({ modifiedAtMs: Date.now() + 3_600_000 }), {});
    expect([late.status, late.first("Code")]).toEqual([400, "InvalidArgument"]);
    const hold = "<LegalHold><Status>OFF</Status></LegalHold>";
    const md5 = await crypto.subtle.digest("MD5", new TextEncoder().encode(hold));
    const digested = { "content-md5": Buffer.from(md5).toString("base64") };
    await call("PUT", `/${source.name}/k?legal-hold`, { body: hold, headers: digested });
    await deliver(source);
    const after = await call("HEAD", `/${target.name}/k`);
    expect(after.headers.get("x-amz-object-lock-legal-hold")).toBe("OFF");
    expect(after.headers.get("x-amz-object-lock-mode")).toBe("GOVERNANCE");
  });

  it("on the source needs it on the destination", async () => {
    const source = await versionedBucket("locked", rootKeys, locking);
    const target = await versionedBucket("plain");
    const wish = putRules(source.name, await makeRole(), [{ target: arnOf(target.name) }]);
    await expect(wish).rejects.toThrow("Object Lock must be enabled on the destination");
  });
});

describe("SSE-KMS", () => {
  it("is taken where the rule says so, and encrypted anew under the key it names", async () => {
    const place = { env, seams: systemSeams, nowMs: Date.now() };
    const [source, target] = [await versionedBucket("from"), await versionedBucket("to")];
    const role = await makeRole();
    const [, account = ""] = /iam::(\d{12}):/.exec(role) ?? [];
    const facts = { accountId: account, description: "", tags: [] };
    const [one, two] = [await createKmsKey(place, facts), await createKmsKey(place, facts)];
    const arn = (keyId: string) => `arn:aws:kms:us-east-1:${account}:key/${keyId}`;
    const to = `<EncryptionConfiguration><ReplicaKmsKeyID>${arn(two.keyId)}</ReplicaKmsKeyID></EncryptionConfiguration>`;
    const more =
      "<SourceSelectionCriteria><SseKmsEncryptedObjects><Status>Enabled</Status></SseKmsEncryptedObjects></SourceSelectionCriteria>";
    const headers = {
      "x-amz-server-side-encryption": "aws:kms",
      "x-amz-server-side-encryption-aws-kms-key-id": one.keyId,
    };
    await putRules(source.name, role, [{ target: arnOf(target.name) }]);
    await call("PUT", `/${source.name}/untaken`, { body: "secret", headers });
    expect(await statusOf(source, "untaken")).toBeNull();
    await putRules(source.name, role, [{ target: arnOf(target.name), more, to }]);
    await call("PUT", `/${source.name}/taken`, { body: "secret", headers });
    await call("PUT", `/${source.name}/plain`, { body: "plain" });
    await deliver(source);
    expect((await source.index.replicationStatus()).failures).toEqual([]);
    const there = await call("GET", `/${target.name}/taken`);
    expect(there.text).toBe("secret");
    const keyHeader = "x-amz-server-side-encryption-aws-kms-key-id";
    expect(there.headers.get(keyHeader)).toBe(arn(two.keyId));
    const plain = await call("GET", `/${target.name}/plain`);
    expect(plain.headers.get("x-amz-server-side-encryption")).toBe("AES256");
    // A role that may not open the key replicates nothing that is under it.
    const weak = await makeRole(rootKeys, "s3.amazonaws.com", allow("s3:*"));
    await putRules(source.name, weak, [{ target: arnOf(target.name), more, to }]);
    await call("PUT", `/${source.name}/refused`, { body: "secret", headers });
    await deliver(source);
    expect(await statusOf(source, "refused")).toBe("FAILED");
  });

  it("under a customer's key is beyond us, and says so", async () => {
    const settings = { ALLOW_SSE_C: "true" };
    const [source, target] = [await versionedBucket("from"), await versionedBucket("to")];
    await putRules(source.name, await makeRole(), [{ target: arnOf(target.name) }]);
    const key = new Uint8Array(32).fill(9);
    const md5 = await crypto.subtle.digest("MD5", key);
    const prefix = "x-amz-server-side-encryption-customer-";
    const headers = {
      [`${prefix}algorithm`]: "AES256",
      [`${prefix}key`]: Buffer.from(key).toString("base64"),
      [`${prefix}key-md5`]: Buffer.from(md5).toString("base64"),
    };
    const made = await send("PUT", `/${source.name}/k`, { body: "x", headers, settings });
    expect(made.status).toBe(200);
    await deliver(source);
    const { failures } = await source.index.replicationStatus();
    expect(failures[0]?.reason).toContain("SSE-C");
    expect(await versionsOf(target)).toEqual([]);
  });
});

describe("owners and ACLs", () => {
  const ownership = (mode: string) =>
    `<OwnershipControls><Rule><ObjectOwnership>${mode}</ObjectOwnership></Rule></OwnershipControls>`;

  it("the writer owns a replica elsewhere, or the bucket's owner where the rule says so", async () => {
    const other = await makeAccount();
    const source = await versionedBucket("from");
    const target = await versionedBucket("theirs", other.keys);
    const body = ownership("ObjectWriter");
    await call("PUT", `/${target.name}?ownershipControls`, { body, keys: other.keys });
    await call("PUT", `/${source.name}?ownershipControls`, { body });
    const role = await makeRole();
    const document = policy({
      Effect: "Allow",
      Principal: { AWS: role },
      Action: ["s3:ReplicateObject", "s3:ReplicateTags", "s3:ObjectOwnerOverrideToBucketOwner"],
      Resource: `${arnOf(target.name)}/*`,
    });
    await call("PUT", `/${target.name}?policy`, { body: document, keys: other.keys });
    const account = `<Account>${other.accountId}</Account>`;
    const override =
      "<AccessControlTranslation><Owner>Destination</Owner></AccessControlTranslation>";
    await putRules(source.name, role, [{ target: arnOf(target.name), to: account }]);
    const grant = { "x-amz-grant-read": `id="${other.canonicalId}"` };
    await call("PUT", `/${source.name}/kept`, { body: "x", headers: grant });
    await deliver(source);
    await putRules(source.name, role, [{ target: arnOf(target.name), to: account + override }]);
    await call("PUT", `/${source.name}/given`, { body: "x" });
    await deliver(source);
    expect((await source.index.replicationStatus()).failures).toEqual([]);
    // The other account may read by the ACL that came along; its own object it reads anyway.
    for (const key of ["kept", "given"]) {
      expect((await call("GET", `/${target.name}/${key}`, { keys: other.keys })).text).toBe("x");
    }
    const acl = await call("GET", `/${target.name}/given?acl`, { keys: other.keys });
    expect(acl.first("ID")).toBe(other.canonicalId);
    const kept = await call("GET", `/${target.name}/kept?acl`, { keys: other.keys });
    expect(kept.status).toBe(403);
  });
});

describe("what was there before", () => {
  it("null versions too, keeps its ids when a job asks for it", async () => {
    const source = `early-${crypto.randomUUID().slice(0, 12)}`;
    await call("PUT", `/${source}`);
    await call("PUT", `/${source}/k`, { body: "before versions" });
    await call("PUT", `/${source}?versioning`, {
      body: "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
    });
    await call("PUT", `/${source}/k`, { body: "after" });
    await call("DELETE", `/${source}/gone`);
    const target = await versionedBucket("to");
    await putRules(source, await makeRole(), [{ target: arnOf(target.name) }]);
    expect(await statusOf({ name: source }, "k")).toBeNull();
    const { findBucket } = await import("../../../src/catalog/every-bucket.ts");
    const { openBucket } = await import("../../../src/bucket/client.ts");
    const found = await findBucket({ env, seams: systemSeams, nowMs: Date.now() }, source);
    const bucketId = found?.bucketId ?? "";
    const options = { bucket: source, bucketId, configuration: "existing" };
    const { job } = await runJob({ kind: "replicate", options });
    expect(job.counts).toMatchObject({ seen: 3, enrolled: 3 });
    await deliver({ index: openBucket(env, bucketId) });
    expect(await versionsOf(target)).toEqual(await versionsOf({ name: source }));
    expect(await statusOf({ name: source }, "k", "null")).toBe("COMPLETED");
  });
});

describe("events", () => {
  it("tell of replication that failed, with the rule and the reason", async () => {
    const { topicArn } = await makeWebhook();
    const source = await versionedBucket("from");
    const target = await versionedBucket("to");
    const role = await makeRole(rootKeys, "s3.amazonaws.com", allow("s3:Get*"));
    await putRules(source.name, role, [{ id: "mirror", target: arnOf(target.name) }]);
    const body =
      `<NotificationConfiguration><TopicConfiguration><Topic>${topicArn}</Topic>` +
      "<Event>s3:Replication:OperationFailedReplication</Event></TopicConfiguration></NotificationConfiguration>";
    const skip = { "x-amz-skip-destination-validation": "true" };
    const set = await call("PUT", `/${source.name}?notification`, { body, headers: skip });
    expect(set.status).toBe(200);
    await inside(source.bucketId, (index) => Object.assign(index, { drain: async () => {} }));
    await call("PUT", `/${source.name}/k`, { body: "x" });
    const receiver = new Receiver();
    const arrival = { env, seams: systemSeams, waitUntil: () => undefined };
    const replication = replicationCourier(
      () => (request: LocalRequest) => serveReplication(arrival, request),
    );
    const notification = notificationCourier(receiver.send);
    await drain(source.bucketId, { receiver, couriers: { replication, notification } });
    expect(await statusOf(source, "k")).toBe("FAILED");
    expect(receiver.events).toEqual(["Replication:OperationFailedReplication k"]);
    const [record] = (JSON.parse(receiver.received[0]?.body ?? "{}") as { Records: object[] })
      .Records;
    expect(record).toMatchObject({
      replicationEventData: {
        replicationRuleId: "mirror",
        destinationBucket: arnOf(target.name),
        s3Operation: "OBJECT_PUT",
      },
    });
  });
});
