// Links that carry a permission: signed here, nothing is sent to the server. A link ends with the key
// that signed it, so the long-term key signs while this page has it, or one made for this link alone.

import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { s3Client } from "../../../clients/s3.ts";
import { shellQuote } from "../../../components/show-as-text.ts";
import { currentSession, type Key, longTermKey } from "../../../session/store.ts";
import type { ObjectPlace } from "../place.ts";
import { inputOf } from "../place.ts";

export type Method = "GET" | "PUT" | "POST";

export interface ShareWish {
  readonly method: Method;
  readonly seconds: number;
  /** GET: saved under this name instead of shown. */
  readonly isAttachment: boolean;
  readonly contentType: string;
  readonly maximumBytes: number;
}

export interface Shared {
  readonly url: string;
  readonly curl: string;
  /** POST: the form's fields. */
  readonly fields?: Readonly<Record<string, string>>;
  readonly endsAt: Date;
}

/** Signatures last a week at most. */
export const longestSeconds = 604_800;

function signer(credentials = longTermKey()): S3Client {
  const region = currentSession()?.region;
  if (credentials === undefined || region === undefined) return s3Client();
  return new S3Client({ endpoint: location.origin, region, credentials, forcePathStyle: true });
}

/** How long a link made now can last: not longer than the session that signs it. */
export function longestNow(): number {
  const ends = currentSession()?.expiresAtMs;
  if (ends === undefined || longTermKey() !== undefined) return longestSeconds;
  return Math.max(60, Math.min(longestSeconds, Math.floor((ends - Date.now()) / 1000)));
}

/** Signs with `key`; without one, with the key or the session of this page. */
export async function share(place: ObjectPlace, wish: ShareWish, key?: Key): Promise<Shared> {
  const client = signer(key);
  const endsAt = new Date(Date.now() + wish.seconds * 1000);
  const name = place.key.split("/").at(-1) || "file";
  const file = shellQuote(name);
  if (wish.method === "POST") {
    const { url, fields } = await createPresignedPost(client, {
      Bucket: place.bucket,
      Key: place.key,
      Expires: wish.seconds,
      Conditions: [["content-length-range", 0, wish.maximumBytes]],
    });
    const parts = Object.entries(fields).map(
      ([field, value]) => `-F ${shellQuote(`${field}=${value}`)}`,
    );
    return {
      url,
      fields,
      endsAt,
      curl: ["curl", ...parts, `-F file=@${file}`, url].join(" \\\n  "),
    };
  }
  if (wish.method === "PUT") {
    const type = wish.contentType === "" ? {} : { ContentType: wish.contentType };
    const command = new PutObjectCommand({ Bucket: place.bucket, Key: place.key, ...type });
    const url = await getSignedUrl(client, command, {
      expiresIn: wish.seconds,
      ...(wish.contentType !== "" && { signableHeaders: new Set(["content-type"]) }),
    });
    const header =
      wish.contentType === "" ? "" : ` -H ${shellQuote(`content-type: ${wish.contentType}`)}`;
    return { url, endsAt, curl: `curl -T ${file}${header} ${shellQuote(url)}` };
  }
  const command = new GetObjectCommand({
    ...inputOf(place),
    ...(wish.isAttachment && {
      ResponseContentDisposition: `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
    }),
  });
  const url = await getSignedUrl(client, command, { expiresIn: wish.seconds });
  return { url, endsAt, curl: `curl -o ${file} ${shellQuote(url)}` };
}
