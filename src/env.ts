// What the deployment gives the program: bindings, secrets, settings, and the two things that are
// never taken from the air: time and randomness. Nothing here does I/O.

/** The bindings and settings of `wrangler.toml`. Every setting is text, as Workers give it. */
export interface Env {
  /** D1: accounts, keys, bucket names, settings. */
  readonly CATALOG: D1Database;
  /** One object per bucket partition. Only `bucket/` opens it. */
  readonly BUCKET_INDEX: DurableObjectNamespace;
  /** The stores: one R2 bucket or more per storage class (`storage/classes.ts` is the closed table). */
  readonly STORE_STANDARD: R2Bucket;
  readonly STORE_INTELLIGENT_TIERING: R2Bucket;
  readonly STORE_STANDARD_IA: R2Bucket;
  readonly STORE_ONEZONE_IA: R2Bucket;
  readonly STORE_GLACIER_IR: R2Bucket;
  readonly STORE_GLACIER: R2Bucket;
  readonly STORE_DEEP_ARCHIVE: R2Bucket;
  /** The Worker that serves the web console; without it, a page says how to get one. */
  readonly CONSOLE?: Fetcher;
  /** 32 bytes, base64. Seals secrets at rest. */
  readonly MASTER_KEY: string;
  /** Earlier master keys, separated by commas: they open what they sealed, and seal nothing new. */
  readonly MASTER_KEY_PREVIOUS?: string;
  readonly ROOT_ACCESS_KEY_ID: string;
  readonly ROOT_SECRET_ACCESS_KEY: string;
  /** The region this deployment answers as; `us-east-1` when absent. */
  readonly REGION?: string;
  /** Hosts that carry bucket names in front, comma separated: `s3.example.com,localhost`. */
  readonly BASE_DOMAIN?: string;
  /** Hosts that carry the bucket of a website in front, comma separated; without it, none do. */
  readonly WEBSITE_DOMAIN?: string;
  /** Hosts of websites by name: `www.example.com, shop.example.com=wares, *.sites.example.com`. */
  readonly WEBSITE_HOSTS?: string;
  /** How long replaced and deleted content stays in the stores, in seconds; 86400 when absent. */
  readonly CONDEMNED_GRACE_SECONDS?: string;
  /** How long a day is for lifecycle rules and Intelligent-Tiering, in seconds; 86400 when absent. */
  readonly LIFECYCLE_DAY_SECONDS?: string;
  /** How long restoring archived objects takes, in seconds; as on AWS, by class and tier, when absent. */
  readonly RESTORE_DELAY_SECONDS?: string;
  /** Classes held at another S3 endpoint: JSON, a secret (`storage/remote-store.ts`); optional. */
  readonly REMOTE_CLASS_STANDARD_IA?: string;
  readonly REMOTE_CLASS_ONEZONE_IA?: string;
  readonly REMOTE_CLASS_GLACIER_IR?: string;
  readonly REMOTE_CLASS_GLACIER?: string;
  readonly REMOTE_CLASS_DEEP_ARCHIVE?: string;
  /** How long a deleted bucket's name is kept from other accounts, in seconds; 2592000 when absent. */
  readonly BUCKET_NAME_QUARANTINE_SECONDS?: string;
  /** Failed authentications of one address in a minute before it is told SlowDown; 100 when absent. */
  readonly AUTH_FAILURES_PER_MINUTE?: string;
  /** Cloudflare's rate limiter for the same, shared by the isolates of a location; optional. */
  readonly AUTH_FAILURE_LIMITER?: RateLimit;
  /** Object ownership of new buckets: `BucketOwnerEnforced` when absent; `ObjectWriter` as once. */
  readonly DEFAULT_OBJECT_OWNERSHIP?: string;
  /** "false" leaves Block Public Access off in new buckets, as it was before April 2023. */
  readonly DEFAULT_BLOCK_PUBLIC_ACCESS?: string;
  /** "true": bytes of objects that anybody may read are kept in the edge's cache. */
  readonly PUBLIC_CACHE?: string;
  /** "true" lets buckets take SSE-C unless they block it, as AWS did before April 2026. */
  readonly ALLOW_SSE_C?: string;
  /** "true" takes customers' keys over plain HTTP: for a laptop, never for a network. */
  readonly ALLOW_SSE_C_OVER_HTTP?: string;
  /**
   * Queues that events go to, separated by commas: `NAME=BINDING` for the operator's account,
   * `ACCOUNT:NAME=BINDING` for another. Bindings are called `EVENT_QUEUE...`; the queue `eventbridge`
   * takes what buckets send to EventBridge.
   */
  readonly EVENT_QUEUES?: string;
  /** Failures in a row, and seconds, after which a webhook is disabled; 36 and 43200 when absent. */
  readonly WEBHOOK_MAXIMUM_FAILURES?: string;
  readonly WEBHOOK_MAXIMUM_FAILING_SECONDS?: string;
  /** How long deliveries to webhooks stay in their log, in days; 7 when absent. */
  readonly WEBHOOK_LOG_DAYS?: string;
  /** What is audited: `off` (when absent), `changes` (and denials), `all`. */
  readonly AUDIT?: string;
  /** How long the audit is kept, in days; 90 when absent. */
  readonly AUDIT_RETENTION_DAYS?: string;
  /** "on" counts every request, by class of operation and by bucket, for `/-/metrics`. */
  readonly METRICS?: string;
  /** Whoever sends it as a bearer token may read `/-/metrics`; without it, only the operator. */
  readonly METRICS_TOKEN?: string;
  /** How long what was recorded may wait in an isolate, in seconds; 10 when absent, at most 20. */
  readonly RECORD_FLUSH_SECONDS?: string;
  /** "true" only on a laptop or in CI: the client's address is not Cloudflare's to vouch for. */
  readonly LOCAL?: string;
}

/** Milliseconds of a day as lifecycle rules and Intelligent-Tiering count them. */
export function lifecycleDayMs({
  LIFECYCLE_DAY_SECONDS: text,
}: Pick<Env, "LIFECYCLE_DAY_SECONDS">) {
  const seconds = Number(text);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 86_400_000;
}

/** Time and randomness. Tests pass their own; the program never calls the globals elsewhere. */
export interface Seams {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Cryptographically random bytes. */
  randomBytes(length: number): Uint8Array;
}

export const systemSeams: Seams = {
  now: () => Date.now(),
  randomBytes: takeRandom,
};

const drawnBytes = 4096;
let drawn = new Uint8Array(0);

/** Every byte is given out once. Drawn ahead: a request takes several ids, each its own call. */
function takeRandom(length: number): Uint8Array {
  if (length > drawnBytes) return crypto.getRandomValues(new Uint8Array(length));
  if (drawn.length < length) drawn = crypto.getRandomValues(new Uint8Array(drawnBytes));
  const taken = drawn.slice(0, length);
  drawn = drawn.subarray(length);
  return taken;
}
