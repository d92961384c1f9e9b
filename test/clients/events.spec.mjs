// @ts-check
// Events as their receivers get them: the AWS command line and the SDK configure a bucket, a real HTTP
// server and a real consumer of a queue receive what happens. The receiver is away for a while, and
// the server is killed between a change and its delivery: everything comes, in order per key.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { startCairn } from "../../server/index.mjs";
import { asCaller, runCairn } from "../cli/run-cairn.mjs";
import { openClient, scratchDirectory, startProcess } from "../local/server-process.mjs";
import { clientEnvironment, clientOf, findPrograms } from "./support/programs.mjs";

const [aws] = findPrograms("aws", ["--version"]);
const [python] = findPrograms("python3", ["-c", "import boto3; print(boto3.__version__)"]);
const checks = fileURLToPath(new URL("events_checks.py", import.meta.url));
const kinds = fileURLToPath(new URL("events_kinds.py", import.meta.url));

/** What `events_kinds.py` brings about. */
const kindsTold = [
  "ObjectCreated:Put in/a+b+(é).txt",
  "ObjectCreated:Post posted",
  "ObjectCreated:Copy copy",
  "ObjectTagging:Put copy",
  "ObjectTagging:Delete copy",
  "ObjectAcl:Put copy",
  "ObjectRetention:Put copy",
  "ObjectCreated:CompleteMultipartUpload parts",
  "ObjectRemoved:DeleteMarkerCreated parts",
  "ObjectRemoved:Delete parts",
  "ObjectCreated:Put cold",
  "ObjectRestore:Post cold",
  "ObjectRestore:Completed cold",
  "ObjectRestore:Delete cold",
  "ObjectCreated:Put moves/k",
  "LifecycleTransition moves/k",
  "ObjectCreated:Put ends/k",
  "LifecycleExpiration:DeleteMarkerCreated ends/k",
];
const typesTold = [
  "Object ACL Updated",
  "Object Created",
  "Object Deleted",
  "Object Restore Completed",
  "Object Restore Expired",
  "Object Restore Initiated",
  "Object Retention Updated",
  "Object Storage Class Changed",
  "Object Tags Added",
  "Object Tags Deleted",
];

/** @typedef {{ headers: import("node:http").IncomingHttpHeaders, body: string, path: string }} Message */

/** An HTTP server that notes what is posted to it and answers as told. */
class Receiver {
  /** @type {Message[]} */
  messages = [];
  status = 204;
  url = "";
  #server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const { headers, url: path = "" } = request;
    this.messages.push({ headers, body, path });
    response.writeHead(this.status).end();
  });

  async open() {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    const { port } = /** @type {import("node:net").AddressInfo} */ (this.#server.address());
    this.url = `http://127.0.0.1:${port}/`;
  }
  close() {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** What the consumer of a queue was given, in the order it came. @param {string} name */
  queued(name) {
    return this.messages
      .filter(({ path }) => path === "/queue")
      .map(({ body }) => JSON.parse(body))
      .filter(({ queue }) => queue === name)
      .flatMap(({ messages }) => messages.map((/** @type {any} */ one) => JSON.parse(one.body)));
  }

  /** The records that were accepted at a path, each once, in the order they came first. */
  records(path = "/") {
    const seen = new Set();
    return this.messages.flatMap(({ headers, body, path: at }) => {
      const id = headers["webhook-id"];
      if (at !== path || seen.has(id)) return [];
      seen.add(id);
      return JSON.parse(body).Records ?? [];
    });
  }
}

/**
 * @param {() => boolean} isDone
 * @param {string} what
 */
async function until(isDone, what) {
  for (let round = 0; round < 300 && !isDone(); round += 1) await sleep(100);
  assert.ok(isDone(), `waited in vain for ${what}`);
}

/** @param {Message | undefined} message @param {string} secret */
function assertSigned(message, secret) {
  assert.ok(message);
  const { "webhook-id": id, "webhook-timestamp": timestamp } = message.headers;
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  const digest = createHmac("sha256", key).update(`${id}.${timestamp}.${message.body}`);
  assert.equal(message.headers["webhook-signature"], `v1,${digest.digest("base64")}`);
  assert.ok(Math.abs(Number(timestamp) - Date.now() / 1000) < 60);
}

describe("events", () => {
  const receiver = new Receiver();
  /** @type {import("../../server/index.mjs").CairnServer} */
  let server;
  /** @type {ReturnType<typeof openClient>} */
  let client;
  /** @type {any} */
  let hook;

  /** @param {string} line */
  async function cairn(line) {
    const environment = asCaller(server.endpoint, server.credentials);
    const { stdout, stderr, exitCode } = await runCairn([...line.split(" "), "--json"], {
      environment,
    });
    assert.equal(exitCode, 0, stderr);
    return JSON.parse(stdout);
  }

  before(async () => {
    await receiver.open();
    server = await startCairn({
      quiet: true,
      vars: {
        EVENT_QUEUES: "jobs=EVENT_QUEUE_JOBS,eventbridge=EVENT_QUEUE_BUS",
        LIFECYCLE_DAY_SECONDS: "1",
        RESTORE_DELAY_SECONDS: "0",
        EVENT_QUEUE_CONSUMER: `${receiver.url}queue`,
      },
    });
    client = openClient({ ...server, ...server.credentials });
    hook = await cairn(`webhook create uploads --url ${receiver.url}hook`);
    await client.send(new CreateBucketCommand({ Bucket: "events" }));
  });
  after(async () => {
    client?.destroy();
    await server?.stop();
    receiver.close();
  });

  it("reach a webhook and a queue that the AWS command line configured", async (t) => {
    if (aws === undefined) return t.skip("no aws");
    const queueArn = hook.topicArn.replace(":sns:", ":sqs:").replace(/uploads$/, "jobs");
    const configuration = {
      TopicConfigurations: [
        {
          Id: "to-hook",
          TopicArn: hook.topicArn,
          Events: ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"],
          Filter: { Key: { FilterRules: [{ Name: "prefix", Value: "in/" }] } },
        },
      ],
      QueueConfigurations: [
        {
          Id: "to-queue",
          QueueArn: queueArn,
          Events: ["s3:ObjectCreated:*"],
          Filter: { Key: { FilterRules: [{ Name: "prefix", Value: "jobs/" }] } },
        },
      ],
    };
    const { call } = clientOf(aws, {
      env: clientEnvironment(server),
      fixed: ["--endpoint-url", server.endpoint, "s3api"],
    });
    const bucket = ["--bucket", "events"];
    await call(
      "put-bucket-notification-configuration",
      ...bucket,
      "--notification-configuration",
      JSON.stringify(configuration),
    );
    const kept = await call("get-bucket-notification-configuration", ...bucket);
    assert.equal(JSON.parse(kept).TopicConfigurations[0].Id, "to-hook");
    await until(() => receiver.messages.length >= 2, "the test events");
    for (const [Key, Body] of [
      ["in/a b.txt", "hello"],
      ["jobs/1", "one"],
      ["jobs/2", "two"],
      ["other", "nobody is told"],
    ]) {
      await client.send(new PutObjectCommand({ Bucket: "events", Key, Body }));
    }
    await client.send(new DeleteObjectCommand({ Bucket: "events", Key: "in/a b.txt" }));
    await until(() => receiver.records("/hook").length === 2, "the webhook's records");
    const [made, gone] = receiver.records("/hook");
    assert.deepEqual(
      [made.eventName, made.s3.object.key, made.s3.object.size, gone.eventName],
      ["ObjectCreated:Put", "in/a+b.txt", 5, "ObjectRemoved:Delete"],
    );
    assert.ok(gone.s3.object.sequencer > made.s3.object.sequencer);
    assertSigned(
      receiver.messages.findLast(({ path }) => path === "/hook"),
      hook.secret,
    );
    const queued = () => receiver.queued("jobs");
    await until(() => queued().length >= 3, "the queue's messages");
    assert.equal(queued()[0].Event, "s3:TestEvent");
    const keys = queued()
      .slice(1)
      .map(({ Records }) => Records[0].s3.object.key);
    assert.deepEqual(keys, ["jobs/1", "jobs/2"]);
  });

  it("are configured by boto3, and refused in S3's words", async (t) => {
    if (python === undefined) return t.skip("no boto3");
    const env = clientEnvironment(server, { CAIRN_ENDPOINT: server.endpoint });
    const { call } = clientOf(python, { env });
    assert.match(await call(checks, hook.topicArn), /^done$/m);
  });

  it("come for every kind of change that boto3 brings about, to a webhook and to EventBridge", async (t) => {
    if (python === undefined) return t.skip("no boto3");
    const env = clientEnvironment(server, { CAIRN_ENDPOINT: server.endpoint });
    const { call } = clientOf(python, { env });
    const all = await cairn(`webhook create all --url ${receiver.url}kinds`);
    assert.match(await call(kinds, all.topicArn), /^done$/m);
    const named = () =>
      new Set(
        receiver
          .records("/kinds")
          .map(({ eventName, s3 }) => `${eventName} ${decodeURIComponent(s3.object.key)}`),
      );
    await until(() => kindsTold.every((kind) => named().has(kind)), "every kind");
    assert.deepEqual(
      [...named()].filter((kind) => !kindsTold.includes(kind)),
      [],
    );
    const acl = receiver.records("/kinds").filter(({ eventName }) => eventName === "ObjectAcl:Put");
    assert.equal(acl.length, 1, "an ACL put again unchanged is no event");
    const bus = () =>
      receiver.queued("eventbridge").filter(({ detail }) => detail.bucket.name === "kinds");
    await until(() => bus().length >= kindsTold.length, "the events for EventBridge");
    const types = new Set(bus().map((event) => event["detail-type"]));
    assert.deepEqual([...types].sort(), typesTold);
    const [made] = bus().filter(({ detail }) => detail.object.key === "in/a b+(é).txt");
    const [record] = receiver
      .records("/kinds")
      .filter(({ s3 }) => s3.object.key === "in/a+b%2B%28%C3%A9%29.txt");
    assert.equal(made.detail.object.sequencer, record.s3.object.sequencer);
    assert.equal(made.detail["request-id"], record.responseElements["x-amz-request-id"]);
  });

  it("wait for a receiver that is away, and come in order when it is back", async () => {
    receiver.status = 503;
    const before = receiver.records("/hook").length;
    for (let round = 0; round < 5; round += 1) {
      for (const key of ["in/x", "in/y"]) {
        const Body = String(round);
        await client.send(new PutObjectCommand({ Bucket: "events", Key: key, Body }));
      }
    }
    await sleep(3000);
    const status = await cairn("events status events");
    assert.ok(status.backlog >= 10, `${status.backlog}`);
    assert.match(status.targets[0].lastError, /503/);
    receiver.status = 200;
    receiver.messages.length = 0;
    await until(() => receiver.records("/hook").length >= 10, "what waited");
    assert.ok(before > 0);
    for (const key of ["in/x", "in/y"]) {
      const order = receiver
        .records("/hook")
        .filter(({ s3 }) => s3.object.key === key)
        .map(({ s3 }) => s3.object.sequencer);
      assert.equal(order.length, 5);
      assert.deepEqual(order, [...order].sort());
    }
  });

  it("are listed, replayed and tested by the command", async () => {
    const [last] = await cairn("webhook deliveries uploads --outcome delivered --limit 1");
    assert.equal(last.outcome, "delivered");
    receiver.messages.length = 0;
    const [again] = await cairn(`webhook replay uploads ${last.id}`);
    assert.equal(again.outcome, "delivered");
    assert.equal(receiver.messages[0]?.headers["webhook-id"], last.id);
    const all = await cairn("webhook replay uploads --outcome delivered");
    assert.ok(all.length >= 12, `${all.length} replayed`);
    const tested = await cairn("webhook test uploads");
    assert.equal(tested.outcome, "delivered");
    const rotated = await cairn("webhook rotate uploads");
    await cairn("webhook test uploads");
    assert.equal(receiver.messages.at(-1)?.headers["webhook-signature"]?.length, 47 * 2 + 1);
    assert.notEqual(rotated.secret, hook.secret);
    assert.equal((await cairn("webhook disable uploads")).state, "disabled");
    assert.equal((await cairn("webhook enable uploads")).state, "enabled");
    const text = await runCairn(["webhook", "list"], {
      environment: asCaller(server.endpoint, server.credentials),
    });
    assert.match(text.stdout, /uploads +enabled/);
  });
});

describe("events and kill -9", () => {
  it("come after the server was killed between the change and its delivery", async (t) => {
    const receiver = new Receiver();
    await receiver.open();
    t.after(() => receiver.close());
    receiver.status = 500;
    const data = scratchDirectory(t);
    const first = await startProcess(["--data", data], { detached: true });
    assert.equal(first.ended, undefined, first.output.stderr);
    const environment = asCaller(first.endpoint, first);
    const words = ["webhook", "create", "uploads", "--url", receiver.url, "--json"];
    const made = JSON.parse((await runCairn(words, { environment })).stdout);
    const client = openClient(first);
    await client.send(new CreateBucketCommand({ Bucket: "killed" }));
    await client.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket: "killed",
        NotificationConfiguration: {
          TopicConfigurations: [{ TopicArn: made.topicArn, Events: ["s3:ObjectCreated:*"] }],
        },
        SkipDestinationValidation: true,
      }),
    );
    for (let at = 0; at < 20; at += 1) {
      const Key = `key-${at % 4}`;
      await client.send(new PutObjectCommand({ Bucket: "killed", Key, Body: String(at) }));
    }
    client.destroy();
    process.kill(-(first.child.pid ?? 0), "SIGKILL");
    await first.exited;
    receiver.status = 200;
    receiver.messages.length = 0;
    const second = await startProcess(["--data", data]);
    t.after(() => second.child.kill());
    // A laptop's alarm rings by itself once the object is there: a look at it is enough.
    const look = { environment: asCaller(second.endpoint, second) };
    await runCairn(["events", "status", "killed", "--json"], look);
    await until(() => receiver.records().length >= 20, "all twenty");
    for (let at = 0; at < 4; at += 1) {
      const order = receiver
        .records()
        .filter(({ s3 }) => s3.object.key === `key-${at}`)
        .map(({ s3 }) => s3.object.sequencer);
      assert.equal(order.length, 5);
      assert.deepEqual(order, [...order].sort());
    }
  });
});
