// An inventory report, a data file a slice, then the manifest that makes it one: nobody reads a report
// whose manifest is not there. A slice done twice writes the same file again.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html

import { accessOf } from "../../auth/bucket-access.ts";
import { openBucket } from "../../bucket/client.ts";
import type { ScannedVersion, VersionPlace } from "../../bucket/types.ts";
import { type BucketRecord, loadBucket } from "../../catalog/buckets.ts";
import type { Job } from "../../catalog/jobs.ts";
import { parseLifecycle } from "../../lifecycle/document.ts";
import { compileRules } from "../../lifecycle/rules.ts";
import type { DeliveryOutcome } from "../delivery.ts";
import type { Slice, SliceCall, SliceOutcome } from "../slices.ts";
import { type Field, fieldsOf } from "./fields.ts";
import { endingOf, type InventoryFormat, renderFile, renderSchema } from "./files.ts";

/** Rows of one data file, some 10 MB of text: one slice's memory and time. */
export const rowsPerFile = 40_000;
/** Rows of one answer of the index: a message may have 32 MiB. */
const rowsPerCall = 5_000;

/** A configuration as PutBucketInventoryConfiguration stores it, checked there. */
interface Configuration {
  readonly Id: string;
  readonly IsEnabled: boolean;
  readonly IncludedObjectVersions: "All" | "Current";
  readonly OptionalFields?: readonly string[];
  readonly Filter?: { readonly Prefix: string };
  readonly Destination: {
    readonly S3BucketDestination: {
      readonly Bucket: string;
      /** Who must own it, where that is said. */
      readonly AccountId?: string;
      readonly Format: InventoryFormat;
      readonly Prefix?: string;
      readonly Encryption?: {
        readonly SSEKMS?: { readonly KeyId: string };
        readonly SSES3?: object;
      };
    };
  };
}

interface ReportPlace {
  readonly startedAtMs: number;
  readonly after?: VersionPlace;
  readonly files: readonly ReportFile[];
}

/** As the manifest lists it. */
interface ReportFile {
  readonly key: string;
  readonly size: number;
  readonly MD5checksum: string;
}

interface Report {
  readonly call: SliceCall;
  readonly job: Job;
  readonly bucket: BucketRecord;
  readonly configuration: Configuration;
  readonly fields: readonly Field[];
  readonly place: ReportPlace;
}

/** One data file of the report, or, behind the last, its manifest. */
export const inventory: Slice = async (call, job) => {
  const report = await openReport(call, job);
  if (report === undefined) return over("configuration-gone", {});
  const { rows, next } = await readRows(report);
  const { files } = report.place;
  // A report of nothing has one file without rows, as those who read it expect a file.
  const isWritten = rows.length > 0 || files.length === 0;
  const file = isWritten ? await writeFile(report, rows) : undefined;
  if (file !== undefined && "refused" in file) return refused(report, file.refused);
  const place: ReportPlace = {
    startedAtMs: report.place.startedAtMs,
    files: file === undefined ? files : [...files, file],
    ...(next !== undefined && { after: next }),
  };
  const counts = { rows: rows.length, files: file === undefined ? 0 : 1 };
  if (next !== undefined) return { place, counts, findings: [] };
  const refusal = await writeManifest({ ...report, place });
  return refusal === undefined
    ? { place: undefined, counts, findings: [] }
    : refused(report, refusal);
};

async function openReport(call: SliceCall, job: Job): Promise<Report | undefined> {
  const { bucket: name = "", bucketId, configuration: id = "" } = job.options;
  const bucket = await loadBucket(call, name);
  const text = bucket?.settings.get(`inventory/${id}`);
  if (bucket === undefined || bucket.bucketId !== bucketId || text === undefined) return undefined;
  const configuration = JSON.parse(text) as Configuration;
  const fields = fieldsOf({
    hasAllVersions: configuration.IncludedObjectVersions === "All",
    optional: configuration.OptionalFields ?? [],
  });
  const place = (job.place as ReportPlace | null) ?? { startedAtMs: call.nowMs, files: [] };
  return { call, job, bucket, configuration, fields, place };
}

function over(kind: string, subject: Record<string, string>): SliceOutcome {
  return { place: undefined, counts: {}, findings: [{ kind, subject, isRepaired: false }] };
}

function refused({ bucket, configuration }: Report, code: string): SliceOutcome {
  const subject = { bucket: bucket.name, configuration: configuration.Id, code };
  return over("delivery-refused", subject);
}

/** The rows of the next file, and where the one after it begins; no `next` behind the last. */
async function readRows(
  report: Report,
): Promise<{ readonly rows: readonly ScannedVersion[]; readonly next?: VersionPlace }> {
  const { call, bucket, configuration, place } = report;
  const prefix = configuration.Filter?.Prefix ?? "";
  const index = openBucket(call.env, bucket.bucketId);
  const rows: ScannedVersion[] = [];
  // Behind an imagined newest version of the key that is the prefix itself: it counts too.
  let after: VersionPlace | undefined =
    place.after ?? (prefix === "" ? undefined : { key: prefix, seq: Number.MAX_SAFE_INTEGER });
  while (rows.length < rowsPerFile) {
    const page = await index.scan({
      what: "versions",
      limit: Math.min(rowsPerCall, rowsPerFile - rows.length),
      wantsDetail: true,
      ...(configuration.IncludedObjectVersions === "Current" && { isCurrentOnly: true }),
      ...(after !== undefined && { after }),
    });
    if (page.kind !== "versions") return { rows };
    const wanted = page.rows.filter(({ key }) => key.startsWith(prefix));
    rows.push(...wanted);
    const last = page.rows.at(-1);
    // Keys with one prefix stand together.
    if (last === undefined || !page.isTruncated || wanted.length < page.rows.length)
      return { rows };
    after = { key: last.key, seq: last.seq };
  }
  return after === undefined ? { rows } : { rows, next: after };
}

async function writeFile(
  report: Report,
  rows: readonly ScannedVersion[],
): Promise<ReportFile | { readonly refused: string }> {
  const { bucket, configuration, fields, job, place } = report;
  const { Format: format } = configuration.Destination.S3BucketDestination;
  const lifecycle = bucket.settings.get("lifecycle");
  const owner = {
    name: bucket.name,
    ownerId: bucket.ownerCanonicalId,
    isEnforced: accessOf(bucket).ownership === "BucketOwnerEnforced",
    ...(lifecycle !== undefined && { rules: compileRules(parseLifecycle(lifecycle)) }),
  };
  const body = await renderFile(format, { fields, rows, bucket: owner });
  const number = String(place.files.length).padStart(5, "0");
  const key = `${placeOf(report)}/data/${job.jobId}-${number}.${endingOf(format)}`;
  const type = format === "CSV" ? "application/gzip" : "application/vnd.apache.parquet";
  const refusal = await write(report, { key, body, type });
  if (refusal !== undefined) return { refused: refusal };
  return { key, size: body.length, MD5checksum: await md5Hex(body) };
}

/** The folder of a configuration's reports: prefix, source bucket, id. */
function placeOf({ bucket, configuration }: Report): string {
  const { Prefix: prefix } = configuration.Destination.S3BucketDestination;
  const start = prefix === undefined || prefix === "" ? "" : `${prefix.replace(/\/$/, "")}/`;
  return `${start}${bucket.name}/${configuration.Id}`;
}

/** The list for Hive, the manifest, and last its checksum: who sees that has a whole report. */
async function writeManifest(report: Report): Promise<string | undefined> {
  const { bucket, configuration, fields, place } = report;
  const { Bucket: destination, Format: format } = configuration.Destination.S3BucketDestination;
  const manifest = {
    sourceBucket: bucket.name,
    destinationBucket: destination,
    version: "2016-11-30",
    creationTimestamp: String(place.startedAtMs),
    fileFormat: format,
    fileSchema: renderSchema(format, fields),
    files: place.files,
  };
  const started = new Date(place.startedAtMs).toISOString();
  const [day, hour, minute] = [started.slice(0, 10), started.slice(11, 13), started.slice(14, 16)];
  const folder = `${placeOf(report)}/${day}T${hour}-${minute}Z`;
  const json = encode(JSON.stringify(manifest, null, 2));
  const target = bucketOf(destination);
  const links = place.files.map(({ key }) => `s3://${target}/${key}`).join("\n");
  const list = `${placeOf(report)}/hive/dt=${day}-${hour}-${minute}/symlink.txt`;
  const objects = [
    { key: list, body: encode(links), type: "text/plain" },
    { key: `${folder}/manifest.json`, body: json, type: "application/json" },
    { key: `${folder}/manifest.checksum`, body: encode(await md5Hex(json)), type: "text/plain" },
  ];
  for (const object of objects) {
    const refusal = await write(report, object);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function bucketOf(arn: string): string {
  return arn.slice(arn.lastIndexOf(":") + 1);
}

/** What a later try may well mend: the slice is done again. */
const passing: ReadonlySet<string> = new Set(["InternalError", "ServiceUnavailable", "SlowDown"]);

/** The code of a refusal that trying again does not change. Throws for the others. */
async function write(
  { call, bucket, configuration }: Report,
  object: { readonly key: string; readonly body: Uint8Array; readonly type: string },
): Promise<string | undefined> {
  const { S3BucketDestination } = configuration.Destination;
  const { Bucket: destination, Encryption, AccountId: expectedOwner } = S3BucketDestination;
  const outcome: DeliveryOutcome = await call.deliver({
    service: "s3.amazonaws.com",
    sourceArn: `arn:aws:s3:::${bucket.name}`,
    sourceAccountId: bucket.accountId,
    bucket: bucketOf(destination),
    ...(expectedOwner !== undefined && { expectedOwner }),
    key: object.key,
    body: object.body,
    headers: {
      "content-type": object.type,
      // AWS's policy for inventories asks for it.
      "x-amz-acl": "bucket-owner-full-control",
      ...encryptionHeaders(Encryption),
    },
  });
  if (outcome.kind === "written") return undefined;
  if (passing.has(outcome.code)) throw new Error(`the report was not taken: ${outcome.code}`);
  return outcome.code;
}

function encryptionHeaders(
  encryption: Configuration["Destination"]["S3BucketDestination"]["Encryption"],
): Record<string, string> {
  const name = "x-amz-server-side-encryption";
  if (encryption?.SSEKMS !== undefined) {
    return { [name]: "aws:kms", [`${name}-aws-kms-key-id`]: encryption.SSEKMS.KeyId };
  }
  return encryption?.SSES3 === undefined ? {} : { [name]: "AES256" };
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

async function md5Hex(bytes: Uint8Array): Promise<string> {
  return Buffer.from(await crypto.subtle.digest("MD5", bytes)).toString("hex");
}
