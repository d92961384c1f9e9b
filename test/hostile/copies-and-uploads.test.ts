// Copies and multipart uploads that cannot be, each with the answer Amazon S3 gives.

import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import type { ResolveOutcome } from "../../src/bucket/types.ts";
import {
  byHeader,
  expectRefusal,
  makeBucket,
  must,
  ownBindings,
  type Row,
  runRows,
  send,
  snapshot,
} from "./front-door.ts";

let bucket: string;
let uploadId: string;
let partEtags: string[];

beforeAll(async () => {
  bucket = await makeBucket();
  const created = await must(200, { method: "POST", path: `/${bucket}/upload?uploads` });
  uploadId = created.first("UploadId") ?? "";
  partEtags = [];
  for (const number of [1, 2]) {
    const path = `/${bucket}/upload?partNumber=${number}&uploadId=${uploadId}`;
    const put = await must(200, { method: "PUT", path, body: `part ${number}` });
    partEtags.push(put.headers.get("etag") ?? "");
  }
});

const invalidArgument = { status: 400, code: "InvalidArgument" } as const;
const noSuchUpload = { status: 404, code: "NoSuchUpload" } as const;
const copy = (name: string, source: string, headers: Record<string, string> = {}) =>
  byHeader({
    method: "PUT",
    path: `/${name}/copy`,
    headers: { "x-amz-copy-source": source, ...headers },
  });
const part = (name: string, query: string) =>
  byHeader({ method: "PUT", path: `/${name}/upload?${query}`, body: "x" });
const complete = (name: string, body: string, id = uploadId, key = "upload") =>
  byHeader({ method: "POST", path: `/${name}/${key}?uploadId=${id}`, body });
const list = (...parts: readonly (readonly [number | string, string])[]) =>
  `<CompleteMultipartUpload>${parts
    .map(([number, etag]) => `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`)
    .join("")}</CompleteMultipartUpload>`;

const copyRows: Row[] = [
  ...[
    "",
    "/",
    "nothing",
    "/nothing",
    "bucket/",
    "bucket/%ZZ",
    "bucket/%ff",
    "%",
    "a/b",
    "1.2.3.4/key",
    "bucket/a%00b",
    "arn:aws:s3:::bucket",
  ].map((source) => ({
    name: `B135 SEC-131 the copy source "${source}"`,
    ...invalidArgument,
    detail: { ArgumentName: "x-amz-copy-source", ArgumentValue: source },
    make: (name: string) => copy(name, source),
  })),
  {
    name: "B137 a metadata directive of MERGE",
    ...invalidArgument,
    message: "Unknown metadata directive.",
    make: (name) => copy(name, `${name}/there`, { "x-amz-metadata-directive": "MERGE" }),
  },
  {
    name: "B137 a tagging directive of MERGE",
    ...invalidArgument,
    message: "Unknown tagging directive.",
    make: (name) => copy(name, `${name}/there`, { "x-amz-tagging-directive": "MERGE" }),
  },
  {
    name: "B138 a source key that is not there",
    status: 404,
    code: "NoSuchKey",
    detail: { Key: "missing" },
    make: (name) => copy(name, `${name}/missing`),
  },
  {
    name: "B138 a source bucket that is not there",
    status: 404,
    code: "NoSuchBucket",
    detail: { BucketName: "no-such-bucket-at-all" },
    make: (name) => copy(name, "no-such-bucket-at-all/key"),
  },
  {
    name: "B138 a target bucket that is not there",
    status: 404,
    code: "NoSuchBucket",
    make: (name) => copy("no-such-bucket-at-all", `${name}/there`),
  },
  {
    name: "B138 a source version that is not there",
    status: 404,
    code: "NoSuchVersion",
    make: (name) => copy(name, `${name}/there?versionId=${"A".repeat(32)}`),
  },
  ...(
    [
      ["if-match", '"no"'],
      ["if-none-match", "*"],
      ["if-unmodified-since", "Sat, 01 Jan 2000 00:00:00 GMT"],
      ["if-modified-since", "Sat, 01 Jan 2124 00:00:00 GMT"],
    ] as const
  ).map(([condition, value]) => ({
    name: `B139 x-amz-copy-source-${condition}`,
    status: 412,
    code: "PreconditionFailed",
    make: (name: string) =>
      copy(name, `${name}/there`, { [`x-amz-copy-source-${condition}`]: value }),
  })),
  {
    name: "an object copied onto itself",
    status: 400,
    code: "InvalidRequest",
    message: "without changing the object's metadata",
    make: (name) =>
      byHeader({
        method: "PUT",
        path: `/${name}/there`,
        headers: { "x-amz-copy-source": `${name}/there` },
      }),
  },
  ...["/../", "%2F..%2F", "/%2e%2e/", "/./"].map((dots) => ({
    name: `SEC-033 a source of bucket${dots}bucket/there is a key of the first`,
    status: 404,
    code: "NoSuchKey",
    make: (name: string) => copy(name, `${name}${dots}${name}/there`),
  })),
  ...["12345678901", "abc", "", "1234567890123"]
    .map((owner) => ({
      name: `B161 an expected owner of "${owner}"`,
      status: 400,
      code: "InvalidBucketOwnerAWSAccountID",
      make: (name: string) =>
        byHeader({
          path: `/${name}/there`,
          headers: { "x-amz-expected-bucket-owner": owner },
        }),
    }))
    .filter(({ name }) => !name.endsWith('""')),
  {
    name: "B161 SEC-084 another owner than expected",
    status: 403,
    code: "AccessDenied",
    make: (name) =>
      byHeader({
        path: `/${name}/there`,
        headers: { "x-amz-expected-bucket-owner": "999999999999" },
      }),
  },
  {
    name: "B161 SEC-084 another owner of the source than expected",
    status: 403,
    code: "AccessDenied",
    make: (name) =>
      copy(name, `${name}/there`, { "x-amz-source-expected-bucket-owner": "999999999999" }),
  },
];

const uploadRows: Row[] = [
  ...["unknown", "..", "%00".replace("%00", "0"), "a".repeat(3000), "%25%25"].map((id) => ({
    name: `B142 a part of the upload ${id.slice(0, 20)}`,
    ...noSuchUpload,
    make: (name: string) => part(name, `partNumber=1&uploadId=${id}`),
  })),
  {
    name: "B142 aborting an upload that is not there",
    ...noSuchUpload,
    make: (name) => byHeader({ method: "DELETE", path: `/${name}/upload?uploadId=unknown` }),
  },
  {
    name: "B142 listing the parts of an upload that is not there",
    ...noSuchUpload,
    make: (name) => byHeader({ path: `/${name}/upload?uploadId=unknown` }),
  },
  {
    name: "B142 completing an upload that is not there",
    ...noSuchUpload,
    make: (name) => complete(name, list([1, partEtags[0] ?? ""]), "unknown"),
  },
  {
    name: "SEC-105 a part for another key than the upload's",
    ...noSuchUpload,
    make: (name) =>
      byHeader({
        method: "PUT",
        path: `/${name}/other?partNumber=1&uploadId=${uploadId}`,
        body: "x",
      }),
  },
  {
    name: "SEC-105 completing under another key",
    ...noSuchUpload,
    make: (name) => complete(name, list([1, partEtags[0] ?? ""]), uploadId, "other"),
  },
  ...["0", "10001", "-1", "abc", "", "1.5", "99999999999999999999"].map((number) => ({
    name: `B143 the part number "${number}"`,
    ...invalidArgument,
    message: "Part number must be an integer between 1 and 10000, inclusive",
    make: (name: string) => part(name, `partNumber=${number}&uploadId=${uploadId}`),
  })),
  ...["partNumber=1", "uploadId=x"].map((query) => ({
    name: `a PUT with ${query} alone never becomes a PutObject`,
    ...invalidArgument,
    make: (name: string) => part(name, query),
  })),
  {
    name: "B145 completing with an empty list",
    status: 400,
    code: "MalformedXML",
    make: (name) => complete(name, list()),
  },
  {
    name: "B145 completing with nothing",
    status: 400,
    code: "InvalidRequest",
    message: "You must specify at least one part",
    make: (name) => complete(name, ""),
  },
  ...[
    ["a number that is none", list(["one", "x"])],
    [
      "no ETag",
      "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber></Part></CompleteMultipartUpload>",
    ],
    ["no number", "<CompleteMultipartUpload><Part><ETag>x</ETag></Part></CompleteMultipartUpload>"],
    ["10,001 parts", list(...Array.from({ length: 10_001 }, (_, at) => [at + 1, "x"] as const))],
  ].map(([what, body]) => ({
    name: `B145 SEC-137 completing with ${what}`,
    status: 400,
    code: "MalformedXML",
    make: (name: string) => complete(name, body ?? ""),
  })),
  {
    name: "B146 completing with a part that is not there",
    status: 400,
    code: "InvalidPart",
    make: (name) => complete(name, list([3, partEtags[0] ?? ""])),
  },
  {
    name: "B146 completing with the ETag of another part",
    status: 400,
    code: "InvalidPart",
    make: (name) => complete(name, list([1, partEtags[1] ?? ""])),
  },
  ...["", "*", "&quot;&quot;", "x".repeat(5000)].map((etag) => ({
    name: `B146 SEC-107 completing with the ETag ${etag.slice(0, 10)}`,
    status: 400,
    code: "InvalidPart",
    make: (name: string) => complete(name, list([1, etag])),
  })),
  {
    name: "B147 SEC-107 completing out of order",
    status: 400,
    code: "InvalidPartOrder",
    make: (name) => complete(name, list([2, partEtags[1] ?? ""], [1, partEtags[0] ?? ""])),
  },
  {
    name: "B147 SEC-107 completing with a part twice",
    status: 400,
    code: "InvalidPartOrder",
    make: (name) => complete(name, list([1, partEtags[0] ?? ""], [1, partEtags[0] ?? ""])),
  },
  {
    name: "completing with a part of less than 5 MiB before another",
    status: 400,
    code: "EntityTooSmall",
    detail: { ProposedSize: "6", MinSizeAllowed: "5242880", PartNumber: "1" },
    make: (name) => complete(name, list([1, partEtags[0] ?? ""], [2, partEtags[1] ?? ""])),
  },
  ...["bytes=0-", "bytes=-1", "bytes=1-0", "0-1", "bytes=0-1,2-3", "bytes=a-b"].map((range) => ({
    name: `a part copied from ${range}`,
    ...invalidArgument,
    detail: { ArgumentName: "x-amz-copy-source-range" },
    make: (name: string) =>
      byHeader({
        method: "PUT",
        path: `/${name}/upload?partNumber=9&uploadId=${uploadId}`,
        headers: { "x-amz-copy-source": `${name}/there`, "x-amz-copy-source-range": range },
      }),
  })),
];

describe("a copy that cannot be", () => {
  runRows(copyRows, () => bucket);

  it("SEC-033 SEC-039 dots in a source lead to no other bucket and alias no other key", async () => {
    const other = await makeBucket();
    await must(200, { method: "PUT", path: `/${other}/secret`, body: "secret" });
    for (const source of [
      `/${bucket}/../${other}/secret`,
      `${bucket}/%2e%2e/${other}/secret`,
      `${bucket}/..%2f${other}%2fsecret`,
      `${bucket}/there/../there`,
      `${bucket}/./there`,
      `${bucket}//there`,
      `${bucket}\\..\\${other}/secret`,
    ]) {
      const answer = await send(copy(bucket, source));
      expect(["400 InvalidArgument", "404 NoSuchKey"], source).toContain(
        `${answer.status} ${answer.first("Code")}`,
      );
      expect(answer.text).not.toContain("<ETag>");
    }
  });
});

describe("a source too large to copy in one call", () => {
  /** An index that says of every version that it has 6 GiB. */
  function inflatingEnv() {
    const bindings = ownBindings();
    const inflate = (stub: DurableObjectStub) =>
      new Proxy(stub, {
        get: (target, name) => {
          if (name !== "resolve") return Reflect.get(target, name);
          return async (request: unknown) => {
            const index = target as unknown as {
              resolve(request: unknown): Promise<ResolveOutcome>;
            };
            const outcome = await index.resolve(request);
            if (outcome.kind !== "found") return outcome;
            return { ...outcome, version: { ...outcome.version, sizeBytes: 6 * 1024 ** 3 } };
          };
        },
      });
    const namespace = {
      idFromName: (name: string) => bindings.BUCKET_INDEX.idFromName(name),
      get: (id: DurableObjectId) => inflate(bindings.BUCKET_INDEX.get(id)),
    };
    return { ...bindings, BUCKET_INDEX: namespace as unknown as DurableObjectNamespace };
  }

  it("B141 is refused, whole or as a part (to confirm on AWS)", async () => {
    const door = { env: inflatingEnv() };
    const whole = await send(copy(bucket, `${bucket}/there`), door);
    expectRefusal(whole, {
      status: 400,
      code: "InvalidRequest",
      message: "The specified copy source is larger than the maximum allowable size",
    });
    const path = `/${bucket}/upload?partNumber=5&uploadId=${uploadId}`;
    const headers = { "x-amz-copy-source": `${bucket}/there` };
    const part = await send(byHeader({ method: "PUT", path, headers }), door);
    expect([400, 403], part.text).toContain(part.status);
  });
});

describe("a multipart upload that cannot be", () => {
  runRows(uploadRows, () => bucket);

  it("B142 is aborted twice", async () => {
    const created = await must(200, { method: "POST", path: `/${bucket}/aborted?uploads` });
    const path = `/${bucket}/aborted?uploadId=${created.first("UploadId")}`;
    await must(204, { method: "DELETE", path });
    const before = await snapshot(bucket);
    expectRefusal(await send(byHeader({ method: "DELETE", path })), noSuchUpload);
    expect(await snapshot(bucket)).toBe(before);
  });

  it("D07 has a part whose digest is another's: it is not stored", async () => {
    const digest = createHash("md5").update("y").digest("base64");
    const answer = await send(
      byHeader({
        method: "PUT",
        path: `/${bucket}/upload?partNumber=7&uploadId=${uploadId}`,
        body: "x",
        headers: { "content-md5": digest },
      }),
    );
    expectRefusal(answer, { status: 400, code: "BadDigest" });
    const listed = await must(200, { path: `/${bucket}/upload?uploadId=${uploadId}` });
    expect(listed.text).not.toContain("<PartNumber>7</PartNumber>");
  });
});
