// @ts-check
// How fast replication is: objects that are there already, from the moment they are asked for until the
// last of them is at its destination, in the same Cairn and in another one. Run it by itself:
// `node test/bench/replication.mjs`

import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  CreateBucketCommand,
  HeadObjectCommand,
  PutBucketReplicationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { startCairn } from "../../server/index.mjs";
import { asCaller, runCairn } from "../cli/run-cairn.mjs";

/** @import { CairnServer } from "../../server/index.d.mts" */

/** @param {CairnServer} server */
const clientOf = ({ endpoint, region, credentials }) =>
  new S3Client({ endpoint, region, credentials, forcePathStyle: true });

const here = await startCairn({ memory: true, quiet: true });
const elsewhere = await startCairn({ memory: true, quiet: true });
const s3 = clientOf(here);
const iam = new IAMClient({
  endpoint: here.endpoint,
  region: here.region,
  credentials: here.credentials,
});

const policy = (/** @type {object} */ statement) =>
  JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
const trust = {
  Effect: "Allow",
  Principal: { Service: "s3.amazonaws.com" },
  Action: "sts:AssumeRole",
};
const { Role } = await iam.send(
  new CreateRoleCommand({ RoleName: "replicator", AssumeRolePolicyDocument: policy(trust) }),
);
const PolicyDocument = policy({ Effect: "Allow", Action: "s3:*", Resource: "*" });
await iam.send(
  new PutRolePolicyCommand({ RoleName: "replicator", PolicyName: "all", PolicyDocument }),
);

/** @param {S3Client} client @param {string} Bucket */
async function makeVersioned(client, Bucket) {
  await client.send(new CreateBucketCommand({ Bucket }));
  const VersioningConfiguration = /** @type {const} */ ({ Status: "Enabled" });
  await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
}

/**
 * @param {string} what
 * @param {{ target: string, count: number, sizeBytes: number }} wish
 */
async function measure(what, { target, count, sizeBytes }) {
  const Bucket = `from-${count}-${sizeBytes}-${target.includes("cairn") ? "far" : "near"}`;
  await makeVersioned(s3, Bucket);
  const Body = Buffer.alloc(sizeBytes, "x");
  const rule = {
    ...{ ID: "all", Priority: 1, Filter: { Prefix: "" }, Destination: { Bucket: target } },
    Status: /** @type {const} */ ("Enabled"),
    DeleteMarkerReplication: { Status: /** @type {const} */ ("Enabled") },
  };
  let next = 0;
  const write = async () => {
    while (next < count) {
      next += 1;
      await s3.send(new PutObjectCommand({ Bucket, Key: `k${next}`, Body }));
    }
  };
  await Promise.all(Array.from({ length: 4 }, write));
  const ReplicationConfiguration = { Role: Role?.Arn, Rules: [rule] };
  await s3.send(new PutBucketReplicationCommand({ Bucket, ReplicationConfiguration }));
  const environment = asCaller(here.endpoint, here.credentials);
  const startedAt = performance.now();
  await runCairn(["replicate", Bucket], { environment });
  for (let done = 0; done < count; ) {
    const { stdout } = await runCairn(["--json", "replication", "status", Bucket], { environment });
    done = JSON.parse(stdout).rules[0]?.completedOperations ?? 0;
    if (done < count) await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key: "k1" }));
  const rate = (count / seconds).toFixed(0);
  process.stdout.write(
    `${what}: ${count} x ${sizeBytes} bytes, ${rate}/s (${head.ReplicationStatus})\n`,
  );
}

await makeVersioned(s3, "near");
await makeVersioned(clientOf(elsewhere), "far");
const keys = elsewhere.credentials;
await runCairn(
  [
    ...[
      "remote",
      "create",
      "far",
      "--url",
      elsewhere.endpoint,
      "--bucket",
      "far",
      "--kind",
      "cairn",
    ],
    ...["--remote-access-key", keys.accessKeyId, "--remote-secret-key", keys.secretAccessKey],
  ],
  { environment: asCaller(here.endpoint, here.credentials) },
);
for (const [count, sizeBytes] of [
  [1000, 1024],
  [100, 1024 * 1024],
]) {
  const size = { count: count ?? 0, sizeBytes: sizeBytes ?? 0 };
  await measure("a bucket here", { target: "arn:aws:s3:::near", ...size });
  await measure("another Cairn", { target: "arn:cairn:replication:::far", ...size });
}
await here.stop();
await elsewhere.stop();
process.exit(0);
