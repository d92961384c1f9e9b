// Getting bytes onto the person's disk: one object by a presigned link, so that the browser's own
// download does it (and can resume); a selection as a zip that streams while it is read.

import { GetObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { isArchived, readHead } from "../../clients/head.ts";
import { s3Client, send } from "../../clients/s3.ts";
import { safeText } from "../../components/safe-text.tsx";
import { work as text } from "../../messages/en/work.ts";
import type { FoundObject } from "../../queries/walk.ts";
import { openGate } from "../gate.ts";
import { addTask, updateTask } from "../store.ts";

/** Long enough for a slow line to begin; what began goes on. */
const linkSeconds = 900;

/** A link that saves the object under its own name. */
export function downloadLink(bucket: string, key: string, versionId?: string): Promise<string> {
  const name = key.split("/").at(-1) || "object";
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, "_");
  const disposition = `attachment; filename="${plain}"; filename*=UTF-8''${encodeRfc8187(name)}`;
  const command = new GetObjectCommand({
    Bucket: bucket,
    Key: key,
    ...(versionId !== undefined && { VersionId: versionId }),
    ResponseContentDisposition: disposition,
  });
  return getSignedUrl(s3Client(), command, { expiresIn: linkSeconds });
}

const encodeRfc8187 = (name: string): string =>
  encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);

/** Saves one object. What the browser could only call a failed download is said before. */
export async function saveObject(bucket: string, key: string, versionId?: string): Promise<void> {
  const version = versionId === undefined ? {} : { VersionId: versionId };
  const head = await readHead({ Bucket: bucket, Key: key, ...version });
  if (isArchived(head)) throw new Error(text("archived", { key }));
  click(await downloadLink(bucket, key, versionId), key.split("/").at(-1) ?? "");
}

function click(href: string, download: string): void {
  const link = document.createElement("a");
  Object.assign(link, { href, download, rel: "noopener" });
  document.body.append(link);
  link.click();
  link.remove();
}

interface SavePicker {
  showSaveFilePicker?(wish: { suggestedName: string }): Promise<FileSystemFileHandle>;
}

interface ZipWish {
  readonly bucket: string;
  /** What names inside the zip are relative to. */
  readonly folder: string;
  readonly name: string;
  objects(signal: AbortSignal): AsyncIterable<readonly FoundObject[]>;
}

/** Streams a zip to a file; where the browser has no file to write to, it is made in memory. */
export async function saveZip(wish: ZipWish): Promise<void> {
  const { downloadZip } = await import("client-zip");
  const gate = openGate();
  const picker = (window as unknown as SavePicker).showSaveFilePicker?.bind(window);
  const target = await picker?.({ suggestedName: wish.name }).catch((error: unknown) => {
    // Chosen not to; anything else (no permission here) falls back to memory.
    if ((error as Error).name === "AbortError") throw error;
    return undefined;
  });
  const id = addTask(
    { kind: "download", title: text("zip", { name: safeText(wish.name) }), doneBytes: 0 },
    { stop: () => gate.stop() },
  );
  const count = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      updateTask(id, (task) => ({ doneBytes: (task.doneBytes ?? 0) + chunk.length }));
      controller.enqueue(chunk);
    },
  });
  try {
    const files = zipEntries(wish, gate.signal, (name) =>
      updateTask(id, (task) => ({ doneItems: task.doneItems + 1, current: name })),
    );
    const stream = (downloadZip(files).body as ReadableStream<Uint8Array>).pipeThrough(count);
    if (target !== undefined) await stream.pipeTo(await target.createWritable());
    else {
      const url = URL.createObjectURL(await new Response(stream).blob());
      click(url, wish.name);
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
    }
    updateTask(id, { state: "done" });
  } catch (error) {
    const isStopped = gate.signal.aborted;
    updateTask(id, {
      state: isStopped ? "stopped" : "failed",
      failures: isStopped ? [] : [{ name: wish.name, error }],
    });
  }
}

/** Objects up to here are fetched ahead, whole; larger ones stream when their turn comes. */
const aheadBytes = 256 * 1024;
const aheadObjects = 6;

async function* zipEntries(wish: ZipWish, signal: AbortSignal, tell: (name: string) => void) {
  const { bucket, folder } = wish;
  const open = async ({ key, sizeBytes }: FoundObject) => {
    const output = await send(new GetObjectCommand({ Bucket: bucket, Key: key }), {
      abortSignal: signal,
    });
    const isSmall = sizeBytes <= aheadBytes;
    tell(key);
    return {
      name: zipName(key.slice(folder.length)),
      input: isSmall
        ? ((await output.Body?.transformToByteArray()) ?? new Uint8Array())
        : (output.Body as ReadableStream),
      size: sizeBytes,
      lastModified: output.LastModified ?? new Date(),
    };
  };
  const ahead: Promise<Awaited<ReturnType<typeof open>>>[] = [];
  for await (const page of wish.objects(signal)) {
    for (const object of page) {
      // A key that ends with a slash is a folder's placeholder.
      if (object.key.endsWith("/")) continue;
      // A large one holds its connection until it is read: nothing may wait before it.
      if (object.sizeBytes > aheadBytes) {
        yield* ahead.splice(0);
        yield open(object);
        continue;
      }
      const opened = open(object);
      // Its failure is told where it is waited for.
      opened.catch(() => undefined);
      ahead.push(opened);
      if (ahead.length >= aheadObjects) yield* ahead.splice(0, 1);
    }
  }
  yield* ahead;
}

/** A name that cannot leave the folder it is unpacked in. */
export function zipName(name: string): string {
  return name
    .split("/")
    .map((part) => (part === ".." || part === "." || part === "" ? "_" : part))
    .join("/")
    .replaceAll("\\", "_");
}
