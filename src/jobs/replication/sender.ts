// How a request of replication reaches its target: in here through the deployment's own door, as the
// role; out there signed with the remote's key. Both speak S3, so whoever makes the requests need not
// know which it is.

import { AwsClient } from "aws4fetch";
import type { OpenRemote } from "../../catalog/remotes.ts";
import type { Principal } from "../../s3/principal.ts";

/** A request to a bucket of this deployment. */
export interface LocalRequest extends TargetRequest {
  readonly bucket: string;
  readonly principal: Principal;
}

export interface TargetRequest {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  readonly key: string;
  /** Without the question mark; encoded. */
  readonly query: string;
  /** With `content-length` where there is a body. */
  readonly headers: Headers;
  readonly body: ReadableStream<Uint8Array> | null;
}

/** Answers as S3 does; refusals are answers. Throws when the target was not reached. */
export type Send = (request: TargetRequest) => Promise<Response>;

export type SendLocally = (request: LocalRequest) => Promise<Response>;

/** To a bucket of this deployment, as that principal. */
export function localSender(
  sendLocally: SendLocally,
  place: { readonly bucket: string; readonly principal: Principal },
): Send {
  return (request) => sendLocally({ ...request, ...place });
}

/** A remote must begin to answer within this time. */
const patienceMs = 60_000;

/**
 * To a remote, signed; the payload is not part of the signature, its digest is. Redirects are not
 * followed: they could lead anywhere (SEC-112).
 */
export function remoteSender(remote: OpenRemote): Send {
  const { accessKeyId, secretAccessKey, region } = remote;
  const client = new AwsClient({ accessKeyId, secretAccessKey, region, service: "s3", retries: 0 });
  return async ({ method, key, query, headers, body }) => {
    const path = key.split("/").map(encodeSegment).join("/");
    const url = `${remote.endpoint}/${remote.bucket}/${path}${query === "" ? "" : `?${query}`}`;
    const signed = await client.sign(url, { method, headers: withPayloadWord(headers) });
    const length = Number(headers.get("content-length") ?? "0");
    const given = body === null ? null : body.pipeThrough(new FixedLengthStream(length));
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), patienceMs + length / bytesPerMs);
    try {
      return await fetch(signed.url, {
        method,
        headers: signed.headers,
        body: given,
        redirect: "manual",
        signal: abort.signal,
      });
    } finally {
      clearTimeout(timer);
    }
  };
}

/** The slowest upload that is waited for: a quarter of a mebibyte a second. */
const bytesPerMs = 256;

function withPayloadWord(headers: Headers): Headers {
  const all = new Headers(headers);
  all.set("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
  return all;
}

/** As SigV4 encodes: everything but unreserved characters. */
export function encodeSegment(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
