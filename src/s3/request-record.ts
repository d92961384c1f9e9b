// What is kept of a request when it is over: who, what, how it was decided and how it ended. Audit,
// access logs and metrics are all made of this one value. Pure. No secret is ever in it: signatures,
// session tokens and the fields of forms are taken out before it is made.

import type { OperationRow } from "./operations.ts";
import type { Target } from "./target.ts";

/** Who asked. */
export interface Requester {
  readonly type: "Account" | "User" | "AssumedRole" | "FederatedUser" | "Anonymous" | "Service";
  /** `*` for anonymous. */
  readonly arn: string;
  readonly accountId: string;
  readonly canonicalId: string;
  readonly accessKeyId?: string;
  /** The kind of temporary credentials, if any. */
  readonly session?: string;
  readonly sourceIdentity?: string;
}

/** What the evaluator said, and which policy made it say so. */
export interface RecordedDecision {
  readonly isAllowed: boolean;
  readonly reason: string;
  readonly action: string;
  readonly resource: string;
  readonly source?: string;
  readonly policy?: string;
  readonly statement?: { readonly index: number; readonly sid?: string };
}

/** One request, or one part of it that S3 records on its own (a key of a batch, a copy's source). */
export interface RequestRecord {
  /** When it arrived, milliseconds. */
  readonly timeMs: number;
  readonly requestId: string;
  readonly hostId: string;
  readonly service: "s3" | "iam" | "sts" | "kms" | "admin";
  /** AWS's name: `GetObject`, `CreateUser`; `-` when the request did not get that far. */
  readonly operation: string;
  /** As access logs name it: `REST.GET.OBJECT`. */
  readonly logOperation: string;
  /** Absent when it is not known who asked: a signature that was refused. */
  readonly requester?: Requester;
  /** The access key that a refused signature named. */
  readonly claimedAccessKeyId?: string;
  readonly remoteAddress?: string;
  readonly bucket?: string;
  readonly bucketId?: string;
  readonly key?: string;
  readonly versionId?: string;
  /** `GET /bucket/key?x HTTP/1.1`, redacted; absent for parts of a request and for jobs. */
  readonly requestUri?: string;
  /** Absent for what no client asked for. */
  readonly status?: number;
  readonly errorCode?: string;
  readonly bytesSent?: number;
  readonly bytesReceived?: number;
  readonly objectBytes?: number;
  /** From the request's arrival to its last byte. */
  readonly totalMs?: number;
  /** From the request's arrival to the answer's first byte. */
  readonly turnAroundMs?: number;
  readonly referrer?: string;
  readonly userAgent?: string;
  readonly signatureVersion?: "SigV4";
  readonly authType?: "AuthHeader" | "QueryString";
  readonly hostHeader?: string;
  /** `TLSv1.3`. */
  readonly tlsVersion?: string;
  readonly cipher?: string;
  /** An ACL was what allowed it. */
  readonly isAclRequired?: boolean;
  readonly decision?: RecordedDecision;
  /** The encoded authorization message of a denial. */
  readonly denial?: string;
}

const secretParameters = new Set([
  "x-amz-signature",
  "x-amz-security-token",
  "signature",
  "awsaccesskeyid",
  "webidentitytoken",
  "samlassertion",
  "secretaccesskey",
  "password",
  "token",
  "x-amz-server-side-encryption-customer-key",
  "x-amz-copy-source-server-side-encryption-customer-key",
]);

const redacted = "REDACTED";

/** The request line of an access log. Values that prove an identity are replaced (SEC-119). */
export function requestLineOf(
  method: string,
  target: Pick<Target, "rawPath" | "rawQuery">,
): string {
  const { rawPath, rawQuery } = target;
  const query = rawQuery === "" ? "" : `?${redactQuery(rawQuery)}`;
  return `${method} ${rawPath}${query} HTTP/1.1`;
}

/** A query string without the values that prove an identity. */
export function redactQuery(rawQuery: string): string {
  return rawQuery
    .split("&")
    .map((pair) => {
      const [name = ""] = pair.split("=", 1);
      return secretParameters.has(plain(name).toLowerCase()) ? `${name}=${redacted}` : pair;
    })
    .join("&");
}

function plain(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A referrer without the query string: it may be a presigned URL. */
export function redactReferrer(text: string): string {
  const at = text.indexOf("?");
  return at < 0 ? text : `${text.slice(0, at)}?${redactQuery(text.slice(at + 1))}`;
}

const namedOperations: Readonly<Record<string, string>> = {
  AbortMultipartUpload: "DELETE.UPLOAD",
  CompleteMultipartUpload: "POST.UPLOAD",
  CopyObject: "COPY.OBJECT",
  DeleteObjectTagging: "DELETE.OBJECT_TAGGING",
  GetObjectLegalHold: "GET.OBJECT_LOCK_LEGALHOLD",
  GetObjectRetention: "GET.OBJECT_LOCK_RETENTION",
  GetObjectAttributes: "GET.OBJECT_ATTRIBUTES",
  GetObjectTagging: "GET.OBJECT_TAGGING",
  ListBuckets: "GET.SERVICE",
  ListParts: "GET.UPLOAD",
  OptionsObject: "OPTIONS.PREFLIGHT",
  PostObject: "POST.BUCKET",
  PutObjectLegalHold: "PUT.OBJECT_LOCK_LEGALHOLD",
  PutObjectRetention: "PUT.OBJECT_LOCK_RETENTION",
  PutObjectTagging: "PUT.OBJECT_TAGGING",
  UploadPart: "PUT.PART",
  UploadPartCopy: "COPY.PART",
};

const namedResources: Readonly<Record<string, string>> = {
  policy: "BUCKETPOLICY",
  versions: "BUCKETVERSIONS",
  delete: "MULTI_OBJECT_DELETE",
  logging: "LOGGING_STATUS",
  "object-lock": "OBJECT_LOCK_CONFIGURATION",
};

/** As access logs name an operation, e.g. `REST.PUT.PART`. `undefined`: nobody knew which. */
export function logOperationOf(
  row: Pick<OperationRow, "name" | "method" | "level" | "subresource"> | undefined,
  request: { readonly method: string; readonly kind: string },
): string {
  if (row === undefined) return `REST.${request.method}.${request.kind.toUpperCase()}`;
  const named = namedOperations[row.name];
  if (named !== undefined) return `REST.${named}`;
  const { subresource } = row;
  const resource =
    subresource === undefined
      ? row.level.toUpperCase()
      : (namedResources[subresource] ?? words(subresource));
  return `REST.${row.method}.${resource}`;
}

/** `publicAccessBlock` -> `PUBLIC_ACCESS_BLOCK`. */
function words(name: string): string {
  return name
    .replaceAll(/([a-z])([A-Z])/g, "$1_$2")
    .replaceAll("-", "_")
    .toUpperCase();
}

/** The operation of the GET half of a copy; `undefined` for what copies nothing. */
export function copiedOperationOf(name: string): string | undefined {
  if (name === "CopyObject") return "REST.COPY.OBJECT_GET";
  return name === "UploadPartCopy" ? "REST.COPY.PART_GET" : undefined;
}

/** The classes of S3's request metrics. */
export const requestClasses = ["Get", "Put", "Delete", "Head", "Post", "Select", "List"] as const;

export type RequestClass = (typeof requestClasses)[number];

/** Which request metric counts an operation; `Other` where S3 counts it among all requests only. */
export function requestClassOf(operation: string, method: string): RequestClass | "Other" {
  if (operation === "SelectObjectContent") return "Select";
  if (operation.startsWith("List")) return "List";
  switch (method) {
    case "GET":
      return "Get";
    case "PUT":
      return "Put";
    case "DELETE":
      return "Delete";
    case "HEAD":
      return "Head";
    case "POST":
      return "Post";
    default:
      return "Other";
  }
}
