// Small pictures of images: read a few at a time, the newest wish first, drawn small and kept for a while.
// What comes out is pixels: nothing of an image is ever part of the page, an SVG no more than others.

import { GetObjectCommand } from "@aws-sdk/client-s3";
import { send } from "../../clients/s3.ts";
import { whenIdentityChanges } from "../../session/store.ts";
import { readAsUrl } from "../object/preview/data-url.ts";
import { imageType } from "../object/preview/kind.ts";
import type { Row } from "./page.ts";

/** The longer side, in pixels: twice what is shown, for sharp screens. */
const side = 288;
const imagesAtOnce = 4;
/** A larger one costs more than a glance is worth. */
const largestImageBytes = 8 * 1024 * 1024;
const maximumKept = 200;

interface Wish {
  readonly bucket: string;
  readonly row: Row;
  readonly name: string;
  readonly abort: AbortController;
  tell(picture: ImageBitmap | undefined): void;
}

/** Drawn ones, the newest last. Nothing where none can be made. */
const kept = new Map<string, ImageBitmap | undefined>();
let waiting: readonly Wish[] = [];
let running = 0;

whenIdentityChanges(() => {
  for (const { abort } of waiting) abort.abort();
  waiting = [];
  for (const picture of kept.values()) picture?.close();
  kept.clear();
});

/** Whether a row is an image that is small enough, and not archived. */
export function hasThumbnail({ kind, key, sizeBytes, storageClass }: Row): boolean {
  const isWanted = (kind === "object" || kind === "version") && sizeBytes > 0;
  const isArchived = storageClass === "GLACIER" || storageClass === "DEEP_ARCHIVE";
  return (
    isWanted && !isArchived && sizeBytes <= largestImageBytes && imageType(key, "") !== undefined
  );
}

/** Asks for the picture of a row; `tell` hears it once. Answers how to call that off. */
export function wantThumbnail(
  bucket: string,
  row: Row,
  tell: (picture: ImageBitmap | undefined) => void,
): () => void {
  const name = JSON.stringify([bucket, row.key, row.versionId, row.etag]);
  if (kept.has(name)) {
    tell(kept.get(name));
    return () => undefined;
  }
  const wish = { bucket, row, name, tell, abort: new AbortController() };
  waiting = [...waiting, wish];
  // A moment later: what only flies by while scrolling is not asked for.
  const timer = setTimeout(startNext, 60);
  return () => {
    clearTimeout(timer);
    wish.abort.abort();
    waiting = waiting.filter((other) => other !== wish);
  };
}

function startNext(): void {
  const wish = waiting.at(-1);
  if (wish === undefined || running >= imagesAtOnce) return;
  waiting = waiting.slice(0, -1);
  running += 1;
  load(wish)
    .catch(() => undefined)
    .then((picture) => {
      running -= 1;
      if (!wish.abort.signal.aborted) {
        keep(wish.name, picture);
        wish.tell(picture);
      }
      startNext();
    });
  startNext();
}

function keep(name: string, picture: ImageBitmap | undefined): void {
  kept.set(name, picture);
  const [oldest] = kept.keys();
  // Not closed: it may be shown. The browser frees what nobody holds.
  if (kept.size > maximumKept && oldest !== undefined) kept.delete(oldest);
}

async function load({ bucket, row, abort }: Wish): Promise<ImageBitmap> {
  const { key, versionId } = row;
  const version = versionId === undefined ? {} : { VersionId: versionId };
  const command = new GetObjectCommand({ Bucket: bucket, Key: key, ...version });
  const { Body } = await send(command, { abortSignal: abort.signal });
  const bytes = new Uint8Array((await Body?.transformToByteArray()) ?? []);
  const type = imageType(key, "") ?? "image/png";
  return type === "image/svg+xml" ? drawVector(bytes) : drawPixels(new Blob([bytes], { type }));
}

async function drawPixels(blob: Blob): Promise<ImageBitmap> {
  const whole = await createImageBitmap(blob);
  try {
    const scale = Math.min(1, side / Math.max(whole.width, whole.height));
    const resizeWidth = Math.max(1, Math.round(whole.width * scale));
    const resizeHeight = Math.max(1, Math.round(whole.height * scale));
    return await createImageBitmap(whole, { resizeWidth, resizeHeight, resizeQuality: "medium" });
  } finally {
    whole.close();
  }
}

/** As an image element of its own, where no script runs and nothing more is loaded. */
async function drawVector(bytes: Uint8Array<ArrayBuffer>): Promise<ImageBitmap> {
  const image = new Image();
  image.src = await readAsUrl(new Blob([bytes], { type: "image/svg+xml" }));
  await image.decode();
  const { naturalWidth: width, naturalHeight: height } = image;
  const scale = width > 0 && height > 0 ? side / Math.max(width, height) : 1;
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round((width || side) * scale));
  canvas.height = Math.max(1, Math.round((height || side) * scale));
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return createImageBitmap(canvas);
}
