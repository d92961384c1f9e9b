// The client of uploads: like the other one, but over XMLHttpRequest, for the progress.

import { S3Client } from "@aws-sdk/client-s3";
import { sender, withSession } from "../../clients/s3.ts";
import { currentSession, type Session } from "../../session/store.ts";
import { xhrHandler } from "./xhr-handler.ts";

let opened: { readonly session: Session; readonly client: S3Client } | undefined;

function client(): S3Client {
  const session = currentSession();
  if (session === undefined) throw new Error("no session");
  if (opened?.session !== session) {
    const { key, region } = session;
    const settings = { endpoint: location.origin, region, credentials: key };
    const handler = { requestHandler: xhrHandler, maxAttempts: 4 };
    opened = { session, client: new S3Client({ ...settings, ...handler, forcePathStyle: true }) };
  }
  return opened.client;
}

/** One call that uploads. */
export const sendUpload = sender(client, withSession);
