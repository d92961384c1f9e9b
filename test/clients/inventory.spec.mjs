// Inventory, cost and jobs against a real server: boto3 and the AWS command line configure, `cairn` makes
// the reports, and what was written is read as its readers do.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { parquetReadObjects } from "hyparquet";
import { asCaller, runCairn } from "../cli/run-cairn.mjs";
import {
  clientEnvironment,
  clientOf,
  describeClient,
  findPrograms,
  run,
} from "./support/programs.mjs";
import { openClient, serve } from "./support/server.mjs";

const server = await serve({ vars: { METRICS: "on", RECORD_FLUSH_SECONDS: "0" } });
const client = openClient(server);
const script = fileURLToPath(new URL("inventory_checks.py", import.meta.url));

/** The command; it must come to that exit code. */
async function cairn(line, expectedCode = 0) {
  const environment = asCaller(server.endpoint, server.credentials);
  const { stdout, stderr, exitCode } = await runCairn(line.split(" "), { environment });
  assert.equal(exitCode, expectedCode, stderr + stdout);
  return stdout;
}

describeClient(
  "boto3",
  findPrograms("python3", ["-c", "import boto3; print(boto3.__version__)"]).slice(0, 1),
  (python) => {
    const env = clientEnvironment(server, { PYTHONWARNINGS: "ignore" });
    const python3 = async (mode) => {
      const { code, stdout, stderr } = await run(python.path, [script, mode, server.endpoint], {
        env,
      });
      assert.equal(code, 0, stderr + stdout);
    };
    before(() => python3("configure"));

    test("a report needs the destination's policy, and is told to have been refused", async () => {
      const told = await cairn("inventory run boto-stock csv", 1);
      assert.match(told, /delivery-refused .*AccessDenied/);
    });

    test("CSV and Parquet come with all their fields, encrypted as asked", async () => {
      await python3("allow");
      await cairn("inventory run boto-stock csv");
      await cairn("inventory run boto-stock parquet");
      await python3("read");
      const Bucket = "boto-reports";
      const Prefix = "in/boto-stock/parquet/data/";
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket, Prefix }));
      assert.equal(Contents.length, 1);
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: Contents[0].Key }));
      const file = (await Body.transformToByteArray()).buffer;
      const [row, ...rest] = await parquetReadObjects({ file });
      assert.deepEqual(rest, []);
      assert.deepEqual([row.bucket, row.key, row.size], ["boto-stock", "a b+(é).txt", 11n]);
      assert.ok(row.last_modified_date instanceof Date);
      assert.equal("version_id" in row, false);
    });
  },
);

describeClient("AWS CLI", findPrograms("aws", ["--version"]), (program) => {
  const { call, fail } = clientOf(program, {
    env: clientEnvironment(server),
    fixed: ["--endpoint-url", server.endpoint, "s3api"],
  });
  const bucket = `cli-${program.version.replaceAll(".", "-")}`;
  const place = ["--bucket", bucket];

  test("configurations of inventories and metrics are put, listed by pages, and removed", async () => {
    await call("create-bucket", ...place);
    const document = (id) =>
      JSON.stringify({
        Destination: { S3BucketDestination: { Bucket: `arn:aws:s3:::${bucket}`, Format: "CSV" } },
        IsEnabled: true,
        Id: id,
        IncludedObjectVersions: "Current",
        Schedule: { Frequency: "Weekly" },
      });
    const named = ["--id", "one", "--inventory-configuration", document("one")];
    await call("put-bucket-inventory-configuration", ...place, ...named);
    const told = await call("get-bucket-inventory-configuration", ...place, "--id", "one");
    assert.deepEqual(JSON.parse(told).InventoryConfiguration, JSON.parse(document("one")));
    const listed = JSON.parse(await call("list-bucket-inventory-configurations", ...place));
    assert.equal(listed.InventoryConfigurationList.length, 1);
    await call("delete-bucket-inventory-configuration", ...place, "--id", "one");
    assert.match(
      await fail("get-bucket-inventory-configuration", ...place, "--id", "one"),
      /NoSuchConfiguration/,
    );
    const filter = { Id: "docs", Filter: { Prefix: "docs/" } };
    const metrics = ["--id", "docs", "--metrics-configuration", JSON.stringify(filter)];
    await call("put-bucket-metrics-configuration", ...place, ...metrics);
    const kept = await call("list-bucket-metrics-configurations", ...place);
    assert.deepEqual(JSON.parse(kept).MetricsConfigurationList, [filter]);
  });
});

test("cairn jobs tells what runs, what waits, and what went wrong", async () => {
  const text = await cairn("jobs");
  assert.match(text, /^JOB +KIND +WHERE +READS +STATE +FINDINGS +STARTED +FINISHED +ERROR$/m);
  assert.match(text, /inventory +boto-stock +- +done +1 /);
});

test("cairn cost bills a month twice", async () => {
  const path = `${server.endpoint}/priced`;
  const { AwsClient } = await import("aws4fetch");
  const signer = new AwsClient({ ...server.credentials, service: "s3", region: server.region });
  for (const [url, body] of [
    [path, undefined],
    [`${path}/k`, "x".repeat(100_000)],
  ]) {
    assert.equal((await signer.fetch(url, { method: "PUT", body })).status, 200);
  }
  const wish = { kind: "usage", bucket: null, repair: false, read: false };
  const admin = async (line, body) => {
    const url = `${server.endpoint}/-/api/v1${line}`;
    const answer = await signer.fetch(url, { method: "POST", body: JSON.stringify(body) });
    assert.ok(answer.ok, String(answer.status));
    return answer.json();
  };
  const { jobs } = await admin("/jobs", wish);
  for (let state = ""; state !== "done"; )
    ({ state } = await admin(`/jobs/${jobs[0].jobId}/advance`, {}));
  const { bills, stored, month } = JSON.parse(await cairn("cost priced --json"));
  assert.match(month, /^\d{4}-\d\d$/);
  assert.deepEqual(
    bills.map(({ name }) => name),
    ["Cloudflare", "Amazon S3"],
  );
  assert.ok(stored !== undefined);
  for (const bill of bills) {
    assert.ok(
      bill.storage > 0 && bill.total >= bill.storage && bill.forecast >= bill.total,
      bill.name,
    );
    assert.equal(bill.currency, "USD");
  }
  const shown = await cairn("cost priced");
  assert.match(shown, /Cloudflare/);
  assert.match(shown, /Amazon S3/);
});
