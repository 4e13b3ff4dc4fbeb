// The console of the local cloud: what happened, the tables, the controls.
import assert from "node:assert/strict";
import { test } from "node:test";

import { accessible, shot, visit } from "./browser.mjs";
import { endpoints } from "./endpoints.mjs";

const json = { "content-type": "application/json" };

async function order(email) {
  const body = JSON.stringify({ email, color: "Red", locale: "en" });
  const response = await fetch(`${endpoints.api}/checkout`, { method: "POST", headers: json, body });
  return response.json();
}

async function pay(sessionId) {
  const url = `${endpoints.controls.stripe}/checkout/sessions/${sessionId}/pay`;
  assert.equal((await fetch(url, { method: "POST", headers: json, body: "{}" })).status, 200);
}

test("the console shows each step of a preorder as it happens", async () => {
  await visit({}, async (page) => {
    await page.goto(endpoints.api);
    await page.getByRole("heading", { name: "Pledge console" }).waitFor();
    const { preorderId, sessionId } = await order(`console-${Date.now()}@example.com`);
    await pay(sessionId);
    await page.getByRole("searchbox", { name: "Filter" }).fill(preorderId);
    for (const step of [
      /Browser → API POST \/checkout 200/,
      /API → PostgreSQL insert preorders/,
      /API → Stripe POST \/v1\/checkout\/sessions 200/,
      /Stripe → API checkout\.session\.completed 200/,
      /API → PostgreSQL update preorders .*status processing → completed/,
      /API → Klaviyo preorder_success 202/,
    ]) {
      await page.getByRole("button", { name: step }).first().waitFor();
    }
    await page.getByRole("button", { name: /Stripe → API checkout\.session\.completed/ }).click();
    await page.getByRole("heading", { name: "Request" }).waitFor();
    await accessible(page);
    await shot(page, "console");
    assert.ok((await page.locator(".entries > li").count()) <= 200);
  });
});

test("an id leads to what happened with it, by keyboard alone", async () => {
  await visit({}, async (page) => {
    const { preorderId } = await order(`keyboard-${Date.now()}@example.com`);
    await page.goto(`${endpoints.api}/#timeline?q=${preorderId}`);
    const entry = page.getByRole("button", { name: /POST \/checkout/ }).first();
    await entry.focus();
    await page.keyboard.press("Enter");
    assert.equal(await entry.getAttribute("aria-expanded"), "true");
    const session = page.getByRole("button", { name: /^cs_/ }).first();
    await session.focus();
    await page.keyboard.press("Enter");
    assert.match(await page.getByRole("searchbox", { name: "Filter" }).inputValue(), /^cs_/);
  });
});

test("the tables show the rows as they are", async () => {
  await visit({}, async (page) => {
    const email = `table-${Date.now()}@example.com`;
    await order(email);
    await page.goto(`${endpoints.api}/#tables?table=preorders`);
    await page.getByRole("link", { name: email }).waitFor();
    await page.getByRole("term").filter({ hasText: "processing" }).waitFor();
    await accessible(page);
    await shot(page, "console-tables");
  });
});

test("the controls tell the stand-ins what to do, and show the command", async () => {
  await visit({}, async (page) => {
    await page.goto(`${endpoints.api}/#controls`);
    const late = page.locator(".control").filter({ has: page.getByRole("button", { name: "As usual" }) });
    await late.getByText(`curl ${endpoints.controls.stripe}/deliveries/settings`).waitFor();
    await late.getByRole("button", { name: "As usual" }).click();
    await late.getByText(/^200 /).waitFor();
    await accessible(page);
    await shot(page, "console-controls");
  });
});

test("the console fits on a phone", async () => {
  await visit({ width: 400, height: 800 }, async (page) => {
    await order(`phone-${Date.now()}@example.com`);
    for (const view of ["timeline", "tables", "controls"]) {
      await page.goto(`${endpoints.api}/#${view}`);
      await page.getByRole("link", { name: new RegExp(view, "i"), current: "page" }).waitFor();
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
      assert.equal(wide, false, `${view} is wider than the screen`);
    }
    await page.goto(`${endpoints.api}/#timeline`);
    await page.getByRole("button", { name: /POST \/checkout/ }).first().waitFor();
    await shot(page, "console-phone");
  });
});

test("a page of another site can't use the console", async () => {
  const elsewhere = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors" };
  const answer = await fetch(`${endpoints.api}/_console/activity`, { headers: elsewhere });
  assert.equal(answer.status, 403);
});
