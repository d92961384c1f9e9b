// PostObject through the Worker: who may, and the policy suite of SEC-008 to SEC-010, SEC-014 and
// SEC-058; rows B153 and B154.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
import { describe, expect, it } from "vitest";
import { call, makeAccount, makeBucket, rootKeys } from "../bucket/fixtures.ts";
import {
  bodyOf,
  bucket,
  expectRefusal,
  pathOf,
  post,
  send,
  signedFields,
  type Upload,
} from "./post-form.ts";

describe("PostObject: who may", () => {
  const version4 =
    "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.";
  const day = new Date().toISOString().slice(0, 10).replaceAll("-", "");
  const none = {
    "x-amz-signature": undefined,
    "x-amz-algorithm": undefined,
    "x-amz-credential": undefined,
    "x-amz-date": undefined,
  };
  it.each<[string, Upload, readonly [number, string, string?]]>([
    ["nobody, without a policy", { isAnonymous: true }, [403, "AccessDenied"]],
    ["a policy that nobody signed", { change: none }, [403, "AccessDenied", "Access Denied"]],
    [
      "Signature Version 2",
      { change: { ...none, signature: "x", AWSAccessKeyId: "AKIA" } },
      [400, "InvalidRequest", version4],
    ],
    [
      "an unknown key",
      { keys: { ...rootKeys, accessKeyId: "AKIANOBODY" } },
      [403, "InvalidAccessKeyId"],
    ],
    [
      "a wrong secret",
      { keys: { ...rootKeys, secretAccessKey: "wrong" } },
      [403, "SignatureDoesNotMatch"],
    ],
    [
      "another region",
      { scope: `${day}/eu-west-1/s3/aws4_request` },
      [400, "InvalidArgument", "the region 'eu-west-1' is wrong; expecting 'us-east-1'"],
    ],
    ["another service", { scope: `${day}/us-east-1/iam/aws4_request` }, [400, "InvalidArgument"]],
    [
      "another day than x-amz-date (SEC-014)",
      { scope: "20200101/us-east-1/s3/aws4_request" },
      [400, "AuthorizationHeaderMalformed"],
    ],
    [
      "a day that does not exist (SEC-014)",
      { change: { "x-amz-date": "20261332T999999Z" } },
      [400, "InvalidArgument", "X-Amz-Date must be formated via ISO8601 Long format"],
    ],
    [
      "another algorithm",
      { change: { "x-amz-algorithm": "AWS4-HMAC-SHA1" } },
      [400, "InvalidArgument"],
    ],
    ["an empty access key", { keys: { ...rootKeys, accessKeyId: "" } }, [400, "InvalidArgument"]],
    [
      "a session token for a key without sessions",
      { fields: { "x-amz-security-token": "t" } },
      [400, "InvalidToken"],
    ],
  ])("refuses %s", async (_, upload, refusal) => {
    await expectRefusal(await post(upload), refusal);
  });

  it.each(["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Signature", "Policy"])(
    "names a missing %s",
    async (name) => {
      const answer = await post({ change: { [name.toLowerCase()]: undefined } });
      await expectRefusal(answer, [400, "InvalidArgument"]);
      expect(answer.first("ArgumentName")).toBe(name);
    },
  );

  it("tells what it signed when signatures differ, and signs the text as sent", async () => {
    const answer = await post({ change: { policy: Buffer.from("{}").toString("base64") } });
    await expectRefusal(answer, [403, "SignatureDoesNotMatch"]);
    expect(answer.first("StringToSign")).toBe("e30=");
    expect(answer.first("StringToSignBytes")).toBe("65 33 30 3d");
    expect(answer.first("SignatureProvided")).toBe(answer.fields["x-amz-signature"]);
  });

  it("refuses another account's key on this bucket (SEC-008)", async () => {
    const stranger = await makeAccount();
    const answer = await post({ keys: stranger.keys });
    await expectRefusal(answer, [403, "AccessDenied", "Access Denied"]);
    expect((await call("HEAD", pathOf(answer.key))).status).toBe(404);
  });

  it("writes to no bucket but the URL's (SEC-010, SEC-058)", async () => {
    const other = await makeBucket("post-other");
    const answer = await post({ fields: { bucket: other, key: `../${other}/x` }, bucket });
    expect((await call("HEAD", `/${other}/x`)).status).toBe(404);
    expect(answer.first("Code")).toBe("AccessDenied");
    const elsewhere = signedFields({ bucket: other, fields: { bucket: other } });
    await expectRefusal(await send(bodyOf(elsewhere, {})), [
      403,
      "AccessDenied",
      `Invalid according to Policy: Policy Condition failed: ["eq", "$bucket", "${other}"]`,
    ]);
    // A field of the right name is what the JavaScript SDK sends.
    expect((await post({ fields: { bucket } })).status).toBe(204);
  });
});

describe("SEC-009 PostObject: the policy", () => {
  const denied = (text: string) =>
    [403, "AccessDenied", `Invalid according to Policy: ${text}`] as const;
  const failed = (text: string) => denied(`Policy Condition failed: ${text}`);
  const images = ["starts-with", "$Content-Type", "image/"];
  it.each<[string, Upload, number | readonly [number, string, string?]]>([
    ["expired (B153)", { expiration: "2020-01-01T00:00:00.000Z" }, denied("Policy expired.")],
    [
      "a key prefix",
      { fields: { key: "a/b" }, uncovered: ["key"], conditions: [["starts-with", "$key", "b/"]] },
      failed('["starts-with", "$key", "b/"]'),
    ],
    [
      "another key",
      { fields: { key: "a" }, uncovered: ["key"], conditions: [{ key: "x" }] },
      failed('["eq", "$key", "x"]'),
    ],
    [
      "another case",
      { fields: { key: "A" }, uncovered: ["key"], conditions: [["eq", "$Key", "a"]] },
      failed('["eq", "$Key", "a"]'),
    ],
    [
      "a field without a dollar",
      { conditions: [["eq", "acl", "private"]], fields: { acl: "private" } },
      failed('["eq", "acl", "private"]'),
    ],
    ["quotes in a condition", { conditions: [{ acl: 'a"b' }] }, failed('["eq", "$acl", "a\\"b"]')],
    [
      "a content type",
      { fields: { "Content-Type": "text/html" }, conditions: [images] },
      failed('["starts-with", "$Content-Type", "image/"]'),
    ],
    [
      "a list of content types",
      { fields: { "Content-Type": "image/png, image/gif" }, conditions: [images] },
      204,
    ],
    [
      "a list with another content type",
      { fields: { "Content-Type": "image/png,text/html" }, conditions: [images] },
      failed('["starts-with", "$Content-Type", "image/"]'),
    ],
    [
      "an extra field",
      { fields: { "x-amz-meta-Note": "1" }, uncovered: ["x-amz-meta-Note"] },
      denied("Extra input fields: x-amz-meta-Note"),
    ],
    [
      "a field that is missing",
      { conditions: [{ acl: "private" }] },
      failed('["eq", "$acl", "private"]'),
    ],
    [
      "a missing field that may be anything",
      { conditions: [["starts-with", "$acl", ""]] },
      failed('["starts-with", "$acl", ""]'),
    ],
    [
      "no condition for the bucket",
      { uncovered: ["bucket"] },
      denied("Extra input fields: bucket"),
    ],
    [
      "another bucket",
      { uncovered: ["bucket"], conditions: [{ bucket: "b" }] },
      failed('["eq", "$bucket", "b"]'),
    ],
    [
      "an acl nobody allowed",
      { fields: { acl: "private" }, uncovered: ["acl"] },
      denied("Extra input fields: acl"),
    ],
    [
      "a redirect nobody allowed",
      { fields: { success_action_redirect: "http://x/" }, uncovered: ["success_action_redirect"] },
      denied("Extra input fields: success_action_redirect"),
    ],
    [
      "another redirect",
      {
        fields: { success_action_redirect: "http://evil/" },
        uncovered: ["success_action_redirect"],
        conditions: [["starts-with", "$success_action_redirect", "http://good/"]],
      },
      failed('["starts-with", "$success_action_redirect", "http://good/"]'),
    ],
    [
      "tagging nobody allowed",
      { fields: { tagging: "<Tagging><TagSet/></Tagging>" }, uncovered: ["tagging"] },
      denied("Extra input fields: tagging"),
    ],
    [
      "another storage class",
      {
        fields: { "x-amz-storage-class": "STANDARD_IA" },
        uncovered: ["x-amz-storage-class"],
        conditions: [{ "x-amz-storage-class": "STANDARD" }],
      },
      failed('["eq", "$x-amz-storage-class", "STANDARD"]'),
    ],
    [
      "another encryption",
      {
        fields: { "x-amz-server-side-encryption": "AES256" },
        uncovered: ["x-amz-server-side-encryption"],
        conditions: [{ "x-amz-server-side-encryption": "aws:kms" }],
      },
      failed('["eq", "$x-amz-server-side-encryption", "aws:kms"]'),
    ],
    [
      "x-amz-date nobody allowed",
      { uncovered: ["x-amz-date"] },
      denied("Extra input fields: x-amz-date"),
    ],
    [
      "a field that is to be ignored",
      { fields: { "X-Ignore-Me": "1" }, uncovered: ["X-Ignore-Me"] },
      204,
    ],
    [
      "too large (B154)",
      { file: "x".repeat(11), conditions: [["content-length-range", 5, 10]] },
      [400, "EntityTooLarge"],
    ],
    [
      "too small (B154)",
      { file: "x", conditions: [["content-length-range", 5, 10]] },
      [400, "EntityTooSmall"],
    ],
    ["the least size", { file: "x".repeat(5), conditions: [["content-length-range", 5, 10]] }, 204],
    [
      "the largest size, in text",
      { file: "x".repeat(10), conditions: [["content-length-range", "5", "10"]] },
      204,
    ],
    [
      "two ranges",
      {
        file: "x".repeat(10),
        conditions: [
          ["content-length-range", 0, 100],
          ["content-length-range", 0, 9],
        ],
      },
      [400, "EntityTooLarge"],
    ],
    [
      "a range of words",
      { conditions: [["content-length-range", "test", "10"]] },
      failed('["content-length-range", "test", "10"]'),
    ],
  ])("conditions: %s", async (_, upload, expected) => {
    const answer = await post(upload);
    if (typeof expected === "number") expect([answer.status, answer.text]).toEqual([expected, ""]);
    else {
      await expectRefusal(answer, expected);
      expect((await call("HEAD", pathOf(answer.key))).status).toBe(404);
    }
  });

  it("tells the sizes", async () => {
    const range = ["content-length-range", 5, 10];
    const large = await post({ file: "x".repeat(12), conditions: [range] });
    expect([large.first("ProposedSize"), large.first("MaxSizeAllowed")]).toEqual(["12", "10"]);
    const small = await post({ file: "x", conditions: [range] });
    expect([small.first("ProposedSize"), small.first("MinSizeAllowed")]).toEqual(["1", "5"]);
  });

  const document = (changes: object) =>
    JSON.stringify({ expiration: "2999-01-01T00:00:00Z", conditions: [], ...changes });
  it.each<[string, string, string | undefined]>([
    ["nothing", "", undefined],
    ["no JSON", "expiration", "Invalid JSON."],
    ["a list", "[]", "Invalid JSON."],
    ["a comma too many", '{"expiration":"2999-01-01T00:00:00Z","conditions":[],}', "Invalid JSON."],
    [
      "a member twice",
      '{"expiration":"2999-01-01T00:00:00Z","conditions":[],"conditions":[{"key":"k"}]}',
      "Invalid JSON.",
    ],
    [
      "a condition's member twice",
      document({ conditions: [] }).replace("[]", '[{"key":"a","key":"b"}]'),
      "Invalid JSON.",
    ],
    ["bytes after it", `${document({})}x`, "Invalid JSON."],
    ["another member", document({ Statement: [] }), "Unexpected: 'statement'"],
    [
      "members in capitals",
      '{"EXPIRATION":"2999-01-01T00:00:00Z","conditions":[]}',
      "Unexpected: 'expiration'",
    ],
    ["no expiration", '{"conditions":[]}', "Policy missing expiration."],
    ["no conditions", '{"expiration":"2999-01-01T00:00:00Z"}', "Policy missing conditions."],
    [
      "conditions that are no list",
      document({ conditions: {} }),
      "Invalid 'conditions' value: must be a List.",
    ],
    [
      "an offset",
      document({ expiration: "2999-01-01T00:00:00+00:00" }),
      "Invalid 'expiration' value: '2999-01-01T00:00:00+00:00'",
    ],
    [
      "a space for the T",
      document({ expiration: "2999-01-01 00:00:00Z" }),
      "Invalid 'expiration' value: '2999-01-01 00:00:00Z'",
    ],
    [
      "a day that is none",
      document({ expiration: "2999-02-30T00:00:00Z" }),
      "Invalid 'expiration' value: '2999-02-30T00:00:00Z'",
    ],
    [
      "a number",
      document({ expiration: 32503680000 }),
      "Invalid 'expiration' value: '32503680000'",
    ],
    [
      "an empty condition",
      document({ conditions: [{}] }),
      "Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.",
    ],
    [
      "two in one",
      document({ conditions: [{ a: "1", b: "2" }] }),
      "Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.",
    ],
    [
      "a number for text",
      document({ conditions: [{ key: 1 }] }),
      "Invalid Simple-Condition: value must be a string.",
    ],
    [
      "text for a condition",
      document({ conditions: ["key"] }),
      "Invalid condition: must be a List or Object.",
    ],
    [
      "an empty list",
      document({ conditions: [[]] }),
      "Invalid Condition: missing operation identifier.",
    ],
    [
      "an unknown operation",
      document({ conditions: [["ends-with", "$key", "x"]] }),
      "Invalid Condition: unknown operation 'ends-with'.",
    ],
    [
      "two arguments",
      document({ conditions: [["eq", "$key"]] }),
      "Invalid eq: wrong number of arguments.",
    ],
    [
      "one size",
      document({ conditions: [["content-length-range", 0]] }),
      "Invalid content-length-range: wrong number of arguments.",
    ],
    ["a negative size", document({ conditions: [["content-length-range", -1, 0]] }), undefined],
    [
      "half a byte",
      document({ conditions: [["content-length-range", 0, 512.5]] }),
      "Invalid JSON.",
    ],
  ])("document: %s", async (_, text, reason) => {
    const expected = reason === undefined ? undefined : `Invalid Policy: ${reason}`;
    const refusal = [400, "InvalidPolicyDocument", expected] as const;
    await expectRefusal(await post({ document: text }), refusal as never);
  });
});
