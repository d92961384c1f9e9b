// Every path and method of the admin API against every kind of caller (SEC-063, 064, 068, 071, 116).
import { env } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { serveAdmin } from "../../src/admin/serve.ts";
import { findAccessKey } from "../../src/catalog/access-keys.ts";
import { systemSeams } from "../../src/env.ts";
import { S3Error } from "../../src/s3/errors.ts";
import type { Principal } from "../../src/s3/principal.ts";
import { anonymous, ask, bodyOf, call, operator, read, tenant } from "./fixtures.ts";

type Caller = "anonymous" | "other account" | "own account" | "user of own" | "user of operator";
type Expected = Readonly<Record<Caller | "operator", number>>;

const onlyOperator = (status: number): Expected => ({
  anonymous: 403,
  "other account": 403,
  "own account": 403,
  "user of own": 403,
  "user of operator": 403,
  operator: status,
});
const ownerToo = (status: number, refusal = 403): Expected => ({
  ...onlyOperator(status),
  "other account": refusal,
  "own account": status,
  "user of own": refusal,
  "user of operator": refusal,
});

let victim: Awaited<ReturnType<typeof tenant>>;
let callers: Record<Caller | "operator", Principal>;

beforeEach(async () => {
  victim = await tenant();
  const root = await operator();
  callers = {
    anonymous,
    "other account": (await tenant()).principal,
    "own account": victim.principal,
    "user of own": { ...victim.principal, type: "User" },
    "user of operator": { ...root, type: "User" },
    operator: root,
  };
});

let created = 0;
const newAccount = () => {
  created += 1;
  return { name: "made", email: `made-${created}@example.com` };
};

const matrix: readonly [line: string, body: (() => unknown) | undefined, expected: Expected][] = [
  ["GET /status", undefined, onlyOperator(200)],
  ["GET /accounts", undefined, onlyOperator(200)],
  ["POST /accounts", newAccount, onlyOperator(201)],
  ["GET /accounts/ACCOUNT", undefined, ownerToo(200)],
  ["DELETE /accounts/ACCOUNT", undefined, onlyOperator(204)],
  ["GET /accounts/ACCOUNT/keys", undefined, ownerToo(200)],
  ["POST /accounts/ACCOUNT/keys", () => ({}), ownerToo(201)],
  ["PATCH /keys/KEY", () => ({ status: "Inactive" }), ownerToo(200, 404)],
  ["DELETE /keys/KEY", undefined, ownerToo(204, 404)],
];
const cases = matrix.flatMap(([line, body, expected]) =>
  Object.entries(expected).map(([caller, status]) => ({ line, body, caller, status })),
);

describe("the admin API's permissions", () => {
  it.each(cases)("$line by $caller: $status", async ({ line, body, caller, status }) => {
    const path = line
      .replace("ACCOUNT", victim.account.accountId)
      .replace("KEY", victim.key.accessKeyId);
    const as = callers[caller as Caller | "operator"];
    const answer = await ask(path, { as, ...(body && { body: body() }) });
    expect(answer.status).toBe(status);
    if (status >= 400) {
      expect(answer.body.error.code).toBe(status === 404 ? "NoSuchAccessKey" : "AccessDenied");
      const key = await findAccessKey(call, victim.key.accessKeyId);
      expect(key?.status).toBe("Active");
    }
    expect(answer.text).not.toContain(victim.key.secretAccessKey);
    expect(answer.headers.get("cache-control")).toBe("no-store");
  });

  it("refuses the same whether the account or key exists or not", async () => {
    const as = callers["other account"];
    for (const path of ["/accounts/ID", "/accounts/ID/keys"]) {
      const existing = await ask(`GET ${path.replace("ID", victim.account.accountId)}`, { as });
      const missing = await ask(`GET ${path.replace("ID", "000000000000")}`, { as });
      expect(missing.text).toBe(existing.text);
    }
    const existing = await ask(`DELETE /keys/${victim.key.accessKeyId}`, { as });
    const missing = await ask("DELETE /keys/AKIAMISSING000000000", { as });
    const root = await ask(`DELETE /keys/${env.ROOT_ACCESS_KEY_ID}`, { as });
    expect([missing.text, root.text]).toEqual([existing.text, existing.text]);
  });

  it("refuses anonymous callers before it says which paths exist", async () => {
    const known = await ask("GET /status", { as: anonymous });
    const unknown = await ask("GET /nothing", { as: anonymous });
    expect(unknown.text).toBe(known.text);
  });
});

describe("the admin API's door", () => {
  it("answers a failed authentication with its S3 code in JSON (SEC-068)", async () => {
    const authenticate = () => Promise.reject(new S3Error("SignatureDoesNotMatch"));
    const request = new Request("http://localhost/-/api/v1/accounts");
    const advanceJob = () => Promise.resolve();
    const resend = () => Promise.reject(new Error("nothing is sent"));
    const facts = { env, seams: systemSeams, authenticate, advanceJob, resend };
    const answer = await read(await serveAdmin(request, facts));
    expect(answer.status).toBe(403);
    expect(answer.body.error.code).toBe("SignatureDoesNotMatch");
  });

  it("does nothing when the body does not match its signature", async () => {
    const failure = new S3Error("XAmzContentSHA256Mismatch");
    const email = "tampered@example.com";
    const source = bodyOf(JSON.stringify({ name: "tampered", email }), failure);
    const answer = await ask("POST /accounts", { as: callers.operator, source });
    expect(answer.status).toBe(400);
    expect(answer.body.error.code).toBe("XAmzContentSHA256Mismatch");
    const listed = await ask("GET /accounts", { as: callers.operator });
    expect(listed.text).not.toContain(email);
  });

  it("shows nothing of an error of its own (SEC-043)", async () => {
    const broken = {
      ...env,
      CATALOG: {
        prepare: () => {
          throw new Error("D1_ERROR: SELECT secret FROM access_keys at /srv/cairn");
        },
      } as unknown as D1Database,
    };
    const answer = await ask("GET /accounts", { as: callers.operator, env: broken });
    expect(answer.status).toBe(503);
    expect(answer.body.error.code).toBe("ServiceUnavailable");
    expect(answer.text).not.toMatch(/SELECT|secret|srv/);
    const wrongKey = { ...env, MASTER_KEY: "not a key" };
    const failed = await ask("POST /accounts", {
      as: callers.operator,
      body: newAccount(),
      env: wrongKey,
    });
    expect(failed.status).toBe(500);
    expect(failed.body.error.code).toBe("InternalError");
    expect(failed.text).not.toMatch(/MASTER_KEY|not a key/);
  });

  it("knows its paths and their methods exactly", async () => {
    const as = callers.operator;
    const lines = ["GET /", "GET /nothing", "GET /status/", "GET /accounts/1", "GET /keys/a%2Fb"];
    for (const line of lines) {
      const answer = await ask(line, { as });
      expect([line, answer.body.error.code]).toEqual([line, "NoSuchPath"]);
    }
    for (const line of ["PUT /status", "DELETE /accounts", "GET /keys/AKIA"]) {
      const answer = await ask(line, { as });
      expect([line, answer.body.error.code]).toEqual([line, "MethodNotAllowed"]);
    }
  });
});
