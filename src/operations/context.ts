// What a handler is given. Built once by `dispatch`, never changed.

import type { Ask, OnBehalfOf } from "../auth/authorize.ts";
import type { EdgeFacts } from "../auth/edge.ts";
import type { Authenticated, Principal } from "../auth/types.ts";
import type { BucketClient } from "../bucket/client.ts";
import type { Version } from "../bucket/types.ts";
import type { BucketRecord } from "../catalog/buckets.ts";
import type { Env, Seams } from "../env.ts";
import type { ByteSource } from "../s3/byte-source.ts";
import type { Target } from "../s3/target.ts";
import type { RequestNotes } from "./notes.ts";
import type { OpenForm } from "./object/open-form.ts";

/** Every call has this much: who, when, and the request as it came. */
export interface ServiceContext {
  readonly env: Env;
  readonly seams: Seams;
  /** The request's time, milliseconds: read once, so that one call has one clock. */
  readonly nowMs: number;
  readonly requestId: string;
  readonly hostId: string;
  readonly region: string;
  readonly principal: Principal;
  readonly authenticated: Authenticated;
  readonly method: string;
  /** The client spoke TLS. */
  readonly isSecure: boolean;
  readonly headers: Headers;
  /** What the runtime knows of the connection. */
  readonly edge: EdgeFacts;
  readonly target: Target;
  /** The form of a browser upload, its fields read and allowed; only for PostObject. */
  readonly form?: OpenForm;
  /** The program replicates, as the role that the bucket's rules name. */
  readonly errand?: "replication" | "delivery";
  /** Only of a service. */
  readonly onBehalfOf?: OnBehalfOf;
  /** What is told to whoever records the request; absent where nobody does. */
  readonly notes?: RequestNotes;
  /** Opens the payload: decoded and verified while it is read. Once only. */
  openBody(): ByteSource;
  /** Work that may outlive the response. */
  waitUntil(work: Promise<unknown>): void;
  /**
   * Another bucket, for copy sources, or this one for a further permission: loaded, and the caller
   * allowed every ask. Throws NoSuchBucket or AccessDenied.
   */
  openOther(bucket: string, asks: readonly Ask[]): Promise<OpenedBucket>;
}

/** A bucket the principal was allowed to use in this call. */
export interface OpenedBucket {
  readonly bucket: BucketRecord;
  readonly index: BucketClient;
  /** Whether the caller may do one thing more here; judged from the settings in hand. */
  allows(ask: Ask): boolean;
}

/** Calls on a bucket that exists and that the principal may use. */
export interface BucketContext extends ServiceContext, OpenedBucket {
  /** Loads the settings anew and authorises again: for calls that learn late that they are stale. */
  refresh(): Promise<OpenedBucket>;
  /**
   * Judges the call once more by what the version says of itself (its tags). Every read calls it
   * with what it read. Throws AccessDenied.
   */
  judgeVersion(version: Pick<Version, "detail">): void;
}

/** Calls on a key. */
export interface ObjectContext extends BucketContext {
  readonly key: string;
}

/** What every index call carries: the epoch decided with, and the request's clock. */
export function callFacts(context: { bucket: BucketRecord; nowMs: number }): {
  epoch: number;
  nowMs: number;
} {
  return { epoch: context.bucket.epoch, nowMs: context.nowMs };
}

/** The bucket's versioning state, as the index wants it told. */
export function versioningOf(bucket: BucketRecord): "Unversioned" | "Enabled" | "Suspended" {
  const status = bucket.settings.get("versioning");
  return status === "Enabled" || status === "Suspended" ? status : "Unversioned";
}
