// No session may do more than what it came from, whatever policies meet (SEC-062): random pairs.
import { env } from "cloudflare:test";
import fc from "fast-check";
import { expect, it } from "vitest";
import { fixedContext } from "../../src/auth/policy/context.ts";
import { decide } from "../../src/auth/policy/decide.ts";
import { parsePolicy } from "../../src/auth/policy/document.ts";
import { findCaller } from "../../src/catalog/callers.ts";
import { type SessionClaims, sealSession } from "../../src/catalog/session-tokens.ts";
import { systemSeams } from "../../src/env.ts";
import type { Principal } from "../../src/s3/principal.ts";
import { makeAccount } from "../operations/bucket/fixtures.ts";
import { done, iam, policy } from "./fixtures.ts";

const actions = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "iam:CreateUser"];
const resources = ["arn:aws:s3:::a/x", "arn:aws:s3:::b/x"];

const statement = fc.record({
  Effect: fc.constantFrom("Allow", "Allow", "Deny"),
  Action: fc.constantFrom("*", "s3:*", "s3:Get*", "s3:PutObject", "iam:*"),
  Resource: fc.constantFrom("*", "arn:aws:s3:::a/*", "arn:aws:s3:::b/x"),
});
const documents = fc
  .array(statement, { minLength: 1, maxLength: 4 })
  .map((list) => policy(...list));

function allows(principal: Principal, action: string, resource: string): boolean {
  const compile = ({ name, document }: { name: string; document: string }) => ({
    name,
    policy: parsePolicy(document, "identity"),
  });
  const { identity = [], session } = principal.policies ?? {};
  return decide({
    request: { action, resource, principal, context: fixedContext({}) },
    resourceAccountId: principal.accountId,
    identity: identity.map(compile),
    ...(session !== undefined && { session: session.map(compile) }),
  }).isAllowed;
}

it("a session allows just what the role and the session's policies both allow (SEC-062)", async () => {
  const { keys, accountId } = await makeAccount();
  const AssumeRolePolicyDocument = policy({
    Effect: "Allow",
    Principal: "*",
    Action: "sts:AssumeRole",
  });
  const made = await done(iam(keys, "CreateRole", { RoleName: "r", AssumeRolePolicyDocument }));
  const roleId = made.first("RoleId") ?? "";
  const call = { env, seams: systemSeams, nowMs: Date.now() };
  const find = async (limits: Partial<SessionClaims>) => {
    const claims: SessionClaims = {
      ...{ secret: "x", kind: "AssumedRole", accountId, roleId, name: "work", tags: [] },
      ...{ transitiveTagKeys: [], policyArns: [], ...limits },
      ...{ issuedAtMs: call.nowMs, expiresAtMs: call.nowMs + 1000 },
    };
    const accessKeyId = "ASIAAAAAAAAAAAAAAAAA";
    const token = await sealSession(call, accessKeyId, claims);
    const found = await findCaller(call, accessKeyId, token);
    if (found === undefined) throw new Error("no caller");
    return found.principal;
  };
  await fc.assert(
    fc.asyncProperty(documents, documents, async (ofRole, ofSession) => {
      const grant = { RoleName: "r", PolicyName: "p", PolicyDocument: ofRole };
      await done(iam(keys, "PutRolePolicy", grant));
      const whole = await find({});
      const limited = await find({ policy: ofSession });
      const alone = {
        ...whole,
        policies: { identity: [{ name: "alone", document: ofSession }] },
      };
      for (const action of actions) {
        for (const resource of resources) {
          const both = allows(whole, action, resource) && allows(alone, action, resource);
          expect(allows(limited, action, resource)).toBe(both);
        }
      }
    }),
    { numRuns: 60 },
  );
});
