// @ts-check
// The `cairn` command against a real server: accounts, keys, status, as operator and as tenant.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { startCairn } from "../../server/index.mjs";
import { asCaller, emptyFolder, runCairn } from "./run-cairn.mjs";

/** @type {Awaited<ReturnType<typeof startCairn>>} */
let server;

before(async () => {
  server = await startCairn({ memory: true, quiet: true });
});

after(() => server.stop());

/**
 * @param {string} line
 * @param {{ accessKeyId: string, secretAccessKey: string }} [caller] the operator when absent
 */
function cairn(line, caller = server.credentials) {
  return runCairn(line.split(" "), { environment: asCaller(server.endpoint, caller) });
}

/**
 * @param {string} line
 * @param {{ accessKeyId: string, secretAccessKey: string }} [caller]
 */
async function cairnJson(line, caller) {
  const { exitCode, stdout, stderr } = await cairn(`${line} --json`, caller);
  assert.deepEqual([exitCode, stderr], [0, ""]);
  return JSON.parse(stdout);
}

/**
 * @param {{ exitCode: number, stderr: string }} result
 * @param {string} code
 */
function assertRefused({ exitCode, stderr }, code) {
  assert.equal(exitCode, 1);
  assert.match(stderr, new RegExp(`\\(${code}\\)`));
}

describe("cairn", () => {
  it("takes an account through its life", async () => {
    const made = await cairnJson("account create --name Ada --email ada@example.com");
    assert.deepEqual(Object.keys(made), [
      "accountId",
      "canonicalId",
      "name",
      "email",
      "accessKeyId",
      "secretAccessKey",
    ]);
    assert.match(made.accountId, /^[0-9]{12}$/);
    assert.match(made.canonicalId, /^[0-9a-f]{64}$/);
    const listed = await cairnJson("account list");
    const shown = listed.find((/** @type {any} */ each) => each.accountId === made.accountId);
    assert.deepEqual([shown.name, shown.email], ["Ada", "ada@example.com"]);
    assert.doesNotMatch(JSON.stringify(listed), new RegExp(made.secretAccessKey));
    assertRefused(await cairn("account create --name Eve --email ADA@example.com"), "EmailInUse");
    const gone = await cairn(`account delete ${made.accountId}`);
    assert.deepEqual([gone.exitCode, gone.stderr], [0, ""]);
    assertRefused(await cairn("key list", made), "InvalidAccessKeyId");
    assertRefused(await cairn(`account delete ${made.accountId}`), "NoSuchAccount");
  });

  it("lets a tenant manage its own keys and nothing else", async () => {
    const tenant = await cairnJson("account create --name Bob --email bob@example.com");
    const second = await cairnJson("key create", tenant);
    assert.equal(second.accountId, tenant.accountId);
    assertRefused(await cairn("key create", tenant), "KeyLimitExceeded");
    assert.equal((await cairnJson("key list", second)).length, 2);
    assert.equal((await cairnJson(`key disable ${second.accessKeyId}`, tenant)).status, "Inactive");
    assert.equal((await cairn("key list", second)).exitCode, 1);
    assert.equal((await cairnJson(`key enable ${second.accessKeyId}`, tenant)).status, "Active");
    assert.equal((await cairn("key list", second)).exitCode, 0);
    assert.equal((await cairn(`key delete ${second.accessKeyId}`, tenant)).exitCode, 0);
    assertRefused(await cairn("key list", second), "InvalidAccessKeyId");

    for (const line of [
      "status",
      "account list",
      "account create --name Eve --email eve@example.com",
      `account delete ${tenant.accountId}`,
      "key list --account 000000000000",
    ]) {
      assertRefused(await cairn(line, tenant), "AccessDenied");
    }
    const root = server.credentials.accessKeyId;
    assertRefused(await cairn(`key disable ${root}`, tenant), "NoSuchAccessKey");
    assertRefused(await cairn(`key disable ${root}`), "RootKeyIsConfigured");
    assert.equal((await cairnJson(`key list --account ${tenant.accountId}`)).length, 1);
  });

  it("shows the state of the server, for people and for scripts", async () => {
    const status = await cairnJson("status");
    assert.equal(status.endpoint, server.endpoint);
    assert.equal(status.region, server.region);
    assert.equal(status.catalog.answers, true);
    assert.equal(status.stores.length, 7);
    const { stdout } = await cairn("status");
    assert.match(stdout, /^Catalog +answers$/m);
    assert.match(stdout, /^STORE_STANDARD +STANDARD, REDUCED_REDUNDANCY +answers$/m);
  });

  it("finds the server that the folder's credentials name", async () => {
    const folder = emptyFolder();
    mkdirSync(join(folder, ".cairn"));
    const credentials = { endpoint: server.endpoint, ...server.credentials, region: server.region };
    const path = join(folder, ".cairn", "credentials.json");
    writeFileSync(path, JSON.stringify(credentials));
    const { exitCode, stdout } = await runCairn(["account", "list"], { folder });
    assert.equal(exitCode, 0);
    assert.match(stdout, /operator@localhost/);
  });

  it("is refused with a wrong secret (SEC-068)", async () => {
    const forged = { ...server.credentials, secretAccessKey: "x".repeat(40) };
    assertRefused(await cairn("account list", forged), "SignatureDoesNotMatch");
  });
});
