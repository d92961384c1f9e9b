// Accounts: the operator's own, tenants, and the end of them.
import { env } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { createAccessKey, findAccessKey, listAccessKeys } from "../../src/catalog/access-keys.ts";
import {
  createAccount,
  deleteAccount,
  getAccount,
  listAccounts,
  operatorAccount,
} from "../../src/catalog/accounts.ts";
import { createBucket } from "../../src/catalog/bucket-lifecycle.ts";
import { callAt, freshIsolate, newTenant, START_MS, watchedIsolate } from "./fixtures.ts";

const willingIndex = {
  initialise: async () => {},
  beginDelete: async () => ({ kind: "deleting" }) as const,
  destroy: async () => {},
};

async function tenant(call = callAt(START_MS)) {
  const outcome = await createAccount(call, newTenant());
  if (outcome.kind !== "created") throw new Error(outcome.kind);
  return outcome;
}

describe("operatorAccount", () => {
  it("is made once, whoever asks first and however many at once", async () => {
    const accounts = await Promise.all(
      Array.from({ length: 8 }, () => operatorAccount(callAt(START_MS))),
    );
    expect(new Set(accounts.map((account) => account.accountId)).size).toBe(1);
    const [operator] = accounts;
    expect(operator?.accountId).toMatch(/^[0-9]{12}$/);
    expect(operator?.canonicalId).toMatch(/^[0-9a-f]{64}$/);
    expect(operator?.isOperator).toBe(true);
  });

  it("costs no round trip after the first time", async () => {
    const { env: isolate, d1 } = watchedIsolate();
    await operatorAccount(callAt(START_MS, isolate));
    const before = d1.trips;
    await operatorAccount(callAt(START_MS + 86_400_000, isolate));
    expect(d1.trips).toBe(before);
  });
});

describe("createAccount", () => {
  it("makes an account and a key that finds it", async () => {
    const { account, key } = await tenant();
    expect(account.accountId).toMatch(/^[0-9]{12}$/);
    expect(account.canonicalId).toMatch(/^[0-9a-f]{64}$/);
    expect(key.accessKeyId).toMatch(/^AKIA[A-Z2-7]{16}$/);
    expect(key.secretAccessKey).toMatch(/^[A-Za-z0-9]{40}$/);
    const found = await findAccessKey(callAt(START_MS), key.accessKeyId);
    expect(found).toEqual({
      accessKeyId: key.accessKeyId,
      secret: key.secretAccessKey,
      status: "Active",
      principal: {
        type: "Account",
        accountId: account.accountId,
        canonicalId: account.canonicalId,
        displayName: account.name,
        arn: `arn:aws:iam::${account.accountId}:root`,
        accessKeyId: key.accessKeyId,
        isOperator: false,
      },
    });
  });

  it("stores no secret in the clear (SEC-067)", async () => {
    const { key } = await tenant();
    const tables = ["accounts", "access_keys"];
    for (const table of tables) {
      const { results } = await env.CATALOG.prepare(`SELECT * FROM ${table}`).all();
      expect(JSON.stringify(results)).not.toContain(key.secretAccessKey);
    }
  });

  it("gives one of racing twins the e-mail address, in any case", async () => {
    const facts = newTenant();
    const twins = await Promise.all([
      createAccount(callAt(START_MS), facts),
      createAccount(callAt(START_MS), { ...facts, email: facts.email.toUpperCase() }),
    ]);
    expect(twins.map((twin) => twin.kind).sort()).toEqual(["created", "email-in-use"]);
  });

  it("leaves no key behind when the account was not made", async () => {
    const facts = newTenant();
    await createAccount(callAt(START_MS), facts);
    const count = () => env.CATALOG.prepare("SELECT count(*) AS n FROM access_keys").first("n");
    const before = await count();
    await createAccount(callAt(START_MS), facts);
    expect(await count()).toBe(before);
  });
});

describe("listAccounts", () => {
  it("pages in the order of ids, the operator among them", async () => {
    for (let made = 0; made < 3; made += 1) await tenant();
    const all = await listAccounts(callAt(START_MS), { limit: 1000 });
    expect(all.some((account) => account.isOperator)).toBe(true);
    const paged = [];
    let after: string | undefined;
    for (;;) {
      const page = await listAccounts(callAt(START_MS), { after, limit: 2 });
      if (page.length === 0) break;
      paged.push(...page);
      after = page.at(-1)?.accountId;
    }
    expect(paged).toEqual(all);
    expect(all.map((account) => account.accountId)).toEqual(
      all.map((account) => account.accountId).toSorted(),
    );
  });
});

describe("deleteAccount", () => {
  it("takes the keys with it, at once in this isolate and for good (SEC-070)", async () => {
    const isolate = freshIsolate();
    const { account, key } = await tenant(callAt(START_MS, isolate));
    expect(await findAccessKey(callAt(START_MS, isolate), key.accessKeyId)).toBeDefined();
    expect(await deleteAccount(callAt(START_MS, isolate), account.accountId)).toBe("deleted");
    expect(await findAccessKey(callAt(START_MS, isolate), key.accessKeyId)).toBeUndefined();
    expect(await getAccount(callAt(START_MS), account.accountId)).toBeUndefined();
    expect(await deleteAccount(callAt(START_MS), account.accountId)).toBe("no-such-account");
    expect(await createAccessKey(callAt(START_MS), account.accountId)).toEqual({
      kind: "no-such-account",
    });

    const again = await createAccount(callAt(START_MS), account);
    expect(again.kind).toBe("created");
    if (again.kind !== "created") return;
    expect(again.account.accountId).not.toBe(account.accountId);
    expect(again.account.canonicalId).not.toBe(account.canonicalId);
    expect(await findAccessKey(callAt(START_MS), key.accessKeyId)).toBeUndefined();
    const keys = await listAccessKeys(callAt(START_MS), again.account.accountId);
    expect(keys.map((each) => each.accessKeyId)).toEqual([again.key.accessKeyId]);
  });

  it("never gives a deleted account's id out again, even if the dice say so", async () => {
    const { account } = await tenant();
    await deleteAccount(callAt(START_MS), account.accountId);
    const digits = [...account.accountId].map(Number);
    let draws = 0;
    const loaded = {
      now: () => START_MS,
      // The first draw of twelve bytes repeats the old account's digits.
      randomBytes: (length: number) => {
        draws += length === 12 ? 1 : 0;
        if (length === 12 && draws === 1) return Uint8Array.from(digits);
        return crypto.getRandomValues(new Uint8Array(length));
      },
    };
    const made = await createAccount({ ...callAt(START_MS), seams: loaded }, newTenant());
    expect(made.kind === "created" && made.account.accountId).not.toBe(account.accountId);
  });

  it("refuses the operator, and an account that owns a bucket", async () => {
    const operator = await operatorAccount(callAt(START_MS));
    expect(await deleteAccount(callAt(START_MS), operator.accountId)).toBe("operator");
    const { account, key } = await tenant();
    const wish = { name: "kept-bucket", accountId: account.accountId, region: "us-east-1" };
    await createBucket(callAt(START_MS), wish, willingIndex);
    expect(await deleteAccount(callAt(START_MS), account.accountId)).toBe("owns-buckets");
    expect(await findAccessKey(callAt(START_MS), key.accessKeyId)).toBeDefined();
  });

  it("leaves a deleted account unable to make a bucket", async () => {
    const { account } = await tenant();
    await deleteAccount(callAt(START_MS), account.accountId);
    const wish = { name: "ghost-bucket", accountId: account.accountId, region: "us-east-1" };
    const outcome = await createBucket(callAt(START_MS), wish, willingIndex);
    expect(outcome.kind).toBe("no-such-account");
  });
});
