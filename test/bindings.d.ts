// The types of `cloudflare:test`: what the tests find in `env`.
/// <reference types="@cloudflare/vitest-plugin/types" />

declare namespace Cloudflare {
  interface Env extends Readonly<import("../src/env.ts").Env> {
    /** "1" for the large counts of `npm run test:full`. */
    readonly CAIRN_FULL: string;
    readonly TEST_MIGRATIONS: import("cloudflare:test").D1Migration[];
  }
}
