// Notes: small records beside the blobs, of versions that no blob's metadata tells about: objects made
// of parts, copies by reference. A rebuild reads them (faults.md D49); nothing else does, and losing
// one loses nothing while the index lives. They stand in the first store, behind all blob ids.

import type { Env } from "../env.ts";
import { storeByNumber } from "./classes.ts";
import { translateStoreError } from "./store-errors.ts";

const noteStore = 0;
const folder = "note/";

/** Which note: of one version of a key, by its public id. */
export interface NoteName {
  readonly bucketId: string;
  readonly key: string;
  readonly versionId: string;
}

/** Writes the note, over an older one of the same version. */
export async function writeNote(env: Env, name: NoteName, body: object): Promise<void> {
  const path = await pathOfNote(name);
  await storeByNumber(env, noteStore)
    .put(path, JSON.stringify({ ...body, note: name }), { customMetadata: nameMetadata(name) })
    .catch(failAsStoreError);
}

/** A note as it was written. */
export interface Note extends NoteName {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A page of notes, of one bucket or of all, behind `after`. Unreadable ones are passed over. */
export async function listNotes(
  env: Env,
  place: { readonly bucketId?: string; readonly after?: string; readonly limit: number },
): Promise<{ readonly notes: readonly Note[]; readonly next?: string }> {
  const { bucketId, after, limit } = place;
  const store = storeByNumber(env, noteStore);
  const prefix = bucketId === undefined ? folder : `${folder}${bucketId}/`;
  const page = await store
    .list({ prefix, limit, ...(after !== undefined && { startAfter: after }) })
    .catch(failAsStoreError);
  const notes: Note[] = [];
  for (const { key: path } of page.objects) {
    const object = await store.get(path).catch(failAsStoreError);
    const note = object === null ? undefined : parseNote(path, await object.text());
    if (note !== undefined) notes.push(note);
  }
  const last = page.objects.at(-1)?.key;
  return page.truncated && last !== undefined ? { notes, next: last } : { notes };
}

/** As `listNotes`, without reading them: only what each is about. */
export async function listNoteNames(
  env: Env,
  place: { readonly after?: string; readonly limit: number },
): Promise<{
  readonly names: readonly (NoteName & { readonly path: string })[];
  readonly next?: string;
}> {
  const { after, limit } = place;
  const page = await storeByNumber(env, noteStore)
    .list({
      prefix: folder,
      limit,
      include: ["customMetadata"],
      ...(after !== undefined && { startAfter: after }),
    })
    .catch(failAsStoreError);
  const names = page.objects.flatMap(({ key: path, customMetadata = {} }) => {
    const { bucket: bucketId, key, version: versionId } = customMetadata;
    const isNamed = bucketId !== undefined && key !== undefined && versionId !== undefined;
    return isNamed ? [{ path, bucketId, key: decodeURIComponent(key), versionId }] : [];
  });
  const last = page.objects.at(-1)?.key;
  return page.truncated && last !== undefined ? { names, next: last } : { names };
}

/** Printable ASCII, within R2's bound: a key of 1,024 bytes takes at most three times that. */
function nameMetadata({ bucketId, key, versionId }: NoteName): Record<string, string> {
  return { bucket: bucketId, key: encodeURIComponent(key), version: versionId };
}

/** Removes notes by their paths; those that are gone already count as removed. */
export async function deleteNotes(env: Env, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  await storeByNumber(env, noteStore)
    .delete([...paths])
    .catch(failAsStoreError);
}

/**
 * Where the note of that version is. The null version of a key has one note. The key is hashed, for
 * it may be longer than names.
 */
export async function pathOfNote({ bucketId, key, versionId }: NoteName): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key));
  const hex = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0"));
  return `${folder}${bucketId}/${hex.join("")}/${versionId}`;
}

function parseNote(path: string, text: string): Note | undefined {
  try {
    const { note, ...body } = JSON.parse(text) as { note: NoteName };
    const { bucketId, key, versionId } = note;
    return { path, bucketId, key, versionId, body };
  } catch {
    return undefined;
  }
}

function failAsStoreError(error: unknown): never {
  throw translateStoreError(error);
}
