// SEC-010: a policy whose readers may take different members is refused.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hasRepeatedMember } from "../../src/auth/strict-json.ts";

describe("hasRepeatedMember", () => {
  it.each<[string, boolean]>([
    ['{"a":1,"a":2}', true],
    ['{"a":1,"\\u0061":2}', true],
    ['{"x":{"a":1,"b":2,"a":3}}', true],
    ['[{"a":1},{"a":1}]', false],
    ['{"a":{"a":{"a":1}}}', false],
    ['{"a":["a","a"],"b":"a"}', false],
    ['{"a":"{\\"a\\":1,\\"a\\":2}"}', false],
    ['{"a":[{"b":1},{"b":1,"b":2}]}', true],
    ['"a"', false],
    ["[]", false],
  ])("%s: %s", (json, expected) => {
    expect(hasRepeatedMember(json)).toBe(expected);
  });

  it("finds none in anything that was written from a value", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(hasRepeatedMember(JSON.stringify(value, null, 1))).toBe(false);
      }),
    );
  });

  it("finds the one that was put into any object", () => {
    const objects = fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 });
    fc.assert(
      fc.property(objects, fc.array(fc.constantFrom("[", '{"k":')), (object, nesting) => {
        const [name = ""] = Object.keys(object);
        const text = `${JSON.stringify(object).slice(0, -1)},${JSON.stringify(name)}:0}`;
        const closing = nesting.map((open) => (open === "[" ? "]" : "}")).reverse();
        expect(hasRepeatedMember([...nesting, text, ...closing].join(""))).toBe(true);
      }),
    );
  });
});
