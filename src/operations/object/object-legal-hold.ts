// Legal hold of a version: on until somebody takes it off, whatever its retention says.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectLegalHold.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectLegalHold.html
//
// Differs from AWS: nothing known.

import { S3Error } from "../../s3/errors.ts";
import type { Handler } from "../handlers.ts";
import { amendVersion } from "./amend.ts";
import { onOrOff, requireDigest, requireLockBucket } from "./lock.ts";
import { resolveVersion } from "./read.ts";

export const getObjectLegalHold: Handler<"GetObjectLegalHold"> = async (context, input) => {
  await requireLockBucket(context);
  const { version } = await resolveVersion(context, {
    ...(input.VersionId !== undefined && { versionId: input.VersionId }),
    wantSegments: false,
  });
  const isOn = version.detail.lock?.legalHold;
  if (isOn === undefined) throw new S3Error("NoSuchObjectLockConfiguration");
  return { LegalHold: { Status: onOrOff(isOn) } };
};

export const putObjectLegalHold: Handler<"PutObjectLegalHold"> = async (context, input) => {
  requireDigest(context.headers);
  const status = input.LegalHold?.Status;
  if (status !== "ON" && status !== "OFF") throw new S3Error("MalformedXML");
  await requireLockBucket(context);
  await amendVersion(context, { kind: "legal-hold", isOn: status === "ON" }, input.VersionId);
  return {};
};
