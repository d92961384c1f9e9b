// `npm run bench`: Cairn beside a bare Worker over R2 (the floor) and beside the same with one Durable
// Object call, in one run and interleaved, so that whatever else the machine does hits all three.
import { parseArgs } from "node:util";
import { ensureInstalled, ensureNode } from "./toolchain.mjs";

const help = `Usage: npm run bench -- [options]

  --quick          few requests: shows that everything runs, measures little
  --rounds NUMBER  interleaved rounds (7; 2 with --quick)
  --only TEXT      only workloads whose name contains TEXT ("memory" for the streaming)
  --floors         leave Cairn out
  --history        what versions cost, instead: two buckets of one Cairn
  --access         what policies cost, instead: callers of one Cairn
  --records        what audit, access logs and metrics cost, instead
  --movers         what moves between classes and restorations cost, instead
  --json           print the results as JSON instead of a table
  --write          put the table into docs/BENCHMARKS.md
  --help           this page
`;

function parseOptions() {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      rounds: { type: "string" },
      only: { type: "string", default: "" },
      floors: { type: "boolean", default: false },
      history: { type: "boolean", default: false },
      access: { type: "boolean", default: false },
      records: { type: "boolean", default: false },
      movers: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const rounds = Number(values.rounds ?? (values.quick ? 2 : 7));
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error("--rounds takes a number from 1 on");
  return { ...values, rounds };
}

const options = parseOptions();
if (options.help) {
  process.stdout.write(help);
  process.exit(0);
}
ensureInstalled({ development: true });
await ensureNode();
// Only now: on a fresh clone the packages these need were missing before.
const { runAccess, runBenchmark, runHistory, runMovers, runRecords } = await import(
  "../test/bench/run.mjs"
);
if (options.access) await runAccess(options);
else if (options.records) await runRecords(options);
else if (options.movers) await runMovers(options);
else await (options.history ? runHistory(options) : runBenchmark(options));
