// HTTP as clients see it below their own comfort: interim answers, connections that outlive errors,
// answers to HEAD, bytes of headers, and the XML of errors.
import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { Agent, request } from "node:http";
import { after, describe, test } from "node:test";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { noise } from "./support/files.mjs";
import { openClient, serve } from "./support/server.mjs";

const server = await serve();
const client = openClient(server);
const Bucket = "wire";
await client.send(new CreateBucketCommand({ Bucket }));
await client.send(new PutObjectCommand({ Bucket, Key: "x", Body: "0123456789" }));

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
after(() => agent.destroy());
const { hostname, port, host } = new URL(server.endpoint);

/** Signs and sends as it is told, on the one connection; the body only after 100 where expected. */
function call(method, path, { headers = {}, body, isSigned = true } = {}) {
  const sent = { ...headers, ...(isSigned && sign(method, path, headers)) };
  if (body !== undefined) sent["content-length"] = body.length;
  return new Promise((resolve, reject) => {
    const seen = { continues: 0, startedMs: performance.now() };
    const outgoing = request({ hostname, port, method, path, headers: sent, agent });
    outgoing.on("error", reject);
    outgoing.on("socket", (socket) => {
      seen.socket = socket;
    });
    outgoing.on("continue", () => {
      seen.continues++;
      outgoing.end(body);
    });
    outgoing.on("response", async (answer) => {
      const chunks = [];
      for await (const chunk of answer) chunks.push(chunk);
      const text = Buffer.concat(chunks).toString();
      const tookMs = performance.now() - seen.startedMs;
      resolve({ ...seen, status: answer.statusCode, headers: answer.headers, text, tookMs });
    });
    if (sent.expect === undefined) outgoing.end(body);
    else outgoing.flushHeaders();
  });
}

/** Signature version 4 over the host, the date and the word for an unsigned payload. */
function sign(method, path, headers) {
  const { accessKeyId, secretAccessKey } = server.credentials;
  const date = new Date().toISOString().replace(/[-:]|\.\d{3}/g, "");
  const scope = `${date.slice(0, 8)}/${server.region}/s3/aws4_request`;
  const payload = headers["x-amz-content-sha256"] ?? "UNSIGNED-PAYLOAD";
  const extra = Object.entries(headers).filter(([name]) => name.startsWith("x-amz-meta-"));
  const signed = [
    ["host", host],
    ["x-amz-content-sha256", payload],
    ["x-amz-date", date],
    ...extra.map(([name, value]) => [name, value]),
  ].sort(([left], [right]) => (left < right ? -1 : 1));
  const names = signed.map(([name]) => name).join(";");
  const lines = signed.map(([name, value]) => `${name}:${value}\n`).join("");
  const [rawPath, rawQuery = ""] = path.split("?");
  const query = rawQuery.replace(/^\w+$/, "$&=");
  const canonical = Buffer.from(
    `${method}\n${rawPath}\n${query}\n${lines}\n${names}\n${payload}`,
    "latin1",
  );
  const digest = createHash("sha256").update(canonical).digest("hex");
  let key = Buffer.from(`AWS4${secretAccessKey}`);
  for (const part of scope.split("/")) key = createHmac("sha256", key).update(part).digest();
  const signature = createHmac("sha256", key)
    .update(`AWS4-HMAC-SHA256\n${date}\n${scope}\n${digest}`)
    .digest("hex");
  const credential = `${accessKeyId}/${scope}`;
  return {
    host,
    "x-amz-date": date,
    "x-amz-content-sha256": payload,
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`,
  };
}

const codeOf = ({ text }) => /<Code>(\w+)<\/Code>/.exec(text)?.[1];

describe("Expect: 100-continue", () => {
  const expecting = { headers: { expect: "100-continue" } };

  test("is answered at once, for an upload that is taken and one that is refused", async () => {
    const taken = await call("PUT", "/wire/expected", { ...expecting, body: noise(3_000_000) });
    assert.equal(taken.status, 200);
    assert.equal(taken.continues, 1);
    assert.ok(taken.tookMs < 2_000, `${taken.tookMs} ms`);
    const refused = await call("PUT", "/no-such-wire/x", { ...expecting, body: noise(300_000) });
    assert.equal(`${refused.status} ${codeOf(refused)}`, "404 NoSuchBucket");
    assert.ok(refused.tookMs < 2_000, `${refused.tookMs} ms`);
  });
});

describe("a connection", () => {
  test("goes on after errors, whatever was left of their bodies", async () => {
    const sockets = new Set();
    for (const [method, path, options, expected] of [
      ["GET", "/wire/absent", {}, "404 NoSuchKey"],
      ["GET", "/no-such-wire/x", {}, "404 NoSuchBucket"],
      ["PUT", "/no-such-wire/x", { body: noise(200_000) }, "404 NoSuchBucket"],
      ["PUT", "/wire/x", { body: noise(200_000), isSigned: false }, "403 AccessDenied"],
      ["POST", "/wire?delete", { body: Buffer.from("<no xml") }, "400 MalformedXML"],
      ["HEAD", "/wire/absent", {}, "404 undefined"],
      ["GET", "/wire/x", { headers: { range: "bytes=50-" } }, "416 InvalidRange"],
      ["GET", "/wire/x", { headers: { "if-match": '"0"' } }, "412 PreconditionFailed"],
      ["GET", "/wire/x", {}, "200 undefined"],
    ]) {
      const answer = await call(method, path, options);
      assert.equal(`${answer.status} ${codeOf(answer)}`, expected);
      sockets.add(answer.socket);
    }
    assert.equal(sockets.size, 1, "the connection was given up");
  });

  test("carries a refusal of a large body to a client that is still sending", async () => {
    for (const path of ["/no-such-wire/x", `/wire/${"long".repeat(300)}`]) {
      const answer = await call("PUT", path, { body: noise(7 * 1024 * 1024) });
      assert.ok(answer.status >= 400 && answer.status < 500, `${answer.status}`);
      assert.ok(codeOf(answer));
    }
  });
});

describe("answers", () => {
  test("to HEAD have headers and no body, errors too", async () => {
    const found = await call("HEAD", "/wire/x");
    assert.equal(found.headers["content-length"], "10");
    assert.equal(found.headers["accept-ranges"], "bytes");
    assert.equal(found.text, "");
    const absent = await call("HEAD", "/wire/absent");
    assert.equal(absent.status, 404);
    assert.equal(absent.text, "");
    assert.match(absent.headers["content-type"], /^application\/xml/);
  });

  test("carry ids, quoted ETags and dates as HTTP writes them", async () => {
    const { headers } = await call("GET", "/wire/x");
    assert.match(headers["x-amz-request-id"], /^[0-9A-Z]{16}$/);
    assert.ok(headers["x-amz-id-2"].length >= 40);
    assert.equal(headers.etag, '"781e5e245d69b566979b86e28d23f2c7"');
    assert.match(headers["last-modified"], /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/);
    const list = await call("GET", "/wire?list-type=2");
    assert.match(list.text, /<LastModified>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z<\/LastModified>/);
    assert.match(list.text, /<ETag>&quot;781e5e245d69b566979b86e28d23f2c7&quot;<\/ETag>/);
    assert.match(
      list.text,
      /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<ListBucketResult xmlns="http:\/\/s3\.amazonaws\.com\/doc\/2006-03-01\/">/,
    );
  });

  test("of errors are XML with the ids of their headers", async () => {
    const { headers, text } = await call("GET", "/wire/a%26%3Cb%3E?versionId=null");
    assert.match(headers["content-type"], /^application\/xml/);
    assert.match(text, /^<\?xml version="1\.0" encoding="UTF-8"\?>\n?<Error><Code>NoSuch/);
    assert.match(text, /<Key>a&amp;&lt;b&gt;<\/Key>/);
    assert.ok(text.includes(`<RequestId>${headers["x-amz-request-id"]}</RequestId>`));
    assert.ok(text.includes(`<HostId>${headers["x-amz-id-2"]}</HostId>`));
  });

  test("give raw UTF-8 metadata back as an RFC 2047 word", async () => {
    // Node writes header text as Latin-1: these are the bytes of "grüße" in UTF-8.
    const raw = Buffer.from("grüße").toString("latin1");
    const headers = { "x-amz-meta-greeting": raw };
    const put = await call("PUT", "/wire/greeting", { headers, body: Buffer.from("x") });
    assert.equal(put.status, 200, put.text);
    const got = await call("HEAD", "/wire/greeting");
    assert.equal(got.headers["x-amz-meta-greeting"], "=?UTF-8?B?Z3LDvMOfZQ==?=");
  });

  test("keep a body's own encoding, and its length", async () => {
    const headers = { "content-encoding": "gzip", "accept-encoding": "br, gzip" };
    await call("PUT", "/wire/encoded", { headers, body: Buffer.from("as it is") });
    const got = await call("GET", "/wire/encoded", { headers: { "accept-encoding": "br, gzip" } });
    assert.equal(got.headers["content-encoding"], "gzip");
    assert.equal(got.headers["content-length"], "8");
    assert.equal(got.text, "as it is");
    const plain = await call("GET", "/wire/x", { headers: { "accept-encoding": "gzip" } });
    assert.equal(plain.headers["content-encoding"], undefined);
    assert.equal(plain.headers["content-length"], "10");
  });
});
