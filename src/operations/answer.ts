// From a row and a context to a response: reads the input, runs the handler, renders the output.

import { planDocumentChecksum } from "../checksums/plan.ts";
import { payloadOf, readInput, renderOutput } from "../s3/bind.ts";
import { S3Error } from "../s3/errors.ts";
import type { OperationRow } from "../s3/operations.ts";
import type { ServiceContext } from "./context.ts";
import { handlers } from "./handlers.ts";

type AnyHandler = (context: ServiceContext, input: unknown) => Promise<Record<string, unknown>>;

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
  const output = await (handler as unknown as AnyHandler)(context, input);
  return renderOutput(row, output, { method: context.method, ...ids });
}
