// Copying and moving one object as a step of a bulk job. Inside a bucket a move is a rename, which
// moves no bytes; what is too large for one call is copied in parts.

import {
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  RenameObjectCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { send } from "../../../clients/s3.ts";
import type { FoundObject } from "../../../queries/walk.ts";

export interface CopyWish {
  readonly bucket: string;
  readonly targetBucket: string;
  targetKey(key: string): string;
  readonly isMove: boolean;
  readonly isOverwriting: boolean;
  readonly signal: AbortSignal;
}

const largestCopy = 5 * 1024 ** 3;
const partBytes = 1024 ** 3;

/** The value of `x-amz-copy-source`. */
export function copySource(bucket: string, key: string, versionId?: string): string {
  const path = `${bucket}/${key.split("/").map(encodeURIComponent).join("/")}`;
  return versionId === undefined ? path : `${path}?versionId=${encodeURIComponent(versionId)}`;
}

/** Copies or moves one object. Throws what the server says. */
export async function copyOne(wish: CopyWish, item: FoundObject): Promise<void> {
  const { bucket, targetBucket, isMove, isOverwriting, signal } = wish;
  const Key = wish.targetKey(item.key);
  if (bucket === targetBucket && Key === item.key && item.versionId === undefined) return;
  const isNew = isOverwriting ? {} : { IfNoneMatch: "*" as const };
  const options = { abortSignal: signal };
  if (isMove && bucket === targetBucket && item.versionId === undefined) {
    const rename = {
      Bucket: bucket,
      Key,
      RenameSource: item.key.split("/").map(encodeURIComponent).join("/"),
      ...(!isOverwriting && { DestinationIfNoneMatch: "*" }),
    };
    await send(new RenameObjectCommand(rename), options);
    return;
  }
  const CopySource = copySource(bucket, item.key, item.versionId);
  const target = { Bucket: targetBucket, Key };
  if (item.sizeBytes <= largestCopy) {
    await send(new CopyObjectCommand({ ...target, CopySource, ...isNew }), options);
  } else {
    await copyParts({ ...target, CopySource, sizeBytes: item.sizeBytes, isNew }, signal);
  }
  if (isMove && item.versionId === undefined) {
    await send(new DeleteObjectCommand({ Bucket: bucket, Key: item.key }), options);
  }
}

interface PartsWish {
  readonly Bucket: string;
  readonly Key: string;
  readonly CopySource: string;
  readonly sizeBytes: number;
  readonly isNew: { readonly IfNoneMatch?: "*" };
}

async function copyParts(wish: PartsWish, abortSignal: AbortSignal): Promise<void> {
  const { Bucket, Key, CopySource, sizeBytes, isNew } = wish;
  const { UploadId } = await send(new CreateMultipartUploadCommand({ Bucket, Key }));
  const Parts: CompletedPart[] = [];
  for (let start = 0; start < sizeBytes; start += partBytes) {
    const end = Math.min(sizeBytes, start + partBytes) - 1;
    const PartNumber = Parts.length + 1;
    const part = { Bucket, Key, UploadId, PartNumber, CopySource };
    const command = new UploadPartCopyCommand({
      ...part,
      CopySourceRange: `bytes=${start}-${end}`,
    });
    const { CopyPartResult } = await send(command, { abortSignal });
    Parts.push({ PartNumber, ETag: CopyPartResult?.ETag });
  }
  const done = { Bucket, Key, UploadId, MultipartUpload: { Parts }, ...isNew };
  await send(new CompleteMultipartUploadCommand(done));
}
