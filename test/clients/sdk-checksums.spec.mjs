// AWS SDK for JavaScript v3, checksums: every algorithm in headers and trailers, combined over
// parts, verified on the way in and given back on the way out.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { describe, test } from "node:test";
import { crc32 as crc32OfBytes } from "node:zlib";
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { noise } from "./support/files.mjs";
import { openClient, serve } from "./support/server.mjs";

const server = await serve();
const client = openClient(server);
const quietClient = openClient(server, {
  requestChecksumCalculation: "WHEN_REQUIRED",
  responseChecksumValidation: "WHEN_REQUIRED",
});
const Bucket = "checksums";
await client.send(new CreateBucketCommand({ Bucket }));

const text = "123456789";
/** Check values of the catalogues of checksums, for "123456789", in base64. */
const known = {
  CRC32: "y/Q5Jg==",
  CRC32C: "4waSgw==",
  CRC64NVME: "rosUhgp5mIg=",
  SHA1: createHash("sha1").update(text).digest("base64"),
  SHA256: createHash("sha256").update(text).digest("base64"),
  SHA512: createHash("sha512").update(text).digest("base64"),
  MD5: createHash("md5").update(text).digest("base64"),
  XXHASH64: Buffer.from("8cb841db40e6ae83", "hex").toString("base64"),
  XXHASH3: Buffer.from("72dcb18b67a17dff", "hex").toString("base64"),
  XXHASH128: Buffer.from("33119477ede5dcd5e9716427681d5860", "hex").toString("base64"),
};
/** What the SDK computes by itself. */
const computed = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"];

const send = (Command, input, by = client) => by.send(new Command({ Bucket, ...input }));

describe("a checksum of a whole object", () => {
  for (const algorithm of computed) {
    test(`${algorithm}: of bytes by header, of a stream by trailer`, async () => {
      const member = `Checksum${algorithm}`;
      for (const [Key, Body] of [
        [`${algorithm}-header`, text],
        [`${algorithm}-trailer`, Readable.from([Buffer.from(text)])],
      ]) {
        const input = { Key, Body, ContentLength: 9, ChecksumAlgorithm: algorithm };
        const stored = await send(PutObjectCommand, input);
        assert.equal(stored[member], known[algorithm]);
        assert.equal(stored.ChecksumType, "FULL_OBJECT");
        const answer = await send(GetObjectCommand, { Key, ChecksumMode: "ENABLED" });
        assert.equal(answer[member], known[algorithm]);
        // Reading to the end makes the SDK verify it.
        assert.equal(await answer.Body.transformToString(), text);
        assert.equal(answer.ContentEncoding, undefined);
      }
    });
  }

  for (const algorithm of Object.keys(known)) {
    test(`${algorithm}: a value given is verified, kept and shown when asked for`, async () => {
      const member = `Checksum${algorithm}`;
      const Key = `given-${algorithm}`;
      const value = known[algorithm];
      await send(PutObjectCommand, { Key, Body: text, [member]: value });
      const asked = await send(HeadObjectCommand, { Key, ChecksumMode: "ENABLED" });
      assert.equal(asked[member], value);
      const unasked = await send(HeadObjectCommand, { Key }, quietClient);
      assert.equal(unasked[member], undefined);
      const attributes = await send(GetObjectAttributesCommand, {
        Key,
        ObjectAttributes: ["Checksum"],
      });
      assert.equal(attributes.Checksum[member], value);
      const wrong = Buffer.from(value, "base64");
      wrong[0] ^= 1;
      await assert.rejects(
        send(PutObjectCommand, { Key, Body: text, [member]: wrong.toString("base64") }),
        { name: "BadDigest" },
      );
    });
  }

  test("is CRC64NVME when the client sent none", async () => {
    const stored = await send(PutObjectCommand, { Key: "none", Body: text }, quietClient);
    assert.equal(stored.ChecksumCRC64NVME, known.CRC64NVME);
    const asked = await send(HeadObjectCommand, { Key: "none", ChecksumMode: "ENABLED" });
    assert.equal(asked.ChecksumCRC64NVME, known.CRC64NVME);
    assert.equal(asked.ChecksumType, "FULL_OBJECT");
  });

  test("is refused when it does not fit, and nothing is stored", async () => {
    const ContentMD5 = createHash("md5").update("other").digest("base64");
    const wrong = send(PutObjectCommand, { Key: "wrong", Body: text, ContentMD5 });
    await assert.rejects(wrong, { name: "BadDigest" });
    const broken = send(PutObjectCommand, { Key: "wrong", Body: text, ContentMD5: "no digest" });
    await assert.rejects(broken, { name: "InvalidDigest" });
    await assert.rejects(send(HeadObjectCommand, { Key: "wrong" }), { name: "NotFound" });
  });
});

describe("a checksum of a multipart upload", () => {
  const parts = [noise(5 * 1024 * 1024, 1), noise(6 * 1024 * 1024 + 13, 2), noise(77, 3)];
  const whole = Buffer.concat(parts);

  /** Uploads the parts and completes with the values the server answered. */
  async function upload(Key, ChecksumAlgorithm, ChecksumType) {
    const { UploadId } = await send(CreateMultipartUploadCommand, {
      Key,
      ChecksumAlgorithm,
      ChecksumType,
    });
    const member = `Checksum${ChecksumAlgorithm}`;
    const Parts = [];
    for (const [index, Body] of parts.entries()) {
      const PartNumber = index + 1;
      const part = { Key, UploadId, PartNumber, Body, ChecksumAlgorithm };
      const answer = await send(UploadPartCommand, part);
      assert.ok(answer[member], `part ${PartNumber} has no ${member}`);
      Parts.push({ PartNumber, ETag: answer.ETag, [member]: answer[member] });
    }
    const completed = await send(CompleteMultipartUploadCommand, {
      Key,
      UploadId,
      ChecksumType,
      MultipartUpload: { Parts },
    });
    return { value: completed[member], type: completed.ChecksumType, Parts };
  }

  for (const algorithm of ["CRC32", "CRC32C", "SHA1", "SHA256"]) {
    test(`${algorithm} COMPOSITE is the digest of the parts' digests`, async () => {
      const Key = `composite-${algorithm}`;
      const { value, type, Parts } = await upload(Key, algorithm, "COMPOSITE");
      assert.equal(type, "COMPOSITE");
      assert.match(value, /-3$/);
      const digests = Parts.map((part) => Buffer.from(part[`Checksum${algorithm}`], "base64"));
      if (algorithm.startsWith("SHA")) {
        const name = algorithm.toLowerCase();
        const expected = createHash(name).update(Buffer.concat(digests)).digest("base64");
        assert.equal(value, `${expected}-3`);
      }
      const asked = await send(HeadObjectCommand, { Key, ChecksumMode: "ENABLED" });
      assert.equal(asked[`Checksum${algorithm}`], value);
      const attributes = await send(GetObjectAttributesCommand, {
        Key,
        ObjectAttributes: ["ObjectParts", "Checksum"],
      });
      assert.equal(attributes.ObjectParts.TotalPartsCount, 3);
      const shown = attributes.ObjectParts.Parts.map((part) => part[`Checksum${algorithm}`]);
      assert.deepEqual(
        shown,
        Parts.map((part) => part[`Checksum${algorithm}`]),
      );
      assert.deepEqual(
        attributes.ObjectParts.Parts.map(({ Size }) => Size),
        parts.map(({ length }) => length),
      );
    });
  }

  for (const algorithm of ["CRC32", "CRC32C", "CRC64NVME"]) {
    test(`${algorithm} FULL_OBJECT is that of the whole content`, async () => {
      const Key = `full-${algorithm}`;
      const { value, type } = await upload(Key, algorithm, "FULL_OBJECT");
      assert.equal(type, "FULL_OBJECT");
      const single = await send(PutObjectCommand, {
        Key: "single",
        Body: whole,
        ChecksumAlgorithm: algorithm,
      });
      assert.equal(value, single[`Checksum${algorithm}`]);
      if (algorithm === "CRC32") {
        const expected = Buffer.alloc(4);
        expected.writeUInt32BE(crc32OfBytes(whole));
        assert.equal(value, expected.toString("base64"));
      }
      const answer = await send(GetObjectCommand, { Key, ChecksumMode: "ENABLED" });
      assert.ok(whole.equals(await answer.Body.transformToByteArray()));
    });
  }

  test("a part that does not fit its checksum is refused", async () => {
    const Key = "refused-part";
    const { UploadId } = await send(CreateMultipartUploadCommand, {
      Key,
      ChecksumAlgorithm: "SHA256",
    });
    const part = { Key, UploadId, PartNumber: 1, Body: text, ChecksumSHA256: known.SHA256 };
    await assert.rejects(send(UploadPartCommand, { ...part, Body: "123456780" }), {
      name: "BadDigest",
    });
    const { ETag } = await send(UploadPartCommand, part);
    const complete = (ChecksumSHA256) =>
      send(CompleteMultipartUploadCommand, {
        Key,
        UploadId,
        MultipartUpload: { Parts: [{ PartNumber: 1, ETag, ChecksumSHA256 }] },
      });
    const other = createHash("sha256").update("other").digest("base64");
    await assert.rejects(complete(other), { name: "InvalidPart" });
    await complete(known.SHA256);
  });
});
