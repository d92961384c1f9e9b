// @ts-check
// Files to send: bytes that repeat from run to run, trees of them, and how to tell that what came
// back is the same.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createCipheriv, createHash } from "node:crypto";
import {
  closeSync,
  createReadStream,
  mkdirSync,
  openSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";

const mebibyte = 1024 * 1024;

/**
 * Bytes that look random and are the same for the same seed.
 * @param {number} sizeBytes
 * @param {number} [seed]
 */
export function noise(sizeBytes, seed = 0) {
  const cipher = createCipheriv("aes-128-ctr", Buffer.alloc(16, seed), Buffer.alloc(16));
  return cipher.update(Buffer.alloc(sizeBytes));
}

/**
 * @param {string} path
 * @param {number} sizeBytes
 * @returns {string} its SHA-256 in hexadecimal
 */
export function writeNoise(path, sizeBytes) {
  const file = openSync(path, "w");
  const hash = createHash("sha256");
  for (let at = 0; at < sizeBytes; at += mebibyte) {
    const piece = noise(Math.min(mebibyte, sizeBytes - at), (at / mebibyte) % 251);
    hash.update(piece);
    writeSync(file, piece);
  }
  closeSync(file);
  return hash.digest("hex");
}

/** @param {Uint8Array | string} bytes */
export function sha256(bytes) {
  return createHash("sha256").update(bytes).digest("hex");
}

/** @param {string} path */
export async function sha256OfFile(path) {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

/** Long before any server stores it: tools that compare times must see it as old. */
const longAgo = new Date("2020-01-01T00:00:00Z");

/**
 * @param {string} directory
 * @param {Record<string, string | Uint8Array>} files by path below the directory
 */
export function writeTree(directory, files) {
  for (const [name, content] of Object.entries(files)) {
    const path = join(directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    utimesSync(path, longAgo, longAgo);
  }
}

/**
 * Fails unless both folders hold the same files with the same bytes, by `diff -r`.
 * @param {string} left
 * @param {string} right
 */
export async function assertSameTree(left, right) {
  const found = await promisify(execFile)("diff", ["-r", left, right]).catch((error) => error);
  assert.equal(found.stdout + found.stderr, "");
}
