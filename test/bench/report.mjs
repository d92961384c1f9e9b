// Turns measurements into the table that is printed and kept in docs/BENCHMARKS.md.

import { cpus } from "node:os";

/** The middle of the values: a burst of somebody else's work moves it little. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Sums up one workload: medians per server, and ratios as medians over the rounds, because the two
 * slices of one round ran side by side in time.
 * @param {object} workload
 * @param {Record<string, { cpu: number, wall: number }[]>} rounds by server
 */
export function summarise(workload, rounds) {
  const names = Object.keys(rounds);
  const of = (name, what) => median(rounds[name].map((slice) => slice[what]));
  const ratio = (over) =>
    median(rounds.cairn.map((slice, round) => slice.cpu / Math.max(1, rounds[over][round].cpu)));
  const servers = Object.fromEntries(
    names.map((name) => [
      name,
      { cpuMicroseconds: of(name, "cpu"), wallMicroseconds: of(name, "wall") },
    ]),
  );
  const ratios = Object.fromEntries(
    names
      .filter((name) => name !== "cairn" && names.includes("cairn"))
      .map((name) => [name, ratio(name)]),
  );
  return { name: workload.name, servers, ratios, ...judge(workload.target, { servers, ratios }) };
}

function judge(target, { servers, ratios }) {
  if (target === undefined || servers.cairn === undefined) return {};
  if ("cpuMicroseconds" in target) {
    const isMet = servers.cairn.cpuMicroseconds <= target.cpuMicroseconds;
    return { target: `${target.cpuMicroseconds / 1000} ms of CPU`, isMet };
  }
  return { target: `${target.ratio}x ${target.over}`, isMet: ratios[target.over] <= target.ratio };
}

const milliseconds = (microseconds) => {
  const value = microseconds / 1000;
  return value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);
};
const mebibytes = (bytes) => `${Math.round(bytes / 1024 / 1024)} MiB`;
const times = (ratio) => {
  if (ratio === undefined) return "";
  return ratio < 0.01 ? "under 0.01x" : `${ratio.toFixed(2)}x`;
};

/** The results as Markdown: CPU first, because it hardly depends on what else the machine does. */
export function renderTable({ date, rounds, isQuick, workloads, memory }) {
  const lines = [
    `Measured ${date.slice(0, 10)} on ${cpus().length} cores (${cpus()[0]?.model.trim()}), Node ${process.versions.node}, ` +
      `${rounds} interleaved rounds${isQuick ? ", quick (a smoke test: too few requests to compare)" : ""}. Medians; ` +
      "milliseconds of CPU per request of the whole workerd, simulators included; in brackets the wall time of the slice per request.",
    "",
    "| workload | floor | floor + object | Cairn | over floor | over floor + object | target | |",
    "|---|---|---|---|---|---|---|---|",
  ];
  const cell = (facts) =>
    facts === undefined
      ? ""
      : `${milliseconds(facts.cpuMicroseconds)} (${milliseconds(facts.wallMicroseconds)})`;
  for (const { name, servers, ratios, target = "", isMet } of workloads) {
    const verdict = isMet === undefined ? "" : isMet ? "met" : "**missed**";
    const cells = ["floor", "floor + object", "cairn"].map((server) => cell(servers[server]));
    const compared = [times(ratios.floor), times(ratios["floor + object"])];
    lines.push(`| ${[name, ...cells, ...compared, target, verdict].join(" | ")} |`);
  }
  if (memory !== undefined) lines.push("", ...renderMemory(memory));
  return lines.join("\n");
}

function renderMemory({ streamedBytes, servers }) {
  return [
    `Resident memory of workerd while one object of ${mebibytes(streamedBytes)} is streamed:`,
    "",
    "| server | before | highest while up | highest while down |",
    "|---|---|---|---|",
    ...Object.entries(servers).map(
      ([name, { before, up, down }]) =>
        `| ${name} | ${mebibytes(before)} | ${mebibytes(up)} | ${mebibytes(down)} |`,
    ),
  ];
}

/** The document with what stands between its markers replaced. Throws when it has no markers. */
export function insertTable(document, table, name = "bench") {
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`no ${begin} ... ${end} in the document`);
  return `${document.slice(0, from + begin.length)}\n${table}\n${document.slice(to)}`;
}
