// @ts-check
// What the specs of the object browser share: a server with one bucket, a page that is signed in and looks
// at it, steps in their order, and the moves that all of them make.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { openConsole, orderedTests, signIn } from "./support.mjs";

/** @import { Page } from "playwright-core" */
/** @typedef {Awaited<ReturnType<typeof openConsole>>} Site */
/** @typedef {{ site: Site, page: Page, problems: string[] }} Place */
/** @typedef {NonNullable<Parameters<typeof openConsole>[0]>} Options */

/**
 * To be called in a suite. `prepare` fills the bucket before somebody looks; with `isBare` there is none
 * yet, and the page shows the list of buckets.
 * @param {string} Bucket
 * @param {{
 *   prepare?: (site: Site) => Promise<unknown>, hasLock?: boolean, isBare?: boolean, options?: Options
 * }} [wish]
 */
export function openObjectBrowser(Bucket, { prepare, hasLock, isBare, options } = {}) {
  /** @type {Place} */
  let place;
  const scratch = mkdtempSync(join(tmpdir(), "cairn-console-"));
  before(async () => {
    const site = await openConsole(options);
    // Known at once: what fails from here on is stopped, too.
    place = { site, .../** @type {any} */ ({}) };
    if (!isBare) {
      await site.client.send(
        new CreateBucketCommand({ Bucket, ...(hasLock && { ObjectLockEnabledForBucket: true }) }),
      );
    }
    await prepare?.(site);
    place = { site, ...(await site.openPage()) };
    const path = `/-/console/buckets${isBare ? "" : `/${Bucket}`}`;
    await signIn(place.page, site.server, { path });
  });
  after(async () => {
    await place?.site.stop();
    rmSync(scratch, { recursive: true, force: true });
  });
  const ordered = orderedTests();
  return {
    scratch,
    place: () => place,
    /** A test that needs what came before it. */
    step: (/** @type {string} */ name, /** @type {(place: Place) => Promise<void>} */ work) =>
      ordered(name, () => work(place)),
    ...objectsOf(Bucket, () => place.site.client),
    ...movesOf(Bucket, () => place),
    /** Writes files below the scratch folder. @param {Record<string, string | Uint8Array>} files */
    write: (files) =>
      Object.entries(files).map(([name, content]) => {
        const path = join(scratch, name);
        mkdirSync(join(path, ".."), { recursive: true });
        writeFileSync(path, content);
        return path;
      }),
  };
}

/**
 * The bucket as the server knows it.
 * @param {string} Bucket
 * @param {() => Site["client"]} client
 */
function objectsOf(Bucket, client) {
  return {
    /** @param {string} Key @param {string | Uint8Array} Body @param {object} [facts] */
    put: (Key, Body, facts = {}) =>
      client().send(new PutObjectCommand({ Bucket, Key, Body, ...facts })),
    keys: async (Prefix = "") => {
      const { Contents = [] } = await client().send(new ListObjectsV2Command({ Bucket, Prefix }));
      return Contents.map(({ Key = "" }) => Key);
    },
    read: async (/** @type {string} */ Key) =>
      (await client().send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString(),
    head: (/** @type {string} */ Key) => client().send(new HeadObjectCommand({ Bucket, Key })),
  };
}

/**
 * What a person does.
 * @param {string} Bucket
 * @param {() => Place} place
 */
function movesOf(Bucket, place) {
  /** Opens the bucket, or what the query names of it. */
  const open = async (query = "") => {
    const { page, site } = place();
    await page.goto(`${site.server.endpoint}/-/console/buckets/${Bucket}${query}`);
  };
  const row = (/** @type {string} */ name) =>
    place().page.getByRole("row").filter({ hasText: name }).first();
  /** Chooses rows by their boxes. */
  const choose = async (/** @type {string[]} */ ...names) => {
    for (const name of names) {
      await place()
        .page.getByRole("checkbox", { name: `Choose ${name}` })
        .check();
    }
  };
  /** Chooses rows, opens one entry of "More", and gives its dialog. */
  const openMore = async (/** @type {string} */ entry, /** @type {string[]} */ names) => {
    const { page } = place();
    await choose(...names);
    await page.getByRole("button", { name: "More", exact: true }).first().click();
    await page.getByRole("menuitem", { name: `${entry}…` }).click();
    return page.getByRole("dialog");
  };
  /** Opens the upload dialog and gives it files, or a folder. */
  const giveFiles = async (/** @type {string[]} */ paths, isFolder = false) => {
    const { page } = place();
    await page.getByRole("button", { name: "Upload", exact: true }).first().click();
    const name = isFolder ? "Choose a folder" : "Choose files";
    const chooser = page.waitForEvent("filechooser");
    await page.getByRole("button", { name }).click();
    await (await chooser).setFiles(isFolder ? (paths[0] ?? "") : paths);
  };
  /** Waits until everything in the dock ended well. */
  const done = (timeout = 120_000) =>
    place().page.getByText("All done", { exact: true }).waitFor({ timeout });
  /** The same, and takes it off the dock. */
  const finish = async (timeout = 120_000) => {
    await done(timeout);
    await place().page.getByRole("button", { name: "Clear finished" }).click();
  };
  return { open, row, choose, openMore, giveFiles, done, finish };
}
