// @ts-check
// The load of kill.spec.mjs and its book: what was acknowledged, and what was under way when the
// server died. Each key has one writer at a time, so its last acknowledged state is certain.
import assert from "node:assert/strict";
import { createHash, randomBytes, randomInt } from "node:crypto";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";

/** @import { S3Client } from "@aws-sdk/client-s3" */
/** @typedef {{ digest: string, sizeBytes: number }} Content */

/** The state of a key that is not there. */
export const ABSENT = "absent";
/** @typedef {Content | typeof ABSENT} State */

const firstPartBytes = 5 * 1024 * 1024;

/** @param {Uint8Array} bytes @returns {Content} */
function describeContent(bytes) {
  const digest = createHash("sha256").update(bytes).digest("hex");
  return { digest, sizeBytes: bytes.length };
}

/** Mostly small, sometimes above every buffer on the way. */
function randomBody() {
  const limits = [1, 64, 1024, 1024, 16_384, 262_144, 2_097_152];
  return randomBytes(randomInt(0, (limits[randomInt(limits.length)] ?? 1) + 1));
}

/** One run's load and book. */
export class Load {
  /** @type {Map<string, { settled: State, pending?: State }>} */
  #book = new Map();
  /** @type {Set<string>} */
  #touched = new Set();
  /** Uploads under way when the server died, with what of them was acknowledged. */
  /** @type {Map<string, { uploadId: string, bytes: Buffer[], tags: string[] }>} */
  #uploads = new Map();
  #names = 0;
  #bucket;
  acknowledged = 0;

  /** @param {string} bucket */
  constructor(bucket) {
    this.#bucket = bucket;
  }

  allKeys = () => [...this.#book.keys()];
  /** The keys written or found undecided since they were last looked at. */
  touchedKeys = () => [...this.#touched];
  /** @param {string} key */
  knows = (key) => this.#book.has(key);

  /**
   * Reads a key, holds it against the book, and settles what was undecided.
   * @param {S3Client} client
   * @param {string} key
   * @returns {Promise<State>}
   */
  async observe(client, key) {
    const entry = this.#book.get(key);
    const found = await this.#read(client, key);
    const allowed = [entry?.settled, ...(entry?.pending === undefined ? [] : [entry.pending])];
    assert.ok(
      allowed.some((state) => sameState(state, found)),
      `${key}: found ${JSON.stringify(found)}, allowed ${JSON.stringify(allowed)}`,
    );
    this.#book.set(key, { settled: found });
    this.#touched.delete(key);
    return found;
  }

  /**
   * @param {S3Client} client
   * @param {string} key
   * @returns {Promise<State>}
   */
  async #read(client, key) {
    try {
      const answer = await client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }));
      const bytes = await answer.Body?.transformToByteArray();
      return describeContent(bytes ?? new Uint8Array());
    } catch (error) {
      if (/** @type {Error} */ (error).name === "NoSuchKey") {
        return ABSENT;
      }
      throw error;
    }
  }

  /**
   * Writes until the server dies.
   * @param {S3Client} client
   * @returns {Promise<number>} how many calls were cut off
   */
  async run(client) {
    const writers = [
      ...Array.from({ length: 5 }, () => () => this.#put(client, `new/${this.#names++}`)),
      ...["a", "b"].map((name) => () => this.#put(client, `hot/${name}`)),
      () => this.#putThenDelete(client, `gone/${this.#names++}`),
      () => this.#upload(client, `parts/${this.#names++}`),
    ];
    const cut = await Promise.all(writers.map(untilFailure));
    return cut.length;
  }

  /**
   * One change of one key: pending while under way, settled once acknowledged.
   * @param {string} key
   * @param {State} state
   * @param {() => Promise<unknown>} call
   */
  async #change(key, state, call) {
    this.#touched.add(key);
    this.#book.set(key, { settled: this.#book.get(key)?.settled ?? ABSENT, pending: state });
    await call();
    this.#book.set(key, { settled: state });
    this.acknowledged += 1;
  }

  /** @param {S3Client} client @param {string} key */
  #put(client, key) {
    const body = randomBody();
    const command = new PutObjectCommand({ Bucket: this.#bucket, Key: key, Body: body });
    return this.#change(key, describeContent(body), () => client.send(command));
  }

  /** @param {S3Client} client @param {string} key */
  async #putThenDelete(client, key) {
    await this.#put(client, key);
    const command = new DeleteObjectCommand({ Bucket: this.#bucket, Key: key });
    await this.#change(key, ABSENT, () => client.send(command));
  }

  /** @param {S3Client} client @param {string} key */
  async #upload(client, key) {
    const target = { Bucket: this.#bucket, Key: key };
    const { UploadId = "" } = await client.send(new CreateMultipartUploadCommand(target));
    /** @type {{ uploadId: string, bytes: Buffer[], tags: string[] }} */
    const upload = { uploadId: UploadId, bytes: [], tags: [] };
    this.#uploads.set(key, upload);
    for (const body of [randomBytes(firstPartBytes), randomBytes(randomInt(1, 100_000))]) {
      const PartNumber = upload.tags.length + 1;
      const part = { ...target, UploadId, PartNumber, Body: body };
      const { ETag = "" } = await client.send(new UploadPartCommand(part));
      upload.bytes.push(body);
      upload.tags.push(ETag);
    }
    await this.#complete(client, key);
  }

  /** @param {S3Client} client @param {string} key */
  async #complete(client, key) {
    const { uploadId, bytes, tags } = this.#uploads.get(key) ?? assert.fail();
    const Parts = tags.map((ETag, index) => ({ ETag, PartNumber: index + 1 }));
    const command = new CompleteMultipartUploadCommand({
      Bucket: this.#bucket,
      Key: key,
      UploadId: uploadId,
      MultipartUpload: { Parts },
    });
    await this.#change(key, describeContent(Buffer.concat(bytes)), () => client.send(command));
    this.#uploads.delete(key);
  }

  /**
   * Completes, after a restart, what was under way: acknowledged parts must still be there. An upload
   * that was being completed when the server died may have been completed.
   * @param {S3Client} client
   */
  async finishUploads(client) {
    for (const [key, { tags }] of [...this.#uploads]) {
      const wasCompleting = this.#book.get(key)?.pending !== undefined;
      try {
        if (tags.length > 0) {
          await this.#complete(client, key);
        }
      } catch (error) {
        const isDone = /** @type {Error} */ (error).name === "NoSuchUpload" && wasCompleting;
        assert.ok(isDone, `${key}: an upload with acknowledged parts is lost: ${error}`);
      }
      this.#uploads.delete(key);
    }
  }
}

/**
 * @param {State | undefined} one
 * @param {State} other
 */
function sameState(one, other) {
  if (typeof one === "object" && typeof other === "object") {
    return one.digest === other.digest && one.sizeBytes === other.sizeBytes;
  }
  return one === other;
}

/**
 * Repeats a step until the connection breaks. An answer that is an error is a finding, not an end.
 * @param {() => Promise<void>} step
 */
async function untilFailure(step) {
  for (;;) {
    try {
      await step();
    } catch (error) {
      const { $metadata, message } = /** @type {Error & { $metadata?: any }} */ (error);
      assert.equal($metadata?.httpStatusCode, undefined, `the server answered: ${message}`);
      return;
    }
  }
}
