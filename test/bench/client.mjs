// Sends signed requests over kept-alive connections and reads every answer to its end. The client's
// own CPU is not counted, so it may be plain.

import { Agent, request as open } from "node:http";
import { Readable } from "node:stream";
import { AwsV4Signer } from "aws4fetch";

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/**
 * @typedef {object} Wish
 * @property {string} method
 * @property {string} path with its query, below the endpoint
 * @property {Record<string, string>} [headers]
 * @property {Buffer | (() => AsyncIterable<Buffer>)} [body]
 * @property {number} [lengthBytes] of a body that is made while it is sent
 */

/**
 * Signs ahead, so that a measured slice holds nothing but traffic. The payload is not signed, as
 * clients do over TLS. The floors get the same headers and ignore them.
 * @param {import("./servers.mjs").Server} server
 * @param {Wish} wish
 */
export async function sign(server, wish) {
  const { method, path, headers = {}, body, lengthBytes } = wish;
  const signed = await new AwsV4Signer({
    method,
    url: `${server.endpoint}${path}`,
    headers,
    service: "s3",
    region: "us-east-1",
    ...server.credentials,
  }).sign();
  const length = Buffer.isBuffer(body) ? body.length : lengthBytes;
  return {
    method,
    url: signed.url,
    headers: {
      ...Object.fromEntries(signed.headers),
      ...(length !== undefined && { "content-length": String(length) }),
    },
    body,
  };
}

/**
 * Sends one signed request. Throws for anything but a 2xx, with what the server said.
 * @param {Awaited<ReturnType<typeof sign>>} signed
 * @param {{ keep?: boolean }} [options] `keep`: give the body back as text
 * @returns {Promise<{ headers: Record<string, string>, sizeBytes: number, text: string }>}
 */
export function send({ method, url, headers, body }, { keep = false } = {}) {
  return new Promise((resolve, reject) => {
    const outgoing = open(url, { method, headers, agent }, (answer) => {
      const isGood = answer.statusCode >= 200 && answer.statusCode < 300;
      const kept = [];
      let sizeBytes = 0;
      answer.on("data", (chunk) => {
        sizeBytes += chunk.length;
        if (keep || !isGood) kept.push(chunk);
      });
      answer.on("error", reject);
      answer.on("end", () => {
        const text = Buffer.concat(kept).toString();
        if (isGood) resolve({ headers: answer.headers, sizeBytes, text });
        else reject(new Error(`${method} ${url}: ${answer.statusCode} ${text}`));
      });
    });
    outgoing.on("error", reject);
    if (typeof body === "function") Readable.from(body()).pipe(outgoing);
    else outgoing.end(body);
  });
}

/** Signs and sends. */
export async function call(server, wish, options) {
  return send(await sign(server, wish), options);
}

/** Ends the kept connections, so that the process can end. */
export function hangUp() {
  agent.destroy();
}
