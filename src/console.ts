// The web console's page. It is part of the bundle as text: binding static assets to this Worker
// would make every S3 request pay for them (3-4 times the CPU, measured).

import page from "../console/page.html";

const headers = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-cache",
  "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
  "x-content-type-options": "nosniff",
};

/** Answers every path of the console. */
export function serveConsole(): Response {
  return new Response(page, { headers });
}
