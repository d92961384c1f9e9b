// @ts-check
// A versioned bucket walks STANDARD -> STANDARD_IA -> GLACIER -> expiry in shortened days, while the
// server is killed with -9 and started again, and while several runs of the same work overlap on purpose.
// Every version is moved exactly once for each step, nothing is lost, nothing is left. CAIRN_FULL=1 takes
// 10,000 versions and ten kills.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { callAdmin } from "../../cli/request.mjs";
import { openClient, scratchDirectory, startProcess } from "./server-process.mjs";

const isFull = process.env["CAIRN_FULL"] === "1";
const keys = isFull ? 5000 : 150;
const kills = isFull ? 10 : 2;
const patienceMs = isFull ? 900_000 : 120_000;
const bucket = "walk";
/** 30 lifecycle days are six seconds. */
const settings = ["--var", "LIFECYCLE_DAY_SECONDS=0.2", "--var", "CONDEMNED_GRACE_SECONDS=1"];

const filter = { ObjectSizeGreaterThan: 1 };
const steps = /** @type {const} */ ([
  { Days: 30, StorageClass: "STANDARD_IA" },
  { Days: 60, StorageClass: "GLACIER" },
]);

/** The rules of a step: those before it stay. @param {number} step */
function rulesOf(step) {
  const moves = steps.slice(0, step);
  /** @type {import("@aws-sdk/client-s3").LifecycleRule[]} */
  const rules = [
    {
      ID: "walk",
      Status: "Enabled",
      Filter: filter,
      Transitions: [...moves],
      NoncurrentVersionTransitions: moves.map(({ Days, StorageClass }) => {
        return { NoncurrentDays: Days, StorageClass };
      }),
      ...(step > steps.length && {
        Expiration: { Days: 90 },
        NoncurrentVersionExpiration: { NoncurrentDays: 90 },
      }),
    },
    {
      ID: "markers",
      Status: "Enabled",
      Filter: {},
      Expiration: { ExpiredObjectDeleteMarker: true },
    },
  ];
  return rules;
}

/** @typedef {Awaited<ReturnType<typeof startProcess>>} Server */

/** @param {Server} server @param {string} method @param {string} path @param {object} [body] */
const admin = (server, method, path, body) =>
  callAdmin({ ...server, isLocal: true }, { method, path, ...(body !== undefined && { body }) });

/** Every version's class, markers apart. @param {Server} server */
async function listClasses(server) {
  const client = openClient(server);
  /** @type {Map<string, number>} */
  const classes = new Map();
  let markers = 0;
  /** @type {{ KeyMarker?: string | undefined, VersionIdMarker?: string | undefined }} */
  let place = {};
  for (;;) {
    const page = await client.send(new ListObjectVersionsCommand({ Bucket: bucket, ...place }));
    for (const { StorageClass = "" } of page.Versions ?? []) {
      classes.set(StorageClass, (classes.get(StorageClass) ?? 0) + 1);
    }
    markers += page.DeleteMarkers?.length ?? 0;
    if (page.IsTruncated !== true) break;
    place = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
  }
  client.destroy();
  return { ...Object.fromEntries(classes), markers };
}

/** Several workers at once on the same job, beside the server's own ticks. @param {Server} server */
async function push(server) {
  const wish = { kind: "lifecycle", bucket, repair: false, read: false };
  const { jobs } = await admin(server, "POST", "/jobs", wish);
  const advance = () => admin(server, "POST", `/jobs/${jobs[0].jobId}/advance`);
  await Promise.all([advance(), advance(), advance()]);
}

/** @param {Server} server @param {number} at */
async function fill(server, at) {
  const client = openClient(server);
  const names = Array.from({ length: keys }, (_, index) => `key-${String(index).padStart(6, "0")}`);
  const put = async () => {
    for (let key = names.pop(); key !== undefined; key = names.pop()) {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: `${key} ${at}` }));
    }
  };
  await Promise.all(Array.from({ length: 8 }, put));
  client.destroy();
}

test(`${2 * keys} versions walk through the classes, killed ${kills} times`, async (t) => {
  const data = scratchDirectory(t);
  const start = () => startProcess(["--data", data, ...settings], { detached: true });
  let server = await start();
  t.after(() => process.kill(-(server.child.pid ?? 0), "SIGKILL"));
  const client = openClient(server);
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  const VersioningConfiguration = /** @type {const} */ ({ Status: "Enabled" });
  await client.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration }));
  client.destroy();
  await fill(server, 1);
  await fill(server, 2);
  const startedMs = Date.now();
  let killed = 0;
  for (let step = 1; step <= steps.length + 1; step += 1) {
    const own = openClient(server);
    const LifecycleConfiguration = { Rules: rulesOf(step) };
    await own.send(
      new PutBucketLifecycleConfigurationCommand({ Bucket: bucket, LifecycleConfiguration }),
    );
    own.destroy();
    const wanted = { [steps[step - 1]?.StorageClass ?? "none"]: 2 * keys, markers: 0 };
    const goal = step > steps.length ? { markers: 0 } : wanted;
    const stepKills = Math.ceil((kills * step) / (steps.length + 1));
    for (const endsAtMs = Date.now() + patienceMs; ; ) {
      // Killed while it works, twice as often the whole group with workerd as the server alone.
      if (killed < stepKills) {
        const { pid = 0 } = server.child;
        const working = push(server).catch(() => undefined);
        await sleep(isFull ? 3000 : 1000);
        process.kill(killed % 3 === 0 ? pid : -pid, "SIGKILL");
        await server.exited;
        await working;
        killed += 1;
        server = await start();
        assert.equal(server.ended, undefined, server.output.stderr);
      }
      const work = push(server);
      const now = await listClasses(server);
      await work;
      if (JSON.stringify(now) === JSON.stringify(goal)) break;
      assert.ok(Date.now() < endsAtMs, `step ${step} stands at ${JSON.stringify(now)}`);
      await sleep(200);
    }
    if (step === 1) {
      const reader = openClient(server);
      const Key = "key-000007";
      const { Body } = await reader.send(new GetObjectCommand({ Bucket: bucket, Key }));
      assert.equal(await Body?.transformToString(), `${Key} 2`);
      reader.destroy();
    }
  }
  assert.equal(killed, kills);
  const status = await admin(server, "GET", `/buckets/${bucket}/lifecycle`);
  /** @type {Record<string, number>} */
  const counts = {};
  for (const { action, count } of status.days) counts[action] = (counts[action] ?? 0) + count;
  assert.deepEqual(counts, {
    ExpiredObjectDeleteMarker: keys,
    Expiration: keys,
    NoncurrentVersionExpiration: 2 * keys,
    NoncurrentVersionTransition: 2 * keys,
    Transition: 2 * keys,
  });
  const { jobs } = await admin(server, "POST", "/jobs", {
    kind: "fsck",
    bucket: null,
    repair: false,
    read: true,
  });
  const path = `/jobs/${jobs[0].jobId}`;
  let job = jobs[0];
  while (job.state === "running") job = await admin(server, "POST", `${path}/advance`);
  assert.equal(job.state, "done");
  assert.deepEqual((await admin(server, "GET", `${path}/findings`)).findings, []);
  t.diagnostic(`${2 * keys} versions, ${killed} kills, ${Date.now() - startedMs} ms`);
});
