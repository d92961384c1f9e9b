// x-amz-expiration and x-amz-abort-date by the wire, on every answer that S3 gives them with.
import { beforeAll, describe, expect, it } from "vitest";
import { call, contentMd5, makeBucket } from "../bucket/fixtures.ts";

const dayMs = 86_400_000;
const inDays = (days: number) =>
  new Date((Math.floor(Date.now() / dayMs) + days + 1) * dayMs).toUTCString();
const expires = (days: number, rule: string) => `expiry-date="${inDays(days)}", rule-id="${rule}"`;

let bucket: string;

async function setRules(name: string): Promise<void> {
  const rules = [
    "<Rule><ID>all of d</ID><Status>Enabled</Status><Filter><Prefix>d/</Prefix></Filter><Expiration><Days>5</Days></Expiration></Rule>",
    "<Rule><ID>tagged</ID><Status>Enabled</Status><Filter><Tag><Key>k</Key><Value>v</Value></Tag></Filter><Expiration><Days>2</Days></Expiration></Rule>",
    "<Rule><ID>open</ID><Status>Enabled</Status><Filter><Prefix>d/</Prefix></Filter><AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule>",
  ].join("");
  const body = `<LifecycleConfiguration>${rules}</LifecycleConfiguration>`;
  const headers = await contentMd5(body);
  const answer = await call("PUT", `/${name}?lifecycle`, { body, headers });
  if (answer.status !== 200) throw new Error(answer.text);
}

beforeAll(async () => {
  bucket = await makeBucket("expires");
  await setRules(bucket);
});

const expirationOf = (answer: { headers: Headers }) => answer.headers.get("x-amz-expiration");

describe("x-amz-expiration", () => {
  it("is told by PutObject, GetObject and HeadObject", async () => {
    const path = `/${bucket}/d/one`;
    const text = expires(5, "all%20of%20d");
    expect(expirationOf(await call("PUT", path, { body: "x" }))).toBe(text);
    expect(expirationOf(await call("GET", path))).toBe(text);
    expect(expirationOf(await call("HEAD", path))).toBe(text);
  });

  it("is not told where no rule applies", async () => {
    const path = `/${bucket}/other`;
    expect(expirationOf(await call("PUT", path, { body: "x" }))).toBeNull();
    expect(expirationOf(await call("GET", path))).toBeNull();
  });

  it("follows the tags", async () => {
    const path = `/${bucket}/d/tagged`;
    const headers = { "x-amz-tagging": "k=v" };
    expect(expirationOf(await call("PUT", path, { body: "x", headers }))).toBe(
      expires(2, "tagged"),
    );
    await call("DELETE", `${path}?tagging`);
    expect(expirationOf(await call("HEAD", path))).toBe(expires(5, "all%20of%20d"));
  });

  it("is told by CopyObject, of the copy", async () => {
    await call("PUT", `/${bucket}/source`, { body: "x" });
    const headers = { "x-amz-copy-source": `/${bucket}/source` };
    const copied = await call("PUT", `/${bucket}/d/copy`, { headers });
    expect(expirationOf(copied)).toBe(expires(5, "all%20of%20d"));
  });

  it("is told by CompleteMultipartUpload; the upload tells when it is aborted", async () => {
    const path = `/${bucket}/d/parts`;
    const begun = await call("POST", `${path}?uploads`);
    expect(begun.headers.get("x-amz-abort-date")).toBe(inDays(7));
    expect(begun.headers.get("x-amz-abort-rule-id")).toBe("open");
    const uploadId = begun.first("UploadId") ?? "";
    const part = await call("PUT", `${path}?partNumber=1&uploadId=${uploadId}`, { body: "x" });
    const listed = await call("GET", `${path}?uploadId=${uploadId}`);
    expect(listed.headers.get("x-amz-abort-date")).toBe(inDays(7));
    expect(listed.headers.get("x-amz-abort-rule-id")).toBe("open");
    const etag = part.headers.get("etag");
    const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${etag}</ETag></Part></CompleteMultipartUpload>`;
    const done = await call("POST", `${path}?uploadId=${uploadId}`, { body });
    expect(expirationOf(done)).toBe(expires(5, "all%20of%20d"));
    const other = await call("POST", `/${bucket}/other?uploads`);
    expect(other.headers.get("x-amz-abort-date")).toBeNull();
  });

  it("is told of current versions only", async () => {
    const own = await makeBucket("expires");
    await setRules(own);
    const status = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    await call("PUT", `/${own}?versioning`, { body: status });
    const versions: (string | null)[] = [];
    for (const body of ["one", "two"]) {
      const answer = await call("PUT", `/${own}/d/a`, { body });
      versions.push(answer.headers.get("x-amz-version-id"));
    }
    const at = (version: string | null | undefined) =>
      call("HEAD", `/${own}/d/a?versionId=${version}`).then(expirationOf);
    expect(await at(versions[0])).toBeNull();
    expect(await at(versions[1])).toBe(expires(5, "all%20of%20d"));
  });

  it("ends with the rules", async () => {
    const own = await makeBucket("expires");
    await setRules(own);
    expect(expirationOf(await call("PUT", `/${own}/d/a`, { body: "x" }))).not.toBeNull();
    await call("DELETE", `/${own}?lifecycle`);
    expect(expirationOf(await call("HEAD", `/${own}/d/a`))).toBeNull();
  });
});
