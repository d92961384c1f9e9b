// @ts-check
// Where the server is and who is asking: from flags, else from the environment, else from the local
// server of this folder. The three values come from one place or two, never half from the local
// file: its root key must not sign requests to somebody else's address.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { exitCodes, Failure } from "./failure.mjs";

/**
 * @typedef {object} Connection
 * @property {string} endpoint without a slash at its end
 * @property {string} accessKeyId
 * @property {string} secretAccessKey
 * @property {string} region
 * @property {boolean} isLocal true when read from this folder's credentials file
 */

/**
 * @typedef {object} ConnectionFlags
 * @property {string} [endpoint]
 * @property {string} [accessKey]
 * @property {string} [secretKey]
 * @property {string} [region]
 */

const CREDENTIALS_FILE = join(".cairn", "credentials.json");
const DEFAULT_REGION = "us-east-1";

/**
 * Throws a usage Failure when a value is missing or the endpoint is not an http(s) address.
 *
 * @param {ConnectionFlags} flags
 * @param {{ environment: NodeJS.ProcessEnv, folder: string }} place
 * @returns {Connection}
 */
export function findConnection(flags, place) {
  const { environment } = place;
  const endpoint = flags.endpoint ?? environment["CAIRN_ENDPOINT"];
  const accessKeyId = flags.accessKey ?? environment["CAIRN_ACCESS_KEY_ID"];
  const secretAccessKey = flags.secretKey ?? environment["CAIRN_SECRET_ACCESS_KEY"];
  const region = flags.region ?? environment["CAIRN_REGION"];
  if (!endpoint && !accessKeyId && !secretAccessKey) {
    const local = readLocal(place.folder);
    return { ...local, region: region || local.region, isLocal: true };
  }
  const missing = [
    !endpoint && "CAIRN_ENDPOINT (--endpoint)",
    !accessKeyId && "CAIRN_ACCESS_KEY_ID (--access-key)",
    !secretAccessKey && "CAIRN_SECRET_ACCESS_KEY (--secret-key)",
  ].filter((name) => name !== false);
  if (!endpoint || !accessKeyId || !secretAccessKey) {
    throw new Failure(exitCodes.usage, `Also needed: ${missing.join(", ")}.`);
  }
  return {
    endpoint: checkEndpoint(endpoint),
    accessKeyId,
    secretAccessKey,
    region: region || DEFAULT_REGION,
    isLocal: false,
  };
}

/**
 * @param {string} folder
 * @returns {Omit<Connection, "isLocal">}
 */
function readLocal(folder) {
  const path = join(folder, CREDENTIALS_FILE);
  let text;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw new Failure(
      exitCodes.usage,
      [
        `There is no local server in this folder (no ${CREDENTIALS_FILE}).`,
        "Start one with `npm start`, or name another with CAIRN_ENDPOINT, CAIRN_ACCESS_KEY_ID",
        "and CAIRN_SECRET_ACCESS_KEY.",
      ].join("\n"),
    );
  }
  const { endpoint, accessKeyId, secretAccessKey, region } = parseCredentials(text, path);
  if (![endpoint, accessKeyId, secretAccessKey].every((value) => typeof value === "string")) {
    throw new Failure(exitCodes.usage, `${path} lacks the endpoint or the keys.`);
  }
  return {
    endpoint: checkEndpoint(endpoint),
    accessKeyId,
    secretAccessKey,
    region: typeof region === "string" ? region : DEFAULT_REGION,
  };
}

/**
 * @param {string} text
 * @param {string} path
 */
function parseCredentials(text, path) {
  try {
    return Object(JSON.parse(text));
  } catch {
    throw new Failure(exitCodes.usage, `${path} is not JSON.`);
  }
}

/** @param {string} text */
function checkEndpoint(text) {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url?.search === "" && url.hash === "" && url.username === "";
  if (!isPlain || !/^https?:$/.test(url.protocol)) {
    throw new Failure(exitCodes.usage, `The endpoint must look like http://127.0.0.1:9000.`);
  }
  return url.href.replace(/\/+$/, "");
}
