// What the service itself puts into buckets (reports, logs), as jobs ask for it. How it is written is
// not theirs to know: the entry passes that in.

/** What to put where, and in whose name. */
export interface Delivery {
  /** The name that policies know: `logging.s3.amazonaws.com`, `s3.amazonaws.com`. */
  readonly service: string;
  /** The resource for which the service acts: `aws:SourceArn`. */
  readonly sourceArn: string;
  /** Whose that is: `aws:SourceAccount`. */
  readonly sourceAccountId: string;
  readonly bucket: string;
  /** The account that must own the bucket: a name may be somebody else's by now. */
  readonly expectedOwner?: string;
  readonly key: string;
  readonly body: Uint8Array;
  /** `content-type` and the like, as a client would send them; names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
}

export type DeliveryOutcome =
  | { readonly kind: "written"; readonly etag: string; readonly versionId?: string }
  /** S3's error code: AccessDenied, NoSuchBucket, ... */
  | { readonly kind: "refused"; readonly code: string };

/** Puts an object for the service. Never throws. */
export type Deliver = (delivery: Delivery) => Promise<DeliveryOutcome>;
