// Policy documents as JSON, read strictly: what two readers could take for two different things is
// refused. Objects come out as maps, so that no member name can reach a prototype. Pure.

import { hasRepeatedMember } from "../strict-json.ts";

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

export type JsonObject = ReadonlyMap<string, JsonValue>;

/** A document that is no policy. `message` is for the client: what is wrong, in AWS's words. */
export class PolicyError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "PolicyError";
  }
}

/** Policies nest six levels at most; more is an attack on whoever walks them. */
const maximumDepth = 16;

const notObject = "Policies must be valid JSON and the first byte must be '{'";

/**
 * The object that `text` is. Throws PolicyError when it is not JSON, does not begin with a brace,
 * names a member twice or nests deeper than policies do.
 */
export function parsePolicyJson(text: string): JsonObject {
  if (!text.startsWith("{")) throw new PolicyError(notObject);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new PolicyError("This policy contains invalid Json");
  }
  if (hasRepeatedMember(text)) throw new PolicyError("Policy has a repeated element");
  const value = convert(parsed, 1);
  if (!isObject(value)) throw new PolicyError(notObject);
  return value;
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return value instanceof Map;
}

export function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function convert(value: unknown, depth: number): JsonValue {
  if (value === null || typeof value !== "object") {
    return value as null | boolean | number | string;
  }
  if (depth > maximumDepth) throw new PolicyError("Policy is nested too deeply");
  if (Array.isArray(value)) return value.map((item) => convert(item, depth + 1));
  return new Map(Object.entries(value).map(([name, item]) => [name, convert(item, depth + 1)]));
}
