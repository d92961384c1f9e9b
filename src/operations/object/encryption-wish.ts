// Reads which encryption a write asks for: headers first, the bucket's default for what they leave
// open. Every combination that S3 refuses is refused here. Pure.

import { S3Error } from "../../s3/errors.ts";
import type { EncryptionDefault } from "../bucket/encryption-default.ts";
import type { EncryptionInput } from "./encryption.ts";

export interface EncryptionWish {
  readonly algorithm: "AES256" | "aws:kms" | "aws:kms:dsse";
  /** As it was written: id, ARN or alias. Absent: `aws/s3`. */
  readonly kmsKey?: string;
  /** The client's encryption context, base64 as it was sent. */
  readonly context?: string;
  readonly isBucketKeyEnabled: boolean;
}

const header = "x-amz-server-side-encryption";

/** Throws InvalidArgument. Customer keys are looked at only for whether they stand alone. */
export function readEncryptionWish(
  input: EncryptionInput,
  byDefault: EncryptionDefault,
): EncryptionWish {
  const { ServerSideEncryption: asked, SSEKMSKeyId: kmsKey } = input;
  const hasCustomerKey = input.SSECustomerAlgorithm !== undefined;
  if (hasCustomerKey && (asked !== undefined || kmsKey !== undefined)) {
    throw refused(
      "Server Side Encryption with Customer provided key is incompatible with the encryption method specified",
      header,
      asked ?? "null",
    );
  }
  if (asked !== undefined && !isAlgorithm(asked)) {
    throw refused("The encryption method specified is not supported", header, asked);
  }
  const needsKms = kmsKey !== undefined || input.SSEKMSEncryptionContext !== undefined;
  if (needsKms && (asked === undefined || asked === "AES256")) {
    throw refused(
      "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms",
      header,
      asked ?? "null",
    );
  }
  const algorithm = asked ?? byDefault.algorithm;
  const key = asked === undefined ? byDefault.kmsKey : kmsKey;
  const context = input.SSEKMSEncryptionContext;
  if (context !== undefined) checkContext(context);
  return {
    algorithm,
    ...(key !== undefined && { kmsKey: key }),
    ...(context !== undefined && { context }),
    isBucketKeyEnabled:
      algorithm === "aws:kms" && (input.BucketKeyEnabled ?? byDefault.isBucketKeyEnabled),
  };
}

function isAlgorithm(text: string): text is EncryptionWish["algorithm"] {
  return text === "AES256" || text === "aws:kms" || text === "aws:kms:dsse";
}

function refused(message: string, name: string, value: string): S3Error {
  return new S3Error("InvalidArgument", message, {
    detail: { ArgumentName: name, ArgumentValue: value },
  });
}

/** Base64 of a JSON object whose values are all texts. */
function checkContext(value: string): void {
  const name = "x-amz-server-side-encryption-context";
  if (isStringMap(parseBase64Json(value))) return;
  throw refused(
    `The header '${name}' shall be Base64-encoded UTF-8 string holding JSON which represents a string-string map`,
    name,
    value,
  );
}

function parseBase64Json(value: string): unknown {
  const bytes = Buffer.from(value, "base64");
  if (bytes.toString("base64").replace(/=+$/, "") !== value.replace(/=+$/, "")) return undefined;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isStringMap(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((entry) => typeof entry === "string");
}
