// Golden cases of Action, Resource, Principal and their negations, from AWS's documentation:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notresource.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html

import { describe, expect, it } from "vitest";
import { parsePolicy } from "../../../src/auth/policy/document.ts";
import {
  account,
  allow,
  ask,
  type CallerName,
  callers,
  deny,
  otherAccount,
  policyText,
} from "./fixtures.ts";

const actions: [element: unknown, action: string, matches: boolean][] = [
  ["s3:GetObject", "s3:GetObject", true],
  ["s3:getobject", "s3:GetObject", true],
  ["S3:GETOBJECT", "s3:GetObject", true],
  ["s3:GetObject", "s3:GetObjectVersion", false],
  ["s3:GetObject*", "s3:GetObjectVersion", true],
  ["s3:Get*", "s3:GetObject", true],
  ["s3:Get*", "s3:PutObject", false],
  ["s3:*Object", "s3:PutObject", true],
  ["s3:*Object", "s3:PutObjectAcl", false],
  ["s3:*Object*", "s3:PutObjectAcl", true],
  ["s3:???Object", "s3:GetObject", true],
  ["s3:???Object", "s3:DeleteObject", false],
  ["s3:*", "s3:ListBucket", true],
  ["s3:*", "iam:GetUser", false],
  ["*", "iam:GetUser", true],
  ["*:*", "iam:GetUser", true],
  ["*:Get*", "iam:GetUser", true],
  ["iam:*AccessKey*", "iam:CreateAccessKey", true],
  ["iam:*AccessKey*", "iam:ListAccessKeys", true],
  ["iam:*AccessKey*", "iam:CreateUser", false],
  [["s3:PutObject", "s3:GetObject"], "s3:GetObject", true],
  [["s3:PutObject", "s3:GetObject"], "s3:DeleteObject", false],
];

describe("Action", () => {
  it.each(actions)("%j and %s: %s", (Action, action, expected) => {
    expect(ask({ identity: [allow({ Action })], action }).isAllowed).toBe(expected);
    expect(ask({ identity: [allow({ NotAction: Action })], action }).isAllowed).toBe(!expected);
    const denied = ask({ identity: [allow(), deny({ Action })], action });
    expect(denied.reason).toBe(expected ? "explicit-deny" : "identity-policy");
  });

  it("SEC-078 NotAction allows everything else, other services included", () => {
    const identity = [allow({ NotAction: ["s3:DeleteBucket", "iam:*"] })];
    expect(ask({ identity, action: "s3:PutObject" }).isAllowed).toBe(true);
    expect(ask({ identity, action: "kms:Decrypt" }).isAllowed).toBe(true);
    expect(ask({ identity, action: "s3:DeleteBucket" }).isAllowed).toBe(false);
    expect(ask({ identity, action: "iam:CreateUser" }).isAllowed).toBe(false);
  });

  it("denies by NotAction what is not listed", () => {
    const identity = [allow(), deny({ NotAction: "s3:Get*" })];
    expect(ask({ identity, action: "s3:GetObject" }).isAllowed).toBe(true);
    expect(ask({ identity, action: "s3:PutObject" }).isAllowed).toBe(false);
  });
});

const resources: [element: unknown, resource: string, matches: boolean][] = [
  ["*", "arn:aws:s3:::docs/a", true],
  ["*", "*", true],
  ["arn:aws:s3:::docs", "arn:aws:s3:::docs", true],
  ["arn:aws:s3:::docs", "arn:aws:s3:::docs/a", false],
  ["arn:aws:s3:::docs/*", "arn:aws:s3:::docs", false],
  ["arn:aws:s3:::docs/*", "arn:aws:s3:::docs/", true],
  ["arn:aws:s3:::docs/*", "arn:aws:s3:::docs/a/b", true],
  ["arn:aws:s3:::docs/*", "arn:aws:s3:::docs2/a", false],
  ["arn:aws:s3:::docs*", "arn:aws:s3:::docs2/a", true],
  ["arn:aws:s3:::DOCS/*", "arn:aws:s3:::docs/a", false],
  ["arn:aws:s3:::docs/A", "arn:aws:s3:::docs/a", false],
  ["arn:aws:s3:::*/test/*", "arn:aws:s3:::docs/test/object.jpg", true],
  ["arn:aws:s3:::*/test/*", "arn:aws:s3:::docs/1/2/test/object.jpg", true],
  ["arn:aws:s3:::*/test/*", "arn:aws:s3:::docs/other", false],
  ["arn:aws:s3:::docs/?", "arn:aws:s3:::docs/a", true],
  ["arn:aws:s3:::docs/?", "arn:aws:s3:::docs/ab", false],
  ["arn:aws:s3:::docs/*.jpg", "arn:aws:s3:::docs/a.jpg", true],
  ["arn:aws:s3:::docs/*.jpg", "arn:aws:s3:::docs/a.jpg.exe", false],
  ["arn:aws:s3:::docs/a b", "arn:aws:s3:::docs/a b", true],
  ["arn:aws:s3:::docs/a%20b", "arn:aws:s3:::docs/a b", false],
  ["arn:aws:s3:::docs/a:b*", "arn:aws:s3:::docs/a:b:c", true],
  ["arn:aws:s3:::docs/../a", "arn:aws:s3:::docs/a", false],
  ["arn:aws:s3:::docs/ä", "arn:aws:s3:::docs/ä", true],
  ["arn:aws:s3:::docs/a", "arn:aws-cn:s3:::docs/a", false],
  ["arn:aws*:s3:::docs/a", "arn:aws-cn:s3:::docs/a", true],
  ["arn:aws:s3:us-east-1::docs/a", "arn:aws:s3:::docs/a", false],
  ["arn:aws:iam::*:user/*", "arn:aws:iam::123456789012:user/path/x", true],
  ["arn:aws:iam::123456789012:user/*", "arn:aws:iam::999999999999:user/x", false],
  ["arn:aws:sqs:us-east-2:*:q1", "arn:aws:sqs:us-east-2:123456789012:q1", true],
  ["arn:aws:s3:::${*}", "arn:aws:s3:::*", true],
  ["arn:aws:s3:::${*}", "arn:aws:s3:::docs", false],
  [["arn:aws:s3:::docs", "arn:aws:s3:::docs/*"], "arn:aws:s3:::docs", true],
  [["arn:aws:s3:::docs", "arn:aws:s3:::docs/*"], "arn:aws:s3:::docs/a", true],
  [["arn:aws:s3:::docs", "arn:aws:s3:::docs/*"], "arn:aws:s3:::other/a", false],
];

describe("Resource", () => {
  it.each(resources)("%j and %s: %s", (Resource, on, expected) => {
    expect(ask({ identity: [allow({ Resource })], on }).isAllowed).toBe(expected);
    expect(ask({ identity: [allow({ NotResource: Resource })], on }).isAllowed).toBe(!expected);
    expect(ask({ identity: [allow(), deny({ Resource })], on }).isAllowed).toBe(!expected);
  });

  it("SEC-078 NotResource denies everything but what is listed", () => {
    const HR = ["arn:aws:s3:::hr", "arn:aws:s3:::hr/*"];
    const identity = [allow({ Action: "s3:*" }), deny({ Action: "s3:*", NotResource: HR })];
    expect(ask({ identity, on: "arn:aws:s3:::hr/payroll" }).isAllowed).toBe(true);
    expect(ask({ identity, on: "arn:aws:s3:::docs/a" }).isAllowed).toBe(false);
  });
});

/** Who is named; which callers a statement that allows them to reads lets in, of all. */
const principals: [principal: unknown, lets: readonly CallerName[]][] = [
  ["*", ["root", "user", "bob", "session", "federated", "nobody"]],
  [{ AWS: "*" }, ["root", "user", "bob", "session", "federated", "nobody"]],
  // An account hands on what it is given: its users need their own policies.
  [{ AWS: account }, ["root"]],
  [{ AWS: `arn:aws:iam::${account}:root` }, ["root"]],
  [{ AWS: callers.user.arn }, ["root", "user", "federated"]],
  [{ AWS: [callers.user.arn, callers.bob.arn] }, ["root", "user", "bob", "federated"]],
  [{ AWS: callers.session.issuerArn }, ["root", "session"]],
  [{ AWS: callers.session.arn }, ["root", "session"]],
  [{ AWS: callers.federated.arn }, ["root", "federated"]],
  [{ AWS: `arn:aws:iam::${account}:user/ali*` }, ["root"]],
  [{ AWS: `arn:aws:iam::${account}:user/*` }, ["root"]],
  [{ AWS: `arn:aws:iam::${account}:user/Alice` }, ["root"]],
  [{ AWS: otherAccount }, ["root"]],
  [{ Service: "logging.s3.amazonaws.com" }, ["root", "service"]],
  [{ Federated: "cognito-identity.amazonaws.com" }, ["root"]],
  [{ CanonicalUser: callers.root.canonicalId }, ["root"]],
  [{ CanonicalUser: callers.otherRoot.canonicalId }, ["root"]],
];

describe("Principal", () => {
  it.each(principals)("%j lets in %j without policies of their own", (Principal, lets) => {
    const resource = [allow({ Principal })];
    const names: CallerName[] = [
      "root",
      "user",
      "bob",
      "session",
      "federated",
      "nobody",
      "service",
    ];
    const let_ = names.filter((as) => ask({ as, resource }).isAllowed);
    const expected = names.filter((name) => lets.includes(name) || name === "root");
    const everybody = Principal === "*" || JSON.stringify(Principal) === '{"AWS":"*"}';
    expect(let_).toEqual(everybody ? names : expected);
  });

  const across: [principal: unknown, as: CallerName, allowed: boolean][] = [
    ["*", "otherUser", true],
    [{ AWS: otherAccount }, "otherUser", true],
    [{ AWS: otherAccount }, "otherRoot", true],
    [{ AWS: otherAccount }, "otherSession", true],
    [{ AWS: callers.otherUser.arn }, "otherUser", true],
    [{ AWS: callers.otherUser.arn }, "otherRoot", false],
    [{ AWS: callers.otherUser.arn }, "otherSession", false],
    [{ AWS: callers.otherSession.issuerArn }, "otherSession", true],
    [{ AWS: callers.otherSession.arn }, "otherSession", true],
    [{ AWS: account }, "otherUser", false],
    [{ CanonicalUser: callers.otherRoot.canonicalId }, "otherUser", true],
    [{ CanonicalUser: callers.otherRoot.canonicalId }, "otherRoot", true],
  ];
  it.each(across)("%j lets %s in from the other account: %s", (Principal, as, expected) => {
    const resource = [allow({ Principal })];
    const identity = [allow()];
    expect(ask({ as, resource, identity }).isAllowed).toBe(expected);
    // Both sides must allow; root needs no policy of its own.
    expect(ask({ as, resource }).isAllowed).toBe(expected && as === "otherRoot");
  });

  it.each([
    [{ AWS: account }, "user"],
    [{ AWS: callers.user.arn }, "user"],
    [{ AWS: callers.session.issuerArn }, "session"],
    [{ AWS: callers.session.arn }, "session"],
    [{ AWS: callers.user.arn }, "federated"],
    ["*", "user"],
    ["*", "nobody"],
    [{ CanonicalUser: callers.user.canonicalId }, "user"],
  ] as const)("denies by %j %s, whatever else allows", (Principal, as) => {
    const resource = [allow({ Principal: "*" }), deny({ Principal })];
    expect(ask({ as, resource, identity: [allow()] }).reason).toBe("explicit-deny");
  });

  const spared: [listed: readonly string[], as: CallerName, isDenied: boolean][] = [
    [[callers.user.arn, account], "user", false],
    [[callers.user.arn, `arn:aws:iam::${account}:root`], "user", false],
    // AWS: without the account's own ARN the statement may deny the user as well.
    [[callers.user.arn], "user", true],
    [[account], "user", true],
    [[account], "root", false],
    [[callers.bob.arn, account], "user", true],
    [[callers.session.arn, callers.session.issuerArn, account], "session", false],
    [[callers.session.issuerArn, account], "session", true],
    [[callers.session.arn, account], "session", true],
    [[callers.federated.arn, callers.user.arn, account], "federated", false],
    [["*"], "nobody", false],
    [[account], "nobody", true],
    [[callers.otherUser.arn, otherAccount], "otherUser", false],
    [[callers.otherUser.arn, account], "otherUser", true],
  ];
  it.each(spared)("SEC-078 Deny with NotPrincipal %j to %s denies: %s", (AWS, as, isDenied) => {
    const resource = [allow({ Principal: "*" }), deny({ NotPrincipal: { AWS } })];
    const { reason } = ask({ as, resource, identity: [allow()] });
    expect(reason === "explicit-deny").toBe(isDenied);
  });
});

describe("Grammar", () => {
  const statement = allow({ Principal: "*" });
  it.each([
    ["no statement", { Version: "2012-10-17" }],
    ["an empty list", { Statement: [] }],
    ["a statement that is text", { Statement: ["x"] }],
    ["an unknown element", { Statement: [statement], Extra: 1 }],
    ["an unknown element of a statement", { Statement: [{ ...statement, effect: "Allow" }] }],
    ["no effect", { Statement: [{ ...statement, Effect: undefined }] }],
    ["an effect in lower case", { Statement: [{ ...statement, Effect: "deny" }] }],
    ["no action", { Statement: [{ ...statement, Action: undefined }] }],
    ["no resource", { Statement: [{ ...statement, Resource: undefined }] }],
    ["no principal", { Statement: [{ ...statement, Principal: undefined }] }],
    ["Action and NotAction", { Statement: [{ ...statement, NotAction: "s3:*" }] }],
    ["Resource and NotResource", { Statement: [{ ...statement, NotResource: "*" }] }],
    ["Principal and NotPrincipal", { Statement: [{ ...statement, NotPrincipal: "*" }] }],
    ["an action that is a number", { Statement: [{ ...statement, Action: 1 }] }],
    ["an action without a service", { Statement: [{ ...statement, Action: "GetObject" }] }],
    ["a version that does not exist", { Version: "2012-10-18", Statement: [statement] }],
    ["a version that is a number", { Version: 2012, Statement: [statement] }],
    ["a condition that is a list", { Statement: [{ ...statement, Condition: [] }] }],
    ["an operator that does not exist", condition("StringEqual", { "a:b": "c" })],
    ["an operator in lower case", condition("stringequals", { "a:b": "c" })],
    ["a quantifier that does not exist", condition("ForSomeValue:StringEquals", { "a:b": "c" })],
    ["Null with IfExists", condition("NullIfExists", { "a:b": "true" })],
    ["a value that is an object", condition("StringEquals", { "a:b": { c: 1 } })],
    ["a value that is null", condition("StringEquals", { "a:b": null })],
    ["a number that is none", condition("NumericEquals", { "a:b": "ten" })],
    ["a date that is none", condition("DateLessThan", { "a:b": "soon" })],
    ["a boolean that is none", condition("Bool", { "a:b": "yes" })],
    ["an address that is none", condition("IpAddress", { "a:b": "1.2.3" })],
    ["a range that is none", condition("IpAddress", { "a:b": "1.2.3.4/33" })],
  ])("refuses %s", (_what, document) => {
    expect(() => parsePolicy(JSON.stringify(document), "resource")).toThrow();
  });

  function condition(operator: string, keys: unknown) {
    return { Statement: [{ ...statement, Condition: { [operator]: keys } }] };
  }

  it.each([
    ["a member twice", `{"Statement":[],"Statement":[]}`],
    ["a member twice, once escaped", `{"Statement":[],"\\u0053tatement":[]}`],
    ["text before the brace", ` {"Statement":[]}`],
    ["a byte order mark", `\u{FEFF}{"Statement":[]}`],
    ["something behind", `${policyText(statement)}x`],
    ["no object", "[]"],
    ["nothing", ""],
    ["endless depth", `{"Statement":${"[".repeat(9000)}${"]".repeat(9000)}}`],
    ["a prototype", `{"__proto__":{"Statement":[]}}`],
  ])("refuses %s", (_what, text) => {
    expect(() => parsePolicy(text, "resource")).toThrow();
  });

  it("takes one statement without a list, and a Sid and an Id", () => {
    const text = JSON.stringify({ Id: "i", Statement: { ...statement, Sid: "one" } });
    const policy = parsePolicy(text, "resource");
    expect([policy.id, policy.version, policy.statements[0]?.sid]).toEqual([
      "i",
      "2008-10-17",
      "one",
    ]);
  });

  it("refuses a principal in an identity's policy, and a resource in a trust policy", () => {
    expect(() => parsePolicy(policyText(statement), "identity")).toThrow(/principal/);
    expect(() => parsePolicy(policyText(statement), "trust")).toThrow(/Resource/);
  });
});
