// boto3, every version found, over plain HTTP and over TLS: only over TLS does it send its bodies as
// unsigned chunks with a checksum behind them. The checks themselves are in boto3_checks.py.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { dotSegmentKeys, hostileKeys } from "./support/keys.mjs";
import { clientEnvironment, describeClient, findPrograms, run } from "./support/programs.mjs";
import { scratchDirectory, serve } from "./support/server.mjs";
import { findOpenSsl, startTls } from "./support/tls.mjs";

const checks = fileURLToPath(new URL("boto3_checks.py", import.meta.url));
const pythons = findPrograms("python3", ["-c", "import boto3; print(boto3.__version__)"]);

describeClient("boto3", pythons, (python) => {
  for (const scheme of ["http", "https"]) {
    describe(scheme, { skip: scheme === "https" && !findOpenSsl() && "needs openssl" }, () => {
      let results = [];
      before(async () => {
        const server = await serve();
        const endpoint =
          scheme === "http" ? server.endpoint : await startTls(server.endpoint, scratchDirectory());
        const keys = JSON.stringify([...hostileKeys, ...dotSegmentKeys]);
        const env = clientEnvironment(server, { PYTHONWARNINGS: "ignore" });
        const { stdout, stderr } = await run(python.path, [checks, endpoint, keys], { env });
        results = stdout
          .trim()
          .split("\n")
          .filter(Boolean)
          .map((line) => JSON.parse(line));
        assert.ok(results.length > 0, stderr);
      });
      for (const name of checkNames()) {
        test(name, () => {
          const result = results.find((candidate) => candidate.name === name);
          assert.ok(result, "did not run");
          if (result.problem !== null) assert.fail(result.problem);
        });
      }
    });
  }
});

/** The checks as they stand in the file, so that one that does not run is missed. */
function checkNames() {
  const text = readFileSync(checks, "utf8");
  return [...text.matchAll(/^@check\ndef (\w+)/gm)].map(([, name]) => name.replaceAll("_", " "));
}
