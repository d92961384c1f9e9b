// Bodies whose length, digest, checksum or framing is wrong, each with the answer Amazon S3 gives.

import { env } from "cloudflare:test";
import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { encodeChunks, pattern } from "../auth/chunked-bodies.ts";
import {
  byHeader,
  makeBucket,
  must,
  type Row,
  runRows,
  type Wish,
  withoutNetwork,
} from "./front-door.ts";

let bucket: string;
let blobsBefore: number;

async function countBlobs(): Promise<number> {
  return (await env.STORE_STANDARD.list()).objects.length;
}

beforeAll(async () => {
  bucket = await makeBucket();
  blobsBefore = await countBlobs();
});

const put = (name: string, wish: Omit<Wish, "path">) =>
  byHeader({ method: "PUT", path: `/${name}/new`, body: "x", ...wish });
const md5 = (text: string) => createHash("md5").update(text).digest("base64");
const sha = (text: string) => createHash("sha256").update(text).digest("base64");
const invalidRequest = { status: 400, code: "InvalidRequest" } as const;
const badDigest = { status: 400, code: "BadDigest" } as const;

const plainRows: Row[] = [
  {
    name: "B045 no Content-Length, not chunked",
    status: 411,
    code: "MissingContentLength",
    door: withoutNetwork,
    make: (name) => ({ ...put(name, { word: "UNSIGNED-PAYLOAD", body: "" }), body: undefined }),
  },
  ...["", "-1", "+1", "1, 1", "1.0", "0x1", "9".repeat(16)].map((length) => ({
    name: `B046 a Content-Length of "${length}"`,
    status: 400,
    code: "InvalidArgument",
    door: withoutNetwork,
    make: (name: string) => put(name, { unsigned: { "content-length": length } }),
  })),
  ...["2", "100", "1000000", "2000000"].map((length) => ({
    name: `B047 D06 a body shorter than ${length} bytes of Content-Length`,
    status: 400,
    code: "IncompleteBody",
    door: withoutNetwork,
    make: (name: string) =>
      put(name, { word: "UNSIGNED-PAYLOAD", unsigned: { "content-length": length } }),
  })),
  {
    name: "D06 a body longer than Content-Length",
    status: 400,
    code: "IncompleteBody",
    door: withoutNetwork,
    make: (name) =>
      put(name, { word: "UNSIGNED-PAYLOAD", body: "xyz", unsigned: { "content-length": "2" } }),
  },
  {
    name: "SEC-136 a plain body in HTTP's chunked coding",
    status: 501,
    code: "NotImplemented",
    detail: { Header: "Transfer-Encoding" },
    door: withoutNetwork,
    make: (name) =>
      put(name, { unsigned: { "transfer-encoding": "chunked", "content-length": "1" } }),
  },
  ...["not-base64", "", "YWJj", `${md5("x")}YWJj`, md5("x").replace("==", "")].map((digest) => ({
    name: `B049 a Content-MD5 of "${digest}"`,
    status: 400,
    code: "InvalidDigest",
    door: withoutNetwork,
    make: (name: string) => put(name, { headers: { "content-md5": digest } }),
  })),
  {
    name: "B050 D07 the Content-MD5 of another body",
    ...badDigest,
    make: (name) => put(name, { headers: { "content-md5": md5("y") } }),
  },
  {
    name: "B051 D07 the SHA-256 of another body",
    ...badDigest,
    message: "did not match the calculated checksum",
    make: (name) => put(name, { headers: { "x-amz-checksum-sha256": sha("y") } }),
  },
  {
    name: "B051 the SHA-256 of another body, large enough to be streamed",
    ...badDigest,
    make: (name) =>
      put(name, { body: pattern(1_500_000), headers: { "x-amz-checksum-sha256": sha("y") } }),
  },
  ...["crc32", "crc32c", "crc64nvme", "sha1", "sha256"].map((algorithm) => ({
    name: `B051 a value that is no ${algorithm}`,
    ...invalidRequest,
    message: `Value for x-amz-checksum-${algorithm} header is invalid`,
    make: (name: string) => put(name, { headers: { [`x-amz-checksum-${algorithm}`]: "bad" } }),
  })),
  {
    name: "B053 two checksums",
    ...invalidRequest,
    message: "Expecting a single x-amz-checksum- header",
    make: (name) =>
      put(name, {
        headers: { "x-amz-checksum-sha256": sha("x"), "x-amz-checksum-crc32": "AAAAAA==" },
      }),
  },
  {
    name: "B054 an algorithm without its checksum",
    ...invalidRequest,
    message: "x-amz-sdk-checksum-algorithm specified, but no corresponding",
    make: (name) => put(name, { headers: { "x-amz-sdk-checksum-algorithm": "CRC32" } }),
  },
  {
    name: "B055 an unknown algorithm for an upload's checksums",
    ...invalidRequest,
    message: "Checksum algorithm provided is unsupported",
    make: (name) =>
      byHeader({
        method: "POST",
        path: `/${name}/new?uploads`,
        headers: { "x-amz-checksum-algorithm": "CRC99" },
      }),
  },
  ...[2049, 3000].map((size) => ({
    name: `B063 ${size} bytes of user metadata`,
    status: 400,
    code: "MetadataTooLarge",
    detail: { Size: String(size), MaxSizeAllowed: "2048" },
    make: (name: string) => put(name, { headers: { "x-amz-meta-a": "m".repeat(size - 1) } }),
  })),
  {
    name: "a body larger than any object",
    status: 400,
    code: "EntityTooLarge",
    door: withoutNetwork,
    make: (name) =>
      put(name, {
        word: "UNSIGNED-PAYLOAD",
        unsigned: { "content-length": String(5 * 1024 ** 3 + 1) },
      }),
  },
];

const data = pattern(20_000);
const unsignedTrailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
const signedChunks = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
const signedTrailer = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
const crcOfData = "AAAAAA==";

/** An aws-chunked PUT of wire bytes as given. */
function chunked(name: string, wire: string | Uint8Array, headers: Record<string, string> = {}) {
  const body = typeof wire === "string" ? new TextEncoder().encode(wire) : wire;
  return byHeader({
    method: "PUT",
    path: `/${name}/new`,
    body,
    word: unsignedTrailer,
    headers: { "content-encoding": "aws-chunked", "x-amz-decoded-content-length": "5", ...headers },
  });
}

/** One whose chunks are signed as the request was; `edit` may spoil the wire. */
function signed(
  name: string,
  word: string,
  edit: (wire: Uint8Array) => Uint8Array,
  trailers: Record<string, string> = {},
) {
  const announced = Object.keys(trailers)[0];
  const plan: Wish = {
    method: "PUT",
    path: `/${name}/new`,
    word,
    body: "",
    headers: {
      "x-amz-decoded-content-length": String(data.length),
      ...(announced !== undefined && { "x-amz-trailer": announced }),
    },
  };
  const request = byHeader(plan);
  const wire = encodeChunks({
    data,
    chunkBytes: 8192,
    seal: { kind: "chunked-signed", hasTrailer: false, ...request.seed },
    trailers,
  } as never);
  return { ...request, body: edit(wire.slice()) };
}

const find = (wire: Uint8Array, text: string, from = 0) => Buffer.from(wire).indexOf(text, from);
const flip = (at: (wire: Uint8Array) => number) => (wire: Uint8Array) => {
  const place = at(wire);
  wire[place] = (wire[place] ?? 0) === 0x30 ? 0x31 : 0x30;
  return wire;
};
const incomplete = { status: 400, code: "IncompleteBody" } as const;
const mismatch = { status: 403, code: "SignatureDoesNotMatch" } as const;
const malformedTrailer = { status: 400, code: "MalformedTrailerError" } as const;
const crc = { "x-amz-trailer": "x-amz-checksum-crc32" };

const chunkedRows: Row[] = [
  {
    name: "SEC-130 aws-chunked without a decoded length",
    status: 411,
    code: "MissingContentLength",
    make: (name) => {
      const request = chunked(name, "5\r\nhello\r\n0\r\n\r\n");
      const { "x-amz-decoded-content-length": _length, ...headers } = request.headers;
      return byHeader({
        method: "PUT",
        path: `/${name}/new`,
        body: request.body ?? "",
        word: unsignedTrailer,
        headers: { "content-encoding": headers["content-encoding"] ?? "" },
      });
    },
  },
  {
    name: "B057 a chunk of less than 8,192 bytes before another",
    status: 400,
    code: "InvalidChunkSizeError",
    make: (name) => chunked(name, "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"),
  },
  ...["4", "6", "0", "500"].map((length) => ({
    name: `B058 D06 5 bytes where ${length} were announced`,
    ...incomplete,
    make: (name: string) =>
      chunked(name, "5\r\nhello\r\n0\r\n\r\n", { "x-amz-decoded-content-length": length }),
  })),
  ...[
    ["a size that is not hex", "zz\r\nhello\r\n0\r\n\r\n"],
    ["an empty size", "\r\nhello\r\n0\r\n\r\n"],
    ["a negative size", "-5\r\nhello\r\n0\r\n\r\n"],
    ["a size with a plus", "+5\r\nhello\r\n0\r\n\r\n"],
    ["a size with 0x", "0x5\r\nhello\r\n0\r\n\r\n"],
    ["a blank before the size", " 5\r\nhello\r\n0\r\n\r\n"],
    ["the largest size", "7fffffffffffffff\r\nhello\r\n0\r\n\r\n"],
    ["a size of 17 digits", "00000000000000005\r\nhello\r\n0\r\n\r\n"],
    ["no CRLF behind the data", "5\r\nhello0\r\n\r\n"],
    ["a bare LF behind the size", "5\nhello\r\n0\r\n\r\n"],
    ["an extension nobody knows", "5;foo=bar\r\nhello\r\n0\r\n\r\n"],
    ["a signature where none is due", `5;chunk-signature=${"a".repeat(64)}\r\nhello\r\n0\r\n\r\n`],
    ["no last chunk", "5\r\nhello\r\n"],
    ["half a last chunk", "5\r\nhello\r\n0\r\n"],
    ["data cut off", "5\r\nhel"],
    ["a very long size line", `${"0".repeat(5000)}5\r\nhello\r\n0\r\n\r\n`],
    ["nothing at all", ""],
  ].map(([what, wire]) => ({
    name: `B059 SEC-135 ${what} (to confirm on AWS)`,
    ...incomplete,
    make: (name: string) => chunked(name, wire ?? ""),
  })),
  {
    name: "SEC-135 data behind the last chunk",
    ...malformedTrailer,
    make: (name) => chunked(name, "5\r\nhello\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n"),
  },
  {
    name: "B061 a trailer that was not announced",
    ...malformedTrailer,
    make: (name) => chunked(name, `5\r\nhello\r\n0\r\nx-amz-checksum-crc32:${crcOfData}\r\n\r\n`),
  },
  {
    name: "B061 an announced trailer that does not come",
    ...malformedTrailer,
    make: (name) => chunked(name, "5\r\nhello\r\n0\r\n\r\n", crc),
  },
  {
    name: "B061 a trailer without a colon",
    ...malformedTrailer,
    make: (name) => chunked(name, "5\r\nhello\r\n0\r\nx-amz-checksum-crc32\r\n\r\n", crc),
  },
  {
    name: "SEC-135 a trailer twice",
    ...malformedTrailer,
    make: (name) => {
      const line = `x-amz-checksum-crc32:${crcOfData}\r\n`;
      return chunked(name, `5\r\nhello\r\n0\r\n${line}${line}\r\n`, crc);
    },
  },
  {
    name: "D07 a trailer with the checksum of another body",
    ...badDigest,
    make: (name) =>
      chunked(name, `5\r\nhello\r\n0\r\nx-amz-checksum-crc32:${crcOfData}\r\n\r\n`, crc),
  },
  {
    name: "B061 a trailer that is no checksum",
    ...invalidRequest,
    message: "Value for x-amz-checksum-crc32 trailing header is invalid",
    make: (name) => chunked(name, "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:bad\r\n\r\n", crc),
  },
  ...["x-amz-foo", "host", "x-amz-checksum-crc99", "", "content-type"].map((trailer) => ({
    name: `B062 announcing the trailer "${trailer}"`,
    ...invalidRequest,
    message: "The value specified in the x-amz-trailer header is not supported",
    door: withoutNetwork,
    make: (name: string) => chunked(name, "5\r\nhello\r\n0\r\n\r\n", { "x-amz-trailer": trailer }),
  })),
  {
    name: "SEC-005 a wrong signature of the first chunk",
    ...mismatch,
    make: (name) =>
      signed(
        name,
        signedChunks,
        flip((wire) => find(wire, "chunk-signature=") + 20),
      ),
  },
  {
    name: "SEC-005 a wrong signature of a chunk in the middle",
    ...mismatch,
    make: (name) =>
      signed(
        name,
        signedChunks,
        flip((wire) => find(wire, "chunk-signature=", 8300) + 20),
      ),
  },
  {
    name: "SEC-005 a wrong signature of the last chunk",
    ...mismatch,
    make: (name) =>
      signed(
        name,
        signedChunks,
        flip((wire) => find(wire, "\r\n0;chunk") + 25),
      ),
  },
  {
    name: "SEC-005 a wrong signature of the trailer",
    ...mismatch,
    make: (name) =>
      signed(
        name,
        signedTrailer,
        flip((wire) => find(wire, "trailer-signature:") + 30),
        {
          "x-amz-checksum-crc32": crcOfData,
        },
      ),
  },
  ...[100, 9000, 18_000].map((offset) => ({
    name: `SEC-007 one byte changed at ${offset}`,
    ...mismatch,
    make: (name: string) =>
      signed(name, signedChunks, (wire) => {
        wire[offset] = (wire[offset] ?? 0) ^ 1;
        return wire;
      }),
  })),
  {
    name: "SEC-007 two chunks exchanged",
    ...mismatch,
    make: (name) =>
      signed(name, signedChunks, (wire) => {
        const second = find(wire, "2000;chunk", 10);
        const third = find(wire, ";chunk", second + 10) - 4;
        return new Uint8Array(
          Buffer.concat([
            wire.subarray(second, third),
            wire.subarray(0, second),
            wire.subarray(third),
          ]),
        );
      }),
  },
];

describe("a body that is not what was announced", () => {
  runRows(plainRows, () => bucket);

  it("leaves no blob behind", async () => {
    expect(await countBlobs()).toBe(blobsBefore);
  });

  it("B063 2,048 bytes of metadata are taken", async () => {
    const headers = { "x-amz-meta-a": "m".repeat(2047) };
    await must(200, { method: "PUT", path: `/${bucket}/metadata`, body: "x", headers });
    const answer = await must(200, { path: `/${bucket}/metadata` });
    expect(answer.headers.get("x-amz-meta-a")).toHaveLength(2047);
  });
});

describe("a chunked body that is not what was announced", () => {
  runRows(chunkedRows, () => bucket);

  it("leaves no blob behind", async () => {
    expect(await countBlobs()).toBe(blobsBefore + 1);
  });

  it("the honest twins of these bodies are taken", async () => {
    const { send } = await import("./front-door.ts");
    const untouched = signed(bucket, signedChunks, (wire) => wire);
    expect((await send(untouched)).status).toBe(200);
    expect((await send(chunked(bucket, "5\r\nhello\r\n0\r\n\r\n"))).status).toBe(200);
    expect((await must(200, { path: `/${bucket}/new` })).text).toBe("hello");
  });
});
