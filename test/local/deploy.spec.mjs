// @ts-check
// `npm run deploy` against a wrangler that keeps an account in a file: what is missing is made once,
// what is there stays, secrets are never lost and never replaced by accident.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { deploy, planDeployment } from "../../scripts/deployment.mjs";
import { projectDirectory, scratchDirectory } from "./server-process.mjs";

/** @import { TestContext } from "node:test" */

/** Answers as wrangler does (checked against its source), from and to `account.json` beside it. */
const fakeWrangler = `
import { readFileSync, writeFileSync } from "node:fs";
const file = new URL("account.json", import.meta.url);
const account = JSON.parse(readFileSync(file, "utf8"));
const words = process.argv.slice(2);
const call = words.join(" ");
account.calls.push(call);
const end = (code, text) => {
  writeFileSync(file, JSON.stringify(account));
  (code === 0 ? process.stdout : process.stderr).write(text + "\\n");
  process.exit(code);
};
const option = (name) => words[words.indexOf(name) + 1];
if (account.failAt !== undefined && call.startsWith(account.failAt)) end(1, "broken on purpose");
if (call === "whoami --json") end(account.loggedIn ? 0 : 1, "{}");
if (call === "d1 list --json") end(0, JSON.stringify(account.databases));
if (call.startsWith("d1 create")) {
  account.databases.push({ uuid: "11111111-2222-3333-4444-555555555555", name: words[2] });
  end(0, "made");
}
if (call === "r2 bucket list") {
  const shown = account.buckets.filter((name) => name !== account.hiddenBucket);
  end(0, ["Listing buckets..."].concat(shown.map((name) =>
    "name:           " + name + "\\ncreation_date:  2026-11-22T00:00:00.000Z")).join("\\n\\n"));
}
if (call.startsWith("r2 bucket create")) {
  if (account.buckets.includes(words[3])) {
    end(1, "The bucket you tried to create already exists, and you own it. [code: 10004]");
  }
  account.buckets.push(words[3]);
  end(0, "made");
}
if (call.startsWith("queues create")) {
  const isThere = (account.queues ?? []).includes(words[2]);
  if (isThere) end(1, "Queue name '" + words[2] + "' is already taken. [code: 11009]");
  account.queues = [...(account.queues ?? []), words[2]];
  end(0, "made");
}
if (call.startsWith("secret list")) {
  if (!account.deployed) end(1, "Worker not found. [code: 10007]");
  end(0, JSON.stringify(Object.keys(account.secrets).map((name) => ({ name, type: "secret_text" }))));
}
if (call.startsWith("d1 migrations apply")) end(0, "applied");
if (call === "deploy --config console/wrangler.toml") {
  readFileSync(option("--config"), "utf8");
  account.hasConsole = true;
  end(0, "Uploaded cairn-console");
}
if (call.startsWith("deploy")) {
  if (!account.hasConsole) end(1, "Could not resolve service binding 'CONSOLE'.");
  account.deployed = true;
  account.config = readFileSync(option("--config"), "utf8");
  if (words.includes("--secrets-file")) {
    Object.assign(account.secrets, JSON.parse(readFileSync(option("--secrets-file"), "utf8")));
  }
  end(0, "https://cairn.example.workers.dev");
}
end(1, "unknown call: " + call);
`;

/**
 * A copy of the project as far as a deployment reads it, and an empty account.
 * @param {TestContext} context
 */
function prepare(context) {
  const directory = scratchDirectory(context);
  copyFileSync(join(projectDirectory, "wrangler.toml"), join(directory, "wrangler.toml"));
  mkdirSync(join(directory, "console"));
  const consoleConfig = join("console", "wrangler.toml");
  copyFileSync(join(projectDirectory, consoleConfig), join(directory, consoleConfig));
  const wrangler = join(directory, "wrangler.mjs");
  writeFileSync(wrangler, fakeWrangler);
  const file = join(directory, "account.json");
  const account = { loggedIn: true, deployed: false, databases: [], buckets: [], secrets: {} };
  /** @param {object} change */
  const change = (change) => {
    const known = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : account;
    writeFileSync(file, JSON.stringify({ ...known, ...change }));
  };
  change({ calls: [] });
  context.mock.method(process.stdout, "write", () => true);
  const settings = { directory, wrangler, location: undefined, makesMasterKey: false };
  const read = () => JSON.parse(readFileSync(file, "utf8"));
  return { directory, settings, change, read, secrets: join(directory, "deploy-secrets.json") };
}

describe("npm run deploy", () => {
  test("makes a whole deployment in an empty account", async (t) => {
    const { directory, settings, read, secrets } = prepare(t);
    await deploy({ ...settings, location: "weur" });
    const account = read();
    assert.equal(account.buckets.length, 7);
    assert.ok(account.calls.includes("d1 create cairn-catalog --location weur"));
    assert.match(account.config, /^database_id = "11111111-2222-3333-4444-555555555555"$/m);
    assert.match(account.config, /binding = "STORE_DEEP_ARCHIVE"/);
    const names = ["MASTER_KEY", "ROOT_ACCESS_KEY_ID", "ROOT_SECRET_ACCESS_KEY"];
    assert.deepEqual(Object.keys(account.secrets), names);
    assert.equal(Buffer.from(account.secrets.MASTER_KEY, "base64").length, 32);
    assert.deepEqual(JSON.parse(readFileSync(secrets, "utf8")), account.secrets);
    assert.equal(statSync(secrets).mode & 0o777, 0o600);
    const committed = readFileSync(join(projectDirectory, "wrangler.toml"), "utf8");
    assert.equal(readFileSync(join(directory, "wrangler.toml"), "utf8"), committed);
    const order = ["d1 migrations apply", "deploy"].map((start) =>
      account.calls.findIndex((/** @type {string} */ call) => call.startsWith(start)),
    );
    assert.ok(Number(order[0]) < Number(order[1]), "the database is ready before the code");
  });

  test("repeated, makes nothing and changes no secret", async (t) => {
    const { settings, read, change, secrets } = prepare(t);
    await deploy(settings);
    const first = read();
    change({ calls: [], secrets: { ...first.secrets, ROOT_SECRET_ACCESS_KEY: "rotated" } });
    rmSync(secrets);
    await deploy(settings);
    const second = read();
    assert.equal(second.secrets.ROOT_SECRET_ACCESS_KEY, "rotated");
    const calls = second.calls.join("\n");
    assert.doesNotMatch(calls, /create|--secrets-file/);
    assert.match(calls, /^deploy --config wrangler\.deploy\.toml$/m);
    assert.ok(!existsSync(secrets));
  });

  test("goes on after a failure with the secrets it had made", async (t) => {
    const { settings, read, change, secrets } = prepare(t);
    change({ failAt: "d1 migrations" });
    await assert.rejects(deploy(settings), { name: "DeployError", message: /broken on purpose/ });
    const made = JSON.parse(readFileSync(secrets, "utf8"));
    change({ failAt: undefined });
    await deploy(settings);
    assert.deepEqual(read().secrets, made);
  });

  test("sends only the secrets that are missing", async (t) => {
    const { settings, read, change, secrets } = prepare(t);
    await deploy(settings);
    const old = read().secrets;
    change({ secrets: { MASTER_KEY: old.MASTER_KEY, ROOT_SECRET_ACCESS_KEY: "rotated" } });
    assert.ok(existsSync(secrets));
    await deploy(settings);
    assert.deepEqual(read().secrets, { ...old, ROOT_SECRET_ACCESS_KEY: "rotated" });
  });

  test("does not seal an old database under a new key unless told to", async (t) => {
    const { settings, read, change, secrets } = prepare(t);
    change({ databases: [{ uuid: "old", name: "cairn-catalog" }] });
    await assert.rejects(deploy(settings), { message: /no MASTER_KEY.*--new-master-key/s });
    assert.equal(read().deployed, false);
    assert.ok(!existsSync(secrets));
    await deploy({ ...settings, makesMasterKey: true });
    assert.equal(read().deployed, true);
  });

  test("takes a bucket of ours that the listing does not show", async (t) => {
    const { settings, read, change } = prepare(t);
    change({ buckets: ["cairn-standard"], hiddenBucket: "cairn-standard" });
    await deploy(settings);
    assert.equal(read().buckets.length, 7);
  });

  test("makes the queues that wrangler.toml binds, once, and none otherwise", async (t) => {
    const { directory, settings, read } = prepare(t);
    await deploy(settings);
    assert.doesNotMatch(read().calls.join("\n"), /queues/);
    const file = join(directory, "wrangler.toml");
    const producer = '[[queues.producers]]\nbinding = "EVENT_QUEUE_UPLOADS"\nqueue = "uploads"\n';
    writeFileSync(file, `${readFileSync(file, "utf8")}\n${producer}`);
    await deploy(settings);
    await deploy(settings);
    assert.deepEqual(read().queues, ["uploads"]);
    assert.match(read().config, /binding = "EVENT_QUEUE_UPLOADS"/);
  });

  test("says how to log in", async (t) => {
    const { settings, read, change } = prepare(t);
    change({ loggedIn: false });
    await assert.rejects(deploy(settings), { message: /npx wrangler login/ });
    assert.deepEqual(read().calls, ["whoami --json"]);
  });

  test("--dry-run names every call and makes none", async (t) => {
    const { settings, read } = prepare(t);
    const plan = planDeployment(settings);
    assert.deepEqual(read().calls, []);
    for (const part of ["d1 create cairn-catalog", "cairn-deep-archive", "migrations apply"]) {
      assert.ok(plan.includes(part), part);
    }
    const script = join(projectDirectory, "scripts", "deploy.mjs");
    const parameters = [script, "--dry-run", "--wrangler", "/nowhere"];
    const { status, stdout } = spawnSync(process.execPath, parameters, { encoding: "utf8" });
    assert.equal(status, 0);
    assert.match(stdout, /wrangler deploy --config/);
  });
});
