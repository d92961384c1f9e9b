// What a call to KMS is given, what it may throw, and how its fields are read. The context that
// `dispatch` builds fits a call.

import type { AccessDenial } from "../auth/access-denial.ts";
import type { CallFacts } from "../auth/authorize.ts";
import type { Authenticated } from "../auth/types.ts";
import type { CatalogCall } from "../catalog/database.ts";
import type { ByteSource } from "../s3/byte-source.ts";

/** One request, authenticated; nothing of its body has been read. */
export interface KmsCall extends CatalogCall, CallFacts {
  readonly requestId: string;
  readonly authenticated: Authenticated;
  readonly method: string;
  /** What is told to whoever records the request. */
  readonly notes?: { operation?: string; code?: string; denial?: string };
  /** Opens the payload: decoded and verified while it is read. Once only. */
  openBody(): ByteSource;
}

/** The JSON object a call sent. Fields of the wrong type are ValidationException when they are read. */
export type Input = Readonly<Record<string, unknown>>;

/** What an action does: fields of the answer, or nothing for an empty one. */
export type ActionHandler = (call: KmsCall, input: Input) => Promise<object | undefined>;

/** A refusal in KMS's own words: `{"__type": code, "message": ...}` with status 400. */
export class KmsError extends Error {
  readonly code: string;
  /** Why access was denied, for those who may know. */
  readonly denial?: AccessDenial;

  constructor(code: string, message: string, denial?: AccessDenial) {
    super(message);
    if (denial !== undefined) this.denial = denial;
    this.name = "KmsError";
    this.code = code;
  }
}

export function invalid(message: string): KmsError {
  return new KmsError("ValidationException", message);
}

/** A text of at most `maximum` characters; `undefined` when it is absent. */
export function readText(input: Input, field: string, maximum = 2048): string | undefined {
  const value = input[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string" || value.length > maximum) {
    throw invalid(`1 validation error detected: Value at '${field}' failed to satisfy constraint`);
  }
  return value;
}

export function requireText(input: Input, field: string, maximum?: number): string {
  const value = readText(input, field, maximum);
  if (value !== undefined && value !== "") return value;
  throw invalid(
    `1 validation error detected: Value null at '${field}' failed to satisfy constraint: Member must not be null`,
  );
}

/** A whole number within bounds; `byDefault` when it is absent. */
export function readNumber(
  input: Input,
  field: string,
  { least, most, byDefault }: { least: number; most: number; byDefault: number },
): number {
  const value = input[field];
  if (value === undefined || value === null) return byDefault;
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) {
    return value;
  }
  throw invalid(
    `1 validation error detected: Value at '${field}' failed to satisfy constraint: Member must be between ${least} and ${most}`,
  );
}

/** Base64 bytes, between 1 and `maximum` of them. */
export function requireBytes(input: Input, field: string, maximum: number): Uint8Array {
  const text = requireText(input, field, Math.ceil(maximum / 3) * 4);
  const bytes = new Uint8Array(Buffer.from(text, "base64"));
  if (bytes.length > 0 && bytes.length <= maximum) return bytes;
  throw invalid(`1 validation error detected: Value at '${field}' failed to satisfy constraint`);
}

/** `{name: text}`; empty when it is absent. */
export function readContext(input: Input, field = "EncryptionContext"): Record<string, string> {
  const value = input[field];
  if (value === undefined || value === null) return {};
  const entries = typeof value === "object" ? Object.entries(value) : [];
  const texts = entries.flatMap(([name, text]): [string, string][] =>
    typeof text === "string" ? [[name, text]] : [],
  );
  if (typeof value !== "object" || Array.isArray(value) || texts.length !== entries.length) {
    throw new KmsError("SerializationException", `${field} is not a map of texts`);
  }
  return Object.fromEntries(texts);
}

/** Seconds since the epoch, as the JSON protocol writes times. */
export function renderTime(timeMs: number): number {
  return timeMs / 1000;
}
