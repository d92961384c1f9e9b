// What a denied principal of the bucket's own account is told: AWS's sentence, and the sealed trace as
// `<EncodedMessage>` for DecodeAuthorizationMessage and `cairn explain`. Everybody else gets the plain
// refusal that was thrown. Only refusals pay for it.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html

import { AccessDenial, tellDenial } from "./auth/access-denial.ts";
import { encodeFitting } from "./catalog/authorization-messages.ts";
import type { Env, Seams } from "./env.ts";
import { S3Error } from "./s3/errors.ts";

/** The error with its reason where it has one to tell; any other error as it is. Never throws. */
export async function withReason(
  error: unknown,
  place: { readonly env: Env; readonly seams: Seams },
): Promise<unknown> {
  if (!(error instanceof AccessDenial)) return error;
  try {
    const { sentence, documents } = tellDenial(error);
    const encoded = await encodeFitting(place, error.principal.accountId, documents);
    return new S3Error("AccessDenied", sentence, {
      ...(encoded !== undefined && { detail: { EncodedMessage: encoded } }),
    });
  } catch (cause) {
    // A denial stays one, whatever befalls its explanation.
    console.error(JSON.stringify({ event: "unexplained-denial" }), cause);
    return new S3Error("AccessDenied");
  }
}
