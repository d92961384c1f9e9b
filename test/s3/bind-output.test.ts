import { describe, expect, it } from "vitest";
import { renderOutput } from "../../src/s3/bind.ts";
import type { OperationName, OperationOutput } from "../../src/s3/operation-types.ts";
import { operations } from "../../src/s3/operations.ts";
import { parseXml } from "../../src/s3/xml-parse.ts";
import { bytes } from "./fixtures.ts";

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
const namespace = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

function render<N extends OperationName>(name: N, output: OperationOutput<N>) {
  const answer = renderOutput(operations[name], output, { requestId: "REQUEST", hostId: "HOST" });
  return { ...answer, headers: Object.fromEntries(answer.headers) };
}

const modified = new Date("2026-11-22T18:23:10.987Z");

describe("renderOutput", () => {
  it("writes a listing as S3 does", () => {
    const answer = render("ListObjectsV2", {
      Name: "b-1",
      Prefix: "",
      KeyCount: 2,
      MaxKeys: 1000,
      IsTruncated: false,
      Contents: [
        { Key: "a&b", LastModified: modified, ETag: '"e"', Size: 1, StorageClass: "STANDARD" },
      ],
      CommonPrefixes: [{ Prefix: "x/" }],
    });
    expect(answer.status).toBe(200);
    expect(answer.headers).toEqual({
      "content-type": "application/xml",
      "x-amz-id-2": "HOST",
      "x-amz-request-id": "REQUEST",
    });
    expect(answer.body).toBe(
      `${declaration}<ListBucketResult ${namespace}><IsTruncated>false</IsTruncated><Name>b-1</Name><Prefix></Prefix><MaxKeys>1000</MaxKeys><KeyCount>2</KeyCount><Contents><Key>a&amp;b</Key><LastModified>2026-11-22T18:23:10.000Z</LastModified><ETag>&quot;e&quot;</ETag><Size>1</Size><StorageClass>STANDARD</StorageClass></Contents><CommonPrefixes><Prefix>x/</Prefix></CommonPrefixes></ListBucketResult>`,
    );
  });

  it("encodes keys and prefixes when the listing says so, and nothing else", () => {
    const { body } = render("ListObjects", {
      EncodingType: "url",
      Name: "b-1",
      Prefix: "a b/",
      Delimiter: "&",
      Marker: "ü",
      NextMarker: "z~",
      Contents: [{ Key: "a b/\u0001+", Owner: { ID: "o w", DisplayName: "n n" } }],
      CommonPrefixes: [{ Prefix: "a b/*!/" }],
    });
    expect(body).toContain("<Prefix>a+b/</Prefix>");
    expect(body).toContain("<Delimiter>%26</Delimiter><");
    expect(body).toContain("<Marker>%C3%BC</Marker>");
    expect(body).toContain("<NextMarker>z%7E</NextMarker>");
    expect(body).toContain("<Key>a+b/%01%2B</Key>");
    expect(body).toContain("<CommonPrefixes><Prefix>a+b/*%21/</Prefix></CommonPrefixes>");
    expect(body).toContain("<ID>o w</ID>");
  });

  it("SEC-047 writes characters XML does not know as references", () => {
    const { body } = render("ListObjects", { Contents: [{ Key: "a\u0001\ufffe\r<" }] });
    expect(body).toContain("<Key>a&#x1;&#xFFFE;&#13;&lt;</Key>");
  });

  it("shows versions and delete markers in one order", () => {
    const { body } = render("ListObjectVersions", {
      Versions: [
        { Key: "a", VersionId: "1" },
        { Key: "b", VersionId: "3" },
      ],
      DeleteMarkers: [{ Key: "a", VersionId: "2" }],
      EntryOrder: ["Version", "DeleteMarker", "Version"],
    });
    expect(String(body).match(/<VersionId>\d/g)).toEqual([
      "<VersionId>1",
      "<VersionId>2",
      "<VersionId>3",
    ]);
    expect(body).not.toContain("EntryOrder");
    expect(body).toContain("<DeleteMarker><Key>a</Key>");
  });

  it("puts a grantee's type into an attribute", () => {
    const { body } = render("GetBucketAcl", {
      Owner: { ID: "o" },
      Grants: [{ Grantee: { Type: "CanonicalUser", ID: "o" }, Permission: "FULL_CONTROL" }],
    });
    expect(body).toBe(
      `${declaration}<AccessControlPolicy ${namespace}><Owner><ID>o</ID></Owner><AccessControlList><Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>o</ID></Grantee><Permission>FULL_CONTROL</Permission></Grant></AccessControlList></AccessControlPolicy>`,
    );
  });

  it("writes the location as the root, empty for us-east-1", () => {
    expect(render("GetBucketLocation", { LocationConstraint: "us-west-2" }).body).toBe(
      `${declaration}<LocationConstraint ${namespace}>us-west-2</LocationConstraint>`,
    );
    for (const output of [{}, { LocationConstraint: "us-east-1" as never }]) {
      expect(render("GetBucketLocation", output).body).toBe(
        `${declaration}<LocationConstraint ${namespace}></LocationConstraint>`,
      );
    }
  });

  it("sends a policy as it is", () => {
    const answer = render("GetBucketPolicy", { Policy: '{"a":"<&>"}' });
    expect(answer).toMatchObject({ status: 200, body: '{"a":"<&>"}' });
    expect(answer.headers["content-type"]).toBe("application/json");
  });

  it("answers deletes and puts without a body", () => {
    expect(render("DeleteObject", { DeleteMarker: true, VersionId: "v" })).toMatchObject({
      status: 204,
      body: null,
      headers: { "x-amz-delete-marker": "true", "x-amz-version-id": "v" },
    });
    expect(render("PutBucketPolicy", {})).toMatchObject({ status: 204, body: null });
    expect(render("PutObject", { ETag: '"e"' })).toMatchObject({ status: 200, body: null });
  });

  it("writes an empty document where S3 does", () => {
    expect(render("GetBucketVersioning", {}).body).toBe(
      `${declaration}<VersioningConfiguration ${namespace}></VersioningConfiguration>`,
    );
  });

  it("passes object bytes through and answers ranges with 206", () => {
    const body = new Blob(["abc"]).stream();
    const answer = render("GetObject", {
      Body: body,
      ContentRange: "bytes 0-2/10",
      ContentLength: 3,
      ExpiresString: "not a date",
      LastModified: modified,
      ObjectLockRetainUntilDate: modified,
      Metadata: { plain: "x" },
    });
    expect(answer.status).toBe(206);
    expect(answer.body).toBe(body);
    expect(answer.headers).toMatchObject({
      "content-length": "3",
      "content-range": "bytes 0-2/10",
      expires: "not a date",
      "last-modified": "Sun, 22 Nov 2026 18:23:10 GMT",
      "x-amz-object-lock-retain-until-date": "2026-11-22T18:23:10.000Z",
      "x-amz-meta-plain": "x",
    });
    expect(render("HeadObject", { ContentRange: "bytes 0-2/10" })).toMatchObject({
      status: 206,
      body: null,
    });
  });

  it("sends metadata beyond ASCII as RFC 2047, and never throws on a header", () => {
    const { headers } = render("HeadObject", {
      Metadata: { a: "ÄMÄZÕÑ S3", b: "x\r\ny" },
      ContentDisposition: 'inline; filename="文"\n',
      CacheControl: "caf\u00e9 文",
    });
    expect(headers["x-amz-meta-a"]).toBe("=?UTF-8?B?w4RNw4Raw5XDkSBTMw==?=");
    expect(headers["x-amz-meta-b"]).toBe("=?UTF-8?B?eA0KeQ==?=");
    expect(headers["content-disposition"]).toMatch(/^=\?UTF-8\?B\?/);
    expect(headers["cache-control"]).toBe("caf\u00e9 文");
  });

  it("answers a form upload as its status asks", () => {
    const made = { Location: "http://h/b/k", Bucket: "b", Key: "k", ETag: '"e"' };
    expect(render("PostObject", { ...made, StatusCode: 204 })).toMatchObject({
      status: 204,
      body: null,
    });
    expect(render("PostObject", { ...made, StatusCode: 201 }).body).toBe(
      `${declaration}<PostResponse><Location>http://h/b/k</Location><Bucket>b</Bucket><Key>k</Key><ETag>&quot;e&quot;</ETag></PostResponse>`,
    );
    const redirected = render("PostObject", {
      ...made,
      StatusCode: 303,
      RedirectLocation: "http://x/?a=1",
    });
    expect(redirected.headers).toMatchObject({ location: "http://x/?a=1", etag: '"e"' });
  });

  it("gives a preflight its headers", () => {
    const answer = render("OptionsObject", { Headers: { "access-control-allow-origin": "*" } });
    expect(answer).toMatchObject({
      status: 200,
      body: null,
      headers: { "access-control-allow-origin": "*" },
    });
  });

  it("says when a restore has begun", () => {
    expect(render("RestoreObject", { StatusCode: 202 }).status).toBe(202);
    expect(render("RestoreObject", {}).status).toBe(200);
  });

  it("writes a page of 1,000 keys that a strict parser reads, and notes the time", () => {
    const Contents = Array.from({ length: 1000 }, (_, index) => ({
      Key: `photos/2026/11/${String(index).padStart(6, "0")} & co.jpg`,
      LastModified: modified,
      ETag: '"d41d8cd98f00b204e9800998ecf8427e"',
      ChecksumAlgorithm: ["CRC64NVME" as const],
      ChecksumType: "FULL_OBJECT" as const,
      Size: index,
      StorageClass: "STANDARD" as const,
    }));
    const output = {
      Name: "b-1",
      Prefix: "",
      KeyCount: 1000,
      MaxKeys: 1000,
      IsTruncated: true,
      Contents,
    };
    const rounds = 200;
    for (let round = 0; round < rounds; round += 1) render("ListObjectsV2", output);
    const startedAt = performance.now();
    for (let round = 0; round < rounds; round += 1) render("ListObjectsV2", output);
    console.log(
      `1,000 keys written in ${((performance.now() - startedAt) / rounds).toFixed(2)} ms`,
    );
    const { body } = render("ListObjectsV2", output);
    const { children } = parseXml(bytes(String(body)), 20_000);
    expect(children.filter((child) => child.name === "Contents")).toHaveLength(1000);
  });
});
