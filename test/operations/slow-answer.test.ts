// Answers that begin before the call has ended:
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html and API_CopyObject.
import { env } from "cloudflare:test";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import type { Timer } from "../../src/auth/payload.ts";
import { StaleSettings } from "../../src/operations/outcomes.ts";
import { answerInTime } from "../../src/operations/slow-answer.ts";
import type { Answer } from "../../src/s3/bind.ts";
import { S3Error } from "../../src/s3/errors.ts";
import { xmlDeclaration } from "../../src/s3/xml-text.ts";
import { makeBucket } from "./bucket/fixtures.ts";
import { sdk, through } from "./object/fixtures.ts";

/** A clock the test moves: each `pass` is as long as the longest silence. */
function handClock() {
  const waiting = new Set<() => void>();
  const timer: Timer = (_, expire) => {
    const entry = () => {
      waiting.delete(entry);
      expire();
    };
    waiting.add(entry);
    return () => waiting.delete(entry);
  };
  return { timer, waiting, pass: () => [...waiting].forEach((entry) => void entry()) };
}

function begin(name: "CopyObject" | "PutObject" = "CopyObject") {
  const clock = handClock();
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const pending: Promise<unknown>[] = [];
  const answer = answerInTime(name, promise, {
    requestId: "REQUEST",
    hostId: "HOST",
    timer: clock.timer,
    waitUntil: (work) => void pending.push(work),
  });
  const read = async () => new Response((await answer).body as ReadableStream).text();
  return { clock, answer, resolve, reject, read, pending };
}

const result: Answer = {
  status: 200,
  headers: new Headers({ "x-amz-version-id": "v" }),
  body: `${xmlDeclaration}<CopyObjectResult/>`,
};

describe("answerInTime", () => {
  it("gives the answer as it is when it comes in time, and stops its clock", async () => {
    const { clock, answer, resolve } = begin();
    resolve(result);
    expect(await answer).toBe(result);
    expect(clock.waiting.size).toBe(0);
  });

  it("throws in time what is thrown in time", async () => {
    const { answer, reject, clock } = begin();
    reject(new S3Error("NoSuchUpload"));
    await expect(answer).rejects.toMatchObject({ code: "NoSuchUpload", status: 404 });
    expect(clock.waiting.size).toBe(0);
  });

  it("begins a 200 with blanks, and ends it with the result", async () => {
    const { clock, answer, resolve, read, pending } = begin();
    clock.pass();
    const { status, headers } = await answer;
    expect([status, headers.get("x-amz-request-id")]).toEqual([200, "REQUEST"]);
    const text = read();
    clock.pass();
    clock.pass();
    resolve(result);
    expect(await text).toBe(`${xmlDeclaration}  <CopyObjectResult/>`);
    await Promise.all(pending);
    expect(clock.waiting.size).toBe(0);
  });

  it.each<[string, Error, string]>([
    ["a refusal", new S3Error("PreconditionFailed"), "PreconditionFailed"],
    ["settings that moved on", new StaleSettings("bucket"), "SlowDown"],
    ["our own fault", new TypeError("broken"), "InternalError"],
  ])("ends it with the error document of %s", async (_, error, code) => {
    const { clock, answer, reject, read } = begin();
    clock.pass();
    await answer;
    const text = read();
    reject(error);
    expect(await text).toMatch(
      new RegExp(`^<\\?xml [^>]*>\\n<Error><Code>${code}</Code>.*<RequestId>REQUEST</RequestId>`),
    );
  });

  it("waits for any other operation", async () => {
    const { clock, answer, resolve } = begin("PutObject");
    expect(clock.waiting.size).toBe(0);
    resolve(result);
    expect(await answer).toBe(result);
  });

  it("lets the call end when the client has left", async () => {
    const { clock, answer, resolve, pending } = begin();
    clock.pass();
    await ((await answer).body as ReadableStream).cancel();
    clock.pass();
    resolve(result);
    await Promise.all(pending);
    expect(clock.waiting.size).toBe(0);
  });
});

/** The index, with one method that takes its time. */
function slowIndex(method: string, delayMs: number): DurableObjectNamespace {
  const wait = () => new Promise((resolve) => setTimeout(resolve, delayMs));
  return new Proxy(env.BUCKET_INDEX, {
    get: (namespace, name) => {
      if (name !== "get") return Reflect.get(namespace, name).bind(namespace);
      return (id: DurableObjectId) => {
        const stub = namespace.get(id) as unknown as Record<string, (request: unknown) => unknown>;
        return new Proxy(stub, {
          get: (_, call) => async (request: unknown) => {
            if (call === method) await wait();
            return stub[String(call)]?.(request);
          },
        });
      };
    },
  });
}

describe("CompleteMultipartUpload with an index that takes 12 seconds", () => {
  it("answers 200 and what came of it, to the SDK as well", async () => {
    const Bucket = await makeBucket("slow");
    const quick = sdk();
    const slow = sdk(through({ BUCKET_INDEX: slowIndex("completeUpload", 12_000) }));
    const upload = async (Key: string) => {
      const begun = await quick.send(new CreateMultipartUploadCommand({ Bucket, Key }));
      const part = { Bucket, Key, UploadId: begun.UploadId, PartNumber: 1, Body: "part" };
      const { ETag } = await quick.send(new UploadPartCommand(part));
      return { Bucket, Key, UploadId: begun.UploadId, ETag };
    };
    const [good, bad] = [await upload("good"), await upload("bad")];
    const complete = ({ ETag, ...named }: typeof good, tag = ETag) =>
      slow.send(
        new CompleteMultipartUploadCommand({
          ...named,
          MultipartUpload: { Parts: [{ PartNumber: 1, ETag: tag }] },
        }),
      );
    const [done, refused] = await Promise.all([
      complete(good),
      complete(bad, '"00000000000000000000000000000000"').catch((error: Error) => error),
    ]);
    expect(done).toMatchObject({ Bucket, Key: "good" });
    expect(refused).toMatchObject({ name: "InvalidPart" });
    const head = await quick.send(new HeadObjectCommand({ Bucket, Key: "good" }));
    expect(head.ETag).toBe((done as { ETag?: string }).ETag);
  });
});
