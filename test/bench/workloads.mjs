// What is measured. A workload prepares a server once, then makes the requests of each slice; only
// those count. `floorOf` says what its target is held against.

import { randomBytes } from "node:crypto";
import { call, send, sign } from "./client.mjs";
import { prepared } from "./measure.mjs";

const mebibyte = 1024 * 1024;
const small = randomBytes(1024);
const large = randomBytes(64 * mebibyte);
const part = large.subarray(0, 8 * mebibyte);
const bucket = "/bench";

/** Cairn's bucket; the floors have none, to them it is the beginning of a key. */
export async function createBucket(server) {
  if (!server.isFloor) await call(server, { method: "PUT", path: bucket });
}

const put = (server, key, body) => sign(server, { method: "PUT", path: `${bucket}/${key}`, body });

/** `count` requests, signed, made by `make` from their number. */
async function slice(count, make) {
  const signed = await Promise.all(Array.from({ length: count }, (_, index) => make(index)));
  return signed.map(prepared);
}

/** Reads `count` times one key with the method given. */
function reads(method, key) {
  return (server, count) => slice(count, () => sign(server, { method, path: `${bucket}/${key}` }));
}

function stored(key, body) {
  return async (server) => {
    await send(await put(server, key, body));
  };
}

async function fillListing(server, keys) {
  if (server.isFloor) return call(server, { method: "PUT", path: `${bucket}?fill=${keys}` });
  await stored("list-source", small)(server);
  const wish = (index) => ({
    method: "PUT",
    path: `${bucket}/list/${index}`,
    headers: { "x-amz-copy-source": `${bucket}/list-source` },
  });
  for (let start = 0; start < keys; start += 500) {
    const batch = Math.min(500, keys - start);
    const requests = await slice(batch, (index) => sign(server, wish(start + index)));
    await Promise.all(requests.map((request) => request()));
  }
}

async function uploadInParts(server, key) {
  const path = `${bucket}/${key}`;
  const { text } = await call(server, { method: "POST", path: `${path}?uploads=` }, { keep: true });
  const uploadId = encodeURIComponent(/<UploadId>([^<]+)/.exec(text)?.[1] ?? "");
  const etags = await Promise.all(
    Array.from({ length: 8 }, async (_, index) => {
      const query = `partNumber=${index + 1}&uploadId=${uploadId}`;
      const { headers } = await call(server, {
        method: "PUT",
        path: `${path}?${query}`,
        body: part,
      });
      return headers["etag"];
    }),
  );
  const parts = etags.map(
    (etag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${etag}</ETag></Part>`,
  );
  const namespace = "http://s3.amazonaws.com/doc/2006-03-01/";
  const xml = `<CompleteMultipartUpload xmlns="${namespace}">${parts.join("")}</CompleteMultipartUpload>`;
  await call(server, {
    method: "POST",
    path: `${path}?uploadId=${uploadId}`,
    body: Buffer.from(xml),
  });
}

/**
 * @typedef {object} Workload
 * @property {string} name
 * @property {number} count requests per slice
 * @property {number} concurrency
 * @property {(server: any) => Promise<unknown>} [prepare] once
 * @property {(server: any, count: number, round: number) => Promise<(() => Promise<unknown>)[]>} requests
 * @property {{ over: string, ratio: number } | { cpuMicroseconds: number }} [target]
 */

/**
 * @param {boolean} isQuick fewer requests and a shorter listing: a smoke test, not a measurement
 * @returns {Workload[]}
 */
export function workloads(isQuick) {
  const many = isQuick ? 60 : 400;
  const few = isQuick ? 1 : 4;
  const keys = isQuick ? 2_000 : 10_000;
  const overObject = { over: "floor + object", ratio: 1.3 };
  const overFloor = { over: "floor", ratio: 1.1 };
  return [
    {
      name: "put 1 KiB",
      count: many,
      concurrency: 4,
      requests: (server, count, round) =>
        slice(count, (index) => put(server, `put/${round}/${index}`, small)),
      target: overObject,
    },
    {
      name: "get 1 KiB",
      count: many,
      concurrency: 4,
      prepare: stored("small", small),
      requests: reads("GET", "small"),
      target: overObject,
    },
    {
      name: "head 1 KiB",
      count: many,
      concurrency: 4,
      prepare: stored("small", small),
      requests: reads("HEAD", "small"),
      target: overObject,
    },
    {
      name: "put 64 MiB",
      count: few,
      concurrency: 1,
      requests: (server, count) =>
        slice(count, (index) => put(server, `large-put/${index}`, large)),
      target: overFloor,
    },
    {
      name: "get 64 MiB",
      // Cheap enough for the kernel's ticks of 10 ms to show: more of them.
      count: few * 3,
      concurrency: 1,
      prepare: stored("large", large),
      requests: reads("GET", "large"),
      target: overFloor,
    },
    {
      name: `list 1,000 of ${keys.toLocaleString("en")}`,
      count: isQuick ? 10 : 40,
      concurrency: 2,
      prepare: (server) => fillListing(server, keys),
      requests: (server, count) =>
        slice(count, () =>
          sign(server, { method: "GET", path: `${bucket}?list-type=2&prefix=list%2F` }),
        ),
      target: { cpuMicroseconds: 5_000 },
    },
    {
      name: "delete 1 KiB",
      count: Math.ceil(many / 2),
      concurrency: 4,
      requests: async (server, count, round) => {
        const key = (index) => `delete/${round}/${index}`;
        for (const request of await slice(count, (index) => put(server, key(index), small))) {
          await request();
        }
        return slice(count, (index) =>
          sign(server, { method: "DELETE", path: `${bucket}/${key(index)}` }),
        );
      },
    },
    {
      name: "copy 64 MiB",
      count: few,
      concurrency: 1,
      prepare: stored("large", large),
      requests: (server, count) =>
        slice(count, (index) =>
          sign(server, {
            method: "PUT",
            path: `${bucket}/copy/${index}`,
            headers: { "x-amz-copy-source": `${bucket}/large` },
          }),
        ),
    },
    {
      name: "upload 64 MiB in 8 MiB parts",
      count: Math.ceil(few / 2),
      concurrency: 1,
      requests: async (server, count) =>
        Array.from({ length: count }, (_, index) => () => uploadInParts(server, `parts/${index}`)),
    },
  ];
}

/** Pieces of random bytes, `lengthBytes` in all, made while they are sent. */
export function* stream(lengthBytes) {
  for (let left = lengthBytes; left > 0; left -= mebibyte) {
    yield large.subarray(0, Math.min(left, mebibyte));
  }
}

/** One object streamed up and down; its size is `lengthBytes`. */
export function streamings(lengthBytes) {
  const path = `${bucket}/stream`;
  return {
    up: (server) =>
      call(server, { method: "PUT", path, body: () => stream(lengthBytes), lengthBytes }),
    down: (server) => call(server, { method: "GET", path }),
    remove: (server) => call(server, { method: "DELETE", path }),
  };
}
