// A lifecycle configuration as JSON, in the shape that SDKs and the AWS CLI use: checked member by
// member, so that what comes out has the types it promises. What the rules mean is judged elsewhere.

import type { GivenRule } from "./document.ts";

type Kind = "text" | "number" | "boolean" | "date" | "object" | "list";

/** Every member there is; names mean the same wherever they stand. */
const kinds: Readonly<Record<string, Kind>> = {
  AbortIncompleteMultipartUpload: "object",
  And: "object",
  Date: "date",
  Days: "number",
  DaysAfterInitiation: "number",
  Expiration: "object",
  ExpiredObjectDeleteMarker: "boolean",
  Filter: "object",
  ID: "text",
  Key: "text",
  NewerNoncurrentVersions: "number",
  NoncurrentDays: "number",
  NoncurrentVersionExpiration: "object",
  NoncurrentVersionTransitions: "list",
  ObjectSizeGreaterThan: "number",
  ObjectSizeLessThan: "number",
  Prefix: "text",
  Status: "text",
  StorageClass: "text",
  Tag: "object",
  Tags: "list",
  Transitions: "list",
  Value: "text",
};

/** The rules of `{"Rules": [...]}`; a text that says what is wrong for anything else. */
export function readRulesJson(value: unknown): readonly GivenRule[] | string {
  const rules = isObject(value) ? value["Rules"] : undefined;
  if (!Array.isArray(rules)) return "Rules must be a list.";
  try {
    return rules.map((rule, at) => readObject(rule, `Rules[${at}]`)) as unknown as GivenRule[];
  } catch (error) {
    if (error instanceof TypeError) return error.message;
    throw error;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readObject(value: unknown, where: string): Record<string, unknown> {
  if (!isObject(value)) throw new TypeError(`${where} must be an object.`);
  const entries = Object.entries(value).map(([name, member]) => {
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (kind === undefined) throw new TypeError(`${where} has an unknown member.`);
    return [name, readMember(member, kind, `${where}.${name}`)];
  });
  return Object.fromEntries(entries);
}

function readMember(value: unknown, kind: Kind, where: string): unknown {
  switch (kind) {
    case "object":
      return readObject(value, where);
    case "list":
      if (!Array.isArray(value)) throw new TypeError(`${where} must be a list.`);
      return value.map((item, at) => readObject(item, `${where}[${at}]`));
    case "date": {
      const timeMs = typeof value === "string" ? Date.parse(value) : Number.NaN;
      if (Number.isNaN(timeMs)) throw new TypeError(`${where} must be a date.`);
      return new Date(timeMs);
    }
    case "number":
      if (!Number.isSafeInteger(value)) throw new TypeError(`${where} must be a whole number.`);
      return value;
    case "boolean":
      if (typeof value !== "boolean") throw new TypeError(`${where} must be true or false.`);
      return value;
    case "text":
      if (typeof value !== "string") throw new TypeError(`${where} must be a text.`);
      return value;
  }
}
