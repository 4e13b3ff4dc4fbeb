// The console of the local cloud: timeline, tables, controls, and calls of the API.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

import { accessible, shot, visit } from "./browser.mjs";
import { control, endpoints } from "./endpoints.mjs";
import { send } from "./queue.mjs";

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

/** Waits until Klaviyo has so many events about an address: announcements in one batch would belong to several readers. */
const told = (email, count) => control("klaviyo", `events/wait?count=${count}&email=${encodeURIComponent(email)}&timeout_ms=20000`);

/** Pays an intent and waits until the API shows the payment. */
async function payWith(payPage, page, email) {
  const secret = new URL(payPage).searchParams.get("client_secret");
  const stripe = endpoints.stripe_api_base;
  const confirmed = await fetch(`${stripe}/v1/payment_intents/${secret.split("_secret_")[0]}/confirm`, {
    method: "POST",
    headers: { authorization: "Bearer pk_test_local" },
    body: new URLSearchParams({ client_secret: secret, payment_method: "pm_card_visa" }),
  });
  assert.equal(confirmed.status, 200);
  const { idToken } = await control("firebase", "google", { email });
  const url = `${endpoints.api}/payment/stripe/champion-subscription?novelId=1`;
  const status = async () => (await fetch(url, { headers: { authorization: `Bearer ${idToken}` } })).json();
  while (!(await status()).isActive) await page.waitForTimeout(100);
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
      /API → Stripe POST \/v1\/checkout\/sessions 200 \d+ ms/,
      /Stripe → API checkout\.session\.completed 200 \d+ ms/,
      /API → PostgreSQL update preorders .*status processing → completed/,
      /API → SQS 1 message into klaviyo queued/,
      /SQS → API 1 message from klaviyo done/,
      /API → Klaviyo preorder_success 202 \d+ ms/,
    ]) {
      await page.getByRole("button", { name: step }).first().waitFor();
    }
    await page.getByRole("button", { name: /Stripe → API checkout\.session\.completed/ }).click();
    await page.getByRole("heading", { name: "Request" }).waitFor();
    await page.getByRole("heading", { name: "Log lines" }).waitFor();
    await accessible(page);
    await shot(page, "console");
    assert.ok((await page.locator(".entries > li").count()) <= 200);
  });
});

test("what belongs to one reader stands together", async () => {
  await visit({}, async (page) => {
    const [first, second] = ["a", "b"].map((name) => `group-${name}-${Date.now()}@example.com`);
    await order(first);
    await told(first, 1);
    await order(second);
    await told(second, 1);
    const { preorderId } = await order(first);
    await page.goto(endpoints.api);
    const headings = page.locator(".heading");
    await page.getByRole("combobox", { name: "Grouping" }).selectOption("by preorder or subscription");
    await headings.filter({ hasText: first }).nth(1).waitFor();
    assert.equal(await headings.filter({ hasText: second }).count(), 1);
    await page.getByRole("combobox", { name: "Grouping" }).selectOption("by reader");
    await headings.filter({ hasText: second }).waitFor();
    assert.equal(await headings.filter({ hasText: first }).count(), 1);
    await accessible(page);
    await shot(page, "console-groups");
    await page.getByRole("searchbox", { name: "Filter" }).fill(preorderId);
    await headings.filter({ hasText: second }).waitFor({ state: "detached" });
    assert.equal(await headings.filter({ hasText: first }).count(), 1);
    assert.equal(await headings.count(), 1);
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
    await late.getByText(`curl -s ${endpoints.controls.stripe}/deliveries/settings`).waitFor();
    await late.getByRole("button", { name: "As usual" }).click();
    await late.getByText(/^200 /).waitFor();
    await accessible(page);
    await shot(page, "console-controls");
  });
});

test("what Stripe never delivered is fetched, and the preorder is completed", async () => {
  await visit({}, async (page) => {
    const one = (name) => page.locator(".control").filter({ has: page.getByRole("button", { name, exact: true }) });
    const press = async (name) => {
      const answered = page.waitForResponse(/_console\/control/);
      await one(name).getByRole("button").click();
      assert.equal((await answered).status(), 200, name);
    };
    const { preorderId, sessionId } = await order(`unheard-${Date.now()}@example.com`);
    const preorder = async () => (await fetch(`${endpoints.api}/preorders/${preorderId}`)).json();

    await page.goto(`${endpoints.api}/#controls`);
    await press("The endpoint is switched off");
    await pay(sessionId);
    assert.equal((await control("stripe", "idle")).idle, true);
    const paid = (event) => event.type === "checkout.session.completed" && event.data.object.id === sessionId;
    const { id } = (await control("stripe", "events")).find(paid);
    assert.ok((await control("stripe", "deliveries")).every(({ event }) => event !== id), "nothing is delivered");
    assert.equal((await preorder()).status, "processing");

    await one("Fetch what never came").getByText(`curl -s ${endpoints.controls.schedules}/catch-up`).waitFor();
    // An event of this second is listed by Stripe from the next second on.
    while ((await preorder()).status !== "completed") await press("Fetch what never came");
    await press("The endpoint is switched on");

    await page.goto(`${endpoints.api}/#timeline?q=${preorderId}`);
    await page.getByRole("button", { name: /API → PostgreSQL update preorders .*status processing → completed/ }).waitFor();
    await page.getByRole("button", { name: /API → Klaviyo preorder_success 202/ }).waitFor();
    assert.equal(await page.getByRole("button", { name: /Stripe → API/ }).count(), 0);
    await page.getByRole("searchbox", { name: "Filter" }).fill("/v1/events");
    await page.getByRole("button", { name: /API → Stripe GET \/v1\/events 200 \d+ ms/ }).first().waitFor();
    await shot(page, "console-catch-up");
  });
});

test("what waits for a person is there with what to do", async () => {
  await visit({}, async (page) => {
    const letter = `a letter of ${Date.now()}`;
    await send(endpoints.klaviyo_dead_letter_queue_url, letter);
    await page.goto(`${endpoints.api}/#tables?table=dead-letters`);
    await page.getByText("scripts/ops dlq redrive --apply").waitFor();
    await page.getByRole("cell", { name: letter }).waitFor();

    // Klaviyo refuses one announcement for good.
    await control("klaviyo", "faults", { path: "*", times: 1, answer: { kind: "status", status: 400 } });
    const { preorderId } = await order(`parked-${Date.now()}@example.com`);
    await page.getByRole("link", { name: "Parked" }).click();
    await page.getByText("scripts/ops outbox requeue --all --apply").waitFor();
    const parked = page.getByRole("cell", { name: `preorder_started:${preorderId}` });
    for (let look = 0; look < 40 && !(await parked.isVisible()); look += 1) {
      await page.waitForTimeout(250);
      await page.getByRole("link", { name: "Outbox" }).click();
      await page.getByRole("link", { name: "Parked" }).click();
      await page.getByText("scripts/ops parked requeue").waitFor();
    }
    await parked.waitFor();
    await accessible(page);
    await shot(page, "console-parked");
  });
});

test("every operation can be tried with an example that works", async () => {
  await visit({ expected: /status of 409.*\/pay\)$/ }, async (page) => {
    await page.goto(`${endpoints.api}/#try`);
    const operation = page.getByRole("combobox", { name: "Operation" });
    await operation.waitFor();
    const all = await operation.locator("option").evaluateAll((options) => options.map(({ value }) => value));
    // A subscription that is cancelled can't be changed, so these two come last.
    const last = ["cancelChampionSubscription", "resumeChampionSubscription"];
    const ids = [...all.filter((id) => !last.includes(id)), ...last];
    const reader = `try-${Date.now()}@gmail.com`;
    assert.ok(ids.includes("createChampionSubscription"));
    for (const id of ids) {
      await page.goto(`${endpoints.api}/#try?operation=${id}`);
      await page.getByRole("combobox", { name: "Operation" }).waitFor();
      const who = page.getByLabel(/^Signed in as/);
      if (await who.count()) await who.fill(reader);
      await page.getByRole("button", { name: "Send" }).click();
      const answered = page.getByRole("heading", { name: / in \d+ ms$/ });
      await answered.waitFor();
      // No invoice is open when everything is paid.
      const expected = id === "payChampionSubscription" ? /^409 / : /^20[01] /;
      assert.match(await answered.textContent(), expected, id);
      const pay = page.getByRole("link", { name: "Pay it" });
      if (id === "createChampionSubscription") await payWith(await pay.getAttribute("href"), page, reader);
    }
    await accessible(page);
    await shot(page, "console-try");
  });
});

test("the command that is shown does the same", async () => {
  await visit({}, async (page) => {
    await page.goto(`${endpoints.api}/#try?operation=initiatePreorder`);
    const shown = await page.locator(".try code").textContent();
    const answer = JSON.parse(execFileSync("bash", ["-c", shown], { encoding: "utf8" }));
    assert.equal(answer.status, "initiated");
    await page.goto(`${endpoints.api}/#try?operation=receiveStripeEvent`);
    await page.getByText("Take an event of Stripe").waitFor();
    const signed = await page.locator(".try code").textContent();
    assert.equal(JSON.parse(execFileSync("bash", ["-c", signed], { encoding: "utf8" })).received, true);
  });
});

test("the console fits on a phone", async () => {
  await visit({ width: 400, height: 800 }, async (page) => {
    await order(`phone-${Date.now()}@example.com`);
    for (const view of ["timeline", "tables", "controls", "try"]) {
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
