// The KMS API over the wire: every action that is built, and the refusals in KMS's own JSON.
// https://docs.aws.amazon.com/kms/latest/APIReference/Welcome.html
import { env } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { maintainKmsKeys } from "../../src/catalog/kms-keys.ts";
import { systemSeams } from "../../src/env.ts";
import { makeAccount } from "../operations/bucket/fixtures.ts";
import { kms, send } from "../operations/object/encryption-fixtures.ts";

interface Metadata {
  readonly KeyId: string;
  readonly Arn: string;
  readonly AWSAccountId: string;
  readonly KeyState: string;
  readonly [field: string]: unknown;
}

async function makeKey(input: object = {}): Promise<Metadata> {
  const { status, output } = await kms("CreateKey", input);
  expect(status).toBe(200);
  return output["KeyMetadata"] as Metadata;
}

async function refusal(action: string, input: object = {}): Promise<unknown> {
  const { status, output } = await kms(action, input);
  expect(status).toBe(400);
  return output["__type"];
}

const day = 86_400_000;
const call = (nowMs = Date.now()) => ({ env, seams: systemSeams, nowMs });

describe("keys", () => {
  it("are made, described and listed", async () => {
    const made = await makeKey({
      Description: "for tests",
      Tags: [{ TagKey: "team", TagValue: "blue" }],
    });
    expect(made).toMatchObject({
      KeyState: "Enabled",
      Enabled: true,
      KeyManager: "CUSTOMER",
      KeySpec: "SYMMETRIC_DEFAULT",
      KeyUsage: "ENCRYPT_DECRYPT",
      Description: "for tests",
    });
    expect(made.Arn).toBe(`arn:aws:kms:us-east-1:${made.AWSAccountId}:key/${made.KeyId}`);
    for (const KeyId of [made.KeyId, made.Arn]) {
      const { output } = await kms("DescribeKey", { KeyId });
      expect(output["KeyMetadata"]).toEqual(made);
    }
    const tags = await kms("ListResourceTags", { KeyId: made.KeyId });
    expect(tags.output["Tags"]).toEqual([{ TagKey: "team", TagValue: "blue" }]);
    const listed = await kms("ListKeys");
    expect(listed.output["Keys"]).toContainEqual({ KeyId: made.KeyId, KeyArn: made.Arn });
  });

  it("are listed in pages", async () => {
    const account = await makeAccount();
    for (let count = 0; count < 5; count += 1) await kms("CreateKey", {}, account.keys);
    const seen: unknown[] = [];
    for (let Marker: unknown; ; ) {
      const { output } = await kms("ListKeys", { Limit: 2, Marker }, account.keys);
      seen.push(...(output["Keys"] as unknown[]));
      if (output["Truncated"] === false) break;
      Marker = output["NextMarker"];
    }
    expect(seen.length).toBe(5);
  });

  it("are of the one kind there is", async () => {
    for (const other of [
      { KeySpec: "RSA_2048" },
      { KeyUsage: "SIGN_VERIFY" },
      { Origin: "EXTERNAL" },
      { MultiRegion: true },
      { Policy: "{}" },
    ]) {
      expect(await refusal("CreateKey", other)).toBe("UnsupportedOperationException");
    }
  });

  it("are disabled and enabled, scheduled for deletion and kept", async () => {
    const { KeyId } = await makeKey();
    const state = async () => {
      const { output } = await kms("DescribeKey", { KeyId });
      return (output["KeyMetadata"] as Metadata).KeyState;
    };
    await kms("DisableKey", { KeyId });
    expect(await state()).toBe("Disabled");
    expect(await refusal("Encrypt", { KeyId, Plaintext: btoa("x") })).toBe("DisabledException");
    expect(await refusal("EnableKeyRotation", { KeyId })).toBe("DisabledException");
    await kms("EnableKey", { KeyId });
    expect(await state()).toBe("Enabled");
    expect(await refusal("CancelKeyDeletion", { KeyId })).toBe("KMSInvalidStateException");
    const window = { KeyId, PendingWindowInDays: 6 };
    expect(await refusal("ScheduleKeyDeletion", window)).toBe("ValidationException");
    const scheduled = await kms("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: 7 });
    expect(scheduled.output["KeyState"]).toBe("PendingDeletion");
    expect(await state()).toBe("PendingDeletion");
    for (const action of ["EnableKey", "DisableKey", "ScheduleKeyDeletion", "RotateKeyOnDemand"]) {
      expect(await refusal(action, { KeyId }), action).toBe("KMSInvalidStateException");
    }
    expect(await refusal("Encrypt", { KeyId, Plaintext: btoa("x") })).toBe(
      "KMSInvalidStateException",
    );
    await kms("CancelKeyDeletion", { KeyId });
    expect(await state()).toBe("Disabled");
  });

  it("are destroyed with their material when the waiting is over", async () => {
    const { KeyId } = await makeKey();
    await kms("CreateAlias", { AliasName: "alias/doomed", TargetKeyId: KeyId });
    await kms("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: 7 });
    expect((await maintainKmsKeys(call(), 100)).destroyed).toBe(0);
    const later = await maintainKmsKeys(call(Date.now() + 8 * day), 100);
    expect(later.destroyed).toBeGreaterThan(0);
    expect(await refusal("DescribeKey", { KeyId })).toBe("NotFoundException");
    expect(await refusal("DescribeKey", { KeyId: "alias/doomed" })).toBe("NotFoundException");
    const rows = await env.CATALOG.prepare(
      "SELECT count(*) AS n FROM kms_materials WHERE key_id = ?",
    )
      .bind(KeyId)
      .first<{ n: number }>();
    expect(rows?.n).toBe(0);
  });

  it("rotate by themselves and on demand; what was encrypted before still opens", async () => {
    const { KeyId } = await makeKey();
    const old = await kms("Encrypt", { KeyId, Plaintext: btoa("before") });
    await kms("EnableKeyRotation", { KeyId, RotationPeriodInDays: 90 });
    const status = await kms("GetKeyRotationStatus", { KeyId });
    expect(status.output).toMatchObject({ KeyRotationEnabled: true, RotationPeriodInDays: 90 });
    await maintainKmsKeys(call(Date.now() + 91 * day), 100);
    await kms("RotateKeyOnDemand", { KeyId });
    const rotations = await kms("ListKeyRotations", { KeyId });
    expect((rotations.output["Rotations"] as unknown[]).length).toBe(2);
    const opened = await kms("Decrypt", { CiphertextBlob: old.output["CiphertextBlob"] });
    expect(atob(String(opened.output["Plaintext"]))).toBe("before");
    await kms("DisableKeyRotation", { KeyId });
    const off = await kms("GetKeyRotationStatus", { KeyId });
    expect(off.output["KeyRotationEnabled"]).toBe(false);
  });

  it("have tags, a description and the default policy", async () => {
    const { KeyId, AWSAccountId } = await makeKey();
    await kms("TagResource", { KeyId, Tags: [{ TagKey: "a", TagValue: "1" }] });
    await kms("TagResource", {
      KeyId,
      Tags: [
        { TagKey: "a", TagValue: "2" },
        { TagKey: "b", TagValue: "" },
      ],
    });
    await kms("UntagResource", { KeyId, TagKeys: ["b"] });
    const { output } = await kms("ListResourceTags", { KeyId });
    expect(output["Tags"]).toEqual([{ TagKey: "a", TagValue: "2" }]);
    const bad = { KeyId, Tags: [{ TagKey: "aws:x", TagValue: "" }] };
    expect(await refusal("TagResource", bad)).toBe("TagException");
    await kms("UpdateKeyDescription", { KeyId, Description: "new" });
    const described = await kms("DescribeKey", { KeyId });
    expect((described.output["KeyMetadata"] as Metadata)["Description"]).toBe("new");
    const policy = await kms("GetKeyPolicy", { KeyId, PolicyName: "default" });
    expect(String(policy.output["Policy"])).toContain(`arn:aws:iam::${AWSAccountId}:root`);
  });
});

describe("aliases", () => {
  it("name keys, move to other keys and go", async () => {
    const one = await makeKey();
    const two = await makeKey();
    const AliasName = `alias/app-${crypto.randomUUID()}`;
    await kms("CreateAlias", { AliasName, TargetKeyId: one.KeyId });
    const again = { AliasName, TargetKeyId: two.KeyId };
    expect(await refusal("CreateAlias", again)).toBe("AlreadyExistsException");
    const target = async () => {
      const { output } = await kms("DescribeKey", { KeyId: AliasName });
      return (output["KeyMetadata"] as Metadata).KeyId;
    };
    expect(await target()).toBe(one.KeyId);
    await kms("UpdateAlias", again);
    expect(await target()).toBe(two.KeyId);
    const listed = await kms("ListAliases", { KeyId: two.KeyId });
    expect(listed.output["Aliases"]).toMatchObject([{ AliasName, TargetKeyId: two.KeyId }]);
    await kms("DeleteAlias", { AliasName });
    expect(await refusal("DescribeKey", { KeyId: AliasName })).toBe("NotFoundException");
    expect(await refusal("DeleteAlias", { AliasName })).toBe("NotFoundException");
    const bad = { AliasName: "nope", TargetKeyId: one.KeyId };
    expect(await refusal("CreateAlias", bad)).toBe("ValidationException");
    const reserved = { AliasName: "alias/aws/mine", TargetKeyId: one.KeyId };
    expect(await refusal("CreateAlias", reserved)).toBe("NotAuthorizedException");
  });

  it("include aws/s3, made once whoever asks first, and managed by the service", async () => {
    const account = await makeAccount();
    const describe = () => kms("DescribeKey", { KeyId: "alias/aws/s3" }, account.keys);
    const answers = await Promise.all([describe(), describe(), describe()]);
    const [first, ...others] = answers.map((answer) => answer.output["KeyMetadata"] as Metadata);
    expect(first?.["KeyManager"]).toBe("AWS");
    for (const other of others) expect(other).toEqual(first);
    const input = { KeyId: first?.KeyId };
    for (const action of ["DisableKey", "ScheduleKeyDeletion", "EnableKeyRotation"]) {
      const { output } = await kms(action, input, account.keys);
      expect(output["__type"], action).toBe("AccessDeniedException");
    }
    const { output } = await kms("ListKeys", {}, account.keys);
    expect((output["Keys"] as unknown[]).length).toBe(1);
  });
});

describe("cryptography", () => {
  it("encrypts and decrypts under a context", async () => {
    const { KeyId, Arn } = await makeKey();
    const EncryptionContext = { a: "1", b: "2" };
    const sealed = await kms("Encrypt", { KeyId, Plaintext: btoa("secret"), EncryptionContext });
    expect(sealed.output["KeyId"]).toBe(Arn);
    const { CiphertextBlob } = sealed.output;
    const reordered = { b: "2", a: "1" };
    const opened = await kms("Decrypt", { CiphertextBlob, EncryptionContext: reordered });
    expect(opened.output).toMatchObject({ Plaintext: btoa("secret"), KeyId: Arn });
    expect(await refusal("Decrypt", { CiphertextBlob })).toBe("InvalidCiphertextException");
    const bytes = Buffer.from(String(CiphertextBlob), "base64");
    for (const place of [0, 1, 18, 30, 40, 50, bytes.length - 1]) {
      const flipped = Buffer.from(bytes);
      flipped[place] = (flipped[place] ?? 0) ^ 1;
      const input = { CiphertextBlob: flipped.toString("base64"), EncryptionContext };
      expect(String(await refusal("Decrypt", input))).toMatch(/InvalidCiphertext|NotFound/);
    }
    const other = await makeKey();
    const wrong = { CiphertextBlob, EncryptionContext, KeyId: other.KeyId };
    expect(await refusal("Decrypt", wrong)).toBe("IncorrectKeyException");
  });

  it("makes data keys and moves ciphertexts to another key", async () => {
    const { KeyId } = await makeKey();
    const other = await makeKey();
    const made = await kms("GenerateDataKey", { KeyId, KeySpec: "AES_256" });
    expect(atob(String(made.output["Plaintext"])).length).toBe(32);
    const { CiphertextBlob } = made.output;
    const hidden = await kms("GenerateDataKeyWithoutPlaintext", { KeyId, NumberOfBytes: 64 });
    expect(hidden.output["Plaintext"]).toBeUndefined();
    const moved = await kms("ReEncrypt", { CiphertextBlob, DestinationKeyId: other.KeyId });
    const opened = await kms("Decrypt", { CiphertextBlob: moved.output["CiphertextBlob"] });
    expect(opened.output).toMatchObject({ Plaintext: made.output["Plaintext"], KeyId: other.Arn });
    expect(await refusal("GenerateDataKey", { KeyId })).toBe("ValidationException");
    const both = { KeyId, KeySpec: "AES_256", NumberOfBytes: 32 };
    expect(await refusal("GenerateDataKey", both)).toBe("ValidationException");
  });

  it("seals material under the master key: none of it is in the catalog", async () => {
    await makeKey();
    const { results } = await env.CATALOG.prepare("SELECT sealed FROM kms_materials").all<{
      sealed: string;
    }>();
    for (const { sealed } of results) expect(sealed).toMatch(/^v1\.[0-9a-f]{8}\./);
  });
});

describe("the frame", () => {
  it("keeps accounts apart", async () => {
    const stranger = await makeAccount();
    const { KeyId, Arn } = await makeKey();
    for (const key of [KeyId, Arn]) {
      for (const action of ["DescribeKey", "DisableKey", "GetKeyPolicy", "ScheduleKeyDeletion"]) {
        const { status, output } = await kms(action, { KeyId: key }, stranger.keys);
        expect([status, output["__type"]], action).toEqual([400, "AccessDeniedException"]);
      }
      const encrypt = await kms("Encrypt", { KeyId: key, Plaintext: btoa("x") }, stranger.keys);
      expect(encrypt.output["__type"]).toBe("AccessDeniedException");
    }
    const sealed = await kms("Encrypt", { KeyId, Plaintext: btoa("x") });
    const input = { CiphertextBlob: sealed.output["CiphertextBlob"] };
    const opened = await kms("Decrypt", input, stranger.keys);
    expect(opened.output["__type"]).toBe("AccessDeniedException");
  });

  it("knows every action by name", async () => {
    expect(await refusal("CreateGrant")).toBe("UnsupportedOperationException");
    expect(await refusal("FlyToTheMoon")).toBe("UnknownOperationException");
    expect(await refusal("toString")).toBe("UnknownOperationException");
    expect(await refusal("DescribeKey")).toBe("ValidationException");
    expect(await refusal("DescribeKey", { KeyId: 7 })).toBe("ValidationException");
    expect(await refusal("DescribeKey", { KeyId: "x" })).toBe("NotFoundException");
  });

  it("refuses what is no JSON object, and speaks JSON to those it does not know", async () => {
    const headers = { "x-amz-target": "TrentService.ListKeys" };
    for (const body of ["[", "[]", "7"]) {
      const answer = await send("POST", "/", { body, headers, service: "kms" });
      expect(answer.text).toContain("SerializationException");
    }
    const keys = { accessKeyId: "AKIANOBODYNOBODY0000", secretAccessKey: "x".repeat(40) };
    const refused = await send("POST", "/", { body: "{}", headers, service: "kms", keys });
    expect(JSON.parse(refused.text)).toMatchObject({ __type: "UnrecognizedClientException" });
  });
});
