// Reads pages of listings away from the thread that draws: to sign for 1,000 keys and to parse them takes
// it two frames and more. Each wish brings the key it is signed with, and a port: the answer goes there,
// and whatever comes from there calls the wish off.

import type { S3Client } from "@aws-sdk/client-s3";
import { openS3, type Signer } from "../../clients/open-s3.ts";
import { type Page, readPage, type Wish } from "./page.ts";

export type SignedWish = Wish & { readonly signer: Signer };

/** An error arrives without what the SDK adds to it: that comes beside it. */
export type Answer = { readonly page: Page } | { readonly error: Error; readonly facts: object };

addEventListener("message", async ({ data, ports: [port] }: MessageEvent<SignedWish>) => {
  const abort = new AbortController();
  if (port === undefined) return;
  port.onmessage = () => abort.abort();
  port.postMessage(await answer(data, abort.signal));
});
// Whoever started it hears that it can be asked.
postMessage("ready");

async function answer(wish: SignedWish, signal: AbortSignal): Promise<Answer> {
  try {
    return { page: await readPage(clientOf(wish.signer), wish, signal) };
  } catch (error) {
    const { name, Code, EncodedMessage, $metadata } = error as Record<string, unknown>;
    return { error: error as Error, facts: { name, Code, EncodedMessage, $metadata } };
  }
}

let opened: { readonly name: string; readonly client: S3Client } | undefined;

/** The client of the key that was used last, or a new one. */
function clientOf(signer: Signer): S3Client {
  const name = JSON.stringify(signer);
  if (opened?.name !== name) opened = { name, client: openS3(signer) };
  return opened.client;
}
