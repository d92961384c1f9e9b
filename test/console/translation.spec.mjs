// @ts-check
// No words stand in the components: all are messages, which can be translated. Read from the syntax of
// every component; what is not a word of English (names of AWS, of this program, of keys) is listed.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { parseAst } from "vite";

const source = fileURLToPath(new URL("../../console/src", import.meta.url));

/** What a person reads or hears of an element; its children and these. */
const spoken =
  /^(aria-(label|description|roledescription|valuetext)|title|alt|label|lead|head|hint|words|confirm|disabledReason|reason|note|placeholder)$/;

/** Written alike in every language. */
const names = new Set([
  ...["Cairn", "Ctrl K", "BUCKET", "SSE-S3", "SSE-KMS", "DSSE-KMS", "GOVERNANCE", "COMPLIANCE"],
  ...["Expedited", "Standard", "Bulk", "alias/photos", "https://example.com/hook"],
]);

const isWord = (/** @type {string} */ value) => /\p{L}{2}/u.test(value) && !names.has(value.trim());

/** The words of a literal, or of what a template or a choice may come to. @returns {string[]} */
function literals(/** @type {any} */ node) {
  if (node?.type === "Literal") return typeof node.value === "string" ? [node.value] : [];
  if (node?.type === "TemplateLiteral") {
    return node.quasis.map((/** @type {any} */ part) => part.value.cooked ?? "");
  }
  if (node?.type === "ConditionalExpression") {
    return [...literals(node.consequent), ...literals(node.alternate)];
  }
  if (node?.type === "LogicalExpression") return literals(node.right);
  return [];
}

/** Words that stand in the syntax itself. @returns {string[]} */
function findWords(/** @type {any} */ node) {
  if (node === null || typeof node !== "object") return [];
  if (Array.isArray(node)) return node.flatMap(findWords);
  const own = [];
  if (node.type === "JSXText") own.push(node.value);
  if (node.type === "JSXElement" || node.type === "JSXFragment") {
    for (const child of node.children) own.push(...literals(child.expression));
  }
  if (node.type === "JSXAttribute" && spoken.test(node.name.name)) {
    own.push(...literals(node.value), ...literals(node.value?.expression));
  }
  return [...own.filter(isWord), ...Object.values(node).flatMap(findWords)];
}

/** @param {string} code */
const wordsOf = (code) => findWords(parseAst(code, { lang: "tsx", sourceType: "module" }));

test("components hold no words of their own", () => {
  const files = readdirSync(source, { recursive: true, encoding: "utf8" });
  const components = files.filter((name) => name.endsWith(".tsx"));
  assert.ok(components.length > 100, `${components.length} found`);
  const found = components.flatMap((name) =>
    wordsOf(readFileSync(join(source, name), "utf8")).map((words) => `${name}: ${words.trim()}`),
  );
  assert.deepEqual(found, []);
});

test("words in a component are noticed, however they are put there", () => {
  const wrong = [
    "<p>Hello</p>",
    '<Button disabledReason="Not now">{text("go")}</Button>',
    '<p>{isBusy ? "Wait" : text("done")}</p>',
    '<p>{isBusy && "Wait"}</p>',
    "<p>{`Of ${count}`}</p>",
    '<img alt={"A picture"} />',
  ];
  for (const code of wrong) assert.equal(wordsOf(`export const x = ${code};`).length, 1, code);
  assert.deepEqual(wordsOf('export const x = <p className="row">{text("go")} · 3</p>;'), []);
});
