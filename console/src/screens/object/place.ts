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

interface RangeOptions {
  readonly signal?: AbortSignal;
  /** Where several ranges have to be of the same content. */
  readonly etag?: string | undefined;
}

/** Some bytes of the object, `end` not included. */
export async function readRange(
  place: ObjectPlace,
  start: number,
  end: number,
  { signal, etag }: RangeOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const Range = `bytes=${start}-${end - 1}`;
  const input = { ...inputOf(place), Range, ...(etag !== undefined && { IfMatch: etag }) };
  const output = await send(new GetObjectCommand(input), {
    ...(signal && { abortSignal: signal }),
  });
  const bytes = await output.Body?.transformToByteArray();
  return new Uint8Array(bytes ?? []);
}
