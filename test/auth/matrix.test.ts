// The authorisation matrix, generated from the operations table: every operation as every kind of
// caller, under a bucket policy that allows, denies, says nothing, or allows under a condition. What
// is expected is written from AWS's rules for two accounts, not computed by the evaluator (SEC-071).

import { describe, expect, it } from "vitest";
import {
  askOf,
  type CallFacts,
  explainAccess,
  judge,
  judgePlain,
} from "../../src/auth/authorize.ts";
import { describeAccess } from "../../src/auth/policy/message.ts";
import { requiredAsks } from "../../src/auth/required-asks.ts";
import { operationRows } from "../../src/s3/operations.ts";
import type { Principal } from "../../src/s3/principal.ts";
import { parseQuery } from "../../src/s3/target.ts";

const owner = "111122223333";
const other = "444455556666";
const bucketName = "matrix";

interface Who {
  readonly name: string;
  readonly principal: Principal;
  readonly isOwn: boolean;
  /** It needs no policy of its own: a root, or somebody without an account. */
  readonly isFree: boolean;
}

function principal(type: Principal["type"], accountId: string, arn: string): Principal {
  const canonicalId = accountId.repeat(6).slice(0, 64);
  return { type, accountId, canonicalId, displayName: "x", arn, isOperator: false };
}

const everything = { Effect: "Allow", Action: "*", Resource: "*" };

function withPolicies(given: Principal, ...statements: object[]): Principal {
  const document = JSON.stringify({ Version: "2012-10-17", Statement: statements });
  const identity = statements.length === 0 ? [] : [{ name: "own", document }];
  return { ...given, policies: { identity } };
}

const user = principal("User", owner, `arn:aws:iam::${owner}:user/u`);
const stranger = principal("User", other, `arn:aws:iam::${other}:user/s`);
const session: Principal = {
  ...principal("AssumedRole", owner, `arn:aws:sts::${owner}:assumed-role/r/one`),
  issuerArn: `arn:aws:iam::${owner}:role/r`,
};

const callers: readonly (Who & { readonly hasAll: boolean })[] = [
  who("owner root", principal("Account", owner, `arn:aws:iam::${owner}:root`), true),
  who("user with everything", withPolicies(user, everything), true),
  who("user with nothing", withPolicies(user), false),
  who("session with nothing", withPolicies(session), false),
  who("other root", principal("Account", other, `arn:aws:iam::${other}:root`), true),
  who("stranger with everything", withPolicies(stranger, everything), true),
  who("stranger with nothing", withPolicies(stranger), false),
  who("nobody", { ...principal("Anonymous", "", "*"), canonicalId: "" }, false),
];

function who(name: string, given: Principal, hasAll: boolean) {
  const isFree = given.type === "Account" || given.type === "Anonymous";
  return { name, principal: given, isOwn: given.accountId === owner, isFree, hasAll };
}

function callAs(caller: Principal, agent = "client"): CallFacts {
  return {
    principal: caller,
    authenticated: { method: caller.type === "Anonymous" ? "anonymous" : "header" },
    isSecure: true,
    nowMs: 0,
    region: "us-east-1",
    headers: new Headers({ "user-agent": agent }),
    target: { query: parseQuery("") },
    edge: {},
  };
}

type State = "allow" | "deny" | "absent" | "condition met" | "condition not met";
const states: readonly State[] = ["allow", "deny", "absent", "condition met", "condition not met"];

function bucketUnder(state: State, actions: readonly string[]) {
  const common = {
    Principal: "*",
    Resource: [`arn:aws:s3:::${bucketName}`, `arn:aws:s3:::${bucketName}/*`],
  };
  const allow = { Effect: "Allow", Action: actions, ...common };
  const statements = {
    allow: [allow],
    deny: [allow, { Effect: "Deny", Action: actions.slice(-1), ...common }],
    absent: [{ ...allow, Action: "s3:PauseReplication" }],
    "condition met": [{ ...allow, Condition: { StringEquals: { "aws:UserAgent": "client" } } }],
    "condition not met": [{ ...allow, Condition: { StringEquals: { "aws:UserAgent": "x" } } }],
  }[state];
  const policy = JSON.stringify({ Version: "2012-10-17", Statement: statements });
  const settings = new Map([
    ["policy", policy],
    ["publicAccessBlock", "null"],
  ]);
  return { name: bucketName, accountId: owner, ownerCanonicalId: "owner", settings };
}

/** AWS's rules, case by case. */
function expected(caller: (typeof callers)[number], state: State, isRescue: boolean): boolean {
  const isAllowing = state === "allow" || state === "condition met";
  if (state === "deny") return caller.name === "owner root" && isRescue;
  if (caller.isOwn) return isAllowing || caller.hasAll;
  return isAllowing && (caller.isFree || caller.hasAll);
}

const rescues = ["GetBucketPolicy", "PutBucketPolicy", "DeleteBucketPolicy"];

/** A request that asks for more than the row's own action, where there is such a thing. */
const requests = [
  { title: "plain", query: "", headers: {} },
  { title: "of a version", query: "versionId=x", headers: {} },
  {
    title: "with everything in passing",
    query: "",
    headers: {
      "x-amz-tagging": "a=b",
      "x-amz-acl": "private",
      "x-amz-object-lock-mode": "GOVERNANCE",
      "x-amz-object-lock-legal-hold": "ON",
      "if-match": '"x"',
    },
  },
];

const rows = operationRows.filter((row) => row.level !== "service" && row.action !== "preflight");

describe("SEC-071 matrix", () => {
  it.each(rows.map((row) => [row.name, row] as const))("%s", (name, row) => {
    for (const { headers, query } of requests) {
      const target = { key: row.level === "bucket" ? undefined : "key", query: parseQuery(query) };
      const key = name === "PostObject" ? "key" : target.key;
      const asks = requiredAsks(row, { headers: new Headers(headers), target: { ...target, key } });
      expect(asks.length).toBeGreaterThan(0);
      const actions = asks.map(({ action }) => action);
      for (const state of states) {
        const bucket = bucketUnder(state, actions);
        for (const caller of callers) {
          const call = callAs(caller.principal);
          const verdicts = asks.map((ask) => judge(call, bucket, ask).isAllowed);
          const isAllowed = verdicts.every(Boolean);
          const wanted = expected(caller, state, rescues.includes(name));
          expect(isAllowed, `${caller.name} under ${state} ${query}`).toBe(wanted);
        }
      }
    }
  });

  it.each(operationRows.filter((row) => row.level === "service" || row.name === "CreateBucket"))(
    "$name is asked of the caller's own account",
    (row) => {
      const target = { key: undefined, query: parseQuery("") };
      const asks = requiredAsks(row, { headers: new Headers(), target });
      for (const { name, principal: caller, hasAll } of callers) {
        for (const ask of asks) {
          const { isAllowed } = judgePlain(callAs(caller), { ...ask, resource: "arn:aws:s3:::x" });
          expect(isAllowed, name).toBe(hasAll);
        }
      }
    },
  );

  it("names an action for every row, and one of S3's", () => {
    for (const row of rows) expect(row.action).toMatch(/^(?:s3|s3express):[A-Z]/);
  });
});

/** AWS's mapping: which permission of which ACL lets a grantee call an operation. */
const byBucketAcl: Readonly<Record<string, readonly string[]>> = {
  READ: [
    "HeadBucket",
    "ListMultipartUploads",
    "ListObjectVersions",
    "ListObjects",
    "ListObjectsV2",
  ],
  WRITE: [
    ...["CompleteMultipartUpload", "CopyObject", "CreateMultipartUpload", "DeleteObject"],
    ...["DeleteObjects", "PostObject", "PutObject", "RenameObject", "UploadPart", "UploadPartCopy"],
  ],
  READ_ACP: ["GetBucketAcl"],
  WRITE_ACP: ["PutBucketAcl"],
};
const byObjectAcl: Readonly<Record<string, readonly string[]>> = {
  READ: ["GetObject", "HeadObject", "SelectObjectContent"],
  WRITE: [],
  READ_ACP: ["GetObjectAcl"],
  WRITE_ACP: ["PutObjectAcl"],
};

describe("SEC-071 matrix of ACLs", () => {
  const strangerId = "f".repeat(64);
  const everybodyGroup = "http://acs.amazonaws.com/groups/global/AllUsers";
  const permissions = ["READ", "WRITE", "READ_ACP", "WRITE_ACP", "FULL_CONTROL"] as const;
  const grantsIt = (table: typeof byBucketAcl, name: string, permission: string) =>
    permission === "FULL_CONTROL"
      ? Object.values(table).some((names) => names.includes(name))
      : table[permission]?.includes(name) === true;
  const ownership = (kind: string) =>
    JSON.stringify({ OwnershipControls: { Rules: [{ ObjectOwnership: kind }] } });
  const strangerRoot = callers.find(({ name }) => name === "other root");
  const nobody = callers.find(({ principal: { type } }) => type === "Anonymous");

  it("names callers of the matrix", () => {
    expect([strangerRoot, nobody]).not.toContain(undefined);
  });

  it.each(rows.map((row) => [row.name, row] as const))("%s", (name, row) => {
    const key = row.level === "object" || name === "PostObject" ? "key" : undefined;
    const asks = requiredAsks(row, {
      headers: new Headers(),
      target: { key, query: parseQuery("") },
    });
    for (const [who, grantee] of [
      [{ ...strangerRoot?.principal, canonicalId: strangerId }, strangerId],
      [nobody?.principal, everybodyGroup],
    ] as const) {
      const call = callAs(who as Principal);
      for (const permission of permissions) {
        const acl = [["owner", "FULL_CONTROL"] as const, [grantee, permission] as const];
        for (const kind of ["ObjectWriter", "BucketOwnerPreferred", "BucketOwnerEnforced"]) {
          const settings = new Map([
            ["ownershipControls", ownership(kind)],
            ["publicAccessBlock", "null"],
          ]);
          const bucket = {
            name: bucketName,
            accountId: owner,
            ownerCanonicalId: "owner",
            settings,
          };
          const isInForce = kind !== "BucketOwnerEnforced";
          const granting = new Map([...settings, ["acl", JSON.stringify({ grants: acl })]]);
          const byBucket = asks.every(
            (ask) => judge(call, { ...bucket, settings: granting }, ask).isAllowed,
          );
          const label = `${grantee} ${permission} ${kind}`;
          const isByBucket = isInForce && grantsIt(byBucketAcl, name, permission);
          expect(byBucket, `bucket ${label}`).toBe(isByBucket);
          const byObject = asks.every((ask) => judge(call, bucket, askOf(ask, { acl })).isAllowed);
          const isByObject = isInForce && grantsIt(byObjectAcl, name, permission);
          expect(byObject, `object ${label}`).toBe(isByObject);
        }
      }
    }
  });
});

describe("Explanations of ACLs", () => {
  const settings = new Map([["ownershipControls", "null"]]);
  const bucket = { name: bucketName, accountId: owner, ownerCanonicalId: "owner", settings };
  const nobody = callers.find(({ principal: { type } }) => type === "Anonymous")?.principal;
  const group = "http://acs.amazonaws.com/groups/global/AllUsers";
  const acl = [["owner", "FULL_CONTROL"] as const, [group, "READ"] as const];
  const ask = askOf({ action: "s3:GetObject", key: "k" }, { acl });

  it("name the grant that allowed, and the one that Block Public Access ignores", () => {
    const open = new Map([...settings, ["publicAccessBlock", "null"]]);
    const caller = callAs(nobody as Principal);
    const allowed = explainAccess(caller, { ...bucket, settings: open }, ask);
    expect(allowed).toMatchObject({
      isAllowed: true,
      reason: "acl",
      source: "acl",
      policy: "object ACL",
      grant: { grantee: group, permission: "READ" },
    });
    const { words } = describeAccess(allowed, nobody as Principal).trace;
    expect(words).toContain(`The object ACL grants READ to ${group}.`);
    const ignored = explainAccess(caller, bucket, ask);
    expect([ignored.isAllowed, ignored.reason]).toEqual([false, "no-resource-allow"]);
    expect(ignored.acl?.grants[1]).toMatchObject({ isGrantee: true, isIgnored: true });
    expect(describeAccess(ignored, nobody as Principal).trace.words.join(" ")).toContain(
      "IgnorePublicAcls",
    );
  });

  it("let the service that delivers logs write where its group may, and no other", () => {
    const grants = [["http://acs.amazonaws.com/groups/s3/LogDelivery", "WRITE"]];
    const granting = new Map([...settings, ["acl", JSON.stringify({ grants })]]);
    const put = { action: "s3:PutObject", key: "logs/1" };
    const mayWrite = (name: string) => {
      const service = { ...principal("Service", "", name), canonicalId: "" };
      return judge(callAs(service), { ...bucket, settings: granting }, put).isAllowed;
    };
    expect(mayWrite("logging.s3.amazonaws.com")).toBe(true);
    expect(mayWrite("s3.amazonaws.com")).toBe(false);
  });

  it("say to the bucket's owner whose object it is, and who took a grant away", () => {
    const root = callers.find(({ name }) => name === "owner root")?.principal as Principal;
    const caller = callAs({ ...root, canonicalId: "owner" });
    const foreign = explainAccess(caller, bucket, askOf(ask, { ownerId: "somebody" }));
    expect([foreign.isAllowed, foreign.objectOwner]).toEqual([false, "other"]);
    expect(describeAccess(foreign, root).trace.changes).toMatchObject([
      { kind: "setting", source: "acl", policy: "object ACL" },
    ]);
    const bare = new Map([...settings, ["acl", JSON.stringify({ grants: [] })]]);
    const put = { action: "s3:PutObject", key: "k" };
    const ungranted = explainAccess(caller, { ...bucket, settings: bare }, put);
    expect([ungranted.isAllowed, ungranted.reason]).toEqual([false, "owner-ungranted"]);
    expect(describeAccess(ungranted, root).trace.changes).toMatchObject([
      { kind: "setting", source: "acl", policy: "bucket ACL" },
    ]);
  });
});

describe("What a request asks for", () => {
  const asksOf = (name: string, headers: Record<string, string> = {}, query = "") => {
    const row = operationRows.find((candidate) => candidate.name === name);
    if (row === undefined) throw new Error(name);
    const key = row.level === "object" || name === "PostObject" ? "k" : undefined;
    const asks = requiredAsks(row, {
      headers: new Headers(headers),
      target: { key, query: parseQuery(query) },
    });
    return asks.map(({ action }) => action);
  };

  it.each([
    ["GetObject", {}, "", ["s3:GetObject"]],
    ["SEC-055 GetObject", {}, "versionId=v", ["s3:GetObjectVersion"]],
    ["SEC-055 HeadObject", {}, "versionId=null", ["s3:GetObjectVersion"]],
    ["SEC-055 GetObjectTagging", {}, "tagging&versionId=v", ["s3:GetObjectVersionTagging"]],
    ["SEC-055 PutObjectTagging", {}, "tagging&versionId=v", ["s3:PutObjectVersionTagging"]],
    ["SEC-055 GetObjectAcl", {}, "acl&versionId=v", ["s3:GetObjectVersionAcl"]],
    ["SEC-055 DeleteObject", {}, "versionId=v", ["s3:DeleteObjectVersion"]],
    ["GetObjectAttributes", {}, "", ["s3:GetObjectAttributes", "s3:GetObject"]],
    [
      "GetObjectAttributes",
      {},
      "versionId=v",
      ["s3:GetObjectVersionAttributes", "s3:GetObjectVersion"],
    ],
    ["PutObject", {}, "", ["s3:PutObject"]],
    ["PutObject", { "x-amz-tagging": "a=b" }, "", ["s3:PutObject", "s3:PutObjectTagging"]],
    ["SEC-085 PutObject", { "x-amz-acl": "public-read" }, "", ["s3:PutObject", "s3:PutObjectAcl"]],
    ["SEC-085 PutObject", { "x-amz-grant-read": "id=x" }, "", ["s3:PutObject", "s3:PutObjectAcl"]],
    [
      "PutObject",
      { "x-amz-object-lock-mode": "GOVERNANCE" },
      "",
      ["s3:PutObject", "s3:PutObjectRetention"],
    ],
    [
      "PutObject",
      { "x-amz-object-lock-legal-hold": "ON" },
      "",
      ["s3:PutObject", "s3:PutObjectLegalHold"],
    ],
    ["PutObject", { "if-match": '"e"' }, "", ["s3:PutObject", "s3:GetObject"]],
    ["PutObject", { "if-none-match": "*" }, "", ["s3:PutObject"]],
    ["CopyObject", { "x-amz-tagging": "a=b" }, "", ["s3:PutObject", "s3:PutObjectTagging"]],
    ["CreateMultipartUpload", { "x-amz-acl": "private" }, "", ["s3:PutObject", "s3:PutObjectAcl"]],
    ["PostObject", { "x-amz-tagging": "a=b" }, "", ["s3:PutObject", "s3:PutObjectTagging"]],
    [
      "CreateBucket",
      { "x-amz-object-ownership": "x" },
      "",
      ["s3:CreateBucket", "s3:PutBucketOwnershipControls"],
    ],
    [
      "CreateBucket",
      { "x-amz-bucket-object-lock-enabled": "true" },
      "",
      ["s3:CreateBucket", "s3:PutBucketObjectLockConfiguration", "s3:PutBucketVersioning"],
    ],
    ["UploadPart", { "x-amz-acl": "private" }, "", ["s3:PutObject"]],
    ["OptionsObject", {}, "", []],
  ] as const)("%s %j %s: %j", (title, headers, query, actions) => {
    const name = title.replace(/^SEC-\d+ /, "");
    expect(asksOf(name, headers, query)).toEqual(actions);
  });
});
