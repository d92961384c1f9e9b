// Bucket policies by the wire: what is refused and in which words, and who may do what under them.
import { beforeAll, describe, expect, it } from "vitest";
import {
  call,
  callAnonymously,
  contentMd5,
  type Keys,
  makeAccount,
  makeBucket,
  putObjects,
} from "./fixtures.ts";

let stranger: { keys: Keys; accountId: string };

beforeAll(async () => {
  stranger = await makeAccount();
});

type Json = Readonly<Record<string, unknown>>;

function allow(bucket: string, elements: Json = {}): Json {
  return {
    Effect: "Allow",
    Principal: "*",
    Action: "s3:GetObject",
    Resource: `arn:aws:s3:::${bucket}/*`,
    ...elements,
  };
}

function document(...statements: Json[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

function putPolicy(
  bucket: string,
  body: string,
  headers: Record<string, string> = {},
  keys?: Keys,
) {
  return call("PUT", `/${bucket}?policy`, { body, headers, ...(keys && { keys }) });
}

const unblocked = `<PublicAccessBlockConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
  <BlockPublicPolicy>false</BlockPublicPolicy></PublicAccessBlockConfiguration>`;

/** A bucket whose policies may be public. */
async function makeOpenBucket(): Promise<string> {
  const bucket = await makeBucket("open");
  const headers = await contentMd5(unblocked);
  const answer = await call("PUT", `/${bucket}?publicAccessBlock`, { body: unblocked, headers });
  expect(answer.status, answer.text).toBe(200);
  return bucket;
}

describe("PutBucketPolicy", () => {
  it("keeps the text as it was given, until it is deleted", async () => {
    const bucket = await makeOpenBucket();
    const text = `${document(allow(bucket)).slice(0, -1)} }`;
    expect((await putPolicy(bucket, text)).status).toBe(204);
    const answer = await call("GET", `/${bucket}?policy`);
    expect([answer.status, answer.text]).toEqual([200, text]);
    expect((await call("DELETE", `/${bucket}?policy`)).status).toBe(204);
    expect((await call("DELETE", `/${bucket}?policy`)).status).toBe(204);
    expect((await call("GET", `/${bucket}?policy`)).first("Code")).toBe("NoSuchBucketPolicy");
  });

  const firstByte = "Policies must be valid JSON and the first byte must be '{'";
  const refused: [id: string, policy: (bucket: string) => string, message: string][] = [
    ["B122", () => "allow everything", firstByte],
    ["B122 space", (b) => ` ${document(allow(b))}`, firstByte],
    ["B122 list", () => "[]", firstByte],
    ["B122 broken", () => '{"Statement": [', "This policy contains invalid Json"],
    [
      "twice",
      (b) => `{"Statement":[${JSON.stringify(allow(b))}],"Statement":[]}`,
      "Policy has a repeated element",
    ],
    ["B123", () => "{}", "Missing required field Statement"],
    ["B123 empty", () => document(), "Could not parse the policy: Statement is empty!"],
    [
      "version",
      () => '{"Version":"2020-01-01","Statement":[]}',
      "The policy must contain a valid version string",
    ],
    ["B125", (b) => document(allow(b, { Effect: "allow" })), "Invalid effect: allow"],
    ["B126", (b) => document(allow(b, { Action: "s3:Foo" })), "Policy has invalid action"],
    [
      "B126 other service",
      (b) => document(allow(b, { Action: "iam:GetUser" })),
      "Policy has invalid action",
    ],
    ["B126 none", (b) => document(allow(b, { Action: [] })), "Policy has invalid action"],
    [
      "B127",
      (b) => document(allow(b, { Resource: `arn:aws:s3:::${b}x/*` })),
      "Policy has invalid resource",
    ],
    [
      "B127 no arn",
      (b) => document(allow(b, { Resource: `${b}/*` })),
      "Policy has invalid resource",
    ],
    [
      "bucket action on objects",
      (b) => document(allow(b, { Action: "s3:ListBucket" })),
      "Action does not apply to any resource(s) in statement",
    ],
    [
      "object action on bucket",
      (b) => document(allow(b, { Resource: `arn:aws:s3:::${b}` })),
      "Action does not apply to any resource(s) in statement",
    ],
    ["B129", (b) => document(allow(b, { Principal: "" })), "Invalid principal in policy"],
    [
      "B129 list",
      (b) => document(allow(b, { Principal: { AWS: [] } })),
      "Invalid principal in policy",
    ],
    [
      "B129 kind",
      (b) => document(allow(b, { Principal: { Nobody: "*" } })),
      "Invalid principal in policy",
    ],
    [
      "B129 account",
      (b) => document(allow(b, { Principal: { AWS: "000000000000" } })),
      "Invalid principal in policy",
    ],
    [
      "B129 user",
      (b) => document(allow(b, { Principal: { AWS: "arn:aws:iam::000000000000:user/x" } })),
      "Invalid principal in policy",
    ],
    [
      "B129 canonical",
      (b) => document(allow(b, { Principal: { CanonicalUser: "0".repeat(64) } })),
      "Invalid principal in policy",
    ],
    [
      "B129 wildcard",
      (b) => document(allow(b, { Principal: { AWS: "arn:aws:iam::*:root" } })),
      "Invalid principal in policy",
    ],
    [
      "no principal",
      (b) => document(allow(b, { Principal: undefined })),
      "Missing required field Principal",
    ],
    [
      "B130 SEC-078",
      (b) => document({ ...allow(b, { Principal: undefined }), NotPrincipal: "*" }),
      "Allow with NotPrincipal is not allowed.",
    ],
    [
      "B131 operator",
      (b) => document(allow(b, { Condition: { StringIs: { "aws:SourceIp": "x" } } })),
      "Invalid Condition type : StringIs",
    ],
    [
      "B131 key",
      (b) => document(allow(b, { Condition: { StringEquals: { "aws:Foo": "x" } } })),
      "Policy has an invalid condition key",
    ],
    [
      "B131 variable",
      (b) => document(allow(b, { Condition: { StringEquals: { "s3:prefix": "${aws:foo}" } } })),
      "Policy has an invalid condition key",
    ],
    [
      "B131 value",
      (b) => document(allow(b, { Condition: { IpAddress: { "aws:SourceIp": "300.0.0.1" } } })),
      "Invalid value for condition key aws:SourceIp",
    ],
    ["element", (b) => document(allow(b, { Foo: 1 })), "Unknown field Foo"],
    [
      "depth",
      () => `{"Statement":${"[".repeat(40)}${"]".repeat(40)}}`,
      "Policy is nested too deeply",
    ],
  ];

  it.each(refused)("%s answers 400 MalformedPolicy and says why", async (_id, policy, message) => {
    const bucket = await makeBucket("malformed");
    const answer = await putPolicy(bucket, policy(bucket));
    expect([
      answer.status,
      answer.first("Code"),
      answer.first("Message")?.replaceAll("&apos;", "'"),
    ]).toEqual([400, "MalformedPolicy", message]);
    expect((await call("GET", `/${bucket}?policy`)).status).toBe(404);
  });

  it("B133 takes 20,480 bytes and refuses one more with PolicyTooLarge", async () => {
    const bucket = await makeOpenBucket();
    const text = document(allow(bucket));
    const padded = (length: number) => text + " ".repeat(length - text.length);
    expect((await putPolicy(bucket, padded(20_480))).status).toBe(204);
    const answer = await putPolicy(bucket, padded(20_481));
    expect([answer.status, answer.first("Code")]).toEqual([400, "PolicyTooLarge"]);
  });

  it("B134 answers 403 for a public policy while BlockPublicPolicy is on", async () => {
    const bucket = await makeBucket("blocked");
    const answer = await putPolicy(bucket, document(allow(bucket)));
    expect([answer.status, answer.first("Code")]).toEqual([403, "AccessDenied"]);
    expect(answer.first("Message")).toContain(
      "because public policies are prevented by the BlockPublicPolicy setting",
    );
    const limited = document(allow(bucket, { Principal: { AWS: stranger.accountId } }));
    expect((await putPolicy(bucket, limited)).status).toBe(204);
  });

  it("SEC-088 refuses a delegate's policy that shuts the delegate out, unless confirmed", async () => {
    const bucket = await makeBucket("delegate");
    const Principal = { AWS: stranger.accountId };
    const manage = {
      Principal,
      Action: ["s3:PutBucketPolicy", "s3:GetBucketPolicy"],
      Resource: `arn:aws:s3:::${bucket}`,
    };
    expect((await putPolicy(bucket, document(allow(bucket, manage)))).status).toBe(204);
    const without = document(allow(bucket, { Principal }));
    expect((await putPolicy(bucket, without, {}, stranger.keys)).status).toBe(403);
    const confirmed = { "x-amz-confirm-remove-self-bucket-access": "true" };
    expect((await putPolicy(bucket, without, confirmed, stranger.keys)).status).toBe(204);
    expect((await putPolicy(bucket, without, confirmed, stranger.keys)).status).toBe(403);
  });

  it("SEC-088 leaves the owner's root its way back when everybody is denied everything", async () => {
    const bucket = await makeBucket("shut");
    await putObjects(bucket, ["a"]);
    const shut = document({
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
    });
    expect((await putPolicy(bucket, shut)).status).toBe(204);
    expect((await call("GET", `/${bucket}/a`)).status).toBe(403);
    expect((await call("GET", `/${bucket}?policyStatus`)).status).toBe(403);
    expect((await call("GET", `/${bucket}?policy`)).status).toBe(200);
    expect((await putPolicy(bucket, shut)).status).toBe(204);
    expect((await call("DELETE", `/${bucket}?policy`)).status).toBe(204);
    expect((await call("GET", `/${bucket}/a`)).status).toBe(200);
  });
});

describe("GetBucketPolicyStatus", () => {
  it("says whether the policy is public", async () => {
    const bucket = await makeOpenBucket();
    const status = async () => (await call("GET", `/${bucket}?policyStatus`)).first("IsPublic");
    await putPolicy(bucket, document(allow(bucket)));
    expect(await status()).toBe("true");
    const Condition = { IpAddress: { "aws:SourceIp": "203.0.113.0/24" } };
    await putPolicy(bucket, document(allow(bucket, { Condition })));
    expect(await status()).toBe("false");
  });
});

describe("Block Public Access", () => {
  const restricted = (restrict: boolean) =>
    `<PublicAccessBlockConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><RestrictPublicBuckets>${restrict}</RestrictPublicBuckets></PublicAccessBlockConfiguration>`;

  it("SEC-056 shuts out nobody and strangers from every list of a public bucket", async () => {
    const bucket = await makeOpenBucket();
    await putObjects(bucket, ["a"]);
    const open = document(
      allow(bucket, {
        Action: "s3:*",
        Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
      }),
    );
    expect((await putPolicy(bucket, open)).status).toBe(204);
    const lists = ["", "?list-type=2", "?versions", "?uploads"];
    const statuses = async () =>
      Promise.all(
        lists.map(async (query) => (await callAnonymously("GET", `/${bucket}${query}`)).status),
      );
    expect(await statuses()).toEqual([200, 200, 200, 200]);
    const body = restricted(true);
    await call("PUT", `/${bucket}?publicAccessBlock`, { body, headers: await contentMd5(body) });
    expect(await statuses()).toEqual([403, 403, 403, 403]);
    expect((await call("GET", `/${bucket}/a`, { keys: stranger.keys })).status).toBe(403);
    expect((await call("GET", `/${bucket}/a`)).status).toBe(200);
  });

  it("keeps no public policy from being deleted or read", async () => {
    const bucket = await makeBucket("plain");
    expect((await call("GET", `/${bucket}?publicAccessBlock`)).all("BlockPublicAcls")).toEqual([
      "true",
    ]);
    expect((await call("DELETE", `/${bucket}?publicAccessBlock`)).status).toBe(204);
    expect((await call("GET", `/${bucket}?publicAccessBlock`)).first("Code")).toBe(
      "NoSuchPublicAccessBlockConfiguration",
    );
    expect((await putPolicy(bucket, document(allow(bucket)))).status).toBe(204);
  });
});
