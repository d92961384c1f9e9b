import { describe, expect, it } from "vitest";
import { call, makeAccount } from "../operations/bucket/fixtures.ts";
import { allow, done, iam, makeKey, makeUser, refusal, sts } from "./fixtures.ts";

describe("users", () => {
  it("are made, shown, listed, renamed and deleted", async () => {
    const { keys, accountId } = await makeAccount();
    const Tags = [{ Key: "team", Value: "a+b" }];
    const made = await done(iam(keys, "CreateUser", { UserName: "Ann", Path: "/eng/", Tags }));
    expect(made.first("Arn")).toBe(`arn:aws:iam::${accountId}:user/eng/Ann`);
    expect(made.first("UserId")).toMatch(/^AIDA[A-Z2-7]{17}$/);
    expect(made.first("CreateDate")).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    const shown = await done(iam(keys, "GetUser", { UserName: "Ann" }));
    expect(shown.text).toContain("<Tags><member><Key>team</Key><Value>a+b</Value></member></Tags>");
    expect(await refusal(iam(keys, "CreateUser", { UserName: "aNN" }))).toEqual([
      409,
      "EntityAlreadyExists",
    ]);
    await done(iam(keys, "UpdateUser", { UserName: "Ann", NewUserName: "Anna", NewPath: "/" }));
    const renamed = await done(iam(keys, "GetUser", { UserName: "Anna" }));
    expect(renamed.first("Arn")).toBe(`arn:aws:iam::${accountId}:user/Anna`);
    expect(renamed.first("UserId")).toBe(made.first("UserId"));
    expect(await refusal(iam(keys, "GetUser", { UserName: "Ann" }))).toEqual([404, "NoSuchEntity"]);
    await done(iam(keys, "DeleteUser", { UserName: "Anna" }));
    expect(await refusal(iam(keys, "DeleteUser", { UserName: "Anna" }))).toEqual([
      404,
      "NoSuchEntity",
    ]);
  });

  it("answers the root of an account with an ARN that ends in :root", async () => {
    const { keys, accountId } = await makeAccount();
    const shown = await done(iam(keys, "GetUser"));
    expect(shown.first("Arn")).toBe(`arn:aws:iam::${accountId}:root`);
  });

  it("answers a user without a name with itself", async () => {
    const { keys } = await makeAccount();
    const own = await makeUser(keys, "self", allow("iam:GetUser"));
    expect((await done(iam(own, "GetUser"))).first("UserName")).toBe("self");
  });

  it("are listed in pages and under a path", async () => {
    const { keys } = await makeAccount();
    for (const name of ["c", "a", "b"]) await done(iam(keys, "CreateUser", { UserName: name }));
    await done(iam(keys, "CreateUser", { UserName: "d", Path: "/x/y/" }));
    const first = await done(iam(keys, "ListUsers", { MaxItems: 3 }));
    expect(first.all("UserName")).toEqual(["a", "b", "c"]);
    expect(first.first("IsTruncated")).toBe("true");
    const rest = { MaxItems: 3, Marker: first.first("Marker") ?? "" };
    const second = await done(iam(keys, "ListUsers", rest));
    expect([second.all("UserName"), second.first("IsTruncated")]).toEqual([["d"], "false"]);
    const under = await done(iam(keys, "ListUsers", { PathPrefix: "/x/" }));
    expect(under.all("UserName")).toEqual(["d"]);
    expect(await refusal(iam(keys, "ListUsers", { Marker: "%" }))).toEqual([
      400,
      "ValidationError",
    ]);
    expect(await refusal(iam(keys, "ListUsers", { MaxItems: 0 }))).toEqual([
      400,
      "ValidationError",
    ]);
  });

  it.each([
    [{}, "ValidationError"],
    [{ UserName: "a b" }, "ValidationError"],
    [{ UserName: "x".repeat(65) }, "ValidationError"],
    [{ UserName: "x", Path: "no-slash" }, "ValidationError"],
    [
      {
        UserName: "x",
        Tags: [
          { Key: "a", Value: "1" },
          { Key: "A", Value: "2" },
        ],
      },
      "InvalidInput",
    ],
    [{ UserName: "x", Tags: [{ Key: "aws:x", Value: "1" }] }, "InvalidInput"],
    [{ UserName: "x", "Tags.member.2.Key": "gap" }, "MalformedInput"],
    [{ UserName: "x", "Tags.1.Key": "flat" }, "MalformedInput"],
  ])("refuses %j with %s", async (parameters, code) => {
    const { keys } = await makeAccount();
    expect(await refusal(iam(keys, "CreateUser", parameters))).toEqual([400, code]);
  });

  it("refuses a boundary that does not exist", async () => {
    const { keys } = await makeAccount();
    const wish = { UserName: "x", PermissionsBoundary: "arn:aws:iam::aws:policy/None" };
    expect(await refusal(iam(keys, "CreateUser", wish))).toEqual([404, "NoSuchEntity"]);
  });

  it("are not deleted while anything hangs on them", async () => {
    const { keys } = await makeAccount();
    const own = await makeUser(keys, "held", allow("s3:*"));
    const gone = () => refusal(iam(keys, "DeleteUser", { UserName: "held" }));
    expect(await gone()).toEqual([409, "DeleteConflict"]);
    await done(iam(keys, "DeleteAccessKey", { UserName: "held", AccessKeyId: own.accessKeyId }));
    expect(await gone()).toEqual([409, "DeleteConflict"]);
    await done(iam(keys, "DeleteUserPolicy", { UserName: "held", PolicyName: "inline" }));
    await done(iam(keys, "DeleteUser", { UserName: "held" }));
  });

  it("carry tags that are added, replaced, listed and removed", async () => {
    const { keys } = await makeAccount();
    await done(iam(keys, "CreateUser", { UserName: "t", Tags: [{ Key: "a", Value: "1" }] }));
    const more = [
      { Key: "A", Value: "2" },
      { Key: "b", Value: "" },
    ];
    await done(iam(keys, "TagUser", { UserName: "t", Tags: more }));
    const listed = await done(iam(keys, "ListUserTags", { UserName: "t" }));
    expect([listed.all("Key"), listed.all("Value")]).toEqual([
      ["A", "b"],
      ["2", ""],
    ]);
    await done(iam(keys, "UntagUser", { UserName: "t", TagKeys: ["a"] }));
    expect((await done(iam(keys, "ListUserTags", { UserName: "t" }))).all("Key")).toEqual(["b"]);
  });
});

describe("access keys", () => {
  it("are two at most, and work at once", async () => {
    const { keys, accountId } = await makeAccount();
    const first = await makeUser(keys, "k");
    const second = await makeKey(keys, "k");
    expect(first.accessKeyId).toMatch(/^AKIA[A-Z2-7]{16}$/);
    expect(await refusal(iam(keys, "CreateAccessKey", { UserName: "k" }))).toEqual([
      409,
      "LimitExceeded",
    ]);
    for (const own of [first, second]) {
      const identity = await done(sts(own, "GetCallerIdentity"));
      expect(identity.first("Arn")).toBe(`arn:aws:iam::${accountId}:user/k`);
      expect(identity.first("UserId")).toMatch(/^AIDA/);
    }
    const listed = await done(iam(keys, "ListAccessKeys", { UserName: "k" }));
    expect(listed.all("AccessKeyId").sort()).toEqual(
      [first.accessKeyId, second.accessKeyId].sort(),
    );
  });

  it("shows no secret twice (SEC-067)", async () => {
    const { keys } = await makeAccount();
    const own = await makeUser(keys, "k");
    const answers = await Promise.all([
      iam(keys, "ListAccessKeys", { UserName: "k" }),
      iam(keys, "GetUser", { UserName: "k" }),
      iam(keys, "GetAccessKeyLastUsed", { AccessKeyId: own.accessKeyId }),
      iam(keys, "GetAccountAuthorizationDetails"),
    ]);
    for (const { text } of answers) expect(text).not.toContain(own.secretAccessKey);
  });

  it("stop working when switched off or deleted (SEC-026)", async () => {
    const { keys } = await makeAccount();
    const own = await makeUser(keys, "k");
    const change = { UserName: "k", AccessKeyId: own.accessKeyId };
    await done(sts(own, "GetCallerIdentity"));
    await done(iam(keys, "UpdateAccessKey", { ...change, Status: "Inactive" }));
    expect(await refusal(sts(own, "GetCallerIdentity"))).toEqual([403, "InvalidClientTokenId"]);
    await done(iam(keys, "UpdateAccessKey", { ...change, Status: "Active" }));
    await done(sts(own, "GetCallerIdentity"));
    await done(iam(keys, "DeleteAccessKey", change));
    expect(await refusal(sts(own, "GetCallerIdentity"))).toEqual([403, "InvalidClientTokenId"]);
  });

  it("of a deleted user do not come back with a user of the same name (SEC-070)", async () => {
    const { keys } = await makeAccount();
    const old = await makeUser(keys, "again");
    const drop = { UserName: "again", AccessKeyId: old.accessKeyId };
    await done(iam(keys, "DeleteAccessKey", drop));
    await done(iam(keys, "DeleteUser", { UserName: "again" }));
    const fresh = await makeUser(keys, "again");
    expect(fresh.accessKeyId).not.toBe(old.accessKeyId);
    expect(await refusal(sts(old, "GetCallerIdentity"))).toEqual([403, "InvalidClientTokenId"]);
  });

  it("of another owner are not reached by their ids (SEC-064)", async () => {
    const { keys } = await makeAccount();
    const { keys: stranger } = await makeAccount();
    const victim = await makeUser(keys, "victim");
    const thief = await makeUser(stranger, "victim", allow("iam:*"));
    const AccessKeyId = victim.accessKeyId;
    for (const by of [stranger, thief]) {
      for (const UserName of ["victim", undefined]) {
        const wish = { AccessKeyId, Status: "Inactive", ...(UserName && { UserName }) };
        expect(await refusal(iam(by, "UpdateAccessKey", wish))).toEqual([404, "NoSuchEntity"]);
      }
      const used = iam(by, "GetAccessKeyLastUsed", { AccessKeyId });
      expect(await refusal(used)).toEqual([404, "NoSuchEntity"]);
    }
    await done(sts(victim, "GetCallerIdentity"));
  });

  it("tell when they were used last", async () => {
    const { keys } = await makeAccount();
    const own = await makeUser(keys, "k", allow("s3:ListAllMyBuckets"));
    const AccessKeyId = own.accessKeyId;
    const before = await done(iam(keys, "GetAccessKeyLastUsed", { AccessKeyId }));
    expect([before.first("ServiceName"), before.all("LastUsedDate")]).toEqual(["N/A", []]);
    expect((await call("GET", "/", { keys: own })).status).toBe(200);
    const after = await done(iam(keys, "GetAccessKeyLastUsed", { AccessKeyId }));
    expect(after.first("UserName")).toBe("k");
    expect(after.first("ServiceName")).toBe("s3");
  });

  it("refuses a policy smuggled into another action (SEC-065)", async () => {
    const { keys } = await makeAccount();
    const own = await makeUser(keys, "plain", allow("iam:CreateAccessKey"));
    const PolicyDocument = allow("*");
    const extra = { UserName: "plain", PolicyName: "x", PolicyDocument, PolicyArn: "x" };
    await done(iam(own, "CreateAccessKey", extra));
    expect(
      (await done(iam(keys, "ListUserPolicies", { UserName: "plain" }))).all("member"),
    ).toEqual(["inline"]);
  });
});
