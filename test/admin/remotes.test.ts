// Remotes of replication over the admin API: the operator's alone, and secrets go one way.
import { env } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { openRemote } from "../../src/catalog/remotes.ts";
import { ask, call, operator, tenant } from "./fixtures.ts";

const local = { ...env, LOCAL: "true" };
const public_ = { ...env, LOCAL: "false" };
const secretAccessKey = "a-secret-that-never-leaves";

const wish = (name: string, more: object = {}) => ({
  name,
  kind: "s3",
  account: "self",
  endpoint: "https://s3.example.net",
  region: "us-east-1",
  bucket: "backup",
  accessKeyId: "AKIAREMOTE",
  secretAccessKey,
  ...more,
});

describe("remotes", () => {
  it("are made, listed without secrets, and forgotten (SEC-072)", async () => {
    const as = await operator();
    const made = await ask("POST /remotes", { as, body: wish("one"), env: public_ });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      arn: "arn:cairn:replication:::one",
      account: as.accountId,
      endpoint: "https://s3.example.net",
    });
    const listed = await ask("GET /remotes", { as });
    expect(listed.body.remotes.map(({ name }: { name: string }) => name)).toContain("one");
    expect(made.text + listed.text).not.toContain(secretAccessKey);
    expect((await ask("POST /remotes", { as, body: wish("one") })).body.error.code).toBe(
      "RemoteExists",
    );
    const opened = await openRemote(call, "one", as.accountId);
    expect(opened?.secretAccessKey).toBe(secretAccessKey);
    const row = await env.CATALOG.prepare("SELECT * FROM replication_remotes").all();
    expect(JSON.stringify(row.results)).not.toContain(secretAccessKey);
    expect((await ask("DELETE /remotes/one", { as })).status).toBe(204);
    expect((await ask("DELETE /remotes/one", { as })).body.error.code).toBe("NoSuchRemote");
    expect(await openRemote(call, "one", as.accountId)).toBeUndefined();
  });

  it("serve the account they were made for, or all", async () => {
    const [as, { principal }] = [await operator(), await tenant()];
    await ask("POST /remotes", { as, body: wish("own") });
    await ask("POST /remotes", { as, body: wish("any", { account: "*" }) });
    expect(await openRemote(call, "own", principal.accountId)).toBeUndefined();
    expect((await openRemote(call, "any", principal.accountId))?.bucket).toBe("backup");
  });

  it("are nobody's but the operator's", async () => {
    const { principal: as } = await tenant();
    for (const line of ["GET /remotes", "POST /remotes", "DELETE /remotes/one"]) {
      expect((await ask(line, { as, body: wish("x") })).status).toBe(403);
    }
  });

  it("are public addresses, but on a laptop", async () => {
    const as = await operator();
    const addresses = [
      "http://s3.example.net",
      "https://127.0.0.1:9000",
      "https://localhost",
      "https://user:secret@s3.example.net",
      "https://169.254.169.254",
      "https://[::1]",
      "https://s3.example.net?x=1",
      "file:///etc/passwd",
      "nonsense",
    ];
    for (const endpoint of addresses) {
      const body = wish("guarded", { endpoint });
      const { status } = await ask("POST /remotes", { as, body, env: public_ });
      expect([endpoint, status]).toEqual([endpoint, 400]);
    }
    const port = wish("port", { endpoint: "https://s3.example.net:8443/" });
    const made = await ask("POST /remotes", { as, body: port, env: public_ });
    expect(made.body.endpoint).toBe("https://s3.example.net:8443");
    const near = wish("near", { endpoint: "http://127.0.0.1:9999" });
    expect((await ask("POST /remotes", { as, body: near, env: local })).status).toBe(201);
  });
});
