// Put, Get and DeleteObjectAnnotation: named texts of a version, kept in the index. One call each.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectAnnotation.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAnnotation.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjectAnnotation.html
//
// Differs from AWS:
// - The annotations of an object under a KMS key are kept as those of any other: under SSE-S3.
// - Names may not have control characters or begin with `aws:` (400 InvalidAnnotationName).

import { encodeChecksum } from "../../checksums/algorithms.ts";
import { hashBytes } from "../../checksums/hashers.ts";
import { planChecksums, verifyBody } from "../../checksums/plan.ts";
import { S3Error } from "../../s3/errors.ts";
import { utf8Length } from "../../s3/target.ts";
import type { ObjectContext } from "../context.ts";
import { emitting } from "../emission.ts";
import type { Handler } from "../handlers.ts";
import { annotatedFacts, objectVersionMember, settleAnnotated } from "./annotated.ts";
import { followingSettings } from "./commit.ts";
import { checksumMembers } from "./members.ts";

/** The largest annotation, in bytes: 1 MiB. */
const maximumAnnotationBytes = 1024 * 1024;
const maximumNameBytes = 512;

export const putObjectAnnotation: Handler<"PutObjectAnnotation"> = async (context, input) => {
  const name = checkAnnotationName(input.AnnotationName);
  const { text, annotation } = await readAnnotation(context, name);
  const outcome = settleAnnotated(
    context,
    input,
    await followingSettings(context, (opened) =>
      opened.index.putAnnotation({
        ...annotatedFacts(context, opened, input),
        ...emitting(context, opened),
        annotation,
        text,
      }),
    ),
  );
  switch (outcome.kind) {
    case "stored":
      return {
        Key: context.key,
        AnnotationName: name,
        ...objectVersionMember(context, outcome.version),
        ETag: `"${annotation.etag}"`,
        ...checksumMembers(annotation.checksum),
        ServerSideEncryption: "AES256",
      };
    case "customer-key":
      throw new S3Error(
        "InvalidRequest",
        "Objects encrypted with customer-provided keys cannot have annotations.",
      );
    case "too-many":
      throw new S3Error("AnnotationLimitExceeded");
  }
};

export const getObjectAnnotation: Handler<"GetObjectAnnotation"> = async (context, input) => {
  const name = checkAnnotationName(input.AnnotationName);
  const request = { ...annotatedFacts(context, context, input), name };
  const outcome = settleAnnotated(context, input, await context.index.getAnnotation(request));
  if (outcome.kind === "no-such-annotation") {
    throw new S3Error("NoSuchAnnotation", undefined, { detail: { AnnotationName: name } });
  }
  const { annotation, text, version } = outcome;
  return {
    AnnotationPayload: text,
    ...objectVersionMember(context, version),
    LastModified: new Date(annotation.modifiedAtMs),
    ContentLength: annotation.sizeBytes,
    ETag: `"${annotation.etag}"`,
    ...(input.ChecksumMode === "ENABLED" && checksumMembers(annotation.checksum)),
    ServerSideEncryption: "AES256",
  };
};

export const deleteObjectAnnotation: Handler<"DeleteObjectAnnotation"> = async (context, input) => {
  const name = checkAnnotationName(input.AnnotationName);
  const outcome = settleAnnotated(
    context,
    input,
    await followingSettings(context, (opened) =>
      opened.index.deleteAnnotation({
        ...annotatedFacts(context, opened, input),
        ...emitting(context, opened),
        name,
      }),
    ),
  );
  return objectVersionMember(context, outcome.version);
};

/** Throws InvalidAnnotationName, AnnotationNameTooLong. */
function checkAnnotationName(name = ""): string {
  if (utf8Length(name) > maximumNameBytes) throw new S3Error("AnnotationNameTooLong");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (name === "" || /[\0-\x1f\x7f]/.test(name) || name.toLowerCase().startsWith("aws:")) {
    throw new S3Error("InvalidAnnotationName");
  }
  return name;
}

/** The body, verified: 1 byte to 1 MiB of UTF-8. */
async function readAnnotation(context: ObjectContext, name: string) {
  const plan = planChecksums(context.headers);
  const body = context.openBody();
  if (body.length > maximumAnnotationBytes) {
    throw new S3Error("EntityTooLarge", undefined, {
      detail: { ProposedSize: String(body.length), MaxSizeAllowed: String(maximumAnnotationBytes) },
    });
  }
  if (body.length === 0) {
    throw new S3Error("InvalidRequest", "The annotation payload must have at least 1 byte.");
  }
  const bytes = await body.readAll();
  verifyBody(plan, bytes, body.trailers());
  const value = encodeChecksum(hashBytes(plan.algorithm, bytes));
  const annotation = {
    name,
    sizeBytes: bytes.length,
    etag: Buffer.from(hashBytes("MD5", bytes)).toString("hex"),
    checksum: { algorithm: plan.algorithm, type: "FULL_OBJECT" as const, value },
  };
  return { text: decodeText(bytes), annotation };
}

function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new S3Error(
      "UnsupportedMediaType",
      "The annotation payload is not valid UTF-8 encoded text.",
    );
  }
}
