// Who is asking: the words that the catalog (which finds access keys) and the rooms that judge
// requests share. Pure data; it says nothing about what a caller may do.

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
