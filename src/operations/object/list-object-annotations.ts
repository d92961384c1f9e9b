// ListObjectAnnotations: names and sizes of a version's annotations, paged, without their texts.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectAnnotations.html
//
// Differs from AWS: nothing known.

import { S3Error } from "../../s3/errors.ts";
import { invalidArgument } from "../../s3/parameters.ts";
import { utf8Length } from "../../s3/target.ts";
import type { Handler } from "../handlers.ts";
import { annotatedFacts, objectVersionMember, settleAnnotated } from "./annotated.ts";

const maximumPageSize = 1000;
const maximumPrefixBytes = 512;

export const listObjectAnnotations: Handler<"ListObjectAnnotations"> = async (context, input) => {
  const prefix = input.AnnotationPrefix ?? "";
  if (utf8Length(prefix) > maximumPrefixBytes) throw new S3Error("InvalidPrefix");
  const limit = Math.min(input.MaxAnnotationResults ?? maximumPageSize, maximumPageSize);
  const token = input.ContinuationToken;
  const { version, annotations, isTruncated } = settleAnnotated(
    context,
    input,
    await context.index.listAnnotations({
      ...annotatedFacts(context, context, input),
      prefix,
      limit,
      ...(token !== undefined && { after: decodeToken(token) }),
    }),
  );
  const last = annotations.at(-1)?.name;
  return {
    Bucket: context.bucket.name,
    Key: context.key,
    ...objectVersionMember(context, version),
    ...(input.AnnotationPrefix !== undefined && { AnnotationPrefix: prefix }),
    MaxAnnotationResults: limit,
    AnnotationCount: annotations.length,
    ...(token !== undefined && { ContinuationToken: token }),
    ...(isTruncated && last !== undefined && { NextContinuationToken: encodeToken(last) }),
    Annotations: annotations.map((annotation) => ({
      AnnotationName: annotation.name,
      LastModified: new Date(annotation.modifiedAtMs),
      ETag: `"${annotation.etag}"`,
      ChecksumAlgorithm: [annotation.checksum.algorithm],
      Size: annotation.sizeBytes,
    })),
  };
};

/** The last name of the page before, so that a token never expires. */
function encodeToken(name: string): string {
  return Buffer.from(name, "utf8").toString("base64url");
}

function decodeToken(token: string): string {
  const name = Buffer.from(token, "base64url").toString("utf8");
  if (token !== "" && encodeToken(name) === token) return name;
  const message = "The continuation token provided is incorrect";
  throw invalidArgument(message, "continuation-token", token);
}
