// What the tests of form uploads share: forms as browsers send them, signed as SDKs sign them.
import { SELF } from "cloudflare:test";
import { createHash, createHmac } from "node:crypto";
import { expect } from "vitest";
import { type Keys, makeBucket, origin, rootKeys } from "../bucket/fixtures.ts";

export type Fields = Record<string, string>;
type Condition = Fields | readonly unknown[];

export interface Upload {
  readonly fields?: Fields;
  readonly file?: string | Uint8Array;
  /** Of the file part; `null` for none. */
  readonly filename?: string | null;
  /** Conditions beside the usual ones, which cover every field but those named in `uncovered`. */
  readonly conditions?: readonly Condition[];
  readonly uncovered?: readonly string[];
  readonly expiration?: string;
  /** The whole policy document, as text. */
  readonly document?: string;
  readonly keys?: Keys;
  readonly scope?: string;
  /** Fields changed after signing; `undefined` takes one away. */
  readonly change?: Record<string, string | undefined>;
  readonly bucket?: string;
  readonly headers?: Record<string, string>;
  /** What stands behind the file part. */
  readonly tail?: string;
  readonly isAnonymous?: boolean;
}

export const boundary = "----FormBoundary7MA4YWxk";
/** The bucket of every test that names no other. */
export const bucket = await makeBucket("post");
let made = 0;
export const freshKey = () => `form/${++made}`;

export function part(head: string, content: string | Uint8Array): Uint8Array {
  const start = `--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n\r\n`;
  return Buffer.concat([Buffer.from(start), Buffer.from(content as string), Buffer.from("\r\n")]);
}

export function bodyOf(fields: Fields, upload: Upload): Uint8Array {
  const name = upload.filename === undefined ? "a.txt" : upload.filename;
  const head = name === null ? 'name="file"' : `name="file"; filename="${name}"`;
  return Buffer.concat([
    ...Object.entries(fields).map(([field, value]) => part(`name="${field}"`, value)),
    part(head, upload.file ?? "content"),
    Buffer.from(upload.tail ?? `--${boundary}--\r\n`),
  ]);
}

export function signedFields(upload: Upload): Fields {
  const { keys = rootKeys, uncovered = [] } = upload;
  const amzDate = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const scope = upload.scope ?? `${amzDate.slice(0, 8)}/us-east-1/s3/aws4_request`;
  const fields: Fields = {
    key: freshKey(),
    ...upload.fields,
    "x-amz-algorithm": "AWS4-HMAC-SHA256",
    "x-amz-credential": `${keys.accessKeyId}/${scope}`,
    "x-amz-date": amzDate,
  };
  const covering: Condition[] = Object.entries({ bucket: upload.bucket ?? bucket, ...fields })
    .filter(([name]) => !uncovered.includes(name))
    .map(([name, value]) => ({ [name]: value }));
  const document =
    upload.document ??
    JSON.stringify({
      expiration: upload.expiration ?? "2999-01-01T00:00:00Z",
      conditions: [...covering, ...(upload.conditions ?? [])],
    });
  const policy = Buffer.from(document).toString("base64");
  const [day = "", region = "", service = ""] = scope.split("/");
  const hmac = (key: string | Uint8Array, text: string) =>
    createHmac("sha256", key).update(text).digest();
  const key = [region, service, "aws4_request"].reduce<Uint8Array>(
    hmac,
    hmac(`AWS4${keys.secretAccessKey}`, day),
  );
  const signature = createHmac("sha256", key).update(policy).digest("hex");
  return { ...fields, policy, "x-amz-signature": signature };
}

export async function send(
  body: Uint8Array,
  upload: Upload = {},
  path = `/${upload.bucket ?? bucket}`,
) {
  const response = await SELF.fetch(`${origin}${path}`, {
    method: "POST",
    redirect: "manual",
    headers: {
      "content-type": `multipart/form-data; boundary=${boundary}`,
      "content-length": String(body.length),
      ...upload.headers,
    },
    body,
  });
  const text = await response.text();
  const first = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1];
  return { status: response.status, headers: response.headers, text, first };
}

/** Sends a form, signed unless it is to be anonymous. */
export async function post(upload: Upload = {}) {
  const signed = upload.isAnonymous ? { key: freshKey(), ...upload.fields } : signedFields(upload);
  const fields = Object.fromEntries(
    Object.entries({ ...signed, ...upload.change }).filter(([, value]) => value !== undefined),
  ) as Fields;
  const answer = await send(bodyOf(fields, upload), upload);
  return { ...answer, fields, key: fields["key"] ?? "" };
}

const unescapeXml = (text: string | undefined) =>
  text?.replaceAll("&quot;", '"').replaceAll("&amp;", "&").replaceAll("&lt;", "<");

export async function expectRefusal(
  answer: Awaited<ReturnType<typeof send>>,
  [status, code, message]: readonly [number, string, string?],
) {
  expect([answer.status, answer.first("Code")]).toEqual([status, code]);
  if (message !== undefined) expect(unescapeXml(answer.first("Message"))).toBe(message);
}

export const pathOf = (key: string) =>
  `/${bucket}/${key.split("/").map(encodeURIComponent).join("/")}`;
export const md5 = (data: string | Uint8Array) => createHash("md5").update(data).digest("hex");
