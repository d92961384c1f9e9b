// The one way a request's bytes are read: pulled, verified while they flow, never buffered whole
// unless the caller asks for it.

/**
 * A stream of decoded payload bytes. Whoever made it checks signatures and lengths: every `read`
 * may throw `S3Error` (IncompleteBody, SignatureDoesNotMatch, XAmzContentSHA256Mismatch, ...), and
 * the end is only reported once everything that can be verified has been.
 */
export interface ByteSource {
  /** Decoded length in bytes that the client announced. The source refuses more or fewer. */
  readonly length: number;
  /** The next bytes (never empty), or `null` at the verified end. The view is valid until the next call. */
  read(): Promise<Uint8Array | null>;
  /** Everything at once, for bodies known to be small. Not to be mixed with `read`. */
  readAll(): Promise<Uint8Array>;
  /** Trailing headers (names in lower case); complete only after the end was reported. */
  trailers(): ReadonlyMap<string, string>;
  /** Gives up; the rest of the request is not read. Safe to call at any time, more than once. */
  cancel(): Promise<void>;
}
