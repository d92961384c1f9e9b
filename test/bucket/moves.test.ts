// A version's bytes moving to another class, as the index sees it: claims, and the compare-and-set
// that every interleaving with other writers must pass.

import { beforeEach, describe, expect, it } from "vitest";
import type { Destination } from "../../src/s3/content.ts";
import { newUploadId } from "../../src/s3/ids.ts";
import { dayMs, type IndexUnderTest, openIndex } from "./fixture.ts";
import { complete, uploadOf } from "./upload-fixture.ts";

let index: IndexUnderTest;
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const cold = { storageClass: "STANDARD_IA" } as const;

async function target(key: string, versionId?: string) {
  const { seq, versionId: id } = await index.found(key, versionId);
  return { key, versionId: id, seq };
}

async function claim(key: string, fence = "one", leaseMs = 1000, versionId?: string) {
  const of = await target(key, versionId);
  return index.rpc.claimMove({ ...index.facts, ...of, to: cold, fence, leaseMs });
}

async function swapWish(key: string, fence = "one", versionId?: string) {
  const version = await index.found(key, versionId);
  return {
    ...index.facts,
    key,
    versionId: version.versionId,
    seq: version.seq,
    to: cold,
    fence,
    expectedContent: version.content ?? "",
    content: index.blob(),
  };
}

const condemned = () => index.rows("SELECT held, reason FROM condemned ORDER BY held");

beforeEach(async () => {
  index = await openIndex("Enabled");
});

describe("claimMove", () => {
  it("gives a version to one mover at a time, until the lease ends", async () => {
    await index.put("k");
    expect((await claim("k")).kind).toBe("claimed");
    expect(await claim("k", "two")).toMatchObject({ kind: "leased" });
    expect((await claim("k")).kind).toBe("claimed");
    index.nowMs += 1001;
    expect((await claim("k", "two")).kind).toBe("claimed");
    const { seq } = await index.found("k");
    await index.rpc.releaseMove({ key: "k", seq, fence: "one" });
    expect(await claim("k", "three")).toMatchObject({ kind: "leased" });
    await index.rpc.releaseMove({ key: "k", seq, fence: "two" });
    expect((await claim("k", "three")).kind).toBe("claimed");
  });

  it("of large content outlives a restart, and leaves no row behind", async () => {
    await index.put("k", { sizeBytes: 9_000_000 });
    await claim("k");
    await index.restart();
    expect(await claim("k", "two")).toMatchObject({ kind: "leased" });
    expect((await index.rpc.swapMove(await swapWish("k"))).kind).toBe("swapped");
    expect(await index.rows("SELECT * FROM moves")).toEqual([]);
  });

  it("refuses what is gone, a marker, another version, or there already", async () => {
    await index.put("k");
    const of = await target("k");
    const ask = { ...index.facts, fence: "one", leaseMs: 1000, to: cold };
    const other = { ...of, seq: of.seq + 1 };
    expect((await index.rpc.claimMove({ ...ask, ...other })).kind).toBe("changed");
    expect((await index.rpc.claimMove({ ...ask, ...of, versionId: "null" })).kind).toBe("gone");
    const here = { storageClass: "STANDARD" } as const;
    expect((await index.rpc.claimMove({ ...ask, ...of, to: here })).kind).toBe("in-place");
    const marker = await index.delete("k");
    if (marker.kind !== "deleted") throw new Error(marker.kind);
    const ofMarker = { ...of, versionId: marker.markerVersionId ?? "" };
    expect((await index.rpc.claimMove({ ...ask, ...ofMarker })).kind).toBe("gone");
    expect((await index.rpc.claimMove({ ...ask, ...of, epoch: 0 })).kind).toBe("stale");
  });
});

describe("swapMove", () => {
  it("changes class and bytes, and nothing else, of current and older versions", async () => {
    const detail = { tags: [["a", "b"]], lock: { legalHold: true }, metadata: { m: "1" } } as const;
    const first = await index.put("k", { detail });
    await index.put("k");
    for (const versionId of [first.versionId, undefined]) {
      const before = await index.found("k", versionId);
      await claim("k", "one", 1000, versionId);
      const wish = await swapWish("k", "one", versionId);
      const cost = await index.cost(async () => {
        expect(await index.rpc.swapMove(wish)).toMatchObject({ kind: "swapped", rowsWritten: 2 });
      });
      // One more for the alarm, the first time.
      expect(cost.written).toBeLessThanOrEqual(3);
      const after = await index.found("k", versionId);
      expect(after).toEqual({ ...before, ...cold, content: wish.content });
      // Again: nothing.
      expect(await index.rpc.swapMove({ ...wish, isRetry: true })).toMatchObject({
        kind: "swapped",
        rowsWritten: 0,
      });
      expect(await condemned()).toContainEqual({ held: before.content, reason: "moved" });
    }
  });

  it("keeps what was changed under the mover", async () => {
    await index.put("k");
    await claim("k");
    const wish = await swapWish("k");
    const { versionId } = wish;
    const tags = [["x", "y"]] as const;
    await index.rpc.amend({ ...index.facts, key: "k", versionId, change: { kind: "tags", tags } });
    await index.rpc.swapMove(wish);
    expect((await index.found("k")).detail.tags).toEqual(tags);
  });

  it("never brings back what was deleted or replaced (D17, D18)", async () => {
    index.versioning = "Unversioned";
    await index.put("k");
    const wish = await swapWish("k");
    await index.put("k");
    const standing = await index.found("k");
    expect((await index.rpc.swapMove(wish)).kind).toBe("changed");
    expect(await index.found("k")).toEqual(standing);
    const again = await swapWish("k");
    await index.delete("k");
    expect((await index.rpc.swapMove(again)).kind).toBe("gone");
    expect((await index.resolve("k")).kind).toBe("no-such-key");
  });

  it("that was refused twice never succeeds when the first try arrives late", async () => {
    await index.put("k");
    const wish = await swapWish("k");
    await claim("k", "other");
    expect((await index.rpc.swapMove({ ...wish, isRetry: true })).kind).toBe("fenced");
    index.nowMs += 2000;
    expect((await index.rpc.swapMove({ ...wish, nowMs: index.nowMs })).kind).toBe("expired-blob");
    const { content } = await index.found("k");
    expect(content).toBe(wish.expectedContent);
  });

  it("refuses a copy that is older than any request", async () => {
    await index.put("k");
    const wish = await swapWish("k");
    index.nowMs += 2 * dayMs;
    expect((await index.rpc.swapMove({ ...wish, nowMs: index.nowMs })).kind).toBe("expired-blob");
  });

  it("leaves shared bytes to those who hold them, and counts right", async () => {
    await index.put("k");
    const source = await index.found("k");
    const content = source.content ?? "";
    await index.put("copy", { content, sharedFrom: { key: "k", seq: source.seq } });
    await index.rpc.swapMove(await swapWish("k"));
    expect((await index.found("copy")).content).toBe(content);
    // Its writer's late echo must not name the bytes again.
    const echo = index.commitRequest("k", { content, versionId: "A".repeat(32) });
    expect((await index.rpc.commit(echo)).kind).toBe("expired-blob");
    const findings = await index.rpc.recount({ share: 0, of: 1, isRepair: false });
    expect(findings.findings).toEqual([]);
    await index.rpc.swapMove(await swapWish("copy"));
    expect((await index.rpc.recount({ share: 0, of: 1, isRepair: false })).findings).toEqual([]);
    const due = { nowMs: index.nowMs + 3 * dayMs, graceMs: dayMs, limit: 10 };
    const blobs = (await index.rpc.claimCondemned(due)).map(({ blob }) => blob);
    expect(blobs).toEqual([content]);
  });

  it("of a replica leaves its old bytes to copies, also when the replica comes again", async () => {
    index = await openIndex("Enabled");
    const versionId = index.versionId();
    const origin = { source: "bsource", seq: 1, versionId, modifiedAtMs: index.nowMs };
    const detail = { replication: { status: "REPLICA", origin } } as const;
    const request = index.commitRequest("k", { versionId, detail });
    const { content } = request;
    expect((await index.rpc.commit(request)).kind).toBe("committed");
    const { seq } = await index.found("k");
    await index.put("copy", { content, sharedFrom: { key: "k", seq } });
    expect((await index.rpc.swapMove(await swapWish("k"))).kind).toBe("swapped");
    // Its first answer was lost. `isKnown` would have the caller remove the bytes it brings.
    const again = await index.rpc.commit({ ...request, isRetry: true });
    expect(again).toMatchObject({ kind: "committed", versionId });
    expect(again).not.toHaveProperty("isKnown");
    const other = await index.rpc.commit({ ...request, content: index.blob() });
    expect(other).toMatchObject({ kind: "committed", isKnown: true });
  });

  it("gives content made of parts a manifest of its own, with the same layout", async () => {
    const parts = [6_000_000, 6_000_000, 5];
    await complete(index, await uploadOf(index, "k", parts));
    const before = await index.found("k");
    const content = newUploadId(index.nowMs, random);
    const moved = parts.map((sizeBytes, at) => ({
      partNumber: at + 1,
      segments: [{ blob: index.blob(), offset: 0, length: sizeBytes }],
    }));
    const wish = { ...(await swapWish("k")), content, parts: moved };
    expect(await index.rpc.swapMove(wish)).toMatchObject({ kind: "swapped", rowsWritten: 6 });
    expect(await index.found("k")).toEqual({ ...before, ...cold, content });
    for (const [at, { segments }] of moved.entries()) {
      const range = { kind: "part", partNumber: at + 1 } as const;
      const ask = { ...index.facts, key: "k", range, wantSegments: true };
      expect(await index.rpc.resolve(ask)).toMatchObject({ segments });
    }
    const due = { nowMs: index.nowMs + 3 * dayMs, graceMs: dayMs, limit: 10 };
    const old = await index.rpc.claimCondemned(due);
    expect(old).toHaveLength(3);
    await index.rpc.forgetCondemned(old.map(({ ticket }) => ticket));
    expect((await index.rpc.recount({ share: 0, of: 1, isRepair: false })).findings).toEqual([]);
    const made = await index.rows("SELECT content FROM manifests");
    expect(made).toEqual([{ content }]);
    // A part that is not as long as it was is a mistake of the mover's, and changes nothing.
    const short = {
      ...(await swapWish("k")),
      content: newUploadId(index.nowMs, random),
      parts: [],
    };
    await expect(index.rpc.swapMove(short)).rejects.toThrow();
    expect((await index.found("k")).content).toBe(content);
  });
});

describe("who watches a bucket", () => {
  it("is told of transitions, archiving tiers and restorations", async () => {
    // Behind the real clock, or the alarm would deliver what is looked at here.
    index.nowMs += 3650 * dayMs;
    const bucket = { name: "b", region: "r", accountId: "1", ownerId: "o", isVersioned: true };
    const origin = { principalId: "p", sourceAddress: "a", requestId: "", hostId: "" };
    const events = ["ObjectRestore:*", "LifecycleTransition", "IntelligentTiering"];
    const watchers = [{ kind: "notification", target: "t", id: "i", events } as const];
    const emit = { watchers, bucket, origin };
    const told: string[] = [];
    const look = async () => {
      const rows = await index.rows("SELECT body FROM outbox ORDER BY seq");
      const bodies = rows.map(({ body }) => JSON.parse(String(body)) as { event: string });
      return bodies.slice(told.length).map((body) => {
        told.push(body.event);
        return body;
      });
    };
    const moveTo = async (to: Destination) => {
      const outcome = await index.rpc.swapMove({ ...(await swapWish("k")), to, emit });
      expect(outcome.kind).toBe("swapped");
    };
    await index.put("k");
    await moveTo({ storageClass: "GLACIER" });
    expect(await look()).toMatchObject([
      { event: "LifecycleTransition", facts: { transitionStorageClass: "GLACIER" } },
    ]);
    const place = { ...index.facts, ...(await target("k")), emit };
    const wish = { tier: "Standard", days: 1, dayMs, readyAtMs: index.nowMs } as const;
    await index.rpc.startRestore({ ...place, ...wish });
    const { content } = await index.found("k");
    const copy = { content: index.blob(), expectedContent: content ?? "", fence: "f", dayMs };
    await index.rpc.finishRestore({ ...place, ...copy });
    index.nowMs += 3 * dayMs;
    await index.rpc.endRestore({ ...place, nowMs: index.nowMs });
    expect((await look()).map(({ event }) => event)).toEqual([
      "ObjectRestore:Post",
      "ObjectRestore:Completed",
      "ObjectRestore:Delete",
    ]);
    await moveTo({ storageClass: "INTELLIGENT_TIERING", tier: "ARCHIVE" });
    await moveTo({ storageClass: "INTELLIGENT_TIERING", tier: "DEEP_ARCHIVE" });
    await moveTo({ storageClass: "INTELLIGENT_TIERING" });
    expect(await look()).toMatchObject([
      { event: "LifecycleTransition" },
      { event: "IntelligentTiering", facts: { accessTier: "DEEP_ARCHIVE_ACCESS" } },
      { event: "ObjectRestore:Completed" },
    ]);
  });
});
