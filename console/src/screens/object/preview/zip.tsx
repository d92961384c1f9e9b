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
  const length = tail.getUint32(at + 12, true);
  const offset = tail.getUint32(at + 16, true);
  if (offset === 0xffffffff || length > largestDirectory) throw new Error(text("zipLarge"));
  return readEntries(new DataView((await readRange(place, offset, offset + length)).buffer));
}

function readEntries(view: DataView): readonly ZipEntry[] {
  const entries: ZipEntry[] = [];
  const decoder = new TextDecoder();
  for (let at = 0; at + 46 <= view.byteLength && view.getUint32(at, true) === entrySignature; ) {
    const nameLength = view.getUint16(at + 28, true);
    const name = decoder.decode(new Uint8Array(view.buffer, at + 46, nameLength));
    const packedBytes = view.getUint32(at + 20, true);
    entries.push({ name, packedBytes, sizeBytes: view.getUint32(at + 24, true) });
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return entries;
}
