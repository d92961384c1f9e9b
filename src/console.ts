// The door to the web console, which is a Worker of its own: binding static assets to this one would
// make every S3 request pay for them (3-4 times the CPU, measured). A browser that asks for the root
// is shown there; every S3 client asks for the root with a signature, or without `text/html`.

import page from "./console.html";
import type { Env } from "./env.ts";
import { bucketOfHost, parseBaseDomains } from "./s3/target.ts";
import { isWebsiteHost } from "./website.ts";

const headers = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-cache",
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

/** Answers every path of the console; without the Worker that holds it, with how to get it. */
export async function serveConsole(request: Request, env: Env): Promise<Response> {
  return env.CONSOLE === undefined ? new Response(page, { headers }) : env.CONSOLE.fetch(request);
}

/** Whether a person opened the bare address in a browser. Costs other requests two comparisons. */
export function isConsoleVisit(request: Request, env: Env): boolean {
  const { url } = request;
  // The first slash after `https://` is also the last character: the root, and nothing is asked of it.
  if (url.indexOf("/", 8) !== url.length - 1 || request.method !== "GET") return false;
  if (request.headers.has("authorization")) return false;
  if (!(request.headers.get("accept") ?? "").includes("text/html")) return false;
  const { host } = new URL(url);
  if (isWebsiteHost(host, env)) return false;
  return bucketOfHost(host, parseBaseDomains(env.BASE_DOMAIN)) === undefined;
}

/** Shows a browser the console. */
export function showConsole(): Response {
  const location = "/-/console/";
  return new Response(null, { status: 303, headers: { location, "cache-control": "no-store" } });
}
