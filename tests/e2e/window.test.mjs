// `npx nextjs-dynamodb-cache ui` in a browser, as a person uses it: each view at two widths and in both colour schemes, by
// keyboard alone, and judged by axe-core. The screenshots are in .cache/window-test.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import chromium from "@sparticuz/chromium";
import { chromium as playwright } from "playwright-core";
import { createReporter } from "../../js/reporter.mjs";
import { filledTable, startWindow, stopWindows } from "../cli/window.mjs";
import { startStore } from "../integration/instances.mjs";

const SHOTS = join(import.meta.dirname, "../../.cache/window-test");
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WIDTHS = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };
const VIEWS = /** @type {const} */ (["Entries", "Log", "Live"]);

/** @typedef {import("playwright-core").Page} Page */

/** @type {Awaited<ReturnType<typeof startStore>>} */
let store;
/** @type {Awaited<ReturnType<typeof filledTable>>} */
let filled;
/** @type {Awaited<ReturnType<typeof startWindow>>} */
let readOnly;
/** @type {Awaited<ReturnType<typeof startWindow>>} */
let writing;
/** @type {import("playwright-core").Browser} */
let browser;
/** @type {string[]} what the browser's console complains about */
const complaints = [];
/** @type {string[]} what is asked of anyone but the window */
const elsewhere = [];

before(async () => {
  mkdirSync(SHOTS, { recursive: true });
  store = await startStore();
  filled = await filledTable(store);
  [readOnly, writing] = await Promise.all([startWindow(store, filled.table), startWindow(store, filled.table, ["--write"])]);
  // In a single process, as on Lambda, the browser ends with its first page.
  const args = chromium.args.filter((arg) => !["--single-process", "--no-zygote"].includes(arg));
  browser = await playwright.launch({ executablePath: await chromium.executablePath(), args });
});
after(async () => {
  await browser?.close();
  await stopWindows();
  await store?.stop();
});

/**
 * @param {{ address: string, origin: string }} window
 * @param {import("playwright-core").BrowserContextOptions} [options]
 */
async function open({ address, origin }, options = { viewport: WIDTHS.desktop }) {
  const page = await browser.newPage({ reducedMotion: "reduce", ...options });
  page.setDefaultTimeout(10_000);
  page.on("pageerror", ({ message }) => complaints.push(message));
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
  page.on("request", (request) => !/^(data|blob):/.test(request.url()) && !request.url().startsWith(`${origin}/`) && elsewhere.push(request.url()));
  await page.goto(address);
  await page.locator("nav [aria-current]").waitFor();
  return page;
}

/** Some seconds of an application under load. */
async function report() {
  const onEvent = createReporter({ url: readOnly.address, instance: "web-1" });
  const other = createReporter({ url: readOnly.address, instance: "web-2" });
  const cost = { requests: 1, units: { read: 1, write: 0 } };
  for (let n = 0; n < 400; n++) {
    const type = n % 23 === 0 ? "miss" : n % 11 === 0 ? "stale" : "hit";
    (n % 3 === 0 ? other : onEvent)({ type, key: `/blog/${n % 7}`, kind: "APP_PAGE", ms: 2 + (n % 40) / 4, source: "table", reason: type === "miss" ? "absent" : undefined, ...cost });
  }
  onEvent({ type: "set", key: "/blog/1", kind: "APP_PAGE", ms: 9, bytes: 48_000, storedBytes: 7_000, ...cost });
  onEvent({ type: "revalidate", tags: ["posts"], ms: 7, ...cost });
  await Promise.all([onEvent.flush(), other.flush()]);
}

/**
 * What axe-core finds, be it serious or not.
 *
 * @param {Page} page
 */
async function findings(page) {
  // Evaluated by the debugger, which the page's own policy does not bind.
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => /** @type {any} */ (globalThis).axe.run());
  return violations.map((/** @type {any} */ { id, nodes }) => `${id}: ${nodes.map((/** @type {any} */ { html }) => html).join(" | ")}`);
}

/** @param {Page} page @param {(typeof VIEWS)[number]} view */
async function go(page, view) {
  await page.getByRole("link", { name: view, exact: true }).click();
  await page.locator({ Entries: "table tbody tr", Log: ".events li", Live: ".figures" }[view]).first().waitFor();
}

for (const [name, viewport] of Object.entries(WIDTHS)) {
  for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
    describe(`on a ${name}, ${colorScheme}`, () => {
      /** @type {Page} */
      let page;
      before(async () => {
        await report();
        page = await open(readOnly, { viewport, colorScheme });
      });
      after(() => page?.close());

      for (const view of VIEWS) {
        it(`${view} fits, and axe-core finds nothing`, async () => {
          await go(page, view);
          await page.screenshot({ path: join(SHOTS, `${view.toLowerCase()}-${name}-${colorScheme}.png`), fullPage: true });
          assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), viewport.width);
          assert.deepEqual(await findings(page), []);
        });
      }

      it("so does an entry", async () => {
        await go(page, "Entries");
        await page.getByRole("button", { name: "/blog/hello" }).click();
        await page.getByRole("region", { name: "Value" }).waitFor();
        await page.screenshot({ path: join(SHOTS, `entry-${name}-${colorScheme}.png`) });
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), viewport.width);
        assert.deepEqual(await findings(page), []);
        await page.getByRole("button", { name: "Close the entry" }).click();
        await page.getByRole("searchbox", { name: "Key" }).waitFor();
      });

      it("the colours are the scheme's", async () => {
        const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        assert.equal(ground, colorScheme === "light" ? "rgb(246, 246, 244)" : "rgb(20, 22, 26)");
      });
    });
  }
}

describe("a person", () => {
  /** @param {Page} page */
  const keys = (page) => page.locator("table button.key").allInnerTexts();

  it("searches by key, tag and kind, and sees what reading cost", async () => {
    const page = await open(readOnly);
    await page.locator("table tbody tr").first().waitFor();
    assert.match(await page.locator("#reading").innerText(), /^5 of 5 entries, .* saved\)\. \d+ rows read, [\d.]+ read units \((under )?\$0\.0000\d\d\): that is the whole table\.$/);
    await page.getByLabel("Key").fill("BLOG/");
    await page.getByLabel("Order").selectOption("by key");
    assert.deepEqual(await keys(page), ["/blog/caching", "/blog/dynamodb", "/blog/hello"]);
    await page.getByLabel("Key").fill("");
    await page.getByLabel("Tag").fill("_N_T_/about");
    assert.deepEqual(await keys(page), ["/about"]);
    await page.getByLabel("Tag").fill("posts");
    await page.getByLabel("Kind").selectOption("FETCH");
    assert.deepEqual(await keys(page), ["ffffff…ffff"]);
    await page.getByLabel("Key").fill("nothing has this key");
    await page.getByText("Nothing matches").waitFor();
    await page.close();
  });

  it("reads a large table on when it is asked to, and not before", async () => {
    const table = await store.createTable();
    const instance = store.instance(table);
    for (let n = 0; n < 7; n++) {
      const value = { kind: "FETCH", data: { headers: {}, body: randomBytes(220_000).toString("base64"), status: 200, url: "" }, tags: [], revalidate: 60 };
      await instance.request().set(`large-${n}`, value, { fetchCache: true });
    }
    const window = await startWindow(store, table);
    const page = await open(window);
    const more = page.getByRole("button", { name: "Read on" });
    await more.waitFor();
    const before = await keys(page);
    assert.match(await page.locator("#reading").innerText(), /the table goes on\.$/);
    await page.getByLabel("Key").fill("no such key");
    await page.getByText("Only what has been read is searched").waitFor();
    await page.getByRole("button", { name: "Look it up as a whole key" }).click();
    await page.getByText("There is no entry with the whole key no such key").waitFor();
    const [unread = ""] = Array.from({ length: 7 }, (_, n) => `large-${n}`).filter((key) => !before.includes(key));
    await page.getByLabel("Key").fill(unread);
    await page.getByRole("button", { name: "Look it up as a whole key" }).click();
    await page.getByRole("heading", { name: unread }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByLabel("Key").fill("");
    await more.click();
    await page.getByText("that is the whole table").waitFor();
    assert.ok(before.length > 0 && before.length < 7, String(before.length));
    assert.equal((await keys(page)).length, 7);
    assert.equal(await more.count(), 0);
    await page.close();
    await window.stop();
  });

  it("reads why an entry is stale", async () => {
    const page = await open(readOnly);
    await page.getByRole("button", { name: "/about" }).click();
    const entry = page.getByRole("complementary", { name: "Entry" });
    await entry.getByText("served once more while it is rendered again").waitFor();
    assert.match(await entry.innerText(), /revalidation 1 made _N_T_\/about stale/);
    assert.match(await entry.innerText(), /html: 'about'/);
    assert.equal(await page.getByRole("button", { name: /Purge|Revalidate/ }).count(), 0);
    await page.close();
  });

  it("does all of that by keyboard", async () => {
    const page = await open(readOnly);
    await page.locator("table tbody tr").first().waitFor();
    const focused = () => page.evaluate(() => (document.activeElement?.textContent?.trim() || document.activeElement?.id)?.slice(0, 40));
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "Skip to the content");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "search");
    await page.keyboard.type("blog");
    await page.getByLabel("Order").selectOption("by key");
    for (const expected of ["tag", "kind", "order", "Read anew", "/blog/caching"]) {
      await page.keyboard.press("Tab");
      assert.ok((await focused())?.includes(expected) || (await page.evaluate(() => document.activeElement?.id)) === expected, `${await focused()} where ${expected} should be`);
    }
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowUp");
    assert.equal(await focused(), "/blog/dynamodb");
    const outline = await page.evaluate(() => getComputedStyle(/** @type {Element} */ (document.activeElement)).outlineStyle);
    assert.equal(outline, "solid", "focus is visible");
    await page.keyboard.press("Enter");
    await page.getByRole("region", { name: "Value" }).waitFor();
    assert.equal(await focused(), "/blog/dynamodb");
    assert.equal(await page.evaluate(() => document.activeElement?.tagName), "H3");
    await page.keyboard.press("Escape");
    assert.equal(await page.getByRole("complementary").count(), 0);
    assert.equal(await focused(), "/blog/dynamodb");
    await page.keyboard.press("/");
    assert.equal(await page.evaluate(() => document.activeElement?.id), "search");
    await page.close();
  });

  it("sees revalidations in their order", async () => {
    const page = await open(readOnly);
    await go(page, "Log");
    const [newest, oldest] = await page.locator(".events li").allInnerTexts();
    assert.match(String(newest), /^2\s+expired\s+nobody-has-this/);
    assert.match(String(oldest), /^1\s+stale\s+_N_T_\/about[^]*expires/);
    assert.equal(await page.getByRole("img", { name: /2 revalidations in the last/ }).locator("circle").count(), 2);
    await page.close();
  });

  it("sees what instances report", async () => {
    const page = await open(readOnly);
    await report();
    await go(page, "Live");
    const figures = await page.locator(".figures").innerText();
    assert.match(figures, /Hit ratio\s+9\d\.\d %/);
    assert.match(figures, /Saved by compression\s+\d+ KB/);
    const chart = page.getByRole("img", { name: /Gets per second in the last minute:/ });
    assert.ok((await chart.locator("rect.hit").count()) > 0);
    await page.getByRole("button", { name: "10 min" }).click();
    await page.getByRole("img", { name: /in the last 10 minutes/ }).waitFor();
    assert.match(await page.getByRole("table", { name: "Instances" }).innerText(), /web-1\s+reports/);
    await page.close();
  });

  it("is told what to do while nobody reports", async () => {
    const page = await open(writing);
    await page.getByRole("link", { name: "Live" }).click();
    await page.getByText("No instance reports yet").waitFor();
    assert.match(await page.locator(".empty").innerText(), new RegExp(`NEXT_CACHE_WINDOW_URL=${writing.address}`));
    await page.screenshot({ path: join(SHOTS, "live-empty.png") });
    assert.deepEqual(await findings(page), []);
    await page.close();
  });

  it("revalidates and purges with --write, after a yes", async () => {
    const page = await open(writing);
    await page.getByRole("button", { name: "/blog/hello" }).click();
    await page.getByLabel("Tag to revalidate").selectOption("_N_T_/blog/hello");
    await page.getByRole("button", { name: "Revalidate tag" }).click();
    await page.screenshot({ path: join(SHOTS, "question.png") });
    assert.deepEqual(await findings(page), []);
    await page.getByRole("button", { name: "Cancel" }).click();
    assert.notEqual(await filled.instance.request().get("/blog/hello", { kind: "APP_PAGE" }), null);
    await page.getByRole("button", { name: "Revalidate tag" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Revalidate" }).click();
    await page.getByText("_N_T_/blog/hello is revalidated on every instance").waitFor();
    assert.equal(await filled.instance.request().get("/blog/hello", { kind: "APP_PAGE" }), null);

    await page.getByRole("button", { name: "/blog/caching" }).click();
    await page.getByRole("button", { name: "Purge entry" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Purge" }).click();
    await page.getByText("/blog/caching is purged").waitFor();
    assert.equal((await keys(page)).includes("/blog/caching"), false);
    assert.deepEqual((await store.scan(filled.table)).filter(({ key }) => key?.S?.includes("/blog/caching")), []);

    await page.getByRole("link", { name: "Log" }).click();
    await page.getByLabel("Its name").fill("posts");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.locator(".events li", { hasText: "posts" }).waitFor();
    await page.close();
  });

  it("who has not the token sees nothing of the table", async () => {
    const page = await browser.newPage();
    await page.goto(readOnly.origin);
    await page.getByText("open the whole address that the command has printed").waitFor();
    assert.equal(await page.locator("table").count(), 0);
    await page.goto(readOnly.address);
    await page.locator("table tbody tr").first().waitFor();
    assert.equal(new URL(page.url()).hash, "#entries", "the token leaves the address");
    await page.reload();
    await page.locator("table tbody tr").first().waitFor();
    await page.close();
  });
});

it("nothing has been complained about in the browser's console", () => assert.deepEqual(complaints, []));

it("nothing has been asked of anyone else", () => assert.deepEqual(elsewhere, []));
