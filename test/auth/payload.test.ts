// openPayload() for plain and hashed bodies: lengths, the hash, stalls, giving up.

import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { discardBody, openPayload } from "../../src/auth/payload.ts";
import type { PayloadBinding } from "../../src/auth/types.ts";
import { pattern, readPieces, streamOf } from "./chunked-bodies.ts";
import { refusal } from "./signed-requests.ts";

const unsigned: PayloadBinding = { kind: "unsigned" };
const sha256 = (data: Uint8Array) => createHash("sha256").update(data).digest("hex");
const hashOf = (data: Uint8Array): PayloadBinding => ({ kind: "hash", sha256Hex: sha256(data) });
const lengthOf = (data: Uint8Array | number) =>
  new Headers({ "content-length": String(typeof data === "number" ? data : data.length) });

describe("a plain body", () => {
  it.each([0, 1, 1000, 262143, 262144, 262145, 3_000_000])(
    "of %d bytes is read in pieces and at once, unsigned and hashed",
    async (length) => {
      const data = pattern(length);
      const half = length >> 1;
      for (const binding of [unsigned, hashOf(data)]) {
        const open = () =>
          openPayload(
            streamOf(data.subarray(0, half), data.subarray(half)),
            lengthOf(data),
            binding,
          );
        expect(open().length).toBe(length);
        expect(sha256(await readPieces(open()))).toBe(sha256(data));
        expect(sha256(await open().readAll())).toBe(sha256(data));
        expect(open().trailers().size).toBe(0);
      }
    },
  );

  it("reports its end again and again", async () => {
    const source = openPayload(streamOf(pattern(3)), lengthOf(3), unsigned);
    await readPieces(source);
    expect([await source.read(), await source.read()]).toEqual([null, null]);
  });

  it("of no bytes may be absent", async () => {
    const source = openPayload(null, lengthOf(0), hashOf(new Uint8Array(0)));
    expect(await source.read()).toBeNull();
    expect((await openPayload(null, lengthOf(0), unsigned).readAll()).length).toBe(0);
  });

  it("B018 with another hash is XAmzContentSHA256Mismatch at its end, both hashes named", async () => {
    const data = pattern(300_000);
    const binding = hashOf(pattern(5));
    const expected = {
      code: "XAmzContentSHA256Mismatch",
      status: 400,
      message: "The provided 'x-amz-content-sha256' header does not match what was computed.",
      detail: {
        ClientComputedContentSHA256: sha256(pattern(5)),
        S3ComputedContentSHA256: sha256(data),
      },
    };
    const open = () => openPayload(streamOf(data), lengthOf(data), binding);
    expect(await refusal(() => readPieces(open()))).toEqual(expected);
    expect(await refusal(() => open().readAll())).toEqual(expected);
  });

  it("B047 that ends early is IncompleteBody, with both lengths", async () => {
    const open = () => openPayload(streamOf(pattern(90)), lengthOf(100), unsigned);
    const expected = {
      code: "IncompleteBody",
      status: 400,
      detail: { NumberBytesExpected: "100", NumberBytesProvided: "90" },
    };
    expect(await refusal(() => readPieces(open()))).toMatchObject(expected);
    expect(await refusal(() => open().readAll())).toMatchObject(expected);
  });

  it("SEC-136 that goes on is IncompleteBody", async () => {
    const open = () => openPayload(streamOf(pattern(110)), lengthOf(100), unsigned);
    expect((await refusal(() => readPieces(open()))).code).toBe("IncompleteBody");
    expect((await refusal(() => open().readAll())).code).toBe("IncompleteBody");
  });

  it("whose connection breaks is IncompleteBody", async () => {
    const { readable, writable } = new IdentityTransformStream();
    const writer = writable.getWriter();
    writer.write(pattern(10)).then(
      () => writer.abort(new Error("gone")),
      () => {},
    );
    const source = openPayload(readable, lengthOf(100), unsigned);
    expect((await refusal(() => readPieces(source))).code).toBe("IncompleteBody");
  });
});

describe("the length of a body", () => {
  it("B045 must be announced", async () => {
    expect(await refusal(() => openPayload(streamOf(), new Headers(), unsigned))).toMatchObject({
      code: "MissingContentLength",
      status: 411,
      message: "You must provide the Content-Length HTTP header.",
    });
  });

  it.each(["", "-1", "+1", "1.0", "0x10", "1e3", "9".repeat(16), "3, 3"])(
    "B046 %j is InvalidArgument",
    async (value) => {
      const headers = new Headers({ "content-length": value });
      const result = await refusal(() => openPayload(streamOf(), headers, unsigned));
      expect(result).toMatchObject({ code: "InvalidArgument", status: 400 });
    },
  );

  it("SEC-136 is not Content-Length's to say beside Transfer-Encoding, and S3 wants one", async () => {
    for (const length of ["3", "-1", null]) {
      const headers = new Headers({ "transfer-encoding": "chunked" });
      if (length !== null) headers.set("content-length", length);
      expect(await refusal(() => openPayload(streamOf(), headers, unsigned))).toMatchObject({
        code: "NotImplemented",
        status: 501,
        detail: { Header: "Transfer-Encoding" },
      });
    }
  });
});

describe("a body that stalls", () => {
  it("B047 is RequestTimeout after a minute without a byte, however long it took before", async () => {
    const { readable, writable } = new IdentityTransformStream();
    const writer = writable.getWriter();
    const armed: { delayMs: number; expire: () => void; isStopped: boolean }[] = [];
    const source = openPayload(readable, lengthOf(100), unsigned, (delayMs, expire) => {
      const entry = { delayMs, expire, isStopped: false };
      armed.push(entry);
      return () => {
        entry.isStopped = true;
      };
    });
    writer.write(pattern(10)).catch(() => {});
    expect((await source.read())?.length).toBe(10);
    expect(armed).toMatchObject([{ delayMs: 60_000, isStopped: true }]);
    const stalled = refusal(() => source.read());
    armed[1]?.expire();
    expect(await stalled).toMatchObject({ code: "RequestTimeout", status: 400 });
    await source.cancel();
    // The connection is given up: what the client still sends goes nowhere.
    await expect(writer.write(pattern(10))).rejects.toThrow();
  });
});

describe("giving a body up", () => {
  it("drains a bounded rest so that the client sees the answer", async () => {
    const { readable, writable } = new IdentityTransformStream();
    const writer = writable.getWriter();
    const fed = (async () => {
      for (let i = 0; i < 30; i++) await writer.write(pattern(100_000));
      await writer.close();
      return "all taken";
    })();
    const source = openPayload(readable, lengthOf(3_000_000), unsigned);
    await source.read();
    await source.cancel();
    await source.cancel();
    expect(await fed).toBe("all taken");
    expect(await source.read()).toBeNull();
  });

  it("stops after 8 MiB or a second, and never throws", async () => {
    const endless = () => {
      const { readable, writable } = new IdentityTransformStream();
      const writer = writable.getWriter();
      const state = { taken: 0 };
      const feed = async () => {
        for (;;) {
          await writer.write(pattern(65536));
          state.taken += 65536;
        }
      };
      feed().catch(() => {});
      return { readable, state };
    };
    const flood = endless();
    await discardBody(flood.readable);
    expect(flood.state.taken).toBeGreaterThanOrEqual(8 * 1024 * 1024 - 65536);
    expect(flood.state.taken).toBeLessThan(9 * 1024 * 1024);

    const silent = new IdentityTransformStream().readable;
    await discardBody(silent, (delayMs, expire) => {
      expect(delayMs).toBe(1000);
      queueMicrotask(expire);
      return () => {};
    });
    await discardBody(null);
  });
});
