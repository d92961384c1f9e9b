// The source side of CopyObject and UploadPartCopy: who may read it, which version it is, whether
// its conditions hold. The string that is authorised is the one that is read (threats.md B).

import { checkExpectedOwner } from "../../auth/authorize.ts";
import type { RangeWish, Version } from "../../bucket/types.ts";
import { checkCopySourceConditions } from "../../s3/conditions.ts";
import type { Segment } from "../../s3/content.ts";
import { parseCopySource } from "../../s3/copy-source.ts";
import { S3Error } from "../../s3/errors.ts";
import type { ContentKeys } from "../../storage/blobs.ts";
import { callFacts, type ObjectContext, type OpenedBucket } from "../context.ts";
import { settle } from "../outcomes.ts";
import type { CustomerKeyHeaders } from "./customer-key.ts";
import { openEncryption } from "./encryption.ts";
import { maximumUploadBytes } from "./limits.ts";
import { checkVersionId } from "./read.ts";

export interface CopySource extends OpenedBucket {
  readonly key: string;
  readonly namedVersionId: string | undefined;
  readonly version: Version;
  readonly content: string;
  readonly segments: readonly Segment[];
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
  const action = named.versionId === undefined ? "s3:GetObject" : "s3:GetObjectVersion";
  const isHere = named.bucket === context.bucket.name;
  const opened = isHere ? context : await context.openOther(named.bucket, [action]);
  checkExpectedOwner(
    context.headers.get("x-amz-source-expected-bucket-owner"),
    opened.bucket.accountId,
  );
  const answer = await opened.index.resolve({
    ...callFacts({ bucket: opened.bucket, nowMs: context.nowMs }),
    key: named.key,
    ...(named.versionId !== undefined && { versionId: named.versionId }),
    ...(wish.range !== undefined && { range: wish.range }),
    wantSegments: true,
  });
  const outcome = settle(answer, ["found", "no-such-version"], {
    bucket: named.bucket,
    key: named.key,
  });
  if (outcome.kind === "no-such-version") {
    throw new S3Error("NoSuchVersion", undefined, {
      detail: { Key: named.key, VersionId: named.versionId ?? "" },
    });
  }
  const { version, segments } = outcome;
  if (version.isDeleteMarker || version.content === null) {
    throw new S3Error(
      "InvalidRequest",
      "The source of a copy request may not specifically refer to a delete marker by version id.",
    );
  }
  checkCopySourceConditions(context.headers, version);
  if (version.sizeBytes > maximumUploadBytes && wish.range === undefined) {
    throw new S3Error(
      "InvalidRequest",
      `The specified copy source is larger than the maximum allowable size for a copy source: ${maximumUploadBytes}`,
    );
  }
  const keys = await openEncryption(context, {
    encryption: version.detail.encryption,
    customerKey: wish.customerKey,
    wantsBytes: true,
    opened,
  });
  return {
    bucket: opened.bucket,
    index: opened.index,
    key: named.key,
    namedVersionId: named.versionId,
    version,
    content: version.content,
    segments,
    ...(keys !== undefined && { keys }),
  };
}
