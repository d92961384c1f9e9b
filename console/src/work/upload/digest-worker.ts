// Works out the digests of what is uploaded, away from the thread that draws: 8 MiB of them take it
// several frames. Each blob comes with a port for the answer.

import { crc32 } from "./crc32.ts";

export interface Digests {
  /** As `x-amz-checksum-crc32` says it. */
  readonly crc32: string;
  /** In hex; absent where the browser offers no cryptography, as over plain HTTP. */
  readonly sha256?: string;
}

export type DigestAnswer = { readonly digests: Digests } | { readonly error: unknown };

addEventListener("message", async ({ data, ports: [port] }: MessageEvent<Blob>) => {
  port?.postMessage(await answer(data));
});

async function answer(blob: Blob): Promise<DigestAnswer> {
  try {
    const bytes = new Uint8Array(await blob.arrayBuffer());
    const digests = { crc32: crc32(bytes) };
    const { subtle } = crypto as { readonly subtle?: SubtleCrypto };
    if (subtle === undefined) return { digests };
    const hash = new Uint8Array(await subtle.digest("SHA-256", bytes));
    const sha256 = Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return { digests: { ...digests, sha256 } };
  } catch (error) {
    return { error };
  }
}
