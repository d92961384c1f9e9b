// What a zip holds, from its end alone: the central directory. Nothing is unpacked.

import { useQuery } from "@tanstack/react-query";
import { formatBytes, formatNumber } from "../../../components/format.ts";
import { object as text } from "../../../messages/en/object.ts";
import { type ObjectPlace, readRange } from "../place.ts";
import { Grid } from "./grid.tsx";
import { type PreviewProps, Result } from "./index.tsx";

interface ZipEntry {
  readonly name: string;
  readonly sizeBytes: number;
  readonly packedBytes: number;
}

const shownEntries = 1000;
const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const longEndSignature = 0x06064b50;
const longLocatorSignature = 0x07064b50;
const longSizesId = 1;
const unknownSize = 0xffffffff;
/** The end record and the longest comment there can be. */
const tailBytes = 65_557;
const largestDirectory = 16 * 1024 * 1024;

export function ZipPreview({ place, head }: PreviewProps) {
  const query = useQuery({
    queryKey: ["zip", place, head.ETag],
    queryFn: () => listZip(place, head.ContentLength ?? 0),
  });
  return (
    <Result
      query={query}
      render={(entries) => (
        <>
          <p className="muted">{text("zipHolds", { count: entries.length })}</p>
          <Grid
            label={text("content")}
            head={[text("name"), text("size"), text("packed")]}
            rows={entries
              .slice(0, shownEntries)
              .map(({ name, sizeBytes, packedBytes }) => [
                name,
                formatBytes(sizeBytes),
                formatBytes(packedBytes),
              ])}
          />
          {entries.length > shownEntries && (
            <p className="muted">{text("firstRows", { count: formatNumber(shownEntries) })}</p>
          )}
        </>
      )}
    />
  );
}

async function listZip(place: ObjectPlace, sizeBytes: number): Promise<readonly ZipEntry[]> {
  const start = Math.max(0, sizeBytes - tailBytes);
  const tail = new DataView((await readRange(place, start, sizeBytes)).buffer);
  let at = tail.byteLength - 22;
  while (at >= 0 && tail.getUint32(at, true) !== endSignature) at--;
  if (at < 0) throw new Error(text("zipBroken"));
  const { length, offset } = (await readLongEnd(place, tail, at)) ?? {
    length: tail.getUint32(at + 12, true),
    offset: tail.getUint32(at + 16, true),
  };
  if (length > largestDirectory) throw new Error(text("zipLarge"));
  if (offset + length > sizeBytes) throw new Error(text("zipBroken"));
  if (length === 0) return [];
  // The tail often holds the whole directory.
  const known = offset >= start ? tail.buffer.slice(offset - start, offset - start + length) : null;
  return readEntries(
    new DataView(known ?? (await readRange(place, offset, offset + length)).buffer),
  );
}

/** Where the directory of a zip over 4 GiB, or of more than 65,535 entries, lies (APPNOTE 4.3.14). */
async function readLongEnd(place: ObjectPlace, tail: DataView, endAt: number) {
  const locatorAt = endAt - 20;
  const isLong = locatorAt >= 0 && tail.getUint32(locatorAt, true) === longLocatorSignature;
  if (!isLong) return undefined;
  const recordAt = Number(tail.getBigUint64(locatorAt + 8, true));
  const record = new DataView((await readRange(place, recordAt, recordAt + 56)).buffer);
  const isRecord = record.byteLength === 56 && record.getUint32(0, true) === longEndSignature;
  if (!isRecord) throw new Error(text("zipBroken"));
  return {
    length: Number(record.getBigUint64(40, true)),
    offset: Number(record.getBigUint64(48, true)),
  };
}

function readEntries(view: DataView<ArrayBuffer>): readonly ZipEntry[] {
  const entries: ZipEntry[] = [];
  const decoder = new TextDecoder();
  for (let at = 0; at + 46 <= view.byteLength && view.getUint32(at, true) === entrySignature; ) {
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const endOfExtra = at + 46 + nameLength + extraLength;
    if (endOfExtra > view.byteLength) throw new Error(text("zipBroken"));
    const name = decoder.decode(new Uint8Array(view.buffer, at + 46, nameLength));
    const extra = new DataView(view.buffer, at + 46 + nameLength, extraLength);
    const sizes = { size: view.getUint32(at + 24, true), packed: view.getUint32(at + 20, true) };
    const { size, packed } = readLongSizes(extra, sizes);
    entries.push({ name, packedBytes: packed, sizeBytes: size });
    at = endOfExtra + view.getUint16(at + 32, true);
  }
  return entries;
}

/** Sizes that need 64 bits are in an extra field, the unpacked one first (APPNOTE 4.5.3). */
function readLongSizes(extra: DataView, sizes: { size: number; packed: number }) {
  for (let at = 0; at + 4 <= extra.byteLength; at += 4 + extra.getUint16(at + 2, true)) {
    if (extra.getUint16(at, true) !== longSizesId) continue;
    const end = Math.min(extra.byteLength, at + 4 + extra.getUint16(at + 2, true));
    let next = at + 4;
    const read = (short: number) => {
      if (short !== unknownSize || next + 8 > end) return short;
      next += 8;
      return Number(extra.getBigUint64(next - 8, true));
    };
    const size = read(sizes.size);
    return { size, packed: read(sizes.packed) };
  }
  return sizes;
}
