// AbortMultipartUpload: the upload is gone at once, its blobs after the grace.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html
//
// Differs from AWS: nothing known.

import type { Handler } from "../handlers.ts";
import { followingSettings } from "../object/commit.ts";
import { refuse } from "../outcomes.ts";
import { noSuchUpload } from "./upload.ts";

export const abortMultipartUpload: Handler<"AbortMultipartUpload"> = async (context, input) => {
  const uploadId = input.UploadId ?? "";
  const initiated = input.IfMatchInitiatedTime;
  const outcome = await followingSettings(context, (opened) =>
    opened.index.abortUpload({
      epoch: opened.bucket.epoch,
      nowMs: context.nowMs,
      key: context.key,
      uploadId,
      ...(initiated !== undefined && { ifInitiatedAtMs: initiated.getTime() }),
    }),
  );
  switch (outcome.kind) {
    case "aborted":
      return {};
    case "no-such-upload":
      throw noSuchUpload(uploadId);
    default:
      return refuse(outcome, { bucket: context.bucket.name, key: context.key });
  }
};
