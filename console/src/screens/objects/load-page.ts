// Pages of listings, read by a worker. It starts once the first page is here and ends with the identity;
// until it is ready, this thread reads for itself, so that nobody waits for the worker's script.

import { s3Client, withSession } from "../../clients/s3.ts";
import { currentSession, whenIdentityChanges } from "../../session/store.ts";
import { type Page, readPage, type Wish } from "./page.ts";
import type { Answer, SignedWish } from "./page-worker.ts";

let worker: Worker | undefined;
let isReady = false;

function startWorker(): void {
  if (worker !== undefined) return;
  worker = new Worker(new URL("./page-worker.ts", import.meta.url), { type: "module" });
  worker.addEventListener("message", () => {
    isReady = true;
  });
}

whenIdentityChanges(() => {
  worker?.terminate();
  worker = undefined;
  isReady = false;
});

/** Reads a page with the session in force. Throws what the SDK does. */
export function loadPage(wish: Wish, signal: AbortSignal): Promise<Page> {
  return withSession(() =>
    worker !== undefined && isReady ? readThere(worker, wish, signal) : readHere(wish, signal),
  );
}

async function readHere(wish: Wish, signal: AbortSignal): Promise<Page> {
  const page = await readPage(s3Client(), wish, signal);
  // Once this page is drawn: it would come later otherwise.
  requestAnimationFrame(() => setTimeout(startWorker));
  return page;
}

async function readThere(there: Worker, wish: Wish, signal: AbortSignal): Promise<Page> {
  const session = currentSession();
  if (session === undefined) throw new Error("no session");
  const { key, region } = session;
  const answer = await ask(there, { ...wish, signer: { key, region } }, signal);
  if ("error" in answer) throw Object.assign(answer.error, answer.facts);
  return answer.page;
}

function ask(there: Worker, wish: SignedWish, signal: AbortSignal): Promise<Answer> {
  const { port1: port, port2: portOfWorker } = new MessageChannel();
  const callOff = () => port.postMessage("call off");
  signal.addEventListener("abort", callOff);
  return new Promise((resolve) => {
    port.onmessage = ({ data }: MessageEvent<Answer>) => {
      signal.removeEventListener("abort", callOff);
      port.close();
      resolve(data);
    };
    there.postMessage(wish, [portOfWorker]);
  });
}
