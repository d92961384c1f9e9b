// Every action that is built, as every kind of principal: generated from the tables, so that an action
// without a permission check does not get in (SEC-071).
import { describe, expect, it } from "vitest";
import { iamOperations } from "../../src/iam/operations.ts";
import { stsOperations } from "../../src/iam/sts-operations.ts";
import { makeAccount } from "../operations/bucket/fixtures.ts";
import {
  allow,
  credentialsOf,
  done,
  iam,
  makeUser,
  policy,
  type SessionKeys,
  sts,
} from "./fixtures.ts";

/** Fits every action: what an action does not know, it does not read. */
function parametersOf(accountId: string) {
  return {
    UserName: "target",
    GroupName: "target",
    RoleName: "target",
    PolicyName: "target",
    PolicyArn: `arn:aws:iam::${accountId}:policy/target`,
    PolicyDocument: allow("s3:*"),
    AssumeRolePolicyDocument: policy({ Effect: "Allow", Principal: "*", Action: "sts:AssumeRole" }),
    PermissionsBoundary: "arn:aws:iam::aws:policy/AdministratorAccess",
    Description: "x",
    AccessKeyId: "AKIAXXXXXXXXXXXXXXXX",
    Status: "Inactive",
    VersionId: "v1",
    AccountAlias: "some-alias",
    Url: "https://oidc.example.com",
    OpenIDConnectProviderArn: `arn:aws:iam::${accountId}:oidc-provider/oidc.example.com`,
    ClientID: "x",
    ThumbprintList: ["0123456789012345678901234567890123456789"],
    InstanceProfileName: "x",
    NewUserName: "other",
    TagKeys: ["x"],
    Tags: [{ Key: "x", Value: "y" }],
    PolicyInputList: [allow("s3:*")],
    ActionNames: ["s3:GetObject"],
    PolicySourceArn: `arn:aws:iam::${accountId}:user/target`,
    Name: "guest",
    EncodedMessage: "x",
    RoleArn: `arn:aws:iam::${accountId}:role/target`,
    RoleSessionName: "session",
    WebIdentityToken: "x",
  };
}

/** Needs no permission, by AWS's own rule; the proof of a web identity is its token. */
const free = new Set(["GetCallerIdentity", "GetSessionToken", "AssumeRoleWithWebIdentity"]);

const actions = Object.keys(iamOperations);
const stsActions = Object.keys(stsOperations).filter((action) => !free.has(action));

async function makeCast() {
  const { keys, accountId } = await makeAccount();
  const { keys: strange } = await makeAccount();
  const denied = policy(
    { Effect: "Allow", Action: "*", Resource: "*" },
    { Effect: "Deny", Action: ["iam:*", "sts:*"], Resource: "*" },
  );
  const bounded = await makeUser(keys, "bounded", allow("*"));
  const boundary = "arn:aws:iam::aws:policy/AmazonS3FullAccess";
  const wish = { UserName: "bounded", PermissionsBoundary: boundary };
  await done(iam(keys, "PutUserPermissionsBoundary", wish));
  const cast: Record<string, SessionKeys> = {
    "a user without policies": await makeUser(keys, "bare"),
    "a user with other permissions": await makeUser(keys, "other", allow("s3:*")),
    "a user who is denied": await makeUser(keys, "denied", denied),
    "an administrator under a boundary": bounded,
    "a federated user": credentialsOf(
      await done(sts(keys, "GetFederationToken", { Name: "guest", Policy: allow("*") })),
    ),
    "a stranger's user": await makeUser(strange, "stranger", allow("s3:*")),
  };
  return { cast, accountId, keys };
}

describe("permissions of IAM and STS", () => {
  it("are asked for by every action, of every principal who lacks them", async () => {
    const { cast, accountId } = await makeCast();
    const parameters = parametersOf(accountId);
    const wrong: string[] = [];
    for (const [who, keys] of Object.entries(cast)) {
      for (const action of [...actions, ...stsActions]) {
        const query = actions.includes(action) ? iam : sts;
        const answer = await query(keys, action, parameters);
        const code = answer.first("Code");
        const isRefused = code === "AccessDenied" || code === "InvalidClientTokenId";
        if (answer.status !== 403 || !isRefused) wrong.push(`${who} ${action}: ${answer.text}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("suffice one by one: a user with just the action is let through", async () => {
    const { keys, accountId } = await makeAccount();
    const parameters = parametersOf(accountId);
    const own = await makeUser(keys, "one");
    const wrong: string[] = [];
    for (const action of actions) {
      const PolicyDocument = allow(`iam:${action}`);
      const grant = { UserName: "one", PolicyName: "one", PolicyDocument };
      await done(iam(keys, "PutUserPolicy", grant));
      const answer = await iam(own, action, parameters);
      if (answer.status === 403 || answer.status >= 500) wrong.push(`${action}: ${answer.text}`);
    }
    expect(wrong).toEqual([]);
  });
});
