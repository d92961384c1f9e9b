// Why a request was denied: who is told, in AWS's words, and what the sealed message says once opened.
import { beforeAll, describe, expect, it } from "vitest";
import type { AuthorizationMessage } from "../src/auth/policy/message.ts";
import { iam, makeUser, type SessionKeys, sts } from "./iam/fixtures.ts";
import {
  type Answer,
  call,
  callAnonymously,
  contentMd5,
  makeAccount,
  makeBucket,
  rootKeys,
} from "./operations/bucket/fixtures.ts";

type Json = Readonly<Record<string, unknown>>;

let users = 0;
let bucket: string;

beforeAll(async () => {
  bucket = await makeBucket("why");
  for (const key of ["a", "secret"]) {
    const headers = { "x-amz-tagging": key === "secret" ? "secret=1" : "secret=0" };
    expect((await call("PUT", `/${bucket}/${key}`, { body: "x", headers })).status).toBe(200);
  }
});

const arn = (key?: string) => `arn:aws:s3:::${bucket}${key === undefined ? "" : `/${key}`}`;

async function userWith(...statements: Json[]): Promise<SessionKeys & { arn: string }> {
  users += 1;
  const name = `why-${users}-${crypto.randomUUID().slice(0, 8)}`;
  const document =
    statements.length === 0
      ? undefined
      : JSON.stringify({ Version: "2012-10-17", Statement: statements });
  const keys = await makeUser(rootKeys, name, document);
  const account = (await iam(rootKeys, "GetUser", { UserName: name })).first("Arn") ?? "";
  return { ...keys, arn: account };
}

const allow = (Action: string, Resource: string, more: Json = {}) => ({
  ...{ Effect: "Allow", Action, Resource },
  ...more,
});

function textOf(answer: Answer, element = "Message"): string {
  return (answer.first(element) ?? "").replaceAll("&quot;", '"').replaceAll("&amp;", "&");
}

async function decode(answer: Answer): Promise<AuthorizationMessage> {
  const EncodedMessage = answer.first("EncodedMessage") ?? "";
  const decoded = await sts(rootKeys, "DecodeAuthorizationMessage", { EncodedMessage });
  expect(decoded.status, decoded.text).toBe(200);
  return JSON.parse(textOf(decoded, "DecodedMessage")) as AuthorizationMessage;
}

describe("A denied principal of the bucket's account", () => {
  it("reads AWS's sentence, and a message that says what would allow it", async () => {
    const user = await userWith(allow("s3:PutObject", arn("*")), allow("s3:GetObject", arn("b/*")));
    const answer = await call("GET", `/${bucket}/a`, { keys: user });
    expect([answer.status, answer.first("Code")]).toEqual([403, "AccessDenied"]);
    expect(textOf(answer)).toBe(
      `User: ${user.arn} is not authorized to perform: s3:GetObject on resource: "${arn("a")}" ` +
        "because no identity-based policy allows the s3:GetObject action",
    );
    const message = await decode(answer);
    expect(message).toMatchObject({
      allowed: false,
      explicitDeny: false,
      matchedStatements: { items: [] },
      failures: { items: [] },
      context: { principal: { arn: user.arn }, action: "s3:GetObject", resource: arn("a") },
      trace: { reason: "no-identity-allow" },
    });
    expect(message.context.principal.id).toMatch(/^AIDA/);
    const keys = message.context.conditions.items.map(({ key }) => key);
    expect(keys).toEqual(expect.arrayContaining(["aws:SecureTransport", "aws:username"]));
    expect(message.trace.changes).toMatchObject([
      {
        kind: "add",
        source: "identity",
        add: { Effect: "Allow", Action: "s3:GetObject", Resource: arn("a") },
      },
    ]);
    expect(message.trace.words.join("\n")).toContain(
      `Statement 2 of the identity-based policy inline would allow it, but it is about other resources: "${arn("b/*")}".`,
    );
  });

  it("is allowed once the suggested statement is added", async () => {
    const user = await userWith(allow("s3:GetObject", arn("elsewhere")));
    const { trace } = await decode(await call("GET", `/${bucket}/a`, { keys: user }));
    const further = trace.changes.map(({ add }) => add ?? {});
    const allowed = await userWith(...further);
    expect((await call("GET", `/${bucket}/a`, { keys: allowed })).status).toBe(200);
  });

  it("learns which statement of which policy denies, and by which condition", async () => {
    const denying = await makeBucket("denying");
    const user = await userWith(allow("s3:*", "*"));
    const Statement = {
      Sid: "TlsOnly",
      ...{ Effect: "Deny", Principal: "*", Action: "s3:*", Resource: `arn:aws:s3:::${denying}/*` },
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    };
    const body = JSON.stringify({ Version: "2012-10-17", Statement });
    expect((await call("PUT", `/${denying}?policy`, { body })).status).toBe(204);
    const answer = await call("PUT", `/${denying}/k`, { keys: user, body: "x" });
    expect(textOf(answer)).toMatch(/ with an explicit deny in a resource-based policy$/);
    const message = await decode(answer);
    expect(message.explicitDeny).toBe(true);
    expect(message.matchedStatements.items).toMatchObject([
      { statementId: "", effect: "ALLOW" },
      {
        statementId: "TlsOnly",
        effect: "DENY",
        principals: { items: [{ value: "*" }] },
        actions: { items: [{ value: "s3:*" }] },
        conditions: {
          items: [{ key: "aws:SecureTransport", values: { items: [{ value: "false" }] } }],
        },
      },
    ]);
    expect(message.trace.changes).toMatchObject([
      { kind: "change", policy: "bucket policy", statement: { index: 0, sid: "TlsOnly" } },
    ]);
    expect(message.trace.changes[0]?.words).toContain("aws:SecureTransport");
  });

  it("reads the sentence for each key of a batch that it may not delete", async () => {
    const user = await userWith(allow("s3:DeleteObject", arn("mine/*")));
    const body =
      '<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Object><Key>mine/a</Key></Object><Object><Key>a</Key></Object></Delete>';
    const headers = await contentMd5(body);
    const answer = await call("POST", `/${bucket}?delete`, { keys: user, body, headers });
    expect([answer.status, answer.all("Code")]).toEqual([200, ["AccessDenied"]]);
    expect(textOf(answer)).toBe(
      `User: ${user.arn} is not authorized to perform: s3:DeleteObject on resource: "${arn("a")}" ` +
        "because no identity-based policy allows the s3:DeleteObject action",
    );
    expect((await call("HEAD", `/${bucket}/a`)).status).toBe(200);
  });

  it("is told of its own account's calls to IAM and KMS too", async () => {
    const user = await userWith(allow("s3:*", "*"));
    const answer = await iam(user, "ListUsers");
    expect(textOf(answer)).toMatch(/because no identity-based policy allows the iam:ListUsers/);
    const message = await decode(answer);
    expect(message.context).toMatchObject({ action: "iam:ListUsers" });
    const headers = {
      "x-amz-target": "TrentService.ListKeys",
      "content-type": "application/x-amz-json-1.1",
    };
    const kms = await call("POST", "/", { keys: user, service: "kms", body: "{}", headers });
    const refusal = JSON.parse(kms.text) as Record<string, string>;
    expect(refusal["message"]).toMatch(/kms:ListKeys on resource: \* because no identity-based/);
    expect(refusal["EncodedMessage"]).toMatch(/^v1[\w-]+$/);
  });

  it("gets a message that fits whatever stands in policies and requests", async () => {
    const long = await makeBucket("long");
    const Statement = Array.from({ length: 60 }, (_, index) => ({
      ...allow("s3:GetObject", `arn:aws:s3:::${long}/*`, { Sid: `S${index}`, Principal: "*" }),
      Condition: { StringEquals: { "aws:UserAgent": `${index}${crypto.randomUUID()}` } },
    }));
    const body = JSON.stringify({ Version: "2012-10-17", Statement });
    await call("DELETE", `/${long}?publicAccessBlock`);
    expect((await call("PUT", `/${long}?policy`, { body })).status).toBe(204);
    const user = await userWith();
    const noise = Array.from({ length: 40 }, () => crypto.randomUUID()).join("");
    const headers = { referer: noise, "user-agent": noise };
    const answer = await call("GET", `/${long}/${noise.slice(0, 1000)}`, { keys: user, headers });
    expect(answer.first("EncodedMessage")?.length).toBeLessThanOrEqual(10_240);
    expect((await decode(answer)).trace.reason).toBe("no-identity-allow");
  });
});

describe("Nobody else is told", () => {
  it("SEC-059 strangers and the anonymous read the plain refusal", async () => {
    const stranger = await makeAccount();
    const plain = ["Access Denied", undefined];
    const told = (answer: Answer) => [answer.first("Message"), answer.first("EncodedMessage")];
    expect(told(await call("GET", `/${bucket}/a`, { keys: stranger.keys }))).toEqual(plain);
    expect(told(await callAnonymously("GET", `/${bucket}/a`))).toEqual(plain);
    const decoding = await call("GET", `/${bucket}/a`, { keys: await userWith() });
    const EncodedMessage = decoding.first("EncodedMessage") ?? "";
    const foreign = await sts(stranger.keys, "DecodeAuthorizationMessage", { EncodedMessage });
    expect(foreign.first("Code")).toBe("InvalidAuthorizationMessageException");
  });

  it("SEC-060 what is missing and what its tags deny look alike to who may not list", async () => {
    const unlessSecret = {
      ...{ Effect: "Deny", Action: "s3:GetObject", Resource: "*" },
      Condition: { StringEquals: { "s3:ExistingObjectTag/secret": "1" } },
    };
    const blind = await userWith(allow("s3:GetObject", arn("*")), unlessSecret);
    const seeing = await userWith(allow("s3:*", "*"), unlessSecret);
    const bare = ({ status, text }: Answer) => [
      status,
      text.replace(/<(RequestId|HostId)>[^<]*/g, "<$1>"),
    ];
    const denied = await call("GET", `/${bucket}/secret`, { keys: blind });
    const missing = await call("GET", `/${bucket}/nothing`, { keys: blind });
    expect(bare(denied)).toEqual(bare(missing));
    expect(denied.first("Message")).toBe("Access Denied");
    const told = await call("GET", `/${bucket}/secret`, { keys: seeing });
    expect(textOf(told)).toMatch(/ with an explicit deny in an identity-based policy$/);
    expect((await call("GET", `/${bucket}/nothing`, { keys: seeing })).status).toBe(404);
  });
});
