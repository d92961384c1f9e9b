// What recording costs: the same requests against a bucket that nobody records and against ones that are
// audited, logged or counted, all in one Cairn, slices in turns. Writing the records down is counted
// too: after each slice it is waited for.

import { randomBytes } from "node:crypto";
import { call, hangUp, sign } from "./client.mjs";
import { cpuMicroseconds, prepared, runSlice } from "./measure.mjs";
import { median } from "./report.mjs";
import { startCairnWith } from "./servers.mjs";

const body = randomBytes(1024);
const large = randomBytes(16 * 1024 * 1024);
const plain = "bench-plain";
const target = "bench-target";

/** Longer than records wait in an isolate here. */
const settleMs = 1_600;

const tagging =
  "<Tagging><TagSet><Tag><Key>cairn:audit</Key><Value>all</Value></Tag></TagSet></Tagging>";
const logging = `<BucketLoggingStatus><LoggingEnabled><TargetBucket>${target}</TargetBucket><TargetPrefix>l/</TargetPrefix></LoggingEnabled></BucketLoggingStatus>`;
const metrics = "<MetricsConfiguration><Id>all</Id></MetricsConfiguration>";
const policy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { Service: "logging.s3.amazonaws.com" },
      Action: "s3:PutObject",
      Resource: `arn:aws:s3:::${target}/*`,
    },
  ],
});

/** Buckets by what is recorded of them. */
const recorded = [
  ["audited (all)", "bench-audited", [["tagging=", tagging]]],
  ["logged", "bench-logged", [["logging=", logging]]],
  ["counted", "bench-counted", [["metrics=&id=all", metrics]]],
  [
    "all three",
    "bench-everything",
    [
      ["tagging=", tagging],
      ["logging=", logging],
      ["metrics=&id=all", metrics],
    ],
  ],
];

const requests = [
  ["put 1 KiB", 300, (_, bucket, at) => ({ method: "PUT", path: `/${bucket}/p/${at}`, body })],
  ["get 1 KiB", 300, (_, bucket) => ({ method: "GET", path: `/${bucket}/small` })],
  ["get 16 MiB", 12, (_, bucket) => ({ method: "GET", path: `/${bucket}/large` })],
];

async function fill(server) {
  for (const bucket of [plain, target, ...recorded.map(([, name]) => name)]) {
    await call(server, { method: "PUT", path: `/${bucket}` });
    await call(server, { method: "PUT", path: `/${bucket}/small`, body });
    await call(server, { method: "PUT", path: `/${bucket}/large`, body: large });
  }
  await call(server, { method: "PUT", path: `/${target}?policy=`, body: Buffer.from(policy) });
  for (const [, bucket, settings] of recorded) {
    for (const [query, text] of settings) {
      const document = Buffer.from(text);
      await call(server, { method: "PUT", path: `/${bucket}?${query}`, body: document });
    }
  }
}

/** CPU of one request with what it leaves behind, microseconds. */
async function cost(server, bucket, { count, make, round }) {
  const signed = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      sign(server, make(server, bucket, `${round}/${index}`)),
    ),
  );
  const before = cpuMicroseconds(server.pid);
  await runSlice(server, signed.map(prepared), 4);
  await new Promise((resolve) => setTimeout(resolve, settleMs));
  return (cpuMicroseconds(server.pid) - before) / count;
}

/**
 * Measures and renders the table.
 * @param {number} rounds
 */
export async function measureRecords(rounds) {
  const server = await startCairnWith({ RECORD_FLUSH_SECONDS: "1" });
  try {
    await fill(server);
    const names = recorded.map(([name]) => name);
    const lines = [
      `| the same requests, recorded over not | ${names.join(" | ")} |`,
      `|---|${names.map(() => "---|").join("")}`,
    ];
    for (const [name, count, make] of requests) {
      process.stderr.write(`${name} ...\n`);
      const ratios = recorded.map(() => []);
      for (let round = -1; round < rounds; round += 1) {
        const base = await cost(server, plain, { count, make, round });
        for (const [at, [, bucket]] of recorded.entries()) {
          const own = await cost(server, bucket, { count, make, round });
          if (round >= 0) ratios[at].push(own / base);
        }
      }
      const cells = ratios.map((each) => `${median(each).toFixed(2)}x`);
      lines.push(`| ${name} | ${cells.join(" | ")} |`);
    }
    return lines.join("\n");
  } finally {
    hangUp();
    await server.stop();
  }
}
