// A fresh index for each test, reached over RPC as the Worker reaches it, with a clock and ids of
// the test's own. Reaches into the object only to prove state.

import { env, runInDurableObject } from "cloudflare:test";
import type { BucketIndex } from "../../src/bucket/bucket-index.ts";
import { BucketClient } from "../../src/bucket/client.ts";
import type {
  BucketIndexRpc,
  CommitOutcome,
  CommitRequest,
  DeletionResult,
  VersionDetail,
  VersioningState,
  WriteConditions,
} from "../../src/bucket/types.ts";
import { newBlobId, newBucketId, newUploadId, newVersionId } from "../../src/s3/ids.ts";

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

export const startMs = Date.UTC(2026, 10, 22, 10, 30);
export const hourMs = 3600 * 1000;
export const dayMs = 24 * hourMs;

export interface PutOptions {
  readonly sizeBytes?: number;
  readonly etag?: string;
  readonly content?: string;
  readonly versionId?: string;
  readonly detail?: VersionDetail;
  readonly conditions?: WriteConditions;
  readonly sharedFrom?: { key: string; seq: number };
  readonly isRetry?: boolean;
}

export class IndexUnderTest {
  nowMs = startMs;
  epoch = 1;
  versioning: VersioningState;
  readonly bucketId = newBucketId(startMs, random);

  constructor(versioning: VersioningState) {
    this.versioning = versioning;
  }

  /** A new stub each time: one that saw its object restart is broken for good. */
  get stub(): DurableObjectStub<BucketIndex> {
    const namespace = env.BUCKET_INDEX as unknown as DurableObjectNamespace<BucketIndex>;
    return namespace.get(namespace.idFromName(this.bucketId));
  }
  get client(): BucketClient {
    return new BucketClient(env.BUCKET_INDEX, this.bucketId);
  }
  get rpc(): BucketIndexRpc {
    return this.stub as unknown as BucketIndexRpc;
  }

  get facts() {
    return { epoch: this.epoch, nowMs: this.nowMs };
  }

  blob(nowMs = this.nowMs): string {
    return newBlobId(1, nowMs, random);
  }
  versionId(): string {
    return newVersionId(this.nowMs, random);
  }
  uploadId(): string {
    return newUploadId(this.nowMs, random);
  }

  commitRequest(key: string, options: PutOptions = {}): CommitRequest {
    return {
      ...this.facts,
      key,
      versioning: this.versioning,
      versionId: this.versionId(),
      sizeBytes: 10,
      etag: "0123456789abcdef0123456789abcdef",
      storageClass: "STANDARD",
      content: this.blob(),
      detail: {},
      ...options,
    };
  }

  /** Commits and expects it to be committed. */
  async put(key: string, options: PutOptions = {}) {
    const outcome = await this.rpc.commit(this.commitRequest(key, options));
    if (outcome.kind !== "committed") throw new Error(`not committed: ${outcome.kind}`);
    return outcome;
  }

  tryPut(key: string, options: PutOptions = {}): Promise<CommitOutcome> {
    return this.rpc.commit(this.commitRequest(key, options));
  }

  async delete(
    key: string,
    options: {
      versionId?: string;
      conditions?: WriteConditions;
      bypassGovernance?: boolean;
      markerVersionId?: string;
    } = {},
  ): Promise<DeletionResult> {
    const outcome = await this.rpc.delete({
      ...this.facts,
      versioning: this.versioning,
      deletions: [{ key, markerVersionId: this.versionId(), ...options }],
    });
    if (outcome.kind !== "done") throw new Error(`not done: ${outcome.kind}`);
    const [result] = outcome.results;
    if (result === undefined) throw new Error("no result");
    return result;
  }

  resolve(key: string, versionId?: string) {
    return this.rpc.resolve({
      ...this.facts,
      key,
      wantSegments: true,
      ...(versionId !== undefined && { versionId }),
    });
  }

  /** Resolves and expects a version. */
  async found(key: string, versionId?: string) {
    const outcome = await this.resolve(key, versionId);
    if (outcome.kind !== "found") throw new Error(`not found: ${outcome.kind}`);
    return outcome.version;
  }

  /** Rows the work wrote and read, as the platform counts them. */
  async cost(work: () => Promise<unknown>) {
    const before = await this.inside((index) => index.usage());
    await work();
    const after = await this.inside((index) => index.usage());
    return {
      written: after.rowsWritten - before.rowsWritten,
      read: after.rowsRead - before.rowsRead,
    };
  }

  inside<Result>(
    look: (index: BucketIndex, storage: DurableObjectStorage) => Result,
  ): Promise<Awaited<Result>> {
    return runInDurableObject(this.stub, async (instance, state) =>
      look(instance as unknown as BucketIndex, state.storage),
    ) as Promise<Awaited<Result>>;
  }

  async rows(query: string): Promise<Record<string, unknown>[]> {
    return this.inside((_, storage) => storage.sql.exec(query).toArray());
  }

  /** Everything in memory is lost; the same database comes up again. */
  async restart(): Promise<void> {
    await runInDurableObject(this.stub, (_, state) => state.abort("restart")).catch(
      () => undefined,
    );
  }
}

export async function openIndex(versioning: VersioningState = "Unversioned") {
  const index = new IndexUnderTest(versioning);
  await index.rpc.initialise({ bucketId: index.bucketId, epoch: 1, nowMs: index.nowMs });
  return index;
}
