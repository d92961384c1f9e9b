// Replication over the admin API: how it stands, for the bucket's owner and the operator; and the job
// for what was there before.
import { env } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { systemSeams } from "../../src/env.ts";
import { pushJob } from "../../src/jobs/table.ts";
import { allow } from "../iam/fixtures.ts";
import {
  arnOf,
  deliver,
  makeRole,
  putRules,
  statusOf,
  versionedBucket,
} from "../jobs/replication/fixtures.ts";
import { rootKeys, call as s3 } from "../operations/bucket/fixtures.ts";
import { ask, operator, tenant } from "./fixtures.ts";

const advanceJob = (jobId: string) =>
  pushJob(
    {
      ...{ env, seams: systemSeams },
      deliver: async () => ({ kind: "refused", code: "AccessDenied" }) as const,
      recordActions: async () => undefined,
    },
    jobId,
  );

describe("/replication/{bucket}", () => {
  it("tells what waits, what was done and what failed, and enrols what was there", async () => {
    const as = await operator();
    const [source, target] = [await versionedBucket("from"), await versionedBucket("to")];
    const line = `/replication/${source.name}`;
    for (const key of ["a", "b"]) await s3("PUT", `/${source.name}/${key}`, { body: key });
    const early = { as, body: { what: "existing" }, advanceJob };
    expect((await ask(`POST ${line}`, early)).status).toBe(400);
    await putRules(source.name, await makeRole(), [{ target: arnOf(target.name) }]);
    const begun = await ask(`POST ${line}`, early);
    expect(begun.status).toBe(201);
    expect(begun.body).toMatchObject({
      ...{ what: "existing", state: "done", bucket: source.name },
      counts: { seen: 2, enrolled: 2, sizeBytes: 2 },
    });
    await deliver(source);
    expect(await statusOf(source, "a")).toBe("COMPLETED");
    const done = await ask(`GET ${line}`, { as });
    expect(done.body.rules).toMatchObject([
      {
        ...{ rule: "all", destination: arnOf(target.name), pendingOperations: 0 },
        ...{ completedOperations: 2, completedBytes: 2, failedOperations: 0 },
      },
    ]);
    const weak = await makeRole(rootKeys, "s3.amazonaws.com", allow("s3:Get*"));
    await putRules(source.name, weak, [{ target: arnOf(target.name) }]);
    await s3("PUT", `/${source.name}/c`, { body: "c" });
    await deliver(source);
    const failed = await ask(`GET ${line}`, { as });
    expect(failed.body).toMatchObject({ failed: 1, failures: [{ key: "c" }] });
    await putRules(source.name, await makeRole(), [{ target: arnOf(target.name) }]);
    const again = { as, body: { what: "failed" }, advanceJob };
    expect((await ask(`POST ${line}`, again)).body.counts).toMatchObject({ enrolled: 1 });
    await deliver(source);
    expect(await statusOf(source, "c")).toBe("COMPLETED");
    expect((await ask(`GET ${line}`, { as })).body.failed).toBe(0);
  });

  it("is nobody's but the owner's and the operator's, and takes two words", async () => {
    const { principal, key } = await tenant();
    const own = await versionedBucket("own", key);
    const other = await versionedBucket("other");
    expect((await ask(`GET /replication/${own.name}`, { as: principal })).status).toBe(200);
    for (const bucket of [other.name, "no-such-bucket-here"]) {
      for (const method of ["GET", "POST"]) {
        const asked = { as: principal, body: { what: "failed" } };
        expect((await ask(`${method} /replication/${bucket}`, asked)).status).toBe(403);
      }
    }
    const nonsense = { as: principal, body: { what: "everything" } };
    expect((await ask(`POST /replication/${own.name}`, nonsense)).status).toBe(400);
    const as = await operator();
    expect((await ask("GET /replication/no-such-bucket-here", { as })).status).toBe(404);
  });
});
