// Copying and moving one object as a step of a bulk job. Inside a bucket a move is a rename, which
// moves no bytes; what is too large for one call is copied in parts.

import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectTaggingCommand,
  type HeadObjectCommandOutput,
  RenameObjectCommand,
  type StorageClass,
  type Tag,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { sourceVersionMember } from "../../../../../src/s3/source-version.ts";
import { readHead } from "../../../clients/head.ts";
import { send } from "../../../clients/s3.ts";
import { objects as text } from "../../../messages/en/objects.ts";
import type { FoundObject } from "../../../queries/walk.ts";
import type { StepGate } from "../../../work/bulk.ts";

export interface CopyWish {
  readonly bucket: string;
  readonly targetBucket: string;
  targetKey(key: string): string;
  readonly isMove: boolean;
  readonly isOverwriting: boolean;
  readonly gate: StepGate;
}

/** What one call copies at the most. */
export const largestCopy = 5 * 1024 ** 3;
const partBytes = 1024 ** 3;

/** The value of `x-amz-copy-source`. */
export function copySource(bucket: string, key: string, versionId?: string): string {
  const path = `${bucket}/${key.split("/").map(encodeURIComponent).join("/")}`;
  return versionId === undefined ? path : `${path}?versionId=${encodeURIComponent(versionId)}`;
}

/** Copies or moves one object; answers why not, when there is nothing to do. Throws what the server says. */
export async function copyOne(wish: CopyWish, item: FoundObject): Promise<string | undefined> {
  const { bucket, targetBucket, isMove, isOverwriting, gate } = wish;
  const Key = wish.targetKey(item.key);
  if (bucket === targetBucket && Key === item.key && item.versionId === undefined) {
    return text("skipItself");
  }
  const isNew = isOverwriting ? {} : { IfNoneMatch: "*" as const };
  const options = { abortSignal: gate.signal };
  if (isMove && bucket === targetBucket && item.versionId === undefined) {
    const rename = {
      Bucket: bucket,
      Key,
      RenameSource: item.key.split("/").map(encodeURIComponent).join("/"),
      ...(!isOverwriting && { DestinationIfNoneMatch: "*" }),
    };
    await send(new RenameObjectCommand(rename), options);
    return undefined;
  }
  await copyBytes(bucket, item, { Bucket: targetBucket, Key, ...isNew }, gate);
  // Once it is copied the move is ended, pause or not: otherwise it would be there twice.
  if (isMove && item.versionId === undefined) {
    await send(new DeleteObjectCommand({ Bucket: bucket, Key: item.key }), options);
  }
  return undefined;
}

interface CopyTarget {
  readonly Bucket: string;
  readonly Key: string;
  readonly IfNoneMatch?: "*";
  readonly StorageClass?: StorageClass;
}

/** Copies with metadata and tags, in one call or, above 5 GiB, in parts. */
export async function copyBytes(
  bucket: string,
  { key, versionId, sizeBytes }: FoundObject,
  target: CopyTarget,
  gate: StepGate,
): Promise<void> {
  const CopySource = copySource(bucket, key, versionId);
  const options = { abortSignal: gate.signal };
  if (sizeBytes <= largestCopy) {
    await send(new CopyObjectCommand({ ...target, CopySource }), options);
    return;
  }
  const version = versionId === undefined ? {} : { VersionId: versionId };
  const source = { Bucket: bucket, Key: key, ...version };
  await copyParts({ source, target, CopySource, sizeBytes }, gate);
}

interface PartsWish {
  readonly source: { readonly Bucket: string; readonly Key: string; readonly VersionId?: string };
  readonly target: CopyTarget;
  readonly CopySource: string;
  readonly sizeBytes: number;
}

/** As CopyObject does it: the same bytes throughout, and all that the source says of itself. */
async function copyParts(
  { source, target, CopySource, sizeBytes }: PartsWish,
  gate: StepGate,
): Promise<void> {
  const options = { abortSignal: gate.signal };
  const { IfNoneMatch, StorageClass, ...place } = target;
  const head = await readHead(source, options);
  const { TagSet = [] } = await send(new GetObjectTaggingCommand(source), options);
  const creation = { ...place, StorageClass, ...carried(head), ...taggingOf(TagSet) };
  const { UploadId } = await send(new CreateMultipartUploadCommand(creation), options);
  const upload = { ...place, UploadId };
  try {
    const Parts: CompletedPart[] = [];
    for (let start = 0; start < sizeBytes; start += partBytes) {
      await gate.pass();
      const end = Math.min(sizeBytes, start + partBytes) - 1;
      const PartNumber = Parts.length + 1;
      const CopySourceRange = `bytes=${start}-${end}`;
      const from = { CopySource, CopySourceIfMatch: head.ETag, CopySourceRange };
      const command = new UploadPartCopyCommand({ ...upload, PartNumber, ...from });
      const { CopyPartResult } = await send(command, options);
      Parts.push({ PartNumber, ETag: CopyPartResult?.ETag });
    }
    const done = { ...upload, MultipartUpload: { Parts }, IfNoneMatch };
    await send(new CompleteMultipartUploadCommand(done), options);
  } catch (error) {
    await send(new AbortMultipartUploadCommand(upload)).catch(() => undefined);
    throw error;
  }
}

function carried(head: HeadObjectCommandOutput) {
  const { CacheControl, ContentDisposition, ContentEncoding, ContentLanguage } = head;
  const { ContentType, ExpiresString, WebsiteRedirectLocation } = head;
  // As CopyObject leaves it out: a copy of a replica is none.
  const { [sourceVersionMember]: _origin, ...Metadata } = head.Metadata ?? {};
  const facts = { CacheControl, ContentDisposition, ContentEncoding, ContentLanguage, ContentType };
  const Expires = ExpiresString === undefined ? undefined : new Date(ExpiresString);
  return { ...facts, Metadata, WebsiteRedirectLocation, ...(Expires && { Expires }) };
}

function taggingOf(tags: readonly Tag[]): { readonly Tagging?: string } {
  const pairs = tags.map(({ Key = "", Value = "" }) => [Key, Value]);
  return pairs.length === 0 ? {} : { Tagging: new URLSearchParams(pairs).toString() };
}
