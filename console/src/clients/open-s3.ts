// How the console opens the SDK's S3 client, on its page and in its worker alike.

import { S3Client } from "@aws-sdk/client-s3";
import type { Session } from "../session/store.ts";
import { encodeListings } from "./encoded-listings.ts";

/** Whose calls they are. */
export type Signer = Pick<Session, "key" | "region">;

export function openS3({ key, region }: Signer): S3Client {
  const client = new S3Client({
    endpoint: location.origin,
    region,
    credentials: key,
    forcePathStyle: true,
    // What a browser keeps for itself would hide changes.
    requestHandler: { requestInit: () => ({ cache: "no-store" }) },
    // Whole objects are checked; ranges for previews need not be.
    responseChecksumValidation: "WHEN_REQUIRED",
  });
  return encodeListings(client);
}
