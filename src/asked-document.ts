// Permissions that hang on the body of a request: a policy may allow only some tags, some retention,
// some region. Only where a policy asks, the (small) document is read before the decision, and the
// handler is given the same bytes again.

import { type Ask, type BucketFacts, type DocumentFacts, needsDocument } from "./auth/authorize.ts";
import type { ServiceContext } from "./operations/context.ts";
import { maximumBodyBytes, readInput } from "./s3/bind.ts";
import type { ByteSource } from "./s3/byte-source.ts";
import type { OperationInput, OperationName } from "./s3/operation-types.ts";
import type { OperationRow } from "./s3/operations.ts";

type Reader<N extends OperationName> = (input: OperationInput<N>) => DocumentFacts;

type GivenTags =
  | readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[]
  | undefined;

/** What policies can ask of the body, by operation. */
const readers: { readonly [N in OperationName]?: Reader<N> } = {
  CreateBucket: ({ CreateBucketConfiguration: given }) => ({
    ...(given?.LocationConstraint !== undefined && {
      locationConstraint: given.LocationConstraint,
    }),
    ...(given?.Tags !== undefined && { tags: readTags(given.Tags) }),
  }),
  PutBucketTagging: ({ Tagging: given }) => ({ tags: readTags(given?.TagSet) }),
  PutObjectLegalHold: ({ LegalHold: given }) => ({
    ...(given?.Status !== undefined && { legalHold: given.Status }),
  }),
  PutObjectRetention: ({ Retention: given }) => ({
    ...(given?.Mode !== undefined && { lockMode: given.Mode }),
    ...(given?.RetainUntilDate !== undefined && {
      retainUntilMs: given.RetainUntilDate.getTime(),
    }),
  }),
  PutObjectTagging: ({ Tagging: given }) => ({ tags: readTags(given?.TagSet) }),
};

function readTags(given: GivenTags): readonly (readonly [string, string])[] {
  return (given ?? []).map(({ Key: key = "", Value: value = "" }) => [key, value]);
}

/** A call and its asks, with the document read where the decision needs it. */
export interface AskedCall {
  readonly context: ServiceContext;
  readonly asks: readonly Ask[];
  /** Policies can ask for the body, none in hand did, and it was left unread. */
  readonly lacksDocument?: true;
}

/** Throws what reading the body and its XML throws; leaves nearly every call as it is. */
export async function withDocument(
  row: OperationRow,
  call: AskedCall,
  bucket: BucketFacts | undefined,
): Promise<AskedCall> {
  const { context, asks } = call;
  const reader = readers[row.name] as Reader<OperationName> | undefined;
  if (reader === undefined) return call;
  if (!asks.some((ask) => needsDocument(context, bucket, ask))) {
    return { ...call, lacksDocument: true };
  }
  const body = context.openBody();
  // Over the limit the handler says so, with the words of its own.
  if (body.length > maximumBodyBytes(row))
    return { asks, context: { ...context, openBody: () => body } };
  const bytes = await body.readAll();
  const input = readInput(row, context.target, context.headers, bytes);
  const document = reader(input as OperationInput<OperationName>);
  return {
    asks: asks.map((ask) => ({ ...ask, document })),
    context: { ...context, openBody: () => again(body, bytes) },
  };
}

/** The bytes of a body that was read, as if it had not been. */
function again(body: ByteSource, bytes: Uint8Array): ByteSource {
  let isDone = bytes.length === 0;
  const next = () => {
    const chunk = isDone ? null : bytes;
    isDone = true;
    return chunk;
  };
  return {
    length: bytes.length,
    read: async () => next(),
    readAll: async () => next() ?? new Uint8Array(0),
    trailers: () => body.trailers(),
    cancel: () => body.cancel(),
  };
}
