// @ts-check
// The `cairn` command when the server is absent, wrong or strange: what it says, and its exit codes.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { asCaller, emptyFolder, runCairn } from "./run-cairn.mjs";

const key = { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "secret-of-the-example" };

/** @type {import("node:http").Server} */
let server;
let endpoint = "";
/** @type {{ status: number, body: string }} */
let canned = { status: 200, body: "" };
/** Bodies of the next answers, before `canned` is used again. @type {string[]} */
const queued = [];
/** @type {import("node:http").IncomingMessage[]} */
const requests = [];

before(async () => {
  server = createServer((request, response) => {
    requests.push(request);
    request.resume();
    response
      .writeHead(canned.status, { location: "http://127.0.0.1:1/" })
      .end(queued.shift() ?? canned.body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  assert(address !== null && typeof address === "object");
  endpoint = `http://127.0.0.1:${address.port}`;
});

after(() => server.close());

/** @param {string} text */
function folderWith(text) {
  const folder = emptyFolder();
  mkdirSync(join(folder, ".cairn"));
  writeFileSync(join(folder, ".cairn", "credentials.json"), text);
  return folder;
}

describe("without flags and environment", () => {
  it("says how to start a server when the folder has none", async () => {
    const { exitCode, stderr, stdout } = await runCairn(["status"]);
    assert.equal(exitCode, 2);
    assert.match(stderr, /no local server in this folder.*npm start/s);
    assert.equal(stdout, "");
  });

  it("signs with the keys of the folder's server, for its region", async () => {
    canned = { status: 200, body: JSON.stringify({ accounts: [] }) };
    const folder = folderWith(JSON.stringify({ endpoint, ...key, region: "eu-west-1" }));
    const { exitCode, stdout } = await runCairn(["account", "list"], { folder });
    assert.deepEqual([exitCode, stdout], [0, "There are no accounts.\n"]);
    const request = requests.at(-1);
    assert.equal(request?.url, "/-/api/v1/accounts");
    const credential = /Credential=AKIAEXAMPLE\/[0-9]{8}\/eu-west-1\/s3\/aws4_request/;
    assert.match(String(request?.headers.authorization), credential);
    assert.match(String(request?.headers["x-amz-content-sha256"]), /^[0-9a-f]{64}$/);
  });

  it("refuses a credentials file that is broken", async () => {
    for (const text of ["{", "null", JSON.stringify({ endpoint })]) {
      const { exitCode, stderr } = await runCairn(["status"], { folder: folderWith(text) });
      assert.equal(exitCode, 2);
      assert.match(stderr, /credentials\.json/);
    }
  });

  it("says to start the local server when it does not answer", async () => {
    const gone = { endpoint: "http://127.0.0.1:1", ...key };
    const folder = folderWith(JSON.stringify(gone));
    const { exitCode, stderr } = await runCairn(["status"], { folder });
    assert.equal(exitCode, 3);
    assert.match(stderr, /Cannot reach http:\/\/127\.0\.0\.1:1 \(.+\)\..*npm start/s);
  });
});

describe("with flags or environment", () => {
  it("prefers flags, and never takes a missing half from the folder", async () => {
    const folder = folderWith(JSON.stringify({ endpoint, ...key }));
    const partial = await runCairn(["status"], {
      folder,
      environment: { CAIRN_ENDPOINT: "http://elsewhere.example" },
    });
    assert.equal(partial.exitCode, 2);
    assert.match(partial.stderr, /CAIRN_ACCESS_KEY_ID.*CAIRN_SECRET_ACCESS_KEY/);

    canned = { status: 200, body: JSON.stringify({ keys: [] }) };
    const environment = asCaller("http://127.0.0.1:1", key);
    const flagged = await runCairn(
      ["key", "list", "--endpoint", `${endpoint}/`, "--access-key", "AKIAFLAG"],
      { environment },
    );
    assert.equal(flagged.exitCode, 0);
    assert.match(String(requests.at(-1)?.headers.authorization), /Credential=AKIAFLAG\//);
  });

  it("refuses an endpoint that is none", async () => {
    for (const wrong of ["localhost:9000", "ftp://host", "http://user@host", "http://host/?a=b"]) {
      const { exitCode } = await runCairn(["status"], { environment: asCaller(wrong, key) });
      assert.equal(exitCode, 2, wrong);
    }
  });

  it("refuses ids that would change the path", async () => {
    for (const words of [
      ["account", "delete", "../keys"],
      ["key", "delete", "."],
      ["key", "list", "--account", "a/b"],
    ]) {
      const sent = requests.length;
      const { exitCode } = await runCairn(words, { environment: asCaller(endpoint, key) });
      assert.deepEqual([exitCode, requests.length], [2, sent]);
    }
  });
});

describe("answers", () => {
  const place = () => ({ environment: asCaller(endpoint, key) });

  it("that are refusals go to stderr with their code, as JSON when asked", async () => {
    const error = { code: "SignatureDoesNotMatch", message: "No match." };
    canned = { status: 403, body: JSON.stringify({ error }) };
    const plain = await runCairn(["status"], place());
    assert.equal(plain.exitCode, 1);
    assert.match(plain.stderr, /^cairn: No match\. \(SignatureDoesNotMatch\)\n.*secret key/);
    const json = await runCairn(["status", "--json"], place());
    assert.equal(json.exitCode, 1);
    assert.equal(JSON.parse(json.stderr).error.code, "SignatureDoesNotMatch");
    assert.doesNotMatch(plain.stderr + json.stderr, /secret-of-the-example/);
  });

  it("that are not Cairn's are called so, and redirects are not followed", async () => {
    for (const [status, body] of /** @type {const} */ ([
      [200, "<html>"],
      [502, "<html>"],
      [404, "null"],
    ])) {
      canned = { status, body };
      const { exitCode, stderr } = await runCairn(["status"], place());
      assert.equal(exitCode, 1);
      assert.match(stderr, /does not answer like a Cairn server/);
    }
    canned = { status: 302, body: "" };
    assert.equal((await runCairn(["status"], place())).exitCode, 3);
  });

  it("cannot move the cursor of a terminal", async () => {
    const account = { accountId: "1", name: "a\u001b[2Jb\r\n\u202ec", email: "e", createdAt: "t" };
    canned = { status: 200, body: JSON.stringify({ accounts: [account] }) };
    const { stdout } = await runCairn(["account", "list"], place());
    assert.match(stdout, /^1 +a\[2Jbc +e +t +-$/m);
  });

  it("come page by page until the end", async () => {
    const pages = requests.length;
    queued.push(JSON.stringify({ accounts: [], next: "000000000001" }));
    canned = { status: 200, body: JSON.stringify({ accounts: [] }) };
    assert.equal((await runCairn(["account", "list"], place())).exitCode, 0);
    const urls = requests.slice(pages).map((request) => request.url);
    assert.deepEqual(urls, ["/-/api/v1/accounts", "/-/api/v1/accounts?after=000000000001"]);
  });
});

describe("the command line", () => {
  it("answers --help and --version, and calls anything else a usage error", async () => {
    assert.equal((await runCairn(["--help"])).exitCode, 0);
    assert.match((await runCairn(["--version"])).stdout, /^[0-9]+\.[0-9]+\.[0-9]+\n$/);
    for (const words of [[], ["bogus"], ["account", "create", "--name", "x"], ["key", "delete"]]) {
      assert.equal((await runCairn(words)).exitCode, 2);
    }
  });
});
