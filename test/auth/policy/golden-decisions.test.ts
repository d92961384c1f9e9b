// Golden cases of the decision itself, from AWS's documentation:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics-non-boundary.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html

import { describe, expect, it } from "vitest";
import { type DecisionReason, decide, explain } from "../../../src/auth/policy/decide.ts";
import { suggestChanges } from "../../../src/auth/policy/suggest.ts";
import {
  account,
  allow,
  ask,
  callers,
  deny,
  inputsOf,
  otherAccount,
  type Question,
} from "./fixtures.ts";

const yes = [allow()];
const no = [deny()];
const other = [allow({ Action: "iam:*" })];
const toEverybody = [allow({ Principal: "*" })];
const toUser = [allow({ Principal: { AWS: callers.user.arn } })];
const toRole = [allow({ Principal: { AWS: callers.session.issuerArn } })];
const toSession = [allow({ Principal: { AWS: callers.session.arn } })];
const toAccount = [allow({ Principal: { AWS: account } })];
const toOther = [allow({ Principal: { AWS: otherAccount } })];
const denyAll = [deny({ Principal: "*" })];

const cases: [title: string, question: Question, reason: DecisionReason][] = [
  // One account.
  ["nothing at all", {}, "no-identity-allow"],
  ["an identity policy that allows", { identity: yes }, "identity-policy"],
  ["an identity policy about something else", { identity: other }, "no-identity-allow"],
  ["an identity policy that allows and denies", { identity: [...yes, ...no] }, "explicit-deny"],
  ["a bucket policy that names the user", { resource: toUser }, "resource-policy"],
  ["a bucket policy for everybody", { resource: toEverybody }, "resource-policy"],
  ["a bucket policy for the account", { resource: toAccount }, "no-identity-allow"],
  [
    "a bucket policy for the account, and identity",
    { resource: toAccount, identity: yes },
    "identity-policy",
  ],
  ["a bucket policy for somebody else", { resource: toRole }, "no-identity-allow"],
  ["a bucket policy that denies", { resource: denyAll, identity: yes }, "explicit-deny"],
  [
    "an identity that denies what the bucket allows",
    { resource: toUser, identity: no },
    "explicit-deny",
  ],
  // The owner's root.
  ["root", { as: "root" }, "owner-root"],
  ["root with a bucket policy for others", { as: "root", resource: toUser }, "owner-root"],
  ["root denied by the bucket policy", { as: "root", resource: denyAll }, "explicit-deny"],
  [
    "root putting a policy where all is denied",
    { as: "root", resource: denyAll, action: "s3:PutBucketPolicy" },
    "owner-root",
  ],
  [
    "root reading the policy there",
    { as: "root", resource: denyAll, action: "s3:GetBucketPolicy" },
    "owner-root",
  ],
  [
    "root deleting the policy there",
    { as: "root", resource: denyAll, action: "s3:DeleteBucketPolicy" },
    "owner-root",
  ],
  [
    "root asking for its status there",
    { as: "root", resource: denyAll, action: "s3:GetBucketPolicyStatus" },
    "explicit-deny",
  ],
  [
    "a user putting a policy there",
    { resource: denyAll, identity: yes, action: "s3:PutBucketPolicy" },
    "explicit-deny",
  ],
  [
    "another root putting a policy there",
    { as: "otherRoot", resource: denyAll, action: "s3:PutBucketPolicy" },
    "explicit-deny",
  ],
  // Boundaries.
  ["identity and boundary", { identity: yes, boundary: yes }, "identity-policy"],
  ["identity outside its boundary", { identity: yes, boundary: other }, "no-boundary-allow"],
  ["a boundary without identity", { boundary: yes }, "no-identity-allow"],
  ["a boundary that denies", { identity: yes, boundary: [...yes, ...no] }, "explicit-deny"],
  [
    "a user named by the bucket, outside its boundary",
    { resource: toUser, boundary: other },
    "resource-policy",
  ],
  [
    "a user named by the bucket, denied by its boundary",
    { resource: toUser, boundary: no },
    "explicit-deny",
  ],
  [
    "a role named by the bucket, outside its boundary",
    { as: "session", resource: toRole, boundary: other },
    "no-boundary-allow",
  ],
  [
    "a role named by the bucket, inside its boundary",
    { as: "session", resource: toRole, boundary: yes },
    "resource-policy",
  ],
  [
    "a session named by the bucket, outside the boundary",
    { as: "session", resource: toSession, boundary: other },
    "resource-policy",
  ],
  [
    "everybody, outside the boundary",
    { as: "session", resource: toEverybody, boundary: other },
    "resource-policy",
  ],
  // Session policies.
  ["role and session policy", { as: "session", identity: yes, session: yes }, "identity-policy"],
  [
    "role outside its session policy",
    { as: "session", identity: yes, session: other },
    "no-session-allow",
  ],
  [
    "a session policy that denies",
    { as: "session", identity: yes, session: [...yes, ...no] },
    "explicit-deny",
  ],
  ["a session policy without the role's", { as: "session", session: yes }, "no-identity-allow"],
  [
    "the role named by the bucket, outside the session policy",
    { as: "session", resource: toRole, session: other },
    "no-session-allow",
  ],
  [
    "the role named by the bucket, inside the session policy",
    { as: "session", resource: toRole, session: yes },
    "resource-policy",
  ],
  [
    "the session named by the bucket, outside its policy",
    { as: "session", resource: toSession, session: other },
    "resource-policy",
  ],
  [
    "a federated user outside its session policy",
    { as: "federated", identity: yes, session: other },
    "no-session-allow",
  ],
  [
    "boundary and session policy",
    { as: "session", identity: yes, boundary: yes, session: yes },
    "identity-policy",
  ],
  [
    "a session policy that allows less than the boundary",
    { as: "session", identity: yes, boundary: yes, session: other },
    "no-session-allow",
  ],
  // Guards of the account.
  ["a guard that allows", { identity: yes, guard: yes }, "identity-policy"],
  ["a guard that does not", { identity: yes, guard: other }, "no-guard-allow"],
  ["a guard that denies", { identity: yes, guard: [...yes, ...no] }, "explicit-deny"],
  ["root under a guard that does not allow", { as: "root", guard: other }, "no-guard-allow"],
  ["root under a guard that denies", { as: "root", guard: no }, "explicit-deny"],
  [
    "a user named by the bucket, under a guard",
    { resource: toUser, guard: other },
    "no-guard-allow",
  ],
  // Two accounts.
  ["a stranger with its own policy alone", { as: "otherUser", identity: yes }, "no-resource-allow"],
  [
    "a stranger the bucket allows alone",
    { as: "otherUser", resource: toOther },
    "no-identity-allow",
  ],
  [
    "a stranger both sides allow",
    { as: "otherUser", resource: toOther, identity: yes },
    "both-accounts",
  ],
  [
    "a stranger of everybody",
    { as: "otherUser", resource: toEverybody, identity: yes },
    "both-accounts",
  ],
  [
    "a stranger of everybody, without its account",
    { as: "otherUser", resource: toEverybody },
    "no-identity-allow",
  ],
  [
    "a stranger denied by its own",
    { as: "otherUser", resource: toOther, identity: no },
    "explicit-deny",
  ],
  [
    "a stranger denied by the bucket",
    { as: "otherUser", resource: [...toOther, ...denyAll], identity: yes },
    "explicit-deny",
  ],
  [
    "a stranger outside its boundary",
    { as: "otherUser", resource: toOther, identity: yes, boundary: other },
    "no-boundary-allow",
  ],
  [
    "a stranger outside its session policy",
    { as: "otherSession", resource: toOther, identity: yes, session: other },
    "no-session-allow",
  ],
  [
    "a stranger's session both sides allow",
    { as: "otherSession", resource: toOther, identity: yes, session: yes },
    "both-accounts",
  ],
  ["a strange root", { as: "otherRoot" }, "no-resource-allow"],
  [
    "a strange root that the bucket allows",
    { as: "otherRoot", resource: toOther },
    "both-accounts",
  ],
  ["a strange root of everybody", { as: "otherRoot", resource: toEverybody }, "both-accounts"],
  // Nobody.
  ["nobody", { as: "nobody" }, "no-resource-allow"],
  [
    "nobody, where the account is named",
    { as: "nobody", resource: toAccount },
    "no-resource-allow",
  ],
  ["nobody of everybody", { as: "nobody", resource: toEverybody }, "resource-policy"],
  [
    "nobody of everybody but denied",
    { as: "nobody", resource: [...toEverybody, ...denyAll] },
    "explicit-deny",
  ],
  ["nobody to a resource that nobody owns", { as: "nobody", owner: "" }, "no-resource-allow"],
  // Block Public Access.
  [
    "nobody, public policy restricted",
    { as: "nobody", resource: toEverybody, isPolicyRestricted: true },
    "public-access-blocked",
  ],
  [
    "a stranger, public policy restricted",
    { as: "otherUser", resource: toEverybody, identity: yes, isPolicyRestricted: true },
    "public-access-blocked",
  ],
  [
    "a stranger named beside it",
    {
      as: "otherUser",
      resource: [...toEverybody, ...toOther],
      identity: yes,
      isPolicyRestricted: true,
    },
    "public-access-blocked",
  ],
  [
    "one's own user, public policy restricted",
    { resource: toEverybody, isPolicyRestricted: true },
    "resource-policy",
  ],
  [
    "a service, public policy restricted",
    {
      as: "service",
      resource: [allow({ Principal: { Service: callers.service.arn } })],
      isPolicyRestricted: true,
    },
    "resource-policy",
  ],
  // ACLs.
  ["an ACL for the stranger's account", { as: "otherRoot", aclGrant: "account" }, "acl"],
  [
    "an ACL for the stranger's account, user without policy",
    { as: "otherUser", aclGrant: "account" },
    "no-identity-allow",
  ],
  [
    "an ACL for the stranger's account, user with policy",
    { as: "otherUser", aclGrant: "account", identity: yes },
    "acl",
  ],
  ["an ACL for everybody, nobody asks", { as: "nobody", aclGrant: "everybody" }, "acl"],
  ["an ACL for everybody, one's own user asks", { aclGrant: "everybody" }, "acl"],
  ["an ACL for the own account", { aclGrant: "account" }, "no-identity-allow"],
  [
    "an ACL against a denial",
    { as: "nobody", aclGrant: "everybody", resource: denyAll },
    "explicit-deny",
  ],
  [
    "an ACL where a public policy is restricted",
    { as: "nobody", aclGrant: "everybody", resource: toEverybody, isPolicyRestricted: true },
    "acl",
  ],
  // Services.
  [
    "a service that is named",
    { as: "service", resource: [allow({ Principal: { Service: callers.service.arn } })] },
    "resource-policy",
  ],
  [
    "a service that is not",
    { as: "service", resource: [allow({ Principal: { Service: "x.amazonaws.com" } })] },
    "no-resource-allow",
  ],
];

const allowing: ReadonlySet<DecisionReason> = new Set([
  "owner-root",
  "identity-policy",
  "resource-policy",
  "both-accounts",
  "acl",
]);

describe("Evaluation logic", () => {
  it.each(cases)("%s", (_title, question, reason) => {
    const decision = ask(question);
    expect(decision.reason).toBe(reason);
    expect(decision.isAllowed).toBe(allowing.has(reason));
  });

  it("SEC-091 allows a user without policies nothing, whatever is asked", () => {
    for (const action of ["s3:GetObject", "s3:ListAllMyBuckets", "iam:GetUser", "sts:AssumeRole"]) {
      expect(ask({ action }).isAllowed).toBe(false);
    }
  });

  it("SEC-086 SEC-091 takes a policy that cannot be read for a denial", () => {
    const broken = { name: "broken", policy: "unreadable" as const };
    const inputs = inputsOf({ identity: yes });
    expect(decide({ ...inputs, resource: broken }).reason).toBe("unreadable-policy");
    expect(decide({ ...inputs, boundary: broken }).reason).toBe("unreadable-policy");
    expect(decide({ ...inputs, identity: [broken] }).reason).toBe("unreadable-policy");
    const root = inputsOf({ as: "root" });
    expect(decide({ ...root, resource: broken }).isAllowed).toBe(false);
    const rescue = inputsOf({ as: "root", action: "s3:PutBucketPolicy" });
    expect(decide({ ...rescue, resource: broken }).isAllowed).toBe(true);
  });

  it("SEC-062 lets a session have no more than its user, its boundary and its policy together", () => {
    const actions = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"];
    const list = (mask: number) => {
      const Action = actions.filter((_, bit) => (mask >> bit) & 1);
      return Action.length === 0 ? [deny({ Action: "x:None" })] : [allow({ Action })];
    };
    for (let mask = 0; mask < 4096; mask++) {
      const [a, b, c] = [mask & 15, (mask >> 4) & 15, mask >> 8];
      const question = {
        as: "session",
        identity: list(a),
        boundary: list(b),
        session: list(c),
      } as const;
      const allowed = actions.filter((action) => ask({ ...question, action }).isAllowed);
      expect(allowed).toEqual(actions.filter((_, bit) => ((a & b & c) >> bit) & 1));
    }
  });
});

describe("Explanations", () => {
  it("say the same as the decision, and what every statement made of the request", () => {
    const Condition = { StringEquals: { "aws:PrincipalTag/team": "red" } };
    const question: Question = {
      identity: [
        allow({ Sid: "reads", Action: "s3:Get*", Condition }),
        deny({ Action: "s3:Put*" }),
      ],
      resource: toOther,
      keys: { "aws:PrincipalTag/team": "blue" },
    };
    const explanation = explain(inputsOf(question));
    expect(explanation).toMatchObject({ isAllowed: false, reason: "no-identity-allow" });
    expect(explanation.policies).toEqual([
      {
        source: "identity",
        name: "identity",
        statements: [
          {
            index: 0,
            sid: "reads",
            effect: "Allow",
            isMatch: false,
            principal: "exact",
            isAction: true,
            isResource: true,
            elements: {
              actions: ["s3:Get*"],
              isNotAction: false,
              resources: ["*"],
              isNotResource: false,
            },
            conditions: [
              {
                operator: "StringEquals",
                key: "aws:PrincipalTag/team",
                wanted: ["red"],
                found: ["blue"],
                holds: false,
              },
            ],
          },
          expect.objectContaining({ index: 1, effect: "Deny", isAction: false, isMatch: false }),
        ],
      },
      {
        source: "resource",
        name: "bucket policy",
        statements: [expect.objectContaining({ principal: "none", isMatch: false })],
      },
    ]);
  });

  it("suggest what allows it, in every golden case that nothing denies outright", () => {
    let tried = 0;
    for (const [title, question] of cases) {
      const changes = suggestChanges(explain(inputsOf(question)));
      const { isAllowed } = decide(inputsOf(question));
      if (isAllowed) expect(changes, title).toEqual([]);
      else expect(changes.length, title).toBeGreaterThan(0);
      if (isAllowed || changes.some(({ kind }) => kind !== "add")) continue;
      const addedTo = (source: "identity" | "boundary" | "session" | "resource" | "guard") =>
        changes.flatMap((change) => (change.source === source ? [change.add ?? {}] : []));
      const changed: { -readonly [Key in keyof Question]: Question[Key] } = { ...question };
      for (const source of ["identity", "boundary", "session", "guard", "resource"] as const) {
        const added = addedTo(source);
        if (added.length > 0) changed[source] = [...(question[source] ?? []), ...added];
      }
      expect(decide(inputsOf(changed)).isAllowed, title).toBe(true);
      tried += 1;
    }
    expect(tried).toBeGreaterThan(10);
  });

  it("agree with the decision in every golden case", () => {
    for (const [, question, reason] of cases) {
      const explanation = explain(inputsOf(question));
      expect(explanation.reason).toBe(reason);
      const denies = explanation.policies.flatMap(({ statements }) =>
        statements === "unreadable"
          ? []
          : statements.filter((s) => s.effect === "Deny" && s.isMatch),
      );
      if (reason === "explicit-deny") expect(denies.length).toBeGreaterThan(0);
    }
  });
});
