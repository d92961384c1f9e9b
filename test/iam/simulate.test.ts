import { describe, expect, it } from "vitest";
import { makeAccount } from "../operations/bucket/fixtures.ts";
import { allow, done, iam, makeUser, policy, refusal } from "./fixtures.ts";

const conditional = policy({
  Effect: "Allow",
  Action: "s3:GetObject",
  Resource: "arn:aws:s3:::b/*",
  Condition: { StringEquals: { "aws:PrincipalTag/team": "red" } },
});

describe("SimulateCustomPolicy", () => {
  it("answers for each action and resource, and names what decided", async () => {
    const { keys } = await makeAccount();
    const answer = await done(
      iam(keys, "SimulateCustomPolicy", {
        PolicyInputList: [
          allow("s3:*", "arn:aws:s3:::b/*"),
          policy({ Effect: "Deny", Action: "s3:DeleteObject", Resource: "*" }),
        ],
        ActionNames: ["s3:GetObject", "s3:DeleteObject"],
        ResourceArns: ["arn:aws:s3:::b/x", "arn:aws:s3:::c/x"],
      }),
    );
    expect(answer.all("EvalDecision")).toEqual([
      "allowed",
      "implicitDeny",
      "explicitDeny",
      "explicitDeny",
    ]);
    expect(answer.all("SourcePolicyId")[0]).toBe("PolicyInputList.1");
  });

  it("takes context, boundaries and resource policies, and tells what was missing", async () => {
    const { keys, accountId } = await makeAccount();
    const wish = {
      PolicyInputList: [conditional],
      ActionNames: ["s3:GetObject"],
      ResourceArns: ["arn:aws:s3:::b/x"],
    };
    const bare = await done(iam(keys, "SimulateCustomPolicy", wish));
    expect(bare.first("EvalDecision")).toBe("implicitDeny");
    expect(bare.first("MissingContextValues")).toContain("aws:PrincipalTag/team");
    const ContextEntries = [
      {
        ContextKeyName: "aws:PrincipalTag/team",
        ContextKeyValues: ["red"],
        ContextKeyType: "string",
      },
    ];
    const given = await done(iam(keys, "SimulateCustomPolicy", { ...wish, ContextEntries }));
    expect(given.first("EvalDecision")).toBe("allowed");
    const bounded = await done(
      iam(keys, "SimulateCustomPolicy", {
        ...{ ...wish, ContextEntries },
        PermissionsBoundaryPolicyInputList: [allow("iam:*")],
      }),
    );
    expect(bounded.first("EvalDecision")).toBe("implicitDeny");
    expect(bounded.first("AllowedByPermissionsBoundary")).toBe("false");
    const CallerArn = `arn:aws:iam::${accountId}:user/x`;
    const ResourcePolicy = policy({
      Effect: "Allow",
      Principal: { AWS: CallerArn },
      Action: "s3:GetObject",
      Resource: "arn:aws:s3:::b/*",
    });
    const granted = await done(
      iam(keys, "SimulateCustomPolicy", { ...wish, CallerArn, ResourcePolicy }),
    );
    expect(granted.first("EvalDecision")).toBe("allowed");
  });

  it("refuses what is no policy, and pages", async () => {
    const { keys } = await makeAccount();
    const bad = { PolicyInputList: ["{"], ActionNames: ["s3:GetObject"] };
    expect(await refusal(iam(keys, "SimulateCustomPolicy", bad))).toEqual([400, "InvalidInput"]);
    const wish = { PolicyInputList: [allow("*")], ActionNames: ["a:A", "a:B", "a:C"], MaxItems: 2 };
    const first = await done(iam(keys, "SimulateCustomPolicy", wish));
    expect(first.all("EvalActionName")).toEqual(["a:A", "a:B"]);
    const Marker = first.first("Marker") ?? "";
    const second = await done(iam(keys, "SimulateCustomPolicy", { ...wish, Marker }));
    expect(second.all("EvalActionName")).toEqual(["a:C"]);
  });
});

describe("SimulatePrincipalPolicy", () => {
  it("judges by the policies of a user and its groups", async () => {
    const { keys, accountId } = await makeAccount();
    await makeUser(keys, "u", allow("s3:GetObject"));
    await done(iam(keys, "CreateGroup", { GroupName: "g" }));
    await done(iam(keys, "AddUserToGroup", { GroupName: "g", UserName: "u" }));
    const PolicyDocument = allow("s3:PutObject");
    await done(iam(keys, "PutGroupPolicy", { GroupName: "g", PolicyName: "w", PolicyDocument }));
    const ActionNames = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"];
    const user = `arn:aws:iam::${accountId}:user/u`;
    const wish = { PolicySourceArn: user, ActionNames };
    const answer = await done(iam(keys, "SimulatePrincipalPolicy", wish));
    expect(answer.all("EvalDecision")).toEqual(["allowed", "allowed", "implicitDeny"]);
    const group = { PolicySourceArn: `arn:aws:iam::${accountId}:group/g`, ActionNames };
    const ofGroup = await done(iam(keys, "SimulatePrincipalPolicy", group));
    expect(ofGroup.all("EvalDecision")).toEqual(["implicitDeny", "allowed", "implicitDeny"]);
    const absent = { ...wish, PolicySourceArn: `${user}x` };
    expect(await refusal(iam(keys, "SimulatePrincipalPolicy", absent))).toEqual([
      404,
      "NoSuchEntity",
    ]);
  });

  it("tells the context keys that policies read", async () => {
    const { keys, accountId } = await makeAccount();
    const PolicyInputList = [conditional];
    const custom = await done(iam(keys, "GetContextKeysForCustomPolicy", { PolicyInputList }));
    expect(custom.all("member")).toEqual(["aws:PrincipalTag/team"]);
    await makeUser(keys, "u", allow("s3:GetObject", "arn:aws:s3:::b/$" + "{aws:username}/*"));
    const wish = { PolicySourceArn: `arn:aws:iam::${accountId}:user/u`, PolicyInputList };
    const principal = await done(iam(keys, "GetContextKeysForPrincipalPolicy", wish));
    expect(principal.all("member")).toEqual(["aws:username", "aws:PrincipalTag/team"]);
  });
});

describe("GetAccountAuthorizationDetails", () => {
  it("shows everything, by kind and in pages", async () => {
    const { keys } = await makeAccount();
    await makeUser(keys, "u", allow("s3:*"));
    const attach = { UserName: "u", PolicyArn: "arn:aws:iam::aws:policy/AmazonS3FullAccess" };
    await done(iam(keys, "AttachUserPolicy", attach));
    await done(iam(keys, "CreateGroup", { GroupName: "g" }));
    await done(iam(keys, "AddUserToGroup", { GroupName: "g", UserName: "u" }));
    await done(iam(keys, "CreatePolicy", { PolicyName: "p", PolicyDocument: allow("s3:*") }));
    const AssumeRolePolicyDocument = policy({
      Effect: "Allow",
      Principal: "*",
      Action: "sts:AssumeRole",
    });
    await done(iam(keys, "CreateRole", { RoleName: "r", AssumeRolePolicyDocument }));
    const all = await done(iam(keys, "GetAccountAuthorizationDetails"));
    expect(all.first("UserPolicyList")).toContain("<PolicyName>inline</PolicyName>");
    expect(all.first("GroupList")).toBe("<member>g</member>");
    expect([all.first("RoleName"), all.all("AssumeRolePolicyDocument").length]).toEqual(["r", 1]);
    expect(all.all("PolicyName")).toContain("p");
    const users = await done(
      iam(keys, "GetAccountAuthorizationDetails", { Filter: ["User"], MaxItems: 1 }),
    );
    expect([users.all("RoleName"), users.first("UserName")]).toEqual([[], "u"]);
    const page = await done(iam(keys, "GetAccountAuthorizationDetails", { MaxItems: 1 }));
    expect([page.first("IsTruncated"), page.all("GroupName")]).toEqual(["true", ["g"]]);
  });
});

describe("the account", () => {
  it("has a summary, an alias and a password policy", async () => {
    const { keys } = await makeAccount();
    await done(iam(keys, "CreateUser", { UserName: "u" }));
    const summary = await done(iam(keys, "GetAccountSummary"));
    expect(summary.text).toContain("<entry><key>Users</key><value>1</value></entry>");
    const alias = `alias-${crypto.randomUUID().slice(0, 8)}`;
    expect((await done(iam(keys, "ListAccountAliases"))).all("member")).toEqual([]);
    await done(iam(keys, "CreateAccountAlias", { AccountAlias: alias }));
    expect((await done(iam(keys, "ListAccountAliases"))).all("member")).toEqual([alias]);
    const { keys: other } = await makeAccount();
    const taken = iam(other, "CreateAccountAlias", { AccountAlias: alias });
    expect(await refusal(taken)).toEqual([409, "EntityAlreadyExists"]);
    await done(iam(keys, "DeleteAccountAlias", { AccountAlias: alias }));
    const read = () => iam(keys, "GetAccountPasswordPolicy");
    expect(await refusal(read())).toEqual([404, "NoSuchEntity"]);
    await done(iam(keys, "UpdateAccountPasswordPolicy", { MinimumPasswordLength: 12 }));
    expect((await done(read())).first("MinimumPasswordLength")).toBe("12");
    await done(iam(keys, "DeleteAccountPasswordPolicy"));
    expect(await refusal(read())).toEqual([404, "NoSuchEntity"]);
  });

  it("has none of what does not exist here", async () => {
    const { keys } = await makeAccount();
    await done(iam(keys, "CreateUser", { UserName: "u" }));
    for (const action of [
      "ListMFADevices",
      "ListSSHPublicKeys",
      "ListSigningCertificates",
      "ListServiceSpecificCredentials",
    ]) {
      const answer = await done(iam(keys, action, { UserName: "u" }));
      expect([action, answer.all("member")]).toEqual([action, []]);
      expect(await refusal(iam(keys, action, { UserName: "no" }))).toEqual([404, "NoSuchEntity"]);
    }
    expect(await refusal(iam(keys, "GetLoginProfile", { UserName: "u" }))).toEqual([
      404,
      "NoSuchEntity",
    ]);
    for (const action of ["ListSAMLProviders", "ListInstanceProfiles", "ListVirtualMFADevices"]) {
      await done(iam(keys, action));
    }
  });
});
