// The policy of a form upload: which fields the signer allows and how large the file may be. Parses
// strictly and judges; pure. It promises that a form which passes has no field that the signer did
// not allow (SEC-009, SEC-010). Whether the signer may upload at all is decided elsewhere.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
// Texts: as clients captured them from S3.

import { Buffer } from "node:buffer";
import { S3Error } from "../s3/errors.ts";
import { parseIsoDate } from "../s3/time.ts";
import { hasRepeatedMember } from "./strict-json.ts";

/** Form fields by lower-case name, `${filename}` already replaced. */
export type FormValues = ReadonlyMap<string, { readonly name: string; readonly value: string }>;

/** How large the file may be, in bytes; both ends belong to the range. */
export interface SizeRange {
  readonly minimum: number;
  readonly maximum: number;
}

type Condition =
  | {
      readonly operation: "eq" | "starts-with";
      /** As written, with its dollar sign. */
      readonly field: string;
      readonly value: string;
      /** The condition as S3 prints it when it fails. */
      readonly text: string;
    }
  | ({ readonly operation: "content-length-range"; readonly text: string } & Partial<SizeRange>);

export interface PostPolicy {
  readonly expiresAtMs: number;
  readonly conditions: readonly Condition[];
}

/** A policy document that is none: InvalidPolicyDocument with the reason. */
function invalid(reason: string): S3Error {
  return new S3Error("InvalidPolicyDocument", `Invalid Policy: ${reason}`);
}

/** Parses the `policy` field, base64 of JSON. Throws InvalidPolicyDocument. */
export function parsePostPolicy(encoded: string): PostPolicy {
  const { expiration, conditions, ...others } = readDocument(encoded);
  const [unexpected] = Object.keys(others);
  if (unexpected !== undefined) throw invalid(`Unexpected: '${unexpected.toLowerCase()}'`);
  if (expiration === undefined) throw invalid("Policy missing expiration.");
  if (conditions === undefined) throw invalid("Policy missing conditions.");
  if (!Array.isArray(conditions)) {
    throw invalid("Invalid 'conditions' value: must be a List.");
  }
  return { expiresAtMs: parseExpiration(expiration), conditions: conditions.map(parseCondition) };
}

function readDocument(encoded: string): Readonly<Record<string, unknown>> {
  let document: unknown;
  try {
    if (!/^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(encoded)) throw new SyntaxError("not base64");
    const bytes = Buffer.from(encoded, "base64");
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    document = JSON.parse(text);
    // Two readers of a repeated member may take different ones.
    if (hasRepeatedMember(text)) throw new SyntaxError("a member is repeated");
  } catch {
    throw invalid("Invalid JSON.");
  }
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    throw invalid("Invalid JSON.");
  }
  return document as Readonly<Record<string, unknown>>;
}

/** Only the UTC form: S3 refuses offsets, and a space for the `T`. */
function parseExpiration(value: unknown): number {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const timeMs = /^[^ ]*Z$/.test(text) ? parseIsoDate(text) : undefined;
  if (timeMs === undefined) throw invalid(`Invalid 'expiration' value: '${text}'`);
  return timeMs;
}

function parseCondition(condition: unknown): Condition {
  if (Array.isArray(condition)) return parseList(condition);
  if (typeof condition !== "object" || condition === null) {
    throw invalid("Invalid condition: must be a List or Object.");
  }
  const entries = Object.entries(condition);
  const [entry] = entries;
  if (entry === undefined || entries.length > 1) {
    throw invalid(
      "Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.",
    );
  }
  const [name, value] = entry;
  if (typeof value !== "string") {
    throw invalid("Invalid Simple-Condition: value must be a string.");
  }
  return comparison("eq", `$${name}`, value);
}

function parseList(list: readonly unknown[]): Condition {
  const [operation, first, second] = list;
  if (operation === undefined) throw invalid("Invalid Condition: missing operation identifier.");
  const name = String(operation).toLowerCase();
  if (name !== "eq" && name !== "starts-with" && name !== "content-length-range") {
    throw invalid(`Invalid Condition: unknown operation '${String(operation)}'.`);
  }
  if (list.length !== 3) throw invalid(`Invalid ${name}: wrong number of arguments.`);
  if (name === "content-length-range") return parseSizes(first, second);
  if (typeof first !== "string" || typeof second !== "string") throw invalid("Invalid JSON.");
  return comparison(name, first, second);
}

function comparison(operation: "eq" | "starts-with", field: string, value: string): Condition {
  return { operation, field, value, text: printed([operation, field, value]) };
}

/** Numbers, or text of digits; other text is a condition that nothing meets, as on S3. */
function parseSizes(minimum: unknown, maximum: unknown): Condition {
  const operation = "content-length-range";
  const text = printed([operation, minimum, maximum]);
  const sizes: number[] = [];
  for (const size of [minimum, maximum]) {
    if (typeof size === "string") {
      if (!/^\d{1,15}$/.test(size)) return { operation, text };
    } else if (!Number.isSafeInteger(size)) {
      throw invalid("Invalid JSON.");
    }
    if (Number(size) < 0) throw invalid(`Invalid ${operation}: sizes must not be negative.`);
    sizes.push(Number(size));
  }
  const [least = 0, most = 0] = sizes;
  return { operation, text, minimum: least, maximum: most };
}

function printed(condition: readonly unknown[]): string {
  return `[${condition.map((item) => JSON.stringify(item)).join(", ")}]`;
}

/**
 * Judges the fields of a form and gives the range the policy allows for the file, if it says one.
 * `bucket` is the bucket of the URL, whatever a field of that name says. Throws AccessDenied with
 * S3's "Invalid according to Policy: ..." for an expired policy, a condition that does not hold and
 * a field that no condition names.
 */
export function judgeForm(
  policy: PostPolicy,
  form: { readonly fields: FormValues; readonly bucket: string; readonly nowMs: number },
): SizeRange | undefined {
  if (form.nowMs >= policy.expiresAtMs) throw denied("Policy expired.");
  const fields = new Map(form.fields).set("bucket", { name: "bucket", value: form.bucket });
  const covered = new Set<string>();
  let range: SizeRange | undefined;
  for (const condition of policy.conditions) {
    if (condition.operation === "content-length-range") {
      range = narrowed(condition, range);
      continue;
    }
    const name = condition.field.slice(1).toLowerCase();
    const field = condition.field.startsWith("$") ? fields.get(name) : undefined;
    if (field === undefined || !holds(condition, name, field.value)) throw failed(condition);
    covered.add(name);
  }
  for (const [name, field] of fields) {
    if (covered.has(name) || needsNoCondition(name)) continue;
    throw denied(`Extra input fields: ${field.name}`);
  }
  return range;
}

/** Several ranges must all hold. */
function narrowed(
  condition: Extract<Condition, { operation: "content-length-range" }>,
  range: SizeRange | undefined,
): SizeRange {
  const { minimum, maximum } = condition;
  if (minimum === undefined || maximum === undefined) throw failed(condition);
  return {
    minimum: Math.max(minimum, range?.minimum ?? 0),
    maximum: Math.min(maximum, range?.maximum ?? maximum),
  };
}

function holds(
  { operation, value: wanted }: Extract<Condition, { value: string }>,
  name: string,
  value: string,
): boolean {
  if (operation === "eq") return value === wanted;
  // A list of content types must begin so throughout.
  const values = name === "content-type" ? value.split(",").map((item) => item.trim()) : [value];
  return values.every((item) => item.startsWith(wanted));
}

function needsNoCondition(name: string): boolean {
  return name === "policy" || name === "x-amz-signature" || name.startsWith("x-ignore-");
}

function failed(condition: Condition): S3Error {
  return denied(`Policy Condition failed: ${condition.text}`);
}

function denied(reason: string): S3Error {
  return new S3Error("AccessDenied", `Invalid according to Policy: ${reason}`);
}
