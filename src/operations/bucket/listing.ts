// What the listings of a bucket have in common: limits, tokens, owners, checks of parameters. The
// order of keys and the skipping of common prefixes are the index's business, URL encoding the wire's.

import type { Checksum } from "../../s3/content.ts";
import { S3Error } from "../../s3/errors.ts";

/** The most entries a page of any listing has, and the default: 1,000. */
export const maximumPageEntries = 1000;

const maximumInteger = 2147483647;

/**
 * The page size asked for: a default of 1,000, never more. Throws InvalidArgument for negative
 * numbers and those beyond 32 bits (B077, B079).
 */
export function readPageLimit(
  value: number | undefined,
  names: { readonly parameter: string; readonly argument: string },
): number {
  if (value === undefined) return maximumPageEntries;
  if (!Number.isInteger(value) || value > maximumInteger) {
    throw invalidArgument(
      `Provided ${names.parameter} not an integer or within integer range`,
      names.parameter,
      String(value),
    );
  }
  if (value < 0) {
    throw invalidArgument(
      `Argument ${names.argument} must be an integer between 0 and ${maximumInteger}`,
      names.argument,
      String(value),
    );
  }
  return Math.min(value, maximumPageEntries);
}

/**
 * `encoding-type`: `url` or absent. Throws InvalidArgument for all else, empty included (B081). The
 * member tells the wire to encode keys, prefixes and markers.
 */
export function readEncodingType(encodingType: string | undefined): { EncodingType?: "url" } {
  if (encodingType === undefined) return {};
  if (encodingType.toLowerCase() === "url") return { EncodingType: "url" };
  throw invalidArgument(
    "Invalid Encoding Method specified in Request",
    "encoding-type",
    encodingType,
  );
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What a token goes on behind: each kind of listing has its own. */
type TokenKind = "bucket" | "configuration" | "key";

/** Continues a listing behind `last`. Opaque to clients; the kind keeps listings apart. */
export function renderToken(kind: TokenKind, last: string): string {
  const bytes = new TextEncoder().encode(`${kind}1:${last}`);
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * What `renderToken` was given. Throws InvalidArgument for text that it cannot have made, which
 * includes the empty text.
 */
export function parseToken(kind: TokenKind, token: string): string {
  const text = decodeToken(token);
  const start = `${kind}1:`;
  if (text?.startsWith(start)) return text.slice(start.length);
  throw new S3Error("InvalidArgument", "The continuation token provided is incorrect", {
    detail: { ArgumentName: "continuation-token" },
  });
}

function decodeToken(token: string): string | undefined {
  try {
    const bytes = atob(token.replaceAll("-", "+").replaceAll("_", "/"));
    return utf8.decode(Uint8Array.from(bytes, (character) => character.charCodeAt(0)));
  } catch {
    return undefined;
  }
}

/** The one value that exists is `RestoreStatus`. Throws InvalidArgument for others. */
export function checkOptionalAttributes(attributes: readonly string[] | undefined): void {
  for (const attribute of attributes ?? []) {
    if (attribute !== "RestoreStatus") {
      throw invalidArgument(
        "Invalid attribute name specified",
        "x-amz-optional-object-attributes",
        attribute,
      );
    }
  }
}

/** InvalidArgument with the two elements that S3 adds to it. */
export function invalidArgument(message: string, name: string, value: string): S3Error {
  return new S3Error("InvalidArgument", message, {
    detail: { ArgumentName: name, ArgumentValue: value },
  });
}

/** The checksum members of a listed object; the algorithm is a list on the wire. */
export function listedChecksum(checksum: Pick<Checksum, "algorithm" | "type"> | undefined): {
  ChecksumAlgorithm?: Checksum["algorithm"][];
  ChecksumType?: Checksum["type"];
} {
  if (checksum === undefined) return {};
  return { ChecksumAlgorithm: [checksum.algorithm], ChecksumType: checksum.type };
}
