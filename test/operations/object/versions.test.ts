// Versioning as a whole, through the front door: what each state of a bucket makes of puts and
// deletes, and which headers and errors tell of versions and delete markers.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/versioning-workflows.html
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeleteMarker.html
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/AddingObjectstoVersionSuspendedBuckets.html
import { describe, expect, it } from "vitest";
import { type Answer, call, makeBucket } from "../bucket/fixtures.ts";

const id = (answer: Answer) => answer.headers.get("x-amz-version-id");
const isMarker = (answer: Answer) => answer.headers.get("x-amz-delete-marker");
const codeOf = (answer: Answer) => [answer.status, answer.first("Code")];
const aVersionId = /^[A-Za-z0-9._]{32}$/;

async function setVersioning(bucket: string, status: string): Promise<void> {
  const body = `<VersioningConfiguration><Status>${status}</Status></VersioningConfiguration>`;
  const answer = await call("PUT", `/${bucket}?versioning`, { body });
  if (answer.status !== 200) throw new Error(answer.text);
}

async function makeVersioned(...states: string[]): Promise<string> {
  const bucket = await makeBucket("versions");
  for (const state of states) await setVersioning(bucket, state);
  return bucket;
}

const put = (bucket: string, body: string, key = "k") => call("PUT", `/${bucket}/${key}`, { body });

/** `V content-length id` or `M id`, newest first; a star for the latest. */
async function history(bucket: string): Promise<string[]> {
  const { text } = await call("GET", `/${bucket}?versions`);
  const rows = text.matchAll(/<(Version|DeleteMarker)>(.*?)<\/\1>/gs);
  return [...rows].map(([, kind, row = ""]) => {
    const of = (element: string) => new RegExp(`<${element}>([^<]*)`).exec(row)?.[1];
    const version = of("VersionId") === "null" ? "null" : "id";
    const star = of("IsLatest") === "true" ? "*" : "";
    return kind === "Version" ? `V${of("Size")} ${version}${star}` : `M ${version}${star}`;
  });
}

describe("a bucket that was never versioned", () => {
  it("tells of no versions, whatever is done", async () => {
    const bucket = await makeVersioned();
    for (const answer of [
      await put(bucket, "1"),
      await put(bucket, "22"),
      await call("GET", `/${bucket}/k`),
      await call("HEAD", `/${bucket}/k`),
    ]) {
      expect([answer.status, id(answer), isMarker(answer)]).toEqual([200, null, null]);
    }
    expect(await history(bucket)).toEqual(["V2 null*"]);
    const deleted = await call("DELETE", `/${bucket}/k`);
    expect([deleted.status, id(deleted), isMarker(deleted)]).toEqual([204, null, null]);
    expect(await history(bucket)).toEqual([]);
    const gone = await call("GET", `/${bucket}/k`);
    expect([...codeOf(gone), isMarker(gone)]).toEqual([404, "NoSuchKey", null]);
  });

  it("knows its one version as null (SEC-100)", async () => {
    const bucket = await makeVersioned();
    await put(bucket, "1");
    expect((await call("GET", `/${bucket}/k?versionId=null`)).text).toBe("1");
    expect((await call("DELETE", `/${bucket}/k?versionId=null`)).status).toBe(204);
    expect(codeOf(await call("GET", `/${bucket}/k?versionId=null`))).toEqual([
      404,
      "NoSuchVersion",
    ]);
  });
});

describe("a bucket whose versioning is Enabled", () => {
  it("keeps every version under an id of its own, and the null one from before", async () => {
    const bucket = await makeVersioned();
    await put(bucket, "1");
    await setVersioning(bucket, "Enabled");
    const second = await put(bucket, "22");
    expect(id(second)).toMatch(aVersionId);
    expect(id(await put(bucket, "333"))).not.toBe(id(second));
    expect(await history(bucket)).toEqual(["V3 id*", "V2 id", "V1 null"]);
    const old = await call("GET", `/${bucket}/k?versionId=null`);
    expect([old.text, id(old)]).toEqual(["1", "null"]);
    const named = await call("GET", `/${bucket}/k?versionId=${id(second)}`);
    expect([named.text, id(named)]).toEqual(["22", id(second)]);
    const current = await call("HEAD", `/${bucket}/k`);
    expect(current.headers.get("content-length")).toBe("3");
  });

  it("answers a delete with the marker it made, also for a key that never was", async () => {
    const bucket = await makeVersioned("Enabled");
    await put(bucket, "1");
    for (const key of ["k", "k", "never"]) {
      const deleted = await call("DELETE", `/${bucket}/${key}`);
      expect([deleted.status, isMarker(deleted)]).toEqual([204, "true"]);
      expect(id(deleted)).toMatch(aVersionId);
    }
    expect(await history(bucket)).toEqual(["M id*", "M id", "V1 id", "M id*"]);
  });

  it("hides a key behind a marker: 404 without an id, 405 with it", async () => {
    const bucket = await makeVersioned("Enabled");
    await put(bucket, "1");
    const marker = id(await call("DELETE", `/${bucket}/k`));
    for (const method of ["GET", "HEAD"]) {
      const hidden = await call(method, `/${bucket}/k`);
      expect([hidden.status, isMarker(hidden), id(hidden)]).toEqual([404, "true", marker]);
      const named = await call(method, `/${bucket}/k?versionId=${marker}`);
      expect([named.status, isMarker(named), id(named)]).toEqual([405, "true", marker]);
      expect(named.headers.get("allow")).toBe("DELETE");
      expect(named.headers.get("last-modified")).toMatch(/GMT$/);
    }
    const refused = await call("GET", `/${bucket}/k?versionId=${marker}`);
    expect([refused.first("Code"), refused.first("Method"), refused.first("ResourceType")]).toEqual(
      ["MethodNotAllowed", "GET", "DeleteMarker"],
    );
    const asked = [
      await call("GET", `/${bucket}/k?acl&versionId=${marker}`),
      await call("GET", `/${bucket}/k?attributes&versionId=${marker}`, {
        headers: { "x-amz-object-attributes": "ETag" },
      }),
    ];
    for (const answer of asked) expect(codeOf(answer)).toEqual([405, "MethodNotAllowed"]);
  });

  it("brings the version behind back when the marker is deleted", async () => {
    const bucket = await makeVersioned("Enabled");
    const first = id(await put(bucket, "1"));
    const marker = id(await call("DELETE", `/${bucket}/k`));
    const removed = await call("DELETE", `/${bucket}/k?versionId=${marker}`);
    expect([removed.status, isMarker(removed), id(removed)]).toEqual([204, "true", marker]);
    const back = await call("GET", `/${bucket}/k`);
    expect([back.text, id(back)]).toEqual(["1", first]);
    const gone = await call("DELETE", `/${bucket}/k?versionId=${first}`);
    expect([gone.status, isMarker(gone), id(gone)]).toEqual([204, null, first]);
    expect(await history(bucket)).toEqual([]);
    const again = await call("DELETE", `/${bucket}/k?versionId=${first}`);
    expect([again.status, id(again)]).toEqual([204, first]);
  });

  it("makes the next older version the latest when the newest is deleted", async () => {
    const bucket = await makeVersioned("Enabled");
    await put(bucket, "1");
    const second = id(await put(bucket, "22"));
    const third = id(await put(bucket, "333"));
    await call("DELETE", `/${bucket}/k?versionId=${third}`);
    expect(id(await call("HEAD", `/${bucket}/k`))).toBe(second);
    expect(await history(bucket)).toEqual(["V2 id*", "V1 id"]);
  });
});

describe("a bucket whose versioning is Suspended", () => {
  it("writes the null version again and again, and leaves the others", async () => {
    const bucket = await makeVersioned("Enabled");
    await put(bucket, "1");
    await setVersioning(bucket, "Suspended");
    for (const body of ["22", "333"]) expect(id(await put(bucket, body))).toBe("null");
    expect(await history(bucket)).toEqual(["V3 null*", "V1 id"]);
    expect(id(await call("GET", `/${bucket}/k`))).toBe("null");
  });

  it("deletes by a null marker, which takes the null version's place", async () => {
    const bucket = await makeVersioned("Enabled");
    await put(bucket, "1");
    await setVersioning(bucket, "Suspended");
    await put(bucket, "22");
    for (let time = 0; time < 2; time += 1) {
      const deleted = await call("DELETE", `/${bucket}/k`);
      expect([deleted.status, isMarker(deleted), id(deleted)]).toEqual([204, "true", "null"]);
    }
    expect(await history(bucket)).toEqual(["M null*", "V1 id"]);
    const removed = await call("DELETE", `/${bucket}/k?versionId=null`);
    expect([isMarker(removed), id(removed)]).toEqual(["true", "null"]);
    expect((await call("GET", `/${bucket}/k`)).text).toBe("1");
  });

  it("enabled again, keeps the null version as one of many", async () => {
    const bucket = await makeVersioned("Enabled", "Suspended");
    await put(bucket, "1");
    await setVersioning(bucket, "Enabled");
    await put(bucket, "22");
    await call("DELETE", `/${bucket}/k`);
    expect(await history(bucket)).toEqual(["M id*", "V2 id", "V1 null"]);
    await setVersioning(bucket, "Suspended");
    await put(bucket, "333");
    expect(await history(bucket)).toEqual(["V3 null*", "M id", "V2 id"]);
  });

  it("completes uploads and copies as the null version", async () => {
    const bucket = await makeVersioned("Enabled", "Suspended");
    await put(bucket, "1", "source");
    const headers = { "x-amz-copy-source": `/${bucket}/source` };
    expect(id(await call("PUT", `/${bucket}/k`, { headers }))).toBe("null");
    const begun = await call("POST", `/${bucket}/k?uploads`);
    const query = `uploadId=${encodeURIComponent(begun.first("UploadId") ?? "")}`;
    const part = await call("PUT", `/${bucket}/k?partNumber=1&${query}`, { body: "22" });
    const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${part.headers.get("etag")}</ETag></Part></CompleteMultipartUpload>`;
    const completed = await call("POST", `/${bucket}/k?${query}`, { body });
    expect([completed.status, id(completed)]).toEqual([200, "null"]);
    expect(await history(bucket)).toEqual(["V2 null*", "V1 null*"]);
  });
});

describe("version ids that are none here (SEC-100)", () => {
  it("are looked up by bucket, key and id together", async () => {
    const [bucket, other] = [await makeVersioned("Enabled"), await makeVersioned("Enabled")];
    const mine = id(await put(bucket, "1"));
    const foreign = id(await put(other, "1"));
    await put(bucket, "1", "second");
    for (const path of [
      `/${bucket}/k?versionId=${foreign}`,
      `/${bucket}/second?versionId=${mine}`,
      `/${bucket}/never?versionId=${mine}`,
      `/${bucket}/k?versionId=null`,
    ]) {
      expect([path, ...codeOf(await call("GET", path))]).toEqual([path, 404, "NoSuchVersion"]);
      expect((await call("HEAD", path)).status).toBe(404);
      expect((await call("DELETE", path)).status).toBe(204);
    }
    expect(await history(bucket)).toEqual(["V1 id*", "V1 id*"]);
  });

  it.each(["", "abc", "..%2F", "NULL", "0".repeat(33)])(
    "are refused when they cannot be one: %j (B083)",
    async (text) => {
      const bucket = await makeVersioned("Enabled");
      await put(bucket, "1");
      for (const method of ["GET", "DELETE"]) {
        const answer = await call(method, `/${bucket}/k?versionId=${text}`);
        expect([method, ...codeOf(answer)]).toEqual([method, 400, "InvalidArgument"]);
      }
      expect((await call("HEAD", `/${bucket}/k?versionId=${text}`)).status).toBe(400);
    },
  );
});

describe("a copy of a version", () => {
  it("takes the version named and says which it was", async () => {
    const bucket = await makeVersioned("Enabled");
    const first = id(await put(bucket, "1"));
    const second = id(await put(bucket, "22"));
    const copy = (source: string) =>
      call("PUT", `/${bucket}/copy`, { headers: { "x-amz-copy-source": `/${bucket}/${source}` } });
    const named = await copy(`k?versionId=${first}`);
    expect(named.headers.get("x-amz-copy-source-version-id")).toBe(first);
    expect(id(named)).toMatch(aVersionId);
    expect((await call("GET", `/${bucket}/copy`)).text).toBe("1");
    expect((await copy("k")).headers.get("x-amz-copy-source-version-id")).toBe(second);
    expect((await call("GET", `/${bucket}/copy`)).text).toBe("22");
  });

  it("restores: an old version copied onto its own key is the latest again", async () => {
    const bucket = await makeVersioned("Enabled");
    const first = id(await put(bucket, "1"));
    await put(bucket, "22");
    const headers = { "x-amz-copy-source": `/${bucket}/k?versionId=${first}` };
    expect((await call("PUT", `/${bucket}/k`, { headers })).status).toBe(200);
    expect(await history(bucket)).toEqual(["V1 id*", "V2 id", "V1 id"]);
  });

  it("is refused of delete markers: 404 behind one, 400 by its id (SEC-101)", async () => {
    const bucket = await makeVersioned("Enabled");
    await put(bucket, "1");
    const marker = id(await call("DELETE", `/${bucket}/k`));
    const copy = (source: string) =>
      call("PUT", `/${bucket}/copy`, { headers: { "x-amz-copy-source": `/${bucket}/${source}` } });
    expect(codeOf(await copy("k"))).toEqual([404, "NoSuchKey"]);
    expect(codeOf(await copy(`k?versionId=${marker}`))).toEqual([400, "InvalidRequest"]);
    expect(codeOf(await copy("k?versionId=abc"))).toEqual([400, "InvalidArgument"]);
  });
});

describe("conditions in a versioned bucket", () => {
  it("see a delete marker as no object", async () => {
    const bucket = await makeVersioned("Enabled");
    const first = await put(bucket, "1");
    const create = () =>
      call("PUT", `/${bucket}/k`, { body: "x", headers: { "if-none-match": "*" } });
    expect(codeOf(await create())).toEqual([412, "PreconditionFailed"]);
    await call("DELETE", `/${bucket}/k`);
    const headers = { "if-match": first.headers.get("etag") ?? "" };
    const match = await call("PUT", `/${bucket}/k`, { body: "x", headers });
    expect(codeOf(match)).toEqual([404, "NoSuchKey"]);
    expect((await create()).status).toBe(200);
  });
});

describe("DeleteObjects of versions", () => {
  it("says for each what it was and what it made", async () => {
    const bucket = await makeVersioned("Enabled");
    const first = id(await put(bucket, "1"));
    const marker = id(await call("DELETE", `/${bucket}/k`));
    await put(bucket, "1", "other");
    const entry = (key: string, versionId?: string | null) =>
      `<Object><Key>${key}</Key>${versionId ? `<VersionId>${versionId}</VersionId>` : ""}</Object>`;
    const body = `<Delete>${entry("k", marker)}${entry("k", first)}${entry("other")}</Delete>`;
    const bytes = await crypto.subtle.digest("MD5", new TextEncoder().encode(body));
    const headers = { "content-md5": btoa(String.fromCharCode(...new Uint8Array(bytes))) };
    const answer = await call("POST", `/${bucket}?delete`, { body, headers });
    const deleted = answer.all("Deleted");
    expect(deleted[0]).toContain(`<DeleteMarkerVersionId>${marker}</DeleteMarkerVersionId>`);
    expect(deleted[0]).toContain("<DeleteMarker>true</DeleteMarker>");
    expect(deleted[1]).toContain(`<VersionId>${first}</VersionId>`);
    expect(deleted[1]).not.toContain("DeleteMarker");
    expect(deleted[2]).toContain("<DeleteMarker>true</DeleteMarker>");
    expect(deleted[2]).not.toContain("<VersionId>");
    expect(await history(bucket)).toEqual(["M id*", "V1 id"]);
  });
});
