// What a writer says about an object in headers: user metadata and the standard headers that reads
// give back. Values are kept as sent; `header-text.ts` sees to it that they can go out again.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html

import { S3Error } from "./errors.ts";
import { utf8Length } from "./target.ts";

export { parseTagging } from "./tagging.ts";

/** Limit of user metadata: bytes of all names (without `x-amz-meta-`) and values in UTF-8. */
export const maximumMetadataBytes = 2048;

/** Standard headers that are kept with a version; the shape the index stores. */
export interface ReadStoredHeaders {
  readonly contentType?: string;
  readonly cacheControl?: string;
  readonly contentDisposition?: string;
  readonly contentEncoding?: string;
  readonly contentLanguage?: string;
  readonly expires?: string;
  readonly websiteRedirectLocation?: string;
}

const plainHeaders = {
  contentType: "content-type",
  cacheControl: "cache-control",
  contentDisposition: "content-disposition",
  contentLanguage: "content-language",
  expires: "expires",
} as const;

/** `x-amz-meta-*` headers, names in lower case without the prefix. */
export function readUserMetadata(headers: Headers): Record<string, string> {
  const metadata: Record<string, string> = {};
  // Names alone are less than half the work of pairs, and most requests have none of these.
  for (const name of headers.keys()) {
    if (!name.startsWith("x-amz-meta-")) continue;
    const value = headers.get(name);
    Object.defineProperty(metadata, name.slice("x-amz-meta-".length), {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return metadata;
}

/** Throws MetadataTooLarge over 2 KiB. */
export function checkUserMetadata(metadata: Readonly<Record<string, string>>): void {
  let sizeBytes = 0;
  for (const [name, value] of Object.entries(metadata)) {
    sizeBytes += utf8Length(name) + utf8Length(value);
  }
  if (sizeBytes <= maximumMetadataBytes) return;
  throw new S3Error("MetadataTooLarge", undefined, {
    detail: { Size: String(sizeBytes), MaxSizeAllowed: String(maximumMetadataBytes) },
  });
}

/**
 * The standard headers a version keeps. `aws-chunked` is how the body travelled, not what it is,
 * and is left out. Throws InvalidRedirectLocation for a website redirect that is no path or web
 * address.
 */
export function readStoredHeaders(headers: Headers): ReadStoredHeaders {
  const stored: Record<string, string> = {};
  for (const [field, name] of Object.entries(plainHeaders)) {
    const value = headers.get(name);
    if (value !== null && value !== "") stored[field] = value;
  }
  const encoding = readContentEncoding(headers.get("content-encoding"));
  if (encoding !== "") stored["contentEncoding"] = encoding;
  const redirect = headers.get("x-amz-website-redirect-location");
  if (redirect !== null) stored["websiteRedirectLocation"] = checkRedirect(redirect);
  return stored;
}

function readContentEncoding(text: string | null): string {
  if (text === null || !/aws-chunked/i.test(text)) return text ?? "";
  return text
    .split(",")
    .map((coding) => coding.trim())
    .filter((coding) => coding !== "" && coding.toLowerCase() !== "aws-chunked")
    .join(",");
}

function checkRedirect(location: string): string {
  // `//host` would be a web address in disguise (SEC-052).
  if (/^(?:\/(?!\/)|https?:\/\/)/.test(location)) return location;
  throw new S3Error("InvalidRedirectLocation");
}
