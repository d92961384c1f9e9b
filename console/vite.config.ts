// How the console is built: one page, screens as chunks of their own, nothing inline (its policy for
// contents forbids that), names by content.

import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  base: "/-/console/",
  publicDir: false,
  cacheDir: "../node_modules/.vite-console",
  build: {
    target: "es2022",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    cssCodeSplit: true,
    sourcemap: false,
    manifest: true,
    chunkSizeWarningLimit: 1500,
    reportCompressedSize: false,
  },
});
