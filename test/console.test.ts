// The door to the console: who is sent there, what it answers with and without the Worker behind it.

import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { createApp } from "../src/app.ts";
import type { Env } from "../src/env.ts";

const app = createApp();
const context = { waitUntil: () => undefined } as unknown as ExecutionContext;
const browser = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

function get(url: string, headers: Record<string, string>, given: Env = env): Promise<Response> {
  return app.fetch(new Request(url, { headers, redirect: "manual" }), given, context);
}

describe("the console", () => {
  test("is where a browser that asks for the root is sent", async () => {
    const answer = await get("http://localhost/", browser);
    expect(answer.status).toBe(303);
    expect(answer.headers.get("location")).toBe("/-/console/");
  });

  test.each([
    ["a signed request", "http://localhost/", { ...browser, authorization: "AWS4-HMAC-SHA256 x" }],
    ["a client of the API", "http://localhost/", { accept: "*/*" }],
    ["a request without Accept", "http://localhost/", {}],
    ["the host of a bucket", "http://bucket.localhost/", browser],
    ["a question to the root", "http://localhost/?policyStatus", browser],
    ["a bucket", "http://localhost/bucket/", browser],
    ["a website", "http://bucket.website.localhost/", browser],
  ])("is not where %s is sent", async (_name, url, headers) => {
    const answer = await get(url, headers);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    await answer.body?.cancel();
  });

  test("is another Worker", async () => {
    const answer = await get("http://localhost/-/console/buckets?x=1", browser);
    expect(await answer.text()).toBe("http://localhost/-/console/buckets?x=1");
  });

  test("says how to get it when that Worker is absent", async () => {
    const { CONSOLE: _absent, ...rest } = env;
    const answer = await get("http://localhost/-/console/", browser, rest as Env);
    expect(answer.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(await answer.text()).toContain("npm run deploy");
  });
});
