// What a role and a policy may be said to be for: IAM's own limits, and nothing stored that breaks one.
import { expect, it } from "vitest";
import { makeAccount } from "../operations/bucket/fixtures.ts";
import { done, iam, policy } from "./fixtures.ts";

const trust = policy({ Effect: "Allow", Principal: "*", Action: "sts:AssumeRole" });
const grants = policy({ Effect: "Allow", Action: "s3:*", Resource: "*" });

it.each([
  ["turns text round", "backup \u202efdp.exe"],
  ["has control characters", "a\u0000b"],
  ["is of other letters", "備份"],
  ["is too long", "x".repeat(1001)],
])("a description of a role that %s is refused, and no role made", async (_name, Description) => {
  const { keys } = await makeAccount();
  const refusal = await iam(keys, "CreateRole", {
    ...{ RoleName: "r", AssumeRolePolicyDocument: trust, Description },
  });
  expect([refusal.status, refusal.first("Code")]).toEqual([400, "ValidationError"]);
  expect((await iam(keys, "GetRole", { RoleName: "r" })).first("Code")).toBe("NoSuchEntity");
});

it("a role keeps a description of any Latin letters and lines, and its change too", async () => {
  const { keys } = await makeAccount();
  const Description = "R\u00e9pertoire\n\tde s\u00fbret\u00e9 ~";
  await done(
    iam(keys, "CreateRole", { RoleName: "r", AssumeRolePolicyDocument: trust, Description }),
  );
  const kept = await done(iam(keys, "GetRole", { RoleName: "r" }));
  expect(kept.first("Description")).toBe(Description);
  const changed = await iam(keys, "UpdateRole", { RoleName: "r", Description: "\u202e" });
  expect(changed.first("Code")).toBe("ValidationError");
});

it("a description of a policy is of any letters, up to a thousand", async () => {
  const { keys } = await makeAccount();
  const make = (PolicyName: string, Description: string) =>
    iam(keys, "CreatePolicy", { PolicyName, PolicyDocument: grants, Description });
  expect((await make("long", "x".repeat(1001))).first("Code")).toBe("ValidationError");
  expect((await done(make("whole", "備".repeat(1000)))).first("PolicyName")).toBe("whole");
});
