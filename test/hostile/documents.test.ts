// XML bodies: malformed, too large, too deep, hostile; and settings that mean nothing.

import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { handlers } from "../../src/operations/handlers.ts";
import { payloadOf } from "../../src/s3/bind.ts";
import { operationRows } from "../../src/s3/operations.ts";
import {
  byHeader,
  elements,
  expectRefusal,
  must,
  putWith,
  type Row,
  runRows,
  send,
  sharedBucket,
  snapshot,
} from "./front-door.ts";

const bucket = sharedBucket();

const md5 = (body: string) => ({
  "content-md5": createHash("md5").update(body).digest("base64"),
});
const malformed = { status: 400, code: "MalformedXML" } as const;
const setting = (name: string, subresource: string, body: string) =>
  byHeader({ method: "PUT", path: `/${name}?${subresource}`, body, headers: md5(body) });
const versioning = (content: string) =>
  `<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</VersioningConfiguration>`;
const fine = versioning("<Status>Enabled</Status>");
const deleteAll = (name: string, body: string, headers: Record<string, string> = md5(body)) =>
  byHeader({ method: "POST", path: `/${name}?delete`, body, headers });
const keys = (count: number) =>
  `<Delete>${Array.from({ length: count }, (_, at) => `<Object><Key>k${at}</Key></Object>`).join("")}</Delete>`;

/** Texts that no XML body may be, whatever it is for. */
const hostileDocuments: (readonly [what: string, body: string])[] = [
  ["no XML", "not xml"],
  ["JSON", '{"Status":"Enabled"}'],
  ["truncated", fine.slice(0, -10)],
  ["only an opening tag", "<VersioningConfiguration>"],
  ["two roots", `${fine}${fine}`],
  ["text behind the root", `${fine}trailing`],
  [
    "mismatched tags",
    "<VersioningConfiguration><Status>Enabled</VersioningConfiguration></Status>",
  ],
  ["another root", "<Versioning><Status>Enabled</Status></Versioning>"],
  ["a DOCTYPE (SEC-125)", `<!DOCTYPE a>${fine}`],
  [
    "an external entity (SEC-125)",
    `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>${versioning("<Status>&x;</Status>")}`,
  ],
  [
    "a parameter entity (SEC-125)",
    `<!DOCTYPE a [<!ENTITY % x SYSTEM "http://example.com/x">%x;]>${fine}`,
  ],
  [
    "a billion laughs (SEC-126)",
    `<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;"><!ENTITY c "&b;&b;">]>${versioning("<Status>&c;</Status>")}`,
  ],
  ["an unknown entity", versioning("<Status>&x;</Status>")],
  ["a character that XML does not allow", versioning("<Status>\u0001</Status>")],
  ["a reference to one", versioning("<Status>&#1;</Status>")],
  ["nested too deeply (SEC-126)", `${"<a>".repeat(100_000)}${"</a>".repeat(100_000)}`],
  [
    "too many attributes (SEC-126)",
    `<VersioningConfiguration ${Array.from({ length: 50_000 }, (_, at) => `a${at}="x"`).join(" ")}/>`,
  ],
  ["too many elements (SEC-126)", versioning("<Status>Enabled</Status>".repeat(21_000))],
  ["an attribute twice", '<VersioningConfiguration a="1" a="2"/>'],
];

const rows: Row[] = [
  ...hostileDocuments.map(([what, body]) => ({
    name: `B086 ${what}`,
    ...malformed,
    make: (name: string) => setting(name, "versioning", body),
  })),
  {
    name: "B086 bytes that are not UTF-8",
    ...malformed,
    make: (name) =>
      byHeader({
        method: "PUT",
        path: `/${name}?versioning`,
        body: new Uint8Array([0x3c, 0xff, 0xfe, 0x3e]),
      }),
  },
  {
    name: "B086 UTF-16",
    ...malformed,
    make: (name) =>
      byHeader({
        method: "PUT",
        path: `/${name}?versioning`,
        body: new Uint8Array(Buffer.from(`\ufeff${fine}`, "utf16le")),
      }),
  },
  ...[
    "versioning",
    "tagging",
    "ownershipControls",
    "publicAccessBlock",
    "requestPayment",
    "accelerate",
  ].map((subresource) => ({
    name: `B087 an empty body for ?${subresource}`,
    status: 400,
    code: "MissingRequestBodyError",
    make: (name: string) => setting(name, subresource, ""),
  })),
  ...["enabled", "On", "", "Enabled2"].map((status) => ({
    name: `B086 a versioning status of "${status}"`,
    ...(status === "" ? { status: 400, code: "MalformedXML" } : malformed),
    make: (name: string) => setting(name, "versioning", versioning(`<Status>${status}</Status>`)),
  })),
  {
    name: "SEC-102 MFA delete",
    status: 501,
    code: "NotImplemented",
    make: (name) =>
      setting(
        name,
        "versioning",
        versioning("<Status>Enabled</Status><MfaDelete>Enabled</MfaDelete>"),
      ),
  },
  {
    name: "B089 DeleteObjects with 1,001 keys",
    ...malformed,
    make: (name) => deleteAll(name, keys(1001)),
  },
  {
    name: "B090 DeleteObjects without keys",
    ...malformed,
    make: (name) => deleteAll(name, keys(0)),
  },
  {
    name: "B091 DeleteObjects without a digest",
    status: 400,
    code: "InvalidRequest",
    message: "Missing required header for this request: Content-MD5 OR x-amz-checksum-*",
    make: (name) => deleteAll(name, keys(1), {}),
  },
  {
    name: "B049 DeleteObjects with a digest that is none",
    status: 400,
    code: "InvalidDigest",
    make: (name) => deleteAll(name, keys(1), { "content-md5": "bad" }),
  },
  {
    name: "B050 DeleteObjects with the digest of another list",
    status: 400,
    code: "BadDigest",
    make: (name) => deleteAll(name, keys(1), md5(keys(2))),
  },
  {
    name: "SEC-126 a body of more than 1 MiB",
    status: 400,
    code: "MaxMessageLengthExceeded",
    detail: { MaxMessageLengthBytes: "1048576" },
    make: (name) => setting(name, "versioning", fine + " ".repeat(1024 * 1024)),
  },
  {
    name: "SEC-137 DeleteObjects of 5 MiB",
    status: 400,
    code: "MaxMessageLengthExceeded",
    make: (name) => deleteAll(name, keys(1) + " ".repeat(5 * 1024 * 1024)),
  },
  {
    name: "B117 an unknown canned ACL of a new bucket",
    status: 400,
    code: "InvalidArgument",
    detail: { ArgumentName: "x-amz-acl", ArgumentValue: "public-ready" },
    make: () =>
      byHeader({
        method: "PUT",
        path: "/bucket-with-an-acl",
        headers: { "x-amz-acl": "public-ready" },
      }),
  },
  {
    name: "B119 SEC-085 the ACL of a bucket whose owner is enforced",
    status: 400,
    code: "AccessControlListNotSupported",
    make: (name) =>
      byHeader({
        method: "PUT",
        path: `/${name}?acl`,
        headers: { "x-amz-acl": "public-read" },
      }),
  },
  ...["public-read", "authenticated-read", "aws-exec-read"].map((acl) => ({
    name: `B119 SEC-085 an object with the ACL ${acl}`,
    status: 400,
    code: "AccessControlListNotSupported",
    make: (name: string) => putWith(`/${name}/new`, { "x-amz-acl": acl }),
  })),
  {
    name: "B119 SEC-085 an object with a grant",
    status: 400,
    code: "AccessControlListNotSupported",
    make: (name) =>
      putWith(`/${name}/new`, {
        "x-amz-grant-read": 'uri="http://acs.amazonaws.com/groups/global/AllUsers"',
      }),
  },
  {
    name: "B121 a new bucket with a canned ACL and a grant",
    status: 400,
    code: "InvalidRequest",
    message: "Specifying both Canned ACLs and Header Grants is not allowed",
    make: () =>
      byHeader({
        method: "PUT",
        path: "/bucket-with-an-acl",
        headers: { "x-amz-acl": "private", "x-amz-grant-read": "id=x" },
      }),
  },
  {
    name: "B106 an unknown storage class",
    status: 400,
    code: "InvalidStorageClass",
    make: (name) => putWith(`/${name}/new`, { "x-amz-storage-class": "COLD" }),
  },
  {
    name: "B018 a setting with the hash of another body (SEC-030)",
    status: 400,
    code: "XAmzContentSHA256Mismatch",
    make: (name) =>
      byHeader({ method: "PUT", path: `/${name}?versioning`, body: fine, word: "0".repeat(64) }),
  },
];

describe("a document that is none", () => {
  runRows(rows, () => bucket);

  const xmlOperations = operationRows.filter(
    (row) =>
      row.schema !== null &&
      payloadOf(row) === "xml" &&
      handlers[row.name] !== "unbuilt" &&
      row.name !== "CreateBucket",
  );

  it("SEC-125 SEC-126 is refused by every operation that reads XML, in time", async () => {
    expect(xmlOperations.length).toBeGreaterThan(10);
    const before = await snapshot(bucket);
    for (const row of xmlOperations) {
      const key = row.level === "object" ? "/there" : "";
      const query = [row.subresource, ...row.query.map((name) => `${name}=1`)].filter(Boolean);
      const path = `/${bucket}${key}?${query.join("&")}`;
      for (const [what, body] of hostileDocuments) {
        const headers = {
          ...md5(body),
          ...Object.fromEntries(row.headers.map((name) => [name, "x"])),
        };
        const startedAt = performance.now();
        const answer = await send(byHeader({ method: row.method, path, body, headers }));
        const label = `${row.name}: ${what}: ${answer.text.slice(0, 300)}`;
        expect(answer.status, label).toBeGreaterThanOrEqual(400);
        expect(answer.status === 501 || answer.status < 500, label).toBe(true);
        expect(answer.text, label).not.toContain("root:");
        expect(performance.now() - startedAt, label).toBeLessThan(2_000);
        elements(answer.text);
      }
    }
    expect(await snapshot(bucket)).toBe(before);
  }, 120_000);

  it("SEC-138 is compressed: a body is never inflated", async () => {
    const gzipped = new Uint8Array(
      await new Response(
        new Blob([fine]).stream().pipeThrough(new CompressionStream("gzip")),
      ).arrayBuffer(),
    );
    const headers = { "content-encoding": "gzip" };
    const answer = await send(
      byHeader({ method: "PUT", path: `/${bucket}?versioning`, body: gzipped, headers }),
    );
    expectRefusal(answer, malformed);
    await must(200, { method: "PUT", path: `/${bucket}/gzipped`, body: gzipped, headers });
    const size = elements((await must(200, { path: `/${bucket}?prefix=gzipped` })).text);
    expect(size.find(({ name }) => name === "Size")?.text).toBe(String(gzipped.length));
    await must(204, { method: "DELETE", path: `/${bucket}/gzipped` });
  });

  it("SEC-035 is an archive: it is stored as it is", async () => {
    const tar = `${"../victim".padEnd(100, "\0")}${"\0".repeat(412)}`;
    const headers = {
      "x-amz-meta-snowball-auto-extract": "true",
      "x-amz-meta-minio-snowball": "true",
    };
    await must(200, { method: "PUT", path: `/${bucket}/archive.tar`, body: tar, headers });
    const listed = elements((await must(200, { path: `/${bucket}` })).text);
    const names = listed.filter(({ name }) => name === "Key").map(({ text }) => text);
    expect(names).toEqual(["archive.tar", "there"]);
    expect((await must(200, { path: `/${bucket}/archive.tar` })).text).toBe(tar);
    await must(204, { method: "DELETE", path: `/${bucket}/archive.tar` });
  });
});
