// @ts-check
// Serves the console's files, with the headers that keep its origin safe: nothing inline, nothing from
// elsewhere, no framing. Every path without a file is a screen, and gets the page. One module without
// imports: the local server runs it as it stands.

const root = "/-/console/";

/**
 * @typedef {object} Env
 * @property {{ fetch(request: Request): Promise<Response> }} ASSETS
 * @property {string} [CONNECT_SOURCES]
 * @property {string} [HAND_OVER] set by a server on this machine alone: `HandOver` as JSON
 */

/**
 * @typedef {object} HandOver what the link that `npm start` prints stands for
 * @property {string} code
 * @property {number} untilMs
 * @property {{ accessKeyId: string, secretAccessKey: string }} key
 */

/** A link works once; this Worker runs in one isolate where it hands over anything at all. */
let isHandedOver = false;

/**
 * @param {Request} request
 * @param {Env} env
 * @returns {Promise<Response>}
 */
async function serve(request, env) {
  const url = new URL(request.url);
  if (request.method === "POST" && url.pathname === `${root}sign-in`) return handOver(request, env);
  if (request.method !== "GET" && request.method !== "HEAD") {
    return new Response(null, { status: 405, headers: { allow: "GET, HEAD" } });
  }
  const name = url.pathname.startsWith(root) ? url.pathname.slice(root.length) : "";
  const isFile = name.startsWith("assets/");
  const file = isFile ? name : "index.html";
  const answer = await env.ASSETS.fetch(
    new Request(new URL(`/${file}`, url.origin), { headers: forwarded(request) }),
  );
  if (!isFile) return page(answer, request, env);
  const headers = new Headers(answer.headers);
  // A worker has the policy of its own file, not the page's. One calls the server; the others are handed
  // what they work on.
  const isCaller = name.startsWith("assets/workers/page-worker-");
  secure(headers, isCaller ? "default-src 'none'; connect-src 'self'" : "default-src 'none'");
  // The name holds a hash of the content.
  if (answer.ok) headers.set("cache-control", "public, max-age=31536000, immutable");
  return new Response(request.method === "HEAD" ? null : answer.body, {
    status: answer.status,
    headers,
  });
}

/**
 * Gives the key to whoever holds the code, once. The code is no part of the request's address, and
 * other origins may not send the header that holds it.
 * @param {Request} request
 * @param {Env} env
 */
function handOver(request, env) {
  const headers = new Headers({ "cache-control": "no-store" });
  secure(headers, "default-src 'none'");
  /** @type {HandOver | undefined} */
  const offer = env.HAND_OVER === undefined ? undefined : JSON.parse(env.HAND_OVER);
  const code = request.headers.get("x-cairn-sign-in");
  if (offer === undefined || isHandedOver || Date.now() > offer.untilMs || code !== offer.code) {
    return new Response(null, { status: 403, headers });
  }
  isHandedOver = true;
  headers.set("content-type", "application/json");
  return new Response(JSON.stringify(offer.key), { headers });
}

/** What the files' server needs to know: nothing of who asks. @param {Request} request */
function forwarded(request) {
  const headers = new Headers();
  const encoding = request.headers.get("accept-encoding");
  if (encoding !== null) headers.set("accept-encoding", encoding);
  const tag = request.headers.get("if-none-match");
  if (tag !== null) headers.set("if-none-match", tag);
  return headers;
}

/**
 * The page, with a nonce for the few style elements that its libraries make.
 * @param {Response} answer
 * @param {Request} request
 * @param {Env} env
 */
async function page(answer, request, env) {
  if (!answer.ok) {
    return new Response("The console is not built: npm run build", { status: 503 });
  }
  const nonce = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(18))));
  const text = (await answer.text()).replaceAll("__CSP_NONCE__", nonce);
  const headers = new Headers({ "content-type": "text/html; charset=utf-8" });
  secure(headers, policy(nonce, env.CONNECT_SOURCES ?? ""));
  headers.set("cache-control", "no-store");
  return new Response(request.method === "HEAD" ? null : text, { headers });
}

/**
 * @param {string} nonce
 * @param {string} connectSources
 */
function policy(nonce, connectSources) {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' blob: data:",
    "media-src 'self' blob:",
    "font-src 'self'",
    "frame-src blob:",
    "worker-src 'self'",
    "manifest-src 'self'",
    `connect-src 'self' blob: ${connectSources}`.trim(),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join("; ");
}

/**
 * @param {Headers} headers
 * @param {string} contentPolicy
 */
function secure(headers, contentPolicy) {
  headers.set("content-security-policy", contentPolicy);
  headers.set("x-content-type-options", "nosniff");
  headers.set("referrer-policy", "no-referrer");
  headers.set("x-frame-options", "DENY");
  headers.set("cross-origin-opener-policy", "same-origin");
  headers.set("cross-origin-resource-policy", "same-origin");
  headers.set("permissions-policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()");
}

export default { fetch: serve };
