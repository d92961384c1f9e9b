// @ts-check
// Browser uploads with the forms that SDKs sign: JavaScript's createPresignedPost, boto3's
// generate_presigned_post, sent by Node's fetch, Python's standard library and curl.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { CreateBucketCommand, GetObjectCommand, HeadObjectCommand } from "@aws-sdk/client-s3";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import { clientEnvironment, describeClient, findPrograms, run } from "./support/programs.mjs";
import { openClient, scratchDirectory, serve } from "./support/server.mjs";

const server = await serve();
const client = openClient(server);
const Bucket = "forms";
await client.send(new CreateBucketCommand({ Bucket }));

/** @param {string} Key */
async function bytesOf(Key) {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
}

/** @param {string | Buffer} bytes */
const md5 = (bytes) => createHash("md5").update(bytes).digest("hex");

describe("createPresignedPost", () => {
  /**
   * @param {import("@aws-sdk/s3-presigned-post").PresignedPostOptions} options
   * @param {Blob} file
   * @param {Record<string, string>} [more]
   */
  async function upload(options, file, more = {}) {
    const { url, fields } = await createPresignedPost(client, options);
    const form = new FormData();
    for (const [name, value] of Object.entries({ ...fields, ...more })) form.append(name, value);
    form.append("file", file, "my file.txt");
    const answer = await fetch(url, { method: "POST", body: form, redirect: "manual" });
    return { answer, code: /<Code>(\w+)</.exec(await answer.clone().text())?.[1] };
  }

  test("stores a file under the name it came with", async () => {
    const Fields = { "Content-Type": "text/plain", "x-amz-meta-from": "browser" };
    const { answer } = await upload(
      {
        Bucket,
        Key: "up/${filename}",
        Fields,
        Conditions: [["content-length-range", 1, 100]],
        Expires: 60,
      },
      new Blob(["by form"]),
    );
    assert.equal(answer.status, 204);
    assert.equal(answer.headers.get("etag"), `"${md5("by form")}"`);
    assert.equal(String(await bytesOf("up/my file.txt")), "by form");
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: "up/my file.txt" }));
    assert.equal(head.ContentType, "text/plain");
    assert.deepEqual(head.Metadata, { from: "browser" });
  });

  test("holds the upload to its conditions", async () => {
    const options = { Bucket, Key: "held", Conditions: [["content-length-range", 1, 3]] };
    // @ts-expect-error the tuple's type is lost in a variable
    const large = await upload(options, new Blob(["four"]));
    assert.deepEqual([large.answer.status, large.code], [400, "EntityTooLarge"]);
    const extra = await upload({ Bucket, Key: "held" }, new Blob(["x"]), { acl: "private" });
    assert.deepEqual([extra.answer.status, extra.code], [403, "AccessDenied"]);
    const other = await upload({ Bucket, Key: "held" }, new Blob(["x"]), { key: "other" });
    assert.deepEqual([other.answer.status, other.code], [403, "AccessDenied"]);
    await assert.rejects(bytesOf("held"), { name: "NoSuchKey" });
  });

  test("answers as the form asks", async () => {
    const Fields = { success_action_status: "201" };
    const { answer } = await upload({ Bucket, Key: "a/b", Fields }, new Blob(["x"]));
    assert.equal(answer.status, 201);
    const location = `${server.endpoint}/${Bucket}/a%2Fb`;
    assert.equal(answer.headers.get("location"), location);
    assert.match(await answer.text(), /<PostResponse><Location>[^<]*<\/Location><Bucket>forms</);
    const redirect = { success_action_redirect: "https://example.com/done" };
    const sent = await upload({ Bucket, Key: "a/b", Fields: redirect }, new Blob(["x"]));
    assert.equal(sent.answer.status, 303);
    assert.match(
      sent.answer.headers.get("location") ?? "",
      /^https:\/\/example\.com\/done\?bucket=forms&key=a%2Fb&etag=%22[0-9a-f]{32}%22$/,
    );
  });

  test("streams a large file", async () => {
    const bytes = Buffer.alloc(20 * 1024 * 1024, "0123456789abcdef");
    const { answer } = await upload({ Bucket, Key: "large" }, new Blob([bytes]));
    assert.equal(answer.status, 204);
    assert.equal(md5(await bytesOf("large")), md5(bytes));
  });
});

describeClient("curl", findPrograms("curl", ["--version"]), (curl) => {
  test("uploads a form with a button behind the file", async () => {
    const folder = scratchDirectory();
    const bytes = Buffer.alloc(3 * 1024 * 1024, "curl");
    writeFileSync(join(folder, "file.bin"), bytes);
    const { url, fields } = await createPresignedPost(client, { Bucket, Key: "by-curl" });
    const parts = Object.entries(fields).flatMap(([name, value]) => ["-F", `${name}=${value}`]);
    const file = ["-F", `file=@${join(folder, "file.bin")}`, "-F", "submit=Upload"];
    const { stdout } = await run(
      curl.path,
      ["-s", "-o", "-", "-w", "%{http_code}", ...parts, ...file, url],
      { env: clientEnvironment(server) },
    );
    assert.equal(stdout, "204");
    assert.equal(md5(await bytesOf("by-curl")), md5(bytes));
  });
});

/** boto3 signs, the standard library sends: a form without a line break at its end. */
const python = String.raw`
import json, sys, urllib.error, urllib.request, boto3
from botocore.config import Config
s3 = boto3.client("s3", endpoint_url=sys.argv[1], config=Config(signature_version="s3v4"))
def post(body, **options):
    signed = s3.generate_presigned_post("forms", **options)
    parts = [f'--XX\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode()
             for k, v in signed["fields"].items()]
    parts.append(b'--XX\r\nContent-Disposition: form-data; name="file"; filename="f.txt"\r\n'
                 b'Content-Type: text/plain\r\n\r\n' + body + b'\r\n--XX--')
    request = urllib.request.Request(signed["url"], b"".join(parts), method="POST",
        headers={"Content-Type": "multipart/form-data; boundary=XX"})
    try:
        return urllib.request.urlopen(request).status
    except urllib.error.HTTPError as error:
        return [error.code, error.read().decode().split("<Code>")[1].split("<")[0]]
print(json.dumps([
    post(b"small", Key="py/\${filename}"),
    post(b"large" * 500000, Key="py/large"),
    post(b"x", Key="py/typed", Fields={"Content-Type": "text/x"}, Conditions=[{"Content-Type": "text/x"}]),
    post(b"x", Key="py/uncovered", Fields={"Content-Type": "text/x"}),
    post(b"x", Key="py/late", ExpiresIn=-10),
]))
`;

const pythons = findPrograms("python3", ["-c", "import boto3; print(boto3.__version__)"]);
describeClient("boto3", pythons, (program) => {
  test("signs forms that are taken and refused as on S3", async () => {
    const env = clientEnvironment(server, { PYTHONWARNINGS: "ignore" });
    const script = python.replaceAll("\\${", "${");
    const { stdout, stderr } = await run(program.path, ["-c", script, server.endpoint], { env });
    assert.notEqual(stdout, "", stderr);
    assert.deepEqual(JSON.parse(stdout), [
      204,
      204,
      204,
      [403, "AccessDenied"],
      [403, "AccessDenied"],
    ]);
    assert.equal(String(await bytesOf("py/f.txt")), "small");
    assert.equal(md5(await bytesOf("py/large")), md5("large".repeat(500_000)));
  });
});
