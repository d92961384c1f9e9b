// What a session or a user costs: nothing of D1 once an isolate knows it, and 30 seconds at most until
// a change made elsewhere is obeyed.
import { env } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { findCaller } from "../../src/catalog/callers.ts";
import { forgetPowers, IDENTITY_CACHE_MS } from "../../src/catalog/identity-powers.ts";
import { systemSeams } from "../../src/env.ts";
import { makeAccount } from "../operations/bucket/fixtures.ts";
import { allow, credentialsOf, done, iam, makeUser, policy, sts } from "./fixtures.ts";

/** The database with a count of what is asked of it, and caches of its own. */
function countingCall() {
  const counted = { queries: 0 };
  const CATALOG = new Proxy(env.CATALOG, {
    get: (database, name) => {
      const value = Reflect.get(database, name);
      if (typeof value !== "function") return value;
      if (name === "prepare" || name === "batch") counted.queries += 1;
      return value.bind(database);
    },
  });
  const call = (nowMs: number) => ({ env: { ...env, CATALOG }, seams: systemSeams, nowMs });
  const first = call(0).env;
  return { counted, at: (nowMs: number) => ({ ...call(nowMs), env: first }) };
}

async function makeCallers() {
  const { keys, accountId } = await makeAccount();
  const user = await makeUser(keys, "u", allow("s3:*"));
  const AssumeRolePolicyDocument = policy({
    Effect: "Allow",
    Principal: { AWS: `arn:aws:iam::${accountId}:user/u` },
    Action: "sts:AssumeRole",
  });
  const made = await done(iam(keys, "CreateRole", { RoleName: "r", AssumeRolePolicyDocument }));
  const wish = { RoleArn: made.first("Arn") ?? "", RoleSessionName: "work" };
  const role = credentialsOf(await done(sts(user, "AssumeRole", wish)));
  const own = credentialsOf(await done(sts(user, "GetSessionToken")));
  return { keys, callers: { user, role, own } };
}

describe("a caller that is known", () => {
  it("costs no query, whether user, role or session", async () => {
    const { callers } = await makeCallers();
    const { counted, at } = countingCall();
    const now = Date.now();
    for (const { accessKeyId, sessionToken } of Object.values(callers)) {
      const cold = await findCaller(at(now), accessKeyId, sessionToken);
      const { queries } = counted;
      expect(queries).toBeGreaterThan(0);
      const warm = await findCaller(at(now + 1000), accessKeyId, sessionToken);
      expect(counted.queries).toBe(queries);
      expect(warm?.principal).toEqual(cold?.principal);
      // The very same policies: what is compiled beside them stays.
      expect(warm?.principal.policies?.identity[0]).toBe(cold?.principal.policies?.identity[0]);
    }
  });

  it("obeys a change made through another isolate within 30 seconds", async () => {
    const { keys, callers } = await makeCallers();
    const { at } = countingCall();
    const now = Date.now();
    const names = async (nowMs: number) => {
      const found = await findCaller(at(nowMs), callers.user.accessKeyId);
      return found?.principal.policies?.identity.map(({ name }) => name);
    };
    expect(await names(now)).toEqual(["inline"]);
    await done(iam(keys, "DeleteUserPolicy", { UserName: "u", PolicyName: "inline" }));
    expect(IDENTITY_CACHE_MS).toBe(30_000);
    expect(await names(now + IDENTITY_CACHE_MS - 1)).toEqual(["inline"]);
    expect(await names(now + IDENTITY_CACHE_MS)).toEqual([]);
  });

  it("obeys at once in the isolate that made the change", async () => {
    const { callers } = await makeCallers();
    const { counted, at } = countingCall();
    await findCaller(at(1), callers.user.accessKeyId);
    const { queries } = counted;
    forgetPowers(at(2));
    await findCaller(at(2), callers.user.accessKeyId);
    expect(counted.queries).toBeGreaterThan(queries);
  });
});
