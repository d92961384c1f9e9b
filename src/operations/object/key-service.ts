// S3 as a client of its own KMS: finds the key a request means, makes data keys and opens them. The
// refusals are those that S3 passes on from AWS KMS, under their names there.
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html (list of KMS error codes)
//
// Differs from AWS: a key serves the account that owns it and nobody else, whatever a key policy may
// say (S3 itself may use it for what it delivers of that account's buckets: reports, logs); the
// encryption context names the bucket, as with bucket keys, never the object.

import { judgePlain } from "../../auth/authorize.ts";
import {
  defaultAlias,
  findAliasedKey,
  kmsAliasArn,
  kmsKeyArn,
  parseKeyReference,
} from "../../catalog/kms-aliases.ts";
import {
  decryptUnder,
  type EncryptionContext,
  encryptUnder,
  keyIdOf,
  type OpenKmsKey,
  openKmsKey,
} from "../../catalog/kms-material.ts";
import { S3Error } from "../../s3/errors.ts";
import type { ServiceContext } from "../context.ts";

/** A key that may be used, by its ARN. */
export interface UsableKey {
  readonly arn: string;
  readonly key: OpenKmsKey;
}

/**
 * The key a request names, or the account's `aws/s3`. Throws KMS.NotFoundException,
 * KMS.DisabledException, KMS.KMSInvalidStateException, AccessDenied for another account's key and
 * InvalidArgument for a caller without a signature.
 */
export async function findKey(
  context: ServiceContext,
  reference: string | undefined,
): Promise<UsableKey> {
  refuseAnonymous(context);
  const accountId = keyAccountOf(context);
  const parsed = parseKeyReference(reference ?? defaultAlias, context.region);
  if (parsed.kind === "elsewhere") {
    throw new S3Error("KMS.NotFoundException", `Invalid arn ${parsed.region}`);
  }
  if (parsed.kind === "malformed") {
    throw new S3Error("KMS.NotFoundException", `Invalid keyId ${reference ?? ""}`);
  }
  if (parsed.accountId !== undefined && parsed.accountId !== accountId) {
    throw new S3Error("AccessDenied");
  }
  if (parsed.kind === "id") return useKey(context, parsed.keyId, "kms:GenerateDataKey");
  const keyId = await findAliasedKey(context, accountId, parsed.name);
  if (keyId === undefined) {
    const arn = kmsAliasArn(context.region, accountId, parsed.name);
    throw new S3Error("KMS.NotFoundException", `Alias ${arn} is not found.`);
  }
  return useKey(context, keyId, "kms:GenerateDataKey");
}

/** Whose keys the caller may use. No policy of a key lets S3 in: it has those of whom it works for. */
function keyAccountOf({ principal, onBehalfOf }: ServiceContext): string {
  return principal.type === "Service" ? (onBehalfOf?.sourceAccountId ?? "") : principal.accountId;
}

function refuseAnonymous(context: ServiceContext): void {
  if (context.principal.type !== "Anonymous") return;
  throw new S3Error(
    "InvalidArgument",
    "Requests specifying Server Side Encryption with AWS KMS managed keys require AWS Signature Version 4.",
  );
}

/** The account that owns the key leaves it to its policies who may use it, but for `aws/s3`. */
async function useKey(
  context: ServiceContext,
  keyId: string,
  action: "kms:Decrypt" | "kms:GenerateDataKey",
): Promise<UsableKey> {
  const key = await openKmsKey(context, keyId);
  if (key === undefined) {
    const arn = kmsKeyArn(context.region, keyAccountOf(context), keyId);
    throw new S3Error("KMS.NotFoundException", `Key '${arn}' does not exist`);
  }
  if (key.accountId !== keyAccountOf(context)) throw new S3Error("AccessDenied");
  const isJudged = key.manager === "CUSTOMER" && context.principal.type !== "Service";
  const arn = kmsKeyArn(context.region, key.accountId, keyId);
  if (isJudged && !judgePlain(context, { action, resource: arn }).isAllowed) {
    throw new S3Error(
      "AccessDenied",
      `User: ${context.principal.arn} is not authorized to perform: ${action} on resource: ${arn}`,
    );
  }
  if (key.state === "Disabled") {
    throw new S3Error("KMS.DisabledException", `${arn} is disabled.`);
  }
  if (key.state === "PendingDeletion") {
    throw new S3Error("KMS.KMSInvalidStateException", `${arn} is pending deletion.`);
  }
  return { arn, key };
}

/** Wraps a data key, base64. */
export async function wrapDataKey(
  context: ServiceContext,
  { key }: UsableKey,
  data: { readonly plaintext: Uint8Array; readonly context: EncryptionContext },
): Promise<string> {
  const ciphertext = await encryptUnder(context.seams, key, data);
  return Buffer.from(ciphertext).toString("base64");
}

/** Opens a wrapped data key. Throws as `findKey`; InternalError when it was tampered with. */
export async function unwrapDataKey(
  context: ServiceContext,
  wrapped: string,
  encryptionContext: EncryptionContext,
): Promise<Uint8Array> {
  refuseAnonymous(context);
  const ciphertext = new Uint8Array(Buffer.from(wrapped, "base64"));
  const keyId = keyIdOf(ciphertext);
  if (keyId === undefined) throw tampered();
  const { key } = await useKey(context, keyId, "kms:Decrypt");
  const plaintext = await decryptUnder(key, { ciphertext, context: encryptionContext });
  if (plaintext === undefined) throw tampered();
  return plaintext;
}

function tampered(): S3Error {
  const cause = new Error("a wrapped data key does not open under its KMS key");
  return new S3Error("InternalError", undefined, { cause });
}
