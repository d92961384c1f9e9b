// Who is asking: the words that the catalog (which finds access keys) and the rooms that judge
// requests share. Pure data; it says nothing about what a caller may do.

/** A caller, as every later decision sees it. Built once by `authenticate`, never changed. */
export interface Principal {
  readonly type: "Account" | "User" | "AssumedRole" | "FederatedUser" | "Anonymous" | "Service";
  /** 12 digits; empty for anonymous and for services. */
  readonly accountId: string;
  /** 64 hex digits; S3's owner id. Empty for anonymous and for services. */
  readonly canonicalId: string;
  readonly displayName: string;
  /** `arn:aws:iam::123456789012:root` and the like; `*` for anonymous; of a service its name. */
  readonly arn: string;
  readonly accessKeyId?: string;
  /** True for the account that deployed Cairn: the admin API is its alone. */
  readonly isOperator: boolean;
  /**
   * `aws:userid`: `AIDA...` of a user, `AROA...:name` of a role's session, `123456789012:name` of a
   * federated user. Absent for root (whose id is the account's) and for anonymous.
   */
  readonly userId?: string;
  /** `aws:username`: users only. */
  readonly userName?: string;
  /** The ARN of the role a session belongs to, or of the user who federated it. */
  readonly issuerArn?: string;
  /** `aws:PrincipalTag/key`: tags of the user or role, session tags over them. Keys once. */
  readonly tags?: readonly PrincipalTag[];
  /** Absent for root, anonymous and services: everybody else may do nothing without. */
  readonly policies?: PrincipalPolicies;
  /** Only with temporary credentials. */
  readonly session?: SessionFacts;
}

export interface PrincipalTag {
  readonly key: string;
  readonly value: string;
}

/**
 * A policy as it is stored. The same object for as long as it is remembered, so that whoever
 * compiles it may keep the result beside it.
 */
export interface StoredPolicy {
  /** The ARN of a managed policy, the name of an inline one. */
  readonly name: string;
  readonly document: string;
}

/** The policies that follow a caller wherever it goes. */
export interface PrincipalPolicies {
  /** Of the user with its groups, or of the role. */
  readonly identity: readonly StoredPolicy[];
  readonly boundary?: StoredPolicy;
  /** Of the session; each of them limits. Absent: it is not limited. */
  readonly session?: readonly StoredPolicy[];
}

/** What temporary credentials add to their principal. */
export interface SessionFacts {
  readonly kind: "Session" | "Federated" | "AssumedRole" | "WebIdentity";
  /** `aws:TokenIssueTime`. */
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
  /** Session tags that the next session inherits. */
  readonly transitiveTagKeys: readonly string[];
  /** `aws:SourceIdentity`. */
  readonly sourceIdentity?: string;
  /** `aws:FederatedProvider`: the ARN of the OIDC provider. */
  readonly federatedProvider?: string;
}

/** What the catalog knows of one access key. `secret` never leaves the process. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secret: string;
  readonly status: "Active" | "Inactive";
  readonly principal: Principal;
  /** Temporary keys: their requests must carry the token they came with, and have. */
  readonly isTemporary?: true;
}
