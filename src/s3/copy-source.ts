// `x-amz-copy-source`: which version of which key a copy reads. Decoded once; dot segments are
// part of the key and lead nowhere else (SEC-033).
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html

import { isAddressableBucketName } from "./bucket-name.ts";
import { S3Error } from "./errors.ts";
import { keyTooLong, maximumKeyBytes, utf8Length } from "./target.ts";

export interface NamedCopySource {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string;
}

const versionMark = "?versionId=";

/**
 * `[/]bucket/key[?versionId=id]`, percent-encoded, `+` a space (clients that mean a plus send
 * `%2B`). Throws InvalidArgument with S3's texts, KeyTooLongError for keys over 1,024 bytes.
 */
export function parseCopySource(text: string): NamedCopySource {
  const mark = text.lastIndexOf(versionMark);
  const rawPath = mark === -1 ? text : text.slice(0, mark);
  const path = decode(rawPath, text).replace(/^\//, "");
  const slash = path.indexOf("/");
  if (slash === -1 || slash === path.length - 1) {
    throw invalid(
      "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
      text,
    );
  }
  const bucket = path.slice(0, slash);
  const key = path.slice(slash + 1);
  if (!isAddressableBucketName(bucket)) throw invalid("Invalid copy source bucket name", text);
  if (key.includes("\0")) throw invalid("Invalid copy source object key", text);
  if (utf8Length(key) > maximumKeyBytes) throw keyTooLong(key);
  if (mark === -1) return { bucket, key };
  return { bucket, key, versionId: decode(text.slice(mark + versionMark.length), text) };
}

function decode(raw: string, source: string): string {
  try {
    return decodeURIComponent(raw.replaceAll("+", " "));
  } catch {
    throw invalid("Invalid copy source encoding", source);
  }
}

function invalid(message: string, value: string): S3Error {
  const detail = { ArgumentName: "x-amz-copy-source", ArgumentValue: value };
  return new S3Error("InvalidArgument", message, { detail });
}
