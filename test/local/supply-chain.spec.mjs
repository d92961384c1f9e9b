// @ts-check
// SEC-151: what comes from elsewhere. Everything is pinned and has a digest, few packages may run a
// program when they are installed, and the Worker is made of a short list of packages that only a
// deliberate change makes longer. `npm audit` asks a registry, which a test does not: OPERATIONS.md.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";

const project = fileURLToPath(new URL("../..", import.meta.url));

/** @param {string} path @returns {any} */
const readJson = (path) => JSON.parse(readFileSync(join(project, path), "utf8"));

/** What the Worker is made of beside its own code: ARCHITECTURE.md says why each is there. */
const inTheWorker = [
  "@aws-sdk/client-iam",
  "@aws-sdk/client-s3",
  "@aws-sdk/client-sts",
  "aws4fetch",
  "hono",
  "hyparquet-writer",
  "saxes",
];
/** They bring programs for the machine they are installed on; none of them is in the Worker. */
const mayRunAtInstall = ["esbuild", "node", "workerd"];

describe("SEC-151 packages of others", () => {
  it("are pinned to one version, each with a strong digest in the lock", () => {
    const { dependencies, devDependencies } = readJson("package.json");
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      assert.match(String(version), /^\d+\.\d+\.\d+(?:-[\w.]+)?$/, name);
    }
    const { packages, lockfileVersion } = readJson("package-lock.json");
    assert.ok(lockfileVersion >= 3);
    for (const [name, { integrity }] of Object.entries(packages)) {
      if (name !== "") assert.match(integrity ?? "", /^sha512-/, name);
    }
  });

  it("run a program at their installation only where they bring one", () => {
    const { packages } = readJson("package-lock.json");
    const names = Object.entries(packages)
      .filter(([, { hasInstallScript }]) => hasInstallScript)
      .map(([path]) => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length));
    assert.deepEqual([...new Set(names)].sort(), mayRunAtInstall);
    const { scripts } = readJson("package.json");
    for (const name of ["preinstall", "install", "postinstall", "prepare"]) {
      assert.equal(scripts[name], undefined, name);
    }
  });

  it("are a short closed list in the Worker", () => {
    const used = new Set();
    for (const file of readdirSync(join(project, "src"), { recursive: true, encoding: "utf8" })) {
      if (!file.endsWith(".ts")) continue;
      const text = readFileSync(join(project, "src", file), "utf8");
      for (const [, stated, dynamic] of text.matchAll(
        /(?:^|\} |\w )from "([^."\s][^"\s]*)";|import\("([^."\s][^"\s]*)"\)/gm,
      )) {
        const name = stated ?? dynamic ?? "";
        if (/^(?:node|cloudflare):/.test(name)) continue;
        used.add(
          name
            .split("/")
            .slice(0, name.startsWith("@") ? 2 : 1)
            .join("/"),
        );
      }
    }
    assert.deepEqual([...used].sort(), inTheWorker);
    const { dependencies } = readJson("package.json");
    for (const name of inTheWorker) assert.ok(dependencies[name], name);
  });
});
