// Changing the master key: nothing is lost on the way, nothing needs the old key afterwards.
import { env } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { createAccessKey, findAccessKey } from "../../src/catalog/access-keys.ts";
import { createAccount } from "../../src/catalog/accounts.ts";
import { createKmsKey } from "../../src/catalog/kms-keys.ts";
import {
  decryptUnder,
  encryptUnder,
  KMS_KEY_CACHE_MS,
  openKmsKey,
} from "../../src/catalog/kms-material.ts";
import { resealSlice } from "../../src/catalog/master-key.ts";
import { type Env, systemSeams } from "../../src/env.ts";
import { ask, operator, tenant } from "../admin/fixtures.ts";

const oldKey = env.MASTER_KEY;
const newKey = btoa("n".repeat(32));
let nowMs = Date.now();

/** Every call comes later than what an isolate remembers. */
function call(settings: Partial<Env>) {
  nowMs += 10 * KMS_KEY_CACHE_MS;
  return { env: { ...env, ...settings }, seams: systemSeams, nowMs };
}

async function secrets() {
  const outcome = await createAccount(call({}), {
    name: "rotating",
    email: `${crypto.randomUUID()}@example.com`,
  });
  if (outcome.kind !== "created") throw new Error(outcome.kind);
  const { accountId } = outcome.account;
  await createAccessKey(call({}), accountId);
  const { keyId } = await createKmsKey(call({}), { accountId, description: "", tags: [] });
  const key = await openKmsKey(call({}), keyId);
  if (key === undefined) throw new Error("no key");
  const plaintext = new TextEncoder().encode("a data key");
  const ciphertext = await encryptUnder(systemSeams, key, { plaintext, context: {} });
  return { accessKey: outcome.key, keyId, ciphertext };
}

async function works(made: Awaited<ReturnType<typeof secrets>>, settings: Partial<Env>) {
  const found = await findAccessKey(call(settings), made.accessKey.accessKeyId);
  expect(found?.secret).toBe(made.accessKey.secretAccessKey);
  const key = await openKmsKey(call(settings), made.keyId);
  const opened = key && (await decryptUnder(key, { ciphertext: made.ciphertext, context: {} }));
  expect(new TextDecoder().decode(opened)).toBe("a data key");
}

describe("the rotation of the master key", () => {
  it("opens with both keys, seals anew in slices, and then needs the new one alone", async () => {
    const made = await secrets();
    const more = await secrets();
    const both = { MASTER_KEY: newKey, MASTER_KEY_PREVIOUS: `${oldKey}, ` };
    await works(made, both);
    await expect(works(made, { MASTER_KEY: newKey })).rejects.toThrow("needs another MASTER_KEY");
    let slices = 0;
    for (let left = 1; left > 0; slices += 1) {
      const progress = await resealSlice(call(both), 2);
      expect(progress.resealed).toBeLessThanOrEqual(2);
      left = progress.left;
    }
    expect(slices).toBeGreaterThan(2);
    for (const each of [made, more]) await works(each, { MASTER_KEY: newKey });
    await expect(works(made, { MASTER_KEY: oldKey })).rejects.toThrow("needs another MASTER_KEY");
    const again = await resealSlice(call(both), 100);
    expect(again).toEqual({ resealed: 0, left: 0 });
    const back = { MASTER_KEY: oldKey, MASTER_KEY_PREVIOUS: newKey };
    while ((await resealSlice(call(back), 100)).left > 0);
    await works(made, {});
  });

  it("leaves alone what neither key opens, and says so", async () => {
    await secrets();
    const { resealed, left } = await resealSlice(call({ MASTER_KEY: newKey }), 100);
    expect(resealed).toBe(0);
    expect(left).toBeGreaterThan(0);
  });

  it("is the operator's alone, over the admin API", async () => {
    await secrets();
    const settings = { ...env, MASTER_KEY: newKey, MASTER_KEY_PREVIOUS: oldKey };
    const { principal } = await tenant();
    const refused = await ask("POST /master-key/reseal", { as: principal, env: settings });
    expect(refused.status).toBe(403);
    const done = await ask("POST /master-key/reseal", { as: await operator(), env: settings });
    expect(done.body).toEqual({ resealed: expect.any(Number), left: 0 });
    expect(done.body.resealed).toBeGreaterThan(0);
  });
});
