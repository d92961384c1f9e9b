// ACLs and ownership as boto3, the AWS CLI and a browser without keys use them, on a deployment with the
// defaults that S3 had before April 2023. Each rule by itself is in test/operations.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { AwsClient } from "aws4fetch";
import {
  clientEnvironment,
  clientOf,
  describeClient,
  findPrograms,
  run,
} from "./support/programs.mjs";
import { scratchDirectory, serve } from "./support/server.mjs";

const server = await serve({
  vars: { DEFAULT_OBJECT_OWNERSHIP: "ObjectWriter", DEFAULT_BLOCK_PUBLIC_ACCESS: "false" },
});

/** A second account, with its root keys. */
async function makeAccount() {
  const { accessKeyId, secretAccessKey } = server.credentials;
  const signer = new AwsClient({
    accessKeyId,
    secretAccessKey,
    service: "s3",
    region: server.region,
  });
  const email = "other@example.com";
  const answer = await signer.fetch(`${server.endpoint}/-/api/v1/accounts`, {
    method: "POST",
    body: JSON.stringify({ name: "other", email }),
  });
  assert.equal(answer.status, 201, await answer.clone().text());
  return answer.json();
}

const other = await makeAccount();
const script = fileURLToPath(new URL("acl_checks.py", import.meta.url));
const pythons = findPrograms("python3", ["-c", "import boto3; print(boto3.__version__)"]);

describeClient("boto3", pythons.slice(0, 1), (python) => {
  test("what conformance suites assert of ACLs", async () => {
    const env = clientEnvironment(server, { PYTHONWARNINGS: "ignore" });
    const { accessKeyId, secretAccessKey, canonicalId, email } = other;
    const asked = [script, server.endpoint, accessKeyId, secretAccessKey, canonicalId, email];
    const { stdout, stderr } = await run(python.path, asked, { env });
    assert.equal(stdout.trim(), "done", stderr);
  });
});

describeClient("AWS CLI", findPrograms("aws", ["--version"]), (program) => {
  const env = clientEnvironment(server);
  const { call, fail } = clientOf(program, { env, fixed: ["--endpoint-url", server.endpoint] });
  const bucket = `cli-acl-${program.version.replaceAll(".", "-")}`;
  const scratch = scratchDirectory();
  const plain = async (key) => (await fetch(`${server.endpoint}/${bucket}/${key}`)).status;

  test("opens an object to everybody, and closes it", async () => {
    await call("s3", "mb", `s3://${bucket}`);
    const file = join(scratch, "page.html");
    writeFileSync(file, "<p>hello</p>");
    await call("s3", "cp", file, `s3://${bucket}/page.html`, "--acl", "public-read");
    const answer = await fetch(`${server.endpoint}/${bucket}/page.html`);
    assert.equal(await answer.text(), "<p>hello</p>");
    assert.equal(await plain("missing"), 403);
    const named = ["--bucket", bucket, "--key", "page.html"];
    await call("s3api", "put-object-acl", ...named, "--acl", "private");
    assert.equal(await plain("page.html"), 403);
    const grant = "uri=http://acs.amazonaws.com/groups/global/AllUsers";
    await call("s3api", "put-object-acl", ...named, "--grant-read", grant);
    assert.equal(await plain("page.html"), 200);
    const told = JSON.parse(await call("s3api", "get-object-acl", ...named));
    assert.deepEqual(
      told.Grants.map((given) => [given.Grantee.Type, given.Permission]),
      [["Group", "READ"]],
    );
  });

  test("says what is wrong with an ACL", async () => {
    const named = ["--bucket", bucket, "--key", "page.html"];
    const refused = await fail("s3api", "put-object-acl", ...named, "--grant-read", "id=nobody");
    assert.match(refused, /\(InvalidArgument\).*Invalid id/s);
    const both = ["--acl", "private", "--grant-read", `id=${other.canonicalId}`];
    assert.match(
      await fail("s3api", "put-bucket-acl", "--bucket", bucket, ...both),
      /InvalidRequest/,
    );
  });
});
