// The order of a benchmark: start the servers, warm each workload up, then measure its slices in
// turns, a different server first in every round.

import { readFileSync, writeFileSync } from "node:fs";
import { measureAccess, measurePublicCache } from "./access.mjs";
import { hangUp } from "./client.mjs";
import { measureHistory } from "./history.mjs";
import { peakBytes, residentBytes, runSlice } from "./measure.mjs";
import { measureMovers } from "./movers.mjs";
import { measureRecords } from "./records.mjs";
import { insertTable, renderTable, summarise } from "./report.mjs";
import { serverNames, startServers } from "./servers.mjs";
import { createBucket, streamings, workloads } from "./workloads.mjs";

const document = new URL("../../docs/BENCHMARKS.md", import.meta.url);
const mebibyte = 1024 * 1024;

/** Measures, prints, and writes the document if asked to. */
export async function runBenchmark(options) {
  const names = serverNames.filter((name) => !options.floors || name !== "cairn");
  const servers = await startServers(names);
  try {
    for (const server of servers) await createBucket(server);
    const results = await measureAll(servers, options);
    const table = renderTable(results);
    process.stdout.write(options.json ? `${JSON.stringify(results, null, 2)}\n` : `${table}\n`);
    if (options.write) writeFileSync(document, insertTable(readFileSync(document, "utf8"), table));
  } finally {
    hangUp();
    await Promise.all(servers.map((server) => server.stop()));
  }
}

/** What versions cost, as a table of its own. */
export async function runHistory({ rounds, write }) {
  const table = await measureHistory(rounds);
  process.stdout.write(`${table}\n`);
  if (!write) return;
  writeFileSync(document, insertTable(readFileSync(document, "utf8"), table, "history"));
}

/** What policies cost, as a table of its own. */
export async function runAccess({ rounds, write }) {
  const table = `${await measureAccess(rounds)}\n\n${await measurePublicCache(rounds)}`;
  process.stdout.write(`${table}\n`);
  if (!write) return;
  writeFileSync(document, insertTable(readFileSync(document, "utf8"), table, "access"));
}

/** What recording requests costs, as a table of its own. */
export async function runRecords({ rounds, write }) {
  const table = await measureRecords(rounds);
  process.stdout.write(`${table}\n`);
  if (!write) return;
  writeFileSync(document, insertTable(readFileSync(document, "utf8"), table, "records"));
}

/** What moving bytes between classes costs, as a table of its own. */
export async function runMovers(options) {
  const table = await measureMovers(options);
  process.stdout.write(`${table}\n`);
  if (!options.write) return;
  writeFileSync(document, insertTable(readFileSync(document, "utf8"), table, "movers"));
}

async function measureAll(servers, { quick, rounds, only }) {
  // Memory first: later it would show what the other workloads left behind.
  const memory = "memory".includes(only) ? await measureMemory(servers, quick) : undefined;
  const chosen = workloads(quick).filter(({ name }) => name.includes(only));
  const results = [];
  for (const workload of chosen) {
    process.stderr.write(`${workload.name} ...\n`);
    results.push(summarise(workload, await measureRounds(servers, workload, rounds)));
  }
  const date = new Date().toISOString();
  return { date, rounds, isQuick: quick, workloads: results, ...(memory && { memory }) };
}

async function measureRounds(servers, workload, rounds) {
  const measured = Object.fromEntries(servers.map(({ name }) => [name, []]));
  for (const server of servers) {
    await workload.prepare?.(server);
    const requests = await workload.requests(server, Math.ceil(workload.count / 4), -1);
    await runSlice(server, requests, workload.concurrency);
  }
  for (let round = 0; round < rounds; round += 1) {
    const first = round % servers.length;
    for (const server of [...servers.slice(first), ...servers.slice(0, first)]) {
      const requests = await workload.requests(server, workload.count, round);
      measured[server.name].push(await runSlice(server, requests, workload.concurrency));
    }
  }
  return measured;
}

async function measureMemory(servers, quick) {
  const streamedBytes = (quick ? 128 : 1024) * mebibyte;
  process.stderr.write("memory while streaming ...\n");
  const { up, down, remove } = streamings(streamedBytes);
  const results = {};
  for (const server of servers) {
    const before = residentBytes(server.pid);
    results[server.name] = {
      before,
      up: await peakBytes(server.pid, () => up(server)),
      down: await peakBytes(server.pid, () => down(server)),
    };
    await remove(server);
  }
  return { streamedBytes, servers: results };
}
