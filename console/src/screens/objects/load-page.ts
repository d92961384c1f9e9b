// Pages of listings, read by a worker that starts with the first wish and ends with the identity.

import { withSession } from "../../clients/s3.ts";
import { currentSession, whenIdentityChanges } from "../../session/store.ts";
import type { Page, Wish } from "./page.ts";
import type { Answer, SignedWish } from "./page-worker.ts";

let worker: Worker | undefined;

function stopWorker(): void {
  worker?.terminate();
  worker = undefined;
}

whenIdentityChanges(stopWorker);

/** Reads a page with the session in force. Throws what the SDK would. */
export function loadPage(wish: Wish, signal: AbortSignal): Promise<Page> {
  return withSession(async () => {
    const session = currentSession();
    if (session === undefined) throw new Error("no session");
    const { key, region } = session;
    const answer = await ask({ ...wish, signer: { key, region } }, signal);
    if ("error" in answer) throw Object.assign(answer.error, answer.facts);
    return answer.page;
  });
}

async function ask(wish: SignedWish, signal: AbortSignal): Promise<Answer> {
  worker ??= new Worker(new URL("./page-worker.ts", import.meta.url), { type: "module" });
  const asked = worker;
  const { port1: port, port2: portOfWorker } = new MessageChannel();
  const over = new AbortController();
  const untilOver = { signal: over.signal };
  try {
    return await new Promise<Answer>((resolve, reject) => {
      port.onmessage = ({ data }: MessageEvent<Answer>) => resolve(data);
      signal.addEventListener("abort", () => port.postMessage("call off"), untilOver);
      // It answers whatever happens: only its script can fail it, by not being there.
      const fail = () => {
        stopWorker();
        reject(new TypeError("Load failed"));
      };
      asked.addEventListener("error", fail, untilOver);
      asked.postMessage(wish, [portOfWorker]);
    });
  } finally {
    over.abort();
    port.close();
  }
}
