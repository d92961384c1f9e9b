// SEC-025, SEC-081, SEC-112: what a client's address and a server's name may and may not decide.

import { describe, expect, it } from "vitest";
import { clientAddress } from "../../src/auth/failure-limit.ts";
import { refuseForeignHost } from "../../src/auth/local-host.ts";
import { systemSeams } from "../../src/env.ts";
import {
  byHeader,
  byNobody,
  type Door,
  makeBucket,
  ownBindings,
  rootKeys,
  send,
} from "./front-door.ts";

const unknown = { accessKeyId: "AKIAGUESSED000000000", secretAccessKey: "x" };
const wrong = { ...rootKeys, secretAccessKey: "wrong" };

/** A clock that stands still at the start of a minute, until it is moved. */
function stoppedClock() {
  let nowMs = Math.ceil(Date.now() / 60_000) * 60_000;
  return {
    seams: { ...systemSeams, now: () => nowMs },
    move: (ms: number) => (nowMs += ms),
    nowMs: () => nowMs,
  };
}

const codeOf = async (request: Parameters<typeof send>[0], door: Door) => {
  const answer = await send(request, door);
  return `${answer.status} ${answer.first("Code")}`;
};

describe("failed authentications", () => {
  const guess = (address: string, nowMs: number, keys = unknown) =>
    byHeader({ path: "/", keys, nowMs, unsigned: { "cf-connecting-ip": address } });

  it("SEC-025 are told apart 100 times a minute, and no more", async () => {
    const clock = stoppedClock();
    const door = { env: ownBindings(), seams: clock.seams };
    for (let failure = 0; failure < 100; failure += 1) {
      const keys = failure % 2 === 0 ? unknown : wrong;
      expect(await codeOf(guess("192.0.2.1", clock.nowMs(), keys), door)).toBe(
        failure % 2 === 0 ? "403 InvalidAccessKeyId" : "403 SignatureDoesNotMatch",
      );
    }
    for (const keys of [unknown, wrong]) {
      const answer = await send(guess("192.0.2.1", clock.nowMs(), keys), door);
      expect([answer.status, answer.first("Code")]).toEqual([503, "SlowDown"]);
      expect(answer.headers.get("retry-after")).toBe("60");
    }
    const good = byHeader({
      path: "/",
      nowMs: clock.nowMs(),
      unsigned: { "cf-connecting-ip": "192.0.2.1" },
    });
    expect((await send(good, door)).status).toBe(200);
    expect(await codeOf(guess("192.0.2.2", clock.nowMs()), door)).toBe("403 InvalidAccessKeyId");
    clock.move(60_000);
    expect(await codeOf(guess("192.0.2.1", clock.nowMs()), door)).toBe("403 InvalidAccessKeyId");
  });

  it("SEC-025 are counted by the /64 of an IPv6 address", async () => {
    const clock = stoppedClock();
    const door = { env: { ...ownBindings(), AUTH_FAILURES_PER_MINUTE: "1" }, seams: clock.seams };
    const now = clock.nowMs();
    expect(await codeOf(guess("2001:db8:0:1::1", now), door)).toBe("403 InvalidAccessKeyId");
    expect(await codeOf(guess("2001:DB8::1:ffff:0:0:2", now), door)).toBe("503 SlowDown");
    expect(await codeOf(guess("2001:db8:0:2::1", now), door)).toBe("403 InvalidAccessKeyId");
  });

  it("SEC-025 are refused when Cloudflare's limiter says so, and not when it fails", async () => {
    const clock = stoppedClock();
    const asked: string[] = [];
    const limiter = (answer: () => Promise<{ success: boolean }>) => ({
      limit: ({ key }: { key: string }) => {
        asked.push(key);
        return answer();
      },
    });
    const doorWith = (answer: () => Promise<{ success: boolean }>) => ({
      env: { ...ownBindings(), AUTH_FAILURE_LIMITER: limiter(answer) as unknown as RateLimit },
      seams: clock.seams,
    });
    const now = clock.nowMs();
    const refusing = doorWith(async () => ({ success: false }));
    expect(await codeOf(guess("192.0.2.3", now), refusing)).toBe("503 SlowDown");
    const failing = doorWith(() => Promise.reject(new Error("down")));
    expect(await codeOf(guess("192.0.2.3", now), failing)).toBe("403 InvalidAccessKeyId");
    expect(asked).toEqual(["192.0.2.3", "192.0.2.3"]);
    await send(byHeader({ path: "/", nowMs: now }), refusing);
    expect(asked).toHaveLength(2);
  });

  it("SEC-081 no client names its own address on a laptop", async () => {
    const clock = stoppedClock();
    const local = { ...ownBindings(), LOCAL: "true", AUTH_FAILURES_PER_MINUTE: "1" };
    const door = { env: local, seams: clock.seams };
    for (let failure = 0; failure < 5; failure += 1) {
      const request = guess("192.0.2.4", clock.nowMs());
      expect(await codeOf(request, door)).toBe("403 InvalidAccessKeyId");
    }
    const headers = new Headers({ "cf-connecting-ip": "192.0.2.4" });
    expect(clientAddress(headers, { LOCAL: "true" })).toBeUndefined();
    expect(clientAddress(headers, {})).toBe("192.0.2.4");
    expect(clientAddress(new Headers({ "x-forwarded-for": "192.0.2.4" }), {})).toBeUndefined();
  });
});

describe("SEC-112 the name of a local server", () => {
  it.each([
    "localhost",
    "localhost:9000",
    "bucket.localhost:9000",
    "127.0.0.1:9000",
    "192.168.1.10",
    "[::1]:9000",
    "cairn:9000",
    "host.docker.internal",
    "s3.example.com",
    "bucket.s3.example.com",
  ])("is fine as %s", (host) => {
    refuseForeignHost(host, { LOCAL: "true", BASE_DOMAIN: "localhost,s3.example.com" });
  });

  it.each([
    "evil.example",
    "localhost.evil.example",
    "127.0.0.1.nip.io",
    "s3.example.com.evil.example",
    "127.0.0.1.evil.example:9000",
  ])("is not %s, for nobody in particular", (host) => {
    const env = { BASE_DOMAIN: "localhost,s3.example.com" };
    expect(() => refuseForeignHost(host, { ...env, LOCAL: "true" })).toThrow("host name");
    refuseForeignHost(host, env);
  });

  it("may be any name to whoever signs it", async () => {
    const bucket = await makeBucket();
    const door = { env: { ...ownBindings(), LOCAL: "true" } };
    const host = "evil.example";
    const nobody = await send(byNobody({ path: `/${bucket}/there`, host }), door);
    expect([nobody.status, nobody.first("Host")]).toEqual([403, host]);
    expect((await send(byHeader({ path: `/${bucket}/there`, host }), door)).text).toBe("content");
  });
});
