import { beforeAll, describe, expect, it } from "vitest";
import { call, makeAccount, makeBucket } from "./fixtures.ts";

let bucket = "";
const uploads: { key: string; id: string }[] = [];
const list = (query = "") => call("GET", `/${bucket}?uploads&${query}`);

beforeAll(async () => {
  bucket = await makeBucket("uploads");
  for (const key of ["b", "a/1", "a/2", "b"]) {
    const answer = await call("POST", `/${bucket}/${key}?uploads`);
    uploads.push({ key, id: answer.first("UploadId") ?? "" });
  }
});

describe("ListMultipartUploads", () => {
  it("lists uploads by key, then by time, and names the last one as next", async () => {
    const answer = await list();
    expect(answer.status).toBe(200);
    expect(answer.all("Key")).toEqual(["a/1", "a/2", "b", "b"]);
    expect(answer.all("UploadId")).toEqual([1, 2, 0, 3].map((position) => uploads[position]?.id));
    expect(answer.first("Bucket")).toBe(bucket);
    expect(answer.first("IsTruncated")).toBe("false");
    expect(answer.first("MaxUploads")).toBe("1000");
    expect(answer.first("NextKeyMarker")).toBe("b");
    expect(answer.first("NextUploadIdMarker")).toBe(uploads[3]?.id);
    expect(answer.all("Initiator")).toHaveLength(4);
    expect(answer.all("StorageClass")[0]).toBe("STANDARD");
    expect(answer.first("Initiated")).toMatch(/^\d{4}-\d\d-\d\dT/);
  });

  it("pages by both markers without a gap", async () => {
    const seen: string[] = [];
    let markers = "";
    for (let page = 0; page < 10; page += 1) {
      const answer = await list(`max-uploads=1${markers}`);
      seen.push(...answer.all("UploadId"));
      if (answer.first("IsTruncated") !== "true") break;
      markers = `&key-marker=${answer.first("NextKeyMarker")}&upload-id-marker=${answer.first("NextUploadIdMarker")}`;
    }
    expect(seen).toEqual([1, 2, 0, 3].map((position) => uploads[position]?.id));
  });

  it("rolls keys up under a delimiter", async () => {
    const answer = await list("delimiter=/");
    expect(answer.all("Key")).toEqual(["b", "b"]);
    expect(answer.all("Prefix")).toEqual(["a/"]);
  });

  it("ignores an upload id marker without a key marker", async () => {
    const answer = await list("upload-id-marker=whatever");
    expect(answer.all("Key")).toHaveLength(4);
    expect(answer.text).toMatch(/<UploadIdMarker(\/>|><\/UploadIdMarker>)/);
  });

  it.each([
    "max-uploads=-1",
    "max-uploads=x",
    "encoding-type=x",
    "key-marker=a/1&upload-id-marker=garbage",
  ])("refuses %s with InvalidArgument", async (query) => {
    const answer = await list(query);
    expect([answer.status, answer.first("Code")]).toEqual([400, "InvalidArgument"]);
  });

  it("refuses strangers with AccessDenied", async () => {
    const { keys } = await makeAccount();
    const answer = await call("GET", `/${bucket}?uploads`, { keys });
    expect([answer.status, answer.first("Code")]).toEqual([403, "AccessDenied"]);
  });
});
