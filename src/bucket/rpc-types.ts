// The methods of a bucket's index as the Worker sees them. What each takes and answers stands in
// `types.ts`; additive between releases as that is.

import type * as rpc from "./types.ts";

/**
 * The RPC methods of a bucket's index. Implemented by the Durable Object, reached only through
 * `bucket/client.ts`, which follows `moved` and retries a call whose outcome is unknown.
 */
export interface BucketIndexRpc {
  /** Makes the index ready for a new bucket. Idempotent. */
  initialise(facts: { bucketId: string; epoch: number; nowMs: number }): Promise<void>;
  /** Settings moved on: callers with an older epoch are `stale` from now on. Never goes back. */
  advanceEpoch(epoch: number): Promise<void>;
  /**
   * In one transaction: no version, no upload -> `deleting`, and every later call is
   * `no-such-bucket`.
   */
  beginDelete(
    facts: rpc.CallFacts,
  ): Promise<rpc.Refusal | { kind: "deleting" } | { kind: "not-empty" }>;
  /** Drops every row after the catalog forgot the bucket. Idempotent. */
  destroy(): Promise<void>;
  resolve(request: rpc.ResolveRequest): Promise<rpc.ResolveOutcome>;
  /** The write conditions alone, without writing: asked before a doomed body is stored. */
  check(
    request: rpc.CallFacts & { key: string; conditions: rpc.WriteConditions },
  ): Promise<rpc.Refusal | rpc.ConditionRefusal | { kind: "ok" }>;
  commit(request: rpc.CommitRequest): Promise<rpc.CommitOutcome>;
  /** Changes tags, lock or encryption of a version in place. Idempotent. */
  amend(request: rpc.AmendRequest): Promise<rpc.AmendOutcome>;
  putAnnotation(request: rpc.PutAnnotationRequest): Promise<rpc.PutAnnotationOutcome>;
  getAnnotation(request: rpc.NamedAnnotationRequest): Promise<rpc.GetAnnotationOutcome>;
  deleteAnnotation(request: rpc.NamedAnnotationRequest): Promise<rpc.DeleteAnnotationOutcome>;
  listAnnotations(request: rpc.ListAnnotationsRequest): Promise<rpc.ListAnnotationsOutcome>;
  /** A version of INTELLIGENT_TIERING was read. At most one row for each and day. */
  noticeAccess(request: rpc.NoticeAccessRequest): Promise<void>;
  /** The versions of INTELLIGENT_TIERING among the next rows. */
  scanTiered(request: rpc.ScanTieredRequest): Promise<rpc.TieredPage>;
  /** Asks for an archived version to be brought back. */
  startRestore(request: rpc.StartRestoreRequest): Promise<rpc.StartRestoreOutcome>;
  /** The restorations to be made or ended now. */
  dueRestores(request: { nowMs: number; limit: number }): Promise<rpc.DueRestores>;
  /** The restored copy is stored: readers get it. Idempotent by the copy's id. */
  finishRestore(request: rpc.FinishRestoreRequest): Promise<rpc.FinishRestoreOutcome>;
  /** The days of a restored copy are over. */
  endRestore(request: rpc.EndRestoreRequest): Promise<void>;
  postponeRestore(request: rpc.PostponeRestoreRequest): Promise<void>;
  /** How each of these versions stands; `null` where nothing was restored. */
  restoreStates(request: rpc.RestoreStatesRequest): Promise<readonly (rpc.RestoreState | null)[]>;
  /** Gives a mover the version to copy, unless another has it. */
  claimMove(request: rpc.ClaimMoveRequest): Promise<rpc.ClaimMoveOutcome>;
  /** Parts are copied: a later mover goes on from there. Idempotent by the copies' ids. */
  noteCopied(request: rpc.NoteCopiedRequest): Promise<rpc.NoteCopiedOutcome>;
  /** The version names the copy, if it still names what was copied. Idempotent by the copy's id. */
  swapMove(request: rpc.SwapMoveRequest): Promise<rpc.SwapMoveOutcome>;
  /** Ends a claim without a swap. */
  releaseMove(request: rpc.ReleaseMoveRequest): Promise<void>;
  /** Puts a blob behind the current object of a key that has no versions. Idempotent by the blob. */
  append(request: rpc.AppendRequest): Promise<rpc.AppendOutcome>;
  delete(request: rpc.DeleteRequest): Promise<rpc.DeleteOutcome>;
  /** Moves the current version of a key to another key of the same partition, in one transaction. */
  rename(request: rpc.RenameRequest): Promise<rpc.RenameOutcome>;
  list(request: rpc.ListRequest): Promise<rpc.PackedListOutcome>;
  listVersions(request: rpc.ListVersionsRequest): Promise<rpc.PackedListVersionsOutcome>;
  createUpload(request: rpc.CreateUploadRequest): Promise<rpc.CreateUploadOutcome>;
  getUpload(
    request: rpc.CallFacts & { key: string; uploadId: string },
  ): Promise<rpc.GetUploadOutcome>;
  putPart(request: rpc.PutPartRequest): Promise<rpc.PutPartOutcome>;
  listParts(request: rpc.ListPartsRequest): Promise<rpc.ListPartsOutcome>;
  listVersionParts(request: rpc.ListVersionPartsRequest): Promise<rpc.ListVersionPartsOutcome>;
  listUploads(request: rpc.ListUploadsRequest): Promise<rpc.ListUploadsOutcome>;
  completeUpload(request: rpc.CompleteUploadRequest): Promise<rpc.CompleteUploadOutcome>;
  abortUpload(request: rpc.AbortUploadRequest): Promise<rpc.AbortUploadOutcome>;
  /**
   * Blobs whose grace ended before `nowMs - graceMs`; at most `limit`. References are checked
   * again.
   */
  claimCondemned(request: rpc.ClaimRequest): Promise<readonly rpc.CondemnedBlob[]>;
  /** The stores confirmed the removal of these. */
  forgetCondemned(tickets: readonly string[]): Promise<void>;
  /**
   * Of these stored blobs, the ones nothing references and nothing may reference any more, by the
   * clock given or else the latest one seen.
   */
  findOrphans(blobs: readonly rpc.StoredBlob[], nowMs?: number): Promise<readonly string[]>;
  /** A bounded piece of the lifecycle's work. Safe to repeat, and to do twice at once. */
  sweepLifecycle(request: rpc.SweepLifecycleRequest): Promise<rpc.SweepLifecycleOutcome>;
  /** What would happen by these rules: a page of keys. */
  previewLifecycle(request: rpc.PreviewLifecycleRequest): Promise<rpc.LifecyclePreviewPage>;
  /** What will happen to the versions of one key. */
  explainLifecycle(request: rpc.ExplainLifecycleRequest): Promise<readonly rpc.ExplainedVersion[]>;
  /** How the lifecycle stands: what is due, and what was done. */
  lifecycleStatus(nowMs: number): Promise<rpc.LifecycleStatus>;
  /** A page of everything the index has, for those who compare it with the stores. */
  scan(request: rpc.ScanRequest): Promise<rpc.ScanOutcome>;
  /** The sums of the next rows, for usage figures. */
  measure(request: rpc.UsageWish): Promise<rpc.UsageShare>;
  /** Rows that can hold bytes: how many shares a recount should be made in. */
  countRows(): Promise<number>;
  /** Counts anew who holds what, one share of the ids; with `isRepair` mends it. */
  recount(request: rpc.RecountRequest): Promise<rpc.RecountOutcome>;
  /** Mends which version of the keys is the latest. Gives the keys that needed it. */
  mendKeys(keys: readonly string[]): Promise<readonly string[]>;
  /** A step of making the index of a bucket anew from what the stores tell. */
  rebuild(request: rpc.RebuildRequest): Promise<rpc.RebuildOutcome>;
  /** Of these versions, the ones that are gone. An index that is lost misses none. */
  findMissing(names: readonly rpc.VersionName[]): Promise<readonly rpc.VersionName[]>;
  /** Delivers what the outbox has due, for a while, and says how it stands. For lost alarms. */
  drainOutbox(): Promise<rpc.OutboxStatus>;
  /** Puts a test event into the outbox for every watcher of the call. */
  announce(request: rpc.CallFacts): Promise<rpc.Refusal | { kind: "announced" }>;
  /** How the outbox stands. */
  outboxStatus(): Promise<rpc.OutboxStatus>;
  /** Writes back what became of deliveries of replication, and counts them. Idempotent. */
  /** The multipart upload of a delivery at its destination, if it takes more than one slice. */
  findReplicationUpload(request: rpc.ReplicationUploadName): Promise<rpc.RememberedUpload | null>;
  /** Remembers parts of it, or that it is over. Idempotent. */
  noteReplicationUpload(request: rpc.NoteReplicationUploadRequest): Promise<void>;
  settleReplication(request: rpc.SettleReplicationRequest): Promise<void>;
  /** Asks the rules about versions that are there, or again for what failed; a page at a time. */
  enrolReplication(request: rpc.EnrolRequest): Promise<rpc.EnrolOutcome>;
  /** How replication stands. */
  replicationStatus(): Promise<rpc.ReplicationStatus>;
  /** Everything about one version, its parts included. */
  describe(key: string, versionId: string): Promise<rpc.DescribeOutcome>;
}
