// Lifecycle as boto3, the AWS CLI and `cairn` use it, on a server whose days last a fifth of a second.
// Each rule by itself is in test/lifecycle; here the clients must see what they ask for happen.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { asCaller, runCairn } from "../cli/run-cairn.mjs";
import {
  clientEnvironment,
  clientOf,
  describeClient,
  findPrograms,
  run,
} from "./support/programs.mjs";
import { scratchDirectory, serve } from "./support/server.mjs";

const server = await serve({ vars: { LIFECYCLE_DAY_SECONDS: "0.2" } });
const checks = fileURLToPath(new URL("lifecycle_checks.py", import.meta.url));

describeClient(
  "boto3",
  findPrograms("python3", ["-c", "import boto3; print(boto3.__version__)"]),
  (python) => {
    test("sets rules, and sees them happen", async () => {
      const env = clientEnvironment(server, { PYTHONWARNINGS: "ignore" });
      const parameters = [checks, server.endpoint, python.version.replaceAll(".", "-")];
      const { stdout, stderr } = await run(python.path, parameters, { env, timeoutMs: 180_000 });
      assert.equal(stdout.trim().split("\n").at(-1), "done", stderr);
    });
  },
);

const rules = {
  Rules: [
    {
      ID: "old logs",
      Status: "Enabled",
      Filter: { And: { Prefix: "logs/", ObjectSizeGreaterThan: 0 } },
      Transitions: [{ Days: 3, StorageClass: "GLACIER" }],
      Expiration: { Days: 15 },
    },
  ],
};

describeClient("AWS CLI", findPrograms("aws", ["--version"]), (program) => {
  const scratch = scratchDirectory();
  const env = clientEnvironment(server);
  const { call, fail } = clientOf(program, { env, fixed: ["--endpoint-url", server.endpoint] });
  const bucket = `cli-life-${program.version.replaceAll(".", "-")}`;
  const file = join(scratch, "rules.json");
  const cairn = (...words) =>
    runCairn(words, { environment: asCaller(server.endpoint, server.credentials) });
  const cairnJson = async (...words) => {
    const { stdout, stderr, exitCode } = await cairn(...words, "--json");
    assert.equal(exitCode, 0, stderr);
    return JSON.parse(stdout);
  };

  before(async () => {
    writeFileSync(file, JSON.stringify(rules));
    await call("s3", "mb", `s3://${bucket}`);
    writeFileSync(join(scratch, "a"), "some bytes");
    await call("s3", "cp", join(scratch, "a"), `s3://${bucket}/logs/a`);
    await call("s3", "cp", join(scratch, "a"), `s3://${bucket}/keep`);
  });

  test("cairn previews rules before they are put", async () => {
    const told = await cairnJson("lifecycle", "preview", bucket, "--rules", file, "--days", "30");
    assert.equal(told.versions, 2);
    const actions = told.days.map(({ action, count, to }) => [action, count, to]);
    assert.deepEqual(actions.at(-1), ["Expiration", 1, null]);
    assert.deepEqual(
      told.savings.map(({ prices }) => prices),
      ["Cloudflare", "Amazon S3"],
    );
    const shown = await cairn("lifecycle", "preview", bucket, "--rules", file);
    assert.match(shown.stdout, /^2 versions of 2 keys/);
    writeFileSync(join(scratch, "bad"), '{"Rules": [{"Status": "Enabled"}]}');
    const refused = await cairn("lifecycle", "preview", bucket, "--rules", join(scratch, "bad"));
    assert.match(refused.stderr, /MalformedXML/);
  });

  test("puts rules, reads them back, and they happen", async () => {
    const place = ["--bucket", bucket];
    await call(
      "s3api",
      "put-bucket-lifecycle-configuration",
      ...place,
      "--lifecycle-configuration",
      `file://${file}`,
    );
    const told = JSON.parse(await call("s3api", "get-bucket-lifecycle-configuration", ...place));
    assert.deepEqual(told.Rules, rules.Rules);
    const explained = await cairnJson("lifecycle", "explain", bucket, "keep");
    assert.deepEqual(explained.versions[0].events, []);
    for (let tries = 0; ; tries += 1) {
      const listing = await call("s3", "ls", "--recursive", `s3://${bucket}`);
      if (!listing.includes("logs/a")) break;
      assert.ok(tries < 100, listing);
      await sleep(200);
    }
    const status = await cairnJson("lifecycle", "status", bucket);
    assert.ok(
      status.days.some(({ action, rule }) => action === "Expiration" && rule === "old logs"),
    );
    assert.match((await cairn("lifecycle", "status")).stdout, new RegExp(bucket));
    await call("s3api", "delete-bucket-lifecycle", ...place);
    assert.match(
      await fail("s3api", "get-bucket-lifecycle-configuration", ...place),
      /NoSuchLifecycleConfiguration/,
    );
  });
});
