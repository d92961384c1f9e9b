// Counted requests from the isolate to the figures: metrics configurations by the minute, the deployment's
// classes for Prometheus, who may read them, and what becomes of minutes.
import { createExecutionContext, env, waitOnExecutionContext } from "cloudflare:test";
import { AwsClient } from "aws4fetch";
import { describe, expect, it } from "vitest";
import { createApp } from "../../src/app.ts";
import { findBucket } from "../../src/catalog/every-bucket.ts";
import {
  addCounts,
  countsOverTime,
  noCounts,
  rollUpCounts,
} from "../../src/catalog/request-metrics.ts";
import { type Env, systemSeams } from "../../src/env.ts";
import { makeAccount, makeBucket, rootKeys } from "../operations/bucket/fixtures.ts";

const app = createApp(systemSeams);
const call = { env, seams: systemSeams, nowMs: Date.now() };
const token = "a-token-of-the-scraper";

async function send(request: Request, bindings: Partial<Env> = {}) {
  const context = createExecutionContext();
  const all = { ...env, METRICS_TOKEN: token, RECORD_FLUSH_SECONDS: "0", ...bindings };
  const response = await app.fetch(request, all, context);
  const text = await response.text();
  await waitOnExecutionContext(context);
  return { status: response.status, text };
}

async function ask(
  line: string,
  wish: {
    keys?: typeof rootKeys;
    body?: string;
    bindings?: Partial<Env>;
    headers?: Record<string, string>;
  } = {},
) {
  const [method = "", path = ""] = line.split(" ");
  const client = new AwsClient({ ...(wish.keys ?? rootKeys), service: "s3", region: "us-east-1" });
  const signed = await client.sign(`http://localhost${path}`, {
    method,
    headers: wish.headers ?? {},
    ...(wish.body !== undefined && { body: wish.body }),
  });
  const headers = new Headers(signed.headers);
  headers.set("host", "localhost");
  if (wish.body !== undefined) headers.set("content-length", String(wish.body.length));
  return send(new Request(signed, { headers }), { METRICS: "on", ...wish.bindings });
}

const scrape = (authorization: string) =>
  send(new Request("http://localhost/-/metrics", { headers: { authorization } }));

const metrics = (id: string, filter: string) =>
  `<MetricsConfiguration><Id>${id}</Id>${filter}</MetricsConfiguration>`;

describe("request metrics", () => {
  it("count what each configuration's filter lets through, by the minute", async () => {
    const bucket = await makeBucket("counted");
    const tag = "<Filter><Tag><Key>color</Key><Value>red</Value></Tag></Filter>";
    const prefix = "<Filter><Prefix>docs/</Prefix></Filter>";
    await ask(`PUT /${bucket}?metrics&id=all`, { body: metrics("all", "") });
    await ask(`PUT /${bucket}?metrics&id=docs`, { body: metrics("docs", prefix) });
    await ask(`PUT /${bucket}?metrics&id=red`, { body: metrics("red", tag) });
    const bindings = { METRICS: "off" };
    const tagged = { "x-amz-tagging": "color=red" };
    await ask(`PUT /${bucket}/docs/a`, { body: "12345", headers: tagged, bindings });
    await ask(`GET /${bucket}/docs/a`, { bindings });
    await ask(`PUT /${bucket}/other`, { body: "12", bindings });
    await ask(`GET /${bucket}/none`, { bindings });
    await ask(`GET /${bucket}?list-type=2`, { bindings });
    const sum = async (filter: string) => {
      const answer = await ask(`GET /-/api/v1/usage/requests?bucket=${bucket}&filter=${filter}`);
      const { points } = JSON.parse(answer.text);
      const all = (name: string) =>
        points.reduce(
          (total: number, point: Record<string, number>) => total + (point[name] ?? 0),
          0,
        );
      return Object.fromEntries(
        [
          "AllRequests",
          "GetRequests",
          "PutRequests",
          "ListRequests",
          "4xxErrors",
          "BytesUploaded",
        ].map((name) => [name, all(name)]),
      );
    };
    expect(await sum("docs")).toMatchObject({
      AllRequests: 2,
      GetRequests: 1,
      PutRequests: 1,
      BytesUploaded: 5,
    });
    expect(await sum("red")).toMatchObject({ AllRequests: 2 });
    const all = await sum("all");
    expect(all).toMatchObject({ GetRequests: 2, ListRequests: 1, "4xxErrors": 1 });
    const wrong = await ask("GET /-/api/v1/usage/requests?filter=docs");
    expect(wrong.status).toBe(400);
  });

  it("become hours when they are old, with the same sums", async () => {
    const hourMs = 3_600_000;
    const startMs = Math.floor(call.nowMs / hourMs) * hourMs - 20 * 24 * hourMs;
    const counter = (minute: number, requests: number) => ({
      scope: "some-bucket",
      filter: "all",
      period: "minute" as const,
      startMs: startMs + minute * 60_000,
      counts: { ...noCounts(), requests, first_max: requests },
    });
    await addCounts(call, [counter(0, 2), counter(59, 3), counter(60, 5)]);
    await addCounts(call, [counter(0, 1)]);
    await rollUpCounts(call, 10);
    await rollUpCounts(call, 10);
    const read = (period: "minute" | "hour") =>
      countsOverTime(call, counter(0, 0), { period, fromMs: startMs, toMs: call.nowMs, limit: 10 });
    expect(await read("minute")).toEqual([]);
    const hours = await read("hour");
    expect(hours.map(({ counts }) => [counts.requests, counts.first_max])).toEqual([
      [6, 3],
      [5, 5],
    ]);
  });
});

describe("GET /-/metrics", () => {
  it("gives what Prometheus reads: no key is a label, every sample is well formed", async () => {
    const bucket = await makeBucket("scraped");
    await ask(`PUT /${bucket}/secret-key-name`, { body: "12345" });
    await ask(`GET /${bucket}/secret-key-name`);
    await ask(`GET /${bucket}/x`, { keys: { ...rootKeys, secretAccessKey: "wrong" } });
    const { status, text } = await scrape(`Bearer ${token}`);
    expect(status).toBe(200);
    const lines = text.trimEnd().split("\n");
    const shape =
      /^(?:# (?:HELP|TYPE) \S+ .+|[a-z_]+(?:\{(?:[a-z_]+="(?:[^"\\]|\\.)*",?)*\})? -?[\d.]+)$/;
    expect(lines.filter((line) => !shape.test(line))).toEqual([]);
    expect(text).not.toContain("secret-key-name");
    const value = (sample: string) =>
      Number(
        lines
          .find((line) => line.startsWith(`${sample} `))
          ?.split(" ")
          .at(-1),
      );
    expect(value('cairn_requests_total{class="Put",status="2xx"}')).toBeGreaterThanOrEqual(1);
    expect(value("cairn_authentication_failures_total")).toBeGreaterThanOrEqual(1);
    const gets = value('cairn_request_duration_seconds_count{class="Get"}');
    expect(value('cairn_request_duration_seconds_bucket{class="Get",le="+Inf"}')).toBe(gets);
    expect(text).toContain("# TYPE cairn_jobs_open gauge");
    expect((await findBucket(call, bucket))?.name).toBe(bucket);
    const { text: hours } = await ask(`GET /-/api/v1/usage/requests?bucket=${bucket}`);
    expect(JSON.parse(hours).points[0].AllRequests).toBeGreaterThanOrEqual(2);
  });

  it("is for the operator and whoever has the token", async () => {
    expect((await scrape("Bearer wrong")).status).toBe(403);
    expect((await scrape("Bearer")).status).not.toBe(200);
    expect((await send(new Request("http://localhost/-/metrics"))).status).toBe(403);
    const unset = { METRICS_TOKEN: "" };
    const headers = { authorization: "Bearer " };
    expect(
      (await send(new Request("http://localhost/-/metrics", { headers }), unset)).status,
    ).not.toBe(200);
    const { keys } = await makeAccount();
    expect((await ask("GET /-/metrics", { keys })).status).toBe(403);
    expect((await ask("GET /-/metrics")).status).toBe(200);
    expect((await ask("POST /-/metrics")).status).toBe(405);
  });
});
