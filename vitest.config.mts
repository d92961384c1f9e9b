// Tests that run inside workerd, against real simulators of R2, D1 and Durable Objects.
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

const alone = [
  "test/bucket/lock-model.test.ts",
  "test/admin/upkeep.test.ts",
  "test/admin/webhooks.test.ts",
  "test/catalog/master-key.test.ts",
  "test/jobs/**/*.test.ts",
  "test/operations/bucket/bucket-policy.test.ts",
  "test/operations/object/get-object.test.ts",
  "test/operations/object/restore-object.test.ts",
  "test/operations/service/list-buckets.test.ts",
];

export default defineConfig({
  plugins: [
    cloudflareTest({
      wrangler: { configPath: "./wrangler.toml" },
      miniflare: {
        // Stands in for the console's Worker, which needs a build.
        workers: [
          {
            name: "cairn-console",
            modules: true,
            compatibilityDate: "2026-10-30",
            script: `export default { fetch: (request) => new Response(request.url) };`,
          },
        ],
        bindings: {
          CAIRN_FULL: process.env["CAIRN_FULL"] === "1" ? "1" : "",
          TEST_MIGRATIONS: await readD1Migrations("./migrations"),
          MASTER_KEY: "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
          ROOT_ACCESS_KEY_ID: "AKIATESTROOT00000000",
          ROOT_SECRET_ACCESS_KEY: "test-root-secret-access-key-0123456789ab",
        },
      },
    }),
  ],
  test: {
    setupFiles: ["./test/setup.ts"],
    // For what hangs, not for what is slow: the machine may be busy with other things.
    testTimeout: 120_000,
    // On two cores the default is one, which leaves half of the machine idle (measured: 204 s or 106 s).
    maxWorkers: 2,
    projects: [
      // Names of their own are enough for most files: they share a worker and its stores.
      {
        extends: true,
        test: { name: "shared", include: ["test/**/*.test.ts"], exclude: alone, isolate: false },
      },
      // These count what a whole deployment holds, or put their own clock and faults under it.
      { extends: true, test: { name: "alone", include: alone } },
    ],
  },
});
