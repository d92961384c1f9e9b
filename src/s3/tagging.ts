// Tags: the `x-amz-tagging` header and the rules every set of tags obeys.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html

import { S3Error } from "./errors.ts";

/** Tags in the order given. */
export type Tags = readonly (readonly [key: string, value: string])[];

const maximumTags = { object: 10, bucket: 50 } as const;
const tagCharacters = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** The `x-amz-tagging` header: `key=value&key2=value2`, percent-encoded. */
export function parseTagging(text: string): Tags {
  const tags: (readonly [string, string])[] = [];
  for (const pair of text.split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const key = decode(equals === -1 ? pair : pair.slice(0, equals), text);
    const value = equals === -1 ? "" : decode(pair.slice(equals + 1), text);
    if (tags.some(([known]) => known === key)) throw badHeader(text);
    tags.push([key, value]);
  }
  checkTags(tags, "object");
  return tags;
}

/**
 * Throws BadRequest for more than 10 (object) or 50 (bucket) tags, InvalidTag for keys that repeat,
 * are longer than 128 or begin with `aws:`, and for values longer than 256 characters.
 */
export function checkTags(tags: Tags, owner: keyof typeof maximumTags): void {
  if (tags.length > maximumTags[owner]) {
    throw new S3Error(
      "BadRequest",
      owner === "object"
        ? "Object tags cannot be greater than 10"
        : "Bucket tag count cannot be greater than 50",
    );
  }
  const seen = new Set<string>();
  for (const [key, value] of tags) {
    if (key === "" || key.length > 128 || !tagCharacters.test(key)) {
      throw invalidTag("The TagKey you have provided is invalid", { TagKey: key });
    }
    if (value.length > 256 || !tagCharacters.test(value)) {
      throw invalidTag("The TagValue you have provided is invalid", {
        TagKey: key,
        TagValue: value,
      });
    }
    if (key.toLowerCase().startsWith("aws:")) {
      throw invalidTag("System tags cannot be added/updated by requester", { TagKey: key });
    }
    if (seen.has(key)) {
      throw invalidTag("Cannot provide multiple Tags with the same key", { TagKey: key });
    }
    seen.add(key);
  }
}

function decode(raw: string, header: string): string {
  try {
    return decodeURIComponent(raw.replaceAll("+", " "));
  } catch {
    throw badHeader(header);
  }
}

function badHeader(value: string): S3Error {
  return new S3Error(
    "InvalidArgument",
    "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
    { detail: { ArgumentName: "x-amz-tagging", ArgumentValue: value } },
  );
}

function invalidTag(message: string, detail: Readonly<Record<string, string>>): S3Error {
  return new S3Error("InvalidTag", message, { detail });
}
