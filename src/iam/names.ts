// What names, paths, tags and documents may be, and the refusals of IAM for those that may not.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html

import { type PolicyKind, parsePolicy } from "../auth/policy/document.ts";
import { PolicyError } from "../auth/policy/json.ts";
import type { IdentityKind, Tag } from "../catalog/identities.ts";
import { invalid, invalidInput, QueryError } from "./query.ts";

/** Letters of every name: `+=,.@_-` beside letters and digits. */
const nameShape = /^[\w+=,.@-]+$/;
const pathShape = /^\/(?:[!-~]*\/)?$/;
const tagShape = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

const longestName: Readonly<Record<IdentityKind | "policy", number>> = {
  user: 64,
  group: 128,
  role: 64,
  policy: 128,
};

/** Latin-1 without its control characters. */
const roleDescriptionShape = /^[\t\n\r -~\u00a1-\u00ff]*$/;

const longestPath = 512;
const longestDescription = 1000;
const longestTagKey = 128;
const longestTagValue = 256;
const mostTags = 50;

/** Characters of a document; white space is not counted. */
export const longestDocument = {
  managed: 6144,
  user: 2048,
  group: 5120,
  role: 10_240,
  trust: 2048,
} as const;

/** Throws ValidationError. `member` is the parameter that carried it. */
export function checkName(name: string, kind: IdentityKind | "policy", member: string): void {
  const words = `1 validation error detected: Value '${name}' at '${member}' failed to satisfy`;
  if (name.length > longestName[kind]) {
    const most = longestName[kind];
    throw invalid(`${words} constraint: Member must have length less than or equal to ${most}`);
  }
  if (!nameShape.test(name)) {
    throw invalid(
      `The specified value for ${member} is invalid. It must contain only alphanumeric ` +
        "characters and/or the following: +=,.@_-",
    );
  }
}

/** The path of a call, `/` when it names none. Throws ValidationError. */
export function readPath(path: string | undefined): string {
  if (path === undefined) return "/";
  if (path.length <= longestPath && pathShape.test(path)) return path;
  throw invalid(
    "The specified value for path is invalid. It must begin and end with / and contain only " +
      "alphanumeric characters and/or / characters.",
  );
}

/**
 * What a policy is said to be for. Throws ValidationError.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html
 */
export function readDescription(text: string | undefined): string | undefined {
  if (text === undefined || text.length <= longestDescription) return text;
  throw invalid(
    "1 validation error detected: Value at 'description' failed to satisfy constraint: Member " +
      `must have length less than or equal to ${longestDescription}`,
  );
}

/**
 * What a role is said to be for: of Latin letters only, so nothing in it turns text round. Throws
 * ValidationError. https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
 */
export function readRoleDescription(text: string | undefined): string | undefined {
  const read = readDescription(text);
  if (read === undefined || roleDescriptionShape.test(read)) return read;
  throw invalid(
    "1 validation error detected: Value at 'description' failed to satisfy constraint: Member " +
      "must satisfy regular expression pattern: " +
      "[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*",
  );
}

/** Tags as a call sends them, each key once. Throws ValidationError, InvalidInput, LimitExceeded. */
export function readTags(
  tags: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined,
): readonly Tag[] {
  const list = (tags ?? []).map(({ Key = "", Value = "" }) => ({ Key, Value }));
  const keys = new Set(list.map(({ Key }) => Key.toLowerCase()));
  if (keys.size !== list.length) {
    throw invalidInput("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
  }
  if (list.length > mostTags) throw tooManyTags();
  for (const { Key, Value } of list) {
    const isFit = tagShape.test(Key) && tagShape.test(Value) && Key !== "";
    if (!isFit || Key.length > longestTagKey || Value.length > longestTagValue) {
      throw invalid(
        "1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must " +
          "satisfy regular expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+",
      );
    }
    if (/^aws:/i.test(Key)) {
      throw invalidInput("System tags cannot be added, edited or deleted by the user: aws:");
    }
  }
  return list;
}

/** The tags that something has after more were added. Throws LimitExceeded. */
export function addTags(have: readonly Tag[], more: readonly Tag[]): readonly Tag[] {
  const replaced = new Set(more.map(({ Key }) => Key.toLowerCase()));
  const all = [...have.filter(({ Key }) => !replaced.has(Key.toLowerCase())), ...more];
  if (all.length > mostTags) throw tooManyTags();
  return all;
}

export function removeTags(
  have: readonly Tag[],
  keys: readonly string[] | undefined,
): readonly Tag[] {
  const gone = new Set((keys ?? []).map((key) => key.toLowerCase()));
  return have.filter(({ Key }) => !gone.has(Key.toLowerCase()));
}

function tooManyTags(): QueryError {
  return limitExceeded(`Cannot exceed quota for TagsPerResource: ${mostTags}`);
}

/**
 * The document as it is to be stored, without the white space before it. Throws
 * MalformedPolicyDocument for what is no policy, LimitExceeded for what is too long.
 */
export function checkDocument(text: string, kind: PolicyKind, most: number): string {
  const length = text.replace(/\s/g, "").length;
  if (length > most) {
    throw limitExceeded(`Cannot exceed quota for PolicySize: ${most}`);
  }
  const document = text.trimStart();
  try {
    parsePolicy(document, kind);
    return document;
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw new QueryError("MalformedPolicyDocument", 400, error.message);
  }
}

export function limitExceeded(message: string): QueryError {
  return new QueryError("LimitExceeded", 409, message);
}

export function noSuchEntity(message: string): QueryError {
  return new QueryError("NoSuchEntity", 404, message);
}

export function alreadyExists(message: string): QueryError {
  return new QueryError("EntityAlreadyExists", 409, message);
}

export function deleteConflict(message: string): QueryError {
  return new QueryError("DeleteConflict", 409, message);
}
