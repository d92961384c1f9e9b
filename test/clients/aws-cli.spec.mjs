// The AWS CLI, every version found: the commands people type, on trees, large files and odd names.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { assertSameTree, noise, sha256OfFile, writeNoise, writeTree } from "./support/files.mjs";
import { fileKeys } from "./support/keys.mjs";
import { clientEnvironment, clientOf, describeClient, findPrograms } from "./support/programs.mjs";
import { isFull, scratchDirectory, serve } from "./support/server.mjs";

const server = await serve();
const mebibyte = 1024 * 1024;
const programs = findPrograms("aws", ["--version"]);

describeClient("AWS CLI", programs, (program) => {
  const scratch = scratchDirectory();
  const env = clientEnvironment(server);
  // Version 1 signs URLs as of old unless told otherwise; S3 refuses that for newer buckets too.
  mkdirSync(join(env.HOME, ".aws"));
  writeFileSync(join(env.HOME, ".aws", "config"), "[default]\ns3 =\n  signature_version = s3v4\n");
  const { call, fail } = clientOf(program, {
    env,
    fixed: ["--endpoint-url", server.endpoint],
  });
  const bucket = `cli-${program.version.replaceAll(".", "-")}`;
  const url = `s3://${bucket}`;
  const path = (name) => join(scratch, name);
  /** `s3api` answers as an object. */
  const api = async (operation, ...parameters) => {
    const text = await call("s3api", operation, "--bucket", bucket, ...parameters);
    return text.trim() === "" ? {} : JSON.parse(text);
  };

  before(async () => {
    assert.match(await call("s3", "mb", url), new RegExp(`make_bucket: ${bucket}`));
  });

  test("cp up and down, ls and presign", async () => {
    const digest = writeNoise(path("three"), 3_000_000);
    await call("s3", "cp", path("three"), `${url}/in/three`);
    await call("s3", "cp", path("three"), `${url}/in/again`);
    await call("s3", "cp", `${url}/in/three`, path("back"));
    assert.equal(await sha256OfFile(path("back")), digest);
    const listing = await call("s3", "ls", `${url}/in/`);
    assert.match(listing, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {4}3000000 again$/m);
    assert.match(await call("s3", "ls", url), /PRE in\/$/m);
    assert.match(await call("s3", "ls", "--recursive", "--summarize", url), /Total Objects: 2/);
    assert.match(await call("s3", "ls"), new RegExp(`${bucket}$`, "m"));
    const signed = (await call("s3", "presign", `${url}/in/three`)).trim();
    const answer = await fetch(signed);
    assert.equal(answer.status, 200);
    assert.ok(readFileSync(path("three")).equals(Buffer.from(await answer.arrayBuffer())));
    assert.match(await fail("s3", "cp", `${url}/in/absent`, path("x")), /\(404\)/);
    assert.match(await fail("s3", "ls", "s3://never-made-at-all"), /NoSuchBucket/);
  });

  test("cp in parts, both ways, and a copy inside the server", async () => {
    const digest = writeNoise(path("parts"), 21 * mebibyte + 1);
    await call("s3", "cp", path("parts"), `${url}/parts`);
    assert.match((await api("head-object", "--key", "parts")).ETag, /-3"$/);
    await call("s3", "cp", `${url}/parts`, `${url}/parts-copy`);
    await call("s3", "cp", `${url}/parts-copy`, path("parts-back"));
    assert.equal(await sha256OfFile(path("parts-back")), digest);
  });

  test("sync up, down, with --delete, and again without work", async () => {
    const files = Object.fromEntries(fileKeys.map((key) => [key, `content of ${key}`]));
    writeTree(path("tree"), { ...files, "sub/dir/empty": "", "sub/large": noise(300_000) });
    await call("s3", "sync", path("tree"), `${url}/tree`);
    assert.equal(await call("s3", "sync", path("tree"), `${url}/tree`), "");
    mkdirSync(path("down"));
    await call("s3", "sync", `${url}/tree`, path("down"));
    await assertSameTree(path("tree"), path("down"));
    rmSync(join(path("tree"), "plain.txt"));
    const removed = await call("s3", "sync", "--delete", path("tree"), `${url}/tree`);
    assert.match(removed, /^delete: .*plain\.txt\s*$/);
    await call("s3", "sync", "--delete", `${url}/tree`, path("down"));
    await assertSameTree(path("tree"), path("down"));
    await call("s3", "sync", `${url}/tree`, `${url}/tree-copy`);
    const count = async (prefix) =>
      (await call("s3", "ls", "--recursive", `${url}/${prefix}/`)).trim().split("\n").length;
    assert.equal(await count("tree-copy"), await count("tree"));
  });

  // Each call starts Python once more, and boto3's spec covers the same ground: one CLI is enough.
  if (program !== programs[0] && !isFull) return;

  test("mv and rm --recursive", async () => {
    writeFileSync(path("mover"), "moved");
    await call("s3", "mv", path("mover"), `${url}/moved/a`);
    await call("s3", "mv", `${url}/moved/a`, `${url}/moved/b`);
    await call("s3", "mv", `${url}/moved/b`, path("mover"));
    assert.equal(readFileSync(path("mover"), "utf8"), "moved");
    writeTree(
      path("many"),
      Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`${i}`, "x"])),
    );
    await call("s3", "cp", "--recursive", path("many"), `${url}/many/`);
    await call("s3", "rm", "--recursive", `${url}/many/`);
    assert.equal((await api("list-objects-v2", "--prefix", "many/")).Contents, undefined);
  });

  test("rb is refused while there is content, unless forced", async () => {
    assert.match(await fail("s3", "rb", url), /BucketNotEmpty/);
    await call("s3", "mb", `${url}-plain`);
    await call("s3", "cp", path("mover"), `${url}-plain/x`);
    await call("s3", "rb", "--force", `${url}-plain`);
    assert.match(await fail("s3", "ls", `${url}-plain`), /NoSuchBucket/);
  });

  test("s3api: metadata, ranges, conditions, copies and attributes", async () => {
    writeFileSync(path("body"), "0123456789");
    const put = await api(
      ...["put-object", "--key", "api", "--body", path("body"), "--metadata", "a=1,b=two words"],
      ...["--content-type", "text/plain", "--cache-control", "no-cache", "--storage-class"],
      "STANDARD_IA",
    );
    assert.equal(put.ETag, '"781e5e245d69b566979b86e28d23f2c7"');
    const head = await api("head-object", "--key", "api");
    assert.deepEqual(head.Metadata, { a: "1", b: "two words" });
    assert.equal(head.StorageClass, "STANDARD_IA");
    assert.equal(head.ContentLength, 10);
    assert.equal(head.CacheControl, "no-cache");
    assert.equal(head.AcceptRanges, "bytes");
    const range = await api("get-object", "--key", "api", "--range", "bytes=2-4", path("range"));
    assert.equal(range.ContentRange, "bytes 2-4/10");
    assert.equal(readFileSync(path("range"), "utf8"), "234");
    const refused = await fail(
      ...["s3api", "get-object", "--bucket", bucket, "--key", "api"],
      ...["--if-match", "other", path("x")],
    );
    assert.match(refused, /\(PreconditionFailed\)|\(412\)/);
    const copy = await api("copy-object", "--key", "copy", "--copy-source", `${bucket}/api`);
    assert.equal(copy.CopyObjectResult.ETag, put.ETag);
    const attributes = await api(
      ...["get-object-attributes", "--key", "copy"],
      ...["--object-attributes", "ETag", "ObjectSize", "StorageClass"],
    );
    assert.equal(attributes.ObjectSize, 10);
    assert.match(attributes.ETag, /^[0-9a-f]{32}$/);
    // Whoever sends no type gets S3's own default.
    await api("put-object", "--key", "typeless", "--body", path("body"));
    assert.equal(
      (await api("head-object", "--key", "typeless")).ContentType,
      "binary/octet-stream",
    );
    assert.match(await fail("s3api", "head-object", "--bucket", bucket, "--key", "no"), /\(404\)/);
    assert.match(
      await fail("s3api", "get-object", "--bucket", bucket, "--key", "no", path("x")),
      /\(NoSuchKey\)/,
    );
  });

  test("s3api: a multipart upload by hand, with parts of unequal size", async () => {
    const sizes = [5 * mebibyte, 7 * mebibyte + 3, 11];
    const { UploadId } = await api("create-multipart-upload", "--key", "hand");
    const upload = ["--key", "hand", "--upload-id", UploadId];
    const parts = await Promise.all(
      sizes.map(async (size, index) => {
        writeNoise(path(`part${index}`), size);
        const PartNumber = index + 1;
        const sent = ["--part-number", `${PartNumber}`, "--body", path(`part${index}`)];
        const { ETag } = await api("upload-part", ...upload, ...sent);
        return { PartNumber, ETag };
      }),
    );
    const [listed, open] = await Promise.all([
      api("list-parts", ...upload),
      api("list-multipart-uploads"),
    ]);
    assert.deepEqual(
      listed.Parts.map(({ Size }) => Size),
      sizes,
    );
    assert.deepEqual(
      open.Uploads.map(({ Key }) => Key),
      ["hand"],
    );
    const manifest = JSON.stringify({ Parts: parts });
    const done = await api("complete-multipart-upload", ...upload, "--multipart-upload", manifest);
    assert.match(done.ETag, /-3"$/);
    assert.equal((await api("head-object", "--key", "hand")).ContentLength, 12 * mebibyte + 14);
    const aborted = await api("create-multipart-upload", "--key", "aborted");
    await api("abort-multipart-upload", "--key", "aborted", "--upload-id", aborted.UploadId);
    assert.equal((await api("list-multipart-uploads")).Uploads, undefined);
  });

  test("s3api: listings in pages, deletes by list, versions, location", async () => {
    writeTree(path("pages"), { 1: "", 2: "", 3: "", 4: "", "sub/5": "" });
    await call("s3", "sync", path("pages"), `${url}/page`);
    const [paged, old] = await Promise.all([
      api("list-objects-v2", "--prefix", "page/", "--page-size", "2"),
      api("list-objects", "--prefix", "page/", "--delimiter", "/", "--page-size", "2"),
    ]);
    assert.equal(paged.Contents.length, 5);
    assert.equal(old.Contents.length, 4);
    assert.deepEqual(old.CommonPrefixes, [{ Prefix: "page/sub/" }]);
    const Objects = [{ Key: "page/1" }, { Key: "page/2" }];
    const deleted = await api("delete-objects", "--delete", JSON.stringify({ Objects }));
    assert.deepEqual(deleted.Deleted.map(({ Key }) => Key).sort(), ["page/1", "page/2"]);
    assert.deepEqual((await api("get-bucket-location")).LocationConstraint, null);
    assert.deepEqual(await api("get-bucket-versioning"), {});
    await api("put-bucket-versioning", "--versioning-configuration", "Status=Enabled");
    assert.deepEqual(await api("get-bucket-versioning"), { Status: "Enabled" });
    writeFileSync(path("v"), "one");
    const first = await api("put-object", "--key", "v", "--body", path("v"));
    const marker = await api("delete-object", "--key", "v");
    assert.equal(marker.DeleteMarker, true);
    const versions = await api("list-object-versions", "--prefix", "v");
    assert.deepEqual(
      versions.Versions.map(({ VersionId }) => VersionId),
      [first.VersionId],
    );
    assert.deepEqual(
      versions.DeleteMarkers.map(({ IsLatest }) => IsLatest),
      [true],
    );
    await api("get-object", "--key", "v", "--version-id", first.VersionId, path("v-back"));
    assert.equal(readFileSync(path("v-back"), "utf8"), "one");
    await api("put-bucket-versioning", "--versioning-configuration", "Status=Suspended");
    assert.deepEqual(await api("get-bucket-versioning"), { Status: "Suspended" });
  });

  test("sts get-caller-identity, and the settings Terraform asks for", async () => {
    const identity = JSON.parse(await call("sts", "get-caller-identity"));
    assert.match(identity.Account, /^\d{12}$/);
    assert.match(identity.Arn, /:root$/);
    assert.equal((await api("get-bucket-acl")).Grants[0].Permission, "FULL_CONTROL");
    const codes = {
      "get-bucket-policy": "NoSuchBucketPolicy",
      "get-bucket-cors": "NoSuchCORSConfiguration",
      "get-bucket-website": "NoSuchWebsiteConfiguration",
      "get-bucket-tagging": "NoSuchTagSet",
      "get-bucket-lifecycle-configuration": "NoSuchLifecycleConfiguration",
      "get-bucket-replication": "ReplicationConfigurationNotFoundError",
    };
    await Promise.all(
      Object.entries(codes).map(async ([operation, code]) => {
        const said = await fail("s3api", operation, "--bucket", bucket);
        assert.match(said, new RegExp(`\\(${code}\\)`), operation);
      }),
    );
  });
});
