// PostObject: the upload of a browser's form. `dispatch` has opened the form and authorised its
// signer; what is left is a PutObject whose bytes come from the form, and S3's ways of answering.
// https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
//
// Differs from AWS:
// - A field given twice is refused (400 InvalidArgument); S3 takes one of the values.
// - Signature Version 2 forms are refused (400 InvalidRequest).
// - A `tagging` field must be a Tagging document; S3 also takes other XML, as no tags.

import type { FormValues } from "../../auth/post-policy.ts";
import { readInput } from "../../s3/bind.ts";
import { S3Error } from "../../s3/errors.ts";
import type { OperationOutput } from "../../s3/operation-types.ts";
import { operations } from "../../s3/operations.ts";
import {
  type BlobWish,
  deleteBlobs,
  type StoredBlob,
  writeBlob,
  writeLimits,
} from "../../storage/blobs.ts";
import { bytesSource, segmentsSource } from "../../storage/sources.ts";
import type { ObjectContext } from "../context.ts";
import type { Handler } from "../handlers.ts";
import { FormFile, followedBy } from "./form-file.ts";
import type { OpenForm } from "./open-form.ts";
import { storeObject } from "./put-object.ts";

export const postObject: Handler<"PostObject"> = async (context) => {
  const { form, target } = context;
  if (form === undefined || target.key === undefined) throw new S3Error("MalformedPOSTRequest");
  const objectContext: ObjectContext = { ...context, key: target.key };
  const input = readInput(operations.PutObject, target, context.headers);
  const put = await storeObject(objectContext, input, (wish) => storeFile(context, form, wish));
  return { ...put, ...answerOf(objectContext, form.fields, put) };
};

/**
 * Stores the form's file. A small one is held and then has a length like any other; a large one is
 * stored under its likely length, and once more from the store when the form ended otherwise.
 */
async function storeFile(
  { env, waitUntil }: Pick<ObjectContext, "env" | "waitUntil">,
  form: OpenForm,
  wish: BlobWish,
): Promise<StoredBlob> {
  const file = new FormFile(form.reader, wish.plan, form.sizes);
  if (file.length <= writeLimits.smallBytes) {
    return writeBlob(env, bytesSource(await file.readAll()), wish);
  }
  // The file verifies what the client promised: these bytes may have zeros behind them.
  const { algorithm } = wish.plan;
  const first = await writeBlob(env, file, { ...wish, plan: { algorithm } });
  if (file.isExact) return first;
  try {
    const length = Math.min(file.length, file.fileBytes);
    const stored = segmentsSource(env, [{ blob: first.blob, offset: 0, length }], wish.keys);
    return await writeBlob(env, followedBy(stored, file.beyond), wish);
  } finally {
    waitUntil(deleteBlobs(env, [first.blob]).catch(() => undefined));
  }
}

/** The status a form asks for; 204 for none and for any that S3 does not have. */
function answerOf(
  context: ObjectContext,
  fields: FormValues,
  { ETag = "" }: OperationOutput<"PutObject">,
) {
  const answer = { Location: locationOf(context), Bucket: context.bucket.name, Key: context.key };
  const redirect = fields.get("success_action_redirect") ?? fields.get("redirect");
  if (redirect !== undefined && isWebAddress(redirect.value)) {
    const facts = { bucket: context.bucket.name, key: context.key, etag: ETag };
    return { ...answer, StatusCode: 303, RedirectLocation: withQuery(redirect.value, facts) };
  }
  const status = Number(fields.get("success_action_status")?.value);
  return { ...answer, StatusCode: status === 200 || status === 201 ? status : 204 };
}

/** Only whole web addresses: `javascript:` and paths lead nowhere, and S3 passes them over too. */
function isWebAddress(text: string): boolean {
  return /^https?:\/\/[^/?#\s]/i.test(text) && URL.canParse(text) && !/[\r\n\0]/.test(text);
}

/** The address as given, with the object's facts behind its own query, encoded as forms are. */
function withQuery(address: string, facts: Record<string, string>): string {
  const [page = "", ...fragment] = address.split("#");
  const joint = page.includes("?") ? "&" : "?";
  const query = new URLSearchParams(facts).toString();
  return [`${page}${joint}${query}`, ...fragment].join("#");
}

/** The object's URL in the style of the request; S3 escapes the key's slashes here. */
function locationOf({ target, isSecure, bucket, key }: ObjectContext): string {
  const base = `${isSecure ? "https" : "http"}://${target.host}`;
  const path = encodeURIComponent(key);
  return target.isVirtualHosted ? `${base}/${path}` : `${base}/${bucket.name}/${path}`;
}
