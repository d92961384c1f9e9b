// What the tests of the wire share: targets by URL, refusals as plain data, values for any shape.

import fc from "fast-check";
import { S3Error } from "../../src/s3/errors.ts";
import type { Member, Shape } from "../../src/s3/schema.ts";
import { parseTarget, type Target } from "../../src/s3/target.ts";

/** A path-style target on a host without buckets. */
export function target(pathAndQuery: string): Target {
  return parseTarget(`http://127.0.0.1:9000${pathAndQuery}`, ["localhost"]);
}

/** The refusal that a call throws, as data; fails the test when it does not throw one. */
export function refusal(call: () => unknown): {
  code: string;
  status: number;
  message: string;
  detail: Readonly<Record<string, string>>;
} {
  try {
    call();
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    return { code: error.code, status: error.status, message: error.message, detail: error.detail };
  }
  throw new Error("nothing was refused");
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Values that some members need to be accepted at all. */
const particular: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  PartNumber: fc.integer({ min: 1, max: 10_000 }),
  PartNumberMarker: fc.nat().map(String),
  NextPartNumberMarker: fc.nat().map(String),
  EncodingType: fc.constant(undefined),
  ExpiresString: fc.constant(undefined),
  RequestRoute: fc.constant("route"),
  MaxBuckets: fc.integer({ min: 1, max: 10_000 }),
  Key: fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }),
};

/** Members that S3 requires beyond what the model says. */
const alwaysGiven = new Set(["Parts", "ETag"]);

const word = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9 /:;=+.%&<>"'-]{0,20}[A-Za-z0-9]$/);
const metadata = fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9-]{0,9}[a-z]$/), word, {
  minKeys: 1,
  maxKeys: 3,
});
const second = fc
  .integer({ min: 946_684_800, max: 2_000_000_000 })
  .map((seconds) => new Date(seconds * 1000));

/** A value for a member; `undefined` where the member may be left out. */
export function memberValue(member: Member): fc.Arbitrary<unknown> {
  const special = particular[member.name];
  if (special !== undefined && member.shape.kind !== "structure") return special;
  const { httpHeader, httpQuery, httpPrefixHeaders } = member.traits;
  if (httpPrefixHeaders !== undefined) return fc.option(metadata, { nil: undefined });
  const isWord = httpHeader !== undefined || httpQuery !== undefined;
  const value = ofShape(member.shape, isWord);
  return member.isRequired || alwaysGiven.has(member.name)
    ? value
    : fc.option(value, { nil: undefined, freq: 2 });
}

function ofShape(shape: Shape, isWord: boolean): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case "number":
      return fc.nat();
    case "boolean":
      return fc.boolean();
    case "timestamp":
      return second;
    case "list":
      return fc.array(
        isWord ? fc.stringMatching(/^[A-Za-z]{1,8}$/) : ofShape(shape.item.shape, false),
        {
          minLength: 1,
          maxLength: 3,
        },
      );
    case "structure":
      return recordOf(shape.members());
    case "opaque":
      return fc.constant(undefined);
    case "text":
      return isWord ? word : fc.oneof(word, fc.string({ unit: "grapheme", minLength: 1 }));
  }
}

/** A record of members without the ones that are `undefined`. */
export function recordOf(members: readonly Member[]): fc.Arbitrary<Record<string, unknown>> {
  const names = members.map((member) => member.name);
  return fc
    .tuple(...members.map(memberValue))
    .map((values) =>
      Object.fromEntries(
        names
          .map((name, index) => [name, values[index]])
          .filter(([, value]) => value !== undefined),
      ),
    );
}
