// One file to one key. Small ones in one request; large ones in parts, a few at a time, in an upload
// that a record outlives the page with. Bytes are checked on the way: the SDK sends a CRC of each body.

import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { send } from "../../clients/s3.ts";
import { describeError } from "../../errors.ts";
import { currentSession } from "../../session/store.ts";
import { type Gate, runPool } from "../gate.ts";
import { sendUpload } from "./client.ts";
import { maximumKeptFileBytes } from "./kept.ts";
import { dropRecord, keepRecord, type UploadRecord } from "./records.ts";
import { digest, seal } from "./seal.ts";
import { inputOf, type UploadSettings } from "./settings.ts";
import { claim } from "./this-page.ts";
import { onSent } from "./xhr-handler.ts";

const mebibyte = 1024 * 1024;
/** From here on a file goes in parts. */
export const multipartFrom = maximumKeptFileBytes;
/** Smaller files are there at once: nobody asks how far they are. */
const progressFrom = 256 * 1024;
const smallestPart = 8 * mebibyte;
const maximumParts = 10_000;
const partsAtOnce = 3;

export interface Transfer {
  readonly bucket: string;
  readonly key: string;
  readonly file: File;
  readonly settings: UploadSettings;
  readonly gate: Gate;
  /** A reload cut this file off: the server may have it already. */
  readonly isAgain?: boolean | undefined;
  /** Finds what opens the file again after a reload, where the browser has that. */
  findHandle?(): Promise<FileSystemFileHandle | undefined>;
  /** Runs once a record of the upload outlives the page. */
  onBegun?(): void;
  /** Hears how many more bytes are done; negative when some have to be sent again. */
  onBytes(change: number): void;
}

export type Outcome = "stored" | "skipped";

/** Stores the file. Throws what the server says, or Stopped. */
export async function transfer(given: Transfer): Promise<Outcome> {
  const { settings, key } = given;
  for (let number = 0; ; number++) {
    const wish = { ...given, key: number === 0 ? key : numbered(key, number) };
    if (given.isAgain && (await isThere(wish))) return "skipped";
    const outcome = await attempt(wish);
    if (outcome === "stored" || settings.conflict !== "keep-both") return outcome;
  }
}

/** Whether the server has these very bytes under the key: it had them just before the reload. */
async function isThere({ bucket, key, file, gate }: Transfer): Promise<boolean> {
  if (file.size >= multipartFrom) return false;
  await gate.pass();
  const wish = { Bucket: bucket, Key: key, ChecksumMode: "ENABLED" as const };
  const head = await send(new HeadObjectCommand(wish)).catch(() => undefined);
  if (head?.ContentLength !== file.size || head.ChecksumCRC32 === undefined) return false;
  return head.ChecksumCRC32 === (await digest(file)).crc32;
}

/** `a/photo (2).jpg`. */
export function numbered(key: string, number: number): string {
  const slash = key.lastIndexOf("/") + 1;
  const dot = key.lastIndexOf(".");
  const end = dot > slash ? dot : key.length;
  return `${key.slice(0, end)} (${number})${key.slice(end)}`;
}

async function attempt(asked: Transfer): Promise<Outcome> {
  let counted = 0;
  const onBytes = (change: number) => {
    counted += change;
    asked.onBytes(change);
  };
  const given = { ...asked, onBytes };
  try {
    if (given.file.size < multipartFrom) await putWhole(given);
    else await putParts(given);
    return "stored";
  } catch (error) {
    // Another try counts from the start.
    asked.onBytes(-counted);
    const { status } = describeError(error);
    if (given.settings.conflict !== "overwrite" && status === 412) return "skipped";
    throw error;
  }
}

const isNew = ({ settings }: Transfer) =>
  settings.conflict === "overwrite" ? {} : { IfNoneMatch: "*" };

async function putWhole(given: Transfer): Promise<void> {
  const { bucket, key, file, settings, gate } = given;
  await gate.pass();
  const input = { Bucket: bucket, Key: key, ...isNew(given), ...inputOf(settings, file.type) };
  const options = { abortSignal: gate.signal };
  // Of little there is no progress to tell, and fetch is the cheaper way.
  if (file.size < progressFrom) {
    const Body = new Uint8Array(await file.arrayBuffer());
    await send(new PutObjectCommand({ ...input, Body }), options);
    given.onBytes(file.size);
    return;
  }
  const { stamp, ...sealed } = await seal(file.slice());
  const tell = countBytes(given, sealed.Body, file.size);
  try {
    await sendUpload(stamp(new PutObjectCommand({ ...input, ...sealed })), options);
  } catch (error) {
    tell.takeBack();
    throw error;
  }
  tell.finish();
}

/** Counts the bytes of one body; a retry begins again at 0. */
function countBytes({ onBytes }: Transfer, body: object, size: number) {
  let told = 0;
  const tell = (bytes: number) => {
    onBytes(bytes - told);
    told = bytes;
  };
  onSent(body, tell);
  return { finish: () => tell(size), takeBack: () => tell(0) };
}

/** Asks before gigabytes are sent for a key that turns out to be taken. */
async function isTaken({ bucket, key }: Transfer): Promise<boolean> {
  try {
    await send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    return true;
  } catch {
    return false;
  }
}

/** Uploads in parts that failed on the way: another try goes on with them. */
const begun = new WeakMap<File, UploadRecord>();

async function putParts(given: Transfer): Promise<void> {
  const { bucket, key, file, settings, gate } = given;
  await gate.pass();
  const known = begun.get(file);
  if (known?.key === key && known.bucket === bucket) {
    await goOn(given, known, () => resumeParts(given, known));
    return;
  }
  if (settings.conflict !== "overwrite" && (await isTaken(given))) {
    throw Object.assign(new Error(key), { $metadata: { httpStatusCode: 412 } });
  }
  const { UploadId = "" } = await send(
    new CreateMultipartUploadCommand({
      Bucket: bucket,
      Key: key,
      ...inputOf(settings, file.type),
      ChecksumAlgorithm: "CRC32",
    }),
    { abortSignal: gate.signal },
  );
  const handle = await given.findHandle?.();
  const record: UploadRecord = {
    uploadId: UploadId,
    bucket,
    key,
    partBytes: Math.max(smallestPart, Math.ceil(file.size / maximumParts / mebibyte) * mebibyte),
    fileName: file.name,
    fileBytes: file.size,
    fileModifiedMs: file.lastModified,
    settings,
    owner: currentSession()?.identity.arn ?? "",
    startedAtMs: Date.now(),
    ...(handle && { handle }),
  };
  await claim(UploadId);
  begun.set(file, record);
  await keepRecord(record);
  given.onBegun?.();
  await goOn(given, record, () => sendParts(given, record, new Map()));
}

/** Sends what is missing of an upload. Unless it is over at the server, another try goes on with it. */
async function goOn({ file, gate }: Transfer, record: UploadRecord, work: () => Promise<void>) {
  try {
    await work();
  } catch (error) {
    if (describeError(error).code === "NoSuchUpload") {
      begun.delete(file);
      await dropRecord(record.uploadId);
    }
    // Stopped for good: the server need not keep the parts.
    if (gate.signal.aborted) await abandon(record).catch(() => undefined);
    throw error;
  }
}

/** Goes on with an upload whose file was found again: only what the server lacks is sent. */
export async function resumeParts(given: Transfer, record: UploadRecord): Promise<void> {
  const known = new Map<number, CompletedPart>();
  let marker: string | undefined;
  do {
    const page = await send(
      new ListPartsCommand({
        Bucket: record.bucket,
        Key: record.key,
        UploadId: record.uploadId,
        PartNumberMarker: marker,
      }),
    );
    for (const { PartNumber = 0, ETag, Size = 0, ChecksumCRC32 } of page.Parts ?? []) {
      known.set(PartNumber, { PartNumber, ETag, ChecksumCRC32 });
      given.onBytes(Size);
    }
    marker = page.IsTruncated ? page.NextPartNumberMarker : undefined;
  } while (marker !== undefined);
  await sendParts(given, record, known);
}

async function sendParts(
  given: Transfer,
  record: UploadRecord,
  parts: Map<number, CompletedPart>,
): Promise<void> {
  const { file, gate } = given;
  const { bucket, key, uploadId, partBytes } = record;
  const place = { Bucket: bucket, Key: key, UploadId: uploadId };
  const missing = Array.from({ length: Math.ceil(file.size / partBytes) }, (_, at) => at + 1);
  const sendPart = async (PartNumber: number) => {
    await gate.pass();
    const start = (PartNumber - 1) * partBytes;
    const part = file.slice(start, start + partBytes);
    const { stamp, ...sealed } = await seal(part);
    const tell = countBytes(given, sealed.Body, part.size);
    try {
      const command = stamp(new UploadPartCommand({ ...place, PartNumber, ...sealed }));
      const { ETag, ChecksumCRC32 } = await sendUpload(command, { abortSignal: gate.signal });
      parts.set(PartNumber, { PartNumber, ETag, ChecksumCRC32 });
    } catch (error) {
      tell.takeBack();
      throw error;
    }
    tell.finish();
  };
  await runPool(
    missing.filter((number) => !parts.has(number)),
    partsAtOnce,
    sendPart,
  );
  await gate.pass();
  const Parts = missing.flatMap((number) => parts.get(number) ?? []);
  const complete = { ...place, ...isNew(given), MultipartUpload: { Parts } };
  await send(new CompleteMultipartUploadCommand(complete)).catch(async (error: unknown) => {
    // Somebody took the key meanwhile: the server need not keep the parts.
    if (describeError(error).status === 412) await abandon(record).catch(() => undefined);
    throw error;
  });
  begun.delete(file);
  await dropRecord(uploadId);
}

/** Gives an upload up: the server forgets its parts. */
export async function abandon(record: UploadRecord): Promise<void> {
  const { bucket, key, uploadId } = record;
  await dropRecord(uploadId);
  await send(new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: uploadId }));
}
