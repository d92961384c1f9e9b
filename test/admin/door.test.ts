// The admin API through the Worker's own front door, with real signatures and forged ones: the same
// lock as S3 (SEC-068).
import { createExecutionContext, env, waitOnExecutionContext } from "cloudflare:test";
import { AwsV4Signer } from "aws4fetch";
import { describe, expect, it } from "vitest";
import { createApp } from "../../src/app.ts";
import { read } from "./fixtures.ts";

const root = {
  accessKeyId: env.ROOT_ACCESS_KEY_ID,
  secretAccessKey: env.ROOT_SECRET_ACCESS_KEY,
};

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A signed request, taken apart so that a test may change any piece of it. */
async function sign(method: string, path: string, body = "", key = root) {
  const signer = new AwsV4Signer({
    ...key,
    method,
    url: `http://localhost/-/api/v1${path}`,
    service: "s3",
    region: "us-east-1",
    headers: { "x-amz-content-sha256": await sha256(body) },
  });
  const { url, headers } = await signer.sign();
  headers.set("host", url.host);
  return { method, url: url.href, headers, body };
}

async function send({ method, url, headers, body }: Awaited<ReturnType<typeof sign>>) {
  const context = createExecutionContext();
  // A request that came over a socket has this and `host`; one made here does not.
  if (body !== "") headers.set("content-length", String(new TextEncoder().encode(body).length));
  const request = new Request(url, { method, headers, ...(body !== "" && { body }) });
  const answer = await read(await createApp().fetch(request, env, context));
  await waitOnExecutionContext(context);
  return answer;
}

const newAccount = (name: string) => JSON.stringify({ name, email: `${name}@door.example` });

describe("the admin API through the Worker", () => {
  it("serves the root key, and the key it then makes", async () => {
    const made = await send(await sign("POST", "/accounts", newAccount("door")));
    expect(made.status).toBe(201);
    const own = await send(await sign("GET", "/accounts/self", "", made.body));
    expect(own.body.accountId).toBe(made.body.accountId);
    const all = await send(await sign("GET", "/accounts", "", made.body));
    expect([all.status, all.body.error.code]).toEqual([403, "AccessDenied"]);
  });

  it("refuses a request without a signature", async () => {
    const signed = await sign("GET", "/accounts");
    signed.headers.delete("authorization");
    const answer = await send(signed);
    expect(answer.status).toBe(403);
    expect(answer.body.error.code).toBe("AccessDenied");
  });

  it.each(["accessKeyId", "secretAccessKey"] as const)("refuses a wrong %s", async (part) => {
    const answer = await send(await sign("GET", "/accounts", "", { ...root, [part]: "wrong" }));
    expect(answer.status).toBe(403);
    expect(["InvalidAccessKeyId", "SignatureDoesNotMatch"]).toContain(answer.body.error.code);
  });

  it("refuses a signature made for another method, path, query or time", async () => {
    const get = await sign("GET", "/accounts/self");
    const moved = [
      { ...get, method: "DELETE" },
      { ...get, url: get.url.replace("/self", "/self/keys") },
      { ...get, url: `${get.url}?limit=1` },
    ];
    for (const request of moved) {
      const answer = await send(request);
      expect([answer.status, answer.body.error.code]).toEqual([403, "SignatureDoesNotMatch"]);
    }
    get.headers.set("x-amz-date", "20200101T000000Z");
    // The scope names another day, which S3 finds before it looks at the clock.
    expect((await send(get)).body.error.code).toBe("AuthorizationHeaderMalformed");
  });

  it("refuses a body that is not the signed one, and does nothing", async () => {
    const signed = await sign("POST", "/accounts", newAccount("honest"));
    const answer = await send({ ...signed, body: newAccount("forged") });
    expect([answer.status, answer.body.error.code]).toEqual([400, "XAmzContentSHA256Mismatch"]);
    const listed = await send(await sign("GET", "/accounts"));
    expect(listed.text).not.toMatch(/honest|forged/);
  });

  it("refuses a disabled key and a deleted one", async () => {
    const made = await send(await sign("POST", "/accounts", newAccount("switched")));
    const key = `/keys/${made.body.accessKeyId}`;
    const own = () => sign("GET", "/accounts/self", "", made.body).then(send);
    expect((await own()).status).toBe(200);
    await send(await sign("PATCH", key, JSON.stringify({ status: "Inactive" })));
    expect((await own()).status).toBe(403);
    await send(await sign("DELETE", key));
    expect((await own()).body.error.code).toBe("InvalidAccessKeyId");
  });
});
