// @ts-check
// Takes the pictures in docs/screens: every screen with something on it, light and dark. Run by hand
// when screens change: `node test/console/screenshots.mjs [--phone FOLDER] [screen ...]`.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { everyScreen, furnish, goTo } from "./every-screen.mjs";
import { openConsole, signIn } from "./support.mjs";

const folder = fileURLToPath(new URL("../../docs/screens", import.meta.url));

/** `--phone FOLDER` takes them at the width of a phone, to be looked at, not to be kept. */
const isPhone = process.argv[2] === "--phone";
const target = isPhone ? (process.argv[3] ?? "") : folder;
const wanted = process.argv.slice(isPhone ? 4 : 2);
const viewport = isPhone ? { width: 390, height: 844 } : { width: 1200, height: 760 };
const opened = await openConsole({ vars: { AUDIT: "all", METRICS: "on" } });
try {
  await furnish(opened);
  mkdirSync(target, { recursive: true });
  for (const isDark of [false, true]) {
    const { page } = await opened.openPage({ isDark, viewport });
    await signIn(page, opened.server, { path: "/-/console/home" });
    for (const [name, path] of everyScreen) {
      if (wanted.length > 0 && !wanted.includes(name)) continue;
      await goTo(page, path);
      await page.waitForTimeout(1500);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      if (width > viewport.width) console.log(`${name} is ${width} wide in ${viewport.width}`);
      const file = join(target, `${name}-${isDark ? "dark" : "light"}.jpg`);
      await page.screenshot({ path: file, type: "jpeg", quality: 55 });
    }
  }
} finally {
  await opened.stop();
}
