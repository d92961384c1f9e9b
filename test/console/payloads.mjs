// @ts-check
// Thirty texts that would run, load or lead astray if anything took them for more than text, and what
// a page looks like on which none of them did.
import assert from "node:assert/strict";

/** @import { Page } from "playwright-core" */

/** Each would set `window.hit`, open a dialog or load something if anything took it for markup. */
export const payloads = [
  `<img src=x onerror="window.hit=1">`,
  `<script>window.hit=1</script>`,
  `"><script>window.hit=1</script>`,
  `'><svg onload=window.hit=1>`,
  `<svg><animate onbegin=window.hit=1 attributeName=x dur=1s>`,
  `<iframe srcdoc="<script>parent.hit=1</script>">`,
  `<a href="javascript:window.hit=1">x</a>`,
  `javascript:window.hit=1`,
  `data:text/html,<script>window.hit=1</script>`,
  `<math><mtext></form><form><mglyph><style></math><img src onerror=window.hit=1>`,
  `{{constructor.constructor('window.hit=1')()}}`,
  `\${window.hit=1}`,
  `<%= window.hit=1 %>`,
  `<details open ontoggle=window.hit=1>`,
  `<body onload=window.hit=1>`,
  `<input autofocus onfocus=window.hit=1>`,
  `<video><source onerror=window.hit=1>`,
  `<object data="javascript:window.hit=1">`,
  `<embed src="javascript:window.hit=1">`,
  `<link rel=stylesheet href=//evil.example/x.css>`,
  `<meta http-equiv=refresh content="0;url=//evil.example">`,
  `<base href=//evil.example/>`,
  `<style>@import '//evil.example/x.css';</style>`,
  `--><img src=x onerror=window.hit=1>`,
  `]]><img src=x onerror=window.hit=1>`,
  `\\u003cimg src=x onerror=window.hit=1\\u003e`,
  `%3Cimg src=x onerror=window.hit=1%3E`,
  `&lt;img src=x onerror=window.hit=1&gt;`,
  `invoice\u202Efdp.exe`,
  `__proto__`,
];

/** Notes in the page what its Content-Security-Policy refused. @param {Page} page */
export async function watchPolicy(page) {
  await page.addInitScript(() => {
    const noted = /** @type {any} */ (window);
    noted.refused = [];
    addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
      noted.refused.push(`${violatedDirective} ${blockedURI}`);
    });
  });
}

/**
 * Fails when anything of a payload became more than text on what the page shows now: something ran,
 * asked for an address, was refused by the page's policy, or stands in the document as an element.
 * @param {Page} page
 * @param {string} where for the message
 */
export async function assertHarmless(page, where) {
  const found = await page.evaluate(() => {
    const { hit, refused = [] } = /** @type {any} */ (window);
    const foreign = [
      "iframe, object, embed, base, math, body [onload], img[src=x], video source, details[open]",
      "[onerror], [onfocus], [ontoggle], [onbegin], [onload], a[href^='javascript:' i]",
      "a[href^='data:' i], [href^='//evil'], [href^='http://evil'], [src*='evil.example']",
      "meta[http-equiv=refresh], main script, [role=dialog] script, main style",
    ].join();
    const elements = [...document.querySelectorAll(foreign)].map(({ outerHTML }) => outerHTML);
    // A name that turns the text's direction is drawn with the sign's number (SEC-110).
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const turned = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const isTyped = node.parentElement?.closest("textarea, .cm-editor") !== null;
      if (!isTyped && node.nodeValue?.includes("\u202e")) turned.push(node.nodeValue);
    }
    return { hit, refused, elements, turned, origin: location.origin };
  });
  const { origin } = new URL(page.url());
  const none = { hit: undefined, refused: [], elements: [], turned: [], origin };
  assert.deepEqual(found, none, where);
}

/**
 * Waits until each of the texts is shown: as text, in a field, or in a document's editor.
 * @param {Page} page
 * @param {readonly string[]} texts
 * @param {string} where for the message
 */
export async function waitForTexts(page, texts, where) {
  const wanted = texts.map((text) => [
    text.replace("\u202e", "U+202E"),
    text,
    JSON.stringify(text).slice(1, -1),
    // The editor's own mark for a sign that is not seen.
    text.replace("\u202e", "•"),
  ]);
  const left = await page
    .waitForFunction(
      (list) => {
        const fields = [...document.querySelectorAll("input, textarea, select")].map(
          (field) => /** @type {HTMLInputElement} */ (field).value,
        );
        const shown = [document.body.textContent, ...fields].join("\n");
        const missing = list.filter((forms) => !forms.some((form) => shown.includes(form)));
        const noted = /** @type {any} */ (window);
        noted.missing = missing.map(([text]) => text);
        return missing.length === 0;
      },
      wanted,
      { polling: 30 },
    )
    .then(() => [])
    .catch(() => page.evaluate(() => /** @type {any} */ (window).missing));
  assert.deepEqual(left, [], `not shown: ${where}`);
}

/** Goes to an address of the console without loading it anew. @param {Page} page @param {string} path */
export async function goTo(page, path) {
  await page.evaluate((address) => {
    history.pushState({}, "", address);
    dispatchEvent(new PopStateEvent("popstate"));
  }, `/-/console${path}`);
}
