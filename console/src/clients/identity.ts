// IAM, STS and KMS clients. Sessions may not manage identities: those calls use the long-term key
// while this page has it in memory, and ask for it otherwise.

import { IAMClient } from "@aws-sdk/client-iam";
import { KMSClient } from "@aws-sdk/client-kms";
import { STSClient } from "@aws-sdk/client-sts";
import { describeError } from "../errors.ts";
import { askForKey, currentSession, type Key, longTermKey } from "../session/store.ts";
import { sender, withSession } from "./s3.ts";

function settings(credentials: Key | undefined) {
  const session = currentSession();
  if (session === undefined) throw new Error("no session");
  const { origin } = location;
  return { endpoint: origin, region: session.region, credentials: credentials ?? session.key };
}

/** One call of IAM: `sendIam(new ListUsersCommand({}))`. */
export const sendIam = sender(() => new IAMClient(settings(longTermKey())), withLongTermKey);

/** One call of STS. */
export const sendSts = sender(() => new STSClient(settings(longTermKey())), withLongTermKey);

/** One call of KMS. */
export const sendKms = sender(() => new KMSClient(settings(undefined)), withSession);

/** Asks for the key when the call was refused for being a session's. */
export async function withLongTermKey<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return await withSession(call);
  } catch (error) {
    const session = currentSession();
    const isPlainSession = session?.key.sessionToken !== undefined && session.own === undefined;
    if (!isPlainSession || longTermKey() !== undefined || !isForSessions(error)) throw error;
    await askForKey("key-needed");
    return await call();
  }
}

function isForSessions(error: unknown): boolean {
  const { code, message } = describeError(error);
  return code === "InvalidClientTokenId" || /session credentials/.test(message);
}
