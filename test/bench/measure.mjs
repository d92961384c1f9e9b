// Reads what a process used, from /proc: CPU as utime + stime of the whole workerd (the Worker, the
// simulators of R2 and Durable Objects, the network), memory as the resident set. Linux only.

import { readFileSync } from "node:fs";
import { send } from "./client.mjs";

/** The kernel counts in ticks of 10 ms; every Linux that Node runs on has USER_HZ = 100. */
const microsecondsPerTick = 10_000;

/** CPU time used so far by all threads of the process, in microseconds. */
export function cpuMicroseconds(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name in parentheses may hold spaces; utime and stime are fields 14 and 15 of the line.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * microsecondsPerTick;
}

/** Resident memory now, in bytes. */
export function residentBytes(pid) {
  const kibibytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kibibytes) * 1024;
}

/**
 * Sends all requests, `concurrency` at a time, and says what one cost.
 * @returns {Promise<{ cpu: number, wall: number }>} microseconds per request
 */
export async function runSlice(server, requests, concurrency) {
  const waiting = [...requests].reverse();
  const lane = async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) await next();
  };
  const cpuBefore = cpuMicroseconds(server.pid);
  const wallBefore = performance.now();
  await Promise.all(Array.from({ length: concurrency }, lane));
  const wall = (performance.now() - wallBefore) * 1000;
  const cpu = cpuMicroseconds(server.pid) - cpuBefore;
  return { cpu: cpu / requests.length, wall: wall / requests.length };
}

/** Runs `work` and watches the resident memory of the process meanwhile, every 20 ms. */
export async function peakBytes(pid, work) {
  let peak = residentBytes(pid);
  const timer = setInterval(() => {
    peak = Math.max(peak, residentBytes(pid));
  }, 20);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return peak;
}

/** A request that was signed ahead, ready to be sent. */
export function prepared(signed) {
  return () => send(signed);
}
