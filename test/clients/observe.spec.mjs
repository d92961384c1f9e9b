// Access logs, metrics and analytics configurations, audit, usage and Prometheus figures against a real
// server: boto3 sets up and parses with AWS's own expression, the `cairn` command looks.
import assert from "node:assert/strict";
import { get } from "node:http";
import { describe, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { AwsClient } from "aws4fetch";
import { asCaller, runCairn } from "../cli/run-cairn.mjs";
import { clientEnvironment, describeClient, findPrograms, run } from "./support/programs.mjs";
import { serve } from "./support/server.mjs";

const token = "prometheus-token";
const vars = { AUDIT: "all", METRICS: "on", METRICS_TOKEN: token, RECORD_FLUSH_SECONDS: "0" };
const server = await serve({ vars });
const script = fileURLToPath(new URL("observe_checks.py", import.meta.url));
const pythons = findPrograms("python3", ["-c", "import boto3; print(boto3.__version__)"]);

const client = new AwsClient({ ...server.credentials, service: "s3", region: server.region });

/** A call of the admin API. */
async function admin(method, path, body) {
  const url = `${server.endpoint}/-/api/v1${path}`;
  const answer = await client.fetch(url, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  assert.ok(answer.ok, `${path}: ${answer.status}`);
  return answer.json();
}

/** Runs a job to its end, as the crons would. */
async function finish(kind) {
  const { jobs } = await admin("POST", "/jobs", { kind, bucket: null, repair: false, read: false });
  for (let round = 0; round < 20; round += 1) {
    const job = await admin("POST", `/jobs/${jobs[0].jobId}/advance`, {});
    if (job.state === "done") return job;
    assert.equal(job.state, "running", job.error);
  }
  throw new Error(`${kind} does not end`);
}

/** Begins to read an answer and hangs up; gives the request's id. */
function leaveEarly(url, headers) {
  return new Promise((resolve, reject) => {
    const outgoing = get(url, { headers, agent: false }, (answer) => {
      answer.once("data", () => {
        outgoing.destroy();
        resolve(answer.headers["x-amz-request-id"]);
      });
    });
    outgoing.on("error", reject);
  });
}

const cairn = (line) =>
  runCairn(line.split(" "), { environment: asCaller(server.endpoint, server.credentials) });

describeClient("boto3", pythons.slice(0, 1), (python) => {
  test("logs arrive in the format that AWS's expression reads", async () => {
    const env = clientEnvironment(server);
    const python3 = (mode) => run(python.path, [script, mode, server.endpoint], { env });
    await python3("configure");
    // What an isolate still holds is written down when somebody asks.
    await admin("GET", "/audit?limit=1");
    await finish("deliver-logs");
    await python3("parse");
  });
});

describe("cairn", () => {
  test("audit finds a request by its id, and denials by their code", async () => {
    const put = await client.fetch(`${server.endpoint}/audited`, { method: "PUT" });
    const requestId = put.headers.get("x-amz-request-id") ?? "";
    const shown = await cairn(`audit --request-id ${requestId}`);
    assert.equal(shown.stderr, "");
    assert.match(shown.stdout, /^operation +CreateBucket$/m);
    assert.match(shown.stdout, /^decision\.isAllowed +true$/m);
    const anonymous = await fetch(`${server.endpoint}/audited/secret`);
    assert.equal(anonymous.status, 403);
    const denied = await cairn("audit --bucket audited --code AccessDenied --since 5m");
    assert.match(denied.stdout, /GetObject +audited\/secret +\* +403 AccessDenied/);
    const wrong = await cairn("audit --request-id nonsense");
    assert.equal(wrong.exitCode, 1);
  });

  test("audit tells how much a client took that left early", async () => {
    const body = new Uint8Array(8 * 1024 * 1024);
    const url = `${server.endpoint}/audited/large`;
    assert.equal((await client.fetch(url, { method: "PUT", body })).status, 200);
    const { headers } = await client.sign(url, { method: "GET" });
    const requestId = await leaveEarly(url, Object.fromEntries(headers));
    for (let round = 0; ; round += 1) {
      const { records } = await admin("GET", `/audit?requestId=${requestId}`);
      const [record] = records;
      if (record === undefined && round < 50) {
        await setTimeout(100);
        continue;
      }
      assert.equal(record?.status, 200);
      assert.ok(record.bytesSent < body.length, String(record.bytesSent));
      assert.equal(record.objectBytes, body.length);
      break;
    }
  });

  test("usage tells what buckets hold, and how they were used", async () => {
    const put = await client.fetch(`${server.endpoint}/audited/k`, {
      method: "PUT",
      body: "12345",
    });
    assert.equal(put.status, 200);
    await client.fetch(`${server.endpoint}/audited/large`, { method: "DELETE" });
    await finish("usage");
    const all = await cairn("usage");
    assert.match(all.stdout, /^audited +\S+ +STANDARD +1 +0 +0 +0 +5 +0 +0$/m);
    const one = await cairn("usage audited --json");
    assert.equal(JSON.parse(one.stdout)[0].bytes, 5);
    const requests = await cairn("usage audited --requests --json");
    assert.ok(JSON.parse(requests.stdout)[0].AllRequests >= 2);
  });

  test("/-/metrics answers whoever has the token", async () => {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(`${server.endpoint}/-/metrics`, { headers });
    assert.equal(answer.status, 200);
    const text = await answer.text();
    assert.match(text, /^cairn_requests_total\{class="Put",status="2xx"\} [1-9]/m);
    assert.match(
      text,
      /^cairn_stored_bytes\{bucket="audited",class="STANDARD",kind="current"\} 5$/m,
    );
    const refused = await fetch(`${server.endpoint}/-/metrics`);
    assert.equal(refused.status, 403);
  });
});
