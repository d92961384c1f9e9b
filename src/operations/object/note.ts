// Leaves a note of a version that no blob's metadata tells about, for the day the index is lost. It
// is written after the answer: a note that is lost costs nothing while the index lives.

import { writeNote } from "../../storage/notes.ts";
import type { ObjectContext } from "../context.ts";

/**
 * Notes the version of the context's key as it stands now. `writtenAs` is the id that its writer
 * chose, by which a rebuild orders it among others of the key; absent when somebody else wrote it.
 */
export function leaveNote(
  context: ObjectContext,
  version: { readonly versionId?: string | undefined; readonly writtenAs?: string },
): void {
  context.waitUntil(
    note(context, version.versionId ?? "null", version.writtenAs).catch((error: unknown) => {
      console.error(JSON.stringify({ event: "note-lost", requestId: context.requestId }), error);
    }),
  );
}

async function note(
  context: ObjectContext,
  versionId: string,
  writtenAs: string | undefined,
): Promise<void> {
  const { key } = context;
  const { bucketId } = context.bucket;
  const described = await context.index.describe(key, versionId);
  if (described.kind !== "version") return;
  const { version, parts } = described;
  const body = { version, parts, ...(writtenAs !== undefined && { writtenAs }) };
  await writeNote(context.env, { bucketId, key, versionId }, body);
}
