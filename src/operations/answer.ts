// From a row and a context to a response: reads the input, runs the handler, renders the output.

import { planChecksums, verifyBody } from "../checksums/plan.ts";
import { maximumBodyBytes, payloadOf, readInput, renderOutput } from "../s3/bind.ts";
import { S3Error } from "../s3/errors.ts";
import type { OperationRow } from "../s3/operations.ts";
import type { ServiceContext } from "./context.ts";
import { handlers } from "./handlers.ts";
import { answerInTime } from "./slow-answer.ts";

type AnyHandler = (context: ServiceContext, input: unknown) => Promise<unknown>;

/**
 * Runs the operation of `row`. Throws its `S3Error`s; NotImplemented by name for a row that nobody
 * built.
 */
export async function answerWith(
  context: ServiceContext,
  row: OperationRow,
  ids: { readonly requestId: string; readonly hostId: string },
): Promise<Response> {
  const handler = handlers[row.name];
  if (handler === "unbuilt") {
    throw new S3Error("NotImplemented", `The operation ${row.name} is not implemented.`);
  }
  const document = await readDocument(context, row);
  const input = readInput(row, context.target, context.headers, document);
  // The record is total by name; one name's types cannot be told from another's at run time.
  const work = (handler as unknown as AnyHandler)(context, input).then((output) =>
    renderOutput(row, output as never, ids),
  );
  const answer = await answerInTime(row.name, work, {
    ...ids,
    waitUntil: (rest) => context.waitUntil(rest),
  });
  const { notes } = context;
  if (notes !== undefined && answer.body !== null && !(answer.body instanceof ReadableStream)) {
    notes.body = answer.body;
  }
  const isHead = context.method === "HEAD";
  // Without any length a client cannot tell where the answer ends, and gives the connection up.
  if (isHead && !answer.headers.has("content-length")) answer.headers.set("content-length", "0");
  const body = isHead ? null : answer.body;
  // A stored Content-Encoding says how the bytes already are; left alone, workerd applies it again.
  return new Response(body, {
    status: answer.status,
    headers: answer.headers,
    encodeBody: "manual",
  });
}

/** The whole payload of an XML or JSON operation, digests verified; `undefined` for the others. */
async function readDocument(
  context: ServiceContext,
  row: OperationRow,
): Promise<Uint8Array | undefined> {
  const kind = payloadOf(row);
  if (kind !== "xml" && kind !== "text") return undefined;
  const { headers } = context;
  const plan = planChecksums(headers);
  if (!headers.has("content-length") && !headers.has("transfer-encoding")) return new Uint8Array(0);
  const body = context.openBody();
  if (body.length > maximumBodyBytes(row)) {
    throw new S3Error("MaxMessageLengthExceeded", undefined, {
      detail: { MaxMessageLengthBytes: String(maximumBodyBytes(row)) },
    });
  }
  const bytes = await body.readAll();
  verifyBody(plan, bytes, body.trailers());
  return bytes;
}
