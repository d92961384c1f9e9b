// How fast what was taken away is gone, as docs/OPERATIONS.md states it: for each kind of power, seen by
// an isolate that remembers the old state while another one changes it. SEC-026, SEC-087.
import { createExecutionContext, env } from "cloudflare:test";
import { AwsClient } from "aws4fetch";
import { beforeAll, describe, expect, it } from "vitest";
import { createApp } from "../../src/app.ts";
import { secondLookMs } from "../../src/auth/second-look.ts";
import { BUCKET_CACHE_MS } from "../../src/catalog/buckets.ts";
import { IDENTITY_CACHE_MS } from "../../src/catalog/identity-powers.ts";
import { ACCESS_KEY_CACHE_MS } from "../../src/catalog/key-ring.ts";
import { type Env, systemSeams } from "../../src/env.ts";
import {
  allow,
  credentialsOf,
  done,
  iam,
  makeUser,
  policy,
  type SessionKeys,
  sts,
} from "../iam/fixtures.ts";
import { call, makeAccount, origin, type TestAccount } from "./bucket/fixtures.ts";

const bound = 30_000;

/** An isolate of its own: its memories are kept by its binding of the catalog. */
function otherIsolate() {
  const CATALOG = new Proxy(env.CATALOG, {
    get: (database, name) => {
      const value = Reflect.get(database, name);
      return typeof value === "function" ? value.bind(database) : value;
    },
  });
  const bindings = { ...env, CATALOG } as Env;
  const startMs = Date.now();
  /** Status of a read, `afterMs` later by that isolate's clock. */
  return async (keys: SessionKeys | undefined, path: string, afterMs: number) => {
    const nowMs = startMs + afterMs;
    const app = createApp({ ...systemSeams, now: () => nowMs });
    let request = new Request(`${origin}${path}`);
    if (keys !== undefined) {
      const client = new AwsClient({ ...keys, service: "s3", region: "us-east-1" });
      const datetime = new Date(nowMs).toISOString().replace(/[-:]|\.\d{3}/g, "");
      request = await client.sign(request, { aws: { datetime } });
    }
    const headers = new Headers(request.headers);
    headers.set("host", new URL(origin).host);
    const answer = await app.fetch(
      new Request(request, { headers }),
      bindings,
      createExecutionContext(),
    );
    await answer.text();
    return answer.status;
  };
}

let owner: TestAccount;
let bucket: string;
let path: string;
let users = 0;

beforeAll(async () => {
  owner = await makeAccount();
  bucket = `revoked-${crypto.randomUUID().slice(0, 8)}`;
  path = `/${bucket}/a`;
  expect((await call("PUT", `/${bucket}`, { keys: owner.keys })).status).toBe(200);
  expect((await call("PUT", path, { keys: owner.keys, body: "x" })).status).toBe(200);
});

async function user(document?: string) {
  users += 1;
  const name = `user${users}`;
  return { name, keys: await makeUser(owner.keys, name, document) };
}

/** Reads before, just within the bound, and at its end. */
async function fades(keys: SessionKeys, revoke: () => Promise<unknown>): Promise<void> {
  const read = otherIsolate();
  expect(await read(keys, path, 0)).toBe(200);
  await revoke();
  // It may be remembered until then; what is stated is that it is over afterwards.
  expect([200, 400, 403]).toContain(await read(keys, path, bound - 1));
  // 400 InvalidToken: a session whose ground is gone is no session.
  expect([400, 403]).toContain(await read(keys, path, bound));
}

describe("what is taken away is gone", () => {
  it("states one bound for all that is remembered of callers", () => {
    expect([ACCESS_KEY_CACHE_MS, IDENTITY_CACHE_MS, BUCKET_CACHE_MS]).toEqual([
      bound,
      bound,
      bound,
    ]);
    expect(secondLookMs).toBe(1_000);
  });

  it("SEC-026 within 30 seconds: an access key that is disabled, and one that is deleted", async () => {
    for (const action of ["UpdateAccessKey", "DeleteAccessKey"]) {
      const { name, keys } = await user(allow("s3:GetObject"));
      const wish = { UserName: name, AccessKeyId: keys.accessKeyId };
      const more = action === "UpdateAccessKey" ? { Status: "Inactive" } : {};
      await fades(keys, () => done(iam(owner.keys, action, { ...wish, ...more })));
    }
  });

  it("within 30 seconds: a policy of a user, of its group, and a boundary that is set", async () => {
    const plain = await user(allow("s3:GetObject"));
    const inline = { UserName: plain.name, PolicyName: "inline" };
    await fades(plain.keys, () => done(iam(owner.keys, "DeleteUserPolicy", inline)));
    const member = await user();
    await done(iam(owner.keys, "CreateGroup", { GroupName: "readers" }));
    const reads = { PolicyName: "p", PolicyDocument: allow("s3:GetObject") };
    await done(iam(owner.keys, "PutGroupPolicy", { GroupName: "readers", ...reads }));
    const membership = { GroupName: "readers", UserName: member.name };
    await done(iam(owner.keys, "AddUserToGroup", membership));
    await fades(member.keys, () => done(iam(owner.keys, "RemoveUserFromGroup", membership)));
    const bounded = await user(allow("s3:GetObject"));
    const boundary = "arn:aws:iam::aws:policy/IAMFullAccess";
    const limit = { UserName: bounded.name, PermissionsBoundary: boundary };
    await fades(bounded.keys, () => done(iam(owner.keys, "PutUserPermissionsBoundary", limit)));
  });

  it("within 30 seconds: sessions, by their role's policy, their role, or the key that asked", async () => {
    const asking = await user(allow(["s3:GetObject", "sts:*"]));
    const Principal = { AWS: `arn:aws:iam::${owner.accountId}:user/${asking.name}` };
    const trust = policy({ Effect: "Allow", Principal, Action: "sts:AssumeRole" });
    const assume = async (RoleName: string) => {
      const wish = { RoleName, AssumeRolePolicyDocument: trust };
      const made = await done(iam(owner.keys, "CreateRole", wish));
      const reads = { PolicyName: "p", PolicyDocument: allow("s3:GetObject") };
      await done(iam(owner.keys, "PutRolePolicy", { RoleName, ...reads }));
      const session = { RoleArn: made.first("Arn") ?? "", RoleSessionName: "one" };
      return credentialsOf(await done(sts(asking.keys, "AssumeRole", session)));
    };
    const stripped = { RoleName: "stripped", PolicyName: "p" };
    await fades(await assume("stripped"), () =>
      done(iam(owner.keys, "DeleteRolePolicy", stripped)),
    );
    const revoked = await assume("revoked");
    const PolicyDocument = policy({
      ...{ Effect: "Deny", Action: "*", Resource: "*" },
      Condition: {
        DateLessThan: { "aws:TokenIssueTime": new Date(Date.now() + 60_000).toISOString() },
      },
    });
    const denial = { RoleName: "revoked", PolicyName: "AWSRevokeOlderSessions", PolicyDocument };
    await fades(revoked, () => done(iam(owner.keys, "PutRolePolicy", denial)));
    const own = credentialsOf(await done(sts(asking.keys, "GetSessionToken")));
    const key = { UserName: asking.name, AccessKeyId: asking.keys.accessKeyId };
    const off = { ...key, Status: "Inactive" };
    await fades(own, () => done(iam(owner.keys, "UpdateAccessKey", off)));
  });

  it("SEC-087 with the next request: whatever a bucket's policy or Block Public Access gave", async () => {
    const { keys } = await makeAccount();
    const other = await user();
    const setPolicy = async (Statement: object) => {
      const body = JSON.stringify({ Version: "2012-10-17", Statement });
      expect((await call("PUT", `/${bucket}?policy`, { keys: owner.keys, body })).status).toBe(204);
    };
    const open = {
      ...{ Effect: "Allow", Principal: "*", Action: "s3:GetObject" },
      Resource: `arn:aws:s3:::${bucket}/*`,
    };
    await call("DELETE", `/${bucket}?publicAccessBlock`, { keys: owner.keys });
    await setPolicy(open);
    const read = otherIsolate();
    const callers = [keys, other.keys, undefined];
    // Strangers need a policy of their own too: root has all.
    for (const caller of callers) expect(await read(caller, path, 0)).toBe(200);
    await setPolicy({ ...open, Effect: "Deny" });
    for (const caller of callers) expect(await read(caller, path, 1)).toBe(403);
    // And what is allowed anew is seen a second later at most.
    await setPolicy(open);
    for (const caller of callers) expect(await read(caller, path, 1 + secondLookMs)).toBe(200);
    const block =
      '<PublicAccessBlockConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>';
    const blocked = { keys: owner.keys, body: block };
    expect((await call("PUT", `/${bucket}?publicAccessBlock`, blocked)).status).toBe(200);
    expect(await read(undefined, path, 2 + secondLookMs)).toBe(403);
    expect(await read(keys, path, 2 + secondLookMs)).toBe(403);
  });
});
