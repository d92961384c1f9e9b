import { beforeAll, describe, expect, it } from "vitest";
import { type Answer, call, makeAccount, makeBucket, type Wish } from "../bucket/fixtures.ts";

// Rules and limits: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html

type Pair = readonly [key: string, value: string];

const tag = ([key, value]: Pair) => `<Tag><Key>${key}</Key><Value>${value}</Value></Tag>`;
const document = (pairs: readonly Pair[]) =>
  `<Tagging><TagSet>${pairs.map(tag).join("")}</TagSet></Tagging>`;
const numbered = (count: number): Pair[] =>
  Array.from({ length: count }, (_, at) => [`k${at}`, `v${at}`]);

const codeOf = (answer: Answer) => [answer.status, answer.first("Code")];
const tagsOf = (answer: Answer) =>
  answer.all("Key").map((key, at) => `${key}=${answer.all("Value")[at]}`);

let bucket = "";
const put = (key: string, wish: Wish = {}) => call("PUT", `/${bucket}/${key}`, wish);
const putTags = (key: string, pairs: readonly Pair[]) =>
  call("PUT", `/${bucket}/${key}?tagging`, { body: document(pairs) });

beforeAll(async () => {
  bucket = await makeBucket("tags");
});

describe("PutObjectTagging", () => {
  it("replaces all tags, and the count shows on reads", async () => {
    await put("a", { body: "x", headers: { "x-amz-tagging": "old=1" } });
    const answer = await putTags("a", [
      ["b", "2"],
      ["a", ""],
    ]);
    expect([answer.status, answer.text]).toEqual([200, ""]);
    expect(answer.headers.get("x-amz-version-id")).toBeNull();
    expect(tagsOf(await call("GET", `/${bucket}/a?tagging`))).toEqual(["b=2", "a="]);
    for (const method of ["GET", "HEAD"]) {
      const read = await call(method, `/${bucket}/a`);
      expect(read.headers.get("x-amz-tagging-count")).toBe("2");
    }
  });

  it("takes an empty set as no tags, without a count", async () => {
    await put("empty", { body: "x", headers: { "x-amz-tagging": "old=1" } });
    expect((await putTags("empty", [])).status).toBe(200);
    expect(tagsOf(await call("GET", `/${bucket}/empty?tagging`))).toEqual([]);
    const read = await call("HEAD", `/${bucket}/empty`);
    expect(read.headers.has("x-amz-tagging-count")).toBe(false);
  });

  it("changes neither ETag nor Last-Modified", async () => {
    await put("still", { body: "x" });
    const before = await call("HEAD", `/${bucket}/still`);
    await putTags("still", [["a", "b"]]);
    const after = await call("HEAD", `/${bucket}/still`);
    for (const name of ["etag", "last-modified"]) {
      expect(after.headers.get(name)).toBe(before.headers.get(name));
    }
  });

  const refused: [what: string, pairs: Pair[], code: string, message: string][] = [
    ["11 tags (B107)", numbered(11), "BadRequest", "Object tags cannot be greater than 10"],
    [
      "a key twice (B109)",
      [
        ["a", "1"],
        ["a", "2"],
      ],
      "InvalidTag",
      "Cannot provide multiple Tags with the same key",
    ],
    [
      "a key of AWS's own (B109)",
      [["aws:x", "1"]],
      "InvalidTag",
      "System tags cannot be added/updated by requester",
    ],
    ["an empty key", [["", "1"]], "InvalidTag", "The TagKey you have provided is invalid"],
    [
      "a key of 129 characters",
      [["k".repeat(129), "1"]],
      "InvalidTag",
      "The TagKey you have provided is invalid",
    ],
    [
      "a value of 257 characters",
      [["k", "v".repeat(257)]],
      "InvalidTag",
      "The TagValue you have provided is invalid",
    ],
    [
      "a character not allowed",
      [["k!", "v"]],
      "InvalidTag",
      "The TagKey you have provided is invalid",
    ],
  ];

  it.each(refused)("refuses %s", async (_what, pairs, code, message) => {
    await put("kept", { body: "x", headers: { "x-amz-tagging": "kept=yes" } });
    const answer = await putTags("kept", pairs);
    expect([...codeOf(answer), answer.first("Message")]).toEqual([400, code, message]);
    expect(tagsOf(await call("GET", `/${bucket}/kept?tagging`))).toEqual(["kept=yes"]);
  });

  it("takes the most there may be: 10 tags of 128 and 256 characters", async () => {
    await put("most", { body: "x" });
    const pairs = numbered(10).map(([key]): Pair => [key.padEnd(128, "ü"), "é".repeat(256)]);
    expect((await putTags("most", pairs)).status).toBe(200);
    expect((await call("GET", `/${bucket}/most?tagging`)).all("Tag")).toHaveLength(10);
  });

  it.each([
    ["no TagSet", "<Tagging/>"],
    ["a tag without a value", "<Tagging><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>"],
    ["another document", "<Retention/>"],
  ])("refuses %s with MalformedXML", async (_what, body) => {
    await put("shape", { body: "x" });
    expect(codeOf(await call("PUT", `/${bucket}/shape?tagging`, { body }))).toEqual([
      400,
      "MalformedXML",
    ]);
  });

  it("answers NoSuchKey, NoSuchBucket and AccessDenied", async () => {
    expect(codeOf(await putTags("never", [["a", "b"]]))).toEqual([404, "NoSuchKey"]);
    const body = document([["a", "b"]]);
    const gone = await call("PUT", "/no-such-bucket-at-all/a?tagging", { body });
    expect(codeOf(gone)).toEqual([404, "NoSuchBucket"]);
    const { keys } = await makeAccount();
    const strange = await call("PUT", `/${bucket}/a?tagging`, { body, keys });
    expect(codeOf(strange)).toEqual([403, "AccessDenied"]);
  });
});

describe("DeleteObjectTagging", () => {
  it("takes all tags away, again and again, with 204", async () => {
    await put("d", { body: "x", headers: { "x-amz-tagging": "a=b" } });
    for (let time = 0; time < 2; time += 1) {
      expect((await call("DELETE", `/${bucket}/d?tagging`)).status).toBe(204);
    }
    expect(tagsOf(await call("GET", `/${bucket}/d?tagging`))).toEqual([]);
    expect((await call("GET", `/${bucket}/d`)).text).toBe("x");
  });
});

describe("object tags by version", () => {
  it("belong to the version named, which is shown in x-amz-version-id", async () => {
    const versioned = await makeBucket("tags");
    const body = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    await call("PUT", `/${versioned}?versioning`, { body });
    const first = await call("PUT", `/${versioned}/k`, { body: "1" });
    await call("PUT", `/${versioned}/k`, { body: "2" });
    const id = first.headers.get("x-amz-version-id") ?? "";
    const one = document([["one", "1"]]);
    const set = await call("PUT", `/${versioned}/k?tagging&versionId=${id}`, { body: one });
    expect(set.headers.get("x-amz-version-id")).toBe(id);
    expect(tagsOf(await call("GET", `/${versioned}/k?tagging`))).toEqual([]);
    const read = await call("GET", `/${versioned}/k?tagging&versionId=${id}`);
    expect([read.headers.get("x-amz-version-id"), tagsOf(read)]).toEqual([id, ["one=1"]]);
    const removed = await call("DELETE", `/${versioned}/k?tagging&versionId=${id}`);
    expect([removed.status, removed.headers.get("x-amz-version-id")]).toEqual([204, id]);
  });

  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeleteMarker.html
  it("are refused for delete markers: 405 when changed or named, 404 when read", async () => {
    const versioned = await makeBucket("tags");
    const status = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    await call("PUT", `/${versioned}?versioning`, { body: status });
    await call("PUT", `/${versioned}/k`, { body: "1" });
    const deleted = await call("DELETE", `/${versioned}/k`);
    const id = deleted.headers.get("x-amz-version-id") ?? "";
    const body = document([["a", "b"]]);
    const refusals: [method: string, query: string, status: number, code: string][] = [
      ["PUT", "", 405, "MethodNotAllowed"],
      ["PUT", `&versionId=${id}`, 405, "MethodNotAllowed"],
      ["DELETE", "", 405, "MethodNotAllowed"],
      ["GET", `&versionId=${id}`, 405, "MethodNotAllowed"],
      ["GET", "", 404, "NoSuchKey"],
    ];
    for (const [method, query, ...expected] of refusals) {
      const wish = method === "PUT" ? { body } : {};
      const answer = await call(method, `/${versioned}/k?tagging${query}`, wish);
      expect([method, query, ...codeOf(answer)]).toEqual([method, query, ...expected]);
      expect(answer.headers.get("x-amz-delete-marker")).toBe("true");
    }
  });

  it.each([
    ["3sL4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY", 400, "InvalidArgument"],
    ["null", 404, "NoSuchVersion"],
  ])("answers version %s with %i %s", async (id, status, code) => {
    const versioned = await makeBucket("tags");
    const body = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    await call("PUT", `/${versioned}?versioning`, { body });
    await call("PUT", `/${versioned}/k`, { body: "1" });
    const path = `/${versioned}/k?tagging&versionId=${encodeURIComponent(id)}`;
    expect(codeOf(await call("GET", path))).toEqual([status, code]);
  });
});

describe("x-amz-tagging", () => {
  it("is read like a query, with plus and percent", async () => {
    const headers = { "x-amz-tagging": "a+b=c%2Bd&empty=&alone" };
    expect((await put("header", { body: "x", headers })).status).toBe(200);
    const tags = tagsOf(await call("GET", `/${bucket}/header?tagging`));
    expect(tags).toEqual(["a b=c+d", "empty=", "alone="]);
  });

  const refused: [value: string, code: string][] = [
    ["a&a=%zz", "InvalidArgument"],
    ["a=1&a=2", "InvalidArgument"],
    ["a=%ff", "InvalidArgument"],
    [
      numbered(11)
        .map(([key]) => `${key}=1`)
        .join("&"),
      "BadRequest",
    ],
    ["aws%3Ax=1", "InvalidTag"],
    ["k%21=1", "InvalidTag"],
  ];

  it.each(refused)(
    "refuses %s with %s, and nothing is stored (B107, B109, B110)",
    async (value, code) => {
      const headers = { "x-amz-tagging": value };
      expect(codeOf(await put("refused", { body: "x", headers }))).toEqual([400, code]);
      const upload = await call("POST", `/${bucket}/refused?uploads`, { headers });
      expect(codeOf(upload)).toEqual([400, code]);
      expect((await call("HEAD", `/${bucket}/refused`)).status).toBe(404);
    },
  );

  it("is copied with the object unless the directive says REPLACE", async () => {
    await put("source", { body: "x", headers: { "x-amz-tagging": "from=source" } });
    const copy = (key: string, more: Record<string, string>) =>
      put(key, { headers: { "x-amz-copy-source": `/${bucket}/source`, ...more } });
    const cases: [directive: Record<string, string>, tags: string[]][] = [
      [{}, ["from=source"]],
      [{ "x-amz-tagging-directive": "COPY" }, ["from=source"]],
      [{ "x-amz-tagging-directive": "REPLACE" }, []],
      [{ "x-amz-tagging-directive": "REPLACE", "x-amz-tagging": "new=1" }, ["new=1"]],
    ];
    for (const [directive, tags] of cases) {
      expect((await copy("copy", directive)).status).toBe(200);
      expect(tagsOf(await call("GET", `/${bucket}/copy?tagging`))).toEqual(tags);
    }
    const odd = await copy("copy", { "x-amz-tagging-directive": "MERGE" });
    expect(codeOf(odd)).toEqual([400, "InvalidArgument"]);
  });

  it("is kept by multipart uploads", async () => {
    const headers = { "x-amz-tagging": "part=yes" };
    const begun = await call("POST", `/${bucket}/parts?uploads`, { headers });
    const uploadId = begun.first("UploadId") ?? "";
    const query = `uploadId=${encodeURIComponent(uploadId)}`;
    const part = await call("PUT", `/${bucket}/parts?partNumber=1&${query}`, { body: "x" });
    const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${part.headers.get("etag")}</ETag></Part></CompleteMultipartUpload>`;
    expect((await call("POST", `/${bucket}/parts?${query}`, { body })).status).toBe(200);
    expect(tagsOf(await call("GET", `/${bucket}/parts?tagging`))).toEqual(["part=yes"]);
  });
});
