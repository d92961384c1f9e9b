// Every case runs against the R2 simulator; faults are injected by replacing a method of the store.

import { env } from "cloudflare:test";
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { ChecksumPlan } from "../../src/checksums/plan.ts";
import { type Env, type Seams, systemSeams } from "../../src/env.ts";
import { type StorageClass, storageClasses } from "../../src/s3/content.ts";
import { S3Error } from "../../src/s3/errors.ts";
import { idTimeMs, newBlobId } from "../../src/s3/ids.ts";
import {
  BlobsRemainError,
  type BlobWish,
  deleteBlobs,
  headBlob,
  listBlobs,
  readSegments,
  type StoredBlob,
  writeBlob,
} from "../../src/storage/blobs.ts";
import { storeOf } from "../../src/storage/classes.ts";
import { bytesSource } from "../../src/storage/sources.ts";
import {
  patternedBytes,
  pieceSource,
  type SourceFault,
  storeThat,
  withStandard,
} from "./fixtures.ts";

const mebibyte = 1024 * 1024;
const nowMs = Date.UTC(2026, 10, 22);

function wish(
  facts: { plan?: ChecksumPlan; storageClass?: StorageClass; seams?: Seams } = {},
): BlobWish {
  return {
    storageClass: facts.storageClass ?? "STANDARD",
    seams: facts.seams ?? { ...systemSeams, now: () => nowMs },
    plan: facts.plan ?? { algorithm: "SHA256" },
    origin: { bucketId: "b1", key: "a key", versionId: "v1", detail: { metadata: { a: "b" } } },
  };
}

function digestOf(algorithm: string, bytes: Uint8Array): Buffer {
  return createHash(algorithm).update(bytes).digest();
}

async function stored(where: Env, { blob, sizeBytes }: StoredBlob): Promise<Uint8Array> {
  const { body } = await readSegments(where, [{ blob, offset: 0, length: sizeBytes }]);
  return new Uint8Array(await new Response(body).arrayBuffer());
}

/** What the STANDARD store holds, and whether a test added to it. */
async function namesInStore(): Promise<string[]> {
  const { objects } = await env.STORE_STANDARD.list();
  return objects.map(({ key }) => key);
}

async function leavesNothing(work: () => Promise<unknown>, code: string): Promise<void> {
  const before = await namesInStore();
  await expect(work()).rejects.toMatchObject({ name: "S3Error", code });
  expect(await namesInStore()).toEqual(before);
}

const small = patternedBytes(1_000, 1);
const large = patternedBytes(mebibyte + 12_345, 2);
/** Small enough for tests, with R2's own least part size. */
const partLimits = { smallBytes: mebibyte, singlePutBytes: 6 * mebibyte, partBytes: 5 * mebibyte };
const inParts = patternedBytes(12 * mebibyte + 321, 3);

describe("writeBlob", () => {
  it("keeps bytes of every size and says their digests", { timeout: 60_000 }, async () => {
    const sizes = [0, 1, 65_536, mebibyte - 1, mebibyte, mebibyte + 1, 8 * mebibyte];
    for (const size of sizes) {
      const bytes = patternedBytes(size, size);
      const blob = await writeBlob(env, pieceSource(bytes, 65_521), wish());
      expect(blob.sizeBytes).toBe(size);
      expect(blob.md5Hex).toBe(digestOf("md5", bytes).toString("hex"));
      expect(blob.checksum).toEqual({
        algorithm: "SHA256",
        valueBase64: digestOf("sha256", bytes).toString("base64"),
      });
      expect(Buffer.compare(await stored(env, blob), bytes)).toBe(0);
    }
  });

  it("puts every class into its own store, under an id of that store and time", async () => {
    for (const storageClass of storageClasses) {
      const blob = await writeBlob(env, bytesSource(small), wish({ storageClass }));
      expect(idTimeMs(blob.blob)).toBe(nowMs);
      const name = storageClass === "REDUCED_REDUNDANCY" ? "STANDARD" : storageClass;
      expect(storeOf(env, blob.blob)).toBe(env[`STORE_${name}`]);
      expect((await headBlob(env, blob.blob))?.origin).toMatchObject({
        bucketId: "b1",
        key: "a key",
        versionId: "v1",
        storageClass,
        checksum: `SHA256=${blob.checksum.valueBase64}`,
        detail: { metadata: { a: "b" } },
      });
    }
  });

  it("accepts what the client announced when it is true", async () => {
    for (const bytes of [small, large]) {
      const plan = {
        algorithm: "SHA1",
        expected: new Uint8Array(digestOf("sha1", bytes)),
        contentMd5: new Uint8Array(digestOf("md5", bytes)),
      } as const;
      const blob = await writeBlob(env, pieceSource(bytes, 50_000), wish({ plan }));
      expect(blob.checksum.valueBase64).toBe(digestOf("sha1", bytes).toString("base64"));
    }
  });

  it("refuses a wrong Content-MD5 with BadDigest and keeps nothing (D07)", async () => {
    for (const bytes of [small, large]) {
      const plan = { algorithm: "CRC32", contentMd5: new Uint8Array(16) } as const;
      await leavesNothing(
        () => writeBlob(env, pieceSource(bytes, 50_000), wish({ plan })),
        "BadDigest",
      );
    }
    const plan = { algorithm: "CRC32", contentMd5: new Uint8Array(16) } as const;
    const work = () => writeBlob(env, pieceSource(inParts, 500_000), wish({ plan }), partLimits);
    await leavesNothing(work, "BadDigest");
  });

  it("never lets the store see the end of a body with a wrong checksum (D07)", async () => {
    let kept = 0;
    const watched = withStandard(
      storeThat(env.STORE_STANDARD, {
        put: async (key, value, options) => {
          const object = await env.STORE_STANDARD.put(key, value, options);
          kept += 1;
          return object;
        },
      }),
    );
    for (const bytes of [small, large]) {
      const plan = { algorithm: "SHA256", expected: new Uint8Array(32) } as const;
      const source = pieceSource(bytes, 50_000);
      await leavesNothing(() => writeBlob(watched, source, wish({ plan })), "BadDigest");
      expect(source.isCancelled()).toBe(true);
    }
    expect(kept).toBe(0);
  });

  it("checks a checksum that comes in the trailer (D07)", async () => {
    for (const bytes of [small, large]) {
      const name = "x-amz-checksum-sha256";
      const plan = { algorithm: "SHA256", expectedInTrailer: name } as const;
      const value = digestOf("sha256", bytes).toString("base64");
      const good = pieceSource(bytes, 50_000, { trailers: new Map([[name, value]]) });
      expect((await writeBlob(env, good, wish({ plan }))).checksum.valueBase64).toBe(value);
      const wrong = digestOf("sha256", patternedBytes(5, 5)).toString("base64");
      const bad = pieceSource(bytes, 50_000, { trailers: new Map([[name, wrong]]) });
      await leavesNothing(() => writeBlob(env, bad, wish({ plan })), "BadDigest");
    }
  });

  it("refuses a source that gives fewer or more bytes than announced (D06)", async () => {
    for (const bytes of [small, large]) {
      for (const stray of [-1, 1, -bytes.length + 1, 100_000]) {
        const source = pieceSource(bytes, 65_536, { length: bytes.length + stray });
        await leavesNothing(() => writeBlob(env, source, wish()), "IncompleteBody");
      }
    }
  });

  it("keeps nothing when the source breaks off, at any offset (D04, D05)", async () => {
    const error = new S3Error("IncompleteBody");
    for (const offset of [0, 1, 500_000, mebibyte, large.length]) {
      const source = pieceSource(large, 65_536, { failsAt: { offset, error } });
      await leavesNothing(() => writeBlob(env, source, wish()), "IncompleteBody");
    }
    const source = pieceSource(small, 100, { failsAt: { offset: 500, error } });
    await leavesNothing(() => writeBlob(env, source, wish()), "IncompleteBody");
  });

  it("tells a source's own failure, not the put's that follows from it", async () => {
    const fault: SourceFault = {
      failsAt: { offset: 300_000, error: new S3Error("XAmzContentSHA256Mismatch") },
    };
    await leavesNothing(
      () => writeBlob(env, pieceSource(large, 65_536, fault), wish()),
      "XAmzContentSHA256Mismatch",
    );
    const unknown: SourceFault = { failsAt: { offset: 300_000, error: new Error("socket") } };
    await leavesNothing(
      () => writeBlob(env, pieceSource(large, 65_536, unknown), wish()),
      "InternalError",
    );
  });
});

describe("writeBlob over a taken id (D31)", () => {
  const stuck = { now: () => nowMs, randomBytes: (length: number) => new Uint8Array(length) };
  const taken = newBlobId(0, nowMs, stuck.randomBytes);

  it("never replaces the bytes that are there", async () => {
    await env.STORE_STANDARD.put(taken, "old");
    for (const bytes of [small, large]) {
      const work = () => writeBlob(env, pieceSource(bytes, 50_000), wish({ seams: stuck }));
      await leavesNothing(work, "InternalError");
    }
    const work = () =>
      writeBlob(env, pieceSource(inParts, 500_000), wish({ seams: stuck }), partLimits);
    await leavesNothing(work, "InternalError");
    expect(await (await env.STORE_STANDARD.get(taken))?.text()).toBe("old");
  });

  it("takes another id for a small body", async () => {
    await env.STORE_STANDARD.put(taken, "old");
    let draws = 0;
    const seams = {
      now: () => nowMs,
      randomBytes: (length: number) => new Uint8Array(length).fill(draws++ > 0 ? 7 : 0),
    };
    const blob = await writeBlob(env, bytesSource(small), wish({ seams }));
    expect(blob.blob).not.toBe(taken);
    expect(await stored(env, blob)).toEqual(small);
    expect(await (await env.STORE_STANDARD.get(taken))?.text()).toBe("old");
  });
});

describe("writeBlob on a failing store", () => {
  const failure = new Error("put: We encountered an internal error. Please try again. (10001)");

  it("reports a put that failed before it stored anything", async () => {
    const broken = withStandard(
      storeThat(env.STORE_STANDARD, {
        put: async () => {
          throw failure;
        },
      }),
    );
    for (const bytes of [small, large]) {
      const source = pieceSource(bytes, 50_000);
      const work = () => writeBlob(broken, source, wish());
      await leavesNothing(work, "InternalError");
      await expect(work()).rejects.toMatchObject({ cause: failure });
      expect(source.isCancelled()).toBe(true);
    }
  });

  it("removes the bytes of a put whose answer was lost (D01)", async () => {
    const lossy = withStandard(
      storeThat(env.STORE_STANDARD, {
        put: async (key, value, options) => {
          await env.STORE_STANDARD.put(key, value, options);
          throw failure;
        },
      }),
    );
    for (const bytes of [small, large]) {
      await leavesNothing(
        () => writeBlob(lossy, pieceSource(bytes, 50_000), wish()),
        "InternalError",
      );
    }
  });

  it("leaves an orphan with its origin when the removal is lost too (D01)", async () => {
    const before = await namesInStore();
    const lossy = withStandard(
      storeThat(env.STORE_STANDARD, {
        put: async (key, value, options) => {
          await env.STORE_STANDARD.put(key, value, options);
          throw failure;
        },
        delete: async () => {
          throw new Error("delete: Service is temporarily unavailable. (10043)");
        },
      }),
    );
    await expect(writeBlob(lossy, bytesSource(small), wish())).rejects.toMatchObject({
      cause: failure,
    });
    const [orphan = ""] = (await namesInStore()).filter((name) => !before.includes(name));
    expect((await headBlob(env, orphan))?.origin).toMatchObject({ bucketId: "b1", key: "a key" });
  });

  it("refuses an answer about another number of bytes (D04)", async () => {
    const lying = withStandard(
      storeThat(env.STORE_STANDARD, {
        put: (key, _value, options) => env.STORE_STANDARD.put(key, "short", options),
      }),
    );
    await leavesNothing(() => writeBlob(lying, bytesSource(small), wish()), "InternalError");
  });

  it("says SlowDown when the store asks for patience", async () => {
    const busy = withStandard(
      storeThat(env.STORE_STANDARD, {
        put: async () => {
          throw new Error("put: Reduce your concurrent request rate for the same object. (10058)");
        },
      }),
    );
    await leavesNothing(() => writeBlob(busy, pieceSource(large, 50_000), wish()), "SlowDown");
  });

  it("gives up at once when the store fails while the client is slow", async () => {
    const broken = withStandard(
      storeThat(env.STORE_STANDARD, {
        put: async () => {
          throw failure;
        },
      }),
    );
    const silent = {
      ...pieceSource(large, 50_000),
      read: () => new Promise<null>(() => undefined),
    };
    await leavesNothing(() => writeBlob(broken, silent, wish()), "InternalError");
  });
});

describe("writeBlob beyond one put", { timeout: 60_000 }, () => {
  it("sends equal parts and says the same digests", async () => {
    // Pieces that straddle the borders of the parts.
    const blob = await writeBlob(env, pieceSource(inParts, 700_001), wish(), partLimits);
    expect(blob.md5Hex).toBe(digestOf("md5", inParts).toString("hex"));
    expect(blob.checksum.valueBase64).toBe(digestOf("sha256", inParts).toString("base64"));
    expect(Buffer.compare(await stored(env, blob), inParts)).toBe(0);
    expect((await headBlob(env, blob.blob))?.origin?.checksum).toBe("SHA256");
  });

  it("keeps nothing when the source breaks off or lies (D05, D06)", async () => {
    const error = new S3Error("IncompleteBody");
    for (const offset of [0, 3 * mebibyte, 5 * mebibyte, 11 * mebibyte, inParts.length]) {
      const source = pieceSource(inParts, 65_536, { failsAt: { offset, error } });
      await leavesNothing(() => writeBlob(env, source, wish(), partLimits), "IncompleteBody");
    }
    const plan = { algorithm: "SHA256", expected: new Uint8Array(32) } as const;
    const work = () => writeBlob(env, pieceSource(inParts, 65_536), wish({ plan }), partLimits);
    await leavesNothing(work, "BadDigest");
  });

  it("keeps nothing when the answer to the completion is lost (D01)", async () => {
    const lossy = withStandard(
      storeThat(env.STORE_STANDARD, {
        createMultipartUpload: async (key, options) => {
          const upload = await env.STORE_STANDARD.createMultipartUpload(key, options);
          return {
            key: upload.key,
            uploadId: upload.uploadId,
            uploadPart: (...given) => upload.uploadPart(...given),
            abort: () => upload.abort(),
            complete: async (parts) => {
              await upload.complete(parts);
              throw new Error("completeMultipartUpload: Internal error. (10001)");
            },
          };
        },
      }),
    );
    const work = () => writeBlob(lossy, pieceSource(inParts, 500_000), wish(), partLimits);
    await leavesNothing(work, "InternalError");
  });
});

describe("deleteBlobs", () => {
  it("removes blobs of several stores, again and again", async () => {
    const standard = await writeBlob(env, bytesSource(small), wish());
    const glacier = await writeBlob(env, bytesSource(small), wish({ storageClass: "GLACIER" }));
    const blobs = [standard.blob, glacier.blob];
    await deleteBlobs(env, blobs);
    await deleteBlobs(env, blobs);
    expect(await Promise.all(blobs.map((blob) => headBlob(env, blob)))).toEqual([null, null]);
    await deleteBlobs(env, []);
  });

  it("asks for no more than 1,000 at once", async () => {
    const batches: number[] = [];
    const counted = withStandard(
      storeThat(env.STORE_STANDARD, {
        delete: async (names) => {
          batches.push(names.length);
        },
      }),
    );
    const blobs = Array.from({ length: 2_001 }, () => newBlobId(0, 1, systemSeams.randomBytes));
    await deleteBlobs(counted, blobs);
    expect(batches).toEqual([1_000, 1_000, 1]);
  });

  it("goes on past a failing store and names what remains (D30)", async () => {
    const standard = newBlobId(0, 1, systemSeams.randomBytes);
    const glacier = await writeBlob(env, bytesSource(small), wish({ storageClass: "GLACIER" }));
    const broken = withStandard(
      storeThat(env.STORE_STANDARD, {
        delete: async () => {
          throw new Error("delete: Service is temporarily unavailable. (10043)");
        },
      }),
    );
    const work = deleteBlobs(broken, [standard, glacier.blob]);
    await expect(work).rejects.toBeInstanceOf(BlobsRemainError);
    await expect(work).rejects.toMatchObject({
      remaining: [standard],
      cause: { code: "SlowDown" },
    });
    expect(await headBlob(env, glacier.blob)).toBeNull();
  });
});

describe("listBlobs", () => {
  it("pages through a store oldest first and passes over what is not a blob", async () => {
    const { objects } = await env.STORE_ONEZONE_IA.list();
    await env.STORE_ONEZONE_IA.delete(objects.map(({ key }) => key));
    const made: string[] = [];
    for (let index = 0; index < 5; index += 1) {
      const seams = { ...systemSeams, now: () => nowMs + index * 1_000 };
      const oneZone = wish({ storageClass: "ONEZONE_IA", seams });
      made.push((await writeBlob(env, bytesSource(small), oneZone)).blob);
    }
    await env.STORE_ONEZONE_IA.put("0-not-a-blob", "x");
    const foreign = newBlobId(3, nowMs + 9_000, systemSeams.randomBytes);
    await env.STORE_ONEZONE_IA.put(foreign, "x");
    const seen: string[] = [];
    for (let after: string | undefined = ""; after !== undefined; ) {
      const page: Awaited<ReturnType<typeof listBlobs>> = await listBlobs(
        env,
        3,
        after === "" ? undefined : after,
        2,
      );
      for (const { blob, sizeBytes, md5Hex, origin, storedAtMs } of page.blobs) {
        seen.push(blob);
        expect(origin?.key ?? null).toBe(blob === foreign ? null : "a key");
        expect(sizeBytes).toBe(blob === foreign ? 1 : small.length);
        expect(md5Hex).toMatch(/^[0-9a-f]{32}$/);
        expect(storedAtMs).toBeGreaterThan(0);
      }
      after = page.next;
    }
    expect(seen).toEqual([...made, foreign]);
  });

  it("passes on what the store says when it fails", async () => {
    const broken = withStandard(
      storeThat(env.STORE_STANDARD, {
        list: async () => {
          throw new Error("list: Service is temporarily unavailable. (10043)");
        },
        head: async () => {
          throw new Error("head: Unspecified error (0)");
        },
      }),
    );
    await expect(listBlobs(broken, 0, undefined, 10)).rejects.toMatchObject({ code: "SlowDown" });
    const blob = newBlobId(0, 1, systemSeams.randomBytes);
    await expect(headBlob(broken, blob)).rejects.toMatchObject({ code: "InternalError" });
  });
});
