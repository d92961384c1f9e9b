// Which key and which alias every action of KMS is judged on: those it uses, and no other that the
// call happens to name.
// https://docs.aws.amazon.com/kms/latest/developerguide/kms-api-permissions-reference.html
import { beforeAll, describe, expect, it } from "vitest";
import { allow, makeUser, policy, type SessionKeys } from "../iam/fixtures.ts";
import { makeAccount, type TestAccount } from "../operations/bucket/fixtures.ts";
import { kms } from "../operations/object/encryption-fixtures.ts";

let account: TestAccount;
/** A: the user may do everything with it. B: nothing. */
let keyA: string;
let keyB: string;
let underA: string;
let underB: string;
/** Everything on A and on no other resource. */
let onlyA: SessionKeys;
let users = 0;

const arnOf = (resource: string) => `arn:aws:kms:us-east-1:${account.accountId}:${resource}`;
const Plaintext = btoa("secret");
const newName = () => `alias/n-${crypto.randomUUID()}`;

async function root(action: string, input: object = {}): Promise<Record<string, unknown>> {
  const { status, output } = await kms(action, input, account.keys);
  expect(status, JSON.stringify(output)).toBe(200);
  return output;
}

async function makeKey(tags: object[] = []): Promise<string> {
  const { KeyMetadata } = await root("CreateKey", { Tags: tags });
  return (KeyMetadata as { KeyId: string }).KeyId;
}

const seal = async (KeyId: string) =>
  String((await root("Encrypt", { KeyId, Plaintext }))["CiphertextBlob"]);

async function makeAlias(TargetKeyId: string): Promise<string> {
  const AliasName = newName();
  await root("CreateAlias", { AliasName, TargetKeyId });
  return AliasName;
}

const userWith = (document: string) => {
  users += 1;
  return makeUser(account.keys, `user-${users}`, document);
};

/** `ok`, or the name of the refusal. */
async function outcome(keys: SessionKeys, action: string, input: object = {}): Promise<string> {
  const { status, output } = await kms(action, input, keys);
  return status === 200 ? "ok" : String(output["__type"]);
}

const denied = "AccessDeniedException";

beforeAll(async () => {
  account = await makeAccount("keys");
  keyA = await makeKey();
  keyB = await makeKey();
  underA = await seal(keyA);
  underB = await seal(keyB);
  onlyA = await userWith(allow("kms:*", arnOf(`key/${keyA}`)));
});

/** Every action that is built, with what it needs to be about B or about no key. */
const calls: readonly (readonly [action: string, input: () => object])[] = [
  ["CancelKeyDeletion", () => ({ KeyId: keyB })],
  ["CreateAlias", () => ({ AliasName: newName(), TargetKeyId: keyB })],
  ["CreateKey", () => ({})],
  ["Decrypt", () => ({ CiphertextBlob: underB })],
  ["DeleteAlias", () => ({ AliasName: newName() })],
  ["DescribeKey", () => ({ KeyId: keyB })],
  ["DisableKey", () => ({ KeyId: keyB })],
  ["DisableKeyRotation", () => ({ KeyId: keyB })],
  ["EnableKey", () => ({ KeyId: keyB })],
  ["EnableKeyRotation", () => ({ KeyId: keyB })],
  ["Encrypt", () => ({ KeyId: keyB, Plaintext })],
  ["GenerateDataKey", () => ({ KeyId: keyB, KeySpec: "AES_256" })],
  ["GenerateDataKeyWithoutPlaintext", () => ({ KeyId: keyB, KeySpec: "AES_256" })],
  ["GenerateRandom", () => ({})],
  ["GetKeyPolicy", () => ({ KeyId: keyB })],
  ["GetKeyRotationStatus", () => ({ KeyId: keyB })],
  ["ListAliases", () => ({})],
  ["ListKeyPolicies", () => ({ KeyId: keyB })],
  ["ListKeyRotations", () => ({ KeyId: keyB })],
  ["ListKeys", () => ({})],
  ["ListResourceTags", () => ({ KeyId: keyB })],
  ["ReEncrypt", () => ({ CiphertextBlob: underB, DestinationKeyId: keyB })],
  ["RotateKeyOnDemand", () => ({ KeyId: keyB })],
  ["ScheduleKeyDeletion", () => ({ KeyId: keyB })],
  ["TagResource", () => ({ KeyId: keyB, Tags: [] })],
  ["UntagResource", () => ({ KeyId: keyB, TagKeys: [] })],
  ["UpdateAlias", () => ({ AliasName: newName(), TargetKeyId: keyB })],
  ["UpdateKeyDescription", () => ({ KeyId: keyB })],
];

const extras = ["KeyId", "TargetKeyId", "DestinationKeyId", "SourceKeyId", "CiphertextBlob"];

describe("a key that the action does not use", () => {
  it.each(calls)("changes nothing: %s", async (action, input) => {
    const own = input();
    expect(await outcome(onlyA, action, own)).toBe(denied);
    for (const extra of extras.filter((name) => !Object.hasOwn(own, name))) {
      const value = extra === "CiphertextBlob" ? underA : keyA;
      expect(await outcome(onlyA, action, { ...own, [extra]: value }), extra).toBe(denied);
    }
  });

  it("takes nothing away either", async () => {
    const CiphertextBlob = underA;
    const more = { TargetKeyId: keyB, DestinationKeyId: keyB };
    expect(await outcome(onlyA, "Decrypt", { CiphertextBlob, ...more })).toBe("ok");
    expect(await outcome(onlyA, "DescribeKey", { KeyId: keyA, ...more })).toBe("ok");
    const sealed = { KeyId: keyA, Plaintext, CiphertextBlob: underB };
    expect(await outcome(onlyA, "Encrypt", sealed)).toBe("ok");
  });
});

describe("ciphertexts", () => {
  it("are judged by the key inside; the key named has to agree", async () => {
    const decrypt = (input: object) => outcome(onlyA, "Decrypt", input);
    expect(await decrypt({ CiphertextBlob: underA })).toBe("ok");
    expect(await decrypt({ CiphertextBlob: underA, KeyId: keyA })).toBe("ok");
    expect(await decrypt({ CiphertextBlob: underA, KeyId: keyB })).toBe("IncorrectKeyException");
    expect(await decrypt({ CiphertextBlob: underB, KeyId: keyA })).toBe(denied);
  });

  it("move from a key and to a key, both judged", async () => {
    const from = { Effect: "Allow", Action: "kms:ReEncryptFrom", Resource: arnOf(`key/${keyA}`) };
    const to = { Effect: "Allow", Action: "kms:ReEncryptTo", Resource: arnOf(`key/${keyB}`) };
    const both = await userWith(policy(from, to));
    const move = (keys: SessionKeys, CiphertextBlob: string, DestinationKeyId: string) =>
      outcome(keys, "ReEncrypt", { CiphertextBlob, DestinationKeyId });
    expect(await move(both, underA, keyB)).toBe("ok");
    expect(await move(both, underB, keyB)).toBe(denied);
    expect(await move(both, underA, keyA)).toBe(denied);
    expect(await move(onlyA, underA, keyA)).toBe("ok");
    expect(await move(onlyA, underA, keyB)).toBe(denied);
    expect(await move(onlyA, underB, keyA)).toBe(denied);
    for (const Action of ["kms:ReEncryptFrom", "kms:ReEncryptTo"]) {
      const all = { Effect: "Allow", Action: "kms:*", Resource: "*" };
      const held = await userWith(policy(all, { Effect: "Deny", Action, Resource: "*" }));
      expect(await move(held, underA, keyB), Action).toBe(denied);
      expect(await outcome(held, "Decrypt", { CiphertextBlob: underA })).toBe("ok");
    }
  });
});

describe("aliases", () => {
  const onKeys = (keys: string[], aliases: string[]) =>
    userWith(allow("kms:*", [...keys.map((id) => arnOf(`key/${id}`)), ...aliases.map(arnOf)]));

  it("are made with the alias and the key allowed", async () => {
    const both = await onKeys([keyA], ["alias/n-*"]);
    const create = (keys: SessionKeys, TargetKeyId: string, AliasName = newName()) =>
      outcome(keys, "CreateAlias", { AliasName, TargetKeyId });
    expect(await create(both, keyA)).toBe("ok");
    expect(await create(both, keyB)).toBe(denied);
    expect(await create(both, keyA, "alias/other")).toBe(denied);
    expect(await create(await onKeys([], ["alias/*"]), keyA)).toBe(denied);
  });

  it("move with the alias, the old key and the new one allowed", async () => {
    const move = async (keys: SessionKeys, from: string, to: string) =>
      outcome(keys, "UpdateAlias", { AliasName: await makeAlias(from), TargetKeyId: to });
    const every = await onKeys([keyA, keyB], ["alias/*"]);
    expect(await move(every, keyA, keyB)).toBe("ok");
    const one = await onKeys([keyA], ["alias/*"]);
    expect(await move(one, keyA, keyA)).toBe("ok");
    expect(await move(one, keyA, keyB)).toBe(denied);
    expect(await move(one, keyB, keyA)).toBe(denied);
    expect(await move(await onKeys([keyA, keyB], []), keyA, keyB)).toBe(denied);
    const unknown = { AliasName: newName(), TargetKeyId: keyA };
    expect(await outcome(one, "UpdateAlias", unknown)).toBe("NotFoundException");
  });

  it("go with the alias and its key allowed", async () => {
    const remove = async (keys: SessionKeys, from: string) =>
      outcome(keys, "DeleteAlias", { AliasName: await makeAlias(from), KeyId: keyA });
    const one = await onKeys([keyA], ["alias/*"]);
    expect(await remove(one, keyA)).toBe("ok");
    expect(await remove(one, keyB)).toBe(denied);
    expect(await remove(onlyA, keyA)).toBe(denied);
    const unknown = { AliasName: newName() };
    expect(await outcome(one, "DeleteAlias", unknown)).toBe("NotFoundException");
  });

  it("stand for their key where an action takes them", async () => {
    const encrypt = async (to: string) =>
      outcome(onlyA, "Encrypt", { KeyId: await makeAlias(to), Plaintext });
    expect(await encrypt(keyA)).toBe("ok");
    expect(await encrypt(keyB)).toBe(denied);
  });
});

describe("the rest", () => {
  it("judges by the tags of the key", async () => {
    const blue = await makeKey([{ TagKey: "team", TagValue: "blue" }]);
    const Condition = { StringEquals: { "aws:ResourceTag/team": "blue" } };
    const statement = { Effect: "Allow", Action: "kms:*", Resource: "*", Condition };
    const user = await userWith(policy(statement));
    expect(await outcome(user, "DescribeKey", { KeyId: blue })).toBe("ok");
    expect(await outcome(user, "Decrypt", { CiphertextBlob: await seal(blue) })).toBe("ok");
    expect(await outcome(user, "DescribeKey", { KeyId: keyA })).toBe(denied);
    expect(await outcome(user, "ListKeys", { KeyId: blue })).toBe(denied);
  });

  it("tells only those who are allowed that a key does not exist", async () => {
    const KeyId = crypto.randomUUID();
    const every = await userWith(allow("kms:*"));
    expect(await outcome(onlyA, "DescribeKey", { KeyId })).toBe(denied);
    expect(await outcome(every, "DescribeKey", { KeyId })).toBe("NotFoundException");
    expect(await outcome(account.keys, "DescribeKey", { KeyId })).toBe("NotFoundException");
  });

  it("lets actions about no key be allowed on every resource", async () => {
    const actions = ["CreateKey", "GenerateRandom", "ListAliases", "ListKeys"];
    const user = await userWith(allow(actions.map((name) => `kms:${name}`)));
    for (const action of actions) expect(await outcome(user, action), action).toBe("ok");
  });
});
