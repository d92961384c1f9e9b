// Who is asking, and how the payload of the request is bound to the signature.

import type { Principal } from "../s3/principal.ts";

export type { AccessKey, Principal } from "../s3/principal.ts";

/** How the body must be decoded and verified, decided from the headers before a byte is read. */
export type PayloadBinding =
  | { readonly kind: "unsigned" }
  | { readonly kind: "hash"; readonly sha256Hex: string }
  | { readonly kind: "chunked-unsigned"; readonly hasTrailer: true }
  | {
      readonly kind: "chunked-signed";
      readonly hasTrailer: boolean;
      readonly seedSignature: string;
      readonly signingKey: Uint8Array;
      /** `20261122/us-east-1/s3/aws4_request` */
      readonly scope: string;
      /** `20261122T182310Z` */
      readonly amzDate: string;
    };

export interface Authenticated {
  readonly principal: Principal;
  readonly payload: PayloadBinding;
  /** Service of the credential scope: `s3`, `iam`, `sts`, `kms`. `s3` for anonymous. */
  readonly service: string;
  /** How the request was signed, for `s3:authType` and friends. */
  readonly method: "header" | "query" | "anonymous";
  /** The word for the payload that the signature covers, for `s3:x-amz-content-sha256`. */
  readonly payloadWord?: string | undefined;
  /** When it was signed; absent for anonymous. */
  readonly signedAtMs?: number | undefined;
}
