// Server access logs from the request to the object in the target bucket: the lines of every kind of
// request, where they go, and deliveries that are cut short or done twice.
import { env } from "cloudflare:test";
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectAclCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketLoggingCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { startJob } from "../../src/catalog/jobs.ts";
import { systemSeams } from "../../src/env.ts";
import type { Delivery, DeliveryOutcome } from "../../src/jobs/delivery.ts";
import { advanceJob } from "../../src/jobs/slices.ts";
import { sliceTable } from "../../src/jobs/table.ts";
import { deleteRecords, listRecords, writeRecords } from "../../src/storage/records.ts";
import { writeAsService } from "../../src/write-as-service.ts";
import { makeAccount, makeBucket, rootKeys } from "../operations/bucket/fixtures.ts";
import { refusal, sdk, through } from "../operations/object/fixtures.ts";

/** As AWS publishes it for Athena. */
const lineShape =
  /^([^ ]*) ([^ ]*) \[(.*?)\] ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ("[^"]*"|-) (-|[0-9]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ("[^"]*"|-) ("[^"]*"|-) ([^ ]*)(?: ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*))(?: ([^ ]*) ([^ ]*) ([^ ]*))$/;

const at = through({ RECORD_FLUSH_SECONDS: "0" });
const s3 = sdk(at);
const arrival = {
  env,
  seams: systemSeams,
  waitUntil: (work: Promise<unknown>) => void work.catch(() => undefined),
};

function letLogsIn(Bucket: string) {
  const Policy = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "logging.s3.amazonaws.com" },
        Action: "s3:PutObject",
        Resource: `arn:aws:s3:::${Bucket}/*`,
      },
    ],
  });
  return s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
}

async function makeLogged(more: object = {}) {
  const Bucket = await makeBucket("source");
  const target = await makeBucket("target");
  await letLogsIn(target);
  const LoggingEnabled = { TargetBucket: target, TargetPrefix: "logs/", ...more };
  await s3.send(new PutBucketLoggingCommand({ Bucket, BucketLoggingStatus: { LoggingEnabled } }));
  return { Bucket, target };
}

type Deliver = (delivery: Delivery) => Promise<DeliveryOutcome>;

async function runDelivery(deliver: Deliver = (delivery) => writeAsService(arrival, delivery)) {
  const call = { env, seams: systemSeams, nowMs: Date.now() };
  const job = await startJob(call, { kind: "deliver-logs", target: "*", options: {} });
  const facts = { env, seams: systemSeams, deliver, table: sliceTable };
  await advanceJob(facts, job.jobId, { slices: 100, milliseconds: 60_000 });
}

async function objectsOf(Bucket: string) {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
  const keys = Contents.flatMap(({ Key }) => Key ?? []);
  const texts = await Promise.all(
    keys.map(async (Key) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      return (await Body?.transformToString()) ?? "";
    }),
  );
  return { keys, lines: texts.flatMap((text) => text.split("\n").filter((line) => line !== "")) };
}

const operationsOf = (lines: readonly string[]) => lines.map((line) => line.split(" ")[7]).sort();

describe("access logs", () => {
  it("record every kind of request, one line each, in S3's format", async () => {
    const { Bucket, target } = await makeLogged();
    const Key = 'a "b"/c d';
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: "hello" }));
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    await Body?.transformToString();
    await refusal(s3.send(new GetObjectCommand({ Bucket, Key: "none" })), "NoSuchKey", 404);
    const CopySource = `${Bucket}/${encodeURIComponent(Key)}`;
    await s3.send(new CopyObjectCommand({ Bucket, Key: "copy", CopySource }));
    const Objects = [{ Key: "copy" }, { Key: "absent" }];
    await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    await runDelivery();
    const { keys, lines } = await objectsOf(target);
    expect(keys).toHaveLength(1);
    expect(keys[0]).toMatch(/^logs\/\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d-[0-9A-Z]{16}$/);
    expect(lines.filter((line) => !lineShape.test(line))).toEqual([]);
    expect(operationsOf(lines)).toEqual(
      [
        "BATCH.DELETE.OBJECT",
        "BATCH.DELETE.OBJECT",
        "REST.COPY.OBJECT",
        "REST.COPY.OBJECT_GET",
        "REST.GET.OBJECT",
        "REST.GET.OBJECT",
        "REST.POST.MULTI_OBJECT_DELETE",
        "REST.PUT.LOGGING_STATUS",
        "REST.PUT.OBJECT",
      ].filter((name) => name !== "REST.PUT.LOGGING_STATUS"),
    );
    const line = (name: string, status: string) =>
      lines
        .map((text) => lineShape.exec(text))
        .find((all) => all?.[7] === name && all[10] === status);
    const put = line("REST.PUT.OBJECT", "200");
    expect(put?.[2]).toBe(Bucket);
    expect(put?.[8]).toBe("a%20%22b%22/c%20d");
    expect(put?.[13]).toBe("5");
    expect(line("REST.GET.OBJECT", "200")?.[12]).toBe("5");
    expect(line("REST.GET.OBJECT", "404")?.[11]).toBe("NoSuchKey");
    expect(line("BATCH.DELETE.OBJECT", "204")?.[9]).toBe("-");
    expect(line("REST.COPY.OBJECT_GET", "200")?.[13]).toBe("5");
  });

  it("have requests that were refused before their bucket was looked at", async () => {
    const { Bucket, target } = await makeLogged();
    const wrong = sdk(at, 0, { ...rootKeys, secretAccessKey: "wrong" });
    const get = () => wrong.send(new GetObjectCommand({ Bucket, Key: "k" }));
    await refusal(get(), "SignatureDoesNotMatch", 403);
    await runDelivery();
    const { lines } = await objectsOf(target);
    const [, ...fields] = lineShape.exec(lines[0] ?? "") ?? [];
    // Who it was is not known.
    expect([fields[4], fields[6], fields[7], fields[9], fields[10]]).toEqual([
      "-",
      "REST.GET.OBJECT",
      "k",
      "403",
      "SignatureDoesNotMatch",
    ]);
    expect(lines).toHaveLength(1);
  });

  it("go into folders by account, region, bucket and day when asked", async () => {
    const format = (PartitionDateSource: "EventTime" | "DeliveryTime") => ({
      TargetObjectKeyFormat: { PartitionedPrefix: { PartitionDateSource } },
    });
    const event = await makeLogged(format("EventTime"));
    await s3.send(new PutObjectCommand({ Bucket: event.Bucket, Key: "k", Body: "x" }));
    await runDelivery();
    const { keys } = await objectsOf(event.target);
    const day = new Date().toISOString().slice(0, 10);
    expect(keys[0]).toMatch(
      new RegExp(
        `^logs/\\d{12}/us-east-1/${event.Bucket}/${day.replaceAll("-", "/")}/${day}-00-00-00-[0-9A-Z]{16}$`,
      ),
    );
  });

  it("arrive once more under the same key when a delivery is cut short", async () => {
    const { Bucket, target } = await makeLogged();
    await s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "x" }));
    let cut = true;
    await runDelivery(async (delivery) => {
      const outcome = await writeAsService(arrival, delivery);
      // The object is there, and nobody heard of it.
      return cut ? { kind: "refused", code: "InternalError" } : outcome;
    });
    expect((await objectsOf(target)).keys).toHaveLength(1);
    expect(await listRecords(env, "log", 10)).not.toHaveLength(0);
    cut = false;
    await runDelivery();
    expect((await objectsOf(target)).keys).toHaveLength(1);
    expect(await listRecords(env, "log", 10)).toHaveLength(0);
  });

  it("of a target that takes none any more are given up, and do not hold up others", async () => {
    const { Bucket, target } = await makeLogged();
    await s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "x" }));
    const Statement = [
      {
        Effect: "Deny",
        Principal: "*",
        Action: "s3:PutObject",
        Resource: `arn:aws:s3:::${target}/*`,
      },
    ];
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
    await s3.send(new PutBucketPolicyCommand({ Bucket: target, Policy }));
    await runDelivery();
    expect((await objectsOf(target)).keys).toHaveLength(0);
    expect(await listRecords(env, "log", 10)).toHaveLength(0);
  });

  it("of a bucket into itself record requests, not deliveries", async () => {
    const Bucket = await makeBucket("self");
    await letLogsIn(Bucket);
    const LoggingEnabled = { TargetBucket: Bucket, TargetPrefix: "own/" };
    await s3.send(new PutBucketLoggingCommand({ Bucket, BucketLoggingStatus: { LoggingEnabled } }));
    await s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "x" }));
    await runDelivery();
    expect(await listRecords(env, "log", 10)).toHaveLength(0);
  });
});

describe("lines of removals and of ACLs", () => {
  it("tell how large what was removed was, and whether the request needs ACLs, as on AWS", async () => {
    const { Bucket, target } = await makeLogged();
    const Rules = [{ ObjectOwnership: "BucketOwnerPreferred" as const }];
    await s3.send(new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls: { Rules } }));
    const put = (Key: string, more: object = {}) =>
      s3.send(new PutObjectCommand({ Bucket, Key, Body: "12345", ...more }));
    await put("plain");
    await put("owned", { ACL: "bucket-owner-full-control" });
    await put("private", { ACL: "private" });
    await s3.send(new DeleteObjectCommand({ Bucket, Key: "plain" }));
    const Objects = [{ Key: "owned" }, { Key: "absent" }];
    await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    await runDelivery();
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: target }));
    const { Body } = await s3.send(
      new GetObjectCommand({ Bucket: target, Key: Contents.at(-1)?.Key }),
    );
    const lines = ((await Body?.transformToString()) ?? "").trimEnd().split("\n");
    const told = lines.map((line) => {
      const fields = lineShape.exec(line) ?? [];
      return [fields[7], fields[8], fields[13], fields[26]].join(" ");
    });
    expect(told.filter((line) => /OBJECT (?!-)/.test(line)).sort()).toEqual([
      "BATCH.DELETE.OBJECT absent - -",
      "BATCH.DELETE.OBJECT owned 5 -",
      "REST.DELETE.OBJECT plain 5 -",
      "REST.PUT.OBJECT owned 5 -",
      "REST.PUT.OBJECT plain 5 -",
      "REST.PUT.OBJECT private 5 Yes",
    ]);
  });
});

describe("a log on its way", () => {
  it("bears the grants that were asked for, though the policy allows s3:PutObject alone", async () => {
    const { Bucket, target } = await makeLogged();
    await s3.send(
      new PutBucketOwnershipControlsCommand({
        Bucket: target,
        OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerPreferred" }] },
      }),
    );
    const { canonicalId: ID } = await makeAccount();
    const LoggingEnabled = {
      TargetBucket: target,
      TargetPrefix: "logs/",
      TargetGrants: [
        { Grantee: { Type: "CanonicalUser" as const, ID }, Permission: "READ" as const },
      ],
    };
    await s3.send(new PutBucketLoggingCommand({ Bucket, BucketLoggingStatus: { LoggingEnabled } }));
    await s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "x" }));
    await runDelivery();
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: target }));
    const Key = Contents.at(-1)?.Key;
    const { Grants = [] } = await s3.send(new GetObjectAclCommand({ Bucket: target, Key }));
    expect(Grants.map(({ Grantee, Permission }) => [Grantee?.ID, Permission])).toContainEqual([
      ID,
      "READ",
    ]);
    expect(Grants).toHaveLength(2);
  });

  it("goes to no bucket of another account, whoever has the target's name by then", async () => {
    const { Bucket } = await makeLogged();
    await s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "x" }));
    const seen: Delivery[] = [];
    await runDelivery(async (delivery) => {
      seen.push(delivery);
      return { kind: "refused", code: "AccessDenied" };
    });
    const own = seen.filter(({ sourceArn }) => sourceArn.endsWith(`:${Bucket}`));
    expect(own).toHaveLength(1);
    expect(own[0]?.expectedOwner).toBe(own[0]?.sourceAccountId);
  });
});

describe("record chunks", () => {
  it("are read as they were written, and may be removed twice", async () => {
    const path = "log/00000000000001-TEST";
    await writeRecords(env, path, [{ a: "ü\n" }, { b: 2 }]);
    const { readRecords } = await import("../../src/storage/records.ts");
    expect(await readRecords(env, path)).toEqual([{ a: "ü\n" }, { b: 2 }]);
    await deleteRecords(env, [path]);
    await deleteRecords(env, [path]);
    expect(await readRecords(env, path)).toBeUndefined();
  });
});
