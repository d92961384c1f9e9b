// D34 replication out of order: whatever order replicas arrive in, and however often, the destination
// ends up as the source is. And the header that makes a write a replica is nothing to those who may
// not replicate (SEC-104).
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allow, makeUser } from "../../iam/fixtures.ts";
import { call, rootKeys } from "../../operations/bucket/fixtures.ts";
import { post } from "../../operations/object/post-form.ts";
import {
  arnOf,
  deliver,
  makeRole,
  putRules,
  statusOf,
  versionedBucket,
  versionsOf,
} from "./fixtures.ts";

const header = "x-amz-cairn-replica";

interface Made {
  readonly versionId: string;
  readonly isMarker: boolean;
  readonly body: string;
  readonly seq: number;
  readonly modifiedAtMs: number;
}

/** What one write of the source is to its destination. */
const replicaOf = ({ versionId, seq, modifiedAtMs }: Made) =>
  JSON.stringify({ source: "bsource", seq, versionId, modifiedAtMs });

let made = 0;

/** A history of one key, as a source makes it: times never go back, and often stand still. */
function history(steps: readonly { isMarker: boolean; later: number }[]): Made[] {
  let modifiedAtMs = Date.now() - 1_000_000;
  return steps.map(({ isMarker, later }, at) => {
    made += 1;
    modifiedAtMs += later;
    // Within a millisecond ids say nothing of the order.
    const random = crypto.randomUUID().replaceAll("-", "").slice(0, 24);
    const versionId = `0Vabcdef${random}`;
    return { versionId, isMarker, body: `body ${made}`, seq: at + 1, modifiedAtMs };
  });
}

async function send(bucket: string, key: string, one: Made): Promise<void> {
  const headers = { [header]: replicaOf(one) };
  const wish = one.isMarker ? { headers } : { headers, body: one.body };
  const answer = await call(one.isMarker ? "DELETE" : "PUT", `/${bucket}/${key}`, wish);
  expect([200, 204]).toContain(answer.status);
  expect(answer.headers.get("x-amz-version-id")).toBe(one.versionId);
}

describe("D34 replicas out of order", () => {
  it("stand in the order of their source, each once", async () => {
    const target = await versionedBucket("shuffled");
    const step = fc.record({ isMarker: fc.boolean(), later: fc.constantFrom(0, 0, 1, 1500) });
    let runs = 0;
    const plan = fc.tuple(
      fc.array(step, { minLength: 1, maxLength: 7 }),
      fc.array(fc.nat(), { maxLength: 5 }),
      fc.infiniteStream(fc.nat()),
    );
    await fc.assert(
      fc.asyncProperty(plan, async ([steps, repeats, order]) => {
        runs += 1;
        const key = `k${runs}`;
        const versions = history(steps);
        const again = repeats.flatMap((at) => versions[at % versions.length] ?? []);
        const arriving = [...versions, ...again]
          .map((one) => ({ one, place: order.next().value as number }))
          .sort((a, b) => a.place - b.place);
        for (const { one } of arriving) await send(target.name, key, one);
        const lines = (await versionsOf(target)).filter((line) => line.split(" ")[1] === key);
        expect(lines.map((line) => line.split(" ")[2])).toEqual(
          versions.map(({ versionId }) => versionId).reverse(),
        );
        expect(lines.map((line) => line.split(" ")[3])).toEqual(
          versions.map((_, at) => String(at === 0)),
        );
        const newest = versions.at(-1);
        const read = await call("GET", `/${target.name}/${key}`);
        expect(read.status).toBe(newest?.isMarker ? 404 : 200);
        if (newest?.isMarker === false) expect(read.text).toBe(newest.body);
      }),
      { numRuns: 25 },
    );
  });

  it("go among versions that the destination made itself, by time", async () => {
    const target = await versionedBucket("mixed");
    await call("PUT", `/${target.name}/k`, { body: "own" });
    const [late] = history([{ isMarker: false, later: 0 }]);
    if (late !== undefined) await send(target.name, "k", late);
    expect((await call("GET", `/${target.name}/k`)).text).toBe("own");
    expect(await versionsOf(target)).toHaveLength(2);
    expect((await call("GET", `/${target.name}/k?versionId=${late?.versionId}`)).text).toBe(
      late?.body,
    );
    // And what is written here next is the newest again.
    await call("PUT", `/${target.name}/k`, { body: "own too" });
    expect((await call("GET", `/${target.name}/k`)).text).toBe("own too");
    await call("DELETE", `/${target.name}/k?versionId=${late?.versionId}`);
    expect(await versionsOf(target)).toHaveLength(2);
  });

  it("come to the same on both sides of two buckets that replicate to each other", async () => {
    const [left, right] = [await versionedBucket("left"), await versionedBucket("right")];
    const role = await makeRole();
    await putRules(left.name, role, [{ target: arnOf(right.name) }]);
    await putRules(right.name, role, [{ target: arnOf(left.name) }]);
    const random = fc.sample(fc.nat({ max: 99 }), { numRuns: 60, seed: 7 });
    for (const number of random) {
      const bucket = number % 2 === 0 ? left : right;
      const path = `/${bucket.name}/k${number % 3}`;
      if (number % 7 === 0) await deliver(bucket);
      else if (number % 5 === 0) await call("DELETE", path);
      else await call("PUT", path, { body: `write ${number}` });
    }
    for (const bucket of [left, right, left, right]) await deliver(bucket);
    const lines = await versionsOf(left);
    expect(lines.length).toBeGreaterThan(30);
    expect(await versionsOf(right)).toEqual(lines);
    for (const bucket of [left, right]) {
      const { failureCount, pending } = await bucket.index.replicationStatus();
      expect({ failureCount, pending }).toEqual({ failureCount: 0, pending: [] });
    }
  });
});

describe("histories at random", () => {
  it("are the same at the destination when all is delivered", async () => {
    const [source, target] = [await versionedBucket("from"), await versionedBucket("to")];
    await putRules(source.name, await makeRole(), [{ target: arnOf(target.name) }]);
    const random = fc.sample(fc.nat({ max: 999 }), { numRuns: 80, seed: 11 });
    for (const number of random) {
      const path = `/${source.name}/k${number % 4}`;
      const tags = `<Tagging><TagSet><Tag><Key>n</Key><Value>${number}</Value></Tag></TagSet></Tagging>`;
      const copy = { "x-amz-copy-source": `/${source.name}/k${number % 3}` };
      if (number % 11 === 0) await deliver(source);
      else if (number % 7 === 0) await call("DELETE", path);
      else if (number % 5 === 0) await call("PUT", `${path}?tagging`, { body: tags });
      else if (number % 3 === 0) await call("PUT", path, { headers: copy });
      else await call("PUT", path, { body: `write ${number}` });
    }
    await deliver(source);
    const lines = await versionsOf(source);
    expect(await versionsOf(target)).toEqual(lines);
    for (const line of lines) {
      const [kind, key = "", versionId] = line.split(" ");
      if (kind === "DeleteMarker") continue;
      expect(await statusOf(source, key, versionId)).toBe("COMPLETED");
      const path = `${key}?tagging&versionId=${versionId}`;
      const [here, there] = await Promise.all(
        [source, target].map((bucket) => call("GET", `/${bucket.name}/${path}`)),
      );
      expect(there?.all("Value")).toEqual(here?.all("Value"));
    }
  });
});

describe("the header of a replica", () => {
  const wish = (more = {}) =>
    JSON.stringify({
      ...{ source: "bsource", seq: 1, versionId: "0Vabcdefabcdefabcdefabcdefabcdef" },
      ...{ modifiedAtMs: 1_000, ...more },
    });

  it("is refused to those who may write but not replicate, and changes nothing", async () => {
    const target = await versionedBucket("guarded");
    const name = `writer-${crypto.randomUUID().slice(0, 8)}`;
    const writer = await makeUser(rootKeys, name, allow(["s3:PutObject*", "s3:DeleteObject"]));
    const headers = { [header]: wish() };
    const path = `/${target.name}/k`;
    for (const [method, place, body] of [
      ["PUT", path, "x"],
      ["DELETE", path, undefined],
      ["POST", `${path}?uploads`, undefined],
      ["PUT", path, ""],
    ] as const) {
      const asked = { headers, keys: writer, ...(body !== undefined && { body }) };
      expect((await call(method, place, asked)).status).toBe(403);
    }
    expect(await versionsOf(target)).toEqual([]);
  });

  it("gives who may replicate nothing else: no overwriting of a version, no deleting", async () => {
    const target = await versionedBucket("guarded");
    const document = allow(["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"]);
    const name = `replica-${crypto.randomUUID().slice(0, 8)}`;
    const keys = await makeUser(rootKeys, name, document);
    const path = `/${target.name}/k`;
    const own = await call("PUT", path, { body: "own" });
    const versionId = own.headers.get("x-amz-version-id") ?? "";
    const headers = { [header]: wish({ versionId }) };
    expect((await call("PUT", path, { headers, keys, body: "other" })).status).toBe(200);
    expect((await call("GET", `${path}?versionId=${versionId}`)).text).toBe("own");
    const gone = await call("DELETE", `${path}?versionId=${versionId}`, { headers, keys });
    expect(gone.status).toBe(403);
    expect((await call("PUT", path, { keys, body: "plain" })).status).toBe(403);
    expect((await call("GET", path, { keys })).status).toBe(403);
    expect(await versionsOf(target)).toHaveLength(1);
  });

  it("must make sense, and needs versioning", async () => {
    const target = await versionedBucket("guarded");
    const nonsense = [
      "x",
      "[]",
      "null",
      wish({ versionId: "short" }),
      wish({ modifiedAtMs: -1 }),
      wish({ modifiedAtMs: 1e300 }),
      wish({ seq: "1" }),
      wish({ source: "../etc" }),
      wish({ acl: [["everybody", "READ"]] }),
    ];
    for (const text of nonsense) {
      const answer = await call("PUT", `/${target.name}/k`, {
        headers: { [header]: text },
        body: "x",
      });
      expect([text, answer.status, answer.first("Code")]).toEqual([text, 400, "InvalidArgument"]);
    }
    const plain = `unversioned-${crypto.randomUUID().slice(0, 8)}`;
    await call("PUT", `/${plain}`);
    const answer = await call("PUT", `/${plain}/k`, { headers: { [header]: wish() }, body: "x" });
    expect([answer.status, answer.first("Code")]).toEqual([400, "InvalidRequest"]);
    expect(await versionsOf(target)).toEqual([]);
  });

  it("means nothing to a form, as a header or as a field", async () => {
    const target = await versionedBucket("guarded");
    const uploads = [{ headers: { [header]: wish() } }, { fields: { [header]: wish() } }];
    for (const upload of uploads) {
      const answer = await post({ bucket: target.name, ...upload });
      expect(answer.status).toBe(204);
    }
    const lines = await versionsOf(target);
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line).not.toContain("0Vabcdefabcdefabcdefabcdefabcdef");
  });

  it("means nothing to a copy", async () => {
    const target = await versionedBucket("guarded");
    await call("PUT", `/${target.name}/k`, { body: "x" });
    const headers = { [header]: wish(), "x-amz-copy-source": `/${target.name}/k` };
    const copy = await call("PUT", `/${target.name}/l`, { headers });
    expect(copy.status).toBe(200);
    expect(await statusOf(target, "l")).toBeNull();
    expect(copy.headers.get("x-amz-version-id")).not.toBe("0Vabcdefabcdefabcdefabcdefabcdef");
  });
});
