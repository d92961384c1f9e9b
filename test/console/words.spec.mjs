// @ts-check
// The small parts that need no browser: words with numbers, differences of texts, tables of separated
// values, names in zips, commands for a shell.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";

const source = "../../console/src";

describe("the console's parts", () => {
  /** @type {any} */
  let parts;
  before(async () => {
    Object.defineProperty(globalThis, "location", { value: { origin: "http://s3.test" } });
    const [message, diff, showAs, selection] = await Promise.all([
      import(`${source}/messages/message.ts`),
      import(`${source}/screens/object/diff.ts`),
      import(`${source}/components/show-as-text.ts`),
      import(`${source}/screens/objects/order.ts`),
    ]);
    parts = { ...message, ...diff, ...showAs, ...selection };
  });

  test("a message fills in its parameters, plurals too", () => {
    const text = parts.messages("test", {
      plain: "Hello {name}",
      nested: "{count, plural, one {# key in {bucket}} other {# keys in {bucket}}}",
    });
    assert.equal(text("plain", { name: "{name}<b>" }), "Hello {name}<b>");
    assert.equal(text("nested", { count: 1, bucket: "a" }), "1 key in a");
    assert.equal(text("nested", { count: 2000, bucket: "a" }), "2,000 keys in a");
  });

  test("a difference can be read back to both texts", () => {
    const random = (/** @type {number} */ seed) => {
      let state = seed;
      return () => {
        state = (state * 1103515245 + 12345) % 2147483648;
        return state;
      };
    };
    for (let seed = 1; seed < 200; seed++) {
      const next = random(seed);
      const lines = () => Array.from({ length: next() % 12 }, () => "abc"[next() % 3]).join("\n");
      const [before, after] = [lines(), lines()];
      /** @type {{ kind: string, text: string }[]} */
      const diff = parts.diffLines(before, after);
      const side = (/** @type {string} */ left) =>
        diff
          .filter(({ kind }) => kind !== left)
          .map(({ text }) => text)
          .join("\n");
      assert.equal(side("added"), before, `${seed}`);
      assert.equal(side("removed"), after, `${seed}`);
    }
  });

  test("commands are quoted for a shell, whatever a key is called", () => {
    const Key = `it's $(rm -rf) "x"`;
    const call = { service: "s3", operation: "PutObject", input: { Bucket: "b", Key } };
    const command = parts.renderCall("cli", call);
    assert.match(command, /^aws s3api put-object \\\n/);
    assert.ok(command.includes(`--key 'it'\\''s $(rm -rf) "x"'`));
    assert.match(parts.renderCall("python", call), /client\.put_object\(/);
    assert.match(parts.renderCall("javascript", call), /new PutObjectCommand\(/);
  });

  test("a range of rows is chosen from the anchor, in both directions", () => {
    const rows = ["a", "b", "c", "d"].map((id) => ({ id }));
    const click = { isRange: true, isToggle: false };
    const down = parts.choose(new Set(), rows, { ...click, anchor: 1, index: 3 });
    assert.deepEqual([...down], ["b", "c", "d"]);
    const up = parts.choose(down, rows, { ...click, anchor: 1, index: 0 });
    assert.deepEqual([...up], ["a", "b"]);
    const toggled = parts.choose(up, rows, { isRange: false, isToggle: true, anchor: 0, index: 0 });
    assert.deepEqual([...toggled], ["b"]);
  });
});
