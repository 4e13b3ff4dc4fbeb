// Opens pages in a real browser. A test fails if a page writes an error to the console that isn't expected, or if axe
// finds something serious. Screenshots are kept in tests/browser/output.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after } from "node:test";

import { chromium } from "playwright-core";

const output = new URL("output/", import.meta.url);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  // Chromium has no sandbox when it runs as root. The other arguments keep it from calling anybody outside.
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
after(() => browser.close());

/**
 * Opens a page of its own (no cookies, nobody signed in) and gives it to `use`. Fails if the console had an error that
 * `expected` doesn't match. `others` are options of Playwright's for the context.
 */
export async function visit({ locale = "en", width = 1100, height = 900, expected = /^$/, ...others } = {}, use) {
  const context = await browser.newContext({ locale, viewport: { width, height }, ...others });
  context.setDefaultTimeout(20_000);
  const errors = [];
  context.on("console", (message) => message.type() === "error" && errors.push(`${message.text()} (${message.location().url})`));
  context.on("weberror", (error) => errors.push(error.error().stack));
  const page = await context.newPage();
  try {
    await use(page);
  } catch (error) {
    await shot(page, "failed").catch(() => {});
    error.message += `\n  at ${page.url()}, where the console says: ${errors.join("; ") || "nothing"}`;
    throw error;
  } finally {
    await context.close();
  }
  assert.deepEqual(
    errors.filter((error) => !expected.test(error)),
    [],
    "the browser's console has errors",
  );
}

/** Saves a screenshot of the whole page. */
export async function shot(page, name) {
  mkdirSync(output, { recursive: true });
  await page.screenshot({ path: new URL(`${name}.png`, output).pathname, fullPage: true });
}

/** Fails if axe finds something serious on the page in its present state. */
export async function accessible(page) {
  // Evaluated instead of added as a script, which the page's policy would refuse.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run());
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  const found = serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(", ")}`);
  assert.deepEqual(found, [], "axe finds something serious");
}
