// Websites by the wire: settings, pages, redirects, errors, and that they show nothing which nobody in
// particular may read.
import { createExecutionContext, env, SELF } from "cloudflare:test";
import { beforeAll, describe, expect, it } from "vitest";
import { createApp } from "../../../src/app.ts";
import { ownBindings } from "../../hostile/front-door.ts";
import { type Answer, call, makeAccount, makeBucket } from "../bucket/fixtures.ts";

const xmlns = ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
const index = "<IndexDocument><Suffix>index.html</Suffix></IndexDocument>";
const errorDocument = "<ErrorDocument><Key>error.html</Key></ErrorDocument>";

const put = (bucket: string, inner: string): Promise<Answer> =>
  call("PUT", `/${bucket}?website`, {
    body: `<WebsiteConfiguration${xmlns}>${inner}</WebsiteConfiguration>`,
  });

const rules = (...list: string[]) =>
  `<RoutingRules>${list.map((rule) => `<RoutingRule>${rule}</RoutingRule>`).join("")}</RoutingRules>`;

async function must(answer: Promise<Answer>): Promise<void> {
  const { status, text } = await answer;
  expect(status, text).toBeLessThan(300);
}

/** Lets anybody read the objects that `pattern` names, and list the bucket if `isListed`. */
async function publish(bucket: string, pattern = "*", isListed = false): Promise<void> {
  const open = `<PublicAccessBlockConfiguration${xmlns}><BlockPublicPolicy>false</BlockPublicPolicy></PublicAccessBlockConfiguration>`;
  await must(call("PUT", `/${bucket}?publicAccessBlock`, { body: open }));
  const statement = (action: string, resource: string) => ({
    Effect: "Allow",
    Principal: "*",
    Action: action,
    Resource: resource,
  });
  const statements = [statement("s3:GetObject", `arn:aws:s3:::${bucket}/${pattern}`)];
  if (isListed) statements.push(statement("s3:ListBucket", `arn:aws:s3:::${bucket}`));
  const body = JSON.stringify({ Version: "2012-10-17", Statement: statements });
  await must(call("PUT", `/${bucket}?policy`, { body }));
}

const store = (bucket: string, key: string, body: string, headers: Record<string, string> = {}) =>
  must(call("PUT", `/${bucket}/${key}`, { body, headers }));

const hostOf = (bucket: string) => `${bucket}.website.localhost`;

const visit = (bucket: string, path: string, init: RequestInit = {}) =>
  SELF.fetch(`http://${hostOf(bucket)}${path}`, { redirect: "manual", ...init });

async function seen(answer: Response | Promise<Response>) {
  const { status, headers, ...rest } = await answer;
  void rest;
  return [status, headers.get("location") ?? (await (await answer).text())];
}

describe("PutBucketWebsite", () => {
  it("keeps what it is given until it is deleted", async () => {
    const bucket = await makeBucket();
    const rule =
      "<Condition><KeyPrefixEquals>docs/</KeyPrefixEquals></Condition><Redirect><ReplaceKeyPrefixWith>documents/</ReplaceKeyPrefixWith></Redirect>";
    await must(put(bucket, `${index}${errorDocument}${rules(rule)}`));
    const answer = await call("GET", `/${bucket}?website`);
    const names = ["Suffix", "Key", "KeyPrefixEquals", "ReplaceKeyPrefixWith"];
    expect(names.map((name) => answer.first(name))).toEqual([
      "index.html",
      "error.html",
      "docs/",
      "documents/",
    ]);
    for (const _ of [1, 2]) expect((await call("DELETE", `/${bucket}?website`)).status).toBe(204);
    const gone = await call("GET", `/${bucket}?website`);
    expect([gone.first("Code"), gone.first("BucketName")]).toEqual([
      "NoSuchWebsiteConfiguration",
      bucket,
    ]);
  });

  const all = "<RedirectAllRequestsTo><HostName>x.test</HostName></RedirectAllRequestsTo>";
  const redirect = (inner: string) => index + rules(`<Redirect>${inner}</Redirect>`);
  const onCode = (code: string) =>
    index +
    rules(
      `<Condition><HttpErrorCodeReturnedEquals>${code}</HttpErrorCodeReturnedEquals></Condition><Redirect><HostName>x</HostName></Redirect>`,
    );
  const many = Array.from({ length: 51 }, () => "<Redirect><HostName>x</HostName></Redirect>");
  it.each<[string, string, string, string?]>([
    [
      "nothing",
      "",
      "InvalidArgument",
      "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty",
    ],
    [
      "a slash in the suffix",
      "<IndexDocument><Suffix>a/index.html</Suffix></IndexDocument>",
      "InvalidArgument",
      "The IndexDocument Suffix is not well formed",
    ],
    [
      "an empty suffix",
      "<IndexDocument><Suffix></Suffix></IndexDocument>",
      "InvalidArgument",
      "The IndexDocument Suffix is not well formed",
    ],
    [
      "everything redirected beside an index",
      index + all,
      "InvalidArgument",
      "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.",
    ],
    [
      "another protocol",
      all.replace("</HostName>", "</HostName><Protocol>ftp</Protocol>"),
      "InvalidRequest",
      "Invalid protocol, protocol can be http or https. If not defined the protocol will be selected automatically.",
    ],
    [
      "51 rules",
      index + rules(...many),
      "InvalidRequest",
      "51 routing rules provided, the number of routing rules in a website configuration is limited to 50.",
    ],
    [
      "code 300",
      redirect("<HttpRedirectCode>300</HttpRedirectCode>"),
      "InvalidRequest",
      "The provided HTTP redirect code (300) is not valid. Valid codes are 3XX except 300.",
    ],
    [
      "two replacements",
      redirect("<ReplaceKeyPrefixWith>a</ReplaceKeyPrefixWith><ReplaceKeyWith>b</ReplaceKeyWith>"),
      "InvalidRequest",
      "You can only define ReplaceKeyPrefix or ReplaceKey but not both.",
    ],
    [
      "a rule for 302",
      onCode("302"),
      "InvalidRequest",
      "The provided HTTP error code (302) is not valid. Valid codes are 4XX or 5XX.",
    ],
    ["an empty redirect", redirect(""), "MalformedXML"],
    ["no rule in the rules", index + rules(), "MalformedXML"],
    ["an error document without key", `${index}<ErrorDocument/>`, "MalformedXML"],
  ])("refuses %s", async (_name, inner, code, message) => {
    const bucket = await makeBucket();
    const answer = await put(bucket, inner);
    expect([answer.status, answer.first("Code")], answer.text).toEqual([400, code]);
    if (message !== undefined) expect(answer.first("Message")).toBe(message);
    expect((await call("GET", `/${bucket}?website`)).status).toBe(404);
  });

  it("is closed to strangers", async () => {
    const bucket = await makeBucket();
    const { keys } = await makeAccount();
    for (const method of ["GET", "PUT", "DELETE"]) {
      const answer = await call(method, `/${bucket}?website`, { keys });
      expect(answer.first("Code")).toBe("AccessDenied");
    }
  });
});

describe("a website", () => {
  let bucket = "";

  beforeAll(async () => {
    bucket = await makeBucket("site");
    await publish(bucket, "*", true);
    const html = { "content-type": "text/html" };
    await store(bucket, "index.html", "<h1>home</h1>", { ...html, "cache-control": "max-age=60" });
    await store(bucket, "dir/index.html", "<h1>dir</h1>", html);
    await store(bucket, "error.html", "<h1>lost</h1>", html);
    await store(bucket, "moved", "", { "x-amz-website-redirect-location": "/dir/" });
    await store(bucket, "away", "", { "x-amz-website-redirect-location": "https://x.test/?a=1" });
    const rule =
      "<Condition><KeyPrefixEquals>old/</KeyPrefixEquals></Condition><Redirect><ReplaceKeyPrefixWith>dir/</ReplaceKeyPrefixWith><HttpRedirectCode>307</HttpRedirectCode></Redirect>";
    const failing =
      "<Condition><KeyPrefixEquals>api/</KeyPrefixEquals><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals></Condition><Redirect><HostName>api.test</HostName></Redirect>";
    await must(put(bucket, index + errorDocument + rules(rule, failing)));
  });

  it("shows index documents, objects and redirects", async () => {
    expect(await seen(visit(bucket, "/"))).toEqual([200, "<h1>home</h1>"]);
    expect(await seen(visit(bucket, "/dir/"))).toEqual([200, "<h1>dir</h1>"]);
    expect(await seen(visit(bucket, "/dir/index.html?versionId=x&uploads"))).toEqual([
      200,
      "<h1>dir</h1>",
    ]);
    expect(await seen(visit(bucket, "/dir"))).toEqual([302, "/dir/"]);
    expect(await seen(visit(bucket, "/moved"))).toEqual([301, "/dir/"]);
    expect(await seen(visit(bucket, "/away"))).toEqual([301, "https://x.test/?a=1"]);
    const base = `http://${hostOf(bucket)}`;
    expect(await seen(visit(bucket, "/old/a%20b"))).toEqual([307, `${base}/dir/a%20b`]);
    expect(await seen(visit(bucket, "/api/x"))).toEqual([301, "http://api.test/api/x"]);
  });

  it("keeps an object's headers, conditions and ranges", async () => {
    const { headers } = await visit(bucket, "/");
    const etag = headers.get("etag") ?? "";
    expect(headers.get("content-type")).toBe("text/html");
    expect(headers.get("cache-control")).toBe("max-age=60");
    expect(headers.get("last-modified")).toBeTruthy();
    expect(headers.get("date")).toBeTruthy();
    expect(headers.has("content-security-policy")).toBe(false);
    const same = await visit(bucket, "/", { headers: { "if-none-match": etag } });
    expect([same.status, await same.text(), same.headers.get("etag")]).toEqual([304, "", etag]);
    const part = await visit(bucket, "/", { headers: { range: "bytes=4-7" } });
    expect([part.status, await part.text()]).toEqual([206, "home"]);
    expect(part.headers.get("content-range")).toBe("bytes 4-7/13");
    const head = await visit(bucket, "/", { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
    expect(head.headers.get("content-length")).toBe("13");
  });

  it("shows its error document under the status of the mistake", async () => {
    const answer = await visit(bucket, "/none", {
      headers: { "if-none-match": "*", range: "bytes=1-" },
    });
    expect([answer.status, await answer.text()]).toEqual([404, "<h1>lost</h1>"]);
    expect(answer.headers.get("x-amz-error-code")).toBe("NoSuchKey");
    const head = await visit(bucket, "/none/", { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([404, ""]);
  });

  it("takes GET and HEAD alone, signed or not", async () => {
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"]) {
      const answer = await visit(bucket, "/x", { method, ...(method === "PUT" && { body: "x" }) });
      expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
      const text = await answer.text();
      expect(text).toContain("<li>Code: MethodNotAllowed</li>");
      expect(text).toContain(`<li>Method: ${method}</li>`);
    }
    const signed = await visit(bucket, "/", { headers: { authorization: "AWS4-HMAC-SHA256 x" } });
    expect(signed.status).toBe(200);
  });

  it("SEC-123 sets no cookie and serves neither API nor console", async () => {
    for (const path of ["/", "/none", "/-/console/", "/-/api/status", `/-/website/${bucket}/`]) {
      const answer = await visit(bucket, path);
      expect(answer.headers.has("set-cookie")).toBe(false);
      expect(path === "/" ? 200 : 404).toBe(answer.status);
      await answer.text();
    }
  });

  it("lets pages of other origins in by the bucket's rules", async () => {
    const rule = `<CORSConfiguration${xmlns}><CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>http://a.test</AllowedOrigin></CORSRule></CORSConfiguration>`;
    await must(call("PUT", `/${bucket}?cors`, { body: rule }));
    const answer = await visit(bucket, "/", { headers: { origin: "http://a.test" } });
    expect(answer.headers.get("access-control-allow-origin")).toBe("http://a.test");
    await answer.text();
  });
});

describe("a website's refusals", () => {
  it("escape every text of a visitor's (SEC-123)", async () => {
    const bucket = await makeBucket("site");
    await publish(bucket, "*", true);
    await must(put(bucket, index));
    const answer = await visit(bucket, "/%3Cimg%20src=x%20onerror=alert(1)%3E%22&");
    expect(answer.status).toBe(404);
    expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
    const text = await answer.text();
    expect(text).toContain("<h1>404 Not Found</h1>\n<ul>\n<li>Code: NoSuchKey</li>");
    expect(text).toContain("<li>Key: &lt;img src=x onerror=alert(1)&gt;&quot;&amp;</li>");
    expect(text).not.toContain("<img");
    const control = await visit(bucket, "/a%0d%0aset-cookie:%20x");
    expect(control.headers.has("set-cookie")).toBe(false);
    await control.text();
  });

  it("say that a missing page is denied to those who may not list, its folder apart", async () => {
    const bucket = await makeBucket("site");
    await publish(bucket, "open/*");
    await must(put(bucket, index + errorDocument));
    await store(bucket, "open/index.html", "open");
    await store(bucket, "closed/index.html", "closed");
    await store(bucket, "index.html", "closed");
    expect(await seen(visit(bucket, "/open"))).toEqual([302, "/open/"]);
    for (const path of ["/", "/closed", "/closed/", "/open/none", "/none"]) {
      const answer = await visit(bucket, path);
      const text = await answer.text();
      expect([answer.status, text.includes("<li>Code: AccessDenied</li>")]).toEqual([403, true]);
      // The error document is closed as well.
      expect(text).toContain("Retrieve a Custom Error Document</h3>");
    }
  });

  it("name a bucket without a website, and no bucket", async () => {
    const bucket = await makeBucket("site");
    const plain = await (await visit(bucket, "/")).text();
    expect(plain).toContain("<li>Code: NoSuchWebsiteConfiguration</li>");
    expect(plain).toContain(`<li>BucketName: ${bucket}</li>`);
    const none = await visit("no-such-bucket-here", "/");
    expect([none.status, (await none.text()).includes("NoSuchBucket")]).toEqual([404, true]);
    const broken = await visit(bucket, "/%ff");
    expect([broken.status, (await broken.text()).includes("InvalidURI")]).toEqual([400, true]);
  });

  it("redirect everything before anything is looked up", async () => {
    const bucket = await makeBucket("site");
    const all = "<RedirectAllRequestsTo><HostName>new.test</HostName></RedirectAllRequestsTo>";
    await must(put(bucket, all));
    expect(await seen(visit(bucket, "/a/b?c=d"))).toEqual([301, "http://new.test/a/b?c=d"]);
  });
});

describe("a website below a path", () => {
  async function open(path: string, local?: "true", host = "localhost") {
    const request = new Request(`http://${host}${path}`, { redirect: "manual" });
    const bindings = { ...ownBindings(), ...(local && { LOCAL: local }) };
    return createApp().fetch(request, bindings, createExecutionContext());
  }

  it("answers on a laptop, in a sandbox, and nowhere else", async () => {
    const bucket = await makeBucket("site");
    await publish(bucket);
    await must(put(bucket, index));
    await store(bucket, "dir/index.html", "page");
    const path = `/-/website/${bucket}`;
    const answer = await open(`${path}/dir/`, "true");
    expect([answer.status, await answer.text()]).toEqual([200, "page"]);
    expect(answer.headers.get("content-security-policy")).toMatch(/^sandbox (?!.*same-origin)/);
    expect(await seen(open(`${path}/dir`, "true"))).toEqual([302, `${path}/dir/`]);
    expect(await seen(open(path, "true"))).toEqual([302, `${path}/`]);
    expect((await open(`${path}/dir/`, "true", "evil.example")).status).toBe(403);
    const edge = await open(`${path}/dir/`);
    expect([edge.status, (await edge.text()).includes("InvalidBucketName")]).toEqual([400, true]);
    expect(env.WEBSITE_DOMAIN).toBe("website.localhost");
  });
});
