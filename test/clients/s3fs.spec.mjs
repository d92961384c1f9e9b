// s3fs: a bucket as a folder. Needs FUSE, which many machines and containers do not have.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  accessSync,
  appendFileSync,
  chmodSync,
  constants,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { CreateBucketCommand, GetObjectCommand } from "@aws-sdk/client-s3";
import { sha256OfFile, writeNoise } from "./support/files.mjs";
import { clientEnvironment, describeClient, findPrograms, run } from "./support/programs.mjs";
import { openClient, scratchDirectory, serve } from "./support/server.mjs";

const server = await serve();
const client = openClient(server);
const scratch = scratchDirectory();
const mebibyte = 1024 * 1024;

/** Why a file system cannot be mounted here, if so. It is no client that is missing then. */
function withoutFuse() {
  try {
    accessSync("/dev/fuse", constants.R_OK | constants.W_OK);
    execFileSync("fusermount", ["-V"], { stdio: "ignore" });
    return false;
  } catch {
    return "this machine has no FUSE";
  }
}

describeClient("s3fs", findPrograms("s3fs", ["--version"]), (program) => {
  describe("a mounted bucket", { skip: withoutFuse() }, () => {
    const mount = join(scratch, "mount");
    const path = (...names) => join(mount, ...names);
    const Bucket = "s3fs-bucket";
    after(() => execFileSync("fusermount", ["-u", "-z", mount]));

    before(async () => {
      await client.send(new CreateBucketCommand({ Bucket }));
      const { accessKeyId, secretAccessKey } = server.credentials;
      const passwords = join(scratch, "passwords");
      writeFileSync(passwords, `${accessKeyId}:${secretAccessKey}`);
      chmodSync(passwords, 0o600);
      mkdirSync(mount);
      const options = [
        `url=${server.endpoint}`,
        `endpoint=${server.region}`,
        `passwd_file=${passwords}`,
        "use_path_request_style",
        "multipart_size=10",
        "retries=1",
      ];
      const env = clientEnvironment(server);
      const mounted = await run(program.path, [Bucket, mount, "-o", options.join(",")], { env });
      assert.equal(mounted.code, 0, mounted.stderr);
      // The command ends before the file system stands.
      for (let tries = 0; tries < 100 && statSync(mount).dev === statSync(scratch).dev; tries++) {
        await sleep(50);
      }
    });

    test("writes, reads, appends, renames, lists and removes", async () => {
      mkdirSync(path("folder"));
      writeFileSync(path("folder", "söme file+&"), "first");
      appendFileSync(path("folder", "söme file+&"), " second");
      assert.equal(readFileSync(path("folder", "söme file+&"), "utf8"), "first second");
      renameSync(path("folder", "söme file+&"), path("folder", "renamed"));
      assert.deepEqual(readdirSync(path("folder")), ["renamed"]);
      const answer = await client.send(new GetObjectCommand({ Bucket, Key: "folder/renamed" }));
      assert.equal(await answer.Body.transformToString(), "first second");
      chmodSync(path("folder", "renamed"), 0o640);
      assert.equal(statSync(path("folder", "renamed")).mode & 0o777, 0o640);
      renameSync(path("folder"), path("other"));
      assert.deepEqual(readdirSync(mount), ["other"]);
      rmSync(path("other"), { recursive: true });
      assert.deepEqual(readdirSync(mount), []);
    });

    test("carries a large file in parts", async () => {
      const digest = writeNoise(path("large"), 33 * mebibyte + 7);
      assert.equal(await sha256OfFile(path("large")), digest);
      renameSync(path("large"), path("larger"));
      assert.equal(await sha256OfFile(path("larger")), digest);
      const answer = await client.send(new GetObjectCommand({ Bucket, Key: "larger" }));
      assert.equal(answer.ContentLength, 33 * mebibyte + 7);
      answer.Body.destroy();
    });
  });
});
