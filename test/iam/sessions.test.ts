import { env, SELF } from "cloudflare:test";
import { AwsClient } from "aws4fetch";
import { describe, expect, it } from "vitest";
import { decodeMessage, encodeMessage } from "../../src/catalog/authorization-messages.ts";
import { findCaller } from "../../src/catalog/callers.ts";
import { systemSeams } from "../../src/env.ts";
import { call, makeAccount } from "../operations/bucket/fixtures.ts";
import {
  allow,
  credentialsOf,
  done,
  iam,
  makeUser,
  policy,
  refusal,
  type SessionKeys,
  sts,
} from "./fixtures.ts";

function trust(principal: object | string, action = "sts:AssumeRole", condition?: object): string {
  const statement = { Effect: "Allow", Principal: principal, Action: action };
  return policy({ ...statement, ...(condition && { Condition: condition }) });
}

interface Stage {
  readonly keys: SessionKeys;
  readonly accountId: string;
  readonly user: SessionKeys;
  readonly roleArn: string;
  readonly bucket: string;
}

/** An account with a bucket, a user, and a role that the user may assume and that may all of S3. */
async function makeStage(userPolicy?: string): Promise<Stage> {
  const { keys, accountId } = await makeAccount();
  const user = await makeUser(keys, "ann", userPolicy);
  const made = await done(
    iam(keys, "CreateRole", {
      RoleName: "reader",
      Path: "/app/",
      AssumeRolePolicyDocument: trust({ AWS: `arn:aws:iam::${accountId}:user/ann` }),
    }),
  );
  const document = { RoleName: "reader", PolicyName: "s3", PolicyDocument: allow("s3:*") };
  await done(iam(keys, "PutRolePolicy", document));
  const bucket = `sts-${crypto.randomUUID().slice(0, 8)}`;
  expect((await call("PUT", `/${bucket}`, { keys })).status).toBe(200);
  return { keys, accountId, user, roleArn: made.first("Arn") ?? "", bucket };
}

function assume({ user, roleArn }: Stage, more: object = {}) {
  return sts(user, "AssumeRole", { RoleArn: roleArn, RoleSessionName: "work", ...more });
}

describe("AssumeRole", () => {
  it("gives a session that is the role, on S3 and to itself", async () => {
    const stage = await makeStage();
    const answer = await done(assume(stage));
    expect(answer.first("Arn")).toBe(`arn:aws:sts::${stage.accountId}:assumed-role/reader/work`);
    expect(answer.first("AssumedRoleId")).toMatch(/^AROA[A-Z2-7]{17}:work$/);
    const session = credentialsOf(answer);
    expect(session.accessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
    const identity = await done(sts(session, "GetCallerIdentity"));
    expect(identity.first("Arn")).toBe(answer.first("Arn"));
    expect(identity.first("UserId")).toBe(answer.first("AssumedRoleId"));
    const path = `/${stage.bucket}/key`;
    expect((await call("PUT", path, { keys: stage.user, body: "x" })).status).toBe(403);
    expect((await call("PUT", path, { keys: session, body: "x" })).status).toBe(200);
    expect(await refusal(iam(session, "ListUsers"))).toEqual([403, "AccessDenied"]);
  });

  it("makes presigned URLs that carry the token", async () => {
    const stage = await makeStage();
    const session = credentialsOf(await done(assume(stage)));
    await call("PUT", `/${stage.bucket}/key`, { keys: session, body: "content" });
    const client = new AwsClient({ ...session, service: "s3", region: "us-east-1" });
    const url = `http://localhost/${stage.bucket}/key?X-Amz-Expires=60`;
    const signed = await client.sign(url, { aws: { signQuery: true } });
    expect(signed.url).toContain("X-Amz-Security-Token=");
    const get = (target: string) => SELF.fetch(target, { headers: { host: "localhost" } });
    expect(await (await get(signed.url)).text()).toBe("content");
    const stripped = signed.url.replace(/&X-Amz-Security-Token=[^&]*/, "");
    expect((await get(stripped)).status).toBe(403);
  });

  it("is refused to whom the role does not trust, whatever their own policies say", async () => {
    const stage = await makeStage();
    const other = await makeUser(stage.keys, "bob", allow("*"));
    expect(await refusal(assume({ ...stage, user: other }))).toEqual([403, "AccessDenied"]);
    expect(await refusal(assume({ ...stage, user: stage.keys }))).toEqual([403, "AccessDenied"]);
    const absent = { ...stage, roleArn: `${stage.roleArn}x` };
    const [there, missing] = await Promise.all([
      assume({ ...stage, user: other }),
      assume({ ...absent, user: other }),
    ]);
    // Whether a role exists does not show.
    expect(missing.first("Message")).toBe(`${there.first("Message")}x`);
    expect(await refusal(assume({ ...stage, roleArn: "nonsense" }))).toEqual([
      400,
      "ValidationError",
    ]);
  });

  it("tells strangers nothing of a role by the session policies they pass", async () => {
    const stage = await makeStage();
    const { keys } = await makeAccount();
    const stranger = await makeUser(keys, "ann", allow("sts:*"));
    const PolicyArns = [{ arn: `arn:aws:iam::${stage.accountId}:policy/none` }];
    for (const roleArn of [stage.roleArn, `${stage.roleArn}x`]) {
      const visit = { ...stage, user: stranger, roleArn };
      for (const limits of [{ PolicyArns }, { Policy: "{}" }]) {
        expect(await refusal(assume(visit, limits))).toEqual([403, "AccessDenied"]);
      }
    }
  });

  it("needs the caller's own permission where the role trusts the account", async () => {
    const stage = await makeStage();
    const document = trust({ AWS: `arn:aws:iam::${stage.accountId}:root` });
    const change = { RoleName: "reader", PolicyDocument: document };
    await done(iam(stage.keys, "UpdateAssumeRolePolicy", change));
    expect(await refusal(assume(stage))).toEqual([403, "AccessDenied"]);
    const grant = { UserName: "ann", PolicyName: "may" };
    const PolicyDocument = allow("sts:AssumeRole", stage.roleArn);
    await done(iam(stage.keys, "PutUserPolicy", { ...grant, PolicyDocument }));
    await done(assume(stage));
  });

  it("crosses accounts when both agree", async () => {
    const stage = await makeStage();
    const foreign = await makeAccount();
    const visitor = await makeUser(foreign.keys, "visitor");
    const document = trust({ AWS: `arn:aws:iam::${foreign.accountId}:root` }, "sts:AssumeRole", {
      StringEquals: { "sts:ExternalId": "agreed" },
    });
    const change = { RoleName: "reader", PolicyDocument: document };
    await done(iam(stage.keys, "UpdateAssumeRolePolicy", change));
    const visit = (more: object) => assume({ ...stage, user: visitor }, more);
    expect(await refusal(visit({ ExternalId: "agreed" }))).toEqual([403, "AccessDenied"]);
    const PolicyDocument = allow("sts:AssumeRole", stage.roleArn);
    const grant = { UserName: "visitor", PolicyName: "may", PolicyDocument };
    await done(iam(foreign.keys, "PutUserPolicy", grant));
    expect(await refusal(visit({}))).toEqual([403, "AccessDenied"]);
    expect(await refusal(visit({ ExternalId: "guessed" }))).toEqual([403, "AccessDenied"]);
    const session = credentialsOf(await done(visit({ ExternalId: "agreed" })));
    const identity = await done(sts(session, "GetCallerIdentity"));
    expect(identity.first("Account")).toBe(stage.accountId);
  });

  it("is limited by session policies, which allow together", async () => {
    const stage = await makeStage();
    const Policy = allow("s3:GetObject");
    const PolicyArns = [{ arn: "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess" }];
    const inline = credentialsOf(await done(assume(stage, { Policy })));
    const both = credentialsOf(await done(assume(stage, { Policy: allow("s3:Put*"), PolicyArns })));
    const path = `/${stage.bucket}/key`;
    const put = (keys: SessionKeys) => call("PUT", path, { keys, body: "x" });
    const get = (keys: SessionKeys) => call("GET", path, { keys });
    expect([(await put(both)).status, (await get(both)).status]).toEqual([200, 200]);
    expect([(await put(inline)).status, (await get(inline)).status]).toEqual([403, 200]);
    expect((await call("DELETE", path, { keys: both })).status).toBe(403);
  });

  it("reads every document with white space before it as the one without", async () => {
    const stage = await makeStage(`\n ${allow("s3:PutObject")}`);
    const path = `/${stage.bucket}/key`;
    expect((await call("PUT", path, { keys: stage.user, body: "x" })).status).toBe(200);
    const roleTrust = trust({ AWS: `arn:aws:iam::${stage.accountId}:user/ann` });
    const wish = { RoleName: "reader", PolicyDocument: `\n${roleTrust}` };
    await done(iam(stage.keys, "UpdateAssumeRolePolicy", wish));
    const made = await done(
      iam(stage.keys, "CreatePolicy", { PolicyName: "p", PolicyDocument: `\t${allow("s3:*")}` }),
    );
    const PolicyArns = [{ arn: made.first("Arn") ?? "" }];
    for (const limits of [{ Policy: `\n${allow("s3:*")}` }, { PolicyArns }]) {
      const session = credentialsOf(await done(assume(stage, limits)));
      expect((await call("GET", path, { keys: session })).status).toBe(200);
    }
  });

  it("cannot be used to get more than the role has (SEC-062, SEC-063)", async () => {
    const stage = await makeStage();
    const change = { RoleName: "reader", PolicyName: "s3", PolicyDocument: allow("s3:GetObject") };
    await done(iam(stage.keys, "PutRolePolicy", change));
    const session = credentialsOf(await done(assume(stage, { Policy: allow("*") })));
    const path = `/${stage.bucket}/key`;
    expect((await call("PUT", path, { keys: session, body: "x" })).status).toBe(403);
    for (const action of ["CreateAccessKey", "AttachUserPolicy", "PutUserPolicy"]) {
      const wish = { UserName: "ann", PolicyName: "x", PolicyDocument: allow("*"), PolicyArn: "x" };
      expect(await refusal(iam(session, action, wish))).toEqual([403, "AccessDenied"]);
    }
    expect((await call("GET", "/-/api/v1/accounts/self/keys", { keys: session })).status).toBe(403);
  });

  it("carries tags that the role expects, and no others", async () => {
    const stage = await makeStage();
    const Tags = [{ Key: "project", Value: "blue" }];
    expect(await refusal(assume(stage, { Tags }))).toEqual([403, "AccessDenied"]);
    const document = policy({
      Effect: "Allow",
      Principal: { AWS: `arn:aws:iam::${stage.accountId}:user/ann` },
      Action: ["sts:AssumeRole", "sts:TagSession"],
      Condition: { StringEqualsIfExists: { "aws:RequestTag/project": "blue" } },
    });
    const change = { RoleName: "reader", PolicyDocument: document };
    await done(iam(stage.keys, "UpdateAssumeRolePolicy", change));
    const PolicyDocument = policy({
      Effect: "Allow",
      Action: "s3:*",
      Resource: "*",
      Condition: { StringEquals: { "aws:PrincipalTag/project": "blue" } },
    });
    const own = { RoleName: "reader", PolicyName: "s3", PolicyDocument };
    await done(iam(stage.keys, "PutRolePolicy", own));
    const plain = credentialsOf(await done(assume(stage)));
    const tagged = credentialsOf(await done(assume(stage, { Tags })));
    const list = (keys: SessionKeys) => call("GET", `/${stage.bucket}`, { keys });
    expect([(await list(plain)).status, (await list(tagged)).status]).toEqual([403, 200]);
    const wrong = { Tags: [{ Key: "project", Value: "red" }] };
    expect(await refusal(assume(stage, wrong))).toEqual([403, "AccessDenied"]);
  });

  it.each([
    [{ DurationSeconds: 899 }, "ValidationError"],
    [{ DurationSeconds: 43_201 }, "ValidationError"],
    [{ DurationSeconds: 3601 }, "ValidationError"],
    [{ RoleSessionName: "a" }, "ValidationError"],
    [{ RoleSessionName: "a b" }, "ValidationError"],
    [{ Policy: "{" }, "MalformedPolicyDocument"],
    [{ PolicyArns: [{ arn: "arn:aws:iam::aws:policy/None" }] }, "MalformedPolicyDocument"],
  ])("refuses %j with %s", async (more, code) => {
    expect(await refusal(assume(await makeStage(), more))).toEqual([400, code]);
  });
});

describe("sessions", () => {
  const at = (nowMs: number) => ({ env, seams: systemSeams, nowMs });

  it("end with their time", async () => {
    const session = credentialsOf(await done(assume(await makeStage())));
    const find = (nowMs: number) =>
      findCaller(at(nowMs), session.accessKeyId, session.sessionToken);
    expect((await find(Date.now()))?.principal.type).toBe("AssumedRole");
    await expect(find(Date.now() + 3_601_000)).rejects.toMatchObject({ code: "ExpiredToken" });
  });

  it("end with their role, and with a denial of older tokens", async () => {
    const stage = await makeStage();
    const session = credentialsOf(await done(assume(stage)));
    const list = () => call("GET", `/${stage.bucket}`, { keys: session });
    expect((await list()).status).toBe(200);
    const PolicyDocument = policy({
      Effect: "Deny",
      Action: "*",
      Resource: "*",
      Condition: {
        DateLessThan: { "aws:TokenIssueTime": new Date(Date.now() + 1000).toISOString() },
      },
    });
    const revoke = { RoleName: "reader", PolicyName: "AWSRevokeOlderSessions", PolicyDocument };
    await done(iam(stage.keys, "PutRolePolicy", revoke));
    expect((await list()).status).toBe(403);
    for (const PolicyName of ["AWSRevokeOlderSessions", "s3"]) {
      await done(iam(stage.keys, "DeleteRolePolicy", { RoleName: "reader", PolicyName }));
    }
    await done(iam(stage.keys, "DeleteRole", { RoleName: "reader" }));
    const after = await list();
    expect([after.status, after.first("Code")]).toEqual([400, "InvalidToken"]);
  });

  it("are refused without their token and with that of another key (SEC-028)", async () => {
    const stage = await makeStage();
    const [one, two] = await Promise.all([done(assume(stage)), done(assume(stage))]);
    const [first, second] = [credentialsOf(one), credentialsOf(two)];
    const codeOf = async (keys: SessionKeys) => {
      const { status, first: read } = await call("GET", `/${stage.bucket}`, { keys });
      return [status, read("Code")];
    };
    const { accessKeyId, secretAccessKey, sessionToken = "" } = first;
    expect(await codeOf({ accessKeyId, secretAccessKey })).toEqual([403, "InvalidAccessKeyId"]);
    const crossed = { ...first, sessionToken: second.sessionToken ?? "" };
    expect(await codeOf(crossed)).toEqual([400, "InvalidToken"]);
    expect(await codeOf({ ...stage.user, sessionToken })).toEqual([400, "InvalidToken"]);
    const middle = sessionToken.length >> 1;
    const flipped = sessionToken[middle] === "A" ? "B" : "A";
    const changed = sessionToken.slice(0, middle) + flipped + sessionToken.slice(middle + 1);
    expect(await codeOf({ ...first, sessionToken: changed })).toEqual([400, "InvalidToken"]);
    expect(await codeOf({ ...first, secretAccessKey: second.secretAccessKey })).toEqual([
      403,
      "SignatureDoesNotMatch",
    ]);
  });

  it("tell nothing to whoever reads the token (SEC-027)", async () => {
    const session = credentialsOf(await done(assume(await makeStage())));
    const text = Buffer.from(session.sessionToken ?? "", "base64").toString("latin1");
    for (const secret of [session.secretAccessKey, "roleId", "reader", "AssumedRole"]) {
      expect(text).not.toContain(secret);
    }
  });
});

describe("GetSessionToken", () => {
  it("gives a user a session that may what the user may, but not IAM nor another session", async () => {
    const stage = await makeStage(allow(["s3:*", "iam:*"]));
    const answer = await done(sts(stage.user, "GetSessionToken", { DurationSeconds: 900 }));
    const session = credentialsOf(answer);
    const identity = await done(sts(session, "GetCallerIdentity"));
    expect(identity.first("Arn")).toBe(`arn:aws:iam::${stage.accountId}:user/ann`);
    expect((await call("GET", `/${stage.bucket}`, { keys: session })).status).toBe(200);
    expect(await refusal(iam(session, "ListUsers"))).toEqual([403, "InvalidClientTokenId"]);
    for (const action of ["GetSessionToken", "GetFederationToken"]) {
      expect(await refusal(sts(session, action, { Name: "xy" }))).toEqual([403, "AccessDenied"]);
    }
    const change = { UserName: "ann", AccessKeyId: stage.user.accessKeyId, Status: "Inactive" };
    await done(iam(stage.keys, "UpdateAccessKey", change));
    expect((await call("GET", `/${stage.bucket}`, { keys: session })).status).toBe(400);
  });

  it("gives root a session that is no operator and leaves no keys behind (SEC-063)", async () => {
    const { keys } = await makeAccount();
    const session = credentialsOf(await done(sts(keys, "GetSessionToken")));
    expect((await done(sts(session, "GetCallerIdentity"))).first("Arn")).toMatch(/:root$/);
    expect((await call("GET", "/", { keys: session })).status).toBe(200);
    const mint = await call("POST", "/-/api/v1/accounts/self/keys", { keys: session, body: "{}" });
    expect(mint.status).toBe(403);
    expect(await refusal(iam(session, "CreateAccessKey"))).toEqual([403, "InvalidClientTokenId"]);
  });
});

describe("GetFederationToken", () => {
  it("gives what both the issuer and the session policy allow", async () => {
    const stage = await makeStage(allow(["sts:GetFederationToken", "s3:PutObject"]));
    const federate = (more: object) =>
      done(sts(stage.user, "GetFederationToken", { Name: "guest", ...more }));
    const answer = await federate({ Policy: allow("s3:*") });
    expect(answer.first("Arn")).toBe(`arn:aws:sts::${stage.accountId}:federated-user/guest`);
    expect(answer.first("FederatedUserId")).toBe(`${stage.accountId}:guest`);
    const path = `/${stage.bucket}/key`;
    const session = credentialsOf(answer);
    expect((await call("PUT", path, { keys: session, body: "x" })).status).toBe(200);
    expect((await call("GET", path, { keys: session })).status).toBe(403);
    // Without a policy a federated user may nothing.
    const bare = credentialsOf(await federate({}));
    expect((await call("PUT", path, { keys: bare, body: "x" })).status).toBe(403);
    expect(await refusal(iam(bare, "GetUser"))).toEqual([403, "InvalidClientTokenId"]);
  });

  it("by root is limited by the session policy alone", async () => {
    const stage = await makeStage();
    const wish = { Name: "guest", Policy: allow("s3:GetObject") };
    const session = credentialsOf(await done(sts(stage.keys, "GetFederationToken", wish)));
    await call("PUT", `/${stage.bucket}/key`, { keys: stage.keys, body: "x" });
    expect((await call("GET", `/${stage.bucket}/key`, { keys: session })).status).toBe(200);
    expect((await call("DELETE", `/${stage.bucket}/key`, { keys: session })).status).toBe(403);
  });
});

describe("GetAccessKeyInfo", () => {
  it("tells the account of a key", async () => {
    const { keys, accountId } = await makeAccount();
    const other = await makeAccount();
    const AccessKeyId = other.keys.accessKeyId;
    const answer = await done(sts(keys, "GetAccessKeyInfo", { AccessKeyId }));
    expect(answer.first("Account")).toBe(other.accountId);
    expect(accountId).not.toBe(other.accountId);
  });
});

describe("DecodeAuthorizationMessage", () => {
  it("opens messages of the caller's account for those who may", async () => {
    const { keys, accountId } = await makeAccount();
    const other = await makeAccount();
    const place = { env, seams: systemSeams };
    const EncodedMessage = await encodeMessage(place, accountId, '{"allowed":false}');
    const decode = (by: SessionKeys, text = EncodedMessage) =>
      sts(by, "DecodeAuthorizationMessage", { EncodedMessage: text });
    const answer = await done(decode(keys));
    expect(answer.first("DecodedMessage")).toBe("{&quot;allowed&quot;:false}");
    for (const by of [other.keys]) {
      expect(await refusal(decode(by))).toEqual([400, "InvalidAuthorizationMessageException"]);
    }
    expect(await refusal(decode(keys, "bm9uc2Vuc2U"))).toEqual([
      400,
      "InvalidAuthorizationMessageException",
    ]);
    expect(await refusal(decode(await makeUser(keys, "u")))).toEqual([403, "AccessDenied"]);
    expect(await decodeMessage(env, other.accountId, EncodedMessage)).toBeUndefined();
  });
});
