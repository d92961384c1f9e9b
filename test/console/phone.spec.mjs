// @ts-check
// The width of a phone: no screen scrolls sideways, no word is broken in a table, what is chosen is in
// view, and a dialog's buttons stand in one row.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { everyScreen, furnish, goTo, settle } from "./every-screen.mjs";
import { describeConsole, openConsole, signIn } from "./support.mjs";

const viewport = { width: 390, height: 844 };

describeConsole("the console at the width of a phone", () => {
  /** @type {Awaited<ReturnType<typeof openConsole>>} */
  let opened;
  before(async () => {
    opened = await openConsole({ vars: { AUDIT: "all", METRICS: "on" } });
    await furnish(opened);
  });
  after(() => opened?.stop());

  test("every screen fits, with its words whole and its tab in view", async () => {
    const { page, problems } = await opened.openPage({ viewport });
    await signIn(page, opened.server, { path: "/-/console/home" });
    /** @type {string[]} */
    const faults = [];
    for (const [name, path] of everyScreen) {
      await goTo(page, path);
      await page.locator("main h1").first().waitFor();
      await settle(page);
      const found = await page.evaluate(lookAround);
      faults.push(...found.map((fault) => `${name}: ${fault}`));
    }
    assert.deepEqual(faults, []);
    assert.deepEqual(problems, []);
  });
});

/** Runs in the page. */
function lookAround() {
  /** @type {string[]} */
  const faults = [];
  const width = document.scrollingElement?.scrollWidth ?? 0;
  if (width > innerWidth) {
    const wide = [...document.querySelectorAll("main *")].filter(
      (element) =>
        element.getBoundingClientRect().right > innerWidth + 1 &&
        element.closest(".table-scroll, .tabs, pre, .cm-editor") === null,
    );
    const names = wide.map(({ tagName, className }) => `${tagName}.${className}`).slice(0, 4);
    faults.push(`${width} px wide: ${names.join(", ")}`);
  }
  // A name that nobody could write in one line may break; a word may not.
  const long = 24;
  for (const cell of document.querySelectorAll("main :is(td, th, .badge, .button)")) {
    const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      for (const match of (node.textContent ?? "").matchAll(/[\p{L}\p{N}]+/gu)) {
        if (match[0].length >= long) continue;
        const range = document.createRange();
        range.setStart(node, match.index);
        range.setEnd(node, match.index + match[0].length);
        const tops = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
        if (tops.size > 1) faults.push(`"${match[0]}" is broken`);
      }
    }
  }
  for (const tab of document.querySelectorAll(".tab:is([aria-current], [data-state=active])")) {
    const { left, right } = tab.getBoundingClientRect();
    if (left < 0 || right > innerWidth) faults.push(`the tab ${tab.textContent} is out of view`);
  }
  return faults;
}
