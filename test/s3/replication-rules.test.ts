// Which rules of a replication document apply to what.
import { describe, expect, it } from "vitest";
import {
  compileReplication,
  matchReplication,
  parseReplicationTarget,
  type RuleDocument,
} from "../../src/s3/replication-rules.ts";

const on = { Status: "Enabled" };
const off = { Status: "Disabled" };
const to = (name: string) => ({ Bucket: `arn:aws:s3:::${name}` });

function match(rules: RuleDocument[], subject: Partial<Parameters<typeof matchReplication>[1]>) {
  const compiled = compileReplication({ Role: "r", Rules: rules });
  const asked = { key: "a/b", kind: "version", ...subject } as const;
  return matchReplication(compiled, asked).map(({ id, target }) => `${id} ${target.slice(13)}`);
}

const v2 = (ID: string, more: RuleDocument = {}): RuleDocument => ({
  ...{ ID, ...on, Priority: 1, Filter: {}, DeleteMarkerReplication: off, Destination: to("d") },
  ...more,
});

describe("replication rules", () => {
  it("take what their prefix fits, in both versions of the document", () => {
    const v1 = { ID: "one", ...on, Prefix: "a/", Destination: to("d") };
    expect(match([v1], {})).toEqual(["one d"]);
    expect(match([v1], { key: "b" })).toEqual([]);
    expect(match([v2("two", { Filter: { Prefix: "a/" } })], {})).toEqual(["two d"]);
    expect(match([v2("two", { Filter: { Prefix: "b" } })], {})).toEqual([]);
    expect(match([{ ...v1, ...off }], {})).toEqual([]);
  });

  it("take what has every tag", () => {
    const Tags = [
      { Key: "team", Value: "red" },
      { Key: "kind", Value: "x" },
    ];
    const both = v2("tags", { Filter: { And: { Prefix: "a", Tags } } });
    const one = v2("tag", { Filter: { Tag: { Key: "team", Value: "red" } } });
    const tags = [
      ["kind", "x"],
      ["team", "red"],
    ] as const;
    expect(match([both], { tags })).toEqual(["tags d"]);
    expect(match([both], { tags: [["team", "red"]] })).toEqual([]);
    expect(match([one], { tags: [["team", "red"]] })).toEqual(["tag d"]);
    expect(match([one], { tags: [["team", "blue"]] })).toEqual([]);
    expect(match([one], {})).toEqual([]);
  });

  it("replicate markers always in the first version, on demand in the second", () => {
    const kind = "marker";
    expect(match([{ ID: "1", ...on, Prefix: "", Destination: to("d") }], { kind })).toEqual([
      "1 d",
    ]);
    expect(match([v2("2")], { kind })).toEqual([]);
    expect(match([v2("2", { DeleteMarkerReplication: on })], { kind })).toEqual(["2 d"]);
    const tagged = v2("t", { Filter: { Tag: { Key: "a", Value: "b" } } });
    expect(match([tagged], { kind })).toEqual([]);
  });

  it("decide by the greatest priority for each destination, also against", () => {
    const low = v2("low", { DeleteMarkerReplication: on });
    const high = v2("high", { Priority: 9, Filter: { Prefix: "a/" } });
    const other = v2("other", { Priority: 3, Destination: to("e") });
    expect(match([low, high, other], {})).toEqual(["high d", "other e"]);
    expect(match([low, high], { kind: "marker" })).toEqual([]);
    expect(match([low, high], { kind: "marker", key: "z" })).toEqual(["low d"]);
  });

  it("leave KMS objects and replicas out unless told", () => {
    const told = v2("told", {
      SourceSelectionCriteria: { SseKmsEncryptedObjects: on, ReplicaModifications: on },
    });
    for (const algorithm of ["aws:kms", "aws:kms:dsse"]) {
      expect(match([v2("plain")], { algorithm })).toEqual([]);
      expect(match([told], { algorithm })).toEqual(["told d"]);
    }
    expect(match([v2("plain")], { algorithm: "SSE-C" })).toEqual(["plain d"]);
    expect(match([v2("plain")], { isReplica: true })).toEqual([]);
    expect(match([told], { isReplica: true })).toEqual(["told d"]);
  });

  it("name buckets and remotes, nothing else", () => {
    expect(parseReplicationTarget("arn:aws:s3:::abc")).toEqual({ kind: "bucket", bucket: "abc" });
    const remote = parseReplicationTarget("arn:cairn:replication:::backup");
    expect(remote).toEqual({ kind: "remote", remote: "backup" });
    for (const text of ["abc", "arn:aws:s3:::a/b", "arn:aws:s3:::", "arn:cairn:replication:::A"]) {
      expect(parseReplicationTarget(text)).toBeUndefined();
    }
  });
});
