// What history costs: the same requests against a bucket that keeps versions and one that never did,
// both in one Cairn, slices in turns. Ratios of CPU, so that a busy machine matters little.

import { randomBytes } from "node:crypto";
import { call, hangUp, send, sign } from "./client.mjs";
import { prepared, runSlice } from "./measure.mjs";
import { median } from "./report.mjs";
import { startServers } from "./servers.mjs";

const body = randomBytes(1024);
const plain = "/bench-plain";
const versioned = "/bench-versioned";
const keysListed = 50;
const versionsEach = 100;

/** @typedef {{ name: string, bound: number, count: number, make: (server: any, bucket: string, round: number) => any }} Comparison */

/** @returns {Comparison[]} */
function comparisons() {
  const list = { method: "GET", query: "?list-type=2&prefix=list%2F" };
  return [
    {
      name: "put 1 KiB, new keys",
      bound: 1.1,
      count: 300,
      make: (server, bucket, round) => (index) =>
        sign(server, { method: "PUT", path: `${bucket}/put/${round}/${index}`, body }),
    },
    {
      name: "get 1 KiB, a key written 100 times",
      bound: 1.1,
      count: 300,
      make: (server, bucket) => () => sign(server, { method: "GET", path: `${bucket}/list/0` }),
    },
    {
      name: `list ${keysListed} keys written ${versionsEach} times each`,
      bound: 1.2,
      count: 60,
      make: (server, bucket) => () =>
        sign(server, { method: list.method, path: `${bucket}${list.query}` }),
    },
  ];
}

async function inTurns(server, requests) {
  await runSlice(server, requests.map(prepared), 8);
}

/** Every listed key is written as often in both buckets; only one of them keeps what was before. */
async function fill(server) {
  for (const bucket of [plain, versioned]) await call(server, { method: "PUT", path: bucket });
  const enabled = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
  await call(server, {
    method: "PUT",
    path: `${versioned}?versioning=`,
    body: Buffer.from(enabled),
  });
  for (const bucket of [plain, versioned]) {
    await send(await sign(server, { method: "PUT", path: `${bucket}/source`, body }));
    for (let version = 0; version < versionsEach; version += 1) {
      const copies = Array.from({ length: keysListed }, (_, index) =>
        sign(server, {
          method: "PUT",
          path: `${bucket}/list/${index}`,
          headers: { "x-amz-copy-source": `${bucket}/source` },
        }),
      );
      await inTurns(server, await Promise.all(copies));
    }
  }
}

/**
 * Measures and renders the table.
 * @param {number} rounds
 */
export async function measureHistory(rounds) {
  const [server] = await startServers(["cairn"]);
  if (server === undefined) throw new Error("Cairn did not start");
  try {
    process.stderr.write("filling two buckets ...\n");
    await fill(server);
    const lines = [
      "| the same requests, with versions over without | CPU ratio | bound | |",
      "|---|---|---|---|",
    ];
    for (const { name, bound, count, make } of comparisons()) {
      process.stderr.write(`${name} ...\n`);
      const ratios = [];
      for (let round = -1; round < rounds; round += 1) {
        const cost = {};
        const order = round % 2 === 0 ? [plain, versioned] : [versioned, plain];
        for (const bucket of order) {
          const one = make(server, bucket, round);
          const signed = await Promise.all(Array.from({ length: count }, (_, index) => one(index)));
          cost[bucket] = (await runSlice(server, signed.map(prepared), 4)).cpu;
        }
        if (round >= 0) ratios.push(cost[versioned] / cost[plain]);
      }
      const ratio = median(ratios);
      const verdict = ratio <= bound ? "met" : "**missed**";
      lines.push(`| ${name} | ${ratio.toFixed(2)}x | ${bound}x | ${verdict} |`);
    }
    return lines.join("\n");
  } finally {
    hangUp();
    await server.stop();
  }
}
