// What the admin API answers to who may do what in a bucket. Types alone, like `answers.ts`.

/** One answer of the table of access. */
export interface AccessVerdict {
  readonly allowed: boolean;
  readonly reason: string;
  readonly words: string;
}

export interface PrincipalAccess {
  readonly arn: string;
  readonly type: string;
  readonly read: AccessVerdict;
  readonly write: AccessVerdict;
  readonly delete: AccessVerdict;
  readonly list: AccessVerdict;
}

export interface BucketAccess {
  readonly bucket: string;
  readonly accountId: string;
  /** `null` where it is asked for every key. */
  readonly key: string | null;
  readonly principals: readonly PrincipalAccess[];
  readonly next?: string | undefined;
}
