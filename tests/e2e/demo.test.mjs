// `npm run demo`, driven in a browser as a person would.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import chromium from "@sparticuz/chromium";
import { chromium as playwright } from "playwright-core";
import { ready, start, stop } from "../../scripts/demo/processes.mjs";

const ROOT = join(import.meta.dirname, "../..");
const LOGS = join(ROOT, ".cache/demo-test");
/** From a clean clone it builds the package and installs Next. */
const START_MS = 15 * 60_000;

/** @typedef {import("playwright-core").Page} Page */

describe("npm run demo", () => {
  /** @type {import("../../scripts/demo/processes.mjs").Running} */
  let demo;
  /** @type {import("playwright-core").Browser} */
  let browser;
  /** @type {Page} */
  let page;
  /** @type {string[]} */
  const complaints = [];
  /** @type {string[]} */
  let urls = [];

  before(async () => {
    mkdirSync(LOGS, { recursive: true });
    demo = start("npm", ["run", "demo"], { cwd: ROOT, log: join(LOGS, "demo.log"), group: true });
    await ready(demo, "npm run demo", async () => demo.output().includes("Ctrl-C stops everything"), START_MS);
    urls = [...demo.output().matchAll(/Instance [AB] +(http:\S+)/g)].map(([, url]) => url);
    // In a single process, as on Lambda, the browser ends with its first page.
    const args = chromium.args.filter((arg) => !["--single-process", "--no-zygote"].includes(arg));
    browser = await playwright.launch({ executablePath: await chromium.executablePath(), args });
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.on("pageerror", ({ message }) => complaints.push(message));
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    await page.goto(urls[0]);
  });
  after(async () => {
    await browser?.close();
    await stop(demo, "SIGINT");
  });

  /**
   * Presses an instance's visit button.
   *
   * @param {"A" | "B"} name
   * @returns {Promise<{ badge: string, by: string, at: number, handler: string }>} what its card shows then
   */
  async function visit(name) {
    const card = page.locator(`[data-instance=${name}]`);
    const answer = page.waitForResponse((response) => response.url().includes("/api/visit"));
    await card.locator(".primary").click();
    await (await answer).finished();
    await card.locator(".primary:enabled").waitFor();
    const rendered = card.locator("[data-fact=rendered]");
    return {
      badge: await card.locator(".badge").innerText(),
      by: await rendered.locator("strong").innerText(),
      at: Number(await rendered.getAttribute("data-at")),
      handler: await card.locator("[data-fact=handler]").innerText(),
    };
  }

  /**
   * Chooses an instance and presses one of the buttons that revalidate.
   *
   * @param {"A" | "B"} name
   * @param {string} how
   */
  async function revalidate(name, how) {
    await page.getByRole("button", { name: `on ${name}`, exact: true }).click();
    await page.locator(`[data-how="${how}"]`).click();
    await page.getByText(`${name} has done`).waitFor();
  }

  /** @param {string} title */
  const choose = (title) => page.getByRole("button", { name: title, exact: true }).click();

  it("prints the addresses of two instances", () => assert.equal(new Set(urls).size, 2));

  it("News is a hit from the build's output on both", async () => {
    await choose("News");
    for (const seen of [await visit("A"), await visit("B")]) {
      assert.deepEqual([seen.badge, seen.by], ["HIT", "the build"]);
      assert.match(seen.handler, /from the build's output/);
    }
  });

  it("revalidateTag with { expire: 0 } on A: B renders it anew, A serves what B rendered", async () => {
    await revalidate("A", "expire");
    const b = await visit("B");
    assert.deepEqual([b.badge, b.by], ["MISS", "B"]);
    const a = await visit("A");
    assert.deepEqual([a.badge, a.by, a.at], ["HIT", "B", b.at]);
    assert.match(a.handler, /from the table · .* ms · .* kB \(.* kB raw\)/);
  });

  it('revalidateTag with "max" on B: A serves it once more, and renders it anew', async () => {
    const old = await visit("A");
    await revalidate("B", "max");
    const stale = await visit("A");
    assert.deepEqual([stale.badge, stale.at], ["STALE", old.at]);
    await page.locator("[data-instance=A] .events li:first-child", { hasText: "set APP_PAGE" }).waitFor();
    const fresh = await visit("B");
    assert.deepEqual([fresh.badge, fresh.by], ["HIT", "A"]);
    assert.ok(fresh.at > old.at);
  });

  it("revalidatePath on A: B renders it anew", async () => {
    const old = await visit("B");
    await revalidate("A", "path");
    const seen = await visit("B");
    assert.deepEqual([seen.badge, seen.by], ["MISS", "B"]);
    assert.ok(seen.at > old.at);
  });

  it("Story is rendered by the first who is asked, and served by the other", async () => {
    await choose("Story");
    const b = await visit("B");
    assert.deepEqual([b.badge, b.by], ["MISS", "B"]);
    const a = await visit("A");
    assert.deepEqual([a.badge, a.by, a.at], ["HIT", "B", b.at]);
  });

  it("Legacy: res.revalidate on B is what A serves", async () => {
    await page.screenshot({ path: join(LOGS, "desktop.png"), fullPage: true });
    await choose("Legacy");
    assert.equal((await visit("A")).by, "the build");
    await revalidate("B", "res.revalidate");
    const seen = await visit("A");
    assert.deepEqual([seen.badge, seen.by], ["HIT", "B"]);
  });

  it("the table shows its rows: key, kind, sizes, tags and expiry", async () => {
    const rows = page.locator("tr[data-row=entry]");
    const story = rows.filter({ hasText: "/stories/the-keeper" });
    await story.waitFor();
    const cell = (/** @type {string} */ label) => story.locator(`[data-label=${label}]`).innerText();
    assert.equal(await cell("kind"), "APP_PAGE");
    assert.match(await cell("stored"), /^[\d.]+ k?B$/);
    assert.match(await cell("raw"), /^[\d.]+ kB$/);
    assert.match(await cell("tags"), /stories/);
    assert.match(await cell("expires"), /^in \d+ (d|h)$/);
    await page.getByRole("button", { name: /^log/ }).click();
    assert.match(await page.locator("tr[data-row=log]").innerText(), /version 3.*3 events/s);
    await page.getByRole("button", { name: /^tag/ }).click();
    assert.ok((await page.locator("tr[data-row=tag]").count()) > 0);
  });

  it("a page on its own tells how it was served", async () => {
    const own = await browser.newPage();
    await own.goto(`${urls[1]}/stories/the-keeper`);
    assert.match(await own.locator(".served .badge").innerText(), /HIT|STALE/);
    await own.close();
  });

  it("the window beside it shows the entries, the log, and what both instances report", async () => {
    const opened = page.context().waitForEvent("page");
    await page.getByRole("link", { name: "Open the window on the table" }).click();
    const window = await opened;
    await window.getByRole("button", { name: /\/stories\/the-keeper$/ }).click();
    await window.getByRole("region", { name: "Value" }).waitFor();
    await window.getByRole("link", { name: "Log" }).click();
    await window.locator(".events li", { hasText: "news" }).first().waitFor();
    await window.getByRole("link", { name: "Live" }).click();
    await window.locator(".figures").waitFor();
    await window.screenshot({ path: join(LOGS, "window.png"), fullPage: true });
    const instances = await window.getByRole("table", { name: "Instances" }).innerText();
    assert.match(instances, /^A\s+/m);
    assert.match(instances, /^B\s+/m);
    await window.close();
  });

  it("it fits a phone, in light and in dark", async () => {
    for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
      const phone = await browser.newPage({ viewport: { width: 390, height: 844 }, colorScheme });
      await phone.goto(urls[0]);
      await phone.locator("tr[data-row=entry]").first().waitFor();
      const [width, ground] = await phone.evaluate(() => [
        document.documentElement.scrollWidth,
        getComputedStyle(document.body).backgroundColor,
      ]);
      await phone.screenshot({ path: join(LOGS, `phone-${colorScheme}.png`), fullPage: true });
      assert.equal(width, 390);
      assert.equal(ground, colorScheme === "light" ? "rgb(246, 245, 241)" : "rgb(20, 22, 26)");
      await phone.close();
    }
  });

  it("nothing has been complained about in the browser's console", () => assert.deepEqual(complaints, []));

  it("Ctrl-C stops everything", async () => {
    await browser.close();
    await stop(demo, "SIGINT");
    // npm, once its script has ended, ends itself by the signal that it was sent.
    assert.match(await demo.ended, /^(ended with code 0|was ended by SIGINT)$/);
    const endpoint = /DynamoDB +(http:\S+)/.exec(demo.output())?.[1];
    const window = /Window +(http:[^#\s]+)/.exec(demo.output())?.[1];
    for (const url of [...urls, String(endpoint), String(window)]) {
      await assert.rejects(fetch(url), `${url} still answers`);
    }
  });
});
