// What one link may do, as a policy of IAM and back. Pure.

import { escapeName } from "../../../../src/auth/policy/suggest.ts";
import type { ObjectPlace } from "../object/place.ts";

export interface Grant {
  readonly place: ObjectPlace;
  readonly mayWrite: boolean;
  readonly endsAt: Date;
  /** Addresses in CIDR notation; none: from anywhere. */
  readonly addresses: readonly string[];
  /** Of an object under SSE-KMS, whoever reads or replaces it needs the key, too. */
  readonly kmsKeyArn?: string | undefined;
}

/** The policy of such a user. */
export function policyOf({ place, mayWrite, endsAt, addresses, kmsKeyArn }: Grant): string {
  const { bucket, key, versionId } = place;
  const until = { DateLessThan: { "aws:CurrentTime": `${endsAt.toISOString().slice(0, 19)}Z` } };
  const from = addresses.length > 0 && { IpAddress: { "aws:SourceIp": addresses } };
  const version = versionId !== undefined && { StringEquals: { "s3:VersionId": versionId } };
  const reading = versionId === undefined ? "s3:GetObject" : "s3:GetObjectVersion";
  const statement = {
    Effect: "Allow",
    Action: mayWrite ? "s3:PutObject" : reading,
    Resource: escapeName(`arn:aws:s3:::${bucket}/${key}`),
    Condition: { ...until, ...from, ...version },
  };
  const decrypting = kmsKeyArn !== undefined && {
    Effect: "Allow",
    Action: mayWrite ? ["kms:GenerateDataKey", "kms:Decrypt"] : "kms:Decrypt",
    Resource: kmsKeyArn,
    Condition: until,
  };
  const Statement = decrypting ? [statement, decrypting] : [statement];
  return toAscii(JSON.stringify({ Version: "2012-10-17", Statement }));
}

/** IAM takes policies in Latin-1 only; names of objects may hold any character. */
const toAscii = (json: string): string =>
  json.replace(
    /[\u007f-\uffff]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

interface Statement {
  readonly Action?: unknown;
  readonly Resource?: unknown;
  readonly Condition?: {
    readonly DateLessThan?: { readonly "aws:CurrentTime"?: unknown };
    readonly IpAddress?: { readonly "aws:SourceIp"?: unknown };
    readonly StringEquals?: { readonly "s3:VersionId"?: unknown };
  };
}

/** Reads what `policyOf` wrote; nothing else. */
export function readGrant(document: string): Grant | undefined {
  try {
    const [statement] = (JSON.parse(document) as { Statement: readonly Statement[] }).Statement;
    const { Action, Resource, Condition } = statement ?? {};
    const [, bucket, key] =
      /^arn:aws:s3:::([^/]+)\/([\s\S]+)$/.exec(String(Resource).replace(/\$\{([*?$])\}/g, "$1")) ??
      [];
    const endsAt = new Date(String(Condition?.DateLessThan?.["aws:CurrentTime"]));
    if (bucket === undefined || key === undefined || Number.isNaN(endsAt.getTime()))
      return undefined;
    const versionId = Condition?.StringEquals?.["s3:VersionId"];
    const addresses = Condition?.IpAddress?.["aws:SourceIp"];
    return {
      place: { bucket, key, ...(typeof versionId === "string" && { versionId }) },
      mayWrite: Action === "s3:PutObject",
      endsAt,
      addresses: Array.isArray(addresses) ? addresses.map(String) : [],
    };
  } catch {
    return undefined;
  }
}
