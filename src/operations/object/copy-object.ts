// CopyObject: inside a bucket a copy is a second reference to the same content, and moves no byte;
// across buckets or stores the bytes are streamed into a fresh blob.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
//
// Differs from AWS:
// - A copy by reference keeps the ETag, the part boundaries and the checksum of its source; AWS
//   gives a copied multipart object a plain MD5 ETag.
// - The metadata `cairn-source-version-id`, by which a replica names its source, is dropped.

import type { Version, VersionDetail } from "../../bucket/types.ts";
import { encodeChecksum } from "../../checksums/algorithms.ts";
import { createHasher } from "../../checksums/hashers.ts";
import { readChecksumAlgorithm } from "../../checksums/multipart.ts";
import { readWriteConditions } from "../../s3/conditions.ts";
import type { Checksum, ChecksumAlgorithm } from "../../s3/content.ts";
import { S3Error } from "../../s3/errors.ts";
import { newVersionId } from "../../s3/ids.ts";
import { parseTagging } from "../../s3/metadata.ts";
import { sourceVersionMember } from "../../s3/source-version.ts";
import { writeBlob } from "../../storage/blobs.ts";
import { sharesStore } from "../../storage/classes.ts";
import { segmentsSource } from "../../storage/sources.ts";
import { resolveObjectAcl } from "../acl.ts";
import { type ObjectContext, versioningOf } from "../context.ts";
import type { Handler } from "../handlers.ts";
import { type CommitFacts, commitStored, refuseDoomed } from "./commit.ts";
import { copyAnnotationsAcross, planAnnotations } from "./copy-annotations.ts";
import { type CopySource, checkTagCopy, openCopySource } from "./copy-source.ts";
import { sourceKeyHeaders } from "./customer-key.ts";
import { resolveEncryption, shareEncryption, type WriteEncryption } from "./encryption.ts";
import { expirationMember } from "./lifecycle-members.ts";
import { resolveLock } from "./lock.ts";
import { checksumMembers, contextMember, encryptionMembers } from "./members.ts";
import { readWriteIntent, type WriteIntent } from "./write-intent.ts";

type Input = Parameters<typeof copyObject>[1];

export const copyObject: Handler<"CopyObject"> = async (context, input) => {
  const metadataDirective = readDirective(input.MetadataDirective, "x-amz-metadata-directive");
  const taggingDirective = readDirective(input.TaggingDirective, "x-amz-tagging-directive");
  const intent = readWriteIntent(context.headers, input);
  // The request's own: a source's owner and ACL are not copied.
  const owned = await resolveObjectAcl(context);
  const conditions = readWriteConditions(context.headers);
  // The request's own: a source's lock is not copied.
  const lock = await resolveLock(context, input);
  const source = await openCopySource(context, { customerKey: sourceKeyHeaders(input) });
  if (taggingDirective === "COPY") await checkTagCopy(context, source);
  refuseSelfCopy(context, input, source);
  await refuseDoomed(context, conditions);

  const copied = copiedDetail(source.version, intent, {
    keepsMetadata: metadataDirective === "COPY",
    keepsTags: taggingDirective === "COPY",
    tagging: input.Tagging,
  });
  const detail = { ...copied, ...owned, ...lock };
  const versionId = newVersionId(context.nowMs, context.seams.randomBytes);
  const algorithm = readChecksumAlgorithm(context.headers);
  const encryption = await resolveEncryption(context, input);
  const wish = { versionId, storageClass: intent.storageClass, detail, algorithm, encryption };
  const annotations = planAnnotations(context, input.AnnotationDirective, {
    source,
    isUnderCustomerKey: encryption.detail.encryption?.algorithm === "SSE-C",
  });
  const shared = isNear(context, source, intent)
    ? shareEncryption(source.version.detail, encryption)
    : undefined;
  const facts =
    shared !== undefined
      ? await sharedFacts(context, source, { ...wish, detail: { ...detail, ...shared } })
      : await copiedFacts(context, source, wish);
  const { annotationsFrom } = annotations;
  const committed = await commitStored(context, {
    event: "ObjectCreated:Copy",
    ...facts,
    ...(conditions && { conditions }),
    ...(annotationsFrom && { annotationsFrom }),
    isAnnotated: annotations.isAcross,
  });
  if (annotations.isAcross) await copyAnnotationsAcross(context, source, committed.versionId);

  return {
    CopyObjectResult: {
      ETag: `"${committed.etag}"`,
      LastModified: new Date(committed.modifiedAtMs),
      ...checksumMembers(facts.detail.checksum),
    },
    ...expirationMember(context, { ...facts, modifiedAtMs: committed.modifiedAtMs }),
    ...(versioningOf(source.bucket) !== "Unversioned" && {
      CopySourceVersionId: source.version.versionId,
    }),
    ...(committed.versionId !== undefined && { VersionId: committed.versionId }),
    ...encryptionMembers(facts.detail),
    ...contextMember(facts.detail),
  };
};

interface CopyWish {
  readonly versionId: string;
  readonly storageClass: WriteIntent["storageClass"];
  readonly detail: VersionDetail;
  readonly algorithm: ChecksumAlgorithm | undefined;
  readonly encryption: WriteEncryption;
}

function readDirective(value: string | undefined, header: string): "COPY" | "REPLACE" {
  if (value === undefined || value === "COPY") return "COPY";
  if (value === "REPLACE") return "REPLACE";
  const what = header === "x-amz-metadata-directive" ? "metadata" : "tagging";
  throw new S3Error("InvalidArgument", `Unknown ${what} directive.`, {
    detail: { ArgumentName: header, ArgumentValue: value },
  });
}

/** Copying an object onto itself must change something about it. */
function refuseSelfCopy(context: ObjectContext, input: Input, source: CopySource): void {
  const isSame = source.bucket.bucketId === context.bucket.bucketId && source.key === context.key;
  const changes =
    input.MetadataDirective === "REPLACE" ||
    input.StorageClass !== undefined ||
    input.WebsiteRedirectLocation !== undefined ||
    input.ServerSideEncryption !== undefined ||
    input.SSECustomerAlgorithm !== undefined ||
    source.namedVersionId !== undefined;
  if (!isSame || changes) return;
  throw new S3Error(
    "InvalidRequest",
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  );
}

function copiedDetail(
  version: Version,
  intent: WriteIntent,
  keeps: { keepsMetadata: boolean; keepsTags: boolean; tagging: string | undefined },
): VersionDetail {
  const { headers: sourceHeaders, metadata: sourceMetadata, tags: sourceTags } = version.detail;
  const redirect = intent.detail.headers?.websiteRedirectLocation;
  // The redirect is never copied: it is set by the request alone.
  const { websiteRedirectLocation: _dropped, ...keptHeaders } = sourceHeaders ?? {};
  const headers = keeps.keepsMetadata
    ? { ...keptHeaders, ...(redirect !== undefined && { websiteRedirectLocation: redirect }) }
    : intent.detail.headers;
  // What a copy is made of may be a replica; the copy is none.
  const given = keeps.keepsMetadata ? sourceMetadata : intent.detail.metadata;
  const { [sourceVersionMember]: _origin, ...metadata } = given ?? {};
  const tags = keeps.keepsTags ? sourceTags : parseTagging(keeps.tagging ?? "");
  return {
    ...(headers !== undefined && Object.keys(headers).length > 0 && { headers }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
    ...(tags !== undefined && tags.length > 0 && { tags }),
  };
}

/** Same bucket, and the class asked for lies in the store that has the bytes. */
function isNear(context: ObjectContext, source: CopySource, intent: WriteIntent): boolean {
  return (
    source.bucket.bucketId === context.bucket.bucketId &&
    // A copy begins in the frequent access tier, whatever its source has come to.
    source.version.detail.tier === undefined &&
    sharesStore(source.version.storageClass, intent.storageClass)
  );
}

async function sharedFacts(
  context: ObjectContext,
  source: CopySource,
  wish: CopyWish,
): Promise<Omit<CommitFacts, "event">> {
  const { version } = source;
  const checksum = await checksumOfCopy(context, source, wish.algorithm);
  return {
    versionId: wish.versionId,
    storageClass: wish.storageClass,
    sizeBytes: version.sizeBytes,
    etag: version.etag,
    content: source.content,
    sharedFrom: { key: source.key, seq: version.seq },
    detail: {
      ...wish.detail,
      ...(checksum !== undefined && { checksum }),
      ...(version.detail.partsCount !== undefined && { partsCount: version.detail.partsCount }),
    },
  };
}

/** The source's checksum, unless another algorithm is asked for: then the bytes are read once. */
async function checksumOfCopy(
  context: ObjectContext,
  source: CopySource,
  algorithm: ChecksumAlgorithm | undefined,
): Promise<Checksum | undefined> {
  const known = source.version.detail.checksum;
  if (algorithm === undefined || known?.algorithm === algorithm) return known;
  const hasher = createHasher(algorithm);
  const bytes = segmentsSource(context.env, source.segments, source.keys);
  for (let chunk = await bytes.read(); chunk !== null; chunk = await bytes.read()) {
    hasher.update(chunk);
  }
  return { algorithm, type: "FULL_OBJECT", value: encodeChecksum(hasher.digest()) };
}

async function copiedFacts(
  context: ObjectContext,
  source: CopySource,
  wish: CopyWish,
): Promise<Omit<CommitFacts, "event">> {
  const known = source.version.detail.checksum;
  const kept = known?.type === "FULL_OBJECT" ? known.algorithm : undefined;
  const { keys } = wish.encryption;
  const detail = { ...wish.detail, ...wish.encryption.detail };
  const bytes = segmentsSource(context.env, source.segments, source.keys);
  const stored = await writeBlob(context.env, bytes, {
    storageClass: wish.storageClass,
    seams: context.seams,
    plan: { algorithm: wish.algorithm ?? kept ?? "CRC64NVME" },
    origin: {
      bucketId: context.bucket.bucketId,
      key: context.key,
      versionId: wish.versionId,
      isNull: versioningOf(context.bucket) !== "Enabled",
      detail,
    },
    ...(keys !== undefined && { keys }),
  });
  return {
    versionId: wish.versionId,
    storageClass: wish.storageClass,
    sizeBytes: stored.sizeBytes,
    etag: stored.md5Hex,
    content: stored.blob,
    detail: {
      ...detail,
      checksum: {
        algorithm: stored.checksum.algorithm,
        type: "FULL_OBJECT",
        value: stored.checksum.valueBase64,
      },
    },
  };
}
