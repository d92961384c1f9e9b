// What policies cost: the same warm GET by the account's root, by a user with policies of its own, and
// by that user in a bucket with a policy of 20 kB; all in one Cairn, slices in turns. And the worst
// wildcards, alone.

import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { AwsClient } from "aws4fetch";
import { compileTemplate } from "../../src/auth/policy/template.ts";
import { call, hangUp, send, sign } from "./client.mjs";
import { prepared, runSlice } from "./measure.mjs";
import { median } from "./report.mjs";
import { startCairnWith, startServers } from "./servers.mjs";

const body = randomBytes(1024);
const plain = "/bench-core";
const governed = "/bench-governed";
const open = "/bench-open";
/** Short slices, many rounds: whatever else the machine does then hits neighbours alike. */
const requestsPerSlice = 200;

/** As an administrator writes them: several statements, conditions, a variable. */
const userPolicy = {
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Action: ["s3:ListAllMyBuckets", "s3:GetBucketLocation"], Resource: "*" },
    {
      ...{ Sid: "ReadAndWrite", Effect: "Allow" },
      Action: ["s3:GetObject*", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
      Resource: ["arn:aws:s3:::bench-*/*", "arn:aws:s3:::home/$" + "{aws:username}/*"],
    },
    {
      ...{ Effect: "Allow", Action: "s3:ListBucket", Resource: "arn:aws:s3:::bench-*" },
      Condition: { StringLike: { "s3:prefix": ["", "home/*"] } },
    },
    {
      ...{ Effect: "Deny", Action: "s3:*", Resource: "arn:aws:s3:::bench-*/private/*" },
      Condition: { StringNotEquals: { "aws:username": "keeper" } },
    },
  ],
};

/** 20 kB, all of which speaks of GetObject: denials of other prefixes, none of which matches. */
function bucketPolicy() {
  const Statement = [];
  const text = () => JSON.stringify({ Version: "2012-10-17", Statement });
  while (text().length < 20_000) {
    const index = Statement.length;
    Statement.push({
      ...{ Sid: `Closed${index}`, Effect: "Deny", Principal: "*", Action: "s3:GetObject" },
      Resource: `arn:aws:s3:::bench-governed/closed/${index}/*`,
      Condition: { StringNotLike: { "aws:PrincipalArn": `arn:aws:iam::*:user/keeper-${index}` } },
    });
  }
  Statement.pop();
  return text();
}

async function makeUser(server) {
  const client = new AwsClient({ ...server.credentials, service: "iam", region: "us-east-1" });
  const iam = async (Action, parameters) => {
    const answer = await client.fetch(server.endpoint, {
      method: "POST",
      body: new URLSearchParams({ Action, Version: "2010-05-08", ...parameters }).toString(),
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(text);
    return (name) => new RegExp(`<${name}>([^<]*)`).exec(text)?.[1] ?? "";
  };
  await iam("CreateUser", { UserName: "reader" });
  const PolicyDocument = JSON.stringify(userPolicy);
  await iam("PutUserPolicy", { UserName: "reader", PolicyName: "reads", PolicyDocument });
  const key = await iam("CreateAccessKey", { UserName: "reader" });
  return { accessKeyId: key("AccessKeyId"), secretAccessKey: key("SecretAccessKey") };
}

/** CPU of all threads that live, in nanoseconds: ticks of 10 ms are too coarse for ratios of 5 %. */
function cpuNanoseconds(pid) {
  let sum = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const text = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8");
    sum += Number(text.split(" ")[0]);
  }
  return sum;
}

async function prepare(server) {
  for (const bucket of [plain, governed]) {
    await call(server, { method: "PUT", path: bucket });
    await send(await sign(server, { method: "PUT", path: `${bucket}/a/small`, body }));
  }
  const user = await makeUser(server);
  const policy = Buffer.from(bucketPolicy());
  await call(server, { method: "PUT", path: `${governed}?policy=`, body: policy });
  return [
    { name: "root", bucket: plain, credentials: server.credentials },
    { name: "user", bucket: plain, credentials: user },
    { name: "policy", bucket: governed, credentials: user },
  ];
}

/**
 * Measures and renders the table.
 * @param {number} rounds
 */
export async function measureAccess(rounds) {
  const [server] = await startServers(["cairn"]);
  if (server === undefined) throw new Error("Cairn did not start");
  try {
    const callers = await prepare(server);
    /** @type {Record<string, number[]>} */
    const ratios = { user: [], policy: [] };
    const costs = [];
    for (let round = -1; round < rounds; round += 1) {
      const cost = {};
      const first = (round + callers.length) % callers.length;
      for (const caller of [...callers.slice(first), ...callers.slice(0, first)]) {
        const asked = { ...server, credentials: caller.credentials };
        const wish = { method: "GET", path: `${caller.bucket}/a/small` };
        const signed = await Promise.all(
          Array.from({ length: requestsPerSlice }, () => sign(asked, wish)),
        );
        const before = cpuNanoseconds(server.pid);
        await runSlice(asked, signed.map(prepared), 4);
        cost[caller.name] = (cpuNanoseconds(server.pid) - before) / requestsPerSlice / 1000;
      }
      if (round < 0) continue;
      costs.push(cost.root);
      for (const name of Object.keys(ratios)) ratios[name]?.push(cost[name] / cost.root);
    }
    return render(ratios, median(costs), measureWildcards());
  } finally {
    hangUp();
    await server.stop();
  }
}

/**
 * What `PUBLIC_CACHE` is worth: the same unsigned reads of two Cairns, one with it.
 * @param {number} rounds
 */
export async function measurePublicCache(rounds) {
  const servers = [
    await startCairnWith({ PUBLIC_CACHE: "true" }),
    await startCairnWith({ PUBLIC_CACHE: "false" }),
  ];
  try {
    const sizes = [
      ["1 KiB", 1024, 400],
      ["1 MiB", 1024 * 1024, 60],
    ];
    for (const server of servers) await publish(server, sizes);
    const lines = [
      "| unsigned get of a public object, `PUBLIC_CACHE` on over off | CPU ratio | time ratio | reads of the store |",
      "|---|---|---|---|",
    ];
    for (const [name, , count] of sizes) {
      const ratios = { cpu: [], wall: [] };
      for (let round = -1; round < rounds; round += 1) {
        const cost = [];
        for (const index of round % 2 === 0 ? [0, 1] : [1, 0]) {
          const server = servers[index];
          const url = new URL(`${server.endpoint}${open}/${encodeURIComponent(name)}`);
          const one = () => send({ method: "GET", url, headers: {}, body: undefined });
          const before = cpuNanoseconds(server.pid);
          const { wall } = await runSlice(server, Array(count).fill(one), 4);
          cost[index] = { cpu: cpuNanoseconds(server.pid) - before, wall };
        }
        if (round < 0) continue;
        for (const kind of ["cpu", "wall"]) ratios[kind].push(cost[0][kind] / cost[1][kind]);
      }
      const [cpu, wall] = [median(ratios.cpu), median(ratios.wall)];
      lines.push(
        `| ${name} | ${cpu.toFixed(2)}x | ${wall.toFixed(2)}x | 1 in all, instead of 1 each |`,
      );
    }
    return lines.join("\n");
  } finally {
    hangUp();
    await Promise.all(servers.map((server) => server.stop()));
  }
}

async function publish(server, sizes) {
  await call(server, { method: "PUT", path: open });
  await call(server, { method: "DELETE", path: `${open}?publicAccessBlock=` });
  const statement = { Effect: "Allow", Principal: "*", Action: "s3:GetObject" };
  const Statement = { ...statement, Resource: `arn:aws:s3:::${open.slice(1)}/*` };
  const policy = Buffer.from(JSON.stringify({ Version: "2012-10-17", Statement }));
  await call(server, { method: "PUT", path: `${open}?policy=`, body: policy });
  for (const [name, bytes] of sizes) {
    const path = `${open}/${encodeURIComponent(name)}`;
    await send(await sign(server, { method: "PUT", path, body: randomBytes(bytes) }));
  }
}

function render(ratios, rootMicroseconds, wildcardMs) {
  const row = (name, ratio, bound) =>
    `| ${name} | ${ratio.toFixed(3)}x | ${bound}x | ${ratio <= bound ? "met" : "**missed**"} |`;
  return [
    `| a warm get of 1 KiB over that of the account's root (${rootMicroseconds.toFixed(0)} µs of CPU) | CPU ratio | bound | |`,
    "|---|---|---|---|",
    row("by a user with a policy of four statements", median(ratios.user), 1.05),
    row("by that user, the bucket's policy has 20 kB", median(ratios.policy), 1.1),
    "",
    "| 10,000 characters against a pattern of 10,000 | ms | bound | |",
    "|---|---|---|---|",
    ...wildcardMs.map(
      ([name, ms]) => `| ${name} | ${ms.toFixed(2)} | 5 | ${ms <= 5 ? "met" : "**missed**"} |`,
    ),
  ].join("\n");
}

/** @returns {[string, number][]} */
function measureWildcards() {
  const size = 10_000;
  const text = "a".repeat(size - 1);
  /** @type {[string, string][]} */
  const patterns = [
    ["`*a*a*a...*`", `${"*a".repeat(size / 2 - 1)}*`],
    ["`*?*?*?...*`", `${"*?".repeat(size / 2 - 1)}*`],
    ["`*aa...ab*`, half as long as the text", `*${"a".repeat(size / 2)}b*`],
    ["`*a?a?...b*`, half as long as the text", `*${"a?".repeat(size / 4)}b*`],
  ];
  return patterns.map(([name, pattern]) => {
    const compiled = compileTemplate(pattern, { hasVariables: false, hasWildcards: true });
    const times = Array.from({ length: 9 }, () => {
      const start = performance.now();
      compiled.matches(text, { read: () => undefined });
      return performance.now() - start;
    });
    return [name, median(times)];
  });
}
