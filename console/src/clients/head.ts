// HeadObject, with words for a refusal: the answer to a HEAD has no body, so the same permission is
// asked for once more by a GET of one byte, and its refusal says who lacks what.

import {
  GetObjectCommand,
  HeadObjectCommand,
  type HeadObjectCommandInput,
  type HeadObjectCommandOutput,
} from "@aws-sdk/client-s3";
import { describeError } from "../errors.ts";
import { send } from "./s3.ts";

type Facts = Pick<HeadObjectCommandOutput, "StorageClass" | "ArchiveStatus" | "Restore">;

interface Options {
  readonly abortSignal?: AbortSignal;
}

/** What is known of an object. A denial names the missing permission. */
export async function readHead(
  input: HeadObjectCommandInput,
  options: Options = {},
): Promise<HeadObjectCommandOutput> {
  try {
    return await send(new HeadObjectCommand(input), options);
  } catch (error) {
    if (describeError(error).status !== 403) throw error;
    const { ChecksumMode: _, ...place } = input;
    await send(new GetObjectCommand({ ...place, Range: "bytes=0-0" }), options);
    throw error;
  }
}

/** Whether its bytes are out of reach until a restore. */
export function isArchived({ StorageClass, ArchiveStatus, Restore = "" }: Facts): boolean {
  const isCold = /^(GLACIER|DEEP_ARCHIVE)$/.test(StorageClass ?? "") || ArchiveStatus !== undefined;
  return isCold && !Restore.includes('ongoing-request="false"');
}
