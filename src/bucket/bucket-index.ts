// The Durable Object that owns a bucket's versions: one line per method, each one turn of its
// single thread, writes in one transaction. Reached only through `client.ts`. Knows neither stores
// nor catalog: what the alarm does with condemned bytes is for the subclass in the entry file.

import { DurableObject } from "cloudflare:workers";
import type { Env } from "../env.ts";
import { noticeAccess, scanTiered } from "./accesses.ts";
import { IndexAlarm } from "./alarm.ts";
import { amend } from "./amend.ts";
import * as annotations from "./annotations.ts";
import { append } from "./append.ts";
import { claimCondemned, forgetCondemned } from "./claims.ts";
import { commit } from "./commit.ts";
import { completeUpload } from "./complete.ts";
import { check } from "./conditions.ts";
import { deleteAll } from "./deletions.ts";
import { enrolReplication } from "./enrolment.ts";
import type { IndexState } from "./index-state.ts";
import { Ledger } from "./ledger.ts";
import { explainLifecycle, previewLifecycle } from "./lifecycle-preview.ts";
import { sweepLifecycle } from "./lifecycle-sweep.ts";
import { lifecycleStatus } from "./lifecycle-tally.ts";
import { beginDelete, destroy, initialise } from "./lifetime.ts";
import { list } from "./listing.ts";
import { Manifests } from "./manifests.ts";
import { MoveClaims } from "./move-claims.ts";
import { claimMove, releaseMove, swapMove } from "./moves.ts";
import { findOrphans } from "./orphans.ts";
import { announce, claimOutbox, outboxStatus, settleOutbox } from "./outbox.ts";
import { describe, findMissing, rebuild } from "./rebuild.ts";
import { countRows, mendKey, recount } from "./recount.ts";
import { rename } from "./rename.ts";
import { replicationStatus, settleReplication } from "./replication.ts";
import {
  findReplicationUpload,
  forgetUploads,
  noteReplicationUpload,
} from "./replication-uploads.ts";
import { resolve } from "./resolve.ts";
import * as restores from "./restores.ts";
import { scan } from "./scan.ts";
import { migrate } from "./schema.ts";
import { Sql } from "./statements.ts";
import type * as rpc from "./types.ts";
import { noteCopied } from "./unfinished-moves.ts";
import * as uploads from "./uploads.ts";
import { measure } from "./usage.ts";
import { listVersions } from "./version-listing.ts";
import { findVersion } from "./versions.ts";

type Rpc = rpc.BucketIndexRpc;
type Answer<Method extends keyof Rpc> = ReturnType<Rpc[Method]>;

export class BucketIndex extends DurableObject<Env> implements Rpc {
  #index: IndexState;
  readonly #alarm: IndexAlarm;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    migrate(ctx.storage);
    this.#index = open(ctx.storage);
    this.#alarm = new IndexAlarm({
      context: ctx,
      env,
      ledger: () => this.#index.ledger,
      drain: () => this.drain(),
      upkeep: (nowMs) => this.upkeep(nowMs),
    });
    void ctx.blockConcurrencyWhile(() => this.#alarm.load());
  }

  async initialise(facts: { bucketId: string; epoch: number; nowMs: number }): Promise<void> {
    this.#write((index) => initialise(index, facts));
  }
  async advanceEpoch(epoch: number): Promise<void> {
    this.#write(({ ledger }) => ledger.advanceEpoch(epoch));
  }
  async beginDelete(facts: rpc.CallFacts): Answer<"beginDelete"> {
    return this.#write((index) => beginDelete(index, facts));
  }
  async destroy(): Promise<void> {
    this.#write(destroy);
    this.#index = open(this.ctx.storage);
  }
  async resolve(request: rpc.ResolveRequest): Answer<"resolve"> {
    return resolve(this.#index, request);
  }
  async check(request: Parameters<Rpc["check"]>[0]): Answer<"check"> {
    return check(this.#index, request);
  }
  async commit(request: rpc.CommitRequest): Answer<"commit"> {
    return this.#write((index) => commit(index, request));
  }
  async amend(request: rpc.AmendRequest): Answer<"amend"> {
    return this.#write((index) => amend(index, request));
  }
  async delete(request: rpc.DeleteRequest): Answer<"delete"> {
    return this.#write((index) => deleteAll(index, request));
  }
  async putAnnotation(request: rpc.PutAnnotationRequest): Answer<"putAnnotation"> {
    return this.#write((index) => annotations.putAnnotation(index, request));
  }
  async getAnnotation(request: rpc.NamedAnnotationRequest): Answer<"getAnnotation"> {
    return annotations.getAnnotation(this.#index, request);
  }
  async deleteAnnotation(request: rpc.NamedAnnotationRequest): Answer<"deleteAnnotation"> {
    return this.#write((index) => annotations.deleteAnnotation(index, request));
  }
  async listAnnotations(request: rpc.ListAnnotationsRequest): Answer<"listAnnotations"> {
    return annotations.listAnnotations(this.#index, request);
  }
  async append(request: rpc.AppendRequest): Answer<"append"> {
    return this.#write((index) => append(index, request));
  }
  async noticeAccess(request: rpc.NoticeAccessRequest): Promise<void> {
    this.#write((index) => noticeAccess(index, request));
  }
  async scanTiered(request: rpc.ScanTieredRequest): Answer<"scanTiered"> {
    return scanTiered(this.#index, request);
  }
  async startRestore(request: rpc.StartRestoreRequest): Answer<"startRestore"> {
    return this.#write((index) => restores.startRestore(index, request));
  }
  async dueRestores(request: Parameters<Rpc["dueRestores"]>[0]): Answer<"dueRestores"> {
    return restores.dueRestores(this.#index, request);
  }
  async finishRestore(request: rpc.FinishRestoreRequest): Answer<"finishRestore"> {
    return this.#write((index) => restores.finishRestore(index, request));
  }
  async endRestore(request: rpc.EndRestoreRequest): Promise<void> {
    this.#write((index) => restores.endRestore(index, request));
  }
  async postponeRestore(request: rpc.PostponeRestoreRequest): Promise<void> {
    this.#write((index) => restores.postponeRestore(index, request));
  }
  async restoreStates(request: rpc.RestoreStatesRequest): Answer<"restoreStates"> {
    return restores.restoreStates(this.#index, request);
  }
  async claimMove(request: rpc.ClaimMoveRequest): Answer<"claimMove"> {
    return this.#write((index) => claimMove(index, request));
  }
  async noteCopied(request: rpc.NoteCopiedRequest): Answer<"noteCopied"> {
    return this.#write((index) => noteCopied(index, request));
  }
  async swapMove(request: rpc.SwapMoveRequest): Answer<"swapMove"> {
    return this.#write((index) => swapMove(index, request));
  }
  async releaseMove(request: rpc.ReleaseMoveRequest): Promise<void> {
    this.#write((index) => releaseMove(index, request));
  }
  async rename(request: rpc.RenameRequest): Answer<"rename"> {
    return this.#write((index) => rename(index, request));
  }

  async list(request: rpc.ListRequest): Answer<"list"> {
    return list(this.#index, request);
  }
  async listVersions(request: rpc.ListVersionsRequest): Answer<"listVersions"> {
    return listVersions(this.#index, request);
  }
  async createUpload(request: rpc.CreateUploadRequest): Answer<"createUpload"> {
    return this.#write((index) => uploads.createUpload(index, request));
  }
  async getUpload(request: Parameters<Rpc["getUpload"]>[0]): Answer<"getUpload"> {
    return uploads.getUpload(this.#index, request);
  }
  async putPart(request: rpc.PutPartRequest): Answer<"putPart"> {
    return this.#write((index) => uploads.putPart(index, request));
  }
  async listParts(request: rpc.ListPartsRequest): Answer<"listParts"> {
    return uploads.listParts(this.#index, request);
  }
  async listVersionParts(request: rpc.ListVersionPartsRequest): Answer<"listVersionParts"> {
    return uploads.listVersionParts(this.#index, request);
  }
  async listUploads(request: rpc.ListUploadsRequest): Answer<"listUploads"> {
    return uploads.listUploads(this.#index, request);
  }
  async completeUpload(request: rpc.CompleteUploadRequest): Answer<"completeUpload"> {
    return this.#write((index) => completeUpload(index, request));
  }
  async abortUpload(request: rpc.AbortUploadRequest): Answer<"abortUpload"> {
    return this.#write((index) => uploads.abortUpload(index, request));
  }
  async claimCondemned(request: rpc.ClaimRequest): Answer<"claimCondemned"> {
    const { blobs, isDone } = this.#write((index) => claimCondemned(index, request));
    this.isClaimDone = isDone;
    return blobs;
  }
  async forgetCondemned(tickets: readonly string[]): Promise<void> {
    this.#write((index) => forgetCondemned(index, tickets));
  }
  async findOrphans(blobs: readonly rpc.StoredBlob[], nowMs?: number): Answer<"findOrphans"> {
    return findOrphans(this.#index, blobs, nowMs);
  }
  async sweepLifecycle(request: rpc.SweepLifecycleRequest): Answer<"sweepLifecycle"> {
    return this.#write((index) => sweepLifecycle(index, request));
  }
  async previewLifecycle(request: rpc.PreviewLifecycleRequest): Answer<"previewLifecycle"> {
    return previewLifecycle(this.#index, request);
  }
  async explainLifecycle(request: rpc.ExplainLifecycleRequest): Answer<"explainLifecycle"> {
    return explainLifecycle(this.#index, request);
  }
  async lifecycleStatus(nowMs: number): Answer<"lifecycleStatus"> {
    return lifecycleStatus(this.#index, nowMs);
  }
  async scan(request: rpc.ScanRequest): Answer<"scan"> {
    return scan(this.#index, request);
  }
  async measure(request: rpc.UsageWish): Answer<"measure"> {
    return measure(this.#index, request);
  }
  async countRows(): Answer<"countRows"> {
    return countRows(this.#index);
  }
  async recount(request: rpc.RecountRequest): Answer<"recount"> {
    return this.#write((index) => recount(index, request));
  }
  async mendKeys(keys: readonly string[]): Answer<"mendKeys"> {
    return this.#write((index) => keys.filter((key) => mendKey(index, key)));
  }
  async rebuild(request: rpc.RebuildRequest): Answer<"rebuild"> {
    return this.#write((index) => rebuild(index, request));
  }
  async findMissing(names: readonly rpc.VersionName[]): Answer<"findMissing"> {
    return findMissing(this.#index, names);
  }
  claimOutbox(request: rpc.ClaimOutboxRequest): rpc.OutboxBatch[] {
    return claimOutbox(this.#index, request);
  }
  settleOutbox(request: rpc.SettleOutboxRequest): void {
    this.#write((index) => settleOutbox(index, request));
  }
  async announce(request: rpc.CallFacts): Answer<"announce"> {
    return this.#write((index) => announce(index, request));
  }
  async outboxStatus(): Answer<"outboxStatus"> {
    return outboxStatus(this.#index);
  }
  async drainOutbox(): Answer<"drainOutbox"> {
    await this.#alarm.drain();
    return outboxStatus(this.#index);
  }
  async findReplicationUpload(name: rpc.ReplicationUploadName): Answer<"findReplicationUpload"> {
    return findReplicationUpload(this.#index, name);
  }
  async noteReplicationUpload(request: rpc.NoteReplicationUploadRequest): Promise<void> {
    this.#write((index) => noteReplicationUpload(index, request));
  }
  async settleReplication(request: rpc.SettleReplicationRequest): Promise<void> {
    this.#write((index) => {
      settleReplication(index, request, findVersion);
      forgetUploads(index, request.results);
    });
  }
  async enrolReplication(request: rpc.EnrolRequest): Answer<"enrolReplication"> {
    return this.#write((index) => enrolReplication(index, request));
  }
  async replicationStatus(): Answer<"replicationStatus"> {
    return replicationStatus(this.#index);
  }
  async describe(key: string, versionId: string): Answer<"describe"> {
    return describe(this.#index, key, versionId);
  }

  override async alarm(): Promise<void> {
    await this.#alarm.ring();
  }

  /** Delivers the entries of the outbox that are due, for a while: the entry file's subclass. */
  protected async drain(): Promise<void> {}

  /** Whose index this is. */
  protected get bucketId(): string {
    return this.#index.ledger.bucketId;
  }

  /** When a restoration is due next, milliseconds; `null` for never. */
  protected get restoreDueMs(): number | null {
    return this.#index.ledger.restoreDueMs;
  }

  /** Whether the last claim saw everything that was due. */
  protected isClaimDone = true;

  /**
   * What the alarm is for; true when something due is left. The index has no stores; the entry
   * file's subclass removes bytes here.
   */
  protected async upkeep(_nowMs: number): Promise<boolean> {
    return false;
  }

  /** The rows read and written since this object started: what the platform bills. */
  usage(): { rowsRead: number; rowsWritten: number } {
    const { rowsRead, rowsWritten } = this.#index.sql;
    return { rowsRead, rowsWritten };
  }

  /** All or nothing; what memory holds of a transaction that was rolled back is read again. */
  #write<Result>(work: (index: IndexState) => Result): Result {
    try {
      return this.ctx.storage.transactionSync(() => work(this.#index));
    } catch (error) {
      this.#index.ledger.load();
      throw error;
    } finally {
      this.#alarm.arm();
    }
  }
}

function open(storage: DurableObjectStorage): IndexState {
  const sql = new Sql(storage.sql);
  return {
    sql,
    ledger: new Ledger(sql),
    manifests: new Manifests(sql),
    moves: new MoveClaims(sql),
  };
}
