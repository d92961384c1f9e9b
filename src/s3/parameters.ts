// Text of a query parameter or header -> number, boolean or date, with S3's refusals. What S3 reads
// leniently is lenient here: an empty page size is the default, an unreadable condition date is
// none.

import { S3Error } from "./errors.ts";
import { isHeaderText } from "./header-text.ts";
import { parseHttpDate, parseIsoDate } from "./time.ts";

const maximumInteger = 2147483647;
export const maximumPartNumber = 10_000;

/** Page sizes S3 names otherwise when they are out of range (measured on S3 by others, 2026-09). */
const rangeNames: Readonly<Record<string, string>> = { "max-keys": "maxKeys" };

/** Markers that the model types as text and S3 reads as numbers. */
const integerTexts = new Set(["part-number-marker", "x-amz-part-number-marker"]);

/** InvalidArgument with the argument's name and value, as S3 words every refusal of a parameter. */
export function invalidArgument(message: string, name: string, value: string): S3Error {
  const detail = { ArgumentName: name, ArgumentValue: value };
  return new S3Error("InvalidArgument", message, { detail });
}

/** A numeric query parameter: a page size (`undefined` when empty) or `partNumber`. */
export function readQueryNumber(name: string, text: string): number | undefined {
  if (name === "partNumber") return readPartNumber(text);
  if (text === "") return undefined;
  const value = readInteger(name, text);
  const [least, most] = name === "max-buckets" ? [1, 10_000] : [0, maximumInteger];
  if (value < least || value > most) {
    const label = rangeNames[name] ?? name;
    const message = `Argument ${label} must be an integer between ${least} and ${most}`;
    throw invalidArgument(message, label, String(value));
  }
  return value;
}

/** 1 to 10,000 (B075, B143). */
export function readPartNumber(text: string): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= maximumPartNumber) return value;
  const message = `Part number must be an integer between 1 and ${maximumPartNumber}, inclusive`;
  throw invalidArgument(message, "partNumber", text);
}

/** A text query parameter, with the checks that no handler should have to repeat. */
export function readQueryText(name: string, text: string): string {
  if (name === "versionId" && text === "") {
    throw invalidArgument("Version id cannot be the empty string", name, text);
  }
  if (name === "encoding-type" && text.toLowerCase() !== "url") {
    throw invalidArgument("Invalid Encoding Method specified in Request", name, text);
  }
  if (name.startsWith("response-") && !isHeaderText(text)) {
    throw invalidArgument("Header value cannot be represented using ISO-8859-1.", name, text);
  }
  return checkIntegerText(name, text);
}

/** A header the model types as text. */
export function readHeaderText(name: string, text: string): string {
  return checkIntegerText(name, text);
}

/** A numeric header; sizes may exceed 32 bits. */
export function readHeaderNumber(name: string, text: string): number {
  if (/^\d{1,15}$/.test(text.trim())) return Number(text);
  if (name === "x-amz-mp-object-size") {
    throw new S3Error("InvalidRequest", "Value for x-amz-mp-object-size header is invalid.");
  }
  throw invalidArgument(`Provided ${name} not an integer or within integer range`, name, text);
}

/** `true` or `false` in any case; an empty parameter says nothing. */
export function readBoolean(name: string, text: string): boolean | undefined {
  const word = text.trim().toLowerCase();
  if (word === "") return undefined;
  if (word === "true") return true;
  if (word === "false") return false;
  throw invalidArgument("Invalid Argument", name, text);
}

/**
 * A date in a header or query parameter. Condition dates that cannot be read are ignored (B070).
 */
export function readTimestamp(name: string, text: string): Date | undefined {
  const timeMs = parseHttpDate(text) ?? parseIsoDate(text);
  if (timeMs !== undefined) return new Date(timeMs);
  if (name === "x-amz-object-lock-retain-until-date") {
    throw invalidArgument("The retain until date must be provided in ISO 8601 format", name, text);
  }
  if (name.startsWith("x-amz-if-match-")) throw invalidArgument("Invalid Argument", name, text);
  if (name.startsWith("response-") && !isHeaderText(text)) {
    throw invalidArgument("Header value cannot be represented using ISO-8859-1.", name, text);
  }
  return undefined;
}

function checkIntegerText(name: string, text: string): string {
  if (integerTexts.has(name) && text !== "" && readInteger(name, text) < 0) {
    const message = `Argument ${name} must be an integer between 0 and ${maximumInteger}`;
    throw invalidArgument(message, name, text);
  }
  return text;
}

/** A 32-bit integer, leading zeros and all. */
function readInteger(name: string, text: string): number {
  const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= -maximumInteger - 1 && value <= maximumInteger) return value === 0 ? 0 : value;
  throw invalidArgument(`Provided ${name} not an integer or within integer range`, name, text);
}
