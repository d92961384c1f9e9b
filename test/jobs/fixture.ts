// What the tests of jobs share: a bucket filled through the real API, jobs run to their end over
// bindings that a test has broken, and a clock that a test moves.

import { env, runInDurableObject } from "cloudflare:test";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { openBucket } from "../../src/bucket/client.ts";
import { findBucket } from "../../src/catalog/every-bucket.ts";
import {
  getJob,
  type Job,
  type JobKind,
  type JobOptions,
  listFindings,
  startJob,
} from "../../src/catalog/jobs.ts";
import { type Env, type Seams, systemSeams } from "../../src/env.ts";
import type { Deliver } from "../../src/jobs/delivery.ts";
import { advanceJob } from "../../src/jobs/slices.ts";
import { sliceTable } from "../../src/jobs/table.ts";
import { makeBucket } from "../operations/bucket/fixtures.ts";
import { sdk, through } from "../operations/object/fixtures.ts";

export const dayMs = 24 * 3600 * 1000;

/** The real clock, some days on. */
export function daysOn(days: number): Seams {
  return { ...systemSeams, now: () => Date.now() + days * dayMs };
}

export async function openTestBucket(label: string) {
  const name = await makeBucket(label);
  const found = await findBucket({ env, seams: systemSeams, nowMs: Date.now() }, name);
  if (found === undefined) throw new Error("no bucket");
  return { ...found, index: openBucket(env, found.bucketId) };
}

/** The SDK over the app, waiting for the work behind each answer. */
export const s3 = (bindings: Partial<Env> = {}) => sdk(through(bindings));

export async function put(Bucket: string, Key: string, Body: string, more: object = {}) {
  return s3().send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
}

/** An upload of these parts, completed unless asked otherwise. */
export async function upload(
  Bucket: string,
  Key: string,
  bodies: readonly (string | Uint8Array)[],
  isCompleted = true,
) {
  const { UploadId } = await s3().send(new CreateMultipartUploadCommand({ Bucket, Key }));
  const Parts = [];
  for (const [at, Body] of bodies.entries()) {
    const PartNumber = at + 1;
    const part = new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body });
    const { ETag } = await s3().send(part);
    Parts.push({ PartNumber, ETag });
  }
  const MultipartUpload = { Parts };
  const complete = { Bucket, Key, UploadId, MultipartUpload };
  if (isCompleted) await s3().send(new CompleteMultipartUploadCommand(complete));
  return { UploadId: UploadId ?? "", Parts };
}

export interface RunWish {
  readonly kind: JobKind;
  readonly target?: string;
  readonly options?: JobOptions;
  readonly bindings?: Partial<Env>;
  readonly seams?: Seams;
  readonly deliver?: Deliver;
  /** Slices before the worker is changed, as if each run were cut short. */
  readonly slicesPerRun?: number;
}

/** For jobs that deliver nothing. */
export const noDelivery: Deliver = async () => {
  throw new Error("nothing is delivered here");
};

/** Starts a job and works on it to its end; gives it with everything it found. */
export async function runJob(wish: RunWish) {
  const { kind, seams = systemSeams, bindings = {}, slicesPerRun = 7 } = wish;
  const broken = { ...env, ...bindings } as Env;
  const call = { env, seams, nowMs: seams.now() };
  const target = wish.target ?? wish.options?.bucketId ?? "*";
  const { jobId } = await startJob(call, { kind, target, options: wish.options ?? {} });
  const facts = { env: broken, seams, deliver: wish.deliver ?? noDelivery, table: sliceTable };
  for (let run = 0; run < 200; run += 1) {
    await advanceJob(facts, jobId, { slices: slicesPerRun, milliseconds: 60_000 });
    const job = await read(jobId);
    if (job.finishedAtMs !== undefined || job.error !== undefined) return withFindings(job);
  }
  throw new Error("the job does not end");
}

async function read(jobId: string): Promise<Job> {
  const job = await getJob({ env, seams: systemSeams, nowMs: Date.now() }, jobId);
  if (job === undefined) throw new Error("no job");
  return job;
}

async function withFindings(job: Job) {
  const call = { env, seams: systemSeams, nowMs: Date.now() };
  const findings = await listFindings(call, { jobId: job.jobId, after: 0, limit: 10_000 });
  return { job, findings };
}

/** A job about one bucket. */
export function about(bucket: { name: string; bucketId: string }, more: JobOptions = {}) {
  return { bucket: bucket.name, bucketId: bucket.bucketId, ...more };
}

/** Runs a statement in the bucket's index, past all its rules. */
export async function damage(bucketId: string, statement: string): Promise<void> {
  const stub = env.BUCKET_INDEX.get(env.BUCKET_INDEX.idFromName(bucketId));
  await runInDurableObject(stub, (_, state) => void state.storage.sql.exec(statement));
}

/** The index as if its object had been lost. */
export async function loseIndex(bucketId: string): Promise<void> {
  const stub = env.BUCKET_INDEX.get(env.BUCKET_INDEX.idFromName(bucketId));
  await runInDurableObject(stub, (_, state) => state.storage.deleteAll());
  await runInDurableObject(stub, (_, state) => state.abort("lost")).catch(() => undefined);
}

/** The blobs of the standard store that say they belong to the bucket. */
export async function blobsOf(bucketId: string): Promise<string[]> {
  const blobs: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await env.STORE_STANDARD.list({
      include: ["customMetadata"],
      ...(cursor !== undefined && { cursor }),
    });
    for (const { key, customMetadata } of page.objects) {
      const isBlob = /^[0-9]/.test(key);
      if (isBlob && customMetadata?.["bucket"] === bucketId) blobs.push(key);
    }
    if (!page.truncated) return blobs;
    cursor = page.cursor;
  }
}
