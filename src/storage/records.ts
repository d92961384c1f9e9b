// Chunks of what was recorded of requests: gzipped lines of JSON in the first store, behind all blob
// ids as the notes are. A chunk is written once, read whole, and removed by whoever put its content
// elsewhere or when its time is over. What the lines mean is not known here.

import type { Env } from "../env.ts";
import { storeByNumber } from "./classes.ts";
import { translateStoreError } from "./store-errors.ts";

const recordStore = 0;

/** `audit/...`: what happened. `log/...`: lines of access logs that wait for their delivery. */
export type RecordFolder = "audit" | "log";

/** Writes a chunk, one line for each value. Gives its size in the store, bytes. */
export async function writeRecords(
  env: Env,
  path: `${RecordFolder}/${string}`,
  values: readonly unknown[],
): Promise<number> {
  const text = values.map((value) => `${JSON.stringify(value)}\n`).join("");
  const packed = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  const bytes = await new Response(packed).arrayBuffer();
  await storeByNumber(env, recordStore).put(path, bytes).catch(failAsStoreError);
  return bytes.byteLength;
}

/** The values of a chunk; `undefined` when there is none of that path. */
export async function readRecords(env: Env, path: string): Promise<unknown[] | undefined> {
  const object = await storeByNumber(env, recordStore).get(path).catch(failAsStoreError);
  if (object === null) return undefined;
  const plain = object.body.pipeThrough(new DecompressionStream("gzip"));
  const text = await new Response(plain).text();
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as unknown);
}

/** The first chunks of a folder in the order of their paths. */
export async function listRecords(
  env: Env,
  folder: RecordFolder,
  limit: number,
): Promise<readonly { readonly path: string; readonly sizeBytes: number }[]> {
  const page = await storeByNumber(env, recordStore)
    .list({ prefix: `${folder}/`, limit })
    .catch(failAsStoreError);
  return page.objects.map(({ key, size }) => ({ path: key, sizeBytes: size }));
}

/** Removes chunks; those that are gone already are no error. At most 1,000. */
export async function deleteRecords(env: Env, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  await storeByNumber(env, recordStore)
    .delete([...paths])
    .catch(failAsStoreError);
}

function failAsStoreError(error: unknown): never {
  throw translateStoreError(error);
}
