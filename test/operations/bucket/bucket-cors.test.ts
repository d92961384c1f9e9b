// Cross-origin rules by the wire: what is refused in which words, what comes back, preflights, and
// the headers of actual answers. Bodies of refusals as S3 sends them.
import { SELF } from "cloudflare:test";
import { AwsClient } from "aws4fetch";
import { beforeAll, describe, expect, it } from "vitest";
import {
  type Answer,
  call,
  makeAccount,
  makeBucket,
  origin,
  putObjects,
  rootKeys,
} from "./fixtures.ts";

const xmlns = ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
const page = "http://app.example";

function element(name: string, values: readonly string[] = []): string {
  return values.map((value) => `<${name}>${value}</${name}>`).join("");
}

interface Rule {
  readonly origins?: readonly string[];
  readonly methods?: readonly string[];
  readonly headers?: readonly string[];
  readonly expose?: readonly string[];
  readonly more?: string;
}

function ruleOf({ origins = [page], methods = ["GET"], headers, expose, more = "" }: Rule): string {
  return `<CORSRule>${element("AllowedHeader", headers)}${element("AllowedMethod", methods)}${element(
    "AllowedOrigin",
    origins,
  )}${element("ExposeHeader", expose)}${more}</CORSRule>`;
}

function put(bucket: string, ...rules: Rule[]): Promise<Answer> {
  const body = `<CORSConfiguration${xmlns}>${rules.map(ruleOf).join("")}</CORSConfiguration>`;
  return call("PUT", `/${bucket}?cors`, { body });
}

const fetchAs = (path: string, method: string, headers: Record<string, string>, body?: string) =>
  SELF.fetch(`${origin}${path}`, { method, headers, ...(body !== undefined && { body }) });

function corsHeaders(headers: Headers): Record<string, string> {
  const names = [...headers].filter(([name]) => /^access-control-|^vary$/.test(name));
  return Object.fromEntries(names);
}

async function refusalOf(answer: Response) {
  const text = await answer.text();
  const of = (name: string) => new RegExp(`<${name}>([^<]*)`).exec(text)?.[1];
  return [answer.status, of("Code"), of("Message"), of("Method"), of("ResourceType")];
}

const varied = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";
const allowed = {
  "access-control-allow-origin": page,
  "access-control-allow-methods": "GET, PUT, POST",
  "access-control-allow-credentials": "true",
  "access-control-expose-headers": "ETag, x-amz-version-id",
  "access-control-max-age": "3000",
  vary: varied,
};

describe("PutBucketCors", () => {
  it("keeps what it is given until it is deleted", async () => {
    const bucket = await makeBucket();
    const rule = {
      origins: ["http://test.com:80", "https://*.x.test", ""],
      methods: ["GET", "DELETE"],
      headers: ["x-AMZ-*"],
      expose: ["ETag"],
      more: "<ID>one</ID><MaxAgeSeconds>60</MaxAgeSeconds>",
    };
    expect((await put(bucket, rule, {})).status).toBe(200);
    const answer = await call("GET", `/${bucket}?cors`);
    expect(answer.all("AllowedOrigin")).toEqual([...rule.origins, page]);
    expect(answer.all("AllowedMethod")).toEqual(["GET", "DELETE", "GET"]);
    expect(answer.all("AllowedHeader")).toEqual(rule.headers);
    expect([answer.all("ID"), answer.all("MaxAgeSeconds")]).toEqual([["one"], ["60"]]);
    for (const _ of [1, 2]) expect((await call("DELETE", `/${bucket}?cors`)).status).toBe(204);
    const gone = await call("GET", `/${bucket}?cors`);
    expect([gone.first("Code"), gone.first("BucketName")]).toEqual([
      "NoSuchCORSConfiguration",
      bucket,
    ]);
  });

  const unsupported = "Found unsupported HTTP method in CORS config. Unsupported method is ";
  const twice = "can not have more than one wildcard.";
  const invalid = "InvalidRequest";
  it.each<[string, Rule[], string, string?]>([
    ["B113 lower case", [{ methods: ["get"] }], invalid, `${unsupported}get`],
    ["B113 PATCH", [{ methods: ["GET", "PATCH"] }], invalid, `${unsupported}PATCH`],
    ["B113 OPTIONS", [{ methods: ["OPTIONS"] }], invalid, `${unsupported}OPTIONS`],
    ["B113 empty", [{ methods: [""] }], invalid, unsupported],
    ["B114", [{ origins: ["*x*.com"] }], invalid, `AllowedOrigin "*x*.com" ${twice}`],
    ["B114 header", [{ headers: ["x-*-*"] }], invalid, `AllowedHeader "x-*-*" ${twice}`],
    [
      "exposed wildcard",
      [{ expose: ["*"] }],
      invalid,
      'ExposeHeader "*" contains wildcard. We currently do not support wildcard for ExposeHeader.',
    ],
    ["B115 none", [], "MalformedXML"],
    ["B115 101", Array.from({ length: 101 }, () => ({})), "MalformedXML"],
    ["no origin", [{ origins: [] }], "MalformedXML"],
    ["no method", [{ methods: [] }], "MalformedXML"],
    ["long id", [{ more: `<ID>${"x".repeat(256)}</ID>` }], "MalformedXML"],
    ["age below zero", [{ more: "<MaxAgeSeconds>-1</MaxAgeSeconds>" }], "MalformedXML"],
    ["two ages", [{ more: "<MaxAgeSeconds>1</MaxAgeSeconds>".repeat(2) }], "MalformedXML"],
  ])("refuses %s", async (_name, rules, code, message) => {
    const bucket = await makeBucket();
    const answer = await put(bucket, ...rules);
    expect([answer.status, answer.first("Code")], answer.text).toEqual([400, code]);
    if (message !== undefined) {
      expect(answer.first("Message")?.replaceAll("&quot;", '"')).toBe(message);
    }
    expect((await call("GET", `/${bucket}?cors`)).status).toBe(404);
  });

  it("takes 100 rules, and is closed to strangers", async () => {
    const bucket = await makeBucket();
    expect((await put(bucket, ...Array.from({ length: 100 }, () => ({})))).status).toBe(200);
    const { keys } = await makeAccount();
    for (const method of ["GET", "PUT", "DELETE"]) {
      const answer = await call(method, `/${bucket}?cors`, { keys });
      expect(answer.first("Code")).toBe("AccessDenied");
    }
  });
});

describe("OptionsObject", () => {
  let bucket = "";
  let plain = "";

  beforeAll(async () => {
    bucket = await makeBucket();
    plain = await makeBucket();
    const rule = {
      origins: [page],
      methods: ["GET", "PUT", "POST"],
      headers: ["content-*"],
      expose: ["ETag", "x-amz-version-id"],
      more: "<MaxAgeSeconds>3000</MaxAgeSeconds>",
    };
    expect((await put(bucket, rule)).status).toBe(200);
  });

  const preflight = (path: string, headers: Record<string, string>) =>
    fetchAs(path, "OPTIONS", headers);

  it("allows what a rule allows, with no body, for keys that are not there too", async () => {
    const wish = {
      origin: page,
      "access-control-request-method": "PUT",
      "access-control-request-headers": "Content-Type,content-md5",
    };
    for (const path of [`/${bucket}/no/such/key`, `/${bucket}`, `/${bucket}?uploads`]) {
      const answer = await preflight(path, wish);
      expect([answer.status, await answer.text()]).toEqual([200, ""]);
      expect(corsHeaders(answer.headers)).toEqual({
        ...allowed,
        "access-control-allow-headers": "content-type, content-md5",
      });
      expect(answer.headers.get("x-amz-request-id")).toBeTruthy();
    }
  });

  it("looks at no signature", async () => {
    const signed = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=nonsense";
    const wish = { origin: page, "access-control-request-method": "PUT" };
    expect((await preflight(`/${bucket}/key?${signed}`, wish)).status).toBe(200);
    const bad = { ...wish, authorization: "nonsense" };
    expect((await preflight(`/${bucket}/key`, bad)).status).toBe(200);
  });

  const notAllowed =
    "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.";
  it.each<[string, Record<string, string>]>([
    ["origin", { origin: "https://app.example", "access-control-request-method": "PUT" }],
    ["origin's slash", { origin: `${page}/`, "access-control-request-method": "PUT" }],
    ["method", { origin: page, "access-control-request-method": "DELETE" }],
    [
      "header",
      {
        origin: page,
        "access-control-request-method": "PUT",
        "access-control-request-headers": "content-type, x-other",
      },
    ],
  ])("refuses another %s without a word of CORS", async (_name, headers) => {
    const answer = await preflight(`/${bucket}/key`, headers);
    expect(corsHeaders(answer.headers)).toEqual({});
    const method = headers["access-control-request-method"];
    expect(await refusalOf(answer)).toEqual([403, "AccessForbidden", notAllowed, method, "OBJECT"]);
    const ofBucket = await refusalOf(await preflight(`/${bucket}`, headers));
    expect(ofBucket.at(-1)).toBe("BUCKET");
  });

  it("tells what is missing", async () => {
    expect(await refusalOf(await preflight(`/${bucket}/key`, {}))).toEqual([
      400,
      "BadRequest",
      "Insufficient information. Origin request header needed.",
      undefined,
      undefined,
    ]);
    const method = "Invalid Access-Control-Request-Method: ";
    expect((await refusalOf(await preflight(`/${bucket}/key`, { origin: page })))[2]).toBe(
      `${method}null`,
    );
    const patch = { origin: page, "access-control-request-method": "PATCH" };
    expect((await refusalOf(await preflight(`/${bucket}/key`, patch))).slice(0, 3)).toEqual([
      400,
      "BadRequest",
      `${method}PATCH`,
    ]);
  });

  it("refuses everything for buckets without rules and for no bucket", async () => {
    const wish = { origin: page, "access-control-request-method": "PUT" };
    expect(await refusalOf(await preflight(`/${plain}/key`, wish))).toEqual([
      403,
      "AccessForbidden",
      "CORSResponse: CORS is not enabled for this bucket.",
      "PUT",
      "BUCKET",
    ]);
    const alone = await refusalOf(await preflight(`/${plain}/key`, { origin: page }));
    expect(alone.slice(3)).toEqual(["OPTIONS", "BUCKET"]);
    const none = await refusalOf(await preflight("/no-such-bucket-here/key", wish));
    expect(none.slice(0, 3)).toEqual([403, "AccessForbidden", "CORSResponse: Bucket not found"]);
  });

  describe("and the actual request", () => {
    const client = new AwsClient({ ...rootKeys, service: "s3", region: "us-east-1" });
    const send = async (method: string, path: string, headers: Record<string, string> = {}) => {
      const request = await client.sign(`${origin}${path}`, { method });
      const sent = new Headers(request.headers);
      sent.set("host", new URL(origin).host);
      for (const [name, value] of Object.entries(headers)) sent.set(name, value);
      return SELF.fetch(new Request(request, { headers: sent }));
    };

    it("carries the rule's headers on success and on every refusal", async () => {
      await putObjects(bucket, ["there"]);
      const cases: [number, Promise<Response>][] = [
        [200, send("GET", `/${bucket}/there`, { origin: page })],
        [404, send("GET", `/${bucket}/missing`, { origin: page })],
        [403, fetchAs(`/${bucket}/there`, "GET", { origin: page })],
        [304, send("GET", `/${bucket}/there`, { origin: page, "if-none-match": "*" })],
        [416, send("GET", `/${bucket}/there`, { origin: page, range: "bytes=9-" })],
        [400, fetchAs(`/${bucket}/there`, "GET", { origin: page, authorization: "nonsense" })],
        [412, fetchAs(`/${bucket}`, "POST", { origin: page }, "x")],
      ];
      for (const [status, answer] of cases) {
        const { headers, status: seen } = await answer;
        expect(seen).toBe(status);
        expect(corsHeaders(headers)).toEqual(allowed);
      }
    });

    it("SEC-113 carries none for another origin, without Origin, and without rules", async () => {
      await putObjects(plain, ["there"]);
      for (const answer of [
        await send("GET", `/${bucket}/there`, { origin: "http://evil.example" }),
        await send("GET", `/${bucket}/there`),
        await send("DELETE", `/${bucket}/gone`, { origin: page }),
        await send("GET", `/${bucket}/there`, {
          origin: page,
          "access-control-request-method": "DELETE",
        }),
        await send("GET", `/${plain}/there`, { origin: page }),
        await send("GET", "/", { origin: page }),
      ]) {
        expect(answer.ok).toBe(true);
        expect(corsHeaders(answer.headers)).toEqual({});
      }
    });
  });
});
