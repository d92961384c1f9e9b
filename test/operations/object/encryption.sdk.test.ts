// Encryption as programs use it: the AWS SDK against the Worker, SSE-C keys computed by the SDK.
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutBucketEncryptionCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { sdk, through } from "./fixtures.ts";

// The tests' server speaks plain HTTP.
const client = sdk(through({ ALLOW_SSE_C: "true", ALLOW_SSE_C_OVER_HTTP: "true" }));

const key = "0123456789abcdef0123456789abcdef";
const customer = { SSECustomerAlgorithm: "AES256", SSECustomerKey: key };

async function makeBucket(): Promise<string> {
  const Bucket = `sdk-${crypto.randomUUID()}`;
  await client.send(new CreateBucketCommand({ Bucket }));
  return Bucket;
}

describe("the AWS SDK", () => {
  it("writes, reads and copies with a customer's key", async () => {
    const at = { Bucket: await makeBucket(), Key: "k" };
    const put = await client.send(new PutObjectCommand({ ...at, Body: "hello", ...customer }));
    expect(put.SSECustomerAlgorithm).toBe("AES256");
    const got = await client.send(new GetObjectCommand({ ...at, ...customer }));
    expect(await got.Body?.transformToString()).toBe("hello");
    expect(got.SSECustomerKeyMD5).toBe(put.SSECustomerKeyMD5);
    await expect(client.send(new GetObjectCommand(at))).rejects.toMatchObject({
      name: "InvalidRequest",
    });
    const copied = await client.send(
      new CopyObjectCommand({
        Bucket: at.Bucket,
        Key: "copy",
        CopySource: `${at.Bucket}/k`,
        CopySourceSSECustomerAlgorithm: "AES256",
        CopySourceSSECustomerKey: key,
        ServerSideEncryption: "aws:kms",
      }),
    );
    expect(copied.ServerSideEncryption).toBe("aws:kms");
    const copy = await client.send(new GetObjectCommand({ Bucket: at.Bucket, Key: "copy" }));
    expect(await copy.Body?.transformToString()).toBe("hello");
  });

  it("uploads in parts to a bucket whose default is DSSE-KMS", async () => {
    const at = { Bucket: await makeBucket(), Key: "k" };
    const rule = { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms:dsse" as const } };
    await client.send(
      new PutBucketEncryptionCommand({
        Bucket: at.Bucket,
        ServerSideEncryptionConfiguration: { Rules: [rule] },
      }),
    );
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(at));
    const part = await client.send(
      new UploadPartCommand({ ...at, UploadId, PartNumber: 1, Body: "part one" }),
    );
    const done = await client.send(
      new CompleteMultipartUploadCommand({
        ...at,
        UploadId,
        MultipartUpload: { Parts: [{ PartNumber: 1, ETag: part.ETag }] },
      }),
    );
    expect(done.ServerSideEncryption).toBe("aws:kms:dsse");
    const head = await client.send(new HeadObjectCommand(at));
    expect(head.ServerSideEncryption).toBe("aws:kms:dsse");
    expect(head.SSEKMSKeyId).toBe(done.SSEKMSKeyId);
    const got = await client.send(new GetObjectCommand({ ...at, Range: "bytes=5-7" }));
    expect(await got.Body?.transformToString()).toBe("one");
  });
});
