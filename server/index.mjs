// @ts-check
// The public door of the package. Small on purpose: the server behind it loads Miniflare, and needs a
// Node that not everybody has; whoever has an older one should read why, not a stack.
import { StartError } from "./start-error.mjs";

/** @import { CairnOptions, CairnServer } from "./index.d.mts" */

export { StartError } from "./start-error.mjs";

/** The first Node with `node:sqlite` open to all; Miniflare is content with any 22. */
const oldestNode = { major: 22, minor: 13 };

/**
 * Starts a Cairn server in this process. See `index.d.mts` for what the options mean.
 * @param {CairnOptions} [options]
 * @returns {Promise<CairnServer>}
 * @throws {StartError} for what the caller can put right: a taken port, a folder in use, half a key
 */
export async function startCairn(options = {}) {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < oldestNode.major || (major === oldestNode.major && minor < oldestNode.minor)) {
    throw new StartError(
      `Cairn needs Node ${oldestNode.major}.${oldestNode.minor} or later in the process that starts it; ` +
        `this is ${process.versions.node}. npm scripts find a newer one by themselves: it is installed with Cairn.`,
    );
  }
  const { startServer } = await import("./server.mjs");
  return startServer(options);
}
