// Conditions, ranges, part numbers, versions and listing parameters that cannot hold.

import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import {
  byHeader,
  elements,
  expectRefusal,
  makeBucket,
  must,
  putWith,
  type Row,
  runRows,
  send,
  sharedBucket,
} from "./front-door.ts";

const bucket = sharedBucket();
const etag = `"${createHash("md5").update("content").digest("hex")}"`;

beforeAll(async () => {
  await must(200, { method: "PUT", path: `/${bucket}/empty`, body: "" });
});

const failed = { status: 412, code: "PreconditionFailed" } as const;
const invalidArgument = { status: 400, code: "InvalidArgument" } as const;
const get = (path: string, headers: Record<string, string> = {}) => byHeader({ path, headers });
const head = (path: string, headers: Record<string, string> = {}) =>
  byHeader({ method: "HEAD", path, headers });
const both = (suffix: string, headers: Record<string, string> = {}) => ({
  make: (name: string) => get(`/${name}/${suffix}`, headers),
  head: (name: string) => head(`/${name}/${suffix}`, headers),
});
const longAgo = "Sat, 01 Jan 2000 00:00:00 GMT";

const rows: Row[] = [
  { name: "B065 If-Match with another ETag", ...failed, ...both("there", { "if-match": '"no"' }) },
  {
    name: "B065 If-Unmodified-Since before it was written",
    ...failed,
    detail: { Condition: "If-Unmodified-Since" },
    ...both("there", { "if-unmodified-since": longAgo }),
  },
  {
    name: "B065 PUT If-Match with another ETag",
    ...failed,
    detail: { Condition: "If-Match" },
    make: (name) => putWith(`/${name}/there`, { "if-match": '"no"' }),
  },
  {
    name: "B065 PUT If-Match where there is nothing",
    status: 404,
    code: "NoSuchKey",
    make: (name) => putWith(`/${name}/new`, { "if-match": etag }),
  },
  {
    name: "B066 If-None-Match with its ETag",
    status: 304,
    code: undefined,
    headers: { etag },
    ...both("there", { "if-none-match": etag }),
  },
  {
    name: "B066 If-None-Match: *",
    status: 304,
    code: undefined,
    ...both("there", { "if-none-match": "*" }),
  },
  {
    name: "B067 PUT If-None-Match: * on a key that is there",
    ...failed,
    detail: { Condition: "If-None-Match" },
    make: (name) => putWith(`/${name}/there`, { "if-none-match": "*" }),
  },
  {
    name: "B069 PUT If-None-Match with an ETag (to confirm on AWS)",
    status: 501,
    code: "NotImplemented",
    detail: { Header: "If-None-Match" },
    make: (name) => putWith(`/${name}/there`, { "if-none-match": etag }),
  },
  ...["bytes=0-0", "bytes=-1", "bytes=0-"].map((range) => ({
    name: `B073 ${range} of an empty object`,
    status: 416,
    code: "InvalidRange",
    detail: { ActualObjectSize: "0", RangeRequested: range },
    ...both("empty", { range }),
  })),
  ...["bytes=7-", "bytes=100-200", "bytes=-0", "bytes=99999999999999999999-"].map((range) => ({
    name: `B073 ${range} of 7 bytes`,
    status: 416,
    code: "InvalidRange",
    ...both("there", { range }),
  })),
  {
    name: "B074 Range and partNumber together",
    status: 400,
    code: "InvalidRequest",
    message: "Cannot specify both Range header and partNumber query parameter",
    ...both("there?partNumber=1", { range: "bytes=0-1" }),
  },
  ...["0", "-1", "10001", "abc", "", "1.5", "0x1", "1e1", "99999999999999999999"].map((part) => ({
    name: `B075 partNumber=${part}`,
    ...invalidArgument,
    message: "Part number must be an integer between 1 and 10000, inclusive",
    ...both(`there?partNumber=${part}`),
  })),
  {
    name: "a part that a whole object does not have",
    status: 416,
    code: "InvalidPartNumber",
    ...both("there?partNumber=2"),
  },
  ...["", "?list-type=2&", "?versions&"].flatMap((kind) =>
    [
      ["B077", "-1"],
      ["B078", "blah"],
      ["B078", "1.5"],
      ["B078", "%201"],
      ["B079", "2147483648"],
      ["B079", "99999999999999999999"],
    ].map(([id, value]) => ({
      name: `${id} ${kind}max-keys=${value}`,
      ...invalidArgument,
      make: (name: string) => get(`/${name}${kind || "?"}max-keys=${value}`),
    })),
  ),
  ...["max-uploads=-1", "max-uploads=blah", "max-uploads=2147483648"].map((value) => ({
    name: `B077 ?uploads&${value}`,
    ...invalidArgument,
    make: (name: string) => get(`/${name}?uploads&${value}`),
  })),
  ...["", "?list-type=2&", "?versions&", "?uploads&"].flatMap((kind) =>
    ["foo", "", "base64"].map((value) => ({
      name: `B081 ${kind}encoding-type=${value} (to confirm on AWS)`,
      ...invalidArgument,
      message: "Invalid Encoding Method specified in Request",
      make: (name: string) => get(`/${name}${kind || "?"}encoding-type=${value}`),
    })),
  ),
  ...["3", "0", "-1", "two", ""].map((value) => ({
    name: `B082 list-type=${value} (to confirm on AWS)`,
    ...invalidArgument,
    make: (name: string) => get(`/${name}?list-type=${value}`),
  })),
  ...["garbage", "0", "%00x", "null2", "..", "a".repeat(2000)]
    .filter((id) => id !== "%00x")
    .map((id) => ({
      name: `B083 versionId=${id.slice(0, 20)}`,
      ...invalidArgument,
      message: "Invalid version id specified",
      detail: { ArgumentName: "versionId", ArgumentValue: id },
      ...both(`there?versionId=${id}`),
    })),
  {
    name: "B083 DELETE versionId=garbage",
    ...invalidArgument,
    message: "Invalid version id specified",
    make: (name) => byHeader({ method: "DELETE", path: `/${name}/there?versionId=garbage` }),
  },
  {
    name: "SEC-100 an empty versionId",
    ...invalidArgument,
    message: "Version id cannot be the empty string",
    ...both("there?versionId="),
  },
  {
    name: "a continuation token that is none",
    ...invalidArgument,
    message: "The continuation token provided is incorrect",
    make: (name) => get(`/${name}?list-type=2&continuation-token=bogus`),
  },
  ...["%0d%0aset-cookie:a=b", "%01", "%7f", "%E2%82%AC"].map((value) => ({
    name: `SEC-048 response-content-disposition=${value}`,
    ...invalidArgument,
    make: (name: string) => get(`/${name}/there?response-content-disposition=${value}`),
  })),
];

describe("a read that cannot be", () => {
  runRows(rows, () => bucket);

  it("B070 an unreadable If-Modified-Since is ignored (to confirm on AWS)", async () => {
    for (const date of ["yesterday", "", "2026-13-45", "0"]) {
      const headers = { "if-modified-since": date };
      expect((await must(200, { path: `/${bucket}/there`, headers })).text).toBe("content");
    }
  });

  it("B071 SEC-139 a range that is none is ignored (to confirm on AWS)", async () => {
    const many = `bytes=${"0-,".repeat(3000)}0-`;
    for (const range of [
      "bytes=100-50",
      "bytes=a-b",
      "lines=1-2",
      "bytes=",
      "bytes=-",
      "bytes=0-1,2-3",
      "bytes 0-1",
      "bytes=--1",
      "bytes=0x0-0x1",
      many,
    ]) {
      const answer = await must(200, { path: `/${bucket}/there`, headers: { range } });
      expect([answer.text, answer.headers.get("content-range")]).toEqual(["content", null]);
    }
  });

  it("B081 encoding-type is read in any case, by every listing", async () => {
    for (const kind of ["?", "?list-type=2&", "?versions&", "?uploads&"]) {
      const answer = await must(200, { path: `/${bucket}${kind}encoding-type=URL` });
      expect(answer.first("EncodingType")).toBe("url");
    }
  });

  it("SEC-141 max-keys is never more than 1,000", async () => {
    for (const kind of ["?", "?list-type=2&", "?versions&"]) {
      const answer = await must(200, { path: `/${bucket}${kind}max-keys=2147483647` });
      expect(answer.first("MaxKeys")).toMatch(/^(1000|2147483647)$/);
    }
  });
});

describe("a version that cannot be read", () => {
  it("B085 SEC-101 is a delete marker: 405 by its id, 404 without, and no source of a copy", async () => {
    const own = await makeBucket();
    const body = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    await must(200, { method: "PUT", path: `/${own}?versioning`, body });
    const deleted = await must(204, { method: "DELETE", path: `/${own}/there` });
    const markerId = deleted.headers.get("x-amz-version-id") ?? "";
    const headers = { "x-amz-delete-marker": "true", "x-amz-version-id": markerId };
    const byId = `/${own}/there?versionId=${markerId}`;
    const notAllowed = { status: 405, code: "MethodNotAllowed", headers };
    expectRefusal(await send(get(byId)), notAllowed);
    const headOfMarker = await send(head(byId));
    expect([headOfMarker.status, headOfMarker.text]).toEqual([405, ""]);
    expect(headOfMarker.headers.get("x-amz-delete-marker")).toBe("true");
    const notFound = { status: 404, code: "NoSuchKey", headers };
    expectRefusal(await send(get(`/${own}/there`)), notFound);
    const copy = byHeader({
      method: "PUT",
      path: `/${own}/copy`,
      headers: { "x-amz-copy-source": `/${own}/there?versionId=${markerId}` },
    });
    expectRefusal(await send(copy), { status: 400, code: "InvalidRequest" });
    await must(200, { path: `/${own}/there?versionId=null` });
  });

  it("SEC-100 is the id of another key or bucket", async () => {
    const [one, other] = [await makeBucket(), await makeBucket()];
    const body = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    for (const name of [one, other]) {
      await must(200, { method: "PUT", path: `/${name}?versioning`, body });
    }
    const put = await must(200, { method: "PUT", path: `/${one}/mine`, body: "x" });
    const versionId = put.headers.get("x-amz-version-id") ?? "";
    for (const path of [`/${one}/there`, `/${other}/mine`, `/${other}/there`]) {
      const answer = await send(get(`${path}?versionId=${versionId}`));
      expectRefusal(answer, { status: 404, code: "NoSuchVersion" });
      // Deleting a version that is not there succeeds, as on S3, and deletes nothing.
      await send(byHeader({ method: "DELETE", path: `${path}?versionId=${versionId}` }));
    }
    await must(200, { path: `/${one}/mine?versionId=${versionId}` });
    await must(200, { path: `/${one}/there` });
    const listed = elements((await must(200, { path: `/${one}?versions` })).text);
    expect(listed.filter(({ name }) => name === "Version")).toHaveLength(2);
  });
});
