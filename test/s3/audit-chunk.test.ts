// What a chunk of the audit says of itself where it is listed.
import { describe, expect, it } from "vitest";
import { describeChunk } from "../../src/s3/audit-chunk.ts";
import type { RequestRecord } from "../../src/s3/request-record.ts";

const record = (timeMs: number, bucket: string): RequestRecord => ({
  ...{ timeMs, bucket, requestId: "r", hostId: "h", service: "s3" },
  ...{ operation: "GetObject", logOperation: "REST.GET.OBJECT" },
});

describe("describeChunk", () => {
  it("lists each name once, with the times and the number of records", () => {
    expect(describeChunk([record(5, "b"), record(2, "a"), record(9, "b")])).toEqual({
      ...{ fromMs: 2, toMs: 9, records: 3 },
      ...{ buckets: ["a", "b"], principals: [] },
    });
  });

  it("stays small, whatever strangers call a bucket: then it is looked into for all", () => {
    const many = Array.from({ length: 51 }, (_, at) => record(at, `b${at}`));
    expect(describeChunk(many).buckets).toEqual(["*"]);
    expect(describeChunk([record(1, "a"), record(1, "x".repeat(16_000))]).buckets).toEqual(["*"]);
  });
});
