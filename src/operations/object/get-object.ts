// GetObject: one question to the index, then the bytes straight from the store. The exemplar of a
// read: conditions and ranges are decided without I/O, and the body is never buffered.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
//
// Differs from AWS: nothing known.

import { S3Error } from "../../s3/errors.ts";
import type { ObjectContext } from "../context.ts";
import type { Handler } from "../handlers.ts";
import { openVersion } from "./encryption.ts";
import { noticeAccess } from "./notice-access.ts";
import { openContent } from "./open-content.ts";
import { throughPublicCache } from "./public-cache.ts";
import { describeRead, readOverrides, resolveForRead } from "./read.ts";

export const getObject: Handler<"GetObject"> = async (context, input) => {
  refuseAnonymousOverrides(context);
  const read = await resolveForRead(context, { versionId: input.VersionId, wantSegments: true });
  const keys = await openVersion(context, read.found.version, { input, wantsBytes: true });
  if (context.errand === undefined) noticeAccess(context, context, read.found);
  const members = describeRead(context, read, input.ChecksumMode);
  return {
    ...members,
    ...readOverrides(input),
    Body: await throughPublicCache(context, read, () => openContent(context, read, keys)),
  };
};

/** Response overrides would let anybody serve an object as a page: only signers may (B026). */
function refuseAnonymousOverrides(context: ObjectContext): void {
  if (context.principal.type !== "Anonymous") return;
  for (const { name } of context.target.query.pairs) {
    if (name.startsWith("response-")) {
      throw new S3Error(
        "InvalidRequest",
        "Request specific response headers cannot be used for anonymous GET requests.",
      );
    }
  }
}
