// Calls that may take minutes (completing an upload of 10,000 parts, copying 5 GiB) and clients and
// proxies that give up on a silent connection. As S3 does: when there is no result after a while the
// answer begins as a 200 with blanks, and what came of the call stands in its body, an error too.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html, "Response and special errors"

import { systemTimer, type Timer } from "../auth/payload.ts";
import type { Answer, AnswerFacts } from "../s3/bind.ts";
import { asS3Error, errorDocument } from "../s3/error-response.ts";
import { S3Error } from "../s3/errors.ts";
import type { OperationName } from "../s3/operation-types.ts";
import { xmlDeclaration } from "../s3/xml-text.ts";
import { StaleSettings } from "./outcomes.ts";

/** The calls whose clients look for an error in a 200; every SDK does, for exactly these. */
const patient: ReadonlySet<OperationName> = new Set<OperationName>([
  "CompleteMultipartUpload",
  "CopyObject",
  "UploadPartCopy",
]);

/** How long a client waits in silence, and between two blanks, in milliseconds. */
export const silenceMs = 10_000;

/**
 * The answer of `work`, or one that has begun when it takes long. What is thrown in time is thrown
 * on, so that the status is right; later it is a document in the body. Headers that only the result
 * knows (the version id, encryption) are lost to a slow one, as on S3.
 */
export async function answerInTime(
  name: OperationName,
  work: Promise<Answer>,
  facts: AnswerFacts & { readonly timer?: Timer; waitUntil(work: Promise<unknown>): void },
): Promise<Answer> {
  if (!patient.has(name)) return work;
  const { timer = systemTimer } = facts;
  let stop = () => {};
  const silence = new Promise<undefined>((resolve) => {
    stop = timer(silenceMs, () => resolve(undefined));
  });
  const answer = await Promise.race([work, silence]).finally(() => stop());
  return answer ?? beginAnswer(work, { ...facts, timer });
}

function beginAnswer(
  work: Promise<Answer>,
  facts: AnswerFacts & { readonly timer: Timer; waitUntil(work: Promise<unknown>): void },
): Answer {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const encoder = new TextEncoder();
  // A client that left makes writing fail; the call goes on, and nobody is told.
  const write = (text: string) => writer.write(encoder.encode(text)).catch(() => undefined);
  const send = async () => {
    void write(xmlDeclaration);
    const stop = repeat(facts.timer, () => void write(" "));
    const document = await documentOf(work, facts).finally(stop);
    await write(document);
    await writer.close().catch(() => undefined);
  };
  facts.waitUntil(send());
  const headers = new Headers({
    "content-type": "application/xml",
    "x-amz-request-id": facts.requestId,
    "x-amz-id-2": facts.hostId,
  });
  return { status: 200, headers, body: readable };
}

function repeat(timer: Timer, act: () => void): () => void {
  let stop = () => {};
  const again = () => {
    act();
    stop = timer(silenceMs, again);
  };
  stop = timer(silenceMs, again);
  return () => stop();
}

/** What came of the call, without the declaration that was sent. Never throws. */
async function documentOf(work: Promise<Answer>, facts: AnswerFacts): Promise<string> {
  const document = await work.then(
    ({ body }) => String(body ?? ""),
    (error: unknown) => errorDocument(refusalOf(error, facts), facts),
  );
  return document.startsWith(xmlDeclaration) ? document.slice(xmlDeclaration.length) : document;
}

/** Settings that moved under the call can no longer be followed: the client asks again. */
function refusalOf(error: unknown, { requestId, hostId }: AnswerFacts): S3Error {
  if (error instanceof StaleSettings) return new S3Error("SlowDown");
  const refusal = asS3Error(error);
  if (refusal.code === "InternalError") {
    const event = { event: "failure", requestId, hostId, code: refusal.code };
    console.error(JSON.stringify(event), refusal.cause);
  }
  return refusal;
}
