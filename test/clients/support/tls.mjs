// @ts-check
// TLS in front of a server, as a reverse proxy would terminate it: bytes pass as they are. Some
// clients behave otherwise over TLS than over plain HTTP.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { after } from "node:test";
import { createServer } from "node:tls";

/** Whether there is an openssl to make a certificate with. */
export function findOpenSsl() {
  try {
    execFileSync("openssl", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/**
 * Answers the `https://localhost:PORT` that leads to the endpoint. Its certificate is nobody's.
 * @param {string} endpoint
 * @param {string} directory for the certificate and its key
 * @returns {Promise<string>}
 */
export async function startTls(endpoint, directory) {
  const key = join(directory, "key.pem");
  const certificate = join(directory, "certificate.pem");
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const files = ["-keyout", key, "-out", certificate];
  const kind = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"];
  execFileSync("openssl", ["req", ...kind, ...files, ...subject], { stdio: "pipe" });
  const { hostname, port } = new URL(endpoint);
  // TLS 1.3 sends session tickets when it likes, and botocore takes those for the answer to its
  // "Expect: 100-continue". A real proxy would have sent that answer.
  const version = /** @type {const} */ ({ maxVersion: "TLSv1.2" });
  const options = { key: readFileSync(key), cert: readFileSync(certificate), ...version };
  const server = createServer(options, (client) => {
    const upstream = connect(Number(port), hostname);
    client.pipe(upstream).pipe(client);
    client.on("error", () => upstream.destroy());
    upstream.on("error", () => client.destroy());
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  after(() => server.close());
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  return `https://localhost:${address.port}`;
}
