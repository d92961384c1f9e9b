// What a handler is given. Built once by `dispatch`, never changed.

import type { Authenticated, Principal } from "../auth/types.ts";
import type { BucketClient } from "../bucket/client.ts";
import type { BucketRecord } from "../catalog/buckets.ts";
import type { Env, Seams } from "../env.ts";
import type { ByteSource } from "../s3/byte-source.ts";
import type { Target } from "../s3/target.ts";

/** Every call has this much: who, when, and the request as it came. */
export interface ServiceContext {
  readonly env: Env;
  readonly seams: Seams;
  /** The request's time, milliseconds: read once, so that one call has one clock. */
  readonly nowMs: number;
  readonly requestId: string;
  readonly region: string;
  readonly principal: Principal;
  readonly authenticated: Authenticated;
  readonly method: string;
  readonly headers: Headers;
  readonly target: Target;
  /** Opens the payload: decoded and verified while it is read. Once only. */
  openBody(): ByteSource;
  /** Work that may outlive the response. */
  waitUntil(work: Promise<unknown>): void;
}

/** Calls on a bucket that exists and that the principal may use. */
export interface BucketContext extends ServiceContext {
  readonly bucket: BucketRecord;
  readonly index: BucketClient;
}

/** Calls on a key. */
export interface ObjectContext extends BucketContext {
  readonly key: string;
}
