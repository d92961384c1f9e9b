// The aws-chunked decoder: AWS's documented bodies, any split into network reads, and the table of
// tricks (SEC-135).

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ChunkSeal } from "../../src/auth/chunk-signatures.ts";
import { openPayload } from "../../src/auth/payload.ts";
import { signingKeyFor } from "../../src/auth/signature.ts";
import type { PayloadBinding } from "../../src/auth/types.ts";
import { encodeChunks, pattern, readPieces, streamOf } from "./chunked-bodies.ts";
import { refusal } from "./signed-requests.ts";

const signingKey = signingKeyFor("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", {
  day: "20130524",
  region: "us-east-1",
  service: "s3",
});
const seal: ChunkSeal = {
  kind: "chunked-signed",
  hasTrailer: false,
  seedSignature: "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
  signingKey,
  scope: "20130524/us-east-1/s3/aws4_request",
  amzDate: "20130524T000000Z",
};
const sealWithTrailer: ChunkSeal = {
  ...seal,
  hasTrailer: true,
  seedSignature: "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
};
const unsigned: PayloadBinding = { kind: "chunked-unsigned", hasTrailer: true };
const crc32 = { "x-amz-checksum-crc32": "y/Q5Jg==" };

const bytes = (text: string) => new Uint8Array(Buffer.from(text, "latin1"));

interface Sent {
  readonly binding?: PayloadBinding;
  readonly length: number;
  readonly trailer?: string;
}

function open(pieces: readonly Uint8Array[], sent: Sent) {
  const headers = new Headers({
    "transfer-encoding": "chunked",
    "x-amz-decoded-content-length": String(sent.length),
  });
  if (sent.trailer !== undefined) headers.set("x-amz-trailer", sent.trailer);
  return openPayload(streamOf(...pieces), headers, sent.binding ?? unsigned);
}

describe("AWS's documented bodies", () => {
  const data = new Uint8Array(66560).fill(0x61);
  const chunk = (size: string, signature: string, body: string) =>
    `${size};chunk-signature=${signature}\r\n${body}`;
  const text = Buffer.from(data).toString();
  const body = [
    chunk(
      "10000",
      "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
      `${text.slice(0, 65536)}\r\n`,
    ),
    chunk(
      "400",
      "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
      `${text.slice(0, 1024)}\r\n`,
    ),
    chunk("0", "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9", "\r\n"),
  ].join("");
  const trailerBody = [
    chunk(
      "10000",
      "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
      `${text.slice(0, 65536)}\r\n`,
    ),
    chunk(
      "400",
      "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
      `${text.slice(0, 1024)}\r\n`,
    ),
    chunk("0", "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992", ""),
    "x-amz-checksum-crc32c:sOO8/Q==\r\n",
    "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n",
  ].join("");

  it("signed chunks, which are 66824 bytes on the wire", async () => {
    expect(body.length).toBe(66824);
    expect(body).toBe(
      Buffer.from(encodeChunks({ data, seal, chunkBytes: 65536 })).toString("latin1"),
    );
    const source = open([bytes(body)], { binding: seal, length: 66560 });
    expect(await readPieces(source)).toEqual(data);
    expect(source.trailers().size).toBe(0);
  });

  it("signed chunks with a signed trailer, which are 66946 bytes on the wire", async () => {
    expect(trailerBody.length).toBe(66946);
    const sent = { binding: sealWithTrailer, length: 66560, trailer: "x-amz-checksum-crc32c" };
    const source = open([bytes(trailerBody)], sent);
    expect(await source.readAll()).toEqual(data);
    expect([...source.trailers()]).toEqual([["x-amz-checksum-crc32c", "sOO8/Q=="]]);
  });

  it("the spelling of trailers with a bare line feed", async () => {
    const spelled = trailerBody.replace("sOO8/Q==\r\n", "sOO8/Q==\n\r\n");
    const sent = { binding: sealWithTrailer, length: 66560, trailer: "x-amz-checksum-crc32c" };
    expect(await open([bytes(spelled)], sent).readAll()).toEqual(data);
  });
});

describe("the decoder", () => {
  const modes: [name: string, binding: PayloadBinding, trailers: Record<string, string>][] = [
    ["unsigned chunks and a trailer", unsigned, crc32],
    ["unsigned chunks and no trailer", unsigned, {}],
    ["signed chunks", seal, {}],
    ["signed chunks and a trailer", sealWithTrailer, crc32],
    ["signed chunks and an announced place for no trailer", sealWithTrailer, {}],
  ];

  const wireOf = (
    binding: PayloadBinding,
    data: Uint8Array,
    chunkBytes: number,
    trailers: Record<string, string>,
  ) =>
    encodeChunks({
      data,
      chunkBytes,
      trailers,
      ...(binding.kind === "chunked-signed" ? { seal: binding } : {}),
    });

  it.each(modes)("reads %s, in every size of chunk", async (_name, binding, trailers) => {
    for (const [length, chunkBytes] of [
      [0, 8192],
      [1, 8192],
      [8192, 8192],
      [8193, 8192],
      [300_000, 65536],
      [2_500_000, 1024 * 1024],
      [2_500_000, 1024 * 1024 + 1],
      [3_000_000, 3_000_000],
    ] as const) {
      const data = pattern(length);
      const wire = wireOf(binding, data, chunkBytes, trailers);
      const trailer = Object.keys(trailers)[0];
      const sent = { binding, length, ...(trailer === undefined ? {} : { trailer }) };
      const source = open([wire], sent);
      expect(source.length).toBe(length);
      expect(Buffer.compare(await readPieces(source), data)).toBe(0);
      expect(Object.fromEntries(source.trailers())).toEqual(trailers);
      expect(await source.read()).toBeNull();
      expect(Buffer.compare(await open([wire], sent).readAll(), data)).toBe(0);
    }
  });

  it.each(modes)(
    "gives the same for %s, however the network cuts them",
    async (_n, binding, trailers) => {
      const data = pattern(8192 * 2 + 77);
      const wire = wireOf(binding, data, 8192, trailers);
      const trailer = Object.keys(trailers)[0];
      const sent = { binding, length: data.length, ...(trailer === undefined ? {} : { trailer }) };
      await fc.assert(
        fc.asyncProperty(fc.array(fc.nat(wire.length), { maxLength: 12 }), async (cuts) => {
          const edges = [0, ...cuts.sort((a, b) => a - b), wire.length];
          const pieces = edges.slice(1).map((end, i) => wire.subarray(edges[i] ?? 0, end));
          const source = open(pieces, sent);
          expect(Buffer.compare(await readPieces(source), data)).toBe(0);
          expect(Object.fromEntries(source.trailers())).toEqual(trailers);
        }),
        { numRuns: 40 },
      );
    },
  );

  it("reads a body that comes byte by byte", async () => {
    const wire = wireOf(sealWithTrailer, pattern(50), 8192, crc32);
    const pieces = [...wire].map((byte) => new Uint8Array([byte]));
    const sent = { binding: sealWithTrailer, length: 50, trailer: "x-amz-checksum-crc32" };
    expect(await readPieces(open(pieces, sent))).toEqual(pattern(50));
  });

  it("never gives more than was signed, nor an end, when any byte of the wire is changed", async () => {
    const data = pattern(8192 + 5000);
    const wire = wireOf(sealWithTrailer, data, 8192, crc32);
    const sent = { binding: sealWithTrailer, length: data.length, trailer: "x-amz-checksum-crc32" };
    await fc.assert(
      fc.asyncProperty(
        fc.nat(wire.length - 1),
        fc.integer({ min: 1, max: 255 }),
        async (at, flip) => {
          const changed = wire.slice();
          changed[at] = (changed[at] ?? 0) ^ flip;
          const source = open([changed], sent);
          const whole = await readPieces(source).catch(() => undefined);
          // Letter case of hex digits and trailer names is all that may differ.
          if (whole === undefined) return;
          expect(Buffer.compare(whole, data)).toBe(0);
          expect(Object.fromEntries(source.trailers())).toEqual(crc32);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("SEC-005, SEC-007 hands out no byte of a chunk that was altered", async () => {
    const data = pattern(8192 * 3);
    const wire = wireOf(seal, data, 8192, {});
    for (const index of [0, 1, 2]) {
      const changed = wire.slice();
      const at = index * (8192 + 89 + 2) + 89 + 100;
      changed[at] = (changed[at] ?? 0) ^ 1;
      const source = open([changed], { binding: seal, length: data.length });
      for (let good = 0; good < index; good++) expect((await source.read())?.length).toBe(8192);
      const result = await refusal(() => source.read());
      expect(result).toMatchObject({ code: "SignatureDoesNotMatch", status: 403 });
      expect(Object.keys(result.detail)).toEqual(["StringToSign", "SignatureProvided"]);
    }
  });

  it("SEC-007 reports no end after a chunk too large to hold that was altered", async () => {
    const data = pattern(1_500_000);
    const wire = wireOf(seal, data, 1_500_000, {});
    wire[1_000_000] = (wire[1_000_000] ?? 0) ^ 1;
    const source = open([wire], { binding: seal, length: data.length });
    expect((await refusal(() => readPieces(source))).code).toBe("SignatureDoesNotMatch");
  });

  it("SEC-005 refuses another seed, and a chain that was cut and joined", async () => {
    const data = pattern(8192 * 3);
    const wire = wireOf(seal, data, 8192, {});
    const other = { ...seal, seedSignature: "0".repeat(64) };
    const seeded = open([wire], { binding: other, length: data.length });
    expect((await refusal(() => seeded.read())).code).toBe("SignatureDoesNotMatch");
    const chunkWire = 8192 + 91;
    const joined = [wire.subarray(0, chunkWire), wire.subarray(2 * chunkWire)];
    const source = open(joined, { binding: seal, length: 8192 * 2 });
    await source.read();
    expect((await refusal(() => source.read())).code).toBe("SignatureDoesNotMatch");
  });

  it("refuses a wrong signature of the last chunk and of the trailer", async () => {
    const wire = Buffer.from(wireOf(sealWithTrailer, pattern(10), 8192, crc32)).toString("latin1");
    const sent = { binding: sealWithTrailer, length: 10, trailer: "x-amz-checksum-crc32" };
    const last = wire.replace(/\r\n0;chunk-signature=../, "\r\n0;chunk-signature=zz");
    expect((await refusal(() => open([bytes(last)], sent).readAll())).code).toBe("IncompleteBody");
    for (const changed of [
      wire.replace(/(\r\n0;chunk-signature=)(.{64})/, `$1${"0".repeat(64)}`),
      wire.replace(/(x-amz-trailer-signature:)(.{64})/, `$1${"0".repeat(64)}`),
      wire.replace("y/Q5Jg==", "z/Q5Jg=="),
    ]) {
      const result = await refusal(() => open([bytes(changed)], sent).readAll());
      expect(result.code).toBe("SignatureDoesNotMatch");
    }
  });
});

describe("B057 a small chunk that is not the last", () => {
  it("is InvalidChunkSizeError, signed or not", async () => {
    for (const binding of [unsigned, seal]) {
      const wire = encodeChunks({
        data: pattern(20_000),
        chunkBytes: 8191,
        ...(binding.kind === "chunked-signed" ? { seal: binding } : {}),
      });
      const result = await refusal(() => open([wire], { binding, length: 20_000 }).readAll());
      expect(result).toEqual({
        code: "InvalidChunkSizeError",
        status: 400,
        message: "Only the last chunk is allowed to have a size less than 8192 bytes",
        detail: { Chunk: "1", BadChunkSize: "8191" },
      });
    }
  });
});

describe("the announcements of a chunked body", () => {
  const headers = (changes: Record<string, string>) =>
    new Headers({ "content-length": "5", ...changes });

  it("SEC-130 without a decoded length is MissingContentLength, as without any", async () => {
    for (const binding of [unsigned, seal]) {
      const none = await refusal(() => openPayload(streamOf(), headers({}), binding));
      expect(none).toMatchObject({ code: "MissingContentLength", status: 411 });
      const decoded = new Headers({ "x-amz-decoded-content-length": "5" });
      const both = await refusal(() => openPayload(streamOf(), decoded, binding));
      expect(both).toMatchObject({ code: "MissingContentLength", status: 411 });
    }
  });

  it.each(["", "-1", "+5", "5 ", "abc", "1e9", "9".repeat(16)])(
    "with the decoded length %j is InvalidArgument",
    async (value) => {
      const sent = new Headers({ "content-length": "5" });
      sent.set("x-amz-decoded-content-length", value);
      // Blanks around a header's value are not part of it.
      const result = refusal(() => openPayload(streamOf(), sent, unsigned));
      if (value.trim() === "5") await expect(result).rejects.toThrow("it was not refused");
      else expect(await result).toMatchObject({ code: "InvalidArgument", status: 400 });
    },
  );

  it.each(["x-amz-foo", "", "x-amz-checksum-crc32, x-amz-foo", "x-amz-meta-a"])(
    "B062 of the trailer %j is InvalidRequest",
    async (name) => {
      const sent = headers({ "x-amz-decoded-content-length": "5", "x-amz-trailer": name });
      expect(await refusal(() => openPayload(streamOf(), sent, unsigned))).toMatchObject({
        code: "InvalidRequest",
        status: 400,
        message: "The value specified in the x-amz-trailer header is not supported",
      });
    },
  );

  it("B061 of a trailer in a mode that has none is MalformedTrailerError", async () => {
    const sent = headers({
      "x-amz-decoded-content-length": "5",
      "x-amz-trailer": "x-amz-checksum-sha256",
    });
    const result = await refusal(() => openPayload(streamOf(), sent, seal));
    expect(result).toMatchObject({ code: "MalformedTrailerError", status: 400 });
  });
});

describe("SEC-135 tricks of framing", () => {
  const trailer = "x-amz-checksum-crc32";
  const line = "x-amz-checksum-crc32:y/Q5Jg==\r\n";
  const hello = "5\r\nhello\r\n";
  const vectors: [name: string, body: string, code: string, announced?: string][] = [
    ["the largest signed size", "7fffffffffffffff\r\nhello\r\n0\r\n\r\n", "IncompleteBody"],
    ["the largest size of all", "ffffffffffffffff\r\nhello\r\n0\r\n\r\n", "IncompleteBody"],
    ["a size of 17 digits", `${"0".repeat(16)}5\r\nhello\r\n0\r\n\r\n`, "IncompleteBody"],
    ["a flood of zeros", `${"0".repeat(5000)}5\r\nhello\r\n0\r\n\r\n`, "IncompleteBody"],
    ["a negative size", "-5\r\nhello\r\n0\r\n\r\n", "IncompleteBody"],
    ["a size with a plus", "+5\r\nhello\r\n0\r\n\r\n", "IncompleteBody"],
    ["a size with 0x", "0x5\r\nhello\r\n0\r\n\r\n", "IncompleteBody"],
    ["a size with a blank", " 5\r\nhello\r\n0\r\n\r\n", "IncompleteBody"],
    ["an empty size", "\r\nhello\r\n0\r\n\r\n", "IncompleteBody"],
    ["a size that is no number (B059)", "zz\r\nhello\r\n0\r\n\r\n", "IncompleteBody"],
    ["no CRLF behind the data (B059)", "5\r\nhello0\r\n\r\n", "IncompleteBody"],
    ["a bare LF behind the size", "5\nhello\r\n0\r\n\r\n", "IncompleteBody"],
    ["a bare CR behind the size", "5\rhello\r\n0\r\n\r\n", "IncompleteBody"],
    ["an extension", "5;a=b\r\nhello\r\n0\r\n\r\n", "IncompleteBody"],
    [
      "a signature nobody asked for",
      `5;chunk-signature=${"0".repeat(64)}\r\nhello\r\n`,
      "IncompleteBody",
    ],
    ["a long extension", `5;${"a".repeat(100_000)}\r\nhello\r\n0\r\n\r\n`, "IncompleteBody"],
    ["a chunk beyond the decoded length (B058)", "6\r\nhello!\r\n0\r\n\r\n", "IncompleteBody"],
    ["an end before the decoded length (B058)", "4\r\nhell\r\n0\r\n\r\n", "IncompleteBody"],
    ["a body that stops in a size", "5", "IncompleteBody"],
    ["a body that stops in the data", "5\r\nhel", "IncompleteBody"],
    ["a body that stops behind the data", "5\r\nhello", "IncompleteBody"],
    ["a body without a last chunk", hello, "IncompleteBody"],
    ["a body without its last CRLF", `${hello}0\r\n`, "IncompleteBody"],
    ["nothing at all", "", "IncompleteBody"],
    [
      "data behind the last chunk",
      `${hello}0\r\n\r\nGET / HTTP/1.1\r\n\r\n`,
      "MalformedTrailerError",
    ],
    [
      "a second body behind the last chunk",
      `${hello}0\r\n\r\n${hello}0\r\n\r\n`,
      "MalformedTrailerError",
    ],
    ["a flood behind the last chunk", `${hello}0\r\n${"a".repeat(300_000)}\r\n`, "IncompleteBody"],
    [
      "a trailer that was not announced (B061)",
      `${hello}0\r\n${line}\r\n`,
      "MalformedTrailerError",
    ],
    [
      "an announced trailer that is missing (B061)",
      `${hello}0\r\n\r\n`,
      "MalformedTrailerError",
      trailer,
    ],
    ["a repeated trailer", `${hello}0\r\n${line}${line}\r\n`, "MalformedTrailerError", trailer],
    [
      "another trailer than the announced one",
      `${hello}0\r\nx-amz-checksum-sha1:a\r\n\r\n`,
      "MalformedTrailerError",
      trailer,
    ],
    [
      "a trailer without a colon (B061)",
      `${hello}0\r\n${trailer}\r\n\r\n`,
      "MalformedTrailerError",
      trailer,
    ],
    ["an empty trailer", `${hello}0\r\n${trailer}:\r\n\r\n`, "MalformedTrailerError", trailer],
    [
      "a CR inside a trailer",
      `${hello}0\r\n${trailer}:a\rb\r\n\r\n`,
      "MalformedTrailerError",
      trailer,
    ],
    [
      "a trailer signature in an unsigned body",
      `${hello}0\r\n${line}x-amz-trailer-signature:${"0".repeat(64)}\r\n\r\n`,
      "MalformedTrailerError",
      trailer,
    ],
    ["a trailer that breaks off", `${hello}0\r\n${trailer}:y/Q5J`, "IncompleteBody", trailer],
  ];

  it.each(vectors)("%s", async (_name, body, code, announced) => {
    const sent = { length: 5, ...(announced === undefined ? {} : { trailer: announced }) };
    const result = await refusal(() => readPieces(open([bytes(body)], sent)));
    expect(result).toMatchObject({ code, status: 400 });
  });

  it("signed chunks without signatures, and signed trailers without theirs", async () => {
    const plain = open([bytes(`${hello}0\r\n\r\n`)], { binding: seal, length: 5 });
    expect((await refusal(() => plain.readAll())).code).toBe("IncompleteBody");
    const wire = Buffer.from(
      encodeChunks({ data: pattern(5), seal: sealWithTrailer, trailers: crc32 }),
    );
    const bare = wire.toString("latin1").replace(/x-amz-trailer-signature:.*\r\n/, "");
    const sent = { binding: sealWithTrailer, length: 5, trailer };
    const result = await refusal(() => open([bytes(bare)], sent).readAll());
    expect(result.code).toBe("MalformedTrailerError");
  });

  it("data behind the last signed chunk", async () => {
    const wire = Buffer.from(encodeChunks({ data: pattern(5), seal })).toString("latin1");
    for (const rest of ["x", "\r\n", line]) {
      const source = open([bytes(wire + rest)], { binding: seal, length: 5 });
      expect((await refusal(() => source.readAll())).code).toBe("IncompleteBody");
    }
  });

  it("gives up cleanly in the middle", async () => {
    const source = open([bytes("5\r\nhel")], { length: 5 });
    await source.read();
    await source.cancel();
    await source.cancel();
    expect(await source.read()).toBeNull();
  });
});
