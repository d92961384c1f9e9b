// restic: a backup is worth what its restore is. Everything it wrote is read back and compared.
import assert from "node:assert/strict";
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { assertSameTree, noise, writeNoise, writeTree } from "./support/files.mjs";
import { fileKeys } from "./support/keys.mjs";
import { clientEnvironment, clientOf, describeClient, findPrograms } from "./support/programs.mjs";
import { scratchDirectory, serve } from "./support/server.mjs";

const server = await serve();
const mebibyte = 1024 * 1024;

describeClient("restic", findPrograms("restic", ["version"]), (program) => {
  test("init, backup, check, restore, forget and prune lose nothing", async () => {
    const scratch = scratchDirectory();
    const path = (name) => join(scratch, name);
    const env = clientEnvironment(server, {
      RESTIC_REPOSITORY: `s3:${server.endpoint}/restic/repository`,
      RESTIC_PASSWORD: "stone",
    });
    const { call, fail } = clientOf(program, { env });
    assert.match(await fail("snapshots"), /unable to open config file|does not exist/);
    await call("init");
    assert.match(await fail("init"), /already (initialized|exists)/);

    const files = Object.fromEntries(fileKeys.map((key) => [key, `content of ${key}`]));
    writeTree(path("source"), { ...files, "sub/middle": noise(3 * mebibyte, 7) });
    writeNoise(join(path("source"), "large"), 40 * mebibyte);
    symlinkSync("plain.txt", join(path("source"), "link"));
    await call("backup", path("source"));
    await call("check", "--read-data");
    mkdirSync(path("first"));
    await call("restore", "latest", "--target", path("first"));
    await assertSameTree(path("source"), join(path("first"), path("source")));

    rmSync(join(path("source"), "large"));
    writeTree(path("source"), { "plain.txt": "changed", "new/one": noise(mebibyte, 8) });
    await call("backup", path("source"));
    assert.equal(JSON.parse(await call("snapshots", "--json")).length, 2);
    await call("forget", "--keep-last", "1", "--prune");
    assert.equal(JSON.parse(await call("snapshots", "--json")).length, 1);
    await call("check", "--read-data");
    mkdirSync(path("second"));
    await call("restore", "latest", "--target", path("second"));
    await assertSameTree(path("source"), join(path("second"), path("source")));
  });
});
