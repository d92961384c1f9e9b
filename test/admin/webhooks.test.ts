// Webhooks over the admin API: whose they are, which addresses are taken, that secrets are told once,
// and what the log gives and sends again. Nothing is posted anywhere: sending is passed in.
import { env } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { loadBucket } from "../../src/catalog/buckets.ts";
import { type LoggedDelivery, logDeliveries } from "../../src/catalog/webhook-deliveries.ts";
import { findWebhook, openWebhook } from "../../src/catalog/webhooks.ts";
import { makeBucket } from "../operations/bucket/fixtures.ts";
import { anonymous, ask, call, NOW_MS, operator, tenant } from "./fixtures.ts";

const url = "https://receiver.example/hook?token=1";
const path = (name: string) => `/accounts/self/webhooks/${name}`;

async function make(as: Awaited<ReturnType<typeof operator>>, name: string, more: object = {}) {
  return ask("POST /accounts/self/webhooks", { as, body: { name, url, ...more } });
}

async function logged(webhookId: string, count: number): Promise<LoggedDelivery[]> {
  const deliveries = Array.from(
    { length: count },
    (_, at): LoggedDelivery => ({
      webhookId,
      messageId: `message-${String(at).padStart(3, "0")}`,
      atMs: NOW_MS - 100_000 + at * 1000,
      bucket: "b",
      key: `k${at}`,
      event: "ObjectCreated:Put",
      outcome: at % 2 === 0 ? "delivered" : "failed",
      attempts: 1,
      status: at % 2 === 0 ? 200 : 500,
      durationMs: 5,
      body: `{"at":${at}}`,
    }),
  );
  await logDeliveries(call, deliveries);
  return deliveries;
}

describe("webhooks over the admin API", () => {
  it("are made with a secret that is told once and sealed at rest", async () => {
    const { principal: as, account } = await tenant();
    const made = await make(as, "uploads");
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      name: "uploads",
      account: account.accountId,
      topicArn: `arn:aws:sns:us-east-1:${account.accountId}:uploads`,
      functionArn: `arn:aws:lambda:us-east-1:${account.accountId}:function:uploads`,
      state: "enabled",
      secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
    });
    const { secret } = made.body;
    for (const line of ["GET /accounts/self/webhooks", `GET ${path("uploads")}`]) {
      const shown = await ask(line, { as });
      expect(shown.status).toBe(200);
      expect(shown.text).not.toContain("whsec_");
    }
    const rows = await env.CATALOG.prepare("SELECT * FROM webhooks").all();
    expect(JSON.stringify(rows.results)).not.toContain(secret.slice(6, 40));
    expect((await openWebhook(call, account.accountId, "uploads"))?.secrets).toEqual([secret]);
    expect((await make(as, "uploads")).body.error.code).toBe("WebhookExists");
  });

  it("rotate, switch, and go with their log", async () => {
    const { principal: as, account } = await tenant();
    const { secret } = (await make(as, "hook")).body;
    const rotated = await ask(`POST ${path("hook")}/rotate`, { as, body: { graceSeconds: 60 } });
    expect(rotated.body.secret).not.toBe(secret);
    const open = await openWebhook(call, account.accountId, "hook");
    expect(open?.secrets).toEqual([rotated.body.secret, secret]);
    const off = await ask(`PATCH ${path("hook")}`, { as, body: { state: "disabled" } });
    expect(off.body.state).toBe("disabled");
    const status = await ask("GET /status", { as: await operator() });
    expect(status.body.catalog.disabledWebhooks).toBe(1);
    expect((await ask(`PATCH ${path("hook")}`, { as, body: { state: "gone" } })).status).toBe(400);
    const { webhookId = "" } = (await findWebhook(call, account.accountId, "hook")) ?? {};
    await logged(webhookId, 3);
    expect((await ask(`DELETE ${path("hook")}`, { as })).status).toBe(204);
    const left = env.CATALOG.prepare("SELECT 1 FROM webhook_deliveries WHERE webhook_id = ?1");
    expect((await left.bind(webhookId).all()).results).toEqual([]);
    expect((await ask(`GET ${path("hook")}`, { as })).body.error.code).toBe("NoSuchWebhook");
  });

  it("go to public HTTPS addresses only, and never to this server (143, 146)", async () => {
    const { principal: as } = await tenant();
    for (const bad of [
      "http://receiver.example/",
      "https://127.0.0.1/",
      "https://[::1]/",
      "https://10.1.2.3/",
      "https://169.254.169.254/latest/meta-data",
      "https://2130706433/",
      "https://localhost/",
      "https://bucket.localhost/",
      "https://metadata.internal/",
      "https://user:pass@receiver.example/",
      "https://receiver.example:22/",
      "https://receiver.example:9000/",
      "ftp://receiver.example/",
      "https://receiver/",
      "receiver.example",
      `https://receiver.example/${"a".repeat(2048)}`,
    ]) {
      const refused = await ask("POST /accounts/self/webhooks", {
        as,
        body: { name: "bad", url: bad },
        env: { ...env, BASE_DOMAIN: "localhost,s3.own.example" },
      });
      expect([bad, refused.status]).toEqual([bad, 400]);
    }
    const own = { name: "own", url: "https://bucket.s3.own.example/" };
    const bindings = { ...env, BASE_DOMAIN: "s3.own.example" };
    const asked = await ask("POST /accounts/self/webhooks", { as, body: own, env: bindings });
    expect(asked.status).toBe(400);
    expect((await make(as, "port", { url: "https://receiver.example:8443/x" })).status).toBe(201);
    const laptop = { ...env, LOCAL: "true" };
    const near = { name: "near", url: "http://127.0.0.1:9999/" };
    const local = await ask("POST /accounts/self/webhooks", { as, body: near, env: laptop });
    expect(local.status).toBe(201);
  });

  it("take a filter by tags and metadata, and nothing that is none", async () => {
    const { principal: as } = await tenant();
    const filter = { tags: { team: "a" }, metadata: { Origin: "*" } };
    const made = await make(as, "filtered", { filter });
    expect(made.body.filter).toEqual({ tags: { team: "a" }, metadata: { origin: "*" } });
    for (const bad of [
      {},
      [],
      "x",
      { size: {} },
      { tags: { a: 1 } },
      { tags: ["a"] },
      { tags: { "": "a" } },
    ]) {
      expect((await make(as, "bad", { filter: bad })).status).toBe(400);
    }
  });

  it("have one event bus an account", async () => {
    const { principal: as } = await tenant();
    expect((await make(as, "bus", { isEventBus: true })).body.isEventBus).toBe(true);
    expect((await make(as, "bus2", { isEventBus: true })).body.error.code).toBe("EventBusExists");
  });

  it("belong to their account: strangers get the same answer for what is and what is not", async () => {
    const [owner, stranger] = [await tenant(), await tenant()];
    await make(owner.principal, "mine");
    const base = `/accounts/${owner.account.accountId}/webhooks`;
    for (const line of [
      `GET ${base}`,
      `GET ${base}/mine`,
      `GET ${base}/none`,
      `DELETE ${base}/mine`,
    ]) {
      const answer = await ask(line, { as: stranger.principal });
      expect([line, answer.status, answer.body.error.code]).toEqual([line, 403, "AccessDenied"]);
      expect((await ask(line, { as: anonymous })).status).toBe(403);
    }
    expect((await ask(`GET ${base}/mine`, { as: await operator() })).status).toBe(200);
    expect((await ask(`PUT ${base}/mine`, { as: owner.principal })).status).toBe(405);
  });
});

describe("the delivery log over the admin API", () => {
  it("is read in pages, the latest first, by outcome if one likes", async () => {
    const { principal: as, account } = await tenant();
    await make(as, "log");
    const { webhookId = "" } = (await findWebhook(call, account.accountId, "log")) ?? {};
    await logged(webhookId, 5);
    const first = await ask(`GET ${path("log")}/deliveries?limit=2`, { as });
    expect(first.body.deliveries.map(({ key }: { key: string }) => key)).toEqual(["k4", "k3"]);
    const rest = await ask(`GET ${path("log")}/deliveries?before=${first.body.next}`, { as });
    expect(rest.body.deliveries.map(({ key }: { key: string }) => key)).toEqual(["k2", "k1", "k0"]);
    expect(rest.body.next).toBeUndefined();
    const failed = await ask(`GET ${path("log")}/deliveries?outcome=failed`, { as });
    expect(failed.body.deliveries).toHaveLength(2);
    const one = await ask(`GET ${path("log")}/deliveries/message-003`, { as });
    expect(one.body).toMatchObject({ body: '{"at":3}', status: 500, outcome: "failed" });
    const none = await ask(`GET ${path("log")}/deliveries/message-999`, { as });
    expect(none.body.error.code).toBe("NoSuchDelivery");
    for (const bad of ["outcome=odd", "before=x", "limit=0"]) {
      expect((await ask(`GET ${path("log")}/deliveries?${bad}`, { as })).status).toBe(400);
    }
  });

  it("sends one delivery again, or a range in its order, page by page", async () => {
    const { principal: as, account } = await tenant();
    await make(as, "again");
    const { webhookId = "" } = (await findWebhook(call, account.accountId, "again")) ?? {};
    const all = await logged(webhookId, 50);
    const sent: string[] = [];
    const resend = async (_: unknown, delivery: LoggedDelivery) => {
      sent.push(delivery.messageId);
      const again = { ...delivery, outcome: "delivered" as const, atMs: NOW_MS };
      await logDeliveries(call, [again]);
      return again;
    };
    const replay = (body: object) => ask(`POST ${path("again")}/replay`, { as, body, resend });
    expect((await replay({ id: "message-007" })).body.deliveries).toHaveLength(1);
    expect(sent).toEqual(["message-007"]);
    sent.length = 0;
    let page = await replay({ outcome: "failed" });
    while (page.body.next !== undefined) {
      const { next: after, to } = page.body;
      page = await replay({ outcome: "failed", after, to });
    }
    const wanted = all.filter(({ outcome }) => outcome === "failed").map((each) => each.messageId);
    expect(sent).toEqual(wanted.filter((id) => id !== "message-007"));
    expect((await replay({ from: "yesterday" })).status).toBe(400);
  });

  it("sends a test event when asked", async () => {
    const { principal: as } = await tenant();
    await make(as, "test");
    const bodies: string[] = [];
    const resend = async (_: unknown, delivery: LoggedDelivery) => {
      bodies.push(delivery.body);
      return { ...delivery, outcome: "delivered" as const, status: 200 };
    };
    const answer = await ask(`POST ${path("test")}/test`, { as, resend });
    expect(answer.body).toMatchObject({ outcome: "delivered", event: "TestEvent" });
    expect(JSON.parse(bodies[0] ?? "")).toMatchObject({ Event: "s3:TestEvent" });
  });
});

describe("events of a bucket over the admin API", () => {
  it("are shown to its owner and the operator", async () => {
    const bucket = await makeBucket("events");
    const as = await operator();
    expect(await loadBucket({ ...call, nowMs: Date.now() }, bucket)).toBeDefined();
    const answer = await ask(`GET /events/${bucket}`, { as });
    expect(answer.body).toEqual({ bucket, backlog: 0, targets: [] });
    expect((await ask("GET /events/absent-bucket", { as })).body.error.code).toBe("NoSuchBucket");
    const { principal } = await tenant();
    expect((await ask(`GET /events/${bucket}`, { as: principal })).status).toBe(403);
  });
});
