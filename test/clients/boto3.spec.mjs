// boto3, every version found, over plain HTTP and over TLS: only over TLS does it send its bodies as
// unsigned chunks with a checksum behind them. The checks themselves are in boto3_checks.py.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { dotSegmentKeys, hostileKeys } from "./support/keys.mjs";
import { clientEnvironment, describeClient, findPrograms, run } from "./support/programs.mjs";
import { isFull, scratchDirectory, serve } from "./support/server.mjs";
import { findOpenSsl, startTls } from "./support/tls.mjs";

const server = await serve();
const endpoints = {
  http: server.endpoint,
  https: findOpenSsl() ? await startTls(server.endpoint, scratchDirectory()) : undefined,
};
const checks = fileURLToPath(new URL("boto3_checks.py", import.meta.url));
const pythons = findPrograms("python3", ["-c", "import boto3; print(boto3.__version__)"]);

describeClient("boto3", pythons, (python) => {
  for (const [scheme, endpoint] of Object.entries(endpoints)) {
    // The older ones behave over TLS as over HTTP, nearly.
    if (scheme === "https" && python !== pythons[0] && !isFull) continue;
    const skip = endpoint === undefined && "needs openssl to make a certificate";
    describe(scheme, { skip }, () => {
      const env = clientEnvironment(server, { PYTHONWARNINGS: "ignore" });
      const bucket = `boto-${python.version.replaceAll(".", "-")}-${scheme}`;
      const keys = JSON.stringify([...hostileKeys, ...dotSegmentKeys]);
      let results = [];
      before(async () => {
        const parameters = [checks, endpoint, bucket, keys];
        const { stdout, stderr } = await run(python.path, parameters, { env });
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
