// A recorded request, as `/-/api/v1/audit` answers it; docs/OPERATIONS.md describes it.

export interface AuditRecord {
  readonly time: string;
  readonly requestId: string;
  readonly service: string;
  readonly operation: string;
  readonly requester?: { readonly type: string; readonly arn?: string };
  readonly claimedAccessKeyId?: string;
  readonly remoteAddress?: string;
  readonly bucket?: string;
  readonly key?: string;
  readonly versionId?: string;
  readonly requestUri?: string;
  readonly status?: number;
  readonly errorCode?: string;
  readonly bytesSent?: number;
  readonly bytesReceived?: number;
  readonly totalMs?: number;
  readonly userAgent?: string;
  readonly decision?: {
    readonly isAllowed: boolean;
    readonly reason: string;
    readonly action?: string;
    readonly policy?: string;
    readonly statement?: string;
  };
  /** A message for `/explain/message`. */
  readonly denial?: string;
}

export interface AuditPage {
  readonly level: string;
  readonly records: readonly AuditRecord[];
  readonly next?: string;
}

export const placeOf = ({ bucket = "", key }: AuditRecord): string =>
  key === undefined ? bucket : `${bucket}/${key}`;

export const whoOf = (record: AuditRecord): string =>
  record.requester?.arn ?? record.claimedAccessKeyId ?? "";

/** The operation, or for what has none (the admin API, the console) the line that was asked. */
export const nameOf = ({ operation, requestUri = "", service }: AuditRecord): string =>
  operation === "-" ? requestUri.replace(/ HTTP\S*$/, "") || service : operation;

/** `user/anna` of this account's ARN. */
export const shortOf = (arn: string): string => arn.replace(/^arn:aws:(iam|sts)::/, "");
