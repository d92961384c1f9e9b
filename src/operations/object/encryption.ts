// The glue of encryption: what a write will do to its bytes, and how a read gets them back. SSE-S3 is
// R2's own encryption at rest (AES-256-GCM, every object, R2's keys): no byte passes through here for
// it. SSE-KMS, DSSE-KMS and SSE-C content is sealed in the Worker (storage/encryption) under keys
// that this file makes, wraps and opens. Every write path asks `resolveEncryption`, every read
// `openEncryption`.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/serv-side-encryption.html
//
// Differs from AWS: KMS requests are answered over plain HTTP too, which AWS refuses.

import type { Version, VersionDetail } from "../../bucket/types.ts";
import type { EncryptionContext } from "../../catalog/kms-material.ts";
import { S3Error } from "../../s3/errors.ts";
import type { ContentKeys } from "../../storage/blobs.ts";
import { encryptionDefault } from "../bucket/encryption-default.ts";
import type { BucketContext, OpenedBucket, ServiceContext } from "../context.ts";
import { StaleSettings } from "../outcomes.ts";
import {
  type CustomerKey,
  type CustomerKeyHeaders,
  customerKeyHeaders,
  isKeyOf,
  makeVerifier,
  readCustomerKey,
} from "./customer-key.ts";
import { readEncryptionWish } from "./encryption-wish.ts";
import { findKey, unwrapDataKey, wrapDataKey } from "./key-service.ts";

/** What the index keeps of a version's encryption; nothing in it is secret. */
export type Encryption = NonNullable<VersionDetail["encryption"]>;

/** The members that ask for encryption, as the SDK types them. */
export interface EncryptionInput {
  readonly ServerSideEncryption?: string | undefined;
  readonly SSEKMSKeyId?: string | undefined;
  readonly SSEKMSEncryptionContext?: string | undefined;
  readonly BucketKeyEnabled?: boolean | undefined;
  readonly SSECustomerAlgorithm?: string | undefined;
  readonly SSECustomerKey?: string | undefined;
  readonly SSECustomerKeyMD5?: string | undefined;
}

/** What a write does to its bytes. */
export interface WriteEncryption {
  /** To be spread into the version's detail; empty for SSE-S3. */
  readonly detail: { readonly encryption?: Encryption };
  /** Given to `writeBlob`; absent for SSE-S3. */
  readonly keys?: ContentKeys;
}

/**
 * Decides how a new object or upload is encrypted: by its headers, else by the bucket's default, and
 * makes its data key. Throws InvalidArgument and InvalidRequest for headers that make no sense,
 * AccessDenied where the bucket blocks SSE-C, and the refusals of `findKey`.
 */
export async function resolveEncryption(
  context: BucketContext,
  input: EncryptionInput,
): Promise<WriteEncryption> {
  const byDefault = encryptionDefault(context.env, context.bucket);
  const customerKey = readCustomerKey(context, customerKeyHeaders(input), "write");
  const wish = readEncryptionWish(input, byDefault);
  if (customerKey !== undefined) {
    if (byDefault.blocksCustomerKeys) throw new S3Error("AccessDenied");
    const kept = makeVerifier(customerKey, context.seams.randomBytes);
    return {
      detail: { encryption: { algorithm: "SSE-C", ...kept } },
      keys: customerKeys(context, customerKey),
    };
  }
  if (wish.algorithm === "AES256") return { detail: {} };
  const usable = await findKey(context, wish.kmsKey);
  const layers = wish.algorithm === "aws:kms:dsse" ? 2 : 1;
  const plaintext = context.seams.randomBytes(layers * keyBytes);
  const wrappedKey = await wrapDataKey(context, usable, {
    plaintext,
    context: contextOf(context, wish.context),
  });
  const encryption: Encryption = {
    algorithm: wish.algorithm,
    keyArn: usable.arn,
    wrappedKey,
    ...(wish.context !== undefined && { context: wish.context }),
    ...(wish.isBucketKeyEnabled && { bucketKeyEnabled: true }),
  };
  return { detail: { encryption }, keys: keysOf(context, plaintext) };
}

const keyBytes = 32;

function keysOf(opened: OpenedBucket, plaintext: Uint8Array): ContentKeys {
  const layers: Uint8Array[] = [];
  for (let at = 0; at < plaintext.length; at += keyBytes) {
    layers.push(plaintext.subarray(at, at + keyBytes));
  }
  return { layers, bucketId: opened.bucket.bucketId };
}

function customerKeys(opened: OpenedBucket, key: CustomerKey): ContentKeys {
  return { layers: [key.bytes], bucketId: opened.bucket.bucketId };
}

/** The context that a data key is bound to: the client's pairs, and the bucket, which wins. */
export function contextOf(opened: OpenedBucket, header: string | undefined): EncryptionContext {
  const own = { "aws:s3:arn": `arn:aws:s3:::${opened.bucket.name}` };
  if (header === undefined) return own;
  const pairs = JSON.parse(Buffer.from(header, "base64").toString("utf8")) as EncryptionContext;
  return { ...pairs, ...own };
}

/** Opens the data key of a KMS-encrypted version: the bytes of all its layers. */
export function openDataKey(
  context: ServiceContext,
  opened: OpenedBucket,
  encryption: Encryption,
): Promise<Uint8Array> {
  const { wrappedKey, context: header } = encryption;
  const bound = contextOf(opened, typeof header === "string" ? header : undefined);
  return unwrapDataKey(context, String(wrappedKey), bound);
}

/**
 * For the commit of a write that was decided under settings that may have moved on since: another
 * default of encryption asks for other bytes. Throws StaleSettings, so that the call runs anew.
 */
export function checkSameDefault(context: OpenedBucket, opened: OpenedBucket): void {
  const [decided, present] = [context.bucket, opened.bucket].map(({ settings }) =>
    settings.get("encryption"),
  );
  if (decided !== present) throw new StaleSettings(opened.bucket.name);
}

/** What a read needs to know besides the version. */
export interface OpeningRequest {
  readonly encryption: Encryption | undefined;
  readonly customerKey: CustomerKeyHeaders;
  /** False for HEAD and the like: a customer's key is checked, no KMS key is asked for. */
  readonly wantsBytes: boolean;
  /** The bucket that the content is in; the context's own when absent. */
  readonly opened?: OpenedBucket;
}

/**
 * The keys of a version's content, for a caller that may have them; `undefined` when its bytes are
 * plain or not wanted. Throws InvalidRequest (400) for a missing or superfluous customer key,
 * AccessDenied (403) for a wrong one, and the refusals of `findKey`.
 */
export async function openEncryption(
  context: BucketContext,
  request: OpeningRequest,
): Promise<ContentKeys | undefined> {
  const { encryption, wantsBytes, opened = context } = request;
  const key = readCustomerKey(context, request.customerKey, "read");
  if (encryption?.algorithm !== "SSE-C") {
    if (key !== undefined) {
      throw new S3Error(
        "InvalidRequest",
        "The encryption parameters are not applicable to this object.",
      );
    }
    if (encryption === undefined || !wantsBytes) return undefined;
    return keysOf(opened, await openDataKey(context, opened, encryption));
  }
  if (key === undefined) {
    throw new S3Error(
      "InvalidRequest",
      "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.",
    );
  }
  if (!isKeyOf(key, encryption)) throw new S3Error("AccessDenied");
  return customerKeys(opened, key);
}

/**
 * The keys of a version, for GET, HEAD and GetObjectAttributes. Throws as `openEncryption`, and
 * InvalidArgument for headers that only writes may have.
 */
export function openVersion(
  context: BucketContext,
  version: Version,
  request: { readonly input: EncryptionInput; readonly wantsBytes: boolean },
): Promise<ContentKeys | undefined> {
  const name = "x-amz-server-side-encryption";
  const value = context.headers.get(name);
  if (value !== null) {
    throw new S3Error("InvalidArgument", `${name} header is not supported for this operation.`, {
      detail: { ArgumentName: name, ArgumentValue: value },
    });
  }
  const { encryption } = version.detail;
  const customerKey = customerKeyHeaders(request.input);
  return openEncryption(context, { encryption, customerKey, wantsBytes: request.wantsBytes });
}

/**
 * The keys of an open upload, for a part. Throws InvalidRequest where the part's headers do not fit
 * what the upload was begun with.
 */
export async function openUploadEncryption(
  context: BucketContext,
  encryption: Encryption | undefined,
  input: EncryptionInput,
): Promise<ContentKeys | undefined> {
  const headers = customerKeyHeaders(input);
  if (encryption?.algorithm !== "SSE-C") {
    return openEncryption(context, { encryption, customerKey: headers, wantsBytes: true });
  }
  const key = readCustomerKey(context, headers, "write");
  if (key === undefined) {
    throw new S3Error(
      "InvalidRequest",
      "The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption parameters.",
    );
  }
  if (!isKeyOf(key, encryption)) {
    throw new S3Error(
      "InvalidRequest",
      "The provided encryption parameters did not match the ones used originally.",
    );
  }
  return customerKeys(context, key);
}

/**
 * For copies inside a bucket: the encryption of the copy when it may share the source's bytes, which
 * are under the source's data key; `undefined` when they must be sealed anew.
 */
export function shareEncryption(
  source: VersionDetail,
  wish: WriteEncryption,
): { readonly encryption?: Encryption } | undefined {
  const from = source.encryption;
  const to = wish.detail.encryption;
  if (from === undefined || to === undefined) return from === to ? {} : undefined;
  if (from.algorithm !== to.algorithm) return undefined;
  if (from.algorithm === "SSE-C") {
    const [bytes] = wish.keys?.layers ?? [];
    const key = bytes && { bytes, md5: String(to["customerKeyMd5"]) };
    return key !== undefined && isKeyOf(key, from) ? { encryption: from } : undefined;
  }
  const isSame = from["keyArn"] === to["keyArn"] && from["context"] === to["context"];
  // The data key is the source's; whether a bucket key is said to be used is the copy's own matter.
  return isSame ? { encryption: { ...to, wrappedKey: from["wrappedKey"] ?? "" } } : undefined;
}
