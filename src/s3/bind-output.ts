// Typed output -> status, headers, body, by the operation's schema. Handlers stay plain: escaping,
// names, namespaces, dates, header encoding and `encoding-type=url` happen here and nowhere else.

import { PutObject$ } from "@aws-sdk/client-s3";
import { headerText, metadataHeaderText } from "./header-text.ts";
import type { OperationName, OperationOutput } from "./operation-types.ts";
import type { OperationRow } from "./operations.ts";
import { type Member, type StructureShape, shapeOf } from "./schema.ts";
import { formatHttpDate, formatIsoDate } from "./time.ts";
import { escapeXml, xmlDeclaration, xmlNamespace } from "./xml-text.ts";
import { compileDocument, compileVersionEntries, type Write } from "./xml-write.ts";

export interface AnswerFacts {
  readonly requestId: string;
  /** `x-amz-id-2`. */
  readonly hostId: string;
}

/** What becomes the `Response`. The caller may still add headers (CORS). */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: ReadableStream<Uint8Array> | Uint8Array | string | null;
}

type Fields = Readonly<Record<string, unknown>>;
type RenderBody = (output: Fields, headers: Headers) => Answer["body"];
type RenderHeader = (output: Fields, headers: Headers) => void;

/** An operation's answer, settled once: what to set for each header member, and how the body is made. */
interface CompiledOutput {
  readonly headers: readonly RenderHeader[];
  readonly body: RenderBody;
}

const compiled = new Map<OperationName, CompiledOutput>();

/**
 * Renders what a handler returned. Status is the row's, 206 when the output has a `ContentRange`,
 * or the output's own `StatusCode` where its type has one. HEAD has no body because its schema has
 * none.
 */
export function renderOutput<N extends OperationName>(
  row: OperationRow<N>,
  output: OperationOutput<N>,
  facts: AnswerFacts,
): Answer {
  let rendering = compiled.get(row.name);
  if (rendering === undefined) {
    rendering = compileOutput(row);
    compiled.set(row.name, rendering);
  }
  const fields = output as Fields;
  const headers = new Headers();
  headers.set("x-amz-request-id", facts.requestId);
  headers.set("x-amz-id-2", facts.hostId);
  for (const render of rendering.headers) render(fields, headers);
  const body = rendering.body(fields, headers);
  return { status: statusOf(row, fields), headers, body };
}

/** The model gives one status; ranges, restores and form uploads have more. */
function statusOf(row: OperationRow, output: Fields): number {
  if (typeof output["StatusCode"] === "number") return output["StatusCode"];
  return output["ContentRange"] === undefined ? row.status : 206;
}

function compileOutput(row: OperationRow): CompiledOutput {
  if (row.name === "PostObject") return compilePostOutput();
  if (row.name === "OptionsObject") return { headers: [renderPreflight], body: () => null };
  const shape = shapeOf(row.schema?.[5]);
  const structure = shape as StructureShape;
  const members = structure.members();
  return {
    headers: members.flatMap(compileHeader),
    body: compileBody(row, structure, members),
  };
}

function compileHeader(member: Member): RenderHeader[] {
  const { httpHeader, httpPrefixHeaders } = member.traits;
  if (httpPrefixHeaders !== undefined)
    return [compilePrefixHeaders(member.name, httpPrefixHeaders)];
  if (httpHeader === undefined) return [];
  // The SDK's name for the raw text of Expires; it wins over the parsed one.
  const header = httpHeader === "ExpiresString" ? "expires" : httpHeader.toLowerCase();
  const format = compileHeaderFormat(member, header);
  return [
    (output, headers) => {
      const value = output[member.name];
      if (value !== undefined && value !== null) headers.set(header, format(value));
    },
  ];
}

/** Header timestamps are HTTP dates but for the retention date, which S3 sends as ISO 8601. */
function compileHeaderFormat(member: Member, header: string): (value: unknown) => string {
  switch (member.shape.kind) {
    case "timestamp":
      return header.endsWith("retain-until-date")
        ? (value) => formatIsoDate(value as Date)
        : (value) => formatHttpDate((value as Date).getTime());
    case "list":
      return (value) => headerText((value as readonly unknown[]).join(","));
    case "text":
      return (value) => headerText(String(value));
    default:
      return String;
  }
}

function compilePrefixHeaders(name: string, prefix: string): RenderHeader {
  return (output, headers) => {
    const entries = (output[name] ?? {}) as Readonly<Record<string, string>>;
    for (const key of Object.keys(entries)) {
      headers.set(prefix + key, metadataHeaderText(entries[key] ?? ""));
    }
  };
}

function compileBody(
  row: OperationRow,
  structure: StructureShape,
  members: readonly Member[],
): RenderBody {
  const payload = members.find((member) => member.traits.httpPayload !== undefined);
  if (payload !== undefined) return compilePayload(payload);
  const inBody = members.filter(
    ({ traits }) => traits.httpHeader === undefined && traits.httpPrefixHeaders === undefined,
  );
  // No member could ever be in the body: the answer has none (deletes, most puts, HEAD).
  if (inBody.length === 0) return () => null;
  const root = structure.traits.xmlName ?? structure.name;
  if (row.name === "GetBucketLocation") return renderLocation;
  return xmlBody(compileRoot(row, root, inBody), (output) => output);
}

/** Every document is plain but one: versions and delete markers share an order. */
function compileRoot(row: OperationRow, root: string, members: readonly Member[]): Write {
  if (row.name !== "ListObjectVersions") return compileDocument(root, members);
  const [versions, markers] = ["Versions", "DeleteMarkers"].map((name) =>
    members.find((member) => member.name === name),
  );
  if (versions === undefined || markers === undefined) return compileDocument(root, members);
  const others = members.filter((member) => member !== versions && member !== markers);
  return compileDocument(root, others, compileVersionEntries(versions, markers));
}

/** A payload is one member that is the whole body: a document of its own, bytes, or a policy. */
function compilePayload(payload: Member): RenderBody {
  const { name, shape, traits } = payload;
  if (shape.kind === "structure") {
    const root = traits.xmlName ?? shape.name;
    return xmlBody(compileDocument(root, shape.members()), (output) => output[name] ?? {});
  }
  const isText = shape.kind === "text";
  return (output, headers) => {
    // The one payload of text is a bucket policy.
    if (isText) headers.set("content-type", "application/json");
    return (output[name] ?? null) as Answer["body"];
  };
}

function xmlBody(write: Write, pick: (output: Fields) => unknown): RenderBody {
  return (output, headers) => {
    headers.set("content-type", "application/xml");
    const encodingType = output["EncodingType"];
    const encodes = typeof encodingType === "string" && encodingType.toLowerCase() === "url";
    return write(pick(output), encodes);
  };
}

/** The root element is the value itself, and us-east-1 is an empty one. */
function renderLocation(output: Fields, headers: Headers): string {
  headers.set("content-type", "application/xml");
  const region = output["LocationConstraint"] ?? "";
  const text = region === "us-east-1" ? "" : escapeXml(String(region));
  return `${xmlDeclaration}<LocationConstraint${xmlNamespace}>${text}</LocationConstraint>`;
}

/** Where the object is or the browser goes; the object's own headers are those of a PutObject. */
const renderPostLocation: RenderHeader = (output, headers) => {
  const location = output["RedirectLocation"] ?? output["Location"];
  if (location !== undefined) headers.set("location", headerText(String(location)));
};

function compilePostOutput(): CompiledOutput {
  const put = shapeOf(PutObject$[5]) as StructureShape;
  const headers = [renderPostLocation, ...put.members().flatMap(compileHeader)];
  return { headers, body: renderPostBody };
}

/** Only `success_action_status=201` asks for a document; it has no namespace. */
function renderPostBody(output: Fields, headers: Headers): string | null {
  if (output["StatusCode"] !== 201) return null;
  headers.set("content-type", "application/xml");
  const elements = ["Location", "Bucket", "Key", "ETag"].map(
    (name) => `<${name}>${escapeXml(String(output[name] ?? ""))}</${name}>`,
  );
  return `${xmlDeclaration}<PostResponse>${elements.join("")}</PostResponse>`;
}

function renderPreflight(output: Fields, headers: Headers): void {
  const entries = (output["Headers"] ?? {}) as Readonly<Record<string, string>>;
  for (const [name, value] of Object.entries(entries)) headers.set(name, headerText(value));
}
