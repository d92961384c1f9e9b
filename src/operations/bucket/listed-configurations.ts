// The settings a bucket may have many of, each under an id: analytics, inventory, metrics,
// intelligent tiering. None can be made yet; here is what S3 answers when there are none.

import type { S3Error } from "../../s3/errors.ts";
import type { BucketContext } from "../context.ts";
import { notConfigured } from "./settings.ts";

/** There is no configuration of that id. */
export function noSuchConfiguration(context: BucketContext): S3Error {
  return notConfigured(context, "NoSuchConfiguration");
}

/** An empty page; the token sent is shown again, as S3 does. */
export function noConfigurations(token: string | undefined): {
  IsTruncated: false;
  ContinuationToken?: string;
} {
  return { IsTruncated: false, ...(token !== undefined && { ContinuationToken: token }) };
}
