// @ts-check
// One throw-away server per spec file. The spec fails when the server logged a failure of its own,
// even if the client retried and got its way: a 500 that nobody sees is still a bug.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { S3Client } from "@aws-sdk/client-s3";
import { startCairn } from "../../../server/index.mjs";

/** @import { S3ClientConfig } from "@aws-sdk/client-s3" */
/** @import { CairnOptions, CairnServer } from "../../../server/index.d.mts" */

/** Set by `npm run test:full`: the largest inputs too. */
export const isFull = process.env["CAIRN_FULL"] === "1";

/**
 * Starts a server that ends with the spec file, and answers where it is.
 * @param {CairnOptions} [options]
 * @returns {Promise<CairnServer>}
 */
export async function serve(options = {}) {
  /** @type {string[]} */
  const failures = [];
  const server = await startCairn({
    memory: true,
    onLog: (level, message) => {
      if (level === "error") failures.push(message);
    },
    ...options,
  });
  after(async () => {
    await server.stop();
    assert.deepEqual(failures, [], "the server logged failures");
  });
  return server;
}

/**
 * The SDK, without retries: what fails once has failed.
 * @param {CairnServer} server
 * @param {S3ClientConfig} [config]
 */
export function openClient({ endpoint, region, credentials }, config = {}) {
  const client = new S3Client({
    endpoint,
    region,
    credentials,
    forcePathStyle: true,
    maxAttempts: 1,
    ...config,
  });
  after(() => client.destroy());
  return client;
}

/** A folder that goes away with the spec file. */
export function scratchDirectory() {
  const path = mkdtempSync(join(tmpdir(), "cairn-clients-"));
  after(() => rmSync(path, { recursive: true, force: true, maxRetries: 3 }));
  return path;
}
