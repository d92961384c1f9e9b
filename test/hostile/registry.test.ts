// Every row of the operations table, called by those who may not: nobody, somebody with a wrong
// signature, another account, the owner of another bucket. None reaches a handler, a store or an index.

import { beforeAll, describe, expect, it } from "vitest";
import { operationRows } from "../../src/s3/operations.ts";
import { makeAccount } from "../operations/bucket/fixtures.ts";
import {
  type Answer,
  byHeader,
  byNobody,
  byQuery,
  countingBindings,
  elements,
  makeBucket,
  must,
  send,
  snapshot,
  type Wish,
  withoutNetwork,
} from "./front-door.ts";
import type { SigningKeys } from "./signing.ts";

let bucket: string;
let stranger: SigningKeys;

beforeAll(async () => {
  bucket = await makeBucket();
  stranger = (await makeAccount()).keys;
  // Warm: what an isolate remembers must not open a door either.
  await must(200, { path: `/${bucket}/there` });
});

/** A request that means the row: its path, its sub-resource and the facts that routing asks for. */
function wishFor(row: (typeof operationRows)[number]): Wish {
  const path = { service: "/", bucket: `/${bucket}`, object: `/${bucket}/there` }[row.level];
  const facts: Record<string, string> = { "list-type": "2", partNumber: "1" };
  const query = [
    ...(row.subresource === undefined ? [] : [row.subresource]),
    ...row.query.map((name) => `${name}=${facts[name] ?? "x"}`),
  ].join("&");
  const headers: Record<string, string> = Object.fromEntries(
    row.headers.map((name) => [name, name === "x-amz-copy-source" ? `${bucket}/there` : "x"]),
  );
  if (row.name === "PostObject") headers["content-type"] = "multipart/form-data; boundary=x";
  const isAnswer = row.name === "WriteGetObjectResponse";
  const hasBody = row.method === "PUT" || row.method === "POST";
  return {
    method: row.method,
    path: `${isAnswer ? "/WriteGetObjectResponse" : path}${query === "" ? "" : `?${query}`}`,
    headers,
    ...(hasBody && { body: "<a/>" }),
  };
}

function expectForbidden(answer: Answer, isHead: boolean, codes: readonly string[]): void {
  expect(answer.status, answer.text).toBe(403);
  expect(answer.headers.get("x-amz-request-id")).toBeTruthy();
  if (isHead) expect(answer.text).toBe("");
  else expect(codes, answer.text).toContain(answer.first("Code"));
  elements(answer.text);
}

const flip = (signature: string) =>
  `${signature.slice(0, 20)}${signature[20] === "0" ? "1" : "0"}${signature.slice(21)}`;
const forged = ["SignatureDoesNotMatch"];
const denied = ["AccessDenied", "AccessForbidden"];

describe("SEC-003 SEC-004 every operation", () => {
  // A preflight names nobody: what stands in its signature is not looked at, and gives nothing.
  for (const row of operationRows.filter(({ name }) => name !== "OptionsObject")) {
    // A form carries its credentials in its fields.
    const isOwnWay = row.name === "PostObject";

    it(`${row.name} is closed to nobody, forgers and strangers`, async () => {
      const before = await snapshot(bucket);
      const counted = countingBindings();
      const door = { env: counted.env };
      const wish = wishFor(row);
      const isHead = row.method === "HEAD";
      if (!isOwnWay) expectForbidden(await send(byNobody(wish), door), isHead, denied);
      const badHeader = byHeader({ ...wish, editSignature: flip });
      expectForbidden(await send(badHeader, door), isHead, forged);
      const badQuery = byQuery({ ...wish, editSignature: flip });
      expectForbidden(await send(badQuery, door), isHead, forged);
      const wrongSecret = { ...stranger, secretAccessKey: "wrong" };
      expectForbidden(await send(byHeader({ ...wish, keys: wrongSecret }), door), isHead, forged);
      if (row.level !== "service" && row.name !== "CreateBucket" && !isOwnWay) {
        const others = byHeader({ ...wish, keys: stranger });
        expectForbidden(await send(others, door), isHead, denied);
        const expecting = { ...wish.headers, "x-amz-expected-bucket-owner": "999999999999" };
        const mistaken = byHeader({ ...wish, headers: expecting });
        expectForbidden(await send(mistaken, door), isHead, denied);
      }
      expect(counted.calls()).toBe(0);
      expect(await snapshot(bucket)).toBe(before);
    });
  }

  it("SEC-056 SEC-057 every listing is closed to nobody and to strangers", async () => {
    for (const path of ["", "?list-type=2", "?versions", "?uploads", "?location", "?acl"]) {
      for (const make of [byNobody, (wish: Wish) => byHeader({ ...wish, keys: stranger })]) {
        const answer = await send(make({ path: `/${bucket}${path}` }));
        expectForbidden(answer, false, denied);
        expect(answer.text).not.toContain("there");
      }
    }
  });

  it("SEC-059 SEC-060 a denied object and a missing one look the same, whatever the conditions", async () => {
    const conditions: Record<string, string>[] = [
      {},
      { "if-match": '"x"' },
      { "if-none-match": "*" },
      { "if-modified-since": "Sat, 01 Jan 2000 00:00:00 GMT" },
      { "if-unmodified-since": "Sat, 01 Jan 2000 00:00:00 GMT" },
      { range: "bytes=100-200" },
    ];
    const shapeOf = (answer: Answer) => [
      answer.status,
      answer.text.replace(/<(RequestId|HostId)>[^<]*/g, ""),
      [...answer.headers.keys()].toSorted(),
    ];
    for (const headers of conditions) {
      for (const method of ["GET", "HEAD", "DELETE"]) {
        const [there, missing] = await Promise.all(
          ["there", "missing"].map((key) =>
            send(byHeader({ method, path: `/${bucket}/${key}`, headers, keys: stranger })),
          ),
        );
        if (there === undefined || missing === undefined) throw new Error("no answer");
        expect(there.status).toBe(403);
        expect(shapeOf(there)).toEqual(shapeOf(missing));
      }
    }
    await must(200, { path: `/${bucket}/there` });
  });

  it("SEC-053 SEC-090 a stranger copies nothing from the bucket and nothing into it", async () => {
    const own = "strangers-own-bucket";
    await must(200, { method: "PUT", path: `/${own}`, keys: stranger });
    const mine = { method: "PUT", path: `/${own}/copy`, keys: stranger };
    const headers = { "x-amz-copy-source": `${bucket}/there` };
    expectForbidden(await send(byHeader({ ...mine, headers })), false, denied);
    const created = await must(200, {
      method: "POST",
      path: `/${own}/copy?uploads`,
      keys: stranger,
    });
    const path = `/${own}/copy?partNumber=1&uploadId=${created.first("UploadId")}`;
    const partCopy = byHeader({ ...mine, path, headers });
    expectForbidden(await send(partCopy), false, denied);
    await must(200, { method: "PUT", path: `/${own}/secret`, body: "x", keys: stranger });
    const into = { method: "PUT", path: `/${bucket}/copy`, keys: stranger };
    const fromOwn = byHeader({ ...into, headers: { "x-amz-copy-source": `${own}/secret` } });
    expectForbidden(await send(fromOwn), false, denied);
    expect((await must(200, { path: `/${own}`, keys: stranger })).text).not.toContain("copy");
  });
});

describe("SEC-001 a flipped digit of the signature", () => {
  const words = [
    "UNSIGNED-PAYLOAD",
    undefined,
    "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
    "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
    "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER",
  ];
  const calls = [
    ["PutObject", "PUT", "/new"],
    ["UploadPart", "PUT", "/new?partNumber=1&uploadId=x"],
    ["DeleteObjects", "POST", "?delete"],
    ["PutBucketVersioning", "PUT", "?versioning"],
    ["PutBucketTagging", "PUT", "?tagging"],
  ] as const;

  for (const [name, method, suffix] of calls) {
    for (const word of words) {
      it(`${name} with ${word ?? "the hash of the body"} touches nothing`, async () => {
        const counted = countingBindings();
        const wish: Wish = {
          method,
          path: `/${bucket}${suffix}`,
          body: "0\r\n\r\n",
          headers: { "x-amz-decoded-content-length": "0" },
          ...(word !== undefined && { word }),
        };
        // SigV4A is declined as a whole: its words are refused before any signature is looked at.
        const expected = word?.includes("ECDSA")
          ? "501 NotImplemented"
          : "403 SignatureDoesNotMatch";
        for (const make of [byHeader, byQuery]) {
          const answer = await send(make({ ...wish, editSignature: flip }), { env: counted.env });
          expect(`${answer.status} ${answer.first("Code")}`).toBe(expected);
        }
        expect(counted.calls()).toBe(0);
      });
    }
  }

  it("SEC-002 an unsigned trailer with credentials in the URL and no or a made-up signature", async () => {
    const word = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
    const wish: Wish = {
      method: "PUT",
      path: `/${bucket}/new`,
      body: "0\r\n\r\n",
      word,
      headers: { "x-amz-decoded-content-length": "0" },
    };
    const counted = countingBindings();
    const door = { env: counted.env };
    const without = byQuery(wish, { parameters: { "X-Amz-Signature": null } });
    const missing = await send(without, door);
    expect(`${missing.status} ${missing.first("Code")}`).toBe(
      "400 AuthorizationQueryParametersError",
    );
    const garbage = byQuery(wish, { parameters: { "X-Amz-Signature": "garbage" } });
    expect((await send(garbage, door)).first("Code")).toBe("SignatureDoesNotMatch");
    const bare = byNobody({ ...wish, path: `/${bucket}/new?X-Amz-Credential=x` });
    expect((await send(bare, door)).status).toBe(400);
    expect(counted.calls()).toBe(0);
  });

  it("SEC-015 a signature is good for its own method, path, query and host", async () => {
    const right = byHeader({ path: `/${bucket}/there` });
    const changes = [
      { method: "HEAD" },
      { method: "DELETE" },
      { path: `/${bucket}/missing` },
      { path: `/${bucket}/there?acl` },
      { path: `/${bucket}/there?x=` },
      { host: "127.0.0.1" },
      { host: `${bucket}.localhost` },
    ];
    for (const change of changes) {
      expect((await send({ ...right, ...change })).status, JSON.stringify(change)).toBe(403);
    }
    expect((await send(right)).text).toBe("content");
  });

  it("SEC-017 SEC-019 a signed header counts with every value it has, trimmed", async () => {
    const wish = { path: `/${bucket}/there`, headers: { "x-amz-meta-a": "one" } };
    const right = byHeader(wish);
    const twice = { ...right, headers: { ...right.headers, "x-amz-meta-a": "one, two" } };
    expect((await send(twice)).status).toBe(403);
    for (const value of ["  one", "one  ", "a  b", 'a "b  c"', "a\tb", ""]) {
      const headers = { "x-amz-meta-a": value };
      const door = withoutNetwork;
      expect((await send(byHeader({ ...wish, headers }), door)).status, value).toBe(200);
    }
  });

  it("SEC-020 SEC-081 SEC-082 no forwarding header means anything", async () => {
    const unsigned = {
      "x-forwarded-host": `${bucket}.localhost`,
      "x-forwarded-for": "10.0.0.1",
      "x-forwarded-proto": "https",
      forwarded: "for=10.0.0.1;host=evil;proto=https",
      "x-real-ip": "10.0.0.1",
      "x-original-url": "/other",
      "x-rewrite-url": "/other",
      "x-http-method-override": "DELETE",
      "x-amzn-trace-id": "x",
    };
    const answer = await send(byHeader({ path: `/${bucket}/there`, unsigned }));
    expect([answer.status, answer.text]).toEqual([200, "content"]);
    expect((await send(byNobody({ path: `/${bucket}/there`, unsigned }))).status).toBe(403);
  });

  it("SEC-022 SEC-029 another service's signature opens nothing of S3, nor does POST /", async () => {
    for (const service of ["s3tables", "s3express", "s3-object-lambda", "execute-api", ""]) {
      const answer = await send(byHeader({ path: `/${bucket}/there`, service }));
      expect(`${answer.status} ${answer.first("Code")}`).toBe("400 AuthorizationHeaderMalformed");
    }
    for (const service of ["iam", "sts", "kms"]) {
      const answer = await send(byHeader({ path: `/${bucket}/there`, service }));
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.text).not.toContain("content<");
    }
    for (const action of ["AssumeRole", "CreateUser", "CreateAccessKey", "GetSessionToken"]) {
      const body = `Action=${action}&Version=2011-06-15`;
      const answer = await send(byNobody({ method: "POST", path: "/", body }));
      expect([403, 405]).toContain(answer.status);
      expect(answer.text).not.toContain("SecretAccessKey");
    }
  });
});
