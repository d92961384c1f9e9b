// What must never be seen: secrets in logs, in answers or in the repository; and what the program must
// not contain at all. Rows SEC-024, SEC-049, SEC-115, SEC-117 to SEC-119, SEC-122 and SEC-124.

import { env } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Env } from "../../src/env.ts";
import { makeAccount } from "../operations/bucket/fixtures.ts";
import {
  byHeader,
  byNobody,
  byQuery,
  makeBucket,
  ownBindings,
  rootKeys,
  send,
  type Wish,
} from "./front-door.ts";
import type { SignedRequest } from "./signing.ts";

const flip = (signature: string) =>
  `${signature.slice(0, 20)}${signature[20] === "0" ? "1" : "0"}${signature.slice(21)}`;

describe("SEC-119 secrets", () => {
  let lines: string[];
  beforeEach(() => {
    lines = [];
    for (const level of ["log", "info", "warn", "error", "debug"] as const) {
      vi.spyOn(console, level).mockImplementation((...parts: unknown[]) => {
        lines.push(parts.map(textOf).join(" "));
      });
    }
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  /** Everything an error would show wherever it is printed. */
  function textOf(part: unknown): string {
    if (!(part instanceof Error)) return typeof part === "string" ? part : JSON.stringify(part);
    const fields = JSON.stringify(Object.getOwnPropertyDescriptors(part));
    return `${part.stack} ${fields} ${part.cause === undefined ? "" : textOf(part.cause)}`;
  }

  /** Bindings whose stores and database fail after a while, with what they were given in the error. */
  function failing(name: "STORE_STANDARD" | "CATALOG" | "BUCKET_INDEX"): Env {
    const bindings = ownBindings();
    const fail = (...given: unknown[]) => {
      throw new Error(`${name} failed on ${given.map(String).join()}: D1_ERROR at /worker.js:1`);
    };
    const broken = new Proxy(bindings[name] as object, {
      get: (target, property) =>
        typeof Reflect.get(target, property) === "function" ? fail : Reflect.get(target, property),
    });
    return { ...bindings, [name]: broken } as unknown as Env;
  }

  it("are in no log line and no answer, whatever is asked and whatever fails", async () => {
    const { keys } = await makeAccount();
    const bucket = await makeBucket();
    const customerKey = btoa("0123456789abcdef0123456789abcdef");
    const token = "session-token-canary-0123456789";
    const secrets = [
      rootKeys.secretAccessKey,
      keys.secretAccessKey,
      env.MASTER_KEY,
      customerKey,
      "password=canary",
    ];
    const wishes: Wish[] = [
      { path: "/" },
      { path: `/${bucket}` },
      { path: `/${bucket}/there` },
      { path: `/${bucket}/missing` },
      { method: "PUT", path: `/${bucket}/new`, body: "password=canary" },
      {
        method: "PUT",
        path: `/${bucket}/encrypted`,
        body: "x",
        headers: {
          "x-amz-server-side-encryption-customer-algorithm": "AES256",
          "x-amz-server-side-encryption-customer-key": customerKey,
          "x-amz-server-side-encryption-customer-key-md5": "AAAAAAAAAAAAAAAAAAAAAA==",
        },
      },
      { path: `/${bucket}/there`, headers: { "x-amz-security-token": token } },
      { method: "PUT", path: `/${bucket}?versioning`, body: "<broken>password=canary" },
      { method: "POST", path: "/-/api/v1/accounts", body: '{"password":"password=canary"}' },
      {
        method: "POST",
        path: "/",
        service: "sts",
        body: "Action=GetCallerIdentity&Version=2011-06-15",
      },
    ];
    const requests: SignedRequest[] = wishes.flatMap((wish) => [
      byHeader(wish),
      byHeader({ ...wish, keys }),
      byHeader({ ...wish, editSignature: flip }),
      byHeader({ ...wish, keys: { ...keys, secretAccessKey: "not-the-secret" } }),
      byQuery(wish),
      byNobody(wish),
    ]);
    const bindings = [
      undefined,
      failing("STORE_STANDARD"),
      failing("CATALOG"),
      failing("BUCKET_INDEX"),
    ];
    let seen = "";
    for (const own of bindings) {
      for (const request of requests) {
        const answer = await send(request, own === undefined ? {} : { env: own });
        const headers = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
        // An object that was just written is its owner's to read.
        if (!answer.text.includes("<Contents>")) seen += `${answer.text}\n${headers}\n`;
        if (answer.status < 500) continue;
        expect(answer.text, "SEC-122 an answer says nothing of what failed").not.toMatch(
          /D1_ERROR|failed on|worker\.js|\bat \w+ \(|STORE_|SELECT /,
        );
      }
    }
    expect(lines.length).toBeGreaterThan(0);
    const everything = `${seen}\n${lines.join("\n")}`;
    for (const secret of secrets) expect(everything).not.toContain(secret);
    expect(lines.join("\n")).not.toContain(token);
  });

  it("SEC-122 a failure of our own is one fixed document", async () => {
    const bucket = await makeBucket();
    const answer = await send(byHeader({ method: "PUT", path: `/${bucket}/new`, body: "x" }), {
      env: failing("STORE_STANDARD"),
    });
    expect(answer.text.replace(/<(RequestId|HostId)>[^<]*/g, "<$1>")).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>InternalError</Code><Message>We encountered an internal error. Please try again.</Message><RequestId></RequestId><HostId></HostId></Error>',
    );
  });

  it("SEC-086 fails closed: with the catalog down nobody gets in who was not known", async () => {
    const { keys } = await makeAccount();
    const bucket = await makeBucket();
    for (const request of [
      byHeader({ path: `/${bucket}/there` }),
      byHeader({ path: `/${bucket}/there`, keys }),
      byNobody({ path: `/${bucket}/there` }),
    ]) {
      const answer = await send(request, { env: failing("CATALOG") });
      expect(answer.status).toBeGreaterThanOrEqual(403);
      expect(answer.text).not.toContain("content");
    }
  });
});

interface Globbing {
  glob(pattern: string, options: object): Record<string, string>;
}

describe("the source", () => {
  // Vite reads the files; the call must stand here as it is.
  const sources = (import.meta as unknown as Globbing).glob("../../src/**/*.ts", {
    query: "?raw",
    import: "default",
    eager: true,
  });
  const offenders = (pattern: RegExp, except: readonly string[] = []) =>
    Object.entries(sources)
      .filter(([name, text]) => pattern.test(text) && !except.some((end) => name.endsWith(end)))
      .map(([name]) => name);

  it("is here to be read", () => {
    expect(Object.keys(sources).length).toBeGreaterThan(100);
  });

  it("SEC-024 compares signatures only in constant time", () => {
    expect(offenders(/[sS]ignature\s*[!=]==?\s*(?!undefined|"|null)\w/)).toEqual([]);
    expect(offenders(/[sS]ecret(AccessKey)?\s*[!=]==?\s*(?!undefined|""|null)\w/)).toEqual([]);
  });

  it("SEC-049 SEC-050 has no SQL made of text and no LIKE", () => {
    expect(offenders(/(?:\.exec|\.prepare)\(\s*`[^`]*\$\{/)).toEqual([]);
    expect(offenders(/\b(?:LIKE|GLOB)\s+[?':@]/)).toEqual([]);
  });

  it("SEC-117 has no key of AWS's form and no private key", () => {
    expect(offenders(/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|BEGIN [A-Z ]*PRIVATE KEY/)).toEqual([]);
  });

  it("SEC-124 takes its randomness from one place", () => {
    expect(offenders(/Math\.random/)).toEqual([]);
    expect(
      offenders(/getRandomValues|randomUUID|randomBytes\s*}\s*from "node:crypto"/, ["/env.ts"]),
    ).toEqual([]);
  });

  it("SEC-115 SEC-048 has no debugging door and evaluates no text", () => {
    expect(offenders(/\beval\(|new Function\(|\/debug\/|pprof|__debug/)).toEqual([]);
  });

  it("SEC-142 keeps clients' names out of object prototypes", async () => {
    const bucket = await makeBucket();
    for (const name of ["__proto__", "constructor", "prototype", "tostring"]) {
      const headers = { [`x-amz-meta-${name}`]: "polluted" };
      const wish = { method: "PUT", path: `/${bucket}/${name}`, body: "x", headers };
      expect((await send(byHeader(wish))).status).toBe(200);
      const answer = await send(byHeader({ path: `/${bucket}/${name}?${name}=1` }));
      expect(answer.headers.get(`x-amz-meta-${name}`)).toBe("polluted");
      const xml = `<VersioningConfiguration><${name}>x</${name}></VersioningConfiguration>`;
      const setting = byHeader({ method: "PUT", path: `/${bucket}?versioning`, body: xml });
      expect((await send(setting)).status).toBe(400);
    }
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});
