// Whether a bucket policy is public in the sense of Block Public Access: it is, unless every statement
// that allows something allows it only to fixed callers or from fixed places. Pure.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status

import type { Condition } from "./conditions.ts";
import type { Policy, Statement } from "./document.ts";
import { parseRange } from "./ip-address.ts";
import { isEverybody } from "./principals.ts";

const verdicts = new WeakMap<Policy, boolean>();

/** Judged once for each policy. */
export function isPublicPolicy(policy: Policy): boolean {
  let verdict = verdicts.get(policy);
  if (verdict === undefined) {
    verdict = policy.statements.some(isPublicStatement);
    verdicts.set(policy, verdict);
  }
  return verdict;
}

function isPublicStatement({ effect, principals, conditions }: Statement): boolean {
  if (effect === "Deny" || principals === undefined) return false;
  const isOpen = principals.isNegated || principals.entries.some(isEverybody);
  return isOpen && !conditions.some(limitsCallers);
}

/** Keys that tie a request to somebody, when their value is fixed. */
const fixingKeys: ReadonlySet<string> = new Set([
  "aws:principalaccount",
  "aws:principalarn",
  "aws:principalorgid",
  "aws:principalorgpaths",
  "aws:sourceaccount",
  "aws:sourcearn",
  "aws:sourceowner",
  "aws:sourcevpc",
  "aws:sourcevpcarn",
  "aws:sourcevpce",
  "aws:userid",
  "aws:vpceaccount",
  "aws:vpceorgid",
  "aws:vpceorgpaths",
  "s3:dataaccesspointaccount",
  "s3:dataaccesspointarn",
  "s3:x-amz-server-side-encryption-aws-kms-key-id",
]);

const fixingOperators: ReadonlySet<string> = new Set([
  "StringEquals",
  "StringEqualsIgnoreCase",
  "StringLike",
  "ArnEquals",
  "ArnLike",
  "ForAnyValue:StringEquals",
  "ForAnyValue:StringEqualsIgnoreCase",
  "ForAnyValue:StringLike",
  "ForAnyValue:ArnEquals",
  "ForAnyValue:ArnLike",
]);

function limitsCallers({ operator, key, values }: Condition): boolean {
  if (values.length === 0) return false;
  if (key.name === "aws:sourceip") {
    return operator === "IpAddress" && values.every(isNarrowRange);
  }
  if (!fixingKeys.has(key.name) || !fixingOperators.has(operator)) return false;
  return values.every((value) => isFixed(key.name, value));
}

function isFixed(key: string, value: string): boolean {
  if (value.includes("${")) return false;
  if (!/[*?]/.test(value)) return true;
  // An ARN that fixes the account may leave the rest open: the account answers for it.
  const isArn = key === "aws:principalarn" || key === "s3:dataaccesspointarn";
  if (isArn) return /^arn:aws[a-z-]*:[a-z0-9]+:[a-z0-9-]*:\d{12}:/.test(value);
  return key === "aws:userid" && /^[A-Z0-9]{16,}:\*$/.test(value);
}

/** AWS takes IPv4 ranges wider than /8 and IPv6 ranges wider than /32 for everybody. */
function isNarrowRange(text: string): boolean {
  const range = parseRange(text);
  if (range === undefined) return false;
  return range.prefixBits >= (range.bytes.length === 16 ? 32 : 8);
}
