// What the tests of replication share: roles that S3 may assume, rules, buckets with versions, and
// what two buckets must have in common in the end.
import { env } from "cloudflare:test";
import { type BucketClient, openBucket } from "../../../src/bucket/client.ts";
import { findBucket } from "../../../src/catalog/every-bucket.ts";
import { systemSeams } from "../../../src/env.ts";
import { allow, done, iam, type SessionKeys } from "../../iam/fixtures.ts";
import { call, type Keys, rootKeys } from "../../operations/bucket/fixtures.ts";

const trust = (service: string) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
  });

/** A role that trusts the service and may do everything, or what `document` says; its ARN. */
export async function makeRole(
  keys: SessionKeys = rootKeys,
  service = "s3.amazonaws.com",
  document = allow("*"),
): Promise<string> {
  const RoleName = `replicator-${crypto.randomUUID().slice(0, 8)}`;
  const made = await done(
    iam(keys, "CreateRole", { RoleName, AssumeRolePolicyDocument: trust(service) }),
  );
  const wish = { RoleName, PolicyName: "inline", PolicyDocument: document };
  await done(iam(keys, "PutRolePolicy", wish));
  return made.first("Arn") ?? "";
}

/** One rule of the second version of the document; `more` goes beside its filter, `to` into its destination. */
export interface RuleWish {
  readonly id?: string;
  readonly priority?: number;
  readonly filter?: string;
  readonly markers?: boolean;
  readonly target: string;
  readonly more?: string;
  readonly to?: string;
}

export function ruleText(wish: RuleWish): string {
  const {
    id = "all",
    priority = 1,
    filter = "",
    markers = true,
    target,
    more = "",
    to = "",
  } = wish;
  const status = markers ? "Enabled" : "Disabled";
  return (
    `<Rule><ID>${id}</ID><Priority>${priority}</Priority><Filter>${filter}</Filter>` +
    `<Status>Enabled</Status>${more}` +
    `<DeleteMarkerReplication><Status>${status}</Status></DeleteMarkerReplication>` +
    `<Destination><Bucket>${target}</Bucket>${to}</Destination></Rule>`
  );
}

/** Replaces the bucket's rules. */
export async function putRules(
  bucket: string,
  role: string,
  rules: readonly RuleWish[],
  keys?: Keys,
): Promise<void> {
  const text = rules.map(ruleText).join("");
  const body = `<ReplicationConfiguration><Role>${role}</Role>${text}</ReplicationConfiguration>`;
  const answer = await call("PUT", `/${bucket}?replication`, { body, ...(keys && { keys }) });
  if (answer.status !== 200) throw new Error(answer.text);
}

export const arnOf = (bucket: string) => `arn:aws:s3:::${bucket}`;

/** A bucket with versioning, and its index. */
export async function versionedBucket(label: string, keys: Keys = rootKeys, headers = {}) {
  const name = `${label}-${crypto.randomUUID().slice(0, 12)}`;
  const made = await call("PUT", `/${name}`, { keys, headers });
  const body = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
  const set = await call("PUT", `/${name}?versioning`, { body, keys });
  if (made.status !== 200 || set.status !== 200) throw new Error(made.text + set.text);
  const found = await findBucket({ env, seams: systemSeams, nowMs: Date.now() }, name);
  if (found === undefined) throw new Error("no bucket");
  return { ...found, index: openBucket(env, found.bucketId) };
}

/** Delivers all that is due now. */
export async function deliver(bucket: { readonly index: BucketClient }): Promise<void> {
  for (let round = 0; round < 20; round += 1) {
    const { backlog } = await bucket.index.drainOutbox();
    if (backlog === 0) return;
  }
}

/** Every version of a bucket as a line, newest first of each key: what replicas must equal. */
export async function versionsOf(bucket: { readonly name: string }): Promise<string[]> {
  const answer = await call("GET", `/${bucket.name}?versions`);
  const rows = [...answer.text.matchAll(/<(Version|DeleteMarker)>([\s\S]*?)<\/\1>/g)];
  return rows.map(([, kind, text = ""]) => {
    const of = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1] ?? "";
    const names = ["Key", "VersionId", "IsLatest", "LastModified", "ETag", "Size"];
    return [kind, ...names.map(of)].join(" ");
  });
}

/** `x-amz-replication-status` of a key, or of a version. */
export async function statusOf(bucket: { readonly name: string }, key: string, versionId?: string) {
  const query = versionId === undefined ? "" : `?versionId=${versionId}`;
  const answer = await call("HEAD", `/${bucket.name}/${key}${query}`);
  return answer.headers.get("x-amz-replication-status");
}
