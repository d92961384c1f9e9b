// The queues of an account over the admin API: names and ARNs, and of others only for the operator.
import { env } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { ask, operator, tenant } from "./fixtures.ts";

describe("queues for events", () => {
  it("are listed for their account by name, without their bindings", async () => {
    const owner = await operator();
    const { principal: other } = await tenant();
    const table = `uploads=EVENT_QUEUE_UPLOADS,audit=EVENT_QUEUE_AUDIT,${other.accountId}:own=EVENT_QUEUE_OWN,not one`;
    const configured = { ...env, EVENT_QUEUES: table };
    const arn = (name: string, accountId: string) => `arn:aws:sqs:us-east-1:${accountId}:${name}`;
    const own = await ask("GET /accounts/self/queues", { as: owner, env: configured });
    expect(own.body.queues).toEqual([
      { name: "audit", queueArn: arn("audit", owner.accountId) },
      { name: "uploads", queueArn: arn("uploads", owner.accountId) },
    ]);
    expect(own.text).not.toContain("EVENT_QUEUE");
    const theirs = await ask("GET /accounts/self/queues", { as: other, env: configured });
    expect(theirs.body.queues).toEqual([{ name: "own", queueArn: arn("own", other.accountId) }]);
    const path = `GET /accounts/${owner.accountId}/queues`;
    expect((await ask(path, { as: other, env: configured })).status).toBe(403);
  });
});
