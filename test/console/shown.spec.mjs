// @ts-check
// Every action of the console that changes something is shown as code beside it. Read from the sources:
// what is sent without being shown anywhere fails here, whether or not a test ever clicks it.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const source = fileURLToPath(new URL("../../console/src", import.meta.url));

const files = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => ({ name, text: readFileSync(join(source, name), "utf8") }));

const changing =
  "Abort|Add|Attach|Cancel|Complete|Copy|Create|Delete|Detach|Disable|Enable|Put|Remove|Rename|" +
  "Restore|Rotate|Schedule|Set|Tag|Untag|Update|Upload";

/** The parts of one action that its own code shows by another call of the same action. */
const partOf = new Map([
  ["AbortMultipartUpload", "CopyObject"],
  ["CompleteMultipartUpload", "CopyObject"],
  ["CreateMultipartUpload", "CopyObject"],
  ["DeleteObjectTagging", "PutObjectTagging"],
]);

/** The test that a person runs to see whether the server answers says itself what it sends. */
const isNoScreen = (/** @type {string} */ name) => /^(work|screens[/]connect)[/]/.test(name);

/** All sources of a screen, whose parts show for each other. */
const screenOf = (/** @type {string} */ name) => {
  const screen = /^screens[/][^/]+[/]/.exec(name)?.[0] ?? `${dirname(name)}/`;
  const own = files.filter((file) => file.name.startsWith(screen));
  return own.map(({ text }) => text).join("\n");
};

test("a command that changes something is sent as a deed, or shown by its name", () => {
  const direct = new RegExp(`send\\w*\\(\\s*new ((?:${changing})\\w*)Command`, "g");
  const hidden = files
    .filter(({ name }) => !isNoScreen(name))
    .flatMap(({ name, text }) =>
      [...text.matchAll(direct)].flatMap(([, operation = ""]) => {
        const screen = screenOf(name);
        const isShown = [operation, partOf.get(operation)].some((shown) =>
          screen.includes(`operation: "${shown}"`),
        );
        return isShown ? [] : [`${name}: ${operation}`];
      }),
    );
  assert.deepEqual(hidden, []);
});

test("what is sent as deeds is shown by the same file", () => {
  let count = 0;
  const hidden = files
    .filter(({ name }) => !/deeds\.ts$|deed-button\.tsx$/.test(name))
    .flatMap(({ name, text }) => {
      const shown = [...text.matchAll(/deeds=\{(.*?)\}(?=\s|\/)/gs)].map(([, what = ""]) => what);
      return [...text.matchAll(/sendDeeds\(([^;]*?)\)(?:;|\.then|\n)/g)].flatMap(
        ([, sent = ""]) => {
          count += 1;
          const words = sent.match(/[A-Za-z]\w*/g) ?? [];
          // What takes an action back is offered only after the action itself.
          if (words.some((word) => /^(back|keep|undo)$/.test(word))) return [];
          const isShown = words.some(
            (word) =>
              shown.some((what) => what.includes(word)) ||
              screenOf(name).includes(`${word}.map(callOf)`),
          );
          return isShown ? [] : [`${name}: ${sent}`];
        },
      );
    });
  assert.deepEqual(hidden, []);
  assert.ok(count > 10, `${count} found`);
});

test("what only the admin API does is shown as a command of cairn", () => {
  // What a running job is asked to go on with is no change of its own.
  const asks = /[/](explain|preview|\$\{jobId\}[/]advance)/;
  const hidden = files.flatMap(({ name, text }) => {
    const calls = [...text.matchAll(/admin(?:<.*?>)?\("(?:POST|PUT|PATCH|DELETE)",([^)]*)/g)];
    const changes = calls.filter(([, where = ""]) => !asks.test(where)).length;
    const shown = text.split("<ShowCommand").length - 1;
    return changes > shown ? [`${relative(".", name)}: ${changes} sent, ${shown} shown`] : [];
  });
  assert.deepEqual(hidden, []);
});
