// @ts-check
// `npm start` from outside: what it prints, what it keeps, what it refuses and how it ends.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import {
  childrenOf,
  openClient,
  runCommand,
  scratchDirectory,
  startProcess,
  stillRunning,
} from "./server-process.mjs";

const onLinux = process.platform === "linux" ? false : "needs /proc";

describe("npm start", () => {
  test("makes keys, keeps them readable by their owner only, and prints them ready to paste", async (t) => {
    const data = join(scratchDirectory(t), "deep", "data");
    const server = await startProcess(["--data", data]);
    t.after(() => server.child.kill());
    const path = join(data, "credentials.json");
    assert.equal(statSync(path).mode & 0o777, 0o600);
    const stored = JSON.parse(readFileSync(path, "utf8"));
    const names = ["endpoint", "accessKeyId", "secretAccessKey", "masterKey", "region"];
    assert.deepEqual(Object.keys(stored), names);
    assert.equal(stored.endpoint, server.endpoint);
    assert.equal(stored.accessKeyId, server.accessKeyId);
    assert.equal(stored.secretAccessKey, server.secretAccessKey);
    assert.equal(Buffer.from(stored.masterKey, "base64").length, 32);
    assert.match(stored.accessKeyId, /^AKIA[A-Z2-7]{16}$/);
    assert.match(server.endpoint, /^http:\/\/127\.0\.0\.1:\d+$/);
    for (const client of ["aws s3 cp", "boto3.client(", "rclone config create"]) {
      assert.ok(server.output.stdout.includes(client), client);
    }
  });

  test("keeps buckets, objects and keys over a restart, and its console answers", async (t) => {
    const data = scratchDirectory(t);
    const first = await startProcess(["--data", data]);
    const body = "stones on stones";
    await openClient(first).send(new CreateBucketCommand({ Bucket: "kept" }));
    await openClient(first).send(new PutObjectCommand({ Bucket: "kept", Key: "a", Body: body }));
    first.child.kill("SIGTERM");
    assert.deepEqual(await first.exited, { code: 0, signal: null });
    const second = await startProcess(["--data", data]);
    t.after(() => second.child.kill());
    assert.equal(second.secretAccessKey, first.secretAccessKey);
    const answer = await openClient(second).send(
      new GetObjectCommand({ Bucket: "kept", Key: "a" }),
    );
    assert.equal(await answer.Body?.transformToString(), body);
    const page = await fetch(`${second.endpoint}/-/console/`);
    assert.match(page.headers.get("content-type") ?? "", /text\/html/);
  });

  test("takes a root key and keeps it; settings reach the Worker", async (t) => {
    const data = scratchDirectory(t);
    const key = ["--access-key", "somebody", "--secret-key", "something/secret+1"];
    const server = await startProcess(["--data", data, ...key, "--var", "REGION=eu-west-1"]);
    assert.equal(server.region, "eu-west-1");
    await openClient(server).send(new CreateBucketCommand({ Bucket: "mine" }));
    server.child.kill("SIGINT");
    assert.equal((await server.exited).code, 0);
    const again = await startProcess(["--data", data]);
    t.after(() => again.child.kill());
    assert.equal(again.accessKeyId, "somebody");
    assert.equal(again.secretAccessKey, "something/secret+1");
  });

  test("finishes an upload in flight when told to end", async (t) => {
    const server = await startProcess(["--data", scratchDirectory(t)]);
    const client = openClient(server);
    await client.send(new CreateBucketCommand({ Bucket: "late" }));
    const body = Buffer.alloc(48 * 1024 * 1024, 7);
    const upload = client.send(new PutObjectCommand({ Bucket: "late", Key: "big", Body: body }));
    await sleep(150);
    server.child.kill("SIGTERM");
    assert.equal((await upload).$metadata.httpStatusCode, 200);
    assert.equal((await server.exited).code, 0);
  });

  test("leaves no process and no temporary file behind, ended or killed", {
    skip: onLinux,
  }, async (t) => {
    for (const signal of /** @type {const} */ (["SIGTERM", "SIGKILL"])) {
      const temporary = scratchDirectory(t);
      const parameters = ["--data", scratchDirectory(t)];
      const server = await startProcess(parameters, { env: { TMPDIR: temporary } });
      const children = childrenOf(server.child);
      assert.ok(children.length >= 1);
      server.child.kill(signal);
      await server.exited;
      for (let waited = 0; stillRunning(children).length > 0 && waited < 3_000; waited += 20) {
        await sleep(20);
      }
      assert.deepEqual(stillRunning(children), [], signal);
      // A build, when one was due, has its own.
      const left = readdirSync(temporary).filter((name) => name.startsWith("miniflare-"));
      assert.deepEqual(left, [], signal);
    }
  });

  test("refuses a folder in use, and takes it at once after kill -9", async (t) => {
    const data = scratchDirectory(t);
    const first = await startProcess(["--data", data]);
    const second = await startProcess(["--data", data]);
    assert.equal(second.ended?.code, 1);
    assert.match(second.output.stderr, /^Another Cairn server is using .* --data DIR\n$/);
    first.child.kill("SIGKILL");
    await first.exited;
    const third = await startProcess(["--data", data]);
    t.after(() => third.child.kill());
    assert.equal(third.ended, undefined, third.output.stderr);
  });

  test("names a taken port", async (t) => {
    const holder = createServer().listen(0, "127.0.0.1");
    t.after(() => holder.close());
    await new Promise((resolve) => holder.once("listening", resolve));
    const address = holder.address();
    const port = String(typeof address === "object" ? address?.port : "");
    const answer = await runCommand(["--memory", "--port", port]);
    assert.equal(answer.code, 1);
    assert.match(answer.stderr, new RegExp(`^Port ${port} on 127.0.0.1 is taken. .*--port`, "m"));
  });

  test("refuses damaged keys instead of making new ones", async (t) => {
    const data = scratchDirectory(t);
    mkdirSync(data, { recursive: true });
    writeFileSync(join(data, "credentials.json"), '{"accessKeyId": "x"');
    const answer = await runCommand(["--port", "0", "--data", data]);
    assert.equal(answer.code, 1);
    assert.match(answer.stderr, /credentials\.json is damaged/);
  });

  for (const [parameters, complaint] of /** @type {const} */ ([
    [["--prot", "1"], /Unknown option '--prot'/],
    [["stray"], /stray/],
    [["--port", "nine"], /--port takes a number/],
    [["--port", "70000"], /--port takes a number/],
    [["--var", "region=x"], /--var takes NAME=VALUE/],
    [["--var", "MASTER_KEY=x"], /MASTER_KEY is kept with the data/],
    [["--memory", "--access-key", "only"], /go together/],
    [["--memory", "--access-key", "a/b", "--secret-key", "x"], /An access key is/],
  ])) {
    test(`refuses ${parameters.join(" ")}`, async () => {
      const answer = await runCommand([...parameters]);
      assert.notEqual(answer.code, 0);
      assert.match(answer.stderr, complaint);
      assert.equal(answer.stdout, "");
    });
  }

  test("--help says what it can do", async () => {
    const answer = await runCommand(["--help"]);
    assert.equal(answer.code, 0);
    for (const option of ["port", "host", "data", "memory", "access-key", "secret-key", "var"]) {
      assert.ok(answer.stdout.includes(`--${option}`), option);
    }
  });

  test("--quiet prints nothing", async (t) => {
    const data = scratchDirectory(t);
    const { child } = await startQuiet(data);
    t.after(() => child.kill());
    const { endpoint } = JSON.parse(readFileSync(join(data, "credentials.json"), "utf8"));
    assert.equal((await fetch(endpoint)).status, 403);
  });
});

/** A quiet server says nothing when it is ready, so its credentials file has to. */
async function startQuiet(/** @type {string} */ data) {
  const { spawn } = await import("node:child_process");
  const { projectDirectory } = await import("./server-process.mjs");
  const script = join(projectDirectory, "scripts", "start.mjs");
  const parameters = [script, "--port", "0", "--data", data, "--quiet"];
  const child = spawn(process.execPath, parameters, { stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.on("data", (chunk) => assert.fail(`stdout: ${chunk}`));
  child.stderr.on("data", (chunk) => assert.fail(`stderr: ${chunk}`));
  for (let waited = 0; waited < 20_000; waited += 50) {
    if (statSync(join(data, "credentials.json"), { throwIfNoEntry: false }) !== undefined) {
      return { child };
    }
    await sleep(50);
  }
  return assert.fail("did not start");
}
