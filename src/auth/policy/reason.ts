// How AWS ends the sentence of a denial, by what decided: the same words in S3, IAM, STS and KMS. Pure.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html

import type { Decision, PolicySource } from "./decide.ts";

/** What AWS calls each kind of policy. */
export const policyKinds: Readonly<Record<PolicySource, string>> = {
  guard: "service control policy",
  identity: "identity-based policy",
  boundary: "permissions boundary",
  session: "session policy",
  resource: "resource-based policy",
  acl: "access control list",
};

/** `because no identity-based policy allows the s3:GetObject action` and its siblings. */
export function reasonOf(action: string, { reason, source }: Decision): string {
  if (reason === "explicit-deny" || reason === "unreadable-policy") {
    const kind = policyKinds[source ?? "identity"];
    return `with an explicit deny in ${kind.startsWith("identity") ? "an" : "a"} ${kind}`;
  }
  return `because no ${policyKinds[missingOf(reason)]} allows the ${action} action`;
}

/** The kind of policy whose word is missing. */
function missingOf(reason: Decision["reason"]): PolicySource {
  switch (reason) {
    case "no-boundary-allow":
      return "boundary";
    case "no-session-allow":
      return "session";
    case "no-resource-allow":
    case "public-access-blocked":
      return "resource";
    case "no-guard-allow":
      return "guard";
    default:
      return "identity";
  }
}
