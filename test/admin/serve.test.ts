// What the admin API does for those who may: accounts, keys, status; and how strictly it reads.
import { env } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import packageFacts from "../../package.json";
import { findAccessKey } from "../../src/catalog/access-keys.ts";
import { createBucket } from "../../src/catalog/bucket-lifecycle.ts";
import { ask, bodyOf, call, operator, tenant } from "./fixtures.ts";

describe("accounts", () => {
  it("are made with a key, shown without it, and deleted with it", async () => {
    const as = await operator();
    const body = { name: "Ada Lovelace", email: "ada@example.com" };
    const made = await ask("POST /accounts", { as, body });
    expect(made.status).toBe(201);
    expect(made.body).toEqual({
      accountId: expect.stringMatching(/^[0-9]{12}$/),
      canonicalId: expect.stringMatching(/^[0-9a-f]{64}$/),
      name: "Ada Lovelace",
      email: "ada@example.com",
      isOperator: false,
      createdAt: new Date(call.nowMs).toISOString(),
      accessKeyId: expect.stringMatching(/^AKIA[A-Z2-7]{16}$/),
      secretAccessKey: expect.stringMatching(/^[A-Za-z0-9]{40}$/),
    });
    const { accessKeyId, secretAccessKey, ...shown } = made.body;
    expect((await findAccessKey(call, accessKeyId))?.secret).toBe(secretAccessKey);

    const listed = await ask("GET /accounts", { as });
    expect(listed.body.accounts).toContainEqual(shown);
    expect((await ask(`GET /accounts/${shown.accountId}`, { as })).body).toEqual(shown);
    expect(listed.text).not.toContain(secretAccessKey);

    expect((await ask(`DELETE /accounts/${shown.accountId}`, { as })).status).toBe(204);
    expect(await findAccessKey(call, accessKeyId)).toBeUndefined();
    const again = await ask(`DELETE /accounts/${shown.accountId}`, { as });
    expect(again.body.error.code).toBe("NoSuchAccount");
  });

  it("are listed by page", async () => {
    const as = await operator();
    await tenant();
    await tenant();
    const all = (await ask("GET /accounts", { as })).body.accounts;
    const first = await ask("GET /accounts?limit=2", { as });
    expect(first.body.accounts).toEqual(all.slice(0, 2));
    expect(first.body.next).toBe(all[1].accountId);
    const rest = await ask(`GET /accounts?after=${first.body.next}`, { as });
    expect(rest.body).toEqual({ accounts: all.slice(2) });
    for (const limit of ["0", "1001", "x", "-1", "1e2", ""]) {
      const refused = await ask(`GET /accounts?limit=${limit}`, { as });
      expect(refused.body.error.code).toBe("InvalidRequest");
    }
  });

  it("refuse a second owner of an address, the operator's end, and an owner of buckets", async () => {
    const as = await operator();
    const { account } = await tenant();
    const twin = await ask("POST /accounts", { as, body: { name: "x", email: account.email } });
    expect([twin.status, twin.body.error.code]).toEqual([409, "EmailInUse"]);
    const own = await ask(`DELETE /accounts/${as.accountId}`, { as });
    expect([own.status, own.body.error.code]).toEqual([409, "OperatorAccount"]);
    const index = {
      initialise: async () => {},
      beginDelete: async () => ({ kind: "deleting" }) as const,
      destroy: async () => {},
    };
    const wish = { name: "admin-bucket", accountId: account.accountId, region: "us-east-1" };
    await createBucket(call, wish, index);
    const owner = await ask(`DELETE /accounts/${account.accountId}`, { as });
    expect([owner.status, owner.body.error.code]).toEqual([409, "AccountOwnsBuckets"]);
  });
});

describe("bodies (SEC-065)", () => {
  const good = { name: "n", email: "strict@example.com" };
  it.each([
    ["an unknown field", { ...good, isOperator: true }],
    ["an account id of the client's choice", { ...good, accountId: "123456789012" }],
    ["a key of the client's choice (SEC-069)", { ...good, accessKeyId: "AKIATESTROOT00000000" }],
    ["a missing field", { name: "n" }],
    ["a field of the wrong type", { ...good, name: 7 }],
    ["an empty name", { ...good, name: "  " }],
    ["a name of 129 characters", { ...good, name: "x".repeat(129) }],
    ["a name with a line break", { ...good, name: "a\nb" }],
    ["a name with an invisible character", { ...good, name: "a\u202eb" }],
    ["no address", { ...good, email: "nobody" }],
    ["an address with a space", { ...good, email: "a b@example.com" }],
    ["an array", [good]],
    ["null", null],
  ])("refuse %s", async (_name, body) => {
    const answer = await ask("POST /accounts", { as: await operator(), body });
    expect([answer.status, answer.body.error.code]).toEqual([400, "InvalidRequest"]);
  });

  it("refuse __proto__, text that is not JSON, and bytes that are not UTF-8", async () => {
    const as = await operator();
    const sources = [
      bodyOf('{"name":"n","email":"p@example.com","__proto__":{"isOperator":true}}'),
      bodyOf("name=n"),
      bodyOf(""),
      { ...bodyOf(""), readAll: async () => new Uint8Array([0x22, 0xff, 0x22]) },
    ];
    for (const source of sources) {
      const answer = await ask("POST /accounts", { as, source });
      expect(answer.body.error.code).toBe("InvalidRequest");
    }
  });

  it("refuse a large body unread", async () => {
    const source = bodyOf(JSON.stringify({ name: "x".repeat(20_000), email: "a@b" }));
    const answer = await ask("POST /accounts", { as: await operator(), source });
    expect([answer.status, answer.body.error.code]).toEqual([413, "BodyTooLarge"]);
    expect(source.cancelled).toBe(true);
  });

  it("refuse any field where none is known", async () => {
    const { principal: as } = await tenant();
    const chosen = { accessKeyId: env.ROOT_ACCESS_KEY_ID, secretAccessKey: "chosen" };
    for (const body of [chosen, { userName: "someone" }]) {
      const answer = await ask("POST /accounts/self/keys", { as, body });
      expect(answer.body.error.code).toBe("InvalidRequest");
    }
  });
});

describe("keys", () => {
  it("of one's own are made, listed, switched and deleted", async () => {
    const { account, key, principal: as } = await tenant();
    const made = await ask("POST /accounts/self/keys", { as, body: {} });
    expect(made.status).toBe(201);
    expect(made.body).toEqual({
      accountId: account.accountId,
      status: "Active",
      accessKeyId: expect.stringMatching(/^AKIA/),
      secretAccessKey: expect.stringMatching(/^[A-Za-z0-9]{40}$/),
    });
    const third = await ask("POST /accounts/self/keys", { as, body: {} });
    expect([third.status, third.body.error.code]).toEqual([409, "KeyLimitExceeded"]);

    const listed = await ask("GET /accounts/self/keys", { as });
    const ids = listed.body.keys.map((each: { accessKeyId: string }) => each.accessKeyId);
    expect(ids.toSorted()).toEqual([key.accessKeyId, made.body.accessKeyId].toSorted());
    expect(listed.text).not.toContain(made.body.secretAccessKey);

    const path = `/keys/${made.body.accessKeyId}`;
    const off = await ask(`PATCH ${path}`, { as, body: { status: "Inactive" } });
    expect(off.body.status).toBe("Inactive");
    expect((await findAccessKey(call, made.body.accessKeyId))?.status).toBe("Inactive");
    await ask(`PATCH ${path}`, { as, body: { status: "Active" } });
    expect((await findAccessKey(call, made.body.accessKeyId))?.status).toBe("Active");
    const odd = await ask(`PATCH ${path}`, { as, body: { status: "active" } });
    expect(odd.body.error.code).toBe("InvalidRequest");

    expect((await ask(`DELETE ${path}`, { as })).status).toBe(204);
    expect(await findAccessKey(call, made.body.accessKeyId)).toBeUndefined();
    const gone = await ask(`PATCH ${path}`, { as, body: { status: "Active" } });
    expect(gone.body.error.code).toBe("NoSuchAccessKey");
  });

  it("of any account are the operator's to manage; its own configured key is not", async () => {
    const as = await operator();
    const { account } = await tenant();
    const path = `/accounts/${account.accountId}/keys`;
    expect((await ask(`POST ${path}`, { as, body: {} })).status).toBe(201);
    expect((await ask(`GET ${path}`, { as })).body.keys).toHaveLength(2);
    for (const method of ["GET", "POST"]) {
      const missing = await ask(`${method} /accounts/000000000000/keys`, { as, body: {} });
      expect(missing.body.error.code).toBe("NoSuchAccount");
    }
    const configured = await ask(`DELETE /keys/${env.ROOT_ACCESS_KEY_ID}`, { as });
    expect([configured.status, configured.body.error.code]).toEqual([409, "RootKeyIsConfigured"]);
  });
});

describe("status", () => {
  it("tells version, settings, counts and stores, and no secret", async () => {
    const as = await operator();
    const { status, body, text } = await ask("GET /status", { as });
    expect(status).toBe(200);
    expect(body.version).toBe(packageFacts.version);
    expect(body.region).toBe("us-east-1");
    expect(body.time).toBe(new Date(call.nowMs).toISOString());
    expect(body.catalog).toMatchObject({ answers: true, unsettledBuckets: 0 });
    expect(body.catalog.accounts).toBeGreaterThan(0);
    const standard = body.stores.find(
      (store: { store: string }) => store.store === "STORE_STANDARD",
    );
    expect(standard).toEqual({
      store: "STORE_STANDARD",
      classes: ["STANDARD", "REDUCED_REDUNDANCY"],
      answers: true,
    });
    expect(body.stores).toHaveLength(7);
    for (const secret of [env.MASTER_KEY, env.ROOT_SECRET_ACCESS_KEY]) {
      expect(text).not.toContain(secret);
    }
  });

  it("says which part is down instead of failing", async () => {
    const as = await operator();
    const fail = () => Promise.reject(new Error("down"));
    const broken = {
      ...env,
      CATALOG: { prepare: () => ({ bind: () => ({ all: fail }) }) } as unknown as D1Database,
      STORE_GLACIER: { head: fail } as unknown as R2Bucket,
    };
    const { status, body } = await ask("GET /status", { as, env: broken });
    expect(status).toBe(200);
    expect(body.catalog).toEqual({ answers: false });
    const down = body.stores.filter((store: { answers: boolean }) => !store.answers);
    expect(down.map((store: { store: string }) => store.store)).toEqual(["STORE_GLACIER"]);
  });
});
