// Whom a version is not sent to: whoever says, when asked, that it has what the version was made from.
import { expect, it } from "vitest";
import type { Version } from "../../../src/bucket/types.ts";
import { systemSeams } from "../../../src/env.ts";
import { copyMarker, copyVersion } from "../../../src/jobs/replication/copy.ts";
import type { CopyFacts } from "../../../src/jobs/replication/exchange.ts";
import { cameFrom, longestWay, originsOf } from "../../../src/jobs/replication/origins.ts";
import type { TargetRequest } from "../../../src/jobs/replication/sender.ts";
import { newVersionId } from "../../../src/s3/ids.ts";

const newId = () => newVersionId(systemSeams.now(), systemSeams.randomBytes);
const [one, two] = [newId(), newId()];
const madeFrom = (text: string) =>
  ({
    ...{ key: "k", etag: "abc" },
    detail: { metadata: { "cairn-source-version-id": text } },
  }) as unknown as Version;

/** A destination that answers so to each id, and what it was asked. */
function destination(answers: Readonly<Record<string, [number, Record<string, string>?]>>) {
  const asked: string[] = [];
  const send = async ({ query, method }: TargetRequest) => {
    asked.push(`${method} ${query}`);
    const [status, headers = {}] = answers[query.replace("versionId=", "")] ?? [404];
    return new Response(null, { status, headers });
  };
  return { send, asked };
}

it("nothing is asked for a version that came from nowhere, or says so in nonsense", async () => {
  const { send, asked } = destination({});
  expect(await cameFrom(send, { ...madeFrom(""), detail: {} })).toBe(false);
  expect(await cameFrom(send, madeFrom("../../ a?b=c"))).toBe(false);
  expect(asked).toEqual([]);
});

it("each server that it came by is asked for, the nearest first", async () => {
  const { send, asked } = destination({ [two]: [200, { "x-amz-version-id": two }] });
  const version = madeFrom(`${one} ${two}`);
  expect(originsOf(version)).toEqual([one, two]);
  expect(await cameFrom(send, version)).toBe(true);
  expect(asked).toEqual([`HEAD versionId=${one}`, `HEAD versionId=${two}`]);
});

it.each([
  ["has no such version", 404, {}],
  ["forbids the question", 403, {}],
  ["does not know such ids", 400, {}],
  ["has no versions and answers with what it has", 200, {}],
  ["answers with another version", 200, { "x-amz-version-id": two }],
])("a destination that %s has it not", async (_name, status, headers) => {
  const { send } = destination({ [one]: [status, headers] });
  expect(await cameFrom(send, madeFrom(one))).toBe(false);
});

it("a null version is the one meant only with the same content", async () => {
  const named = { "x-amz-version-id": "null" };
  const same = destination({ null: [200, { ...named, etag: '"abc"' }] });
  const other = destination({ null: [200, { ...named, etag: '"def"' }] });
  expect(await cameFrom(same.send, madeFrom("null"))).toBe(true);
  expect(await cameFrom(other.send, madeFrom("null"))).toBe(false);
});

it("a destination that cannot answer now is asked another time", async () => {
  const { send } = destination({ [one]: [503] });
  await expect(cameFrom(send, madeFrom(one))).rejects.toMatchObject({
    outcome: { kind: "failed" },
  });
});

it("a version that has been through as many servers as a version may is sent no further", async () => {
  const { send, asked } = destination({});
  const way = Array.from({ length: longestWay }, newId);
  const facts = { send, isCairn: false, isRetry: false } as unknown as CopyFacts;
  const outcome = await copyVersion(facts, {
    kind: "version",
    version: madeFrom(way.join(" ")),
    parts: [],
  });
  expect(outcome).toMatchObject({ kind: "refused", reason: expect.stringContaining("ring") });
  expect(asked).toHaveLength(longestWay);
});

const digests = { kept: "0".repeat(32), changed: "1".repeat(32) };
const found = (length: string, etag: string, more = {}) =>
  [200, { "x-amz-version-id": one, "content-length": length, etag: `"${etag}"`, ...more }] as const;

it.each([
  ["of another size", found("6", digests.kept), false],
  ["of the same size with another digest", found("5", digests.changed), false],
  ["of the same size and digest", found("5", digests.kept), true],
  ["of the same size, in parts", found("5", `${digests.changed}-2`), true],
  [
    "of the same size, under a key of its own",
    found("5", digests.changed, { "x-amz-server-side-encryption": "aws:kms" }),
    true,
  ],
])(
  "content that is new under old metadata is sent: there it is %s",
  async (_name, answer, isIt) => {
    const { send } = destination({ [one]: [...answer] });
    const version = { ...madeFrom(one), etag: digests.kept, sizeBytes: 5 };
    expect(await cameFrom(send, version)).toBe(isIt);
  },
);

it.each([
  ["what it came from", { "x-amz-version-id": one }, true],
  [
    "what was made of it",
    { "x-amz-version-id": two, "x-amz-meta-cairn-source-version-id": "w" },
    true,
  ],
  ["what it is known as", { "x-amz-version-id": "known" }, true],
  ["an object without versions", {}, true],
  ["what was written since", { "x-amz-version-id": two }, false],
])("a deletion that comes back meets %s", async (_name, headers, isDeleted) => {
  const { send, asked } = destination({ "": [200, headers] });
  const facts = { send, isCairn: false, destination: {} } as unknown as CopyFacts;
  const marker = { ...madeFrom(""), detail: {}, isLatest: true } as Version;
  const version = { ...madeFrom(one), versionId: "w" };
  const outcome = await copyMarker(facts, marker, { version, id: "known" });
  expect(outcome.kind).toBe("copied");
  expect(asked).toEqual(isDeleted ? ["HEAD ", "DELETE "] : ["HEAD "]);
});
