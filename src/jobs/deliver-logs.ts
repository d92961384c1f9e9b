// Access logs on the last part of their way: staged lines of many isolates become objects in the
// buckets that the logs go to. A batch is chosen, delivered, removed, each a slice of its own with its
// place saved: what is cut short writes the same keys with the same lines again, so that every line
// arrives at least once and a crash makes no second copy under another name.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html

import { startJob } from "../catalog/jobs.ts";
import { newRequestId } from "../s3/ids.ts";
import { deleteRecords, listRecords, readRecords } from "../storage/records.ts";
import type { DeliveryOutcome } from "./delivery.ts";
import type { Slice, SliceCall } from "./slices.ts";
import type { StagedLines } from "./staged-log.ts";

/** Who delivers, as the policies of target buckets name it. */
const loggingService = "logging.s3.amazonaws.com";

/** Chunks of one batch, and the packed bytes after which no further one is taken. */
const chunksPerBatch = 50;
const bytesPerBatch = 4 * 1024 * 1024;

/** Lines of one object: some MB. */
const linesPerObject = 20_000;

/** A batch on its way. */
interface Batch {
  readonly paths: readonly string[];
  /** When the delivery began, milliseconds: part of the keys. */
  readonly atMs: number;
  /** Part of the keys too. */
  readonly unique: string;
  /** All of it is where it belongs: only now may its chunks go. */
  readonly isDelivered?: true;
}

/** Chunks that are counted: as many as one page of a store's listing has. */
const maximumCounted = 1000;

/** Starts a delivery when something waits for one. Gives how many chunks do, up to a thousand. */
export async function startLogDelivery(call: Parameters<typeof startJob>[0]): Promise<number> {
  const waiting = await listRecords(call.env, "log", maximumCounted);
  if (waiting.length === 0) return 0;
  await startJob(call, { kind: "deliver-logs", target: "*", options: {} });
  return waiting.length;
}

/** Delivers the batch chosen, or removes it and chooses the next; done when nothing waits. */
export const deliverLogs: Slice = async (call, job) => {
  const batch = job.place as Batch | null;
  if (batch === null || batch.isDelivered) {
    await deleteRecords(call.env, batch?.paths ?? []);
    return { place: await chooseBatch(call), counts: {}, findings: [] };
  }
  const counts = await deliverBatch(call, batch);
  return { place: { ...batch, isDelivered: true }, counts, findings: [] };
};

async function chooseBatch(call: SliceCall): Promise<Batch | undefined> {
  const paths: string[] = [];
  let sizeBytes = 0;
  for (const chunk of await listRecords(call.env, "log", chunksPerBatch)) {
    if (paths.length > 0 && sizeBytes + chunk.sizeBytes > bytesPerBatch) break;
    paths.push(chunk.path);
    sizeBytes += chunk.sizeBytes;
  }
  if (paths.length === 0) return undefined;
  return { paths, atMs: call.nowMs, unique: newRequestId(call.seams.randomBytes) };
}

async function deliverBatch(call: SliceCall, batch: Batch): Promise<Record<string, number>> {
  const objects = objectsOf(await readBatch(call, batch));
  let delivered = 0;
  let refused = 0;
  let lines = 0;
  for (const [position, { log, day, lines: own }] of objects.entries()) {
    const { bucket, target } = log;
    const key = keyOf(log, batch, { day, position });
    const outcome = await deliverLog(call, { log, key, lines: own });
    if (outcome.kind === "written") {
      delivered += 1;
      lines += own.length;
      continue;
    }
    if (isPassing(outcome.code)) throw new Error(`a log was not delivered: ${outcome.code}`);
    // As on S3: a target that takes no logs any more loses them.
    refused += 1;
    console.error(
      JSON.stringify({ event: "log-refused", bucket, target: target.bucket, code: outcome.code }),
    );
  }
  return { objects: delivered, lines, ...(refused > 0 && { refused }) };
}

async function deliverLog(
  call: SliceCall,
  facts: { readonly log: StagedLines; readonly key: string; readonly lines: StagedLines["lines"] },
): Promise<DeliveryOutcome> {
  const { log, key, lines } = facts;
  const { bucket, accountId, target } = log;
  const put = (grants: Readonly<Record<string, string>>) =>
    call.deliver({
      service: loggingService,
      sourceArn: `arn:aws:s3:::${bucket}`,
      sourceAccountId: accountId,
      bucket: target.bucket,
      // As when it was configured: both are one account's.
      expectedOwner: accountId,
      key,
      body: new TextEncoder().encode(lines.map(([, line]) => `${line}\n`).join("")),
      headers: { "content-type": "text/plain", ...grants },
    });
  const { grants } = target;
  if (grants === undefined) return put({});
  const outcome = await put(grants);
  // Without the grants rather than not at all: ACLs may be off by now, or public ones blocked.
  return outcome.kind === "refused" && !isPassing(outcome.code) ? put({}) : outcome;
}

/** Failures that end by themselves: the batch is delivered again. */
function isPassing(code: string): boolean {
  return ["InternalError", "ServiceUnavailable", "SlowDown", "OperationAborted"].includes(code);
}

async function readBatch(call: SliceCall, { paths }: Batch): Promise<StagedLines[]> {
  const staged: StagedLines[] = [];
  for (const path of paths) {
    staged.push(...(((await readRecords(call.env, path)) ?? []) as StagedLines[]));
  }
  return staged;
}

interface LogObject {
  readonly log: StagedLines;
  /** `2026-11-27`, where the key names the day of the requests. */
  readonly day: string | undefined;
  readonly lines: StagedLines["lines"];
}

/** Lines by bucket, target and, where keys name it, by day; in the order of their times. */
function objectsOf(staged: readonly StagedLines[]): readonly LogObject[] {
  const groups = new Map<string, { log: StagedLines; day: string | undefined; lines: Line[] }>();
  for (const log of staged) {
    const isByDay = log.target.partitionedBy === "EventTime";
    for (const line of log.lines) {
      const day = isByDay ? new Date(line[0]).toISOString().slice(0, 10) : undefined;
      const name = `${log.bucketId} ${JSON.stringify(log.target)} ${day ?? ""}`;
      const group = groups.get(name);
      if (group === undefined) groups.set(name, { log, day, lines: [line] });
      else group.lines.push(line);
    }
  }
  return [...groups.values()].flatMap(({ log, day, lines }) => {
    const inOrder = lines.sort(([one], [other]) => one - other);
    const objects: LogObject[] = [];
    for (let at = 0; at < inOrder.length; at += linesPerObject) {
      objects.push({ log, day, lines: inOrder.slice(at, at + linesPerObject) });
    }
    return objects;
  });
}

type Line = StagedLines["lines"][number];

/**
 * `prefix2026-11-27-21-05-00-UNIQUE`, or with the account, region, bucket and day as folders.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html#server-access-logging-overview
 */
function keyOf(
  { target, accountId, region, bucket }: StagedLines,
  { atMs, unique }: Batch,
  { day, position }: { readonly day: string | undefined; readonly position: number },
): string {
  const number = position.toString(16).toUpperCase().padStart(4, "0");
  const name = `${unique.slice(0, 12)}${number}`;
  const delivered = new Date(atMs).toISOString();
  const { prefix, partitionedBy } = target;
  const time = delivered.slice(0, 19).replace("T", "-").replaceAll(":", "-");
  if (partitionedBy === undefined) return `${prefix}${time}-${name}`;
  const date = day ?? delivered.slice(0, 10);
  // By the time of the requests: hours, minutes and seconds say nothing.
  const stamp = partitionedBy === "EventTime" ? `${date}-00-00-00` : time;
  return `${prefix}${accountId}/${region}/${bucket}/${date.replaceAll("-", "/")}/${stamp}-${name}`;
}
