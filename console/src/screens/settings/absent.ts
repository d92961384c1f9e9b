// Reading settings that may not be there: S3 says so with an error of each setting's own.

import { describeError, isAbsent } from "../../errors.ts";

/** What the call gives, or `undefined` where S3 answers that nothing is set. */
export async function orAbsent<Answer>(call: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await call;
  } catch (error) {
    // A bucket that is gone has not "nothing set".
    if (isAbsent(error) && describeError(error).code !== "NoSuchBucket") return undefined;
    throw error;
  }
}
