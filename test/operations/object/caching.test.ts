// What caches between a visitor and public content go by: the headers of GET, HEAD, 206, 304 and of
// website pages are those that were stored, no more and no less.
import { SELF } from "cloudflare:test";
import { beforeAll, describe, expect, it } from "vitest";
import { call, makeBucket } from "../bucket/fixtures.ts";

const stored = {
  "cache-control": "public, max-age=31536000, immutable",
  expires: "Wed, 21 Oct 2037 07:28:00 GMT",
};

const names = ["cache-control", "expires", "etag", "last-modified", "x-amz-version-id"] as const;

let bucket: string;
let shown: Record<string, string | null>;

const only = (headers: Headers) =>
  Object.fromEntries(names.map((name) => [name, headers.get(name)]));

const open = (path: string, headers: Record<string, string> = {}, method = "GET") =>
  SELF.fetch(`http://localhost/${bucket}/${path}`, { method, headers });

beforeAll(async () => {
  bucket = await makeBucket("cached");
  await call("DELETE", `/${bucket}?publicAccessBlock`);
  const Statement = {
    ...{ Effect: "Allow", Principal: "*", Action: "s3:GetObject" },
    Resource: `arn:aws:s3:::${bucket}/*`,
  };
  const body = JSON.stringify({ Version: "2012-10-17", Statement });
  expect((await call("PUT", `/${bucket}?policy`, { body })).status).toBe(204);
  const versioning =
    '<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>';
  await call("PUT", `/${bucket}?versioning`, { body: versioning });
  const website =
    '<WebsiteConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IndexDocument><Suffix>a</Suffix></IndexDocument></WebsiteConfiguration>';
  await call("PUT", `/${bucket}?website`, { body: website });
  await call("PUT", `/${bucket}/a`, { body: "0123456789", headers: stored });
  await call("PUT", `/${bucket}/plain`, { body: "0123456789" });
  const answer = await open("a");
  shown = only(answer.headers);
  await answer.body?.cancel();
});

describe("public content", () => {
  it("has the stored Cache-Control and Expires, an ETag and a date", () => {
    expect(shown).toMatchObject(stored);
    expect(shown["etag"]).toMatch(/^"[0-9a-f]{32}"$/);
    expect(shown["last-modified"]).toMatch(/ GMT$/);
    expect(shown["x-amz-version-id"]).toBeTruthy();
  });

  it("says the same in HEAD, in a range and in a 304 of either kind", async () => {
    const etag = shown["etag"] ?? "";
    const date = shown["last-modified"] ?? "";
    const answers = [
      await open("a", {}, "HEAD"),
      await open("a", { range: "bytes=0-1" }),
      await open("a", { "if-none-match": etag }),
      await open("a", { "if-none-match": `W/${etag}` }),
      await open("a", { "if-modified-since": date }),
      await open("a", { "if-none-match": etag, range: "bytes=0-1" }, "HEAD"),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 206, 304, 304, 304, 304]);
    for (const answer of answers) {
      expect(only(answer.headers)).toEqual(shown);
      if (answer.status !== 304) continue;
      expect(await answer.text()).toBe("");
      for (const name of ["content-type", "content-length", "content-range"]) {
        expect(answer.headers.has(name), name).toBe(false);
      }
    }
  });

  it("says the same on its website", async () => {
    const site = (headers: Record<string, string> = {}) =>
      SELF.fetch(`http://${bucket}.website.localhost/`, { headers });
    const page = await site();
    expect([page.status, await page.text()]).toEqual([200, "0123456789"]);
    expect(only(page.headers)).toEqual(shown);
    const again = await site({ "if-none-match": shown["etag"] ?? "" });
    expect([again.status, await again.text()]).toEqual([304, ""]);
    expect(only(again.headers)).toEqual(shown);
  });

  it("is given no Cache-Control that nobody stored", async () => {
    const answer = await open("plain");
    expect([answer.status, await answer.text()]).toEqual([200, "0123456789"]);
    expect(only(answer.headers)).toMatchObject({ "cache-control": null, expires: null });
  });
});
