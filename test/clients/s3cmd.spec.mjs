// s3cmd: an old client with its own signer, its own XML reader and its own idea of paths.
import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { HeadObjectCommand } from "@aws-sdk/client-s3";
import { assertSameTree, sha256OfFile, writeNoise, writeTree } from "./support/files.mjs";
import { fileKeys } from "./support/keys.mjs";
import { clientEnvironment, clientOf, describeClient, findPrograms } from "./support/programs.mjs";
import { openClient, scratchDirectory, serve } from "./support/server.mjs";

const server = await serve();
const client = openClient(server);
const mebibyte = 1024 * 1024;

describeClient("s3cmd", findPrograms("s3cmd", ["--version"]), (program) => {
  const scratch = scratchDirectory();
  const path = (name) => join(scratch, name);
  const { host } = new URL(server.endpoint);
  const settings = {
    access_key: server.credentials.accessKeyId,
    secret_key: server.credentials.secretAccessKey,
    host_base: host,
    host_bucket: host,
    use_https: "False",
    bucket_location: server.region,
    multipart_chunk_size_mb: "5",
    max_retries: "1",
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  writeFileSync(path("s3cfg"), `[default]\n${lines.join("\n")}\n`);
  const { call, fail } = clientOf(program, {
    env: clientEnvironment(server),
    fixed: ["--config", path("s3cfg"), "--no-progress"],
  });
  const url = "s3://s3cmd-bucket";

  before(() => call("mb", url));

  test("put, get, ls, info and del", async () => {
    writeFileSync(path("small"), "small & <odd>");
    await call("put", "--add-header", "x-amz-meta-Colour: grey", path("small"), `${url}/small`);
    await call("get", `${url}/small`, path("back"));
    assert.equal(readFileSync(path("back"), "utf8"), "small & <odd>");
    assert.match(
      await call("ls", url),
      /^\d{4}-\d\d-\d\d \d\d:\d\d +13 +s3:\/\/s3cmd-bucket\/small$/m,
    );
    assert.match(await call("ls"), /s3:\/\/s3cmd-bucket$/m);
    const info = await call("info", `${url}/small`);
    assert.match(info, /File size: 13/);
    assert.match(info, /x-amz-meta-colour: grey/);
    assert.match(info, /MD5 sum: +[0-9a-f]{32}/);
    await call("info", url);
    await call("del", `${url}/small`);
    assert.match(await fail("info", `${url}/small`), /404/);
    assert.match(await fail("get", `${url}/small`, path("x")), /does not exist/);
  });

  test("put in parts, cp, mv and modify", async () => {
    const digest = writeNoise(path("parts"), 16 * mebibyte + 1);
    await call("put", path("parts"), `${url}/parts`);
    // s3cmd sets an ACL after each copy. The owner's full control says nothing new, in XML either; all
    // else is refused by a bucket without ACLs.
    await call("cp", `${url}/parts`, `${url}/with acl`);
    const refused = await fail("setacl", "--acl-public", `${url}/with acl`);
    assert.match(refused, /400 \(AccessControlListNotSupported\)/);
    await call("del", `${url}/with acl`);
    const privately = (...parameters) => call("--acl-private", ...parameters);
    await privately("cp", `${url}/parts`, `${url}/copy of it+`);
    await privately("mv", `${url}/copy of it+`, `${url}/moved`);
    await privately("modify", "--add-header", "Cache-Control: no-store", `${url}/moved`);
    await call("get", `${url}/moved`, path("moved"));
    assert.equal(await sha256OfFile(path("moved")), digest);
    const answer = await client.send(
      new HeadObjectCommand({ Bucket: "s3cmd-bucket", Key: "moved" }),
    );
    assert.equal(answer.CacheControl, "no-store");
  });

  test("sync up, down and with --delete-removed", async () => {
    // s3cmd itself cannot carry a backslash or a byte above the basic plane through its file lists.
    const names = fileKeys.filter((key) => !/[\\\ud800-\udfff\ue000-\uffff]/.test(key));
    writeTree(path("tree"), Object.fromEntries(names.map((key) => [key, `content of ${key}`])));
    await call("sync", `${path("tree")}/`, `${url}/tree/`);
    await call("sync", `${url}/tree/`, `${path("down")}/`);
    await assertSameTree(path("tree"), path("down"));
    rmSync(join(path("tree"), "plain.txt"));
    await call("sync", "--delete-removed", `${path("tree")}/`, `${url}/tree/`);
    assert.doesNotMatch(await call("ls", "--recursive", `${url}/tree/`), /plain\.txt/);
  });

  test("signurl opens one object, for a while", async () => {
    writeFileSync(path("signed"), "signed");
    await call("put", path("signed"), `${url}/signed`);
    const signed = (await call("signurl", `${url}/signed`, "+60")).trim();
    // s3cmd signs URLs the old way; S3 has refused that for newer buckets since 2020.
    const answer = await fetch(signed);
    assert.equal(answer.status, 400);
    assert.match(await answer.text(), /AWS4-HMAC-SHA256/);
  });

  test("rb is refused while there is content, and --recursive --force takes all", async () => {
    assert.match(await fail("rb", url), /BucketNotEmpty/);
    await call("rb", "--recursive", "--force", url);
    assert.match(await fail("ls", url), /NoSuchBucket/);
  });
});
