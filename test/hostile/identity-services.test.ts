// IAM and STS share the door with S3, not its words: what they refuse before they read an action is in
// the Query protocol's XML, with their own codes. The admin API has the same lock (SEC-068).

import { beforeAll, describe, expect, it } from "vitest";
import { makeAccount } from "../operations/bucket/fixtures.ts";
import { byHeader, byNobody, byQuery, elements, rootKeys, send, type Wish } from "./front-door.ts";
import type { SigningKeys } from "./signing.ts";

const flip = (signature: string) =>
  `${signature.slice(0, 20)}${signature[20] === "0" ? "1" : "0"}${signature.slice(21)}`;
const form = "Action=GetCallerIdentity&Version=2011-06-15";

const refusals: (readonly [what: string, change: Partial<Wish>, status: number, code: string])[] = [
  ["a wrong signature", { editSignature: flip }, 403, "SignatureDoesNotMatch"],
  [
    "an unknown key",
    { keys: { ...rootKeys, accessKeyId: "AKIAUNKNOWN000000000" } },
    403,
    "InvalidClientTokenId",
  ],
  ["an old date", { nowMs: Date.now() - 3_600_000 }, 403, "SignatureDoesNotMatch"],
  ["no date", { amzDate: null }, 403, "SignatureDoesNotMatch"],
  ["another region", { region: "eu-north-1" }, 400, "IncompleteSignature"],
  [
    "no signature",
    { editAuthorization: (value: string) => value.replace(/, Signature=.*/, "") },
    400,
    "IncompleteSignature",
  ],
  [
    "a token beside a long-lived key",
    { headers: { "x-amz-security-token": "x" } },
    403,
    "InvalidClientTokenId",
  ],
];

describe.each(["iam", "sts"])("a request to %s", (service) => {
  it.each(refusals)("with %s is refused in its own words", async (_what, change, status, code) => {
    const wish: Wish = { method: "POST", path: "/", service, body: form, ...change };
    const answer = await send(byHeader(wish));
    expect([answer.status, answer.first("Code")], answer.text).toEqual([status, code]);
    expect(answer.text).toMatch(
      new RegExp(`^<ErrorResponse xmlns="https://${service}\\.amazonaws`),
    );
    expect(answer.headers.get("content-type")).toBe("text/xml");
    expect(answer.headers.get("x-amzn-requestid")).toBe(answer.first("RequestId"));
    expect(elements(answer.text).map(({ name }) => name)).toEqual([
      "ErrorResponse",
      "Error",
      "Type",
      "Code",
      "Message",
      "RequestId",
    ]);
  });

  it("signed in the URL with a wrong signature is refused in its own words", async () => {
    const answer = await send(byQuery({ path: `/?${form}`, service, editSignature: flip }));
    expect([answer.status, answer.first("Code")]).toEqual([403, "SignatureDoesNotMatch"]);
    expect(answer.text).toMatch(/^<ErrorResponse /);
  });

  it("with a body of more than 1 MiB is refused", async () => {
    const body = `${form}&x=${"x".repeat(1024 * 1024)}`;
    const answer = await send(byHeader({ method: "POST", path: "/", service, body, word: null }));
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    elements(answer.text);
  });
});

describe("SEC-068 the admin API", () => {
  let stranger: SigningKeys;
  beforeAll(async () => {
    stranger = (await makeAccount()).keys;
  });

  const calls = [
    ["GET", "/-/api/v1/status"],
    ["GET", "/-/api/v1/accounts"],
    ["POST", "/-/api/v1/accounts"],
    ["GET", "/-/api/v1/accounts/self"],
    ["DELETE", "/-/api/v1/accounts/123456789012"],
    ["POST", "/-/api/v1/accounts/self/keys"],
    ["PATCH", "/-/api/v1/keys/AKIATESTROOT00000000"],
    ["DELETE", "/-/api/v1/keys/AKIATESTROOT00000000"],
    ["GET", "/-/api/v1/nothing"],
  ] as const;

  it.each(calls)("%s %s is closed to nobody and to forgers", async (method, path) => {
    const body = method === "GET" ? {} : { body: "{}" };
    const nobody = await send(byNobody({ method, path, ...body }));
    expect([nobody.status, nobody.text]).toEqual([403, expect.stringContaining("AccessDenied")]);
    for (const request of [
      byHeader({ method, path, ...body, editSignature: flip }),
      byQuery({ method, path, ...body, editSignature: flip }),
      byHeader({ method, path, ...body, keys: { ...rootKeys, secretAccessKey: "x" } }),
    ]) {
      const answer = await send(request);
      expect([answer.status, answer.text]).toEqual([
        403,
        expect.stringContaining("SignatureDoesNotMatch"),
      ]);
    }
  });

  it("is closed to other accounts, but for their own keys", async () => {
    for (const [method, path] of calls) {
      if (path.includes("self") || path.includes("nothing")) continue;
      const body = method === "GET" ? {} : { body: "{}" };
      const answer = await send(byHeader({ method, path, ...body, keys: stranger }));
      // Somebody else's key is as good as none.
      expect([403, 404], `${method} ${path} ${answer.text}`).toContain(answer.status);
    }
  });

  it("SEC-114 says nothing of its settings to whoever asks unsigned", async () => {
    for (const path of [
      "/",
      "/-/",
      "/-/api",
      "/-/api/v1/status",
      "/-/console/",
      "/-/health",
      "/minio/health/live",
      "/minio/bootstrap/v1/verify",
      "/metrics",
      "/debug/pprof",
      "/cdn-cgi/trace",
      "/.env",
      "/favicon.ico",
    ]) {
      const answer = await send(byNobody({ path }));
      expect(answer.text, path).not.toContain(rootKeys.secretAccessKey);
      expect(answer.text, path).not.toContain(rootKeys.accessKeyId);
      expect(answer.text, path).not.toContain("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
      if (path !== "/-/console/") expect(answer.status, path).toBeGreaterThanOrEqual(400);
      expect(answer.status, path).toBeLessThan(500);
    }
  });
});
