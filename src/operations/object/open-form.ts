// A form upload before its file: reads the fields, finds out who signed them, holds them against
// the signer's policy, and turns them into the headers a PutObject would have. From there on every
// rule (permissions, tags, locks, encryption) sees a form as it sees a put. The file is not touched.
// https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html

import { missingField, verifyForm } from "../../auth/form-signature.ts";
import {
  type FormValues,
  judgeForm,
  parsePostPolicy,
  type SizeRange,
} from "../../auth/post-policy.ts";
import { noteKeyUse } from "../../catalog/access-keys.ts";
import { findCaller } from "../../catalog/callers.ts";
import { S3Error } from "../../s3/errors.ts";
import { type FormHead, FormReader } from "../../s3/form.ts";
import { keyTooLong, maximumKeyBytes, utf8Length } from "../../s3/target.ts";
import type { ServiceContext } from "../context.ts";
import { renderTaggingHeader } from "./form-tagging.ts";

/** A form whose fields were read and allowed; its file is next. */
export interface OpenForm {
  readonly reader: FormReader;
  readonly fields: FormValues;
  /** What the policy allows for the file; absent when it says nothing. */
  readonly sizes?: SizeRange;
}

/**
 * Opens the form of a POST to a bucket. The context it gives is the signer's: principal, key and
 * headers are the form's, so that what is authorised next is what will be written. Throws what
 * `FormReader`, `verifyForm`, `parsePostPolicy` and `judgeForm` throw; AccessDenied for a policy
 * without a signature.
 */
export async function openForm(context: ServiceContext): Promise<ServiceContext> {
  const reader = new FormReader(context.openBody(), context.headers.get("content-type") ?? "");
  const fields = readFields(await reader.readHead());
  const key = readKey(fields);
  const signer = await findSigner(context, fields);
  const bucket = context.target.bucket ?? "";
  const sizes =
    signer === undefined
      ? undefined
      : judgeForm(parsePostPolicy(signer.policy), { fields, bucket, nowMs: context.nowMs });
  return {
    ...context,
    ...(signer !== undefined && {
      principal: signer.principal,
      authenticated: {
        ...context.authenticated,
        principal: signer.principal,
        signedAtMs: signer.signedAtMs,
      },
    }),
    target: { ...context.target, kind: "object", key },
    headers: headersOf(context.headers, fields),
    form: { reader, fields, ...(sizes !== undefined && { sizes }) },
  };
}

/** By lower-case name, with `${filename}` replaced: conditions see what will be stored. */
function readFields(head: FormHead): FormValues {
  // Some browsers send a whole path: its last name counts. Without any name the text stays.
  const filename = head.filename?.replace(/^.*[/\\]/s, "");
  const expand = (text: string) =>
    filename === undefined ? text : text.replace(/\$\{filename\}/g, () => filename);
  return new Map(
    head.fields.map(({ name, value }) => [name.toLowerCase(), { name, value: expand(value) }]),
  );
}

function readKey(fields: FormValues): string {
  const key = fields.get("key")?.value;
  if (key === undefined) throw missingField("key");
  if (key === "") {
    throw new S3Error("InvalidArgument", "User key must have a length greater than 0.", {
      detail: { ArgumentName: "key", ArgumentValue: "" },
    });
  }
  if (utf8Length(key) > maximumKeyBytes) throw keyTooLong(key);
  if (key.includes("\0")) throw new S3Error("InvalidURI", undefined, { detail: { URI: key } });
  return key;
}

/**
 * Who signed the form. Without signature fields it is whoever signed the request, which is nobody
 * as a rule; a request signed in two ways is refused, as everywhere.
 */
async function findSigner(context: ServiceContext, fields: FormValues) {
  const { env, seams, nowMs, region } = context;
  const call = { env, seams, nowMs };
  const signed = await verifyForm(fields, {
    region,
    findAccessKey: (accessKeyId, token) => findCaller(call, accessKeyId, token),
  });
  if (signed === undefined) {
    // A policy that nobody signed allows nothing, and must not look as if it did.
    if (fields.has("policy")) throw new S3Error("AccessDenied");
    return undefined;
  }
  if (context.authenticated.method !== "anonymous") {
    throw new S3Error("InvalidArgument", "Only one auth mechanism allowed", {
      detail: { ArgumentName: "Authorization", ArgumentValue: "" },
    });
  }
  const { accessKeyId = "", session } = signed.principal;
  if (session === undefined) {
    const note = noteKeyUse(call, { accessKeyId, service: "s3", region });
    if (note !== undefined) context.waitUntil(note.catch(() => undefined));
  }
  return signed;
}

/** Fields that travel as the header of the same name; any other field is no header. */
const plainHeaders = [
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-md5",
  "content-type",
  "expires",
] as const;
const headerPrefixes = [
  "x-amz-checksum-",
  "x-amz-grant-",
  "x-amz-meta-",
  "x-amz-object-lock-",
  "x-amz-server-side-encryption",
];
const headerNames = new Set<string>([
  ...plainHeaders,
  "x-amz-acl",
  "x-amz-request-payer",
  "x-amz-sdk-checksum-algorithm",
  "x-amz-storage-class",
  "x-amz-website-redirect-location",
]);
/** Of the request itself these stay: they say who asks, not what is stored. */
const keptHeaders = ["host", "origin", "referer", "user-agent", "x-amz-expected-bucket-owner"];

/** The headers a PutObject of this object would have; those of the form's own body are gone. */
function headersOf(request: Headers, fields: FormValues): Headers {
  const headers = new Headers();
  for (const name of keptHeaders) {
    const value = request.get(name);
    if (value !== null) headers.set(name, value);
  }
  for (const [name, { value }] of fields) {
    const isHeader = headerNames.has(name) || headerPrefixes.some((text) => name.startsWith(text));
    if (isHeader) setHeader(headers, name, value);
  }
  // The one field whose header is named otherwise; S3 wants the value beside it, as there.
  const algorithm = fields.get("x-amz-checksum-algorithm")?.value;
  if (algorithm !== undefined) setHeader(headers, "x-amz-sdk-checksum-algorithm", algorithm);
  const acl = fields.get("acl")?.value;
  if (acl !== undefined) setHeader(headers, "x-amz-acl", acl);
  const tagging = fields.get("tagging")?.value;
  if (tagging !== undefined) setHeader(headers, "x-amz-tagging", renderTaggingHeader(tagging));
  return headers;
}

/** What no header can carry (a line break, a name with a blank) cannot be given back either. */
function setHeader(headers: Headers, name: string, value: string): void {
  try {
    headers.set(name, value);
  } catch {
    throw new S3Error("InvalidArgument", "The form field cannot be stored as a header.", {
      detail: { ArgumentName: name, ArgumentValue: value },
    });
  }
}
