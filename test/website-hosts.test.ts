// Websites on names of their own: which hosts show which bucket, and that no entry of the setting takes
// a host from the API or the console (SEC-020, SEC-147, SEC-149).
import { createExecutionContext } from "cloudflare:test";
import { beforeAll, describe, expect, it } from "vitest";
import { createApp } from "../src/app.ts";
import { refuseForeignHost } from "../src/auth/local-host.ts";
import type { Env } from "../src/env.ts";
import { websiteBucketOfHost } from "../src/website-hosts.ts";
import { ownBindings } from "./hostile/front-door.ts";
import { call, makeBucket } from "./operations/bucket/fixtures.ts";

const settings = {
  BASE_DOMAIN: "s3.example.com",
  WEBSITE_DOMAIN: "site.example.com",
  WEBSITE_HOSTS: "www.example.org, Shop.example.org = wares ,*.pages.example.org,bad host",
};

describe("websiteBucketOfHost", () => {
  it.each<[string, string | undefined]>([
    ["www.example.org", "www.example.org"],
    ["WWW.example.org.:8080", "www.example.org"],
    ["shop.example.org", "wares"],
    ["docs.site.example.com", "docs"],
    ["a.pages.example.org", "a.pages.example.org"],
    ["a.b.pages.example.org", "a.b.pages.example.org"],
    ["pages.example.org", undefined],
    ["evil-pages.example.org", undefined],
    ["example.org", undefined],
    ["www.example.org.evil.test", undefined],
    ["xwww.example.org", undefined],
    ["bucket.s3.example.com", undefined],
    ["s3.example.com", undefined],
    ["wares", undefined],
    ["", undefined],
  ])("%j shows %j", (host, bucket) => {
    expect(websiteBucketOfHost(host, settings)).toBe(bucket);
  });

  it("SEC-149 leaves the API every host it has, whatever is listed", () => {
    const greedy = {
      BASE_DOMAIN: "s3.example.com,localhost",
      WEBSITE_HOSTS:
        "s3.example.com,b.s3.example.com=x,localhost,*.example.com,b.s3.eu-west-1.example.com",
    };
    for (const host of [
      "s3.example.com",
      "b.s3.example.com",
      "b.s3.eu-west-1.example.com",
      "localhost",
      "b.localhost",
    ]) {
      expect(websiteBucketOfHost(host, greedy), host).toBeUndefined();
    }
    expect(websiteBucketOfHost("www.example.com", greedy)).toBe("www.example.com");
  });

  it("SEC-147 shows nothing without the setting", () => {
    expect(websiteBucketOfHost("www.example.org", { BASE_DOMAIN: "localhost" })).toBeUndefined();
    expect(websiteBucketOfHost("www.example.org", undefined)).toBeUndefined();
  });

  it("SEC-112 lets a laptop answer under the listed names alone", () => {
    const local = { ...settings, LOCAL: "true" };
    for (const host of ["www.example.org", "shop.example.org:9000", "a.pages.example.org"]) {
      refuseForeignHost(host, local);
    }
    for (const host of ["example.org", "x.www.example.org", "evil.example"]) {
      expect(() => refuseForeignHost(host, local), host).toThrow("host name");
    }
  });
});

describe("a website under a name of its own", () => {
  let bindings: Env;
  let bucket: string;
  beforeAll(async () => {
    bucket = await makeBucket("www.site");
    const website =
      '<WebsiteConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IndexDocument><Suffix>index.html</Suffix></IndexDocument></WebsiteConfiguration>';
    await call("PUT", `/${bucket}?website`, { body: website });
    await call("DELETE", `/${bucket}?publicAccessBlock`);
    const Statement = {
      ...{ Effect: "Allow", Principal: "*", Action: "s3:GetObject" },
      Resource: `arn:aws:s3:::${bucket}/*`,
    };
    const body = JSON.stringify({ Version: "2012-10-17", Statement });
    expect((await call("PUT", `/${bucket}?policy`, { body })).status).toBe(204);
    for (const key of ["index.html", "dir/index.html", "-/api/v1/status", `${bucket}/inside`]) {
      await call("PUT", `/${bucket}/${key}`, { body: `page ${key}` });
    }
    bindings = { ...ownBindings(), WEBSITE_HOSTS: `shop.example.org=${bucket}, ${bucket}` };
  });

  const visit = async (path: string, host = "shop.example.org", method = "GET") => {
    const request = new Request(`http://${host}${path}`, { method, redirect: "manual" });
    return createApp().fetch(request, bindings, createExecutionContext());
  };

  it("shows pages, folders and redirects under either kind of name", async () => {
    for (const host of ["shop.example.org", bucket]) {
      expect(await (await visit("/", host)).text()).toBe("page index.html");
      expect(await (await visit("/dir/", host)).text()).toBe("page dir/index.html");
      expect((await visit("/dir", host)).headers.get("location")).toBe("/dir/");
    }
    expect(await (await visit(`/${bucket}/inside`)).text()).toBe(`page ${bucket}/inside`);
  });

  it("SEC-123 has neither the API nor the console", async () => {
    expect(await (await visit("/-/api/v1/status")).text()).toBe("page -/api/v1/status");
    expect((await visit("/-/console/")).status).toBe(404 - 1);
    expect((await visit("/", "shop.example.org", "PUT")).status).toBe(405);
    const listing = await visit("/?list-type=2");
    expect(await listing.text()).toBe("page index.html");
  });

  it("is the API as before under every other name", async () => {
    const answer = await visit(`/${bucket}/index.html`, "localhost");
    expect([answer.status, await answer.text()]).toEqual([200, "page index.html"]);
    expect((await visit("/", "other.example.org")).headers.get("content-type")).toBe(
      "application/xml",
    );
  });
});
