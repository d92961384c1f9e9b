// Why, over the admin API: who may ask, and that what is answered is what happens.
import { describe, expect, it } from "vitest";
import { findCaller } from "../../src/catalog/callers.ts";
import type { Principal } from "../../src/s3/principal.ts";
import { allow, iam, makeUser, type SessionKeys } from "../iam/fixtures.ts";
import { call as callS3, makeAccount, type TestAccount } from "../operations/bucket/fixtures.ts";
import { anonymous, ask, call, operator } from "./fixtures.ts";

async function principalOf(keys: SessionKeys): Promise<Principal> {
  const key = await findCaller(call, keys.accessKeyId);
  if (key === undefined) throw new Error("no such key");
  return key.principal;
}

interface Stage {
  readonly owner: TestAccount;
  readonly root: Principal;
  readonly bucket: string;
  readonly users: Readonly<Record<"auditor" | "reader" | "idle", Principal>>;
}

async function stage(): Promise<Stage> {
  const owner = await makeAccount();
  const bucket = `why-${crypto.randomUUID().slice(0, 12)}`;
  expect((await callS3("PUT", `/${bucket}`, { keys: owner.keys })).status).toBe(200);
  const user = async (name: string, document?: string) =>
    principalOf(await makeUser(owner.keys, name, document));
  return {
    owner,
    bucket,
    root: await principalOf(owner.keys),
    users: {
      auditor: await user("auditor", allow("iam:SimulatePrincipalPolicy")),
      reader: await user("reader", allow("s3:GetObject", `arn:aws:s3:::${bucket}/a/*`)),
      idle: await user("idle"),
    },
  };
}

const question = ({ bucket, users }: Stage, key = "a/x") => ({
  principal: users.reader.arn,
  action: "s3:GetObject",
  resource: `arn:aws:s3:::${bucket}/${key}`,
});

describe("POST /explain", () => {
  it("is for the root, for who may simulate, and for the operator, of that account alone", async () => {
    const place = await stage();
    const { root, users } = place;
    const stranger = await principalOf((await makeAccount()).keys);
    const status = async (as: Principal) =>
      (await ask("POST /explain", { as, body: question(place) })).status;
    expect(await status(root)).toBe(200);
    expect(await status(users.auditor)).toBe(200);
    expect(await status(await operator())).toBe(200);
    expect(await status(users.reader)).toBe(403);
    expect(await status(users.idle)).toBe(403);
    expect(await status(stranger)).toBe(404);
    expect(await status(anonymous)).toBe(403);
  });

  it("answers as the evaluator does, by what the policies say at that moment", async () => {
    const place = await stage();
    const { root: as, owner, users } = place;
    const answer = async (key: string) =>
      (await ask("POST /explain", { as, body: question(place, key) })).body;
    expect(await answer("a/x")).toMatchObject({
      allowed: true,
      matchedStatements: { items: [{ effect: "ALLOW" }] },
      trace: { reason: "identity-policy", changes: [] },
    });
    expect(await answer("b/x")).toMatchObject({
      allowed: false,
      trace: { reason: "no-identity-allow", changes: [{ kind: "add", source: "identity" }] },
    });
    const gone = { UserName: "reader", PolicyName: "inline" };
    expect((await iam(owner.keys, "DeleteUserPolicy", gone)).status).toBe(200);
    expect(await answer("a/x")).toMatchObject({ allowed: false });
    const elsewhere = { ...question(place), principal: `${users.reader.arn}x` };
    expect((await ask("POST /explain", { as, body: elsewhere })).body.error.code).toBe(
      "NoSuchPrincipal",
    );
  });

  it("refuses what is no question", async () => {
    const place = await stage();
    const whole = question(place);
    for (const body of [
      {},
      { ...whole, context: [] },
      { ...whole, context: { a: 1 } },
      { ...whole, action: 5 },
      { ...whole, more: "x" },
    ]) {
      expect((await ask("POST /explain", { as: place.root, body })).status).toBe(400);
    }
  });
});

describe("GET /buckets/NAME/access", () => {
  it("lists the root, anybody, users and roles with what they may", async () => {
    const place = await stage();
    const { bucket, root: as } = place;
    const { body, status } = await ask(`GET /buckets/${bucket}/access?key=a/x`, { as });
    expect(status).toBe(200);
    const [root, anybody, ...rest] = body.principals;
    expect(root).toMatchObject({ type: "Account", read: { allowed: true, reason: "owner-root" } });
    expect(anybody).toMatchObject({ arn: "*", read: { allowed: false } });
    const may = Object.fromEntries(
      // biome-ignore lint/suspicious/noExplicitAny: an answer of the admin API.
      rest.map((one: any) => [one.arn.replace(/.*\//, ""), [one.read.allowed, one.write.allowed]]),
    );
    expect(may).toEqual({
      auditor: [false, false],
      idle: [false, false],
      reader: [true, false],
    });
  });

  it("comes in pages, and to nobody else", async () => {
    const place = await stage();
    const { bucket, root: as, users } = place;
    const path = `GET /buckets/${bucket}/access?limit=2`;
    const first = (await ask(path, { as })).body;
    expect(first.principals).toHaveLength(4);
    const second = (await ask(`${path}&after=${first.next}`, { as })).body;
    expect(second.principals.map(({ arn }: Principal) => arn)).toEqual([users.reader.arn]);
    expect(second.next).toBeUndefined();
    expect((await ask(path, { as: users.idle })).status).toBe(403);
    const stranger = await principalOf((await makeAccount()).keys);
    expect((await ask(path, { as: stranger })).status).toBe(404);
  });
});
