// The source side of CopyObject and UploadPartCopy: who may read it, which version it is, whether
// its conditions hold. The string that is authorised is the one that is read (threats.md B).

import { askOf, checkExpectedOwner } from "../../auth/authorize.ts";
import type { RangeWish, Version } from "../../bucket/types.ts";
import { checkCopySourceConditions } from "../../s3/conditions.ts";
import type { Segment } from "../../s3/content.ts";
import { parseCopySource } from "../../s3/copy-source.ts";
import { S3Error } from "../../s3/errors.ts";
import type { ContentKeys } from "../../storage/blobs.ts";
import { callFacts, type ObjectContext, type OpenedBucket } from "../context.ts";
import { settle } from "../outcomes.ts";
import { refuseArchived } from "./archived.ts";
import type { CustomerKeyHeaders } from "./customer-key.ts";
import { openEncryption } from "./encryption.ts";
import { maximumUploadBytes } from "./limits.ts";
import { noticeAccess } from "./notice-access.ts";
import { checkVersionId } from "./read.ts";

export interface CopySource extends OpenedBucket {
  readonly key: string;
  readonly namedVersionId: string | undefined;
  readonly version: Version;
  readonly content: string;
  readonly segments: readonly Segment[];
  /** The version has annotations. */
  readonly isAnnotated: boolean;
  /** What opens the segments; absent where they are plain. */
  readonly keys?: ContentKeys;
}

/**
 * Opens what `x-amz-copy-source` names. Throws NoSuchBucket, NoSuchKey, NoSuchVersion, AccessDenied,
 * InvalidRequest for delete markers and sources over 5 GiB, PreconditionFailed for its conditions.
 */
export async function openCopySource(
  context: ObjectContext,
  wish: { range?: RangeWish; customerKey: CustomerKeyHeaders },
): Promise<CopySource> {
  const named = parseCopySource(context.headers.get("x-amz-copy-source") ?? "");
  checkVersionId(named.versionId);
  const { key, versionId } = named;
  const ask = {
    action: versionId === undefined ? "s3:GetObject" : "s3:GetObjectVersion",
    key,
    ...(versionId !== undefined && { versionId }),
  };
  const opened = await context.openOther(named.bucket, [ask]);
  const { notes } = context;
  if (notes !== undefined) notes.source = { bucket: opened.bucket, key, versionId };
  checkExpectedOwner(
    context.headers.get("x-amz-source-expected-bucket-owner"),
    opened.bucket.accountId,
  );
  const answer = await opened.index.resolve({
    ...callFacts({ bucket: opened.bucket, nowMs: context.nowMs }),
    key,
    ...(versionId !== undefined && { versionId }),
    ...(wish.range !== undefined && { range: wish.range }),
    wantSegments: true,
  });
  const isAbsent = answer.kind === "no-such-key" || answer.kind === "no-such-version";
  // Who may not list the source does not learn what is not in it (SEC-060).
  if (isAbsent && !opened.allows({ action: "s3:ListBucket" })) throw new S3Error("AccessDenied");
  const outcome = settle(answer, ["found", "no-such-version"], { bucket: named.bucket, key });
  if (outcome.kind === "no-such-version") {
    throw new S3Error("NoSuchVersion", undefined, {
      detail: { Key: key, VersionId: versionId ?? "" },
    });
  }
  const { version, segments } = outcome;
  if (notes?.source !== undefined) {
    notes.source = { ...notes.source, versionId: version.versionId, sizeBytes: version.sizeBytes };
  }
  // Once more by the very version that is read: tags and ACL may have changed (SEC-076).
  if (!opened.allows(askOf(ask, version.detail))) throw new S3Error("AccessDenied");
  if (version.isDeleteMarker || version.content === null) {
    throw new S3Error(
      "InvalidRequest",
      "The source of a copy request may not specifically refer to a delete marker by version id.",
    );
  }
  checkCopySourceConditions(context.headers, version);
  refuseArchived(outcome, "Operation is not valid for the source object's storage class");
  if (version.sizeBytes > maximumUploadBytes && wish.range === undefined) {
    throw new S3Error(
      "InvalidRequest",
      `The specified copy source is larger than the maximum allowable size for a copy source: ${maximumUploadBytes}`,
    );
  }
  noticeAccess(context, opened, outcome);
  const keys = await openEncryption(context, {
    encryption: version.detail.encryption,
    customerKey: wish.customerKey,
    wantsBytes: true,
    opened,
  });
  return {
    ...opened,
    key,
    namedVersionId: versionId,
    version,
    content: version.content,
    segments,
    isAnnotated: outcome.isAnnotated === true,
    ...(keys !== undefined && { keys }),
  };
}

/**
 * A copy that takes the source's tags along needs to be allowed to read them there and to set them
 * here. Throws AccessDenied.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html, "Permissions"
 */
export async function checkTagCopy(context: ObjectContext, source: CopySource): Promise<void> {
  const existingTags = source.version.detail.tags ?? [];
  if (existingTags.length === 0) return;
  const versionId = source.namedVersionId;
  const read = {
    action: versionId === undefined ? "s3:GetObjectTagging" : "s3:GetObjectVersionTagging",
    key: source.key,
    versionId,
  };
  const mayRead = source.allows(askOf(read, source.version.detail));
  if (!mayRead) throw new S3Error("AccessDenied");
  const document = { tags: existingTags };
  const set = { action: "s3:PutObjectTagging", key: context.key, document };
  await context.openOther(context.bucket.name, [set]);
}
