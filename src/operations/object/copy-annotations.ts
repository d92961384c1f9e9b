// What CopyObject does about annotations: `x-amz-annotation-directive`. Inside a bucket they come
// along in the transaction that writes the copy; from another bucket they follow it one by one.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html

import type { Version } from "../../bucket/types.ts";
import { S3Error } from "../../s3/errors.ts";
import { callFacts, type ObjectContext } from "../context.ts";
import { emitting } from "../emission.ts";
import { settleAnnotated } from "./annotated.ts";
import { followingSettings } from "./commit.ts";
import type { CopySource } from "./copy-source.ts";

/** Whether a copy takes its source's annotations, and from where. */
export interface AnnotationWish {
  /** For the commit, inside a bucket. */
  readonly annotationsFrom?: { readonly key: string; readonly seq: number };
  /** They are in another bucket. */
  readonly isAcross: boolean;
}

/**
 * Reads the directive. Costs nothing where nobody annotates. Throws InvalidArgument for an unknown
 * one, AccessDenied without the permissions for both sides, InvalidRequest for a copy under a
 * customer's key that was asked to have annotations.
 */
export function planAnnotations(
  context: ObjectContext,
  directive: string | undefined,
  facts: { readonly source: CopySource; readonly isUnderCustomerKey: boolean },
): AnnotationWish {
  if (directive !== undefined && directive !== "COPY" && directive !== "EXCLUDE") {
    throw new S3Error("InvalidArgument", "Unknown annotation directive.", {
      detail: { ArgumentName: "x-amz-annotation-directive", ArgumentValue: directive },
    });
  }
  const { source, isUnderCustomerKey } = facts;
  const { version, bucket } = source;
  if (!source.isAnnotated || directive === "EXCLUDE") return { isAcross: false };
  if (isUnderCustomerKey) {
    if (directive === undefined) return { isAcross: false };
    throw new S3Error(
      "InvalidRequest",
      "Objects encrypted with customer-provided keys cannot have annotations.",
    );
  }
  const versionId = source.namedVersionId;
  const mayRead = source.allows({
    action: versionId === undefined ? "s3:GetObjectAnnotation" : "s3:GetObjectVersionAnnotation",
    key: source.key,
    versionId,
    existing: { tags: version.detail.tags ?? [] },
  });
  const mayWrite = context.allows({ action: "s3:PutObjectAnnotation", key: context.key });
  if (!mayRead || !mayWrite) throw new S3Error("AccessDenied");
  const isHere = bucket.bucketId === context.bucket.bucketId;
  if (!isHere) return { isAcross: true };
  return { isAcross: false, annotationsFrom: { key: source.key, seq: version.seq } };
}

/**
 * Writes the source's annotations beside a copy in another bucket. A failure on the way leaves the
 * copy with those that were written, as AWS says of copies that its tools make in several calls.
 */
export async function copyAnnotationsAcross(
  context: ObjectContext,
  source: CopySource,
  versionId: string | undefined,
): Promise<void> {
  const from = {
    ...callFacts({ bucket: source.bucket, nowMs: context.nowMs }),
    key: source.key,
    versionId: source.version.versionId,
    objectIfMatch: source.version.etag,
  };
  for (let after: string | undefined = ""; after !== undefined; ) {
    const answer = await source.index.listAnnotations({ ...from, prefix: "", after, limit: 100 });
    const page = settleAnnotated(context, {}, answer);
    for (const { name } of page.annotations) {
      const one = settleAnnotated(context, {}, await source.index.getAnnotation({ ...from, name }));
      if (one.kind === "found") await write(context, versionId, one);
    }
    after = page.isTruncated ? page.annotations.at(-1)?.name : undefined;
  }
}

async function write(
  context: ObjectContext,
  versionId: string | undefined,
  one: {
    readonly annotation: Parameters<ObjectContext["index"]["putAnnotation"]>[0]["annotation"];
    readonly text: string;
    readonly version: Version;
  },
): Promise<void> {
  const { annotation, text } = one;
  const outcome = await followingSettings(context, (opened) =>
    opened.index.putAnnotation({
      ...callFacts({ bucket: opened.bucket, nowMs: context.nowMs }),
      key: context.key,
      ...(versionId !== undefined && { versionId }),
      annotation,
      text,
      ...emitting(context, opened),
    }),
  );
  const settled = settleAnnotated(context, {}, outcome);
  // The copy is fresh, so only other writers can have filled it meanwhile.
  if (settled.kind !== "stored") throw new S3Error("AnnotationLimitExceeded");
}
