// The size limits of S3: 5 GiB for a put, a part and a copy, 48.8 TiB for an object.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
import { env, runInDurableObject, SELF } from "cloudflare:test";
import {
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { AwsClient } from "aws4fetch";
import { describe, expect, it } from "vitest";
import { loadBucket } from "../../../src/catalog/buckets.ts";
import { systemSeams } from "../../../src/env.ts";
import { makeBucket, origin, rootKeys } from "../bucket/fixtures.ts";
import { sdk } from "./fixtures.ts";

const client = sdk();
const gibibyte = 1024 ** 3;
const fiveGibibytes = 5 * gibibyte;

/** An object whose row says that it is this large; nobody reads its bytes here. */
async function pretend(Bucket: string, Key: string, sizeBytes: number): Promise<void> {
  await client.send(new PutObjectCommand({ Bucket, Key, Body: "x" }));
  const call = { env, seams: systemSeams, nowMs: Date.now() };
  const bucketId = (await loadBucket(call, Bucket))?.bucketId ?? "";
  const index = env.BUCKET_INDEX.get(env.BUCKET_INDEX.idFromName(bucketId));
  await runInDurableObject(index, (_, state) => {
    state.storage.sql.exec("UPDATE current SET size = ? WHERE key = ?", sizeBytes, Key);
  });
}

describe("size limits", () => {
  it("copies up to 5 GiB, and names the limit beyond", async () => {
    const Bucket = await makeBucket("limits");
    await pretend(Bucket, "largest", fiveGibibytes);
    await pretend(Bucket, "too-large", fiveGibibytes + 1);
    await client.send(
      new CopyObjectCommand({ Bucket, Key: "copy", CopySource: `${Bucket}/largest` }),
    );
    const { ContentLength } = await client.send(new HeadObjectCommand({ Bucket, Key: "copy" }));
    expect(ContentLength).toBe(fiveGibibytes);
    const copy = new CopyObjectCommand({ Bucket, Key: "copy", CopySource: `${Bucket}/too-large` });
    await expect(client.send(copy)).rejects.toMatchObject({
      name: "InvalidRequest",
      message:
        "The specified copy source is larger than the maximum allowable size for a copy source: 5368709120",
    });
  });

  it.each<[string, string | undefined, string]>([
    ["the whole of a larger object", undefined, "InvalidRequest"],
    ["more than 5 GiB of it", `bytes=0-${fiveGibibytes}`, "EntityTooLarge"],
  ])("refuses a part that is %s", async (_, CopySourceRange, name) => {
    const Bucket = await makeBucket("limits");
    await pretend(Bucket, "large", 7 * gibibyte);
    const named = { Bucket, Key: "k" };
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(named));
    const part = { ...named, UploadId, PartNumber: 1, CopySource: `${Bucket}/large` };
    const command = new UploadPartCopyCommand({
      ...part,
      ...(CopySourceRange && { CopySourceRange }),
    });
    await expect(client.send(command)).rejects.toMatchObject({ name });
  });

  it("refuses a put over 5 GiB before its body", async () => {
    const Bucket = await makeBucket("limits");
    const signer = new AwsClient({ ...rootKeys, service: "s3", region: "us-east-1" });
    const { headers } = await signer.sign(`${origin}/${Bucket}/k`, {
      method: "PUT",
      headers: { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" },
    });
    const announced = new Headers(headers);
    announced.set("content-length", String(fiveGibibytes + 1));
    announced.set("host", new URL(origin).host);
    const answer = await SELF.fetch(`${origin}/${Bucket}/k`, {
      method: "PUT",
      headers: announced,
      body: "only the beginning",
    });
    expect(answer.status).toBe(400);
    const text = await answer.text();
    expect(text).toContain("<Code>EntityTooLarge</Code>");
    expect(text).toContain("<MaxSizeAllowed>5368709120</MaxSizeAllowed>");
  });
});
