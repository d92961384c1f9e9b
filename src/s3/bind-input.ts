// Request -> typed input, by the operation's schema: labels, query, headers, metadata headers and
// the XML body. Bytes of objects are not read here. Every refusal is the client's error in S3's
// words.

import { S3Error } from "./errors.ts";
import { readUserMetadata } from "./metadata.ts";
import type { OperationInput, OperationName } from "./operation-types.ts";
import type { OperationRow } from "./operations.ts";
import {
  readBoolean,
  readHeaderNumber,
  readHeaderText,
  readQueryNumber,
  readQueryText,
  readTimestamp,
} from "./parameters.ts";
import { type Member, type Shape, type StructureShape, shapeOf } from "./schema.ts";
import type { Target } from "./target.ts";
import { malformedXml, parseXml } from "./xml-parse.ts";
import { compileRoot } from "./xml-read.ts";

/**
 * How an operation's payload is read: "xml" and "text" whole and small, by `readInput`; "stream" by
 * the handler; "form" is a multipart/form-data upload, by its handler too.
 */
export type PayloadKind = "none" | "xml" | "text" | "stream" | "form";

interface BodyLimits {
  readonly bytes: number;
  readonly elements: number;
  /** Entries of each list in the root. */
  readonly entries: number;
}

/** What a member may be read from. */
interface RequestParts {
  readonly target: Target;
  readonly headers: Headers;
  readonly body: Uint8Array | undefined;
}

type ReadMember = (request: RequestParts) => unknown;

interface CompiledInput {
  readonly payload: PayloadKind;
  readonly members: readonly { readonly name: string; readonly read: ReadMember }[];
  /** Reads a body whose elements are members of the input itself (SelectObjectContent). */
  readonly readBody: ((request: RequestParts) => object) | undefined;
}

const mebibyte = 1024 * 1024;
const usualLimits: BodyLimits = { bytes: mebibyte, elements: 20_000, entries: 20_000 };

/** The operations that list thousands of entries; one entry has up to 100 elements. */
const limits: { readonly [N in OperationName]?: BodyLimits } = {
  DeleteObjects: { bytes: 4 * mebibyte, elements: 20_000, entries: 1000 },
  CompleteMultipartUpload: { bytes: 4 * mebibyte, elements: 140_000, entries: 10_000 },
  // 1,000 rules with six transitions each and ten tags.
  PutBucketLifecycleConfiguration: { bytes: mebibyte, elements: 100_000, entries: 20_000 },
};

const compiled = new Map<OperationName, CompiledInput>();

/** What kind of payload the operation takes. */
export function payloadOf(row: OperationRow): PayloadKind {
  return compiledInput(row).payload;
}

/**
 * The most bytes an "xml" or "text" body may have; more is MaxMessageLengthExceeded for the caller.
 */
export function maximumBodyBytes(row: OperationRow): number {
  return (limits[row.name] ?? usualLimits).bytes;
}

/**
 * Reads a request. `body` is the whole decoded payload of "xml" and "text" operations, and ignored
 * for the others. Throws S3Error: InvalidArgument, InvalidRequest, MalformedXML,
 * MissingRequestBodyError, MaxMessageLengthExceeded.
 */
export function readInput<N extends OperationName>(
  row: OperationRow<N>,
  target: Target,
  headers: Headers,
  body?: Uint8Array,
): OperationInput<N> {
  const { members, readBody } = compiledInput(row);
  const request = { target, headers, body };
  const input: Record<string, unknown> = {};
  for (const { name, read } of members) {
    const value = read(request);
    if (value !== undefined) input[name] = value;
  }
  return (readBody === undefined ? input : { ...input, ...readBody(request) }) as OperationInput<N>;
}

function compiledInput(row: OperationRow): CompiledInput {
  let input = compiled.get(row.name);
  if (input === undefined) {
    input = compileInput(row);
    compiled.set(row.name, input);
  }
  return input;
}

/** Settles once where every member is, so that a request costs one look per member. */
function compileInput(row: OperationRow): CompiledInput {
  if (row.schema === null) {
    const payload = row.name === "PostObject" ? "form" : "none";
    return { payload, members: [{ name: "Bucket", read: readBucket }], readBody: undefined };
  }
  const shape = shapeOf(row.schema[4]) as StructureShape;
  const bound: { name: string; read: ReadMember }[] = [];
  const unbound: Member[] = [];
  let payload: PayloadKind = "none";
  // The body last: what a header gets wrong need not wait for it.
  const isPayload = (member: Member) => member.traits.httpPayload !== undefined;
  for (const member of shape
    .members()
    .toSorted((a, b) => Number(isPayload(a)) - Number(isPayload(b)))) {
    if (member.traits.httpPayload !== undefined) payload = payloadKind(member.shape);
    const read = compileMember(row, member);
    if (read !== undefined) bound.push({ name: member.name, read });
    else if (member.traits.httpPayload === undefined) unbound.push(member);
  }
  if (unbound.length === 0) return { payload, members: bound, readBody: undefined };
  const body = { ...shape, members: () => unbound };
  const read = compileXmlBody(row, shape.traits.xmlName ?? shape.name, {
    shape: body,
    isRequired: true,
  });
  return { payload: "xml", members: bound, readBody: (request) => read(request) as object };
}

function payloadKind(shape: Shape): PayloadKind {
  if (shape.kind === "structure") return "xml";
  return shape.kind === "text" ? "text" : "stream";
}

/** `undefined` for members that are in no header, label or query: those of a body. */
function compileMember(row: OperationRow, member: Member): ReadMember | undefined {
  const { traits, shape } = member;
  if (traits.httpLabel !== undefined) return member.name === "Key" ? readKey : readBucket;
  if (traits.httpQuery !== undefined) return compileQuery(row, member, traits.httpQuery);
  if (traits.httpHeader !== undefined)
    return compileHeader(member, traits.httpHeader.toLowerCase());
  if (traits.httpPrefixHeaders !== undefined) return readMetadata;
  if (traits.httpPayload === undefined) return undefined;
  if (shape.kind === "structure") {
    const root = traits.xmlName ?? shape.name;
    return compileXmlBody(row, root, { shape, isRequired: isBodyRequired(row, member) });
  }
  return shape.kind === "text" ? readTextBody : undefined;
}

function readBucket({ target }: RequestParts): string | undefined {
  return target.bucket;
}

function readKey({ target }: RequestParts): string | undefined {
  return target.key;
}

function readMetadata({ headers }: RequestParts): Record<string, string> | undefined {
  const metadata = readUserMetadata(headers);
  return Object.keys(metadata).length === 0 ? undefined : metadata;
}

/** Required parameters that routing did not ask for are the client's omission. */
function compileQuery(row: OperationRow, member: Member, name: string): ReadMember {
  const parse = compileText(member.shape, {
    number: readQueryNumber,
    text: readQueryText,
  });
  return ({ target }) => {
    const text = target.query.get(name);
    if (text !== undefined) return parse(name, text);
    // Routing saw to the others: without them another row is meant.
    if (member.isRequired && name === "id") throw new S3Error("InvalidConfigurationId");
    if (member.isRequired && !row.query.includes(name)) throw missing("parameter", name);
    return undefined;
  };
}

/**
 * An empty header is as good as none where one is required. The copy source has its own refusals
 * (copy-source.ts), empty ones included.
 */
function compileHeader(member: Member, name: string): ReadMember {
  const parse = compileText(member.shape, { number: readHeaderNumber, text: readHeaderText });
  return ({ headers }) => {
    const text = headers.get(name);
    if (text !== null && (text !== "" || !member.isRequired)) return parse(name, text);
    if (!member.isRequired || name === "x-amz-copy-source") return text ?? undefined;
    if (name === "x-amz-object-attributes") {
      throw new S3Error(
        "InvalidRequest",
        "The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty",
      );
    }
    throw missing("header", name);
  };
}

/** Numbers and text have other rules in a query than in a header. */
interface TextParsers {
  readonly number: (name: string, text: string) => unknown;
  readonly text: (name: string, text: string) => unknown;
}

function compileText(shape: Shape, parsers: TextParsers): (name: string, text: string) => unknown {
  switch (shape.kind) {
    case "number":
      return parsers.number;
    case "boolean":
      return readBoolean;
    case "timestamp":
      return readTimestamp;
    case "list":
      return (_name, text) =>
        text
          .split(",")
          .map((item) => item.trim())
          .filter((item) => item !== "");
    default:
      return parsers.text;
  }
}

/**
 * S3 needs a body for every setting but these, whose headers may say it all (or which need none).
 */
const bodyOptional: ReadonlySet<OperationName> = new Set<OperationName>([
  "CreateBucket",
  "PutBucketAcl",
  "PutObjectAcl",
]);

function isBodyRequired(row: OperationRow, member: Member): boolean {
  return member.isRequired || !bodyOptional.has(row.name);
}

/** Bounds first, then well-formedness, then meaning. */
function compileXmlBody(
  row: OperationRow,
  root: string,
  payload: { readonly shape: StructureShape; readonly isRequired: boolean },
): ReadMember {
  const read = compileRoot(root, payload.shape);
  const bounds = limits[row.name] ?? usualLimits;
  return ({ body }) => {
    if (body === undefined || body.length === 0) {
      if (!payload.isRequired) return undefined;
      if (row.name === "CompleteMultipartUpload") {
        throw new S3Error("InvalidRequest", "You must specify at least one part");
      }
      throw new S3Error("MissingRequestBodyError");
    }
    if (body.length > bounds.bytes) throw tooLong(bounds.bytes);
    const value = readNamed(row, () => read(parseXml(body, bounds.elements)) as object);
    const isTooMany = (list: unknown) => Array.isArray(list) && list.length > bounds.entries;
    if (Object.values(value).some(isTooMany)) throw malformedXml();
    return value;
  };
}

const aclNames: ReadonlySet<OperationName> = new Set<OperationName>([
  "PutBucketAcl",
  "PutObjectAcl",
]);

/** ACLs have a name of their own for XML that is not theirs. */
function readNamed<Value>(row: OperationRow, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    const isMalformed = error instanceof S3Error && error.code === "MalformedXML";
    if (!isMalformed || !aclNames.has(row.name)) throw error;
    throw new S3Error("MalformedACLError", undefined, { cause: error });
  }
}

/** The one payload of text is a bucket policy. */
function readTextBody({ body }: RequestParts): string {
  if (body === undefined || body.length === 0) throw new S3Error("MissingRequestBodyError");
  if (body.length > usualLimits.bytes) throw tooLong(usualLimits.bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch (cause) {
    const message = "Policies must be valid JSON and the first byte must be '{'";
    throw new S3Error("MalformedPolicy", message, { cause });
  }
}

function tooLong(maximumBytes: number): S3Error {
  const detail = { MaxMessageLengthBytes: String(maximumBytes) };
  return new S3Error("MaxMessageLengthExceeded", undefined, { detail });
}

function missing(what: "header" | "parameter", name: string): S3Error {
  return new S3Error("InvalidRequest", `Missing required ${what} for this request: ${name}`);
}
