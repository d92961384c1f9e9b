// Access keys: found, cached within a stated bound, switched, limited; nobody is let in while D1 is down.
import { env } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import {
  ACCESS_KEY_CACHE_MS,
  createAccessKey,
  deleteAccessKey,
  findAccessKey,
  KEY_USE_INTERVAL_MS,
  listAccessKeys,
  noteKeyUse,
  setAccessKeyStatus,
} from "../../src/catalog/access-keys.ts";
import { createAccount, operatorAccount } from "../../src/catalog/accounts.ts";
import { S3Error } from "../../src/s3/errors.ts";
import { callAt, freshIsolate, newTenant, START_MS, watchedIsolate } from "./fixtures.ts";

async function tenant() {
  const outcome = await createAccount(callAt(START_MS), newTenant());
  if (outcome.kind !== "created") throw new Error(outcome.kind);
  return outcome;
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof S3Error ? error.code : String(error);
}

describe("findAccessKey", () => {
  it("does not find an unknown or an empty id", async () => {
    expect(await findAccessKey(callAt(START_MS), "AKIAUNKNOWN000000000")).toBeUndefined();
    expect(await findAccessKey(callAt(START_MS), "")).toBeUndefined();
    const unset = freshIsolate({ ROOT_ACCESS_KEY_ID: "" });
    expect(await findAccessKey(callAt(START_MS, unset), "")).toBeUndefined();
  });

  it("finds the deployment's root key without D1 after the first time", async () => {
    const { env: isolate, d1 } = watchedIsolate();
    const key = await findAccessKey(callAt(START_MS, isolate), env.ROOT_ACCESS_KEY_ID);
    const operator = await operatorAccount(callAt(START_MS, isolate));
    expect(key?.secret).toBe(env.ROOT_SECRET_ACCESS_KEY);
    expect(key?.principal).toMatchObject({
      type: "Account",
      accountId: operator.accountId,
      isOperator: true,
      arn: `arn:aws:iam::${operator.accountId}:root`,
    });
    d1.fails = "before";
    const later = callAt(START_MS + 86_400_000, isolate);
    expect((await findAccessKey(later, env.ROOT_ACCESS_KEY_ID))?.status).toBe("Active");
  });

  it("refuses a root key without a secret instead of accepting any (SEC-117)", async () => {
    const isolate = freshIsolate({ ROOT_SECRET_ACCESS_KEY: "" });
    await expect(findAccessKey(callAt(START_MS, isolate), env.ROOT_ACCESS_KEY_ID)).rejects.toThrow(
      "ROOT_SECRET_ACCESS_KEY is not set",
    );
  });

  it("knows no default root key when none is configured (SEC-117)", async () => {
    const isolate = freshIsolate({ ROOT_ACCESS_KEY_ID: "", ROOT_SECRET_ACCESS_KEY: "" });
    for (const id of ["minioadmin", "admin", "rustfsadmin", env.ROOT_ACCESS_KEY_ID]) {
      expect(await findAccessKey(callAt(START_MS, isolate), id)).toBeUndefined();
    }
  });

  it("touches D1 once for hot keys, known or not", async () => {
    const { key } = await tenant();
    const { env: isolate, d1 } = watchedIsolate();
    for (let asked = 0; asked < 100; asked += 1) {
      await findAccessKey(callAt(START_MS + asked, isolate), key.accessKeyId);
      await findAccessKey(callAt(START_MS + asked, isolate), "AKIAUNKNOWN000000000");
    }
    expect(d1.trips).toBe(2);
  });

  it("obeys another isolate's change within the stated bound, and its own at once", async () => {
    const { key } = await tenant();
    const here = freshIsolate();
    const there = freshIsolate();
    await findAccessKey(callAt(START_MS, here), key.accessKeyId);
    await findAccessKey(callAt(START_MS, there), key.accessKeyId);
    expect(await setAccessKeyStatus(callAt(START_MS, here), key.accessKeyId, "Inactive")).toBe(
      true,
    );
    const seenHere = await findAccessKey(callAt(START_MS, here), key.accessKeyId);
    expect(seenHere?.status).toBe("Inactive");
    const atBound = callAt(START_MS + ACCESS_KEY_CACHE_MS, there);
    expect((await findAccessKey(atBound, key.accessKeyId))?.status).toBe("Inactive");
  });

  it("fails closed when D1 is down and the key is not remembered (D16)", async () => {
    const { key } = await tenant();
    const { env: isolate, d1 } = watchedIsolate();
    await findAccessKey(callAt(START_MS, isolate), key.accessKeyId);
    d1.fails = "before";
    const within = callAt(START_MS + ACCESS_KEY_CACHE_MS - 1, isolate);
    expect((await findAccessKey(within, key.accessKeyId))?.status).toBe("Active");
    const beyond = callAt(START_MS + ACCESS_KEY_CACHE_MS, isolate);
    expect(await codeOf(findAccessKey(beyond, key.accessKeyId))).toBe("ServiceUnavailable");
    expect(await codeOf(findAccessKey(beyond, "AKIAUNKNOWN000000000"))).toBe("ServiceUnavailable");
  });

  it("does not show D1's own message (SEC-043)", async () => {
    const { env: isolate, d1 } = watchedIsolate();
    d1.fails = "before";
    const work = findAccessKey(callAt(START_MS, isolate), "AKIAUNKNOWN000000000");
    await expect(work).rejects.toThrow("Service is unable to handle request.");
  });

  it("does not open a secret moved to another key's row", async () => {
    const victim = await tenant();
    const thief = await tenant();
    await env.CATALOG.prepare(
      `UPDATE access_keys SET sealed_secret =
         (SELECT sealed_secret FROM access_keys WHERE access_key_id = ?1) WHERE access_key_id = ?2`,
    )
      .bind(thief.key.accessKeyId, victim.key.accessKeyId)
      .run();
    await expect(findAccessKey(callAt(START_MS), victim.key.accessKeyId)).rejects.toThrow(
      "does not open",
    );
  });

  it("finds nobody behind a key of a user that it cannot describe", async () => {
    const { key } = await tenant();
    await env.CATALOG.prepare("UPDATE access_keys SET user_id = 'AIDA1' WHERE access_key_id = ?1")
      .bind(key.accessKeyId)
      .run();
    expect(await findAccessKey(callAt(START_MS), key.accessKeyId)).toBeUndefined();
  });

  it("gives a row with the root key's id no power and takes none from root (SEC-069)", async () => {
    const { account } = await tenant();
    await env.CATALOG.prepare(
      `INSERT INTO access_keys (access_key_id, account_id, sealed_secret, created_at_ms)
       VALUES (?1, ?2, 'v1.0.0.0', 0)`,
    )
      .bind(env.ROOT_ACCESS_KEY_ID, account.accountId)
      .run();
    const found = await findAccessKey(callAt(START_MS), env.ROOT_ACCESS_KEY_ID);
    expect(found?.principal.isOperator).toBe(true);
    expect(found?.secret).toBe(env.ROOT_SECRET_ACCESS_KEY);
  });
});

describe("createAccessKey", () => {
  it("makes at most two for an account, also when many ask at once", async () => {
    const { account } = await tenant();
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () => createAccessKey(callAt(START_MS), account.accountId)),
    );
    const made = outcomes.filter((outcome) => outcome.kind === "created");
    expect(made).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome.kind === "limit-exceeded")).toHaveLength(9);
    expect(await listAccessKeys(callAt(START_MS), account.accountId)).toHaveLength(2);
  });

  it("refuses an account that does not exist", async () => {
    expect(await createAccessKey(callAt(START_MS), "000000000000")).toEqual({
      kind: "no-such-account",
    });
  });
});

describe("listAccessKeys", () => {
  it("shows ids, status and last use, and no secret (SEC-067)", async () => {
    const { account, key } = await tenant();
    const [listed, ...others] = await listAccessKeys(callAt(START_MS), account.accountId);
    expect(others).toEqual([]);
    expect(listed).toEqual({
      accessKeyId: key.accessKeyId,
      accountId: account.accountId,
      status: "Active",
      createdAtMs: START_MS,
    });
  });
});

describe("setAccessKeyStatus and deleteAccessKey", () => {
  it("switch off, on, and for good", async () => {
    const { key } = await tenant();
    const isolate = freshIsolate();
    const status = async () =>
      (await findAccessKey(callAt(START_MS, isolate), key.accessKeyId))?.status;
    expect(await status()).toBe("Active");
    await setAccessKeyStatus(callAt(START_MS, isolate), key.accessKeyId, "Inactive");
    expect(await status()).toBe("Inactive");
    await setAccessKeyStatus(callAt(START_MS, isolate), key.accessKeyId, "Active");
    expect(await status()).toBe("Active");
    expect(await deleteAccessKey(callAt(START_MS, isolate), key.accessKeyId)).toBe(true);
    expect(await status()).toBeUndefined();
    expect(await deleteAccessKey(callAt(START_MS, isolate), key.accessKeyId)).toBe(false);
    const gone = setAccessKeyStatus(callAt(START_MS, isolate), key.accessKeyId, "Active");
    expect(await gone).toBe(false);
  });

  it("forget what they knew even when the answer is lost", async () => {
    const { key } = await tenant();
    const { env: isolate, d1 } = watchedIsolate();
    await findAccessKey(callAt(START_MS, isolate), key.accessKeyId);
    d1.fails = "after";
    const lost = deleteAccessKey(callAt(START_MS, isolate), key.accessKeyId);
    expect(await codeOf(lost)).toBe("ServiceUnavailable");
    d1.fails = "never";
    expect(await findAccessKey(callAt(START_MS, isolate), key.accessKeyId)).toBeUndefined();
  });
});

describe("noteKeyUse", () => {
  it("writes once in its interval and shows up in the list", async () => {
    const { account, key } = await tenant();
    const { env: isolate, d1 } = watchedIsolate();
    const use = { accessKeyId: key.accessKeyId, service: "s3", region: "us-east-1" };
    await noteKeyUse(callAt(START_MS, isolate), use);
    await noteKeyUse(callAt(START_MS + KEY_USE_INTERVAL_MS - 1, isolate), use);
    expect(d1.trips).toBe(1);
    const lastUsed = async () =>
      (await listAccessKeys(callAt(START_MS), account.accountId))[0]?.lastUsed;
    expect(await lastUsed()).toEqual({ atMs: START_MS, service: "s3", region: "us-east-1" });
    await noteKeyUse(callAt(START_MS + KEY_USE_INTERVAL_MS, isolate), use);
    expect((await lastUsed())?.atMs).toBe(START_MS + KEY_USE_INTERVAL_MS);
  });
});
