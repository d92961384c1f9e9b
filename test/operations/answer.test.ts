// The answer as HTTP carries it, beyond what a single operation decides.
import { SELF } from "cloudflare:test";
import { gzipSync } from "node:zlib";
import { AwsClient } from "aws4fetch";
import { expect, it } from "vitest";
import { call, makeBucket, origin, rootKeys } from "./bucket/fixtures.ts";

// Seen with every SDK: workerd compressed the stored bytes once more and dropped their length.
it("sends an object with a Content-Encoding out as it came in", async () => {
  const url = `${origin}/${await makeBucket("encoded")}/page.html.gz`;
  const body = gzipSync("compressed once");
  const signer = new AwsClient({ ...rootKeys, service: "s3", region: "us-east-1" });
  const send = async (method: string, init: RequestInit = {}) => {
    const request = await signer.sign(url, { method, ...init });
    const headers = new Headers(request.headers);
    headers.set("host", new URL(origin).host);
    return SELF.fetch(new Request(request, { headers }));
  };
  await send("PUT", { body, headers: { "content-encoding": "gzip" } });
  const answer = await send("GET");
  expect(answer.headers.get("content-encoding")).toBe("gzip");
  expect(answer.headers.get("content-length")).toBe(String(body.length));
  // The test's own fetch unpacks one layer, as a browser does.
  expect(await answer.text()).toBe("compressed once");
  expect((await send("HEAD")).headers.get("content-length")).toBe(String(body.length));
});

it("tells the length of every answer to HEAD, so that its connection can go on", async () => {
  const bucket = await makeBucket("lengths");
  for (const path of [`/${bucket}`, `/${bucket}/absent`, "/no-such-bucket-here"]) {
    const answer = await call("HEAD", path);
    expect(answer.headers.get("content-length"), path).toMatch(/^\d+$/);
  }
});

it("dates every answer, refusals too", async () => {
  for (const path of ["/", "/no-such-bucket-here"]) {
    const date = (await call("GET", path)).headers.get("date") ?? "";
    expect(Math.abs(Date.parse(date) - Date.now())).toBeLessThan(60_000);
  }
});
