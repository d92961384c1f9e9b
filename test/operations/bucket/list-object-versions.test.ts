import { beforeAll, describe, expect, it } from "vitest";
import { call, makeAccount, makeBucket, putObjects } from "./fixtures.ts";

let bucket = "";
const list = (query = "") => call("GET", `/${bucket}?versions&${query}`);

/** What a page shows, in its order: `V key` or `M key`. */
function entries(text: string): string[] {
  return [...text.matchAll(/<(Version|DeleteMarker)>.*?<Key>([^<]*)</g)].map(
    (match) => `${match[1]?.charAt(0) === "V" ? "V" : "M"} ${match[2]}`,
  );
}

beforeAll(async () => {
  bucket = await makeBucket("versions");
  await putObjects(bucket, ["before"]);
  await call("PUT", `/${bucket}?versioning`, {
    body: "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
  });
  await putObjects(bucket, ["a/x", "a/x", "b"]);
  await call("DELETE", `/${bucket}/a/x`);
  await putObjects(bucket, ["a/x", "before"]);
  await call("DELETE", `/${bucket}/gone`);
});

describe("ListObjectVersions", () => {
  it("lists versions and delete markers, newest first, as they lie", async () => {
    const answer = await list();
    expect(answer.status).toBe(200);
    expect(entries(answer.text)).toEqual([
      "V a/x",
      "M a/x",
      "V a/x",
      "V a/x",
      "V b",
      "V before",
      "V before",
      "M gone",
    ]);
    expect(answer.all("IsLatest").filter((isLatest) => isLatest === "true")).toHaveLength(4);
    expect(answer.all("VersionId").at(-2)).toBe("null");
    expect(answer.all("Owner")).toHaveLength(8);
    expect(answer.all("StorageClass")).toHaveLength(6);
    expect(answer.first("MaxKeys")).toBe("1000");
    expect(answer.text).toMatch(/<KeyMarker(\/>|><\/KeyMarker>)/);
    expect(answer.text).toMatch(/<VersionIdMarker(\/>|><\/VersionIdMarker>)/);
  });

  it("pages within a key by both markers, without a gap", async () => {
    const seen: string[] = [];
    let markers = "";
    for (let page = 0; page < 20; page += 1) {
      const answer = await list(`max-keys=1${markers}`);
      seen.push(...entries(answer.text));
      if (answer.first("IsTruncated") !== "true") break;
      markers = `&key-marker=${answer.first("NextKeyMarker")}&version-id-marker=${answer.first("NextVersionIdMarker")}`;
    }
    expect(seen).toEqual(entries((await list()).text));
  });

  it("goes on behind the whole key when only that is given", async () => {
    const answer = await list("key-marker=a/x");
    expect(entries(answer.text)).toEqual(["V b", "V before", "V before", "M gone"]);
    expect(answer.first("KeyMarker")).toBe("a/x");
  });

  it("rolls versions up under a delimiter, and then names no version to go on with", async () => {
    const answer = await list("delimiter=/&max-keys=1");
    expect(entries(answer.text)).toEqual([]);
    expect(answer.all("Prefix").at(-1)).toBe("a/");
    expect(answer.first("NextKeyMarker")).toBe("a/");
    expect(answer.text).not.toContain("NextVersionIdMarker");
    const rest = await list("delimiter=/&key-marker=a/");
    expect(entries(rest.text)).toEqual(["V b", "V before", "V before", "M gone"]);
  });

  it("takes two empty markers for none", async () => {
    const answer = await list("key-marker=&version-id-marker=");
    expect(entries(answer.text)).toHaveLength(8);
  });

  it("shows unversioned objects with the version null", async () => {
    const plain = await makeBucket();
    await putObjects(plain, ["key"]);
    const answer = await call("GET", `/${plain}?versions`);
    expect([answer.first("VersionId"), answer.first("IsLatest")]).toEqual(["null", "true"]);
  });

  it.each([
    ["version-id-marker=abc", "A version-id marker cannot be specified without a key marker."],
    ["key-marker=a/x&version-id-marker=", "A version-id marker cannot be empty."],
    ["key-marker=a/x&version-id-marker=abc", "Invalid version id specified"],
  ])("refuses %s with InvalidArgument", async (query, message) => {
    const answer = await list(query);
    expect([answer.status, answer.first("Code")]).toEqual([400, "InvalidArgument"]);
    expect(answer.first("Message")).toBe(message);
  });

  it.each(["max-keys=-1", "max-keys=x", "encoding-type=x"])(
    "refuses %s with InvalidArgument",
    async (query) => {
      const answer = await list(query);
      expect([answer.status, answer.first("Code")]).toEqual([400, "InvalidArgument"]);
    },
  );

  it("refuses strangers with AccessDenied", async () => {
    const { keys } = await makeAccount();
    const answer = await call("GET", `/${bucket}?versions`, { keys });
    expect([answer.status, answer.first("Code")]).toEqual([403, "AccessDenied"]);
  });
});
