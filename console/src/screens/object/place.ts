// The object a screen is about: its bucket, key and, when an old one is shown, its version.

import { GetObjectCommand, type HeadObjectOutput } from "@aws-sdk/client-s3";
import { queryOptions } from "@tanstack/react-query";
import { readHead } from "../../clients/head.ts";
import { send } from "../../clients/s3.ts";

export interface ObjectPlace {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string | undefined;
}

/** The members that name it in the SDK's inputs. */
export function inputOf({ bucket, key, versionId }: ObjectPlace) {
  return { Bucket: bucket, Key: key, ...(versionId !== undefined && { VersionId: versionId }) };
}

export type Head = HeadObjectOutput;

export const headQuery = (place: ObjectPlace) =>
  queryOptions({
    queryKey: ["object", place.bucket, place.key, place.versionId ?? ""],
    staleTime: 5000,
    queryFn: async ({ signal }): Promise<Head> =>
      await readHead({ ...inputOf(place), ChecksumMode: "ENABLED" }, { abortSignal: signal }),
  });

/** Some bytes of the object, `end` not included. */
export async function readRange(
  place: ObjectPlace,
  start: number,
  end: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const Range = `bytes=${start}-${end - 1}`;
  const output = await send(new GetObjectCommand({ ...inputOf(place), Range }));
  const bytes = await output.Body?.transformToByteArray();
  return new Uint8Array(bytes ?? []);
}
