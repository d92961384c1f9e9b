// A recorded request, as `/-/api/v1/audit` answers it; docs/OPERATIONS.md describes it.

import type { AuditRecord } from "../../../../src/admin/answers.ts";

export const placeOf = ({ bucket = "", key }: AuditRecord): string =>
  key === undefined ? bucket : `${bucket}/${key}`;

export const whoOf = (record: AuditRecord): string =>
  record.requester?.arn ?? record.claimedAccessKeyId ?? "";

/** The operation, or for what has none (the admin API, the console) the line that was asked. */
export const nameOf = ({ operation, requestUri = "", service }: AuditRecord): string =>
  operation === "-" ? requestUri.replace(/ HTTP\S*$/, "") || service : operation;

/** `user/anna` of this account's ARN. */
export const shortOf = (arn: string): string => arn.replace(/^arn:aws:(iam|sts)::/, "");
