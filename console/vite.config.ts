// How the console is built: one page, screens as chunks of their own, nothing inline (its policy for
// contents forbids that), names by content.

import { dirname, join } from "node:path";
import { defineConfig, type Plugin } from "vite";

/** A worker has no DOMParser: there the SDK parses XML as it does in Node. */
const xmlWithoutDocument: Plugin = {
  name: "xml-without-document",
  enforce: "pre",
  resolveId(source, importer = "") {
    const isParser = source === "./xml-parser" && importer.includes("@aws-sdk/xml-builder");
    return isParser ? join(dirname(importer), "xml-parser.js") : undefined;
  },
};

export default defineConfig({
  root: import.meta.dirname,
  base: "/-/console/",
  publicDir: false,
  cacheDir: "../node_modules/.vite-console",
  worker: {
    format: "es",
    plugins: () => [xmlWithoutDocument],
    // worker.mjs knows by the name who may call the server.
    rolldownOptions: { output: { entryFileNames: "assets/workers/[name]-[hash].js" } },
  },
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
