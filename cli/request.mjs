// @ts-check
// One signed call to the admin API. It does not retry: the person at the terminal decides that.

import { AwsV4Signer } from "aws4fetch";
import { exitCodes, Failure } from "./failure.mjs";

const TIMEOUT_MS = 30_000;

/**
 * Sends the call and gives the parsed answer, `undefined` for an empty one. Throws a Failure that
 * says what to do: `unreachable` when no answer came, `refused` when it is an error.
 *
 * @param {import("./connection.mjs").Connection} connection
 * @param {{ method: string, path: string, body?: object }} call `path` below `/-/api/v1`
 * @returns {Promise<any>}
 */
export async function callAdmin(connection, { method, path, body }) {
  const text = body === undefined ? "" : JSON.stringify(body);
  const signed = await sign(connection, { method, path, text });
  const response = await send(connection, signed, text);
  const answer = await response.text();
  if (response.ok) return parse(connection, answer);
  throw describeRefusal(connection, response.status, answer);
}

/**
 * @param {import("./connection.mjs").Connection} connection
 * @param {{ method: string, path: string, text: string }} call
 */
async function sign(connection, { method, path, text }) {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  const signer = new AwsV4Signer({
    method,
    url: `${connection.endpoint}/-/api/v1${path}`,
    accessKeyId: connection.accessKeyId,
    secretAccessKey: connection.secretAccessKey,
    service: "s3",
    region: connection.region,
    headers: {
      "x-amz-content-sha256": Buffer.from(hash).toString("hex"),
      ...(text !== "" && { "content-type": "application/json" }),
    },
  });
  return signer.sign();
}

/**
 * @param {import("./connection.mjs").Connection} connection
 * @param {{ method: string, url: URL, headers: Headers }} signed
 * @param {string} text
 */
async function send(connection, signed, text) {
  try {
    return await fetch(signed.url, {
      method: signed.method,
      headers: signed.headers,
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(text !== "" && { body: text }),
    });
  } catch (error) {
    const advice = connection.isLocal
      ? "The local server of this folder is not running: start it with `npm start`."
      : "Check the address, and that the server is running.";
    const reason = describeCause(error);
    throw new Failure(
      exitCodes.unreachable,
      `Cannot reach ${connection.endpoint} (${reason}).\n${advice}`,
    );
  }
}

/** @param {unknown} error */
function describeCause(error) {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `no answer in ${TIMEOUT_MS / 1000} seconds`;
  const cause = /** @type {{ code?: unknown, message?: unknown } | undefined} */ (error.cause);
  return String(cause?.code ?? cause?.message ?? error.message);
}

/**
 * @param {import("./connection.mjs").Connection} connection
 * @param {string} answer
 */
function parse(connection, answer) {
  if (answer === "") return undefined;
  try {
    return JSON.parse(answer);
  } catch {
    throw new Failure(exitCodes.refused, notCairn(connection));
  }
}

/** What a person can do about an error of authentication. @type {Record<string, string>} */
const advices = {
  InvalidAccessKeyId: "Is this access key of that server? It may have been deleted.",
  SignatureDoesNotMatch: "Is the secret key the right one?",
  RequestTimeTooSkewed: "Set this computer's clock.",
  AuthorizationHeaderMalformed: "Is CAIRN_REGION (--region) the server's region?",
};

/**
 * @param {import("./connection.mjs").Connection} connection
 * @param {number} status
 * @param {string} answer
 */
function describeRefusal(connection, status, answer) {
  const { code, message } = readError(answer);
  if (typeof code !== "string" || typeof message !== "string") {
    return new Failure(exitCodes.refused, `${notCairn(connection)} (HTTP ${status})`);
  }
  const advice = Object.hasOwn(advices, code) ? `\n${advices[code]}` : "";
  return new Failure(exitCodes.refused, `${message} (${code})${advice}`, code);
}

/** @param {string} answer */
function readError(answer) {
  try {
    return Object(Object(JSON.parse(answer)).error);
  } catch {
    return {};
  }
}

/** @param {import("./connection.mjs").Connection} connection */
function notCairn(connection) {
  return `${connection.endpoint} does not answer like a Cairn server.`;
}
