// The one way to a bucket's index. Finds the partition, follows keys that moved, asks once more
// when an answer was lost, and turns what is left into 503. Outcomes come back as they are; `stale`
// is for the caller, who must load the settings and decide again.

import type { Env } from "../env.ts";
import { S3Error } from "../s3/errors.ts";
import { nullVersionId } from "../s3/ids.ts";
import { unpack } from "./listing.ts";
import { learn, partitionFor } from "./partitions.ts";
import type * as rpc from "./types.ts";
import { unpackVersions } from "./version-listing.ts";

type Rpc = rpc.BucketIndexRpc;

/** How often a key may move under one call. */
const maximumHops = 4;

/** Opens the index of the bucket. Makes no call. */
export function openBucket(env: Env, bucketId: string): BucketClient {
  return new BucketClient(env.BUCKET_INDEX, bucketId);
}

/**
 * `BucketIndexRpc`, addressed by bucket and key. A call whose answer was lost is made once more if
 * that is safe: reads, and writes that the index knows again by their ids. Throws
 * ServiceUnavailable when the outcome stays unknown (whatever was stored may be committed) and
 * SlowDown on overload.
 */
export class BucketClient {
  readonly bucketId: string;
  readonly #namespace: DurableObjectNamespace;
  #hasLostAnswer = false;

  constructor(namespace: DurableObjectNamespace, bucketId: string) {
    this.#namespace = namespace;
    this.bucketId = bucketId;
  }

  /**
   * Whether a first try may have taken effect unseen. What the second try then says of the caller's
   * blob is not the whole truth: only the sweeper may remove it.
   */
  get hasLostAnswer(): boolean {
    return this.#hasLostAnswer;
  }

  initialise(facts: Parameters<Rpc["initialise"]>[0]): Promise<void> {
    return this.#home((index) => index.initialise(facts));
  }
  advanceEpoch(epoch: number): Promise<void> {
    return this.#home((index) => index.advanceEpoch(epoch));
  }
  beginDelete(facts: rpc.CallFacts): ReturnType<Rpc["beginDelete"]> {
    return this.#home((index) => index.beginDelete(facts));
  }
  destroy(): Promise<void> {
    return this.#home((index) => index.destroy());
  }
  resolve(request: rpc.ResolveRequest): ReturnType<Rpc["resolve"]> {
    return this.#follow(request.key, (index) => index.resolve(request));
  }
  check(request: Parameters<Rpc["check"]>[0]): ReturnType<Rpc["check"]> {
    return this.#follow(request.key, (index) => index.check(request));
  }
  commit(request: rpc.CommitRequest): ReturnType<Rpc["commit"]> {
    return this.#follow(request.key, (index, isRetry) =>
      index.commit(isRetry ? { ...request, isRetry } : request),
    );
  }
  amend(request: rpc.AmendRequest): ReturnType<Rpc["amend"]> {
    return this.#follow(request.key, (index) => index.amend(request));
  }
  async list(request: rpc.ListRequest): Promise<rpc.ListOutcome> {
    return unpack(
      await this.#follow(request.after ?? request.prefix, (index) => index.list(request)),
    );
  }
  async listVersions(request: rpc.ListVersionsRequest): Promise<rpc.ListVersionsOutcome> {
    const key = request.keyMarker ?? request.prefix;
    return unpackVersions(await this.#follow(key, (index) => index.listVersions(request)));
  }
  putAnnotation(request: rpc.PutAnnotationRequest): ReturnType<Rpc["putAnnotation"]> {
    return this.#follow(request.key, (index) => index.putAnnotation(request));
  }
  getAnnotation(request: rpc.NamedAnnotationRequest): ReturnType<Rpc["getAnnotation"]> {
    return this.#follow(request.key, (index) => index.getAnnotation(request));
  }
  deleteAnnotation(request: rpc.NamedAnnotationRequest): ReturnType<Rpc["deleteAnnotation"]> {
    return this.#follow(request.key, (index) => index.deleteAnnotation(request));
  }
  listAnnotations(request: rpc.ListAnnotationsRequest): ReturnType<Rpc["listAnnotations"]> {
    return this.#follow(request.key, (index) => index.listAnnotations(request));
  }
  append(request: rpc.AppendRequest): ReturnType<Rpc["append"]> {
    return this.#follow(request.key, (index, isRetry) =>
      index.append(isRetry ? { ...request, isRetry } : request),
    );
  }
  noticeAccess(request: rpc.NoticeAccessRequest): Promise<void> {
    return this.#home((index) => index.noticeAccess(request));
  }
  scanTiered(request: rpc.ScanTieredRequest): ReturnType<Rpc["scanTiered"]> {
    return this.#home((index) => index.scanTiered(request));
  }
  startRestore(request: rpc.StartRestoreRequest): ReturnType<Rpc["startRestore"]> {
    return this.#follow(request.key, (index) => index.startRestore(request));
  }
  dueRestores(request: Parameters<Rpc["dueRestores"]>[0]): ReturnType<Rpc["dueRestores"]> {
    return this.#home((index) => index.dueRestores(request));
  }
  finishRestore(request: rpc.FinishRestoreRequest): ReturnType<Rpc["finishRestore"]> {
    return this.#follow(request.key, (index) => index.finishRestore(request));
  }
  endRestore(request: rpc.EndRestoreRequest): Promise<void> {
    return this.#home((index) => index.endRestore(request));
  }
  postponeRestore(request: rpc.PostponeRestoreRequest): Promise<void> {
    return this.#home((index) => index.postponeRestore(request));
  }
  restoreStates(request: rpc.RestoreStatesRequest): ReturnType<Rpc["restoreStates"]> {
    return this.#home((index) => index.restoreStates(request));
  }
  claimMove(request: rpc.ClaimMoveRequest): ReturnType<Rpc["claimMove"]> {
    return this.#follow(request.key, (index) => index.claimMove(request));
  }
  noteCopied(request: rpc.NoteCopiedRequest): ReturnType<Rpc["noteCopied"]> {
    return this.#follow(request.key, (index) => index.noteCopied(request));
  }
  swapMove(request: rpc.SwapMoveRequest): ReturnType<Rpc["swapMove"]> {
    return this.#follow(request.key, (index, isRetry) =>
      index.swapMove(isRetry ? { ...request, isRetry } : request),
    );
  }
  releaseMove(request: rpc.ReleaseMoveRequest): Promise<void> {
    return this.#home((index) => index.releaseMove(request));
  }
  /** Asked for at the destination; safe to repeat by its token. */
  rename(request: rpc.RenameRequest): ReturnType<Rpc["rename"]> {
    return this.#follow(request.key, (index) => index.rename(request));
  }
  createUpload(request: rpc.CreateUploadRequest): ReturnType<Rpc["createUpload"]> {
    return this.#follow(request.key, (index) => index.createUpload(request));
  }
  getUpload(request: Parameters<Rpc["getUpload"]>[0]): ReturnType<Rpc["getUpload"]> {
    return this.#follow(request.key, (index) => index.getUpload(request));
  }
  putPart(request: rpc.PutPartRequest): ReturnType<Rpc["putPart"]> {
    return this.#follow(request.key, (index) => index.putPart(request));
  }
  listParts(request: rpc.ListPartsRequest): ReturnType<Rpc["listParts"]> {
    return this.#follow(request.key, (index) => index.listParts(request));
  }
  listVersionParts(request: rpc.ListVersionPartsRequest): ReturnType<Rpc["listVersionParts"]> {
    return this.#follow(request.key, (index) => index.listVersionParts(request));
  }
  listUploads(request: rpc.ListUploadsRequest): ReturnType<Rpc["listUploads"]> {
    const key = request.keyMarker ?? request.prefix;
    return this.#follow(key, (index) => index.listUploads(request));
  }
  completeUpload(request: rpc.CompleteUploadRequest): ReturnType<Rpc["completeUpload"]> {
    return this.#follow(request.key, (index) => index.completeUpload(request));
  }
  /** A second abort would say that there is no such upload, so an unknown one stays unknown. */
  abortUpload(request: rpc.AbortUploadRequest): ReturnType<Rpc["abortUpload"]> {
    const isRepeatable = false;
    return this.#follow(request.key, (index) => index.abortUpload(request), isRepeatable);
  }
  claimCondemned(request: rpc.ClaimRequest): ReturnType<Rpc["claimCondemned"]> {
    return this.#home((index) => index.claimCondemned(request));
  }
  forgetCondemned(tickets: readonly string[]): Promise<void> {
    return this.#home((index) => index.forgetCondemned(tickets));
  }
  findOrphans(blobs: readonly rpc.StoredBlob[], nowMs?: number): ReturnType<Rpc["findOrphans"]> {
    return this.#home((index) => index.findOrphans(blobs, nowMs));
  }
  scan(request: rpc.ScanRequest): ReturnType<Rpc["scan"]> {
    return this.#home((index) => index.scan(request));
  }
  measure(request: rpc.UsageWish): ReturnType<Rpc["measure"]> {
    return this.#home((index) => index.measure(request));
  }
  countRows(): ReturnType<Rpc["countRows"]> {
    return this.#home((index) => index.countRows());
  }
  sweepLifecycle(request: rpc.SweepLifecycleRequest): ReturnType<Rpc["sweepLifecycle"]> {
    return this.#home((index) => index.sweepLifecycle(request));
  }
  previewLifecycle(request: rpc.PreviewLifecycleRequest): Promise<rpc.LifecyclePreviewPage> {
    return this.#home((index) => index.previewLifecycle(request));
  }
  explainLifecycle(request: rpc.ExplainLifecycleRequest): Promise<readonly rpc.ExplainedVersion[]> {
    return this.#home((index) => index.explainLifecycle(request));
  }
  lifecycleStatus(nowMs: number): Promise<rpc.LifecycleStatus> {
    return this.#home((index) => index.lifecycleStatus(nowMs));
  }
  recount(request: rpc.RecountRequest): ReturnType<Rpc["recount"]> {
    return this.#home((index) => index.recount(request));
  }
  mendKeys(keys: readonly string[]): ReturnType<Rpc["mendKeys"]> {
    return this.#home((index) => index.mendKeys(keys));
  }
  rebuild(request: rpc.RebuildRequest): ReturnType<Rpc["rebuild"]> {
    return this.#home((index) => index.rebuild(request));
  }
  findMissing(names: readonly rpc.VersionName[]): ReturnType<Rpc["findMissing"]> {
    return this.#home((index) => index.findMissing(names));
  }
  drainOutbox(): ReturnType<Rpc["drainOutbox"]> {
    return this.#home((index) => index.drainOutbox());
  }
  announce(request: rpc.CallFacts): ReturnType<Rpc["announce"]> {
    return this.#home((index) => index.announce(request));
  }
  outboxStatus(): ReturnType<Rpc["outboxStatus"]> {
    return this.#home((index) => index.outboxStatus());
  }
  findReplicationUpload(name: rpc.ReplicationUploadName): ReturnType<Rpc["findReplicationUpload"]> {
    return this.#home((index) => index.findReplicationUpload(name));
  }
  noteReplicationUpload(request: rpc.NoteReplicationUploadRequest): Promise<void> {
    return this.#home((index) => index.noteReplicationUpload(request));
  }
  settleReplication(request: rpc.SettleReplicationRequest): ReturnType<Rpc["settleReplication"]> {
    return this.#home((index) => index.settleReplication(request));
  }
  enrolReplication(request: rpc.EnrolRequest): ReturnType<Rpc["enrolReplication"]> {
    return this.#home((index) => index.enrolReplication(request));
  }
  replicationStatus(): ReturnType<Rpc["replicationStatus"]> {
    return this.#home((index) => index.replicationStatus());
  }
  describe(key: string, versionId: string): ReturnType<Rpc["describe"]> {
    return this.#home((index) => index.describe(key, versionId));
  }

  /**
   * Each key goes to its partition; those that moved are asked for again. Results keep their
   * order.
   */
  async delete(request: rpc.DeleteRequest): Promise<rpc.DeleteOutcome> {
    const results: (rpc.DeletionResult | undefined)[] = request.deletions.map(() => undefined);
    for (let hop = 0; hop <= maximumHops; hop += 1) {
      const groups = this.#groupPending(request, results);
      if (groups.size === 0) return { kind: "done", results: results.filter(isPresent) };
      for (const [partition, places] of groups) {
        const deletions = places.map(({ deletion }) => deletion);
        const group = { ...request, deletions };
        const call = (index: Rpc) => index.delete(group);
        const outcome = await this.#attempt(partition, call, isRepeatableDelete(group));
        if (outcome.kind !== "done") return outcome;
        for (const [at, { place }] of places.entries()) {
          const result = outcome.results[at];
          if (result?.kind === "moved") learn(this.bucketId, result);
          else results[place] = result;
        }
      }
    }
    throw new S3Error("SlowDown");
  }

  #groupPending(
    { deletions }: rpc.DeleteRequest,
    results: readonly (rpc.DeletionResult | undefined)[],
  ): Map<string, { place: number; deletion: rpc.Deletion }[]> {
    const groups = new Map<string, { place: number; deletion: rpc.Deletion }[]>();
    for (const [place, deletion] of deletions.entries()) {
      if (results[place] !== undefined) continue;
      const partition = partitionFor(this.bucketId, deletion.key);
      const group = groups.get(partition) ?? [];
      group.push({ place, deletion });
      groups.set(partition, group);
    }
    return groups;
  }

  /** Calls about the bucket as a whole go to its first partition. */
  #home<Answer>(call: (index: Rpc) => Promise<Answer>): Promise<Answer> {
    return this.#attempt(this.bucketId, call, true);
  }

  async #follow<Outcome extends { readonly kind: string }>(
    key: string,
    call: (index: Rpc, isRetry: boolean) => Promise<Outcome | rpc.Moved>,
    isRepeatable = true,
  ): Promise<Outcome> {
    let partition = partitionFor(this.bucketId, key);
    for (let hop = 0; hop <= maximumHops; hop += 1) {
      const outcome = await this.#attempt(partition, call, isRepeatable);
      if (!isMoved(outcome)) return outcome;
      learn(this.bucketId, outcome);
      partition = outcome.partition;
    }
    throw new S3Error("SlowDown");
  }

  async #attempt<Answer>(
    partition: string,
    call: (index: Rpc, isRetry: boolean) => Promise<Answer>,
    isRepeatable: boolean,
  ): Promise<Answer> {
    try {
      return await call(this.#stub(partition), false);
    } catch (error) {
      if (isOverload(error)) throw new S3Error("SlowDown", undefined, { cause: error });
      this.#hasLostAnswer = true;
      if (!isRepeatable) throw unknownOutcome(error);
    }
    try {
      return await call(this.#stub(partition), true);
    } catch (error) {
      throw unknownOutcome(error);
    }
  }

  /** A fresh stub each time: one that saw its object fail stays broken. */
  #stub(partition: string): Rpc {
    const id = this.#namespace.idFromName(partition);
    return this.#namespace.get(id) as unknown as Rpc;
  }
}

/**
 * A delete of the null version, done again after another writer's put, would delete that too. Named
 * versions and markers of a known id are safe; with conditions the first try may have ended them.
 */
function isRepeatableDelete({ versioning, deletions }: rpc.DeleteRequest): boolean {
  return deletions.every(
    ({ versionId, conditions }) =>
      conditions === undefined &&
      (versionId === undefined ? versioning === "Enabled" : versionId !== nullVersionId),
  );
}

function isMoved(outcome: { readonly kind: string }): outcome is rpc.Moved {
  return outcome.kind === "moved";
}

function isPresent<Value>(value: Value | undefined): value is Value {
  return value !== undefined;
}

/** The runtime's mark on errors of an object that has too many calls waiting. */
function isOverload(error: unknown): boolean {
  return (error as { overloaded?: unknown } | null)?.overloaded === true;
}

function unknownOutcome(cause: unknown): S3Error {
  console.error(JSON.stringify({ event: "index-call-failed", error: String(cause) }));
  return new S3Error("ServiceUnavailable", undefined, { cause });
}
