// The SDK's S3 client for the session in force, and `send` for one call. An ended session asks the
// person for a key and repeats the call, so that no screen has to know of it.

import type { S3Client } from "@aws-sdk/client-s3";
import { isExpired } from "../errors.ts";
import { currentSession, renewal, type Session } from "../session/store.ts";
import { openS3 } from "./open-s3.ts";

let opened: { readonly session: Session; readonly client: S3Client } | undefined;

/** The client of the session in force. Throws without one. */
export function s3Client(): S3Client {
  const session = currentSession();
  if (session === undefined) throw new Error("no session");
  if (opened?.session !== session) opened = { session, client: openS3(session) };
  return opened.client;
}

/** What `send` of every client looks like once its overloads are set aside. */
interface Sender {
  send(...parameters: unknown[]): Promise<unknown>;
}

/** The `send` of whichever client `open` gives at the time, run by `guard`. */
export function sender<Client extends { send: unknown }>(
  open: () => Client,
  guard: (call: () => Promise<unknown>) => Promise<unknown>,
): Client["send"] {
  const send = (...parameters: unknown[]) =>
    guard(() => (open() as unknown as Sender).send(...parameters));
  return send as Client["send"];
}

/** One call of S3: `send(new GetObjectCommand({ ... }))`. */
export const send = sender(s3Client, withSession);

/**
 * Runs a call, and once more after the person renewed an ended session. Throws KeyWithheld where they did
 * not want to.
 */
export async function withSession<Result>(call: () => Promise<Result>): Promise<Result> {
  const begun = currentSession();
  try {
    return await call();
  } catch (error) {
    if (!isExpired(error)) throw error;
    await renewal(begun);
    return await call();
  }
}
