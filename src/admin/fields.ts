// Reads what a client of the admin API sends: small JSON objects with exactly the fields that the
// call knows. A field nobody asked for is an error, so that nothing rides along (SEC-065).

import type { ByteSource } from "../s3/byte-source.ts";
import { AdminError } from "./answer.ts";

/** Few calls need more; larger bodies are refused unread. */
const BODY_BYTES = 16_384;

const NAME_CHARACTERS = 128;

/** RFC 5321's limit on a path, less the angle brackets. */
const EMAIL_CHARACTERS = 254;

/** A field's check: gives the value, or throws InvalidRequest naming the field. */
type Check<Value> = (value: unknown, field: string) => Value;

type Fields<Checks> = { [Field in keyof Checks]: Checks[Field] extends Check<infer V> ? V : never };

/**
 * The body as an object of exactly these fields, all of them required. The body's signature or hash
 * has been verified when this returns.
 */
export async function readFields<Checks extends Record<string, Check<unknown>>>(
  body: ByteSource,
  checks: Checks,
  mostBytes = BODY_BYTES,
): Promise<Fields<Checks>> {
  const given = await readObject(body, mostBytes);
  for (const field of Object.keys(given)) {
    if (!Object.hasOwn(checks, field)) throw invalid(`Unknown field ${JSON.stringify(field)}.`);
  }
  const entries = Object.entries(checks).map(([field, check]) => [
    field,
    check(Object.hasOwn(given, field) ? given[field] : undefined, field),
  ]);
  return Object.fromEntries(entries) as Fields<Checks>;
}

/** A name to show: 1 to 128 characters, none of them invisible or a line break. */
export const nameField: Check<string> = (value, field) => {
  if (typeof value !== "string" || value.trim() === "" || value.length > NAME_CHARACTERS) {
    throw invalid(`${field} must be a text of 1 to ${NAME_CHARACTERS} characters.`);
  }
  // Names stand in XML answers and in terminals.
  if (/\p{C}|\p{Zl}|\p{Zp}/u.test(value)) throw invalid(`${field} holds control characters.`);
  return value.trim();
};

/** Something that looks like an e-mail address; whether it works is not known. */
export const emailField: Check<string> = (value, field) => {
  const isEmail =
    typeof value === "string" &&
    value.length <= EMAIL_CHARACTERS &&
    /^[^\s@"<>\p{C}]+@[^\s@"<>\p{C}]+$/u.test(value);
  if (!isEmail) throw invalid(`${field} must be an e-mail address.`);
  return value;
};

/** IAM's two words for a key. */
export const keyStatusField: Check<"Active" | "Inactive"> = (value, field) => {
  if (value !== "Active" && value !== "Inactive") {
    throw invalid(`${field} must be "Active" or "Inactive".`);
  }
  return value;
};

/** A text of at most so many characters, whatever they are. */
export function textField(mostCharacters: number): Check<string> {
  return (value, field) => {
    if (typeof value === "string" && value !== "" && value.length <= mostCharacters) return value;
    throw invalid(`${field} must be a text of 1 to ${mostCharacters} characters.`);
  };
}

/** The same check for a field that may be left out. */
export function optionalField<Value>(check: Check<Value>): Check<Value | undefined> {
  return (value, field) => (value === undefined ? undefined : check(value, field));
}

const mostSupposed = 50;

/** Condition keys with the values to suppose: `{"aws:SourceIp": "192.0.2.1", "aws:TagKeys": [...]}`. */
export const supposedField: Check<Readonly<Record<string, string | readonly string[]>>> = (
  value,
  field,
) => {
  const isText = (one: unknown) => typeof one === "string" && one.length <= 2048;
  const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
  const isFit =
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    entries.length <= mostSupposed &&
    entries.every(([, one]) => isText(one) || (Array.isArray(one) && one.every(isText)));
  if (!isFit) throw invalid(`${field} must be an object of condition keys with texts or lists.`);
  return Object.fromEntries(entries);
};

/** A page size from the query string: 1 to 1000, 1000 when absent. */
export function readLimit(text: string | undefined): number {
  if (text === undefined) return 1000;
  const limit = /^[0-9]{1,4}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > 1000) throw invalid("limit must be a number from 1 to 1000.");
  return limit;
}

async function readObject(body: ByteSource, mostBytes: number): Promise<Record<string, unknown>> {
  if (body.length > mostBytes) {
    await body.cancel();
    throw new AdminError("BodyTooLarge");
  }
  const bytes = await body.readAll();
  const value = parseJson(bytes);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalid("The body must be a JSON object.");
  }
  return value as Record<string, unknown>;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    throw invalid("The body must be a JSON object in UTF-8.");
  }
}

function invalid(message: string): AdminError {
  return new AdminError("InvalidRequest", message);
}
