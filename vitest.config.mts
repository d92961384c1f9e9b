// Tests that run inside workerd, against real simulators of R2, D1 and Durable Objects.
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

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
    include: ["test/**/*.test.ts"],
    exclude: ["test/clients/**", "test/bench/**", "test/local/**", "node_modules/**"],
    setupFiles: ["./test/setup.ts"],
    testTimeout: 30_000,
    // On two cores the default is one, which leaves half of the machine idle (measured: 204 s or 106 s).
    maxWorkers: 2,
  },
});
