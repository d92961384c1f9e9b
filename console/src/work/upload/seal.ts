// Bodies of uploads whose digests are known before the SDK sees them: it would work them out itself, on
// the thread that draws. The body stays a blob, so that nothing of it is read there at all.

import type { PutObjectCommand, UploadPartCommand } from "@aws-sdk/client-s3";
import type { DigestAnswer, Digests } from "./digest-worker.ts";

let worker: Worker | undefined;
const waiting = new Set<(error: Error) => void>();

function openWorker(): Worker {
  if (worker === undefined) {
    worker = new Worker(new URL("./digest-worker.ts", import.meta.url), { type: "module" });
    // Its script did not come: whoever waits would wait for ever, and another try gets another one.
    worker.addEventListener("error", () => {
      worker = undefined;
      for (const fail of waiting) fail(new TypeError("Failed to fetch"));
    });
  }
  return worker;
}

/** The digests of a blob. Throws when it cannot be read any more. */
export function digest(blob: Blob): Promise<Digests> {
  const { port1: port, port2: portOfWorker } = new MessageChannel();
  return new Promise<Digests>((resolve, reject) => {
    waiting.add(reject);
    port.onmessage = ({ data }: MessageEvent<DigestAnswer>) => {
      waiting.delete(reject);
      port.close();
      if ("error" in data) reject(data.error);
      else resolve(data.digests);
    };
    openWorker().postMessage(blob, [portOfWorker]);
  });
}

/** A body with the CRC that goes beside it; `stamp` gives its hash to what signs the command. */
export interface Sealed {
  readonly Body: Blob | Uint8Array;
  readonly ChecksumCRC32: string;
  stamp<Command extends PutObjectCommand | UploadPartCommand>(command: Command): Command;
}

export async function seal(blob: Blob): Promise<Sealed> {
  const { crc32, sha256 } = await digest(blob);
  return {
    ChecksumCRC32: crc32,
    // Whoever signs has to hash, then.
    Body: sha256 === undefined ? new Uint8Array(await blob.arrayBuffer()) : blob,
    stamp: (command) => {
      if (sha256 !== undefined) addHash(command, sha256);
      return command;
    },
  };
}

function addHash(command: PutObjectCommand | UploadPartCommand, sha256: string): void {
  // The stacks of both are alike; the compiler cannot call a union of their `add`.
  const { middlewareStack } = command as UploadPartCommand;
  middlewareStack.add(
    (next) => (call) => {
      const { headers } = call.request as { readonly headers: Record<string, string> };
      headers["x-amz-content-sha256"] = sha256;
      return next(call);
    },
    { step: "build", name: "knownHash" },
  );
}
