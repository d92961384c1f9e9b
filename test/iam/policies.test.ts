import { describe, expect, it } from "vitest";
import { call, makeAccount } from "../operations/bucket/fixtures.ts";
import { allow, done, iam, makeUser, policy, refusal } from "./fixtures.ts";

const readOnlyArn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";

describe("managed policies", () => {
  it("have up to five versions, one of them the default", async () => {
    const { keys, accountId } = await makeAccount();
    const made = await done(
      iam(keys, "CreatePolicy", { PolicyName: "p", Path: "/a/", PolicyDocument: allow("s3:Get*") }),
    );
    const PolicyArn = made.first("Arn") ?? "";
    expect(PolicyArn).toBe(`arn:aws:iam::${accountId}:policy/a/p`);
    expect(made.first("PolicyId")).toMatch(/^ANPA[A-Z2-7]{17}$/);
    const add = (isDefault: boolean) =>
      iam(keys, "CreatePolicyVersion", {
        PolicyArn,
        PolicyDocument: allow("s3:*"),
        SetAsDefault: isDefault,
      });
    expect((await done(add(true))).first("VersionId")).toBe("v2");
    for (let count = 3; count <= 5; count += 1) await done(add(false));
    // A refused version must not become the default either.
    expect(await refusal(add(true))).toEqual([409, "LimitExceeded"]);
    const shown = await done(iam(keys, "GetPolicy", { PolicyArn }));
    expect(shown.first("DefaultVersionId")).toBe("v2");
    const listed = await done(iam(keys, "ListPolicyVersions", { PolicyArn }));
    expect(listed.all("VersionId")).toEqual(["v5", "v4", "v3", "v2", "v1"]);
    const drop = (VersionId: string) => iam(keys, "DeletePolicyVersion", { PolicyArn, VersionId });
    expect(await refusal(drop("v2"))).toEqual([409, "DeleteConflict"]);
    expect(await refusal(drop("v9"))).toEqual([404, "NoSuchEntity"]);
    await done(drop("v5"));
    expect((await done(add(false))).first("VersionId")).toBe("v6");
    await done(iam(keys, "SetDefaultPolicyVersion", { PolicyArn, VersionId: "v1" }));
    const version = await done(iam(keys, "GetPolicyVersion", { PolicyArn, VersionId: "v1" }));
    expect(decodeURIComponent(version.first("Document") ?? "")).toBe(allow("s3:Get*"));
    expect(version.first("IsDefaultVersion")).toBe("true");
    expect(await refusal(iam(keys, "DeletePolicy", { PolicyArn }))).toEqual([
      409,
      "DeleteConflict",
    ]);
    for (const VersionId of ["v2", "v3", "v4", "v6"]) await done(drop(VersionId));
    await done(iam(keys, "DeletePolicy", { PolicyArn }));
    expect(await refusal(iam(keys, "GetPolicy", { PolicyArn }))).toEqual([404, "NoSuchEntity"]);
  });

  it("are attached, listed from both sides, and held while attached", async () => {
    const { keys } = await makeAccount();
    const made = await done(
      iam(keys, "CreatePolicy", { PolicyName: "p", PolicyDocument: allow("s3:*") }),
    );
    const PolicyArn = made.first("Arn") ?? "";
    await done(iam(keys, "CreateUser", { UserName: "u" }));
    await done(iam(keys, "CreateGroup", { GroupName: "g" }));
    await done(iam(keys, "AttachUserPolicy", { UserName: "u", PolicyArn }));
    await done(iam(keys, "AttachUserPolicy", { UserName: "u", PolicyArn }));
    await done(iam(keys, "AttachGroupPolicy", { GroupName: "g", PolicyArn }));
    const holders = await done(iam(keys, "ListEntitiesForPolicy", { PolicyArn }));
    expect([holders.all("UserName"), holders.all("GroupName")]).toEqual([["u"], ["g"]]);
    const attached = await done(iam(keys, "ListAttachedUserPolicies", { UserName: "u" }));
    expect(attached.all("PolicyName")).toEqual(["p"]);
    expect((await done(iam(keys, "GetPolicy", { PolicyArn }))).first("AttachmentCount")).toBe("2");
    expect(await refusal(iam(keys, "DeletePolicy", { PolicyArn }))).toEqual([
      409,
      "DeleteConflict",
    ]);
    await done(iam(keys, "DetachUserPolicy", { UserName: "u", PolicyArn }));
    await done(iam(keys, "DetachGroupPolicy", { GroupName: "g", PolicyArn }));
    expect(await refusal(iam(keys, "DetachGroupPolicy", { GroupName: "g", PolicyArn }))).toEqual([
      404,
      "NoSuchEntity",
    ]);
    await done(iam(keys, "DeletePolicy", { PolicyArn }));
  });

  it("of AWS exist, are listed, and cannot be changed", async () => {
    const { keys } = await makeAccount();
    const listed = await done(iam(keys, "ListPolicies", { Scope: "AWS" }));
    expect(listed.all("PolicyName")).toEqual([
      "AdministratorAccess",
      "AmazonS3FullAccess",
      "AmazonS3ReadOnlyAccess",
      "IAMFullAccess",
    ]);
    const change = { PolicyArn: readOnlyArn, PolicyDocument: allow("*") };
    expect(await refusal(iam(keys, "CreatePolicyVersion", change))).toEqual([403, "AccessDenied"]);
    const version = await done(
      iam(keys, "GetPolicyVersion", { PolicyArn: readOnlyArn, VersionId: "v3" }),
    );
    expect(decodeURIComponent(version.first("Document") ?? "")).toContain('"s3:Get*"');
  });

  it("of another account are not found", async () => {
    const { keys } = await makeAccount();
    const { keys: stranger } = await makeAccount();
    const made = await done(
      iam(keys, "CreatePolicy", { PolicyName: "p", PolicyDocument: allow("s3:*") }),
    );
    const PolicyArn = made.first("Arn") ?? "";
    expect(await refusal(iam(stranger, "GetPolicy", { PolicyArn }))).toEqual([404, "NoSuchEntity"]);
    await done(iam(stranger, "CreateUser", { UserName: "u" }));
    const attach = iam(stranger, "AttachUserPolicy", { UserName: "u", PolicyArn });
    expect(await refusal(attach)).toEqual([404, "NoSuchEntity"]);
  });

  it.each([
    ["{", "MalformedPolicyDocument", 400],
    ['{"Version":"2012-10-17","Statement":[]}', "MalformedPolicyDocument", 400],
    [policy({ Effect: "Allow", Action: "s3:*" }), "MalformedPolicyDocument", 400],
    [
      policy({ Effect: "Allow", Principal: "*", Action: "s3:*", Resource: "*" }),
      "MalformedPolicyDocument",
      400,
    ],
    [allow("s3:Get*", `arn:aws:s3:::${"x".repeat(6200)}`), "LimitExceeded", 409],
  ])("refuses %s with %s", async (PolicyDocument, code, status) => {
    const { keys } = await makeAccount();
    const made = iam(keys, "CreatePolicy", { PolicyName: "bad", PolicyDocument });
    expect(await refusal(made)).toEqual([status, code]);
  });
});

describe("what policies allow on S3", () => {
  it("is nothing at first, and what is attached from then on", async () => {
    const { keys } = await makeAccount();
    const own = await makeUser(keys, "u");
    const bucket = `iam-${crypto.randomUUID().slice(0, 8)}`;
    expect((await call("PUT", `/${bucket}`, { keys })).status).toBe(200);
    const get = () => call("GET", `/${bucket}?list-type=2`, { keys: own });
    const put = () => call("PUT", `/${bucket}/key`, { keys: own, body: "x" });
    expect((await get()).status).toBe(403);
    const attach = { UserName: "u", PolicyArn: readOnlyArn };
    await done(iam(keys, "AttachUserPolicy", attach));
    expect([(await get()).status, (await put()).status]).toEqual([200, 403]);
    await done(iam(keys, "DetachUserPolicy", attach));
    expect((await get()).status).toBe(403);
    await done(iam(keys, "CreateGroup", { GroupName: "g" }));
    await done(iam(keys, "AddUserToGroup", { GroupName: "g", UserName: "u" }));
    const PolicyDocument = allow("s3:PutObject", `arn:aws:s3:::${bucket}/*`);
    await done(iam(keys, "PutGroupPolicy", { GroupName: "g", PolicyName: "w", PolicyDocument }));
    expect([(await get()).status, (await put()).status]).toEqual([403, 200]);
    const boundary = { UserName: "u", PermissionsBoundary: readOnlyArn };
    await done(iam(keys, "PutUserPermissionsBoundary", boundary));
    expect((await put()).status).toBe(403);
    await done(iam(keys, "DeleteUserPermissionsBoundary", { UserName: "u" }));
    expect((await put()).status).toBe(200);
    await done(iam(keys, "RemoveUserFromGroup", { GroupName: "g", UserName: "u" }));
    expect((await put()).status).toBe(403);
  });

  it("follows variables and tags of the user", async () => {
    const { keys } = await makeAccount();
    const document = policy(
      {
        Effect: "Allow",
        Action: "s3:PutObject",
        Resource: "arn:aws:s3:::*/home/${aws:username}/*",
      },
      {
        Effect: "Allow",
        Action: "s3:GetObject",
        Resource: "*",
        Condition: { StringEquals: { "aws:PrincipalTag/team": "red" } },
      },
    );
    const own = await makeUser(keys, "ann", document);
    const bucket = `iam-${crypto.randomUUID().slice(0, 8)}`;
    await call("PUT", `/${bucket}`, { keys });
    const put = (name: string) =>
      call("PUT", `/${bucket}/home/${name}/x`, { keys: own, body: "x" });
    expect([(await put("ann")).status, (await put("bob")).status]).toEqual([200, 403]);
    const get = () => call("GET", `/${bucket}/home/ann/x`, { keys: own });
    expect((await get()).status).toBe(403);
    await done(iam(keys, "TagUser", { UserName: "ann", Tags: [{ Key: "team", Value: "red" }] }));
    expect((await get()).status).toBe(200);
  });
});

describe("groups", () => {
  it("hold users, who hold them", async () => {
    const { keys, accountId } = await makeAccount();
    const made = await done(iam(keys, "CreateGroup", { GroupName: "g", Path: "/p/" }));
    expect(made.first("Arn")).toBe(`arn:aws:iam::${accountId}:group/p/g`);
    expect(made.first("GroupId")).toMatch(/^AGPA/);
    for (const UserName of ["b", "a"]) {
      await done(iam(keys, "CreateUser", { UserName }));
      await done(iam(keys, "AddUserToGroup", { GroupName: "g", UserName }));
    }
    expect((await done(iam(keys, "GetGroup", { GroupName: "g" }))).all("UserName")).toEqual([
      "a",
      "b",
    ]);
    const groups = await done(iam(keys, "ListGroupsForUser", { UserName: "a" }));
    expect(groups.all("GroupName")).toEqual(["g"]);
    for (const [action, wish] of [
      ["DeleteGroup", { GroupName: "g" }],
      ["DeleteUser", { UserName: "a" }],
    ] as const) {
      expect(await refusal(iam(keys, action, wish))).toEqual([409, "DeleteConflict"]);
    }
    const absent = { GroupName: "g", UserName: "absent" };
    expect(await refusal(iam(keys, "AddUserToGroup", absent))).toEqual([404, "NoSuchEntity"]);
    await done(iam(keys, "UpdateGroup", { GroupName: "g", NewGroupName: "h" }));
    expect((await done(iam(keys, "ListGroups"))).all("GroupName")).toEqual(["h"]);
  });
});

describe("inline policies", () => {
  it("are put, shown, listed and deleted", async () => {
    const { keys } = await makeAccount();
    await done(iam(keys, "CreateUser", { UserName: "u" }));
    const named = { UserName: "u", PolicyName: "own" };
    await done(iam(keys, "PutUserPolicy", { ...named, PolicyDocument: allow("s3:*") }));
    const shown = await done(iam(keys, "GetUserPolicy", named));
    expect(decodeURIComponent(shown.first("PolicyDocument") ?? "")).toBe(allow("s3:*"));
    expect((await done(iam(keys, "ListUserPolicies", { UserName: "u" }))).all("member")).toEqual([
      "own",
    ]);
    const tooLong = allow("s3:*", `arn:aws:s3:::${"x".repeat(1990)}`);
    const second = { UserName: "u", PolicyName: "two", PolicyDocument: tooLong };
    expect(await refusal(iam(keys, "PutUserPolicy", second))).toEqual([409, "LimitExceeded"]);
    await done(iam(keys, "DeleteUserPolicy", named));
    expect(await refusal(iam(keys, "GetUserPolicy", named))).toEqual([404, "NoSuchEntity"]);
  });
});

it("conditions see the boundary that an identity has", async () => {
  const { keys } = await makeAccount();
  const PermissionsBoundary = readOnlyArn;
  const Condition = { ArnEquals: { "iam:PermissionsBoundary": readOnlyArn } };
  const admin = await makeUser(
    keys,
    "admin",
    policy(
      { Effect: "Allow", Action: "iam:*", Resource: "*" },
      { Effect: "Deny", Action: "iam:Delete*PermissionsBoundary", Resource: "*", Condition },
    ),
  );
  const UserName = "bound";
  await done(iam(keys, "CreateUser", { UserName, PermissionsBoundary }));
  const drop = () => iam(admin, "DeleteUserPermissionsBoundary", { UserName });
  expect(await refusal(drop())).toEqual([403, "AccessDenied"]);
  const other = "arn:aws:iam::aws:policy/AmazonS3FullAccess";
  const wish = { UserName, PermissionsBoundary: other };
  await done(iam(keys, "PutUserPermissionsBoundary", wish));
  await done(drop());
});
