// @ts-check
// What builds have in common: a hash over everything that shapes a result, and moving a finished
// result into place. Several builds at once are safe: each works in a folder of its own.
import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder that holds wrangler.toml, src/ and migrations/. */
export const projectDirectory = fileURLToPath(new URL("..", import.meta.url));
/** Where everything that is built goes. */
export const distDirectory = join(projectDirectory, "dist");

/**
 * SHA-256 over the names and contents of every source.
 * @param {string[]} sources files and folders of the project; absent ones count as empty
 * @returns {Promise<string>}
 */
export async function hashSources(sources) {
  const hash = createHash("sha256");
  for (const source of sources) {
    const path = join(projectDirectory, source);
    for (const file of existsSync(path) ? await listFiles(path) : []) {
      hash.update(`${file.slice(projectDirectory.length)}\0`).update(await readFile(file));
    }
  }
  return hash.digest("hex");
}

/**
 * @param {string} path a file or a folder
 * @returns {Promise<string[]>} every file below, in a stable order
 */
async function listFiles(path) {
  if (!(await stat(path)).isDirectory()) {
    return [path];
  }
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => join(entry.parentPath, entry.name)).sort();
}

/**
 * `rename` cannot replace a folder that has content, so the old one steps aside first. A second
 * builder may slip in between: its result is as good as ours, the sources are the same.
 * @param {string} scratch the finished result
 * @param {string} place
 */
export async function moveIntoPlace(scratch, place) {
  const aside = join(dirname(place), `old-${randomUUID()}`);
  for (let attempt = 0; ; attempt += 1) {
    await rename(place, aside).catch(() => undefined);
    await rm(aside, { recursive: true, force: true });
    try {
      await rename(scratch, place);
      return;
    } catch (error) {
      if (attempt === 5) {
        throw error;
      }
    }
  }
}
