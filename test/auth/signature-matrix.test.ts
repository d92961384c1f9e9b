// SEC-001 to SEC-007: every mode of payload, signed in the header and in the URL, against every
// change an attacker could make to it. Only the untouched request gets through.

import { describe, expect, it } from "vitest";
import { type AuthenticationRequest, authenticate } from "../../src/auth/authenticate.ts";
import { openPayload } from "../../src/auth/payload.ts";
import { sha256Hex } from "../../src/auth/signature.ts";
import { encodeChunks, pattern, streamOf } from "./chunked-bodies.ts";
import {
  facts,
  host,
  presignHoisted,
  presignS3,
  refusal,
  signInHeader,
  withAuthorization,
  withHeaders,
  withParameter,
} from "./signed-requests.ts";

const data = pattern(8192 * 3);
const trailers = { "x-amz-checksum-crc32c": "AAAAAA==" };

interface Mode {
  readonly word: string;
  readonly isChunked: boolean;
  readonly isBound: boolean;
  readonly trailers: Record<string, string>;
}

const modes: Mode[] = [
  { word: "UNSIGNED-PAYLOAD", isChunked: false, isBound: false, trailers: {} },
  { word: sha256Hex(data), isChunked: false, isBound: true, trailers: {} },
  { word: "STREAMING-UNSIGNED-PAYLOAD-TRAILER", isChunked: true, isBound: false, trailers },
  { word: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", isChunked: true, isBound: true, trailers: {} },
  { word: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", isChunked: true, isBound: true, trailers },
];
const declined = [
  "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
  "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER",
];
const makers = {
  header: signInHeader,
  query: presignS3,
  "query with the word in it": presignHoisted,
};

function headersOf(mode: Mode): Record<string, string> {
  const announced = Object.keys(mode.trailers)[0];
  return {
    "x-amz-content-sha256": mode.word,
    ...(mode.isChunked ? { "x-amz-decoded-content-length": String(data.length) } : {}),
    ...(announced === undefined ? {} : { "x-amz-trailer": announced }),
  };
}

/** The request as the server gets it, verified and read to the end of its body. */
async function send(
  mode: Mode,
  request: AuthenticationRequest,
  tamper = (_wire: Uint8Array) => {},
) {
  const { payload } = await authenticate(request, facts());
  let wire = data.slice();
  if (mode.isChunked) {
    const seal = payload.kind === "chunked-signed" ? { seal: payload } : {};
    wire = encodeChunks({ data, chunkBytes: 8192, trailers: mode.trailers, ...seal }).slice();
  }
  tamper(wire);
  const headers = new Headers({ ...headersOf(mode), "content-length": String(wire.length) });
  return await openPayload(streamOf(wire), headers, payload).readAll();
}

function withSignature(request: AuthenticationRequest, edit: (signature: string) => string) {
  if (request.headers.has("authorization")) {
    return withAuthorization(request, (value) => value.replace(/[0-9a-f]{64}$/, edit));
  }
  const signature = /X-Amz-Signature=([0-9a-f]+)/.exec(request.rawQuery)?.[1] ?? "";
  return withParameter(request, "X-Amz-Signature", edit(signature));
}

const flipDigit = (at: number) => (signature: string) =>
  signature.slice(0, at) + (signature[at] === "0" ? "1" : "0") + signature.slice(at + 1);

describe.each(Object.entries(makers))("signed in the %s", (_name, make) => {
  describe.each(modes)("$word", (mode) => {
    const plan = {
      method: "PUT",
      path: "/bucket/key",
      query: { partNumber: "1", uploadId: "u" },
      headers: headersOf(mode),
    };

    it("is taken untouched", async () => {
      expect(Buffer.compare(await send(mode, await make(plan)), data)).toBe(0);
    });

    it("SEC-001 is refused with any digit of the signature changed, and with none or half of it", async () => {
      const request = await make(plan);
      for (const edit of [
        flipDigit(0),
        flipDigit(31),
        flipDigit(63),
        (signature: string) => signature.slice(0, 32),
        (signature: string) => `${signature}00`,
        () => "x",
      ]) {
        const result = await refusal(() => authenticate(withSignature(request, edit), facts()));
        expect(result).toMatchObject({ code: "SignatureDoesNotMatch", status: 403 });
      }
    });

    it("SEC-015 is refused with another method, path, query or host, and with another key", async () => {
      const request = await make(plan);
      for (const changed of [
        { ...request, method: "POST" },
        { ...request, rawPath: "/bucket/key2" },
        { ...request, rawPath: "/bucket2/key" },
        { ...request, rawPath: "/bucket//key" },
        withParameter(request, "partNumber", "2"),
        withParameter(request, "uploadId", null),
        withParameter(request, "acl", ""),
        withHeaders(request, { host: `x.${host}` }),
        await make({ ...plan, secret: "another secret" }),
      ]) {
        const result = await refusal(() => authenticate(changed, facts()));
        expect(result).toMatchObject({ code: "SignatureDoesNotMatch", status: 403 });
      }
    });

    it("is refused with another word for the payload", async () => {
      const request = await make(plan);
      const other = modes.find(({ word }) => word !== mode.word)?.word ?? "";
      const changed = request.headers.has("x-amz-content-sha256")
        ? withHeaders(request, { "x-amz-content-sha256": other })
        : withParameter(request, "x-amz-content-sha256", other);
      const result = await refusal(() => authenticate(changed, facts()));
      expect(result).toMatchObject({ code: "SignatureDoesNotMatch", status: 403 });
    });

    it("SEC-007 notices a byte altered in the first, middle and last part when it is bound", async () => {
      const part = mode.isChunked ? 8192 + 91 : 8192;
      for (const index of [0, 1, 2]) {
        const tamper = (wire: Uint8Array) => {
          const at = index * part + 4000;
          wire[at] = (wire[at] ?? 0) ^ 0x80;
        };
        const request = await make(plan);
        if (mode.isBound) {
          const result = await refusal(() => send(mode, request, tamper));
          const code = mode.isChunked ? "SignatureDoesNotMatch" : "XAmzContentSHA256Mismatch";
          expect(result.code).toBe(code);
        } else {
          // What the client did not bind, only a checksum of its own can protect.
          expect(Buffer.compare(await send(mode, request, tamper), data)).not.toBe(0);
        }
      }
    });
  });

  it.each(declined)("declines %s", async (word) => {
    const request = await make({ method: "PUT", headers: { "x-amz-content-sha256": word } });
    expect((await refusal(() => authenticate(request, facts()))).code).toBe("NotImplemented");
  });
});
