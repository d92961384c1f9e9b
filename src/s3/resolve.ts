// Which row of the table a request means. Nothing depends on the order of rows or parameters: the
// sub-resource picks the group, the row with the most facts present wins, what nobody knows is
// ignored (`?x-id=` too). Refusals are S3's own.

import { isAddressableBucketName, isValidBucketName } from "./bucket-name.ts";
import { S3Error } from "./errors.ts";
import { type OperationLevel, type OperationRow, operationRows, operations } from "./operations.ts";
import { invalidArgument } from "./parameters.ts";
import type { Query, Target } from "./target.ts";

/**
 * Parameters that change what a request means; given twice, signer and reader might differ
 * (SEC-018).
 */
const decisiveParameters = new Set(["versionId", "uploadId", "partNumber", "list-type", "id"]);

const makesVersion = new Set(["PutObject", "CopyObject", "CompleteMultipartUpload"]);

const subresources = new Set(operationRows.flatMap((row) => row.subresource ?? []));

/** `level subresource` -> rows; the two hand rows are reached by their methods alone. */
const groups = Map.groupBy(
  operationRows.filter((row) => row.schema !== null),
  (row) => groupName(row.level, row.subresource),
);

/**
 * What S3 calls the resource of a sub-resource in its 405s and logs, where it is not the name
 * itself.
 */
const resourceTypes: Readonly<Record<string, string>> = {
  policy: "BUCKETPOLICY",
  versions: "BUCKETVERSIONS",
  delete: "MULTI_OBJECT_DELETE",
  logging: "LOGGING_STATUS",
  "object-lock": "OBJECT_LOCK_CONFIGURATION",
};

/**
 * The operation of a request. Throws InvalidArgument (conflicting or repeated parameters),
 * InvalidRequest (a sub-resource of the other level), MethodNotAllowed, InvalidBucketName,
 * PreconditionFailed (a form post that is no form).
 */
export function resolveOperation(method: string, target: Target, headers: Headers): OperationRow {
  if (isObjectLambdaAnswer(method, target, headers)) return operations.WriteGetObjectResponse;
  const row = findRow(method, target, headers);
  checkBucketName(row, target);
  checkListingParameters(row, target.query);
  checkVersionless(row, target.query);
  return row;
}

/** Who names a version means to write that one: S3 makes a new one for each and says so. */
function checkVersionless(row: OperationRow, query: Query): void {
  if (!makesVersion.has(row.name) || !query.has("versionId")) return;
  const message = "This operation does not accept a version-id.";
  throw invalidArgument(message, "versionId", query.get("versionId") ?? "");
}

function findRow(method: string, target: Target, headers: Headers): OperationRow {
  const { kind, query } = target;
  checkRepeated(query);
  const subresource = subresourceOf(query);
  if (method === "OPTIONS" && kind !== "service") return operations.OptionsObject;
  if (method === "POST" && kind === "bucket" && subresource === undefined) return formRow(headers);
  const group = groups.get(groupName(kind, subresource)) ?? [];
  if (group.length === 0 && subresource !== undefined) throw wrongLevel(kind, subresource);
  checkPartParameters(method, target, subresource);
  const candidates = group.filter((row) => row.method === method && holds(row, query, headers));
  const best = candidates.toSorted((left, right) => factsOf(right) - factsOf(left))[0];
  if (best === undefined) throw methodNotAllowed(method, { kind, subresource, group });
  return best;
}

function groupName(level: OperationLevel, subresource: string | undefined): string {
  return `${level} ${subresource ?? ""}`;
}

function holds(row: OperationRow, query: Query, headers: Headers): boolean {
  return (
    row.query.every(
      (name) => query.has(name) && (name !== "list-type" || query.get(name) === "2"),
    ) && row.headers.every((name) => headers.has(name))
  );
}

function factsOf(row: OperationRow): number {
  return row.query.length + row.headers.length;
}

function checkRepeated(query: Query): void {
  for (const { name, value } of query.pairs) {
    if (query.count(name) < 2) continue;
    if (decisiveParameters.has(name) || subresources.has(name)) {
      throw invalidArgument(`The parameter ${name} was given more than once`, name, value);
    }
  }
}

/** The one sub-resource of a query. Two conflict, named in alphabetical order as S3 does. */
function subresourceOf(query: Query): string | undefined {
  const named = query.pairs.map((pair) => pair.name).filter((name) => subresources.has(name));
  const [first, second] = named.toSorted();
  if (first === undefined || second === undefined) return first;
  const message = `Conflicting query string parameters: ${named.toSorted().join(", ")}`;
  throw invalidArgument(message, "ResourceType", first);
}

/** S3 asks for the form's type before anything else of it (B149). */
function formRow(headers: Headers): OperationRow {
  const type = headers.get("content-type") ?? "";
  if (/^multipart\/form-data\s*(;|$)/i.test(type)) return operations.PostObject;
  const condition = "Bucket POST must be of the enclosure-type multipart/form-data";
  throw new S3Error("PreconditionFailed", undefined, { detail: { Condition: condition } });
}

/** A part upload needs both parameters; one alone must never become a PutObject. */
function checkPartParameters(
  method: string,
  target: Target,
  subresource: string | undefined,
): void {
  if (method !== "PUT" || target.kind !== "object" || subresource !== undefined) return;
  const named = ["partNumber", "uploadId"].filter((name) => target.query.has(name));
  if (named.length !== 1) return;
  const message = "This operation does not accept a query-string.";
  throw invalidArgument(message, "ResourceType", named[0] ?? "");
}

/** Each listing refuses the paging parameters of the other; only 1 and 2 are list types (B082). */
function checkListingParameters(row: OperationRow, query: Query): void {
  if (row.name === "ListObjectsV2" && query.has("marker")) {
    throw unsupported("Marker unsupported with REST.GET.BUCKET in list-type=2", "marker");
  }
  if (row.name !== "ListObjects") return;
  const type = query.get("list-type");
  if (type !== undefined && type !== "1") {
    throw invalidArgument("Invalid List Type specified in Request", "list-type", type);
  }
  if (query.has("continuation-token")) {
    const message = "continuation-token only supported in REST.GET.BUCKET with list-type=2";
    throw unsupported(message, "continuation-token");
  }
  if (query.has("start-after")) {
    const message = "startAfter only supported in REST.GET.BUCKET with list-type=2";
    throw unsupported(message, "start-after");
  }
}

/** S3 gives no ArgumentValue here. */
function unsupported(message: string, name: string): S3Error {
  return new S3Error("InvalidArgument", message, { detail: { ArgumentName: name } });
}

function checkBucketName(row: OperationRow, target: Target): void {
  const { bucket } = target;
  if (bucket === undefined) return;
  const isFine =
    row.name === "CreateBucket" ? isValidBucketName(bucket) : isAddressableBucketName(bucket);
  if (!isFine)
    throw new S3Error("InvalidBucketName", undefined, { detail: { BucketName: bucket } });
}

function wrongLevel(kind: OperationLevel, subresource: string): S3Error {
  const owner = kind === "object" ? "key" : kind;
  const message = `There is no such thing as the ?${subresource} sub-resource for a ${owner}`;
  return new S3Error("InvalidRequest", message);
}

function methodNotAllowed(
  method: string,
  found: {
    readonly kind: OperationLevel;
    readonly subresource: string | undefined;
    readonly group: readonly OperationRow[];
  },
): S3Error {
  const { kind, subresource, group } = found;
  const type = subresource === undefined ? kind : (resourceTypes[subresource] ?? subresource);
  const allowed = [...new Set(group.map((row) => row.method))];
  return new S3Error("MethodNotAllowed", undefined, {
    detail: { Method: method, ResourceType: type.replaceAll("-", "_").toUpperCase() },
    headers: allowed.length === 0 ? {} : { allow: allowed.join(", ") },
  });
}

/** The one operation whose path names neither bucket nor key. */
function isObjectLambdaAnswer(method: string, target: Target, headers: Headers): boolean {
  return (
    method === "POST" &&
    target.rawPath === "/WriteGetObjectResponse" &&
    headers.has("x-amz-request-route")
  );
}
