// @ts-check
// What only raw sockets can say: request lines, framing and connections as no client library would
// send them. Every request that reaches the program is answered below 500 and leaves the connection
// fit for the next; what the runtime answers by itself is listed here and nowhere else.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startCairn } from "cairn";
import { signInHeader } from "../hostile/signing.ts";
import { scratchDirectory } from "./server-process.mjs";

/** @import { CairnServer } from "cairn" */
/** @import { Plan, SignedRequest } from "../hostile/signing.ts" */

/** @type {CairnServer} */
let server;
/** @type {string[]} */
const log = [];
let host = "";

before(async () => {
  server = await startCairn({
    memory: true,
    onLog: (level, text) => log.push(`${level}: ${text}`),
  });
  host = new URL(server.endpoint).host;
  await must(200, { method: "PUT", path: "/wire" });
  await must(200, { method: "PUT", path: "/wire/there", body: "content" });
});
after(() => server.stop());

/**
 * @param {Omit<Plan, "keys" | "host" | "nowMs">} wish
 * @param {CairnServer} [of]
 */
function sign(wish, of = server) {
  const ownHost = new URL(of.endpoint).host;
  return signInHeader({ keys: of.credentials, host: ownHost, nowMs: Date.now(), ...wish });
}

/** @param {number} status @param {Omit<Plan, "keys" | "host" | "nowMs">} wish */
async function must(status, wish, of = server) {
  const { method, path, headers, body } = sign(wish, of);
  const answer = await fetch(`${of.endpoint}${path}`, {
    method,
    headers,
    ...(body !== undefined && { body: Buffer.from(body) }),
  });
  const text = await answer.text();
  assert.equal(answer.status, status, text);
  return { answer, text };
}

/** The head of a signed request, ready for the wire. @param {SignedRequest} request @param {Record<string, string>} [more] */
function headOf(request, more = {}) {
  const headers = { host: request.host, ...request.headers, ...more };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`${request.method} ${request.path} HTTP/1.1`, ...lines, "", ""].join("\r\n");
}

/** One connection: what is written goes out as it is, answers are parsed one by one. */
class Wire {
  #received = Buffer.alloc(0);
  #isClosed = false;
  /** @type {() => void} */
  #wake = () => {};

  constructor(endpoint = server.endpoint) {
    const { hostname, port } = new URL(endpoint);
    this.socket = connect(Number(port), hostname);
    this.socket.on("data", (bytes) => {
      this.#received = Buffer.concat([this.#received, bytes]);
      this.#wake();
    });
    const close = () => {
      this.#isClosed = true;
      this.#wake();
    };
    this.socket.on("error", close);
    this.socket.on("close", close);
  }

  /** @param {string | Uint8Array} bytes */
  write(bytes) {
    this.socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
  }

  /**
   * The next answer; `undefined` when the connection ended without one.
   * @param {{ isHead?: boolean, patienceMs?: number }} [options]
   */
  async read({ isHead = false, patienceMs = 10_000 } = {}) {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      const answer = this.#parse(isHead);
      if (answer !== undefined) return answer;
      if (this.#isClosed) return undefined;
      if (Date.now() > deadline) throw new Error(`no answer: ${this.#received.toString("latin1")}`);
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, 100);
        this.#wake = () => {
          clearTimeout(timer);
          resolve(undefined);
        };
      });
    }
  }

  /** @param {boolean} isHead */
  #parse(isHead) {
    const text = this.#received.toString("latin1");
    const end = text.indexOf("\r\n\r\n");
    if (end === -1) return undefined;
    const [line = "", ...fields] = text.slice(0, end).split("\r\n");
    const headers = new Map(
      fields.map((field) => {
        const colon = field.indexOf(":");
        return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
      }),
    );
    const status = Number(line.split(" ")[1]);
    const bodyAt = end + 4;
    const isEmpty = isHead || status === 204 || status === 304;
    let body = "";
    let next = bodyAt;
    if (!isEmpty && headers.get("transfer-encoding") === "chunked") {
      const last = text.indexOf("0\r\n\r\n", bodyAt);
      if (last === -1) return undefined;
      body = text.slice(bodyAt, last);
      next = last + 5;
    } else if (!isEmpty) {
      next = bodyAt + Number(headers.get("content-length") ?? 0);
      if (text.length < next) return undefined;
      body = text.slice(bodyAt, next);
    }
    this.#received = this.#received.subarray(next);
    const code = /<Code>(\w+)<\/Code>/.exec(body)?.[1];
    return { status, headers, body, code };
  }

  end() {
    this.socket.destroy();
  }
}

/** Whether the connection still serves an honest request. @param {Wire} wire */
async function servesOn(wire) {
  const request = sign({ path: "/wire/there" });
  wire.write(headOf(request));
  const answer = await wire.read();
  return answer?.status === 200 && answer.body.includes("content");
}

const unsignedPayload = "UNSIGNED-PAYLOAD";
const put = (/** @type {Partial<Plan>} */ wish = {}) =>
  sign({ method: "PUT", path: "/wire/new", body: "x", ...wish });

describe("a connection", () => {
  const huge = "x".repeat(300_000);
  /** @type {readonly (readonly [string, () => string, number, string | undefined])[]} */
  const refused = [
    [
      "B005 no signature and a body nobody reads",
      () =>
        `${headOf(put({ editSignature: () => "0".repeat(64) }), { "content-length": "300000" })}${huge}`,
      403,
      "SignatureDoesNotMatch",
    ],
    [
      "B001 nobody, with a body",
      () => `PUT /wire/new HTTP/1.1\r\nhost: ${host}\r\ncontent-length: 300000\r\n\r\n${huge}`,
      403,
      "AccessDenied",
    ],
    [
      "a GET with a body",
      () =>
        `${headOf(sign({ path: "/wire/missing", word: unsignedPayload }), { "content-length": "5" })}12345`,
      404,
      "NoSuchKey",
    ],
    [
      "a DELETE with a body in chunks",
      () =>
        `${headOf(sign({ method: "DELETE", path: "/wire?policy&acl" }), { "transfer-encoding": "chunked" })}5\r\n12345\r\n0\r\n\r\n`,
      400,
      "InvalidArgument",
    ],
    [
      "B045 a PUT without a length",
      () => headOf(put({ word: unsignedPayload })),
      411,
      "MissingContentLength",
    ],
    [
      "SEC-136 a PUT in chunks that S3 does not take",
      () =>
        `${headOf(put({ word: unsignedPayload }), { "transfer-encoding": "chunked" })}1\r\nx\r\n0\r\n\r\n`,
      501,
      "NotImplemented",
    ],
    ["B029 a broken escape", () => headOf(sign({ path: "/wire/%zz" })), 400, "InvalidURI"],
    ["SEC-132 GET //", () => headOf(sign({ path: "//" })), 400, "InvalidURI"],
    [
      "B018 the hash of another body",
      () => `${headOf(put({ word: "0".repeat(64) }), { "content-length": "300000" })}${huge}`,
      400,
      "XAmzContentSHA256Mismatch",
    ],
    [
      "B086 a document that is none, and too long",
      () =>
        `${headOf(sign({ method: "PUT", path: "/wire?versioning", word: unsignedPayload }), { "content-length": "1100000" })}${"<".repeat(1_100_000)}`,
      400,
      "MaxMessageLengthExceeded",
    ],
    [
      "an IAM form that is too long",
      () =>
        `${headOf(sign({ method: "POST", path: "/", service: "iam", word: null }), { "content-length": "1100000" })}${"a".repeat(1_100_000)}`,
      413,
      "RequestEntityTooLarge",
    ],
  ];

  for (const [what, bytes, status, code] of refused) {
    test(`${what}: refused, and the connection serves on`, async (t) => {
      const wire = new Wire();
      t.after(() => wire.end());
      wire.write(bytes());
      const answer = await wire.read();
      assert.deepEqual([answer?.status, answer?.code], [status, code], answer?.body);
      assert.ok(await servesOn(wire));
    });
  }

  test("HEAD has no body, refused or not", async (t) => {
    const wire = new Wire();
    t.after(() => wire.end());
    for (const [path, status] of /** @type {const} */ ([
      ["/wire/there", 200],
      ["/wire/missing", 404],
      ["/no-such-bucket-at-all", 404],
      ["/wire/there?versionId=x", 400],
      ["/", 405],
    ])) {
      wire.write(headOf(sign({ method: "HEAD", path })));
      const answer = await wire.read({ isHead: true });
      assert.equal(answer?.status, status, path);
      assert.ok(answer.headers.get("x-amz-request-id"), path);
    }
    assert.ok(await servesOn(wire));
  });

  for (const sizeBytes of [5, 300_000]) {
    test(`a body of ${sizeBytes} bytes that nobody asked for spoils no connection`, async (t) => {
      const wire = new Wire();
      t.after(() => wire.end());
      for (const [method, path] of /** @type {const} */ ([
        ["GET", "/wire/there"],
        ["GET", "/wire?list-type=2"],
        ["DELETE", "/wire/nothing"],
        ["HEAD", "/wire/there"],
      ])) {
        const request = sign({ method, path, word: unsignedPayload });
        wire.write(
          headOf(request, { "content-length": String(sizeBytes) }) + "x".repeat(sizeBytes),
        );
        const answer = await wire.read({ isHead: method === "HEAD" });
        assert.ok(answer !== undefined && answer.status < 300, `${method} ${path}`);
        assert.ok(await servesOn(wire), `${method} ${path}`);
      }
    });
  }

  test("takes requests one behind the other", async (t) => {
    const wire = new Wire();
    t.after(() => wire.end());
    const good = headOf(sign({ path: "/wire/there" }));
    const bad = headOf(sign({ path: "/wire/missing" }));
    wire.write(good + bad + good);
    const statuses = [await wire.read(), await wire.read(), await wire.read()];
    assert.deepEqual(
      statuses.map((answer) => answer?.status),
      [200, 404, 200],
    );
  });

  test("SEC-136 Content-Length and Transfer-Encoding together smuggle no second request", async (t) => {
    const wire = new Wire();
    t.after(() => wire.end());
    const inner = headOf(sign({ method: "DELETE", path: "/wire/there" }));
    const chunk = `${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n`;
    wire.write(
      `${headOf(put({ word: unsignedPayload }), { "content-length": "4", "transfer-encoding": "chunked" })}${chunk}`,
    );
    const answer = await wire.read();
    assert.ok(answer === undefined || answer.status === 501 || answer.status === 400, answer?.body);
    await must(200, { path: "/wire/there" });
  });

  test("a large upload that is refused is told so, not cut off", async (t) => {
    const wire = new Wire();
    t.after(() => wire.end());
    const size = 6 * 1024 * 1024;
    const head = headOf(put({ editSignature: () => "0".repeat(64) }), {
      "content-length": String(size),
    });
    wire.write(head);
    wire.write(Buffer.alloc(size));
    const answer = await wire.read();
    assert.equal(answer?.code, "SignatureDoesNotMatch");
    assert.ok(await servesOn(wire));
  });

  test("SEC-128 5 GiB are announced with a wrong signature: the answer comes before the body", async (t) => {
    const wire = new Wire();
    t.after(() => wire.end());
    const bytes = { "content-length": String(5 * 1024 ** 3) };
    wire.write(headOf(put({ editSignature: () => "0".repeat(64) }), bytes));
    const answer = await wire.read({ patienceMs: 5_000 });
    assert.equal(answer?.code, "SignatureDoesNotMatch");
  });
});

describe("dots and other strange paths", () => {
  test("SEC-032 SEC-036 no form of dots leads from one bucket to another", async () => {
    await must(200, { method: "PUT", path: "/other-wire" });
    await must(200, { method: "PUT", path: "/other-wire/secret", body: "secret" });
    const forms = [
      "..",
      "%2e%2e",
      ".%2e",
      "%2e.",
      "%2E%2E",
      "..%2f",
      "%2e%2e%2f",
      "..%5c",
      "..\\",
      "%5c..",
      ".",
      "%2e",
      "...",
      "..;",
      "..%00",
      "..%0d%0a",
      "%252e%252e",
      "%c0%ae%c0%ae",
      "..//",
      "//..",
    ];
    for (const dots of forms) {
      const wire = new Wire();
      const path = `/wire/${dots}/other-wire/secret`;
      // Signed as it is sent, as somebody would who may use /wire and nothing else.
      wire.write(headOf(sign({ path })));
      const answer = await wire.read();
      const label = `${dots}: ${answer?.status} ${answer?.code}`;
      assert.ok(answer !== undefined && [400, 403, 404].includes(answer.status), label);
      assert.notEqual(answer.body, "secret", label);
      wire.end();
    }
  });

  test("B033 SEC-039 a key of dots is a key like any other (to confirm on AWS)", async (t) => {
    const wire = new Wire();
    t.after(() => wire.end());
    for (const key of [".", "..", "a/../b", "a/./b", "b", "%2e", "a/%2e%2e/c"]) {
      const request = sign({ method: "PUT", path: `/wire/${key}`, body: key });
      wire.write(headOf(request, { "content-length": String(key.length) }) + key);
      assert.equal((await wire.read())?.status, 200, key);
    }
    for (const [key, content] of [
      [".", "%2e"],
      ["..", ".."],
      ["a/../b", "a/../b"],
      ["a/./b", "a/./b"],
      ["b", "b"],
      ["a/../c", "a/%2e%2e/c"],
    ]) {
      wire.write(headOf(sign({ path: `/wire/${key}` })));
      assert.equal((await wire.read())?.body, content, key);
    }
  });

  test("SEC-045 a raw byte that is not UTF-8 is refused", async (t) => {
    const wire = new Wire();
    t.after(() => wire.end());
    wire.write(`GET /wire/\xff\xfe HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
    const answer = await wire.read();
    assert.ok(answer === undefined || [400, 403].includes(answer.status));
  });
});

describe("what the runtime reads in its own way", () => {
  /** Statuses of workerd 1.20261117. */
  const known = new Map([
    ["B031 a raw space in the request line", ["GET /wire/a b HTTP/1.1\r\nhost: h\r\n\r\n", 400]],
    [
      "B002 an empty Authorization, which it drops",
      ["GET /wire/there HTTP/1.1\r\nhost: h\r\nauthorization: \r\n\r\n", 403],
    ],
    [
      "B046 an empty Content-Length",
      ["PUT /wire/new HTTP/1.1\r\nhost: h\r\ncontent-length: \r\n\r\n", 400],
    ],
    [
      "B046 a negative Content-Length",
      ["PUT /wire/new HTTP/1.1\r\nhost: h\r\ncontent-length: -1\r\n\r\nx", 400],
    ],
    [
      "two Content-Lengths",
      [
        "PUT /wire/new HTTP/1.1\r\nhost: h\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxy",
        400,
      ],
    ],
    ["SEC-132 two Hosts", ["GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n", 403]],
    ["SEC-132 an empty Host", ["GET / HTTP/1.1\r\nhost: \r\n\r\n", 400]],
    ["SEC-132 no Host", ["GET / HTTP/1.1\r\n\r\n", 400]],
    ["SEC-132 OPTIONS *", ["OPTIONS * HTTP/1.1\r\nhost: h\r\n\r\n", 405]],
    ["SEC-132 GET /?", ["GET /? HTTP/1.1\r\nhost: h\r\n\r\n", 403]],
    ["SEC-132 an absolute URL", ["GET http://evil.example/wire HTTP/1.1\r\nhost: h\r\n\r\n", 403]],
    ["B042 TRACE", ["TRACE /wire HTTP/1.1\r\nhost: h\r\n\r\n", 405]],
    ["CONNECT, which never reaches us", ["CONNECT h:80 HTTP/1.1\r\nhost: h\r\n\r\n", 500]],
    [
      "SEC-112 a name of somebody else's",
      ["GET /wire/there HTTP/1.1\r\nhost: evil.example\r\n\r\n", 403],
    ],
    ["garbage", ["\x16\x03\x01\x02\x00\x01\x00\x01\r\n\r\n", 400]],
  ]);
  for (const [what, [bytes, status]] of known) {
    test(`${what}: ${status}`, async (t) => {
      const wire = new Wire();
      t.after(() => wire.end());
      wire.write(String(bytes));
      assert.equal((await wire.read())?.status, status);
      await must(200, { path: "/wire/there" });
    });
  }
});

/** A small generator of numbers that are the same every time (mulberry32). @param {number} seed */
function randomFrom(seed) {
  let state = seed;
  return (/** @type {number} */ below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

describe("fuzz", () => {
  test("SEC-133 damaged requests: nothing at or above 500", async () => {
    const random = randomFrom(20261122);
    const pieces = [
      "\0",
      "\xff",
      "\r\n",
      "\n",
      "\r",
      " ",
      "%",
      ":",
      "x-amz-date: x\r\n",
      "?acl",
      "é",
      "\t",
    ];
    const seeds = [
      () => headOf(sign({ path: "/wire/there" })),
      () => headOf(sign({ path: "/wire?list-type=2&prefix=a" })),
      () => `${headOf(put(), { "content-length": "1" })}x`,
      () =>
        `${headOf(sign({ method: "POST", path: "/wire?delete", body: "<Delete/>" }), { "content-length": "9" })}<Delete/>`,
    ];
    for (let round = 0; round < 400; round += 1) {
      let text = (seeds[random(seeds.length)] ?? seeds[0])?.() ?? "";
      for (let edits = 1 + random(3); edits > 0; edits -= 1) {
        const at = random(text.length);
        const kind = random(3);
        const piece = pieces[random(pieces.length)] ?? "";
        if (kind === 0) text = text.slice(0, at) + piece + text.slice(at);
        else if (kind === 1) text = text.slice(0, at) + text.slice(at + 1 + random(5));
        else text = text.slice(0, at) + String.fromCharCode(random(256)) + text.slice(at + 1);
      }
      const wire = new Wire();
      wire.write(text);
      wire.socket.end();
      const answer = await wire.read();
      const isFine = answer === undefined || answer.status < 500 || answer.status === 501;
      assert.ok(
        isFine,
        `round ${round}: ${answer?.status} ${answer?.body}\n${JSON.stringify(text)}`,
      );
      wire.end();
    }
    await must(200, { path: "/wire/there" });
  });

  test("SEC-129 500 idle connections: others are served", async () => {
    const idle = Array.from({ length: 500 }, () => new Wire());
    for (const [at, wire] of idle.entries())
      if (at % 2 === 0) wire.write("GET /wire HTTP/1.1\r\nhost:");
    await sleep(200);
    await must(200, { path: "/wire/there" });
    for (const wire of idle) wire.end();
  });
});

describe("a client that goes away", () => {
  /** Names of the blobs in the stores, straight from the simulator's files. @param {string} directory */
  function storedBlobs(directory) {
    const files = readdirSync(directory, { recursive: true, encoding: "utf8" });
    return files
      .filter((name) => name.endsWith(".sqlite") && /r2/.test(name))
      .flatMap((name) => {
        const database = new DatabaseSync(join(directory, name), { readOnly: true });
        try {
          const tables = database.prepare(
            "SELECT name FROM sqlite_master WHERE name = '_mf_objects'",
          );
          if (tables.get() === undefined) return [];
          return database
            .prepare("SELECT key FROM _mf_objects")
            .all()
            .map((row) => String(row["key"]));
        } finally {
          database.close();
        }
      });
  }

  test("D04 D05 in the middle of a body leaves nothing to see and nothing behind", async (t) => {
    const dataDir = scratchDirectory(t);
    const own = await startCairn({ dataDir, quiet: true });
    t.after(() => own.stop());
    await must(200, { method: "PUT", path: "/gone" }, own);
    await must(200, { method: "PUT", path: "/gone/kept", body: "old" }, own);
    const created = await must(200, { method: "POST", path: "/gone/upload?uploads" }, own);
    const uploadId = /<UploadId>(.*)<\/UploadId>/.exec(created.text)?.[1] ?? "";
    const size = 3 * 1024 * 1024;
    const body = Buffer.alloc(size, 7);
    const offsets = [0, 1, 1000, 65_536, 1_000_000, 1_048_577, 2_000_000, size - 1];
    const targets = ["/gone/kept", "/gone/new", `/gone/upload?partNumber=1&uploadId=${uploadId}`];
    for (const path of targets) {
      for (const offset of offsets) {
        for (const announced of [size, Math.min(offset + 10, 900_000)]) {
          if (offset >= announced) continue;
          const wire = new Wire(own.endpoint);
          const request = sign({ method: "PUT", path, word: unsignedPayload }, own);
          wire.write(headOf(request, { "content-length": String(announced) }));
          wire.write(body.subarray(0, offset));
          await sleep(15);
          if (offset % 2 === 0) wire.socket.end();
          else wire.socket.resetAndDestroy();
          await sleep(15);
          wire.end();
        }
      }
    }
    await sleep(500);
    assert.equal((await must(200, { path: "/gone/kept" }, own)).text, "old");
    await must(404, { path: "/gone/new" }, own);
    const parts = await must(200, { path: `/gone/upload?uploadId=${uploadId}` }, own);
    assert.ok(!parts.text.includes("<Part>"));
    await own.stop();
    assert.equal(storedBlobs(dataDir).length, 1);
  });
});

test("nothing was logged as a failure of ours", () => {
  assert.deepEqual(
    log.filter((line) => /"event":"failure"|integrity/.test(line)),
    [],
  );
});
