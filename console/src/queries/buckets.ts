// The list of buckets, shared by the list itself, the palette and the choosers of destinations.

import { ListBucketsCommand } from "@aws-sdk/client-s3";
import { queryOptions } from "@tanstack/react-query";

export interface BucketEntry {
  readonly name: string;
  readonly createdAt: Date | undefined;
  readonly region: string | undefined;
}

const pageSize = 1000;

/** Every bucket the caller may list. */
export const bucketsQuery = () =>
  queryOptions({
    queryKey: ["buckets"],
    queryFn: async ({ signal }): Promise<readonly BucketEntry[]> => {
      const { send } = await import("../clients/s3.ts");
      const list: BucketEntry[] = [];
      let token: string | undefined;
      do {
        const { Buckets = [], ContinuationToken } = await send(
          new ListBucketsCommand({
            MaxBuckets: pageSize,
            ...(token !== undefined && { ContinuationToken: token }),
          }),
          { abortSignal: signal },
        );
        for (const { Name = "", CreationDate, BucketRegion } of Buckets) {
          list.push({ name: Name, createdAt: CreationDate, region: BucketRegion });
        }
        token = ContinuationToken;
      } while (token !== undefined);
      return list;
    },
  });
