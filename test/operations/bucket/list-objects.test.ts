import { beforeAll, describe, expect, it } from "vitest";
import { call, callAnonymously, makeAccount, makeBucket, putObjects } from "./fixtures.ts";

const keys = ["asdf", "boo/bar", "boo/baz/xyzzy", "cquux/thud", "cquux/bla", "foo bar", "zz~é"];
const inOrder = ["asdf", "boo/bar", "boo/baz/xyzzy", "cquux/bla", "cquux/thud", "foo bar", "zz~é"];
let bucket = "";

beforeAll(async () => {
  bucket = await makeBucket("listed");
  await putObjects(bucket, keys, "hello world");
});

describe.each([
  ["ListObjects", ""],
  ["ListObjectsV2", "list-type=2&"],
])("%s", (_operation, version) => {
  const list = (query = "") => call("GET", `/${bucket}?${version}${query}`);

  it("lists every key in UTF-8 order with what listings show", async () => {
    const answer = await list();
    expect(answer.status).toBe(200);
    expect(answer.all("Key")).toEqual(inOrder);
    expect(answer.first("Name")).toBe(bucket);
    expect(answer.first("MaxKeys")).toBe("1000");
    expect(answer.first("IsTruncated")).toBe("false");
    expect(answer.first("ETag")).toBe("&quot;5eb63bbbe01eeed093cb22bb8f5acdc3&quot;");
    expect(answer.first("Size")).toBe("11");
    expect(answer.first("StorageClass")).toBe("STANDARD");
    expect(answer.first("ChecksumAlgorithm")).toBe("CRC64NVME");
    expect(answer.first("ChecksumType")).toBe("FULL_OBJECT");
    expect(answer.text).not.toContain("<EncodingType>");
    expect(answer.text).not.toContain("<Delimiter>");
    expect(answer.text).not.toContain("Next");
  });

  it("rolls keys up under a delimiter", async () => {
    const answer = await list("delimiter=/");
    expect(answer.all("Key")).toEqual(["asdf", "foo bar", "zz~é"]);
    expect(answer.all("Prefix").filter((prefix) => prefix !== "")).toEqual(["boo/", "cquux/"]);
    expect(answer.first("Delimiter")).toBe("/");
  });

  it("shows only keys with the prefix", async () => {
    const answer = await list("prefix=boo/&delimiter=/");
    expect(answer.all("Key")).toEqual(["boo/bar"]);
    expect(answer.all("Prefix")).toEqual(["boo/", "boo/baz/"]);
  });

  it("takes an empty delimiter for none", async () => {
    const answer = await list("delimiter=");
    expect(answer.all("Key")).toEqual(inOrder);
    expect(answer.text).not.toContain("<Delimiter");
  });

  it("answers max-keys=0 with an empty page that is not truncated", async () => {
    const answer = await list("max-keys=0");
    expect([answer.status, answer.first("IsTruncated")]).toEqual([200, "false"]);
    expect([answer.all("Key"), answer.first("MaxKeys")]).toEqual([[], "0"]);
  });

  it("clamps max-keys to 1000", async () => {
    expect((await list("max-keys=5000")).first("MaxKeys")).toBe("1000");
  });

  it.each([
    ["max-keys=-1", "B077"],
    ["max-keys=blah", "B078"],
    ["max-keys=2147483648", "B079"],
    ["encoding-type=foo", "B081"],
    ["encoding-type=", "B081"],
  ])("refuses %s with InvalidArgument (%s)", async (query) => {
    const answer = await list(query);
    expect([answer.status, answer.first("Code")]).toEqual([400, "InvalidArgument"]);
  });

  it("encodes keys, prefixes and the delimiter when asked", async () => {
    const answer = await list("encoding-type=url&prefix=foo%20&delimiter=%2F");
    expect(answer.first("EncodingType")).toBe("url");
    expect(answer.first("Prefix")).toBe("foo+");
    expect(answer.all("Key")).toEqual(["foo+bar"]);
    const rest = await list("encoding-type=url&prefix=zz");
    expect(rest.all("Key")).toEqual(["zz%7E%C3%A9"]);
  });

  it("refuses attributes it does not know with InvalidArgument", async () => {
    const headers = { "x-amz-optional-object-attributes": "RestoreStatus" };
    const path = `/${bucket}?${version}`;
    expect((await call("GET", path, { headers })).status).toBe(200);
    const unknown = { "x-amz-optional-object-attributes": "Colour" };
    const answer = await call("GET", path, { headers: unknown });
    expect([answer.status, answer.first("Code")]).toEqual([400, "InvalidArgument"]);
  });

  it("refuses strangers and anonymous callers with AccessDenied", async () => {
    const { keys: strangers } = await makeAccount();
    const answer = await call("GET", `/${bucket}?${version}`, { keys: strangers });
    expect([answer.status, answer.first("Code")]).toEqual([403, "AccessDenied"]);
    expect((await callAnonymously("GET", `/${bucket}?${version}`)).status).toBe(403);
  });

  it("answers NoSuchBucket for a bucket that is not there", async () => {
    const answer = await call("GET", `/not-there-at-all?${version}`);
    expect([answer.status, answer.first("Code")]).toEqual([404, "NoSuchBucket"]);
  });
});

describe("ListObjects paging", () => {
  it("goes on behind the marker, and names the next one only under a delimiter", async () => {
    const first = await call("GET", `/${bucket}?max-keys=2`);
    expect([first.all("Key"), first.first("IsTruncated")]).toEqual([["asdf", "boo/bar"], "true"]);
    expect(first.text).not.toContain("NextMarker");
    const second = await call("GET", `/${bucket}?max-keys=2&marker=boo/bar`);
    expect(second.all("Key")).toEqual(["boo/baz/xyzzy", "cquux/bla"]);
    expect(second.first("Marker")).toBe("boo/bar");
  });

  it("pages through keys and common prefixes without a gap", async () => {
    const seen: string[] = [];
    let marker: string | undefined = "";
    for (let page = 0; marker !== undefined && page < 10; page += 1) {
      const path: string = `/${bucket}?delimiter=/&max-keys=1&marker=${encodeURIComponent(marker)}`;
      const answer = await call("GET", path);
      seen.push(...answer.all("Key"), ...answer.all("Prefix").filter((prefix) => prefix !== ""));
      marker = answer.first("NextMarker");
    }
    expect(seen).toEqual(["asdf", "boo/", "cquux/", "foo bar", "zz~é"]);
  });

  it("shows the owner of each key", async () => {
    const answer = await call("GET", `/${bucket}?max-keys=1`);
    expect(answer.first("ID")).toMatch(/^[0-9a-f]{64}$/);
    expect(answer.first("DisplayName")).not.toBe("");
  });
});

describe("ListObjectsV2 paging", () => {
  it("pages by token to the end, counting keys and prefixes", async () => {
    const seen: string[] = [];
    let token: string | undefined;
    for (let page = 0; page < 10; page += 1) {
      const go: string = token === undefined ? "" : `&continuation-token=${token}`;
      const answer = await call("GET", `/${bucket}?list-type=2&delimiter=/&max-keys=2${go}`);
      expect(answer.first("ContinuationToken")).toBe(token);
      const shown = answer.all("Prefix").filter((prefix) => prefix !== "");
      expect(Number(answer.first("KeyCount"))).toBe(answer.all("Key").length + shown.length);
      seen.push(...answer.all("Key"), ...shown);
      token = answer.first("NextContinuationToken");
      if (token === undefined) break;
    }
    expect(seen.sort()).toEqual(["asdf", "boo/", "cquux/", "foo bar", "zz~é"]);
  });

  it("starts after a key that need not exist, and shows it", async () => {
    const answer = await call("GET", `/${bucket}?list-type=2&start-after=cquux/c`);
    expect(answer.all("Key")).toEqual(["cquux/thud", "foo bar", "zz~é"]);
    expect(answer.first("StartAfter")).toBe("cquux/c");
  });

  it("prefers the token to start-after", async () => {
    const path = `/${bucket}?list-type=2&max-keys=1&start-after=boo`;
    const token = (await call("GET", path)).first("NextContinuationToken");
    const next = await call("GET", `${path}&continuation-token=${token}`);
    expect(next.all("Key")).toEqual(["boo/baz/xyzzy"]);
  });

  it.each(["", "garbage", "Z2FyYmFnZQ", "YnVja2V0MTphYmM", "%FF", "===="])(
    "refuses the token %j with InvalidArgument",
    async (token) => {
      const answer = await call("GET", `/${bucket}?list-type=2&continuation-token=${token}`);
      const code = token === "%FF" ? "InvalidURI" : "InvalidArgument";
      expect([answer.status, answer.first("Code")]).toEqual([400, code]);
    },
  );

  it("shows owners only when asked", async () => {
    expect((await call("GET", `/${bucket}?list-type=2`)).text).not.toContain("<Owner>");
    const answer = await call("GET", `/${bucket}?list-type=2&fetch-owner=true`);
    expect(answer.all("Owner")).toHaveLength(keys.length);
  });
});
