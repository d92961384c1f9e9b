import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { beforeAll, describe, expect, it } from "vitest";
import { makeBucket } from "../bucket/fixtures.ts";
import { refusal, sdk, storedBlobs } from "../object/fixtures.ts";

const s3 = sdk();
const mebibyte = 1024 * 1024;
const fill = (size: number, byte: number) => new Uint8Array(size).fill(byte);

describe("a multipart upload", () => {
  let Bucket: string;
  const begin = async (Key: string, input: object = {}) => {
    const made = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ...input }));
    return { Bucket, Key, UploadId: made.UploadId };
  };
  type Upload = Awaited<ReturnType<typeof begin>>;
  const send = (upload: Upload, PartNumber: number, Body: Uint8Array, input: object = {}) =>
    s3.send(new UploadPartCommand({ ...upload, PartNumber, Body, ...input }));
  const complete = (upload: Upload, Parts: object[], input: object = {}) =>
    s3.send(
      new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts }, ...input }),
    );

  beforeAll(async () => {
    Bucket = await makeBucket("multipart");
  });

  it("takes parts of unequal sizes, gaps in the numbers, and joins them without moving a byte", async () => {
    const upload = await begin("unequal", { ContentType: "text/plain", Metadata: { a: "b" } });
    const first = await send(upload, 2, fill(5 * mebibyte, 1));
    const second = await send(upload, 5, fill(6 * mebibyte + 11, 2));
    const last = await send(upload, 9, fill(3, 3));
    const before = await storedBlobs();
    const made = await complete(upload, [
      { PartNumber: 2, ETag: first.ETag },
      { PartNumber: 5, ETag: second.ETag },
      { PartNumber: 9, ETag: last.ETag },
    ]);
    expect(await storedBlobs()).toEqual(before);
    expect(made.ETag).toMatch(/^"[0-9a-f]{32}-3"$/);
    expect(made.Location).toContain(`${Bucket}/unequal`);
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: "unequal" }));
    const bytes = (await got.Body?.transformToByteArray()) ?? new Uint8Array();
    expect(bytes.length).toBe(11 * mebibyte + 14);
    expect([bytes[0], bytes[5 * mebibyte], bytes.at(-1)]).toEqual([1, 2, 3]);
    expect([got.ContentType, got.Metadata]).toEqual(["text/plain", { a: "b" }]);
    const across = await s3.send(
      new GetObjectCommand({
        Bucket,
        Key: "unequal",
        Range: `bytes=${5 * mebibyte - 2}-${5 * mebibyte + 1}`,
      }),
    );
    const joined = await across.Body?.transformToByteArray();
    expect([...(joined ?? [])]).toEqual([1, 1, 2, 2]);
    const part = await s3.send(new GetObjectCommand({ Bucket, Key: "unequal", PartNumber: 9 }));
    expect([part.PartsCount, part.ContentLength]).toEqual([3, 3]);
  });

  it("gives the same answer to the same completion", async () => {
    const upload = await begin("twice");
    const { ETag } = await send(upload, 1, fill(10, 1));
    const parts = [{ PartNumber: 1, ETag }];
    const made = await complete(upload, parts);
    const again = await complete(upload, parts);
    expect(again.ETag).toBe(made.ETag);
  });

  it.each([
    ["B145 an empty list", [], "MalformedXML"],
    ["B146 an unknown part", [{ PartNumber: 3, ETag: '"0"' }], "InvalidPart"],
    [
      "B147 parts out of order",
      [
        { PartNumber: 2, ETag: '"b"' },
        { PartNumber: 1, ETag: '"a"' },
      ],
      "InvalidPartOrder",
    ],
  ])("refuses %s", async (_name, parts, code) => {
    const upload = await begin("refused");
    await send(upload, 1, fill(10, 1));
    await refusal(complete(upload, parts), code, 400);
  });

  it("refuses small parts before the last", async () => {
    const upload = await begin("small");
    const one = await send(upload, 1, fill(10, 1));
    const two = await send(upload, 2, fill(10, 1));
    const parts = [
      { PartNumber: 1, ETag: one.ETag },
      { PartNumber: 2, ETag: two.ETag },
    ];
    await refusal(complete(upload, parts), "EntityTooSmall", 400);
  });

  it("B142 knows no upload after it was aborted, and none by another key", async () => {
    const upload = await begin("aborted");
    await refusal(send({ ...upload, Key: "elsewhere" }, 1, fill(1, 1)), "NoSuchUpload", 404);
    await s3.send(new AbortMultipartUploadCommand(upload));
    await refusal(send(upload, 1, fill(1, 1)), "NoSuchUpload", 404);
    await refusal(s3.send(new AbortMultipartUploadCommand(upload)), "NoSuchUpload", 404);
  });

  it("B143 refuses part numbers beyond 10,000", async () => {
    const upload = await begin("numbers");
    await refusal(send(upload, 10_001, fill(1, 1)), "InvalidArgument", 400);
  });

  it("lists parts page by page, the newest of each number", async () => {
    const upload = await begin("listed");
    for (const number of [1, 2, 3]) await send(upload, number, fill(number, 1));
    await send(upload, 2, fill(20, 1));
    const page = await s3.send(new ListPartsCommand({ ...upload, MaxParts: 2 }));
    expect(page.Parts?.map((part) => part.Size)).toEqual([1, 20]);
    expect(page).toMatchObject({ IsTruncated: true, NextPartNumberMarker: "2" });
    const rest = await s3.send(
      new ListPartsCommand({ ...upload, PartNumberMarker: page.NextPartNumberMarker }),
    );
    expect(rest.Parts?.map((part) => part.PartNumber)).toEqual([3]);
    expect(rest.IsTruncated).toBe(false);
  });

  it("keeps a composite checksum and tells it part by part", async () => {
    const upload = await begin("composite", { ChecksumAlgorithm: "SHA256" });
    const one = await send(upload, 1, fill(5 * mebibyte, 1), { ChecksumAlgorithm: "SHA256" });
    const two = await send(upload, 2, fill(10, 2), { ChecksumAlgorithm: "SHA256" });
    const made = await complete(upload, [
      { PartNumber: 1, ETag: one.ETag, ChecksumSHA256: one.ChecksumSHA256 },
      { PartNumber: 2, ETag: two.ETag, ChecksumSHA256: two.ChecksumSHA256 },
    ]);
    expect(made).toMatchObject({ ChecksumType: "COMPOSITE" });
    expect(made.ChecksumSHA256).toMatch(/=-2$/);
    const { ObjectParts } = await s3.send(
      new GetObjectAttributesCommand({
        Bucket,
        Key: "composite",
        ObjectAttributes: ["ObjectParts"],
      }),
    );
    expect(ObjectParts?.TotalPartsCount).toBe(2);
    expect(ObjectParts?.Parts?.map((part) => part.ChecksumSHA256)).toEqual([
      one.ChecksumSHA256,
      two.ChecksumSHA256,
    ]);
  });

  it("combines full-object checksums to that of the whole", async () => {
    const upload = await begin("full", { ChecksumAlgorithm: "CRC32", ChecksumType: "FULL_OBJECT" });
    const one = await send(upload, 1, fill(5 * mebibyte, 1), { ChecksumAlgorithm: "CRC32" });
    const two = await send(upload, 2, fill(10, 2), { ChecksumAlgorithm: "CRC32" });
    const parts = [
      { PartNumber: 1, ETag: one.ETag },
      { PartNumber: 2, ETag: two.ETag },
    ];
    const made = await complete(upload, parts);
    const whole = new Uint8Array([...fill(5 * mebibyte, 1), ...fill(10, 2)]);
    const put = await s3.send(
      new PutObjectCommand({ Bucket, Key: "whole", Body: whole, ChecksumAlgorithm: "CRC32" }),
    );
    expect(made.ChecksumCRC32).toBe(put.ChecksumCRC32);
    expect(made.ChecksumType).toBe("FULL_OBJECT");
  });

  it("copies parts by range without moving a byte", async () => {
    const Body = new Uint8Array(6 * mebibyte).map((_, index) => index % 251);
    await s3.send(new PutObjectCommand({ Bucket, Key: "origin", Body }));
    const upload = await begin("pieced");
    const before = await storedBlobs();
    const piece = (PartNumber: number, range: string) =>
      s3.send(
        new UploadPartCopyCommand({
          ...upload,
          PartNumber,
          CopySource: `${Bucket}/origin`,
          CopySourceRange: range,
        }),
      );
    const end = 6 * mebibyte - 1;
    const one = await piece(1, `bytes=${mebibyte}-${end}`);
    const two = await piece(2, "bytes=7-9");
    expect(await storedBlobs()).toEqual(before);
    await refusal(piece(3, `bytes=0-${end + 1}`), "InvalidArgument", 400);
    await complete(upload, [
      { PartNumber: 1, ETag: one.CopyPartResult?.ETag },
      { PartNumber: 2, ETag: two.CopyPartResult?.ETag },
    ]);
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: "pieced" }));
    const bytes = await got.Body?.transformToByteArray();
    expect(bytes).toEqual(new Uint8Array([...Body.slice(mebibyte), ...Body.slice(7, 10)]));
  });
});
