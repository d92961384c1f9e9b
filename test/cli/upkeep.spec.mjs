// @ts-check
// The upkeep commands against a real server: a check of a bucket that is whole, its jobs, a rebuild
// that is refused.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { AwsClient } from "aws4fetch";
import { startCairn } from "../../server/index.mjs";
import { asCaller, runCairn } from "./run-cairn.mjs";

/** @type {import("../../server/index.mjs").CairnServer} */
let server;

/** @param {string} line */
const cairn = (line) =>
  runCairn(line.split(" "), { environment: asCaller(server.endpoint, server.credentials) });

/** @param {string} line */
async function cairnJson(line) {
  const { stdout, stderr, exitCode } = await cairn(`${line} --json`);
  assert.equal(stderr, "");
  return { exitCode, json: JSON.parse(stdout) };
}

describe("cairn upkeep", () => {
  before(async () => {
    server = await startCairn({ quiet: true });
    const client = new AwsClient({ ...server.credentials, service: "s3", region: server.region });
    for (const path of ["/whole", "/whole/one", "/whole/two"]) {
      const body = path === "/whole" ? {} : { body: path };
      const made = await client.fetch(`${server.endpoint}${path}`, { method: "PUT", ...body });
      assert.equal(made.status, 200);
    }
  });
  after(() => server.stop());

  it("checks a bucket that is whole, and lists the job", async () => {
    const { exitCode, json } = await cairnJson("fsck whole --read --repair");
    assert.equal(exitCode, 0);
    assert.deepEqual(json.findings, []);
    const [job] = json.jobs;
    assert.deepEqual([job.kind, job.bucket, job.state], ["fsck", "whole", "done"]);
    assert.equal(job.counts.versions, 2);
    const shown = await cairn(`jobs ${job.jobId}`);
    assert.match(shown.stdout, /^Nothing was found to be wrong\.$/m);
    assert.match((await cairn("jobs")).stdout, new RegExp(job.jobId));
  });

  it("begins a scrub, waits for one, sweeps, and tells in its status", async () => {
    assert.equal((await cairn("scrub start whole")).exitCode, 0);
    assert.equal((await cairn("scrub start --wait")).exitCode, 0);
    assert.match((await cairn("scrub status")).stdout, /scrub +all +- +done +0/);
    assert.equal((await cairnJson("sweep")).json.jobs.length, 7);
    assert.match((await cairn("status")).stdout, /^Damage found +0$/m);
  });

  it("measures at once what buckets hold, rather than once a day", async () => {
    assert.match((await cairn("usage")).stdout, /Nothing was measured yet/);
    const { json } = await cairnJson("usage --measure");
    assert.deepEqual([json[0].bucket, json[0].objects], ["whole", 2]);
    assert.equal((await cairnJson("usage whole --measure")).json.length, 1);
  });

  it("does not rebuild an index that is alive, nor check a bucket that is not there", async () => {
    const { exitCode, json } = await cairnJson("rebuild whole");
    assert.equal(exitCode, 1);
    assert.deepEqual(
      json.findings.map((/** @type {any} */ finding) => finding.kind),
      ["index-not-lost"],
    );
    assert.match((await cairn("fsck absent")).stderr, /NoSuchBucket/);
    assert.match((await cairn("jobs nonsense")).stderr, /no job id/);
  });
});
