// What a policy must obey beyond the grammar to be a bucket's: actions that S3 has, resources in the
// bucket, principals that can exist, condition keys that are known. Refusals in AWS's words, as
// clients show them (B122-B131).
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html

import { isConditionKey } from "./condition-keys.ts";
import type { ConditionContext } from "./context.ts";
import { type Policy, parsePolicy, type Statement } from "./document.ts";
import { PolicyError } from "./json.ts";
import { accountOf, invalidPrincipal, isEverybody, type PrincipalEntry } from "./principals.ts";
import { bucketActions, objectActions } from "./s3-actions.ts";
import { compileTemplate } from "./template.ts";

/** The largest bucket policy, in bytes of UTF-8. */
export const maximumBucketPolicyBytes = 20 * 1024;

/**
 * Reads a bucket's policy as PutBucketPolicy must. Throws PolicyError with what is wrong. Whether
 * the principals exist is the caller's to find out: `principalsOf` names them.
 */
export function parseBucketPolicy(text: string, bucket: string): Policy {
  const policy = parsePolicy(text, "resource");
  for (const statement of policy.statements) {
    checkPrincipals(statement);
    checkActions(statement);
    checkResources(statement, bucket);
    for (const { reads } of statement.conditions) {
      const unknown = reads.find((key) => !isConditionKey(key.text));
      if (unknown !== undefined) throw new PolicyError("Policy has an invalid condition key");
    }
  }
  return policy;
}

/** Every principal that the policy names. */
export function principalsOf(policy: Policy): readonly PrincipalEntry[] {
  return policy.statements.flatMap(({ principals }) => principals?.entries ?? []);
}

const userOrRole = /^arn:aws[a-z-]*:iam::\d{12}:(?:user|role)\/[\w+=,.@/-]+$/;
const session =
  /^arn:aws[a-z-]*:sts::\d{12}:(?:assumed-role\/[\w+=,.@-]+\/|federated-user\/)[\w+=,.@-]+$/;
const canonicalId = /^[0-9a-f]{64}$/;
const service = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?$/;

function checkPrincipals({ principals, effect }: Statement): void {
  if (principals === undefined) throw invalidPrincipal();
  if (principals.isNegated && effect === "Allow") {
    throw new PolicyError("Allow with NotPrincipal is not allowed.");
  }
  if (!principals.entries.every(canExist)) throw invalidPrincipal();
}

function canExist(entry: PrincipalEntry): boolean {
  const { kind, value } = entry;
  switch (kind) {
    case "AWS":
      return (
        isEverybody(entry) ||
        accountOf(entry) !== undefined ||
        userOrRole.test(value) ||
        session.test(value)
      );
    case "CanonicalUser":
      return canonicalId.test(value);
    case "Service":
      return service.test(value);
    case "Federated":
      return value !== "*";
  }
}

const nothing: ConditionContext = { read: () => undefined };

function matcherOf(pattern: string): (action: string) => boolean {
  const rules = { hasVariables: false, hasWildcards: true };
  const template = compileTemplate(pattern.toLowerCase(), rules);
  return (action) => template.matches(action, nothing);
}

/** Every action must be one of S3's, and act on something that the statement names. */
function checkActions({ actions, resources }: Statement): void {
  const names = resources?.patterns.map(({ text }) => text) ?? [];
  const isNegated = resources?.isNegated === true;
  const hasBucket = isNegated || names.some((text) => coversBuckets(text));
  const hasObject = isNegated || names.some((text) => coversObjects(text));
  for (const pattern of actions.patterns) {
    const matches = matcherOf(pattern);
    const isBucketAction = bucketActions.some(matches);
    const isObjectAction = objectActions.some(matches);
    if (!isBucketAction && !isObjectAction) throw new PolicyError("Policy has invalid action");
    if (actions.isNegated) continue;
    if (!(isBucketAction && hasBucket) && !(isObjectAction && hasObject)) {
      throw new PolicyError("Action does not apply to any resource(s) in statement");
    }
  }
}

/** What stands behind the fifth colon, where there is one. */
function resourcePart(text: string): string {
  return /^arn:[^:]*:[^:]*:[^:]*:[^:]*:(.*)$/s.exec(text)?.[1] ?? "*";
}

function coversBuckets(text: string): boolean {
  return !resourcePart(text).includes("/");
}

function coversObjects(text: string): boolean {
  return /[/*]/.test(resourcePart(text));
}

const bucketArn = /^arn:aws[a-z-]*:s3:::(?<rest>[^/]+(?:\/.*)?)$/s;

/** Resources must lie in this bucket; a pattern must be able to. */
function checkResources({ resources }: Statement, bucket: string): void {
  for (const { text } of resources?.patterns ?? []) {
    if (text === "*") continue;
    const rest = bucketArn.exec(text)?.groups?.["rest"];
    if (rest === undefined || !canNameBucket(rest, bucket)) {
      throw new PolicyError("Policy has invalid resource");
    }
  }
}

function canNameBucket(rest: string, bucket: string): boolean {
  const slash = rest.indexOf("/");
  const name = slash === -1 ? rest : rest.slice(0, slash);
  // A variable may turn out to be anything.
  const pattern = name.replace(/\$\{[^}]*\}/g, "*");
  const template = compileTemplate(pattern, { hasVariables: false, hasWildcards: true });
  return template.matches(bucket, nothing);
}
