// PostObject through the Worker: what is stored, how it answers, which forms are none; rows B149 to
// B151. Who may, and the policy: post-object.policy.test.ts.
// https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { call, makeBucket, origin } from "../bucket/fixtures.ts";
import {
  boundary,
  bucket,
  expectRefusal,
  type Fields,
  freshKey,
  md5,
  part,
  pathOf,
  post,
  send,
  type Upload,
} from "./post-form.ts";

describe("PostObject: what is stored", () => {
  it("encrypts the file as the form asks", async () => {
    const fields = { "x-amz-server-side-encryption": "aws:kms" };
    const answer = await post({ fields: { key: "sealed", ...fields } });
    expect(answer.status).toBe(204);
    expect(answer.headers.get("x-amz-server-side-encryption")).toBe("aws:kms");
    expect(answer.headers.get("x-amz-server-side-encryption-aws-kms-key-id")).toMatch(/^arn:/);
    const object = await call("GET", pathOf("sealed"));
    expect([object.status, object.text]).toEqual([200, "content"]);
    expect(object.headers.get("x-amz-server-side-encryption")).toBe("aws:kms");
    // The ETag is of what was stored, and that is not the plaintext.
    expect(object.headers.get("etag")).not.toBe(`"${md5("content")}"`);
  });

  it("stores the file with what the form says", async () => {
    const fields = {
      "Content-Type": "text/css",
      "Cache-Control": "max-age=60",
      "Content-Disposition": "attachment",
      Expires: "Wed, 21 Oct 2037 07:28:00 GMT",
      "x-amz-meta-Color": "green — ü",
      "x-amz-storage-class": "STANDARD_IA",
      "x-amz-website-redirect-location": "/other",
      acl: "private",
      tagging: "<Tagging><TagSet><Tag><Key>a</Key><Value>1 é</Value></Tag></TagSet></Tagging>",
    };
    const answer = await post({ fields: { key: "dir/stored ü.txt", ...fields } });
    expect([answer.status, answer.text]).toEqual([204, ""]);
    const etag = `"${md5("content")}"`;
    expect(answer.headers.get("etag")).toBe(etag);
    expect(answer.headers.get("location")).toBe(
      `${origin}/${bucket}/${encodeURIComponent("dir/stored ü.txt")}`,
    );
    expect(answer.headers.get("x-amz-server-side-encryption")).toBe("AES256");
    expect(answer.headers.get("x-amz-checksum-type")).toBe("FULL_OBJECT");
    expect(answer.headers.get("x-amz-checksum-crc64nvme")).toMatch(/=$/);
    const object = await call("GET", pathOf("dir/stored ü.txt"));
    expect([object.status, object.text]).toEqual([200, "content"]);
    expect(Object.fromEntries(object.headers)).toMatchObject({
      "content-type": "text/css",
      "cache-control": "max-age=60",
      "content-disposition": "attachment",
      expires: "Wed, 21 Oct 2037 07:28:00 GMT",
      "x-amz-storage-class": "STANDARD_IA",
      "x-amz-website-redirect-location": "/other",
      "x-amz-tagging-count": "1",
      etag,
    });
    expect(object.headers.get("x-amz-meta-color")).toMatch(/^=\?UTF-8\?B\?/);
  });

  it("takes nothing from the headers of the request or from the file part", async () => {
    const headers = { "cache-control": "no-store", "x-amz-meta-a": "b", "content-language": "de" };
    const answer = await post({ headers });
    expect(answer.status).toBe(204);
    const object = await call("HEAD", pathOf(answer.key));
    expect(object.headers.get("content-type")).toBe("binary/octet-stream");
    for (const name of Object.keys(headers)) expect(object.headers.get(name)).toBeNull();
  });

  it.each<[string, string | null, string]>([
    ["the file's name", "report.pdf", "in/report.pdf-report.pdf"],
    ["a path of Windows", "C:\\My Files\\a.txt", "in/a.txt-a.txt"],
    ["a path of Unix", "/home/me/b.txt", "in/b.txt-b.txt"],
    ["a dollar pattern", "$&$1.txt", "in/$&$1.txt-$&$1.txt"],
    ["no file chosen", "", "in/-"],
    ["no name at all", null, "in/${filename}-${filename}"],
  ])("replaces ${filename}: %s", async (_, filename, key) => {
    const answer = await post({
      fields: { key: "in/${filename}-${filename}" },
      uncovered: ["key"],
      conditions: [{ key }],
      filename,
    });
    expect([answer.status, answer.text]).toEqual([204, ""]);
    expect((await call("HEAD", pathOf(key))).status).toBe(200);
  });

  it("reads names in any case, and ignores what stands behind the file", async () => {
    const answer = await post({
      fields: { KEY: "any-case", "CONTENT-type": "text/x" },
      change: { key: undefined },
      uncovered: ["key", "KEY", "CONTENT-type"],
      conditions: [
        ["StArTs-WiTh", "$kEy", "any"],
        ["eq", "$Content-Type", "text/x"],
      ],
      tail: `--${boundary}\r\nContent-Disposition: form-data; name="key"\r\n\r\nother\r\n--${boundary}--`,
    });
    expect([answer.status, answer.text]).toEqual([204, ""]);
    expect((await call("HEAD", pathOf("any-case"))).headers.get("content-type")).toBe("text/x");
    expect((await call("HEAD", pathOf("other"))).status).toBe(404);
  });

  it("keeps versions in a versioned bucket", async () => {
    const versioned = await makeBucket("post-versions");
    const body =
      '<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>';
    await call("PUT", `/${versioned}?versioning`, { body });
    const answer = await post({ bucket: versioned });
    expect(answer.status).toBe(204);
    const object = await call("HEAD", `/${versioned}/${answer.key}`);
    expect(answer.headers.get("x-amz-version-id")).toBe(object.headers.get("x-amz-version-id"));
    expect(answer.headers.get("x-amz-version-id")).toMatch(/^.{32}$/);
  });
});

describe("PostObject: large files", () => {
  const large = Buffer.alloc(3 * 1024 * 1024 + 17, "0123456789abcdef\r\n--");
  const close = `--${boundary}--`;
  const submit = `--${boundary}\r\nContent-Disposition: form-data; name="submit"\r\n\r\nUpload\r\n`;

  it.each<[string, string]>([
    ["the usual end", `${close}\r\n`],
    ["no line break at the end", close],
    ["a button behind the file", `${submit}${close}\r\n`],
    ["long fields behind the file", `${submit.repeat(3000)}${close}\r\n`],
    ["an epilogue", `${close}\r\nthe end\r\n`],
  ])("stores a file over 1 MiB exactly: %s", async (_, tail) => {
    const answer = await post({ file: large, tail });
    expect([answer.status, answer.text]).toEqual([204, ""]);
    expect(answer.headers.get("etag")).toBe(`"${md5(large)}"`);
    const object = await call("GET", pathOf(answer.key), {
      headers: { "x-amz-checksum-mode": "ENABLED" },
    });
    expect(md5(Buffer.from(object.text, "latin1"))).toBe(md5(large));
    expect(object.headers.get("content-length")).toBe(String(large.length));
    expect(object.headers.get("x-amz-checksum-crc64nvme")).toBe(
      answer.headers.get("x-amz-checksum-crc64nvme"),
    );
  });

  it.each([`${close}\r\n`, close, `${submit}${close}\r\n`])(
    "verifies a checksum field over the file alone: %j",
    async (tail) => {
      const sha256 = createHash("sha256").update(large).digest("base64");
      const fields = { "x-amz-checksum-sha256": sha256 };
      const right = await post({ file: large, tail, fields });
      expect([right.status, right.headers.get("x-amz-checksum-sha256")]).toEqual([204, sha256]);
      const wrong = { "x-amz-checksum-sha256": createHash("sha256").update("x").digest("base64") };
      await expectRefusal(await post({ file: large, tail, fields: wrong }), [400, "BadDigest"]);
    },
  );

  it("refuses a file that does not end, a second file and one beyond the range", async () => {
    await expectRefusal(await post({ file: large, tail: "" }), [400, "MalformedPOSTRequest"]);
    const second = Buffer.from(part('name="file"', "b")).toString() + close;
    await expectRefusal(await post({ file: large, tail: second }), [400, "InvalidArgument"]);
    const range = ["content-length-range", 0, 2 * 1024 * 1024];
    await expectRefusal(await post({ file: large, conditions: [range] }), [400, "EntityTooLarge"]);
    const least = ["content-length-range", large.length + 1, large.length * 2];
    const small = await post({
      file: large,
      conditions: [least],
      tail: `${submit.repeat(9)}${close}`,
    });
    await expectRefusal(small, [400, "EntityTooSmall"]);
  });
});

describe("PostObject: how it answers", () => {
  const redirect = "https://example.com/done";
  it.each<[string, Fields, number, "empty" | "document"]>([
    ["no field", {}, 204, "empty"],
    ["200", { success_action_status: "200" }, 200, "empty"],
    ["201", { success_action_status: "201" }, 201, "document"],
    ["204", { success_action_status: "204" }, 204, "empty"],
    ["a status S3 does not have", { success_action_status: "404" }, 204, "empty"],
    ["a redirect that is a path", { success_action_redirect: "/x" }, 204, "empty"],
    [
      "a redirect that is a script",
      { success_action_redirect: "javascript:alert(1)" },
      204,
      "empty",
    ],
    [
      "a redirect elsewhere than the web",
      { redirect: "ftp://x/", success_action_status: "201" },
      201,
      "document",
    ],
  ])("%s", async (_, fields, status, kind) => {
    const key = freshKey();
    const answer = await post({ fields: { key, ...fields } });
    const location = `${origin}/${bucket}/${encodeURIComponent(key)}`;
    const etag = `"${md5("content")}"`;
    expect(answer.status).toBe(status);
    expect(answer.headers.get("location")).toBe(location);
    expect(answer.headers.get("etag")).toBe(etag);
    expect(answer.text).toBe(
      kind === "empty"
        ? ""
        : `<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse><Location>${location}</Location><Bucket>${bucket}</Bucket><Key>${key}</Key><ETag>${etag.replaceAll('"', "&quot;")}</ETag></PostResponse>`,
    );
  });

  it.each<[string, Fields, string]>([
    ["success_action_redirect", { success_action_redirect: redirect }, `${redirect}?`],
    ["redirect", { redirect, success_action_status: "201" }, `${redirect}?`],
    ["with a query", { success_action_redirect: `${redirect}?a=b c` }, `${redirect}?a=b c&`],
  ])("303 for %s", async (_, fields, start) => {
    const key = "dir/a b+ü";
    const answer = await post({ fields: { key, ...fields } });
    const facts = `bucket=${bucket}&key=dir%2Fa+b%2B%C3%BC&etag=%22${md5("content")}%22`;
    expect([answer.status, answer.text]).toEqual([303, ""]);
    expect(answer.headers.get("location")).toBe(`${start}${facts}`);
  });

  it("keeps a fragment at the end and lets no line break into the header", async () => {
    const fragment = await post({ fields: { success_action_redirect: `${redirect}#top` } });
    expect(fragment.headers.get("location")).toMatch(/done\?bucket=[^#]*#top$/);
    const broken = await post({ fields: { success_action_redirect: `${redirect}\r\nx: y` } });
    expect([broken.status, broken.headers.get("x")]).toEqual([204, null]);
  });
});

describe("PostObject: forms that are none", () => {
  it("answers 412 to what is not multipart/form-data (B149)", async () => {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const answer = await send(Buffer.from("key=k"), { headers });
    await expectRefusal(answer, [412, "PreconditionFailed"]);
    expect(answer.first("Condition")).toBe(
      "Bucket POST must be of the enclosure-type multipart/form-data",
    );
  });

  const order = "If it is specified, please check the order of the fields.";
  const missing = (name: string) =>
    [
      400,
      "InvalidArgument",
      `Bucket POST must contain a field named '${name}'.  ${order}`,
    ] as const;
  it.each<[string, Upload, readonly [number, string, string?]]>([
    ["no key (B151)", { change: { key: undefined } }, missing("key")],
    ["an empty key", { fields: { key: "" } }, [400, "InvalidArgument"]],
    ["a key of 1,025 bytes", { fields: { key: "k".repeat(1025) } }, [400, "KeyTooLongError"]],
    ["tagging that is no XML", { fields: { tagging: "a=1" } }, [400, "MalformedXML"]],
    ["tagging of another document", { fields: { tagging: "<Tags/>" } }, [400, "MalformedXML"]],
    [
      "a storage class S3 does not have",
      { fields: { "x-amz-storage-class": "COLD" } },
      [400, "InvalidStorageClass"],
    ],
    ["a public ACL", { fields: { acl: "public-read" } }, [400, "AccessControlListNotSupported"]],
    [
      "a line break in metadata",
      { fields: { "x-amz-meta-a": "b\r\nc" } },
      [400, "InvalidArgument"],
    ],
    [
      "metadata over 2 KB",
      { fields: { "x-amz-meta-a": "b".repeat(2048) } },
      [400, "MetadataTooLarge"],
    ],
    [
      "a checksum that is none",
      { fields: { "x-amz-checksum-sha256": "sailorjerry" } },
      [400, "InvalidRequest"],
    ],
    ["a wrong checksum", { fields: { "x-amz-checksum-crc32": "AAAAAA==" } }, [400, "BadDigest"]],
    [
      "an algorithm without its checksum",
      { fields: { "x-amz-checksum-algorithm": "SHA256" } },
      [400, "InvalidRequest"],
    ],
    ["a bucket that is not there", { bucket: "nowhere-to-be-found" }, [404, "NoSuchBucket"]],
  ])("%s", async (_, upload, refusal) => {
    await expectRefusal(await post(upload), refusal);
  });
});

it("has the age of its signature for conditions", async () => {
  const own = await makeBucket("post-age");
  const statement = {
    ...{ Effect: "Deny", Principal: "*", Action: "s3:PutObject" },
    Resource: `arn:aws:s3:::${own}/*`,
    Condition: { NumericGreaterThanEquals: { "s3:signatureAge": "0" } },
  };
  const body = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  expect((await post({ bucket: own })).status).toBe(204);
  expect((await call("PUT", `/${own}?policy`, { body })).status).toBe(204);
  await expectRefusal(await post({ bucket: own }), [403, "AccessDenied"]);
});
