// Who is asking, and how the payload of the request is bound to the signature.

/** A caller, as every later decision sees it. Built once by `authenticate`, never changed. */
export interface Principal {
  readonly type: "Account" | "User" | "AssumedRole" | "FederatedUser" | "Anonymous";
  /** 12 digits; empty for anonymous. */
  readonly accountId: string;
  /** 64 hex digits; S3's owner id. Empty for anonymous. */
  readonly canonicalId: string;
  readonly displayName: string;
  /** `arn:aws:iam::123456789012:root` and the like; `*` for anonymous. */
  readonly arn: string;
  readonly accessKeyId?: string;
  /** True for the account that deployed Cairn: the admin API is its alone. */
  readonly isOperator: boolean;
}

/** What the catalog knows of one access key. `secret` never leaves the process. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secret: string;
  readonly status: "Active" | "Inactive";
  readonly principal: Principal;
}

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
}
