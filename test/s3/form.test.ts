// multipart/form-data: RFC 7578, RFC 2046 5.1, and S3's own limits
// (https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html). Rows B150, B155, SEC-134.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ByteSource } from "../../src/s3/byte-source.ts";
import { S3Error } from "../../src/s3/errors.ts";
import { FormReader } from "../../src/s3/form.ts";

const contentType = "multipart/form-data; boundary=BOUND";
const encoder = new TextEncoder();

/** A source that gives the bytes in the pieces the network made of them, reusing its buffer. */
function piecewise(bytes: Uint8Array, cuts: readonly number[]): ByteSource {
  const marks = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  const ends = [...marks.filter((mark) => mark > 0 && mark < bytes.length), bytes.length];
  const window = new Uint8Array(bytes.length);
  let at = 0;
  return {
    length: bytes.length,
    read: async () => {
      const end = ends.shift();
      if (end === undefined || end === at) return null;
      window.fill(0xee);
      window.set(bytes.subarray(at, end));
      const view = window.subarray(0, end - at);
      at = end;
      return view;
    },
    readAll: async () => bytes,
    trailers: () => new Map(),
    cancel: async () => undefined,
  };
}

async function readForm(body: string | Uint8Array, cuts: readonly number[] = []) {
  const bytes = typeof body === "string" ? encoder.encode(body) : body;
  const reader = new FormReader(piecewise(bytes, cuts), contentType);
  const head = await reader.readHead();
  const likelyBytes = reader.likelyFileBytes;
  const pieces: Uint8Array[] = [];
  for (let piece = await reader.readFile(); piece !== null; piece = await reader.readFile()) {
    pieces.push(piece.slice());
  }
  return { ...head, likelyBytes, file: Buffer.concat(pieces) };
}

async function refusal(body: string): Promise<S3Error> {
  const error = await readForm(body).catch((thrown: unknown) => thrown);
  if (error instanceof S3Error) return error;
  throw new Error(`no refusal of ${JSON.stringify(body)}: ${JSON.stringify(error)}`);
}

const field = (name: string, value: string) =>
  `--BOUND\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
const file = (content: string, head = 'name="file"; filename="a.txt"') =>
  `--BOUND\r\nContent-Disposition: form-data; ${head}\r\nContent-Type: text/plain\r\n\r\n${content}\r\n`;
const end = "--BOUND--\r\n";

describe("FormReader", () => {
  it("reads fields in order, the file's name and its bytes", async () => {
    const form = await readForm(field("key", "k") + field("acl", "private") + file("abc") + end);
    expect(form.fields).toEqual([
      { name: "key", value: "k" },
      { name: "acl", value: "private" },
    ]);
    expect(form.filename).toBe("a.txt");
    expect(form.file.toString()).toBe("abc");
    expect(form.likelyBytes).toBe(3);
  });

  it.each<[string, string, string]>([
    ["no line break at the end", `${field("key", "k") + file("abc")}--BOUND--`, "abc"],
    ["a preamble", `hello\r\n${field("key", "k")}${file("abc")}${end}`, "abc"],
    ["an epilogue", `${field("key", "k")}${file("abc")}${end}good bye`, "abc"],
    [
      "blanks behind a boundary",
      `--BOUND \t\r\n${field("key", "k").slice(9)}${file("x")}${end}`,
      "x",
    ],
    [
      "fields behind the file",
      field("key", "k") + file("abc") + field("submit", "go") + end,
      "abc",
    ],
    ["an empty file", field("key", "k") + file("") + end, ""],
    ["line breaks in the file", field("key", "k") + file("\r\n\r\n--\r\n") + end, "\r\n\r\n--\r\n"],
    [
      "a longer boundary in the file",
      field("key", "k") + file("a\r\n--BOUNDLESS") + end,
      "a\r\n--BOUNDLESS",
    ],
    ["half a boundary in the file", field("key", "k") + file("a\r\n--BOUN") + end, "a\r\n--BOUN"],
    ["a field named as a file", field("key", "k") + file("f", 'name="FILE"') + end, "f"],
    ["a file without a name", field("key", "k") + file("f", 'name="file"') + end, "f"],
  ])("takes %s", async (_, body, content) => {
    expect((await readForm(body)).file.toString()).toBe(content);
  });

  it.each<[string, string]>([
    ["nothing", ""],
    ["text that is no form", "key=k&file=x"],
    ["a file that does not end", field("key", "k") + file("abc").slice(0, -2)],
    ["a value that does not end", '--BOUND\r\nContent-Disposition: form-data; name="key"\r\n\r\nk'],
    ["a last boundary that is cut", `${field("key", "k") + file("abc")}--BOUND-`],
    ["a part without a name", `--BOUND\r\nContent-Disposition: form-data\r\n\r\nx\r\n${end}`],
    ["a part with an empty name", field("", "x") + file("a") + end],
    ["a part without a disposition", `--BOUND\r\nContent-Type: text/plain\r\n\r\nx\r\n${end}`],
    [
      "two dispositions",
      `--BOUND\r\nContent-Disposition: form-data; name="a"\r\nContent-Disposition: form-data; name="key"\r\n\r\nx\r\n${file("a")}${end}`,
    ],
    [
      "two names",
      `--BOUND\r\nContent-Disposition: form-data; name="a"; name="key"\r\n\r\nx\r\n${file("a")}${end}`,
    ],
    ["another disposition", `--BOUND\r\nContent-Disposition: file; name="file"\r\n\r\nx\r\n${end}`],
    ["a header without a colon", `--BOUND\r\nnonsense\r\n\r\nx\r\n${end}`],
    ["a part without any header", `--BOUND\r\n\r\nx\r\n${end}`],
    ["words behind a boundary", `--BOUND word\r\n${field("key", "k").slice(9)}${file("x")}${end}`],
  ])("refuses %s as MalformedPOSTRequest", async (_, body) => {
    expect(await refusal(body)).toMatchObject({ code: "MalformedPOSTRequest", status: 400 });
  });

  it("refuses bytes that are not UTF-8 in a field", async () => {
    const bytes = Buffer.concat([
      encoder.encode('--BOUND\r\nContent-Disposition: form-data; name="key"\r\n\r\n'),
      new Uint8Array([0xff, 0xfe]),
      encoder.encode(`\r\n${file("x")}${end}`),
    ]);
    await expect(readForm(bytes)).rejects.toMatchObject({ code: "MalformedPOSTRequest" });
  });

  it.each<[string, string, string]>([
    ["no file", field("key", "k") + end, "0"],
    ["two files", field("key", "k") + file("a") + file("b") + end, "2"],
    ["a second file behind a field", file("a") + field("x", "y") + file("b") + end, "2"],
  ])("refuses %s (B150)", async (_, body, count) => {
    expect(await refusal(body)).toMatchObject({
      code: "InvalidArgument",
      message: "POST requires exactly one file upload per request.",
      detail: { ArgumentName: "file", ArgumentValue: count },
    });
  });

  it("refuses a field given twice, in any case (SEC-010)", async () => {
    const body = field("key", "a") + field("KEY", "b") + file("x") + end;
    expect(await refusal(body)).toMatchObject({ code: "InvalidArgument" });
  });

  it.each<[string, string]>([
    ["one long field", field("x-ignore-a", "a".repeat(20_480)) + file("x") + end],
    [
      "many fields",
      Array.from({ length: 400 }, (_, n) => field(`f${n}`, "v")).join("") + file("x") + end,
    ],
    [
      "a field that never ends",
      `--BOUND\r\nContent-Disposition: form-data; name="a"\r\n\r\n${"a".repeat(300_000)}`,
    ],
    ["a header that never ends", `--BOUND\r\nX: ${"a".repeat(300_000)}`],
    ["a preamble that never ends", "a".repeat(300_000)],
    [
      "a file under another name",
      field("key", "k") + file("a".repeat(21_000), 'name="upload"') + end,
    ],
  ])("refuses %s in front of the file: over 20 KB (B155)", async (_, body) => {
    for (const cuts of [[], [100, 20_000, 20_480, 20_481, 50_000]]) {
      const error = await readForm(body, cuts).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        code: "MaxPostPreDataLengthExceeded",
        detail: { MaxPostPreDataLengthBytes: "20480" },
      });
    }
  });

  it("takes 20,480 bytes in front of the file, and not one more", async () => {
    const rest = field("key", "k") + file("x").replace(/x\r\n$/, "");
    const bare = field("x-ignore-a", "").length + rest.length;
    const body = (bytes: number) =>
      `${field("x-ignore-a", "a".repeat(bytes - bare))}${rest}x\r\n${end}`;
    expect((await readForm(body(20_480))).file.toString()).toBe("x");
    expect(await refusal(body(20_481))).toMatchObject({ code: "MaxPostPreDataLengthExceeded" });
  });

  it.each<[string, string | undefined]>([
    ['multipart/form-data; boundary="BOUND"', undefined],
    ["multipart/form-data;boundary=BOUND; charset=utf-8", undefined],
    ["multipart/form-data", "MalformedPOSTRequest"],
    ["multipart/form-data; boundary=", "MalformedPOSTRequest"],
    ['multipart/form-data; boundary="BOUND "', "MalformedPOSTRequest"],
    [`multipart/form-data; boundary=${"B".repeat(71)}`, "MalformedPOSTRequest"],
    ["multipart/form-data; boundary=BOUND; boundary=OTHER", "MalformedPOSTRequest"],
  ])("boundary rules: %s", (type, code) => {
    const open = () => new FormReader(piecewise(new Uint8Array(0), []), type);
    if (code === undefined) expect(open).not.toThrow();
    else expect(open).toThrow(expect.objectContaining({ code }));
  });

  it("reads the same form however the network splits it", async () => {
    const pieces = fc.constantFrom(
      "\r",
      "\n",
      "\r\n",
      "--",
      "BOUND",
      "\r\n--BOUND",
      "-",
      "a",
      "\0",
      "é",
    );
    const content = fc
      .array(pieces, { maxLength: 30 })
      .map((list) => list.join(""))
      // Only what a boundary cannot be mistaken for may stand in a value.
      .filter((text) => !/\r\n--BOUND(?:--|\r\n| |\t|$)/.test(`\r\n${text}\r\n`));
    const cuts = fc.array(fc.nat(5000), { maxLength: 40 });
    const tail = fc.constantFrom(end, "--BOUND--", field("submit", "x") + end, `${end}\r\njunk`);
    await fc.assert(
      fc.asyncProperty(content, content, cuts, tail, async (value, bytes, at, last) => {
        const body = field("key", "k") + field("v", value) + file(bytes) + last;
        const form = await readForm(body, at);
        expect(form.fields[1]).toEqual({ name: "v", value });
        expect(form.file.toString()).toBe(bytes);
        if (last === end) expect(form.likelyBytes).toBe(encoder.encode(bytes).length);
      }),
      { numRuns: 500 },
    );
  });

  it("answers hostile forms with an S3 error, whatever they are (SEC-134)", async () => {
    const piece = fc.oneof(
      fc.constantFrom(field("key", "k"), file("x"), end, "--BOUND", "\r\n", "\r\n\r\n", '"', ";"),
      fc.string({ maxLength: 20 }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 12 }),
        fc.array(fc.nat(500)),
        async (list, at) => {
          const outcome = await readForm(list.join(""), at).catch((thrown: unknown) => thrown);
          if (outcome instanceof Error) expect(outcome).toBeInstanceOf(S3Error);
        },
      ),
      { numRuns: 500 },
    );
  });
});
