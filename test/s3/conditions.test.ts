import { describe, expect, it } from "vitest";
import {
  checkCopySourceConditions,
  checkReadConditions,
  readWriteConditions,
} from "../../src/s3/conditions.ts";
import { refusal } from "./fixtures.ts";

const version = { etag: "abc", modifiedAtMs: Date.UTC(2026, 10, 22, 18, 23, 10, 987) };
const clock = { nowMs: Date.UTC(2026, 10, 23) };
const same = "Sun, 22 Nov 2026 18:23:10 GMT";
const before = "Sun, 22 Nov 2026 18:23:09 GMT";
const future = "Sun, 22 Nov 2027 18:23:09 GMT";

function outcome(headers: Record<string, string>): number {
  try {
    checkReadConditions(new Headers(headers), version, clock);
    return 200;
  } catch (error) {
    return (error as { status: number }).status;
  }
}

describe("checkReadConditions", () => {
  it.each([
    [{}, 200],
    [{ "if-match": '"abc"' }, 200],
    [{ "if-match": "abc" }, 200],
    [{ "if-match": 'W/"abc"' }, 200],
    [{ "if-match": "*" }, 200],
    [{ "if-match": '"x", "abc"' }, 200],
    [{ "if-match": '"x"' }, 412],
    [{ "if-match": "" }, 412],
    [{ "if-none-match": '"abc"' }, 304],
    [{ "if-none-match": "*" }, 304],
    [{ "if-none-match": '"x"' }, 200],
    [{ "if-unmodified-since": same }, 200],
    [{ "if-unmodified-since": before }, 412],
    [{ "if-modified-since": same }, 304],
    [{ "if-modified-since": before }, 200],
    [{ "if-modified-since": future }, 200],
    [{ "if-match": '"abc"', "if-unmodified-since": before }, 200],
    [{ "if-match": '"x"', "if-unmodified-since": same }, 412],
    [{ "if-none-match": '"abc"', "if-modified-since": before }, 304],
    [{ "if-none-match": '"x"', "if-modified-since": same }, 200],
    [{ "if-match": '"abc"', "if-none-match": '"abc"' }, 304],
    [{ "if-unmodified-since": before, "if-none-match": '"abc"' }, 412],
  ])("B065 B066 answers %o with %i", (headers, status) => {
    expect(outcome(headers as Record<string, string>)).toBe(status);
  });

  it("B070 ignores dates it cannot read", () => {
    expect(outcome({ "if-modified-since": "yesterday", "if-unmodified-since": "1" })).toBe(200);
  });

  it("names the condition, and tells what 304 is about", () => {
    const call = (headers: Record<string, string>) => () =>
      checkReadConditions(new Headers(headers), version, clock);
    expect(refusal(call({ "if-match": "x" })).detail).toEqual({ Condition: "If-Match" });
    expect(call({ "if-none-match": "abc" })).toThrow(
      expect.objectContaining({
        code: "NotModified",
        headers: { etag: '"abc"', "last-modified": same },
      }),
    );
  });
});

describe("checkCopySourceConditions", () => {
  it.each([
    [{ "x-amz-copy-source-if-match": '"abc"' }, undefined],
    [{ "x-amz-copy-source-if-match": '"x"' }, "If-Match"],
    [{ "x-amz-copy-source-if-none-match": '"abc"' }, "If-None-Match"],
    [{ "x-amz-copy-source-if-modified-since": same }, "If-Modified-Since"],
    [{ "x-amz-copy-source-if-unmodified-since": before }, "If-Unmodified-Since"],
    [
      { "x-amz-copy-source-if-match": "abc", "x-amz-copy-source-if-unmodified-since": before },
      undefined,
    ],
    [{ "if-none-match": '"abc"' }, undefined],
  ])("B139 judges %o", (headers, failed) => {
    const call = () =>
      checkCopySourceConditions(new Headers(headers as Record<string, string>), version);
    if (failed === undefined) expect(call).not.toThrow();
    else {
      expect(refusal(call)).toMatchObject({
        code: "PreconditionFailed",
        detail: { Condition: `x-amz-copy-source-${failed}` },
      });
    }
  });
});

describe("readWriteConditions", () => {
  it("reads a tag, a star, or nothing", () => {
    expect(readWriteConditions(new Headers())).toBeUndefined();
    expect(readWriteConditions(new Headers({ "if-match": '"abc"' }))).toEqual({ ifMatch: "abc" });
    expect(readWriteConditions(new Headers({ "if-none-match": "*" }))).toEqual({
      ifNoneMatch: "*",
    });
  });

  it("B069 refuses If-None-Match with a tag", () => {
    expect(
      refusal(() => readWriteConditions(new Headers({ "if-none-match": '"abc"' }))),
    ).toMatchObject({
      code: "NotImplemented",
      status: 501,
    });
  });
});
