// Redirects of websites, without any server: AWS's own examples, and what must never become a header
// or another host by accident.
import { describe, expect, it } from "vitest";
import type { RoutingRule } from "../../../src/operations/bucket/bucket-website.ts";
import {
  type Place,
  redirectAll,
  redirectOfObject,
  redirectToFolder,
  routeVisit,
} from "../../../src/operations/website/routing.ts";

function at(key: string, more: Partial<Place> = {}): Place {
  return { key, rawQuery: "", scheme: "http", host: "site.test", mount: "", ...more };
}

describe("routeVisit", () => {
  it.each<[string, RoutingRule, string, number | undefined, string | undefined]>([
    [
      "AWS example 1: a renamed prefix",
      { Condition: { KeyPrefixEquals: "docs/" }, Redirect: { ReplaceKeyPrefixWith: "documents/" } },
      "docs/a b.html",
      undefined,
      "301 http://site.test/documents/a%20b.html",
    ],
    [
      "AWS example 2: a deleted folder",
      {
        Condition: { KeyPrefixEquals: "images/" },
        Redirect: { ReplaceKeyWith: "folderdeleted.html" },
      },
      "images/x.png",
      undefined,
      "301 http://site.test/folderdeleted.html",
    ],
    [
      "AWS example 3: a failure, to another host",
      {
        Condition: { HttpErrorCodeReturnedEquals: "404" },
        Redirect: { HostName: "ec2.test", ReplaceKeyPrefixWith: "report-404/" },
      },
      "testPage.html",
      404,
      "301 http://ec2.test/report-404/testPage.html",
    ],
    [
      "pages of one page",
      {
        Condition: { HttpErrorCodeReturnedEquals: "403" },
        Redirect: { ReplaceKeyPrefixWith: "#!/", HttpRedirectCode: "302", Protocol: "https" },
      },
      "a/b",
      403,
      "302 https://site.test/#!/a/b",
    ],
    [
      "a key in a query",
      {
        Condition: { HttpErrorCodeReturnedEquals: "404" },
        Redirect: { HostName: "api.test", ReplaceKeyPrefixWith: "resize?key=", Protocol: "https" },
      },
      "300×300/a.jpg",
      404,
      "301 https://api.test/resize?key=300%C3%97300/a.jpg",
    ],
    [
      "no condition",
      { Redirect: { HostName: "new.test" } },
      "k",
      undefined,
      "301 http://new.test/k",
    ],
    [
      "another prefix",
      { Condition: { KeyPrefixEquals: "docs/" }, Redirect: { ReplaceKeyWith: "x" } },
      "doc",
      undefined,
      undefined,
    ],
    ["no failure", { Redirect: { ReplaceKeyWith: "x" } }, "k", 404, undefined],
    [
      "another failure",
      { Condition: { HttpErrorCodeReturnedEquals: "404" }, Redirect: { ReplaceKeyWith: "x" } },
      "k",
      403,
      undefined,
    ],
    [
      "prefix and failure, the prefix missing",
      {
        Condition: { HttpErrorCodeReturnedEquals: "404", KeyPrefixEquals: "a/" },
        Redirect: { ReplaceKeyWith: "x" },
      },
      "b",
      404,
      undefined,
    ],
  ])("%s", (_name, rule, key, status, expected) => {
    const redirect = routeVisit([rule], at(key), status);
    expect(redirect && `${redirect.status} ${redirect.location}`).toBe(expected);
  });

  it("takes the first rule that applies", () => {
    const rules = ["a", "b"].map((name) => ({ Redirect: { ReplaceKeyWith: name } }));
    expect(routeVisit(rules, at("k"))?.location).toBe("http://site.test/a");
  });

  it("lets nothing end a header or the host", () => {
    const wild = "a\r\nset-cookie: x=1\0\ud800\u202e";
    const rule = { Redirect: { ReplaceKeyPrefixWith: wild } };
    for (const { location } of [
      routeVisit([rule], at(wild)) ?? { location: "\n" },
      redirectToFolder(at(wild)),
      redirectOfObject(`/${wild}`, at("k")),
      redirectAll({ HostName: wild }, at(wild)),
    ]) {
      expect(location).toMatch(/^[!-~]+$/);
    }
  });
});

describe("other redirects", () => {
  it("send everything to another host, path and query kept", () => {
    const place = at("a b/ü", { rawQuery: "x=1&y=%20" });
    expect(redirectAll({ HostName: "www.new.test" }, place)).toEqual({
      status: 301,
      location: "http://www.new.test/a%20b/%C3%BC?x=1&y=%20",
    });
    expect(redirectAll({ HostName: "new.test", Protocol: "https" }, at("")).location).toBe(
      "https://new.test/",
    );
  });

  it("SEC-052 never name a host by a key", () => {
    expect(redirectToFolder(at("photos/2026")).location).toBe("/photos/2026/");
    expect(redirectToFolder(at("/evil.test/x")).location).toBe("http://site.test//evil.test/x/");
  });

  it("stay below the path of the site", () => {
    const place = at("a", { mount: "/-/website/b" });
    expect(redirectToFolder(place).location).toBe("/-/website/b/a/");
    expect(redirectOfObject("/new", place).location).toBe("/-/website/b/new");
    expect(redirectOfObject("https://x.test/%20?a=b#c", place).location).toBe(
      "https://x.test/%20?a=b#c",
    );
    expect(routeVisit([{ Redirect: { ReplaceKeyWith: "n" } }], place)?.location).toBe(
      "http://site.test/-/website/b/n",
    );
  });
});
