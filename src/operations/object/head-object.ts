// HeadObject: GetObject without opening the bytes.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
//
// Differs from AWS: nothing known.

import type { Handler } from "../handlers.ts";
import { openVersion } from "./encryption.ts";
import { describeRead, readOverrides, resolveForRead } from "./read.ts";

export const headObject: Handler<"HeadObject"> = async (context, input) => {
  const read = await resolveForRead(context, { versionId: input.VersionId, wantSegments: false });
  await openVersion(context, read.found.version, { input, wantsBytes: false });
  return { ...describeRead(context, read, input.ChecksumMode), ...readOverrides(input) };
};
