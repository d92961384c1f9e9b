// What the data key of an object is bound to, where the client names the bucket's own pair.
import { expect, it } from "vitest";
import type { OpenedBucket } from "../../../src/operations/context.ts";
import { contextOf } from "../../../src/operations/object/encryption.ts";
import { call, makeBucket } from "../bucket/fixtures.ts";

const header = btoa(JSON.stringify({ project: "blue", "aws:s3:arn": "arn:aws:s3:::other" }));

it("is bound to its bucket, whatever the client's context says", () => {
  const opened = { bucket: { name: "own" } } as OpenedBucket;
  expect(contextOf(opened, header)).toEqual({ project: "blue", "aws:s3:arn": "arn:aws:s3:::own" });
});

it("is read again under a context that names another bucket", async () => {
  const path = `/${await makeBucket("context")}/key`;
  const sse = "x-amz-server-side-encryption";
  const headers = { [sse]: "aws:kms", [`${sse}-context`]: header };
  const put = await call("PUT", path, { body: "content", headers });
  expect(put.status, put.text).toBe(200);
  expect((await call("GET", path)).text).toBe("content");
});
