// The journeys of readers through the storefront.
import assert from "node:assert/strict";
import { test } from "node:test";

import { accessible, shot, visit } from "./browser.mjs";
import { control, endpoints } from "./endpoints.mjs";

const shop = endpoints.storefront;
let number = 0;
const somebody = (host = "example.com") => `reader-${Date.now()}-${(number += 1)}@${host}`;
const heading = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();

/** Fills the order form in and goes to Stripe's page. */
async function order(page, email) {
  await page.goto(`${shop}/en/`);
  await page.getByRole("radio", { name: "Sakura Pink" }).check();
  await page.getByLabel("E-mail").fill(email);
  await page.getByRole("button", { name: "Go to payment" }).click();
  await page.waitForURL(/\/c\/pay\//);
}

async function signUp(page, email) {
  await page.goto(`${shop}/en/sign-in?mode=sign-up`);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill("correct horse");
  await page.getByRole("button", { name: "Make an account" }).click();
  await heading(page, "Your account");
}

async function signInWithGoogle(page, email) {
  await page.getByRole("button", { name: "Continue with Google" }).click();
  await page.getByLabel(/Which Google account/).fill(email);
  await page.getByRole("button", { name: "Continue with Google" }).click();
}

/** Loads the page again until a text is there. */
async function reloadUntil(page, text) {
  for (let load = 0; load < 40 && !(await page.getByText(text).first().isVisible()); load += 1) {
    await page.waitForTimeout(250);
    await page.reload();
    await page.locator("main[data-ready]").waitFor();
  }
  await page.getByText(text).first().waitFor();
}

test("a reader orders, pays and sees that it is paid", async () => {
  await visit({}, async (page) => {
    await page.goto(`${shop}/en/`);
    await heading(page, "Preorder yours");
    await page.getByText("$299").first().waitFor();
    await accessible(page);
    await shot(page, "order");
    const sent = page.waitForRequest((request) => request.method() === "POST" && /\/(preorders|checkout)$/.test(request.url()));
    await order(page, somebody());
    assert.match((await sent).headers()["x-firebase-appcheck"], /^eyJ/, "the page says that it is the shop's");
    await page.getByRole("button", { name: /by card/ }).first().click();
    await heading(page, "Thank you. It's paid.");
    await page.getByText(/ROL-[0-9A-F]{8}/).waitFor();
    assert.equal(new URL(page.url()).search, "", "the preorder's id leaves the address");
    await accessible(page);
    await shot(page, "paid");
    await page.reload();
    await heading(page, "Thank you. It's paid.");
  });
});

/**
 * Lets the API say of a preorder what it says until Stripe tells it of the payment. Returns a function that ends this.
 */
async function tellLate(page, status) {
  let late = true;
  await page.route(/\/preorders\/[^/]+$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill(late ? { response, json: { ...(await response.json()), status } } : { response });
  });
  return () => {
    late = false;
  };
}

for (const [status, before] of [
  ["failed", "the card before was refused"],
  ["cancelled", "the page before ran out"],
]) {
  test(`a reader who has paid isn't told that ${before}`, async () => {
    await visit({}, async (page) => {
      await order(page, somebody());
      const tell = await tellLate(page, status);
      const read = page.waitForResponse(/\/preorders\/[^/]+$/);
      await page.getByRole("button", { name: /by card/ }).first().click();
      await read;
      await heading(page, /We are waiting for Stripe/);
      tell();
      await heading(page, "Thank you. It's paid.");
    });
  });
}

test("a reader whose second card paid isn't asked to pay again, however late Stripe tells it", async () => {
  // Stripe's page answers a declined card with 402.
  await visit({ expected: /status of 402/ }, async (page) => {
    await order(page, somebody());
    await page.getByRole("button", { name: /that is declined/ }).click();
    await page.getByRole("alert").waitFor();
    await tellLate(page, "failed");
    await page.clock.install();
    const read = page.waitForResponse(/\/preorders\/[^/]+$/);
    await page.getByRole("button", { name: /by card/ }).first().click();
    await read;
    await heading(page, /We are waiting for Stripe/);
    await page.clock.fastForward(30_000);
    await heading(page, "Your payment is on its way.");
    await accessible(page);
    assert.equal(await page.getByRole("button", { name: "Pay now" }).count(), 0);
  });
});

test("a form that is wrong says so at the field", async () => {
  // The browser itself logs each answer that is an error.
  await visit({ expected: /status of 400/ }, async (page) => {
    await page.goto(`${shop}/en/`);
    await page.getByLabel("E-mail").fill("nobody");
    await page.getByRole("button", { name: "Go to payment" }).click();
    await page.getByText(/must be an e-mail address/).waitFor();
    assert.equal(await page.getByLabel("E-mail").getAttribute("aria-invalid"), "true");
    await accessible(page);
  });
});

/**
 * Loses the API's answers to an order and to the client's two repeats of it. Returns a list of the idempotency keys that were
 * sent, to which later ones are added.
 */
async function loseAnswers(page) {
  const keys = [];
  await page.route(/\/checkout$/, async (route) => {
    keys.push(route.request().headers()["idempotency-key"]);
    const response = await route.fetch();
    await (keys.length <= 3 ? route.abort() : route.fulfill({ response }));
  });
  await page.goto(`${shop}/en/`);
  await page.getByLabel("E-mail").fill(somebody());
  await page.getByRole("button", { name: "Go to payment" }).click();
  await page.getByText("You seem to be offline.").waitFor();
  return keys;
}

test("a reader who sends the form again after a lost answer makes no second preorder", async () => {
  await visit({ expected: /ERR_FAILED/ }, async (page) => {
    const keys = await loseAnswers(page);
    await page.getByRole("button", { name: "Go to payment" }).click();
    await page.waitForURL(/\/c\/pay\//);
    assert.equal(keys.length, 4);
    assert.equal(new Set(keys).size, 1);
  });
});

test("a form that is corrected after a lost answer isn't refused for its key", async () => {
  await visit({ expected: /ERR_FAILED/ }, async (page) => {
    const keys = await loseAnswers(page);
    await page.getByLabel("First name").fill("Jo");
    await page.getByRole("button", { name: "Go to payment" }).click();
    await page.waitForURL(/\/c\/pay\//);
    assert.notEqual(keys[3], keys[0]);
  });
});

test("an impatient reader can't send the form again before the pay page is there, but can after going back", async () => {
  await visit({}, async (page) => {
    // The browser stays on a page whose link has no content.
    await page.route(/\/c\/pay\//, (route) => route.fulfill({ status: 204 }));
    await page.goto(`${shop}/en/`);
    await page.getByLabel("E-mail").fill(somebody());
    const leaves = page.waitForRequest(/\/c\/pay\//);
    await page.getByRole("button", { name: "Go to payment" }).click();
    await leaves;
    assert.equal(await page.getByRole("button", { name: "One moment …" }).isDisabled(), true);
    await page.evaluate(() => window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
    assert.equal(await page.getByRole("button", { name: "Go to payment" }).isEnabled(), true);
  });
});

test("a reader who goes back from the pay page can pay later", async () => {
  await visit({}, async (page) => {
    await order(page, somebody());
    await page.getByRole("link", { name: /Go back to the shop/ }).click();
    await heading(page, "Nothing was charged.");
    await accessible(page);
    await page.getByRole("button", { name: "Pay now" }).click();
    await page.waitForURL(/\/c\/pay\//);
    await page.getByRole("button", { name: /by card/ }).first().click();
    await heading(page, "Thank you. It's paid.");
  });
});

test("a reader signs up, confirms the address, forgets the password and chooses another", async () => {
  await visit({ expected: /status of 400/ }, async (page) => {
    const email = somebody();
    await page.goto(`${shop}/en/sign-in`);
    await heading(page, "Sign in");
    await accessible(page);
    await shot(page, "sign-in");
    await signUp(page, email);
    const mails = () => control("firebase", "codes").then((codes) => codes.filter((code) => code.email === email));
    await page.goto((await mails())[0].oobLink);
    await heading(page, "Your address is confirmed.");
    await page.goto(`${shop}/en/account`);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("link", { name: "Sign in" }).click();
    await page.getByLabel("E-mail").fill(email);
    await page.getByLabel("Password").fill("a wrong one");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("Address and password don't belong together.").waitFor();
    await page.getByRole("link", { name: "I forgot my password" }).click();
    await page.getByLabel("E-mail").fill(email);
    await page.getByRole("button", { name: "Send me a link" }).click();
    await page.getByText(/a link is on its way/).waitFor();
    await page.goto((await mails())[0].oobLink);
    await page.getByLabel("New password").fill("battery staple");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("main").getByRole("link", { name: "Sign in" }).click();
    await page.getByLabel("E-mail").fill(email);
    await page.getByLabel("Password").fill("battery staple");
    await page.getByRole("button", { name: "Sign in" }).click();
    await heading(page, "Your account");
    await page.getByText(`Signed in as ${email}`).waitFor();
  });
});

test("an address that was confirmed on another device counts at once", async () => {
  await visit({}, async (page) => {
    const email = somebody();
    await signUp(page, email);
    // Nobody has proved that the account's owner has this address, so a form with it is not theirs.
    await visit({}, async (another) => {
      await order(another, email);
      await another.getByRole("button", { name: /by card/ }).first().click();
      await heading(another, "Thank you. It's paid.");
    });
    await page.goto(`${shop}/en/account`);
    await page.getByText("You have no preorders yet.").waitFor();
    await accessible(page);
    const mails = () => control("firebase", "codes").then((codes) => codes.filter((code) => code.email === email));
    assert.equal((await mails()).length, 1);
    await page.getByRole("button", { name: "Send the e-mail again" }).click();
    await page.getByText("The e-mail is on its way.").waitFor();
    assert.equal((await mails()).length, 2);
    for (const [locale, says] of [
      ["es", "Enviar el mensaje otra vez"],
      ["ja", "メールをもう一度送る"],
      ["zh-HK", "再次傳送電郵"],
    ]) {
      await page.goto(`${shop}/${locale}/account`);
      await page.getByRole("button", { name: says }).waitFor();
    }
    const { oobLink } = (await mails()).at(-1);
    await visit({}, async (another) => {
      await another.goto(oobLink);
      await heading(another, "Your address is confirmed.");
    });
    await page.goto(`${shop}/en/account`);
    await page.getByText(/^ROL-[0-9A-F]{8} · paid · \$299/).waitFor();
    assert.equal(await page.getByRole("button", { name: "Send the e-mail again" }).count(), 0);
  });
});

test("a phone loads Google's script with the sign-in page, and with no other", async () => {
  const userAgent =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 " +
    "Mobile/15E148 Safari/604.1";
  // The local cloud's policy names no address of Google's.
  await visit({ userAgent, bypassCSP: true, expected: /ERR_FAILED/ }, async (page) => {
    await page.route(/\/config\.json$/, async (route) => {
      const response = await route.fetch();
      const { firebase, ...config } = await response.json();
      const { apiKey, projectId } = firebase;
      // Without the emulator the page is like a deployed one.
      await route.fulfill({ response, json: { ...config, firebase: { apiKey, projectId, authDomain: "auth.example" } } });
    });
    const scripts = [];
    await page.route(/^https:/, (route) => {
      scripts.push(route.request().url());
      return route.abort();
    });
    await page.goto(`${shop}/en/`);
    await page.locator("main[data-ready]").waitFor();
    assert.deepEqual(scripts, []);
    const script = page.waitForRequest(/^https:\/\/apis\.google\.com\/js\/api\.js/);
    await page.goto(`${shop}/en/sign-in`);
    await script;
  });
});

test("a popup that was blocked is explained, and one that the reader closed isn't", async () => {
  await visit({}, async (page) => {
    await page.goto(`${shop}/en/`);
    const messages = (code) =>
      page.evaluate(async (code) => {
        const { explain } = await import("/failure.js");
        const { LANGUAGES, textsOf } = await import("/texts.js");
        return Object.keys(LANGUAGES).map((locale) => explain({ code }, textsOf(locale)));
      }, code);
    const blocked = await messages("auth/popup-blocked");
    assert.match(blocked[0], /allow the window and click again/);
    assert.equal(new Set(blocked).size, 4, "each language has a text");
    for (const code of ["auth/popup-closed-by-user", "auth/cancelled-popup-request"]) {
      assert.deepEqual(new Set(await messages(code)), new Set([""]), code);
    }
  });
});

test("whoever signs in finds what they ordered before", async () => {
  await visit({}, async (page) => {
    const email = somebody("gmail.com");
    await order(page, email);
    await page.getByRole("button", { name: /by card/ }).first().click();
    await heading(page, "Thank you. It's paid.");
    await page.goto(`${shop}/en/sign-in`);
    await signInWithGoogle(page, email);
    await heading(page, "Your account");
    await page.getByText(/^ROL-[0-9A-F]{8} · paid · \$299/).waitFor();
    await accessible(page);
    await shot(page, "account-preorders");
  });
});

test("a reader agrees to news, withdraws it, and finds what they said", async () => {
  await visit({}, async (page) => {
    await signUp(page, somebody());
    await page.getByText("You haven't agreed to this.").waitFor();
    await page.getByRole("button", { name: "I agree" }).click();
    await page.getByText(/You have agreed to this on/).waitFor();
    await page.reload();
    await page.getByText(/You have agreed to this on/).waitFor();
    await accessible(page);
    await page.getByRole("button", { name: "I withdraw my consent" }).click();
    await page.getByText(/You have withdrawn your consent on/).waitFor();
    for (const [locale, says] of [
      ["es", /Retiraste tu consentimiento el/],
      ["ja", /に同意を撤回されています/],
      ["zh-HK", /你已於 .* 撤回同意/],
    ]) {
      await page.goto(`${shop}/${locale}/account`);
      await page.getByText(says).waitFor();
    }
  });
});

test("a reader buys 30 days once", async () => {
  await visit({}, async (page) => {
    await signUp(page, somebody());
    await page.goto(`${shop}/en/novels/2`);
    await page.getByRole("radio", { name: /Profound Realm/ }).check();
    await page.getByRole("radio", { name: "Buy 30 days once" }).check();
    await page.getByRole("button", { name: "Go on to payment" }).click();
    await page.getByText("Test cards").click();
    await page.getByRole("button", { name: "4242 4242 4242 4242" }).click();
    await page.getByRole("button", { name: "Pay $3" }).click();
    await page.getByText(/You are a champion: Profound Realm \(until/).waitFor();
    // A purchase doesn't renew, so the account shows when the access ends.
    await page.goto(`${shop}/en/account`);
    await page.getByText(/Profound Realm, until/).waitFor();
  });
});

test("a reader still sees their support of a novel that is no longer on sale, and can end it", async () => {
  // The browser logs that the novel has no tiers.
  await visit({ expected: /status of 404/ }, async (page) => {
    await signUp(page, somebody());
    await page.goto(`${shop}/en/novels/2`);
    await page.getByRole("radio", { name: /Profound Realm/ }).check();
    await page.getByRole("button", { name: "Go on to payment" }).click();
    await page.getByText("Test cards").click();
    await page.getByRole("button", { name: "4242 4242 4242 4242" }).click();
    await page.getByRole("button", { name: "Pay $3" }).click();
    await page.getByText(/You are a champion: Profound Realm \(renews on/).waitFor();
    // The API knows no tiers of novel 999.
    await page.route(/\/champion-tiers$/, (route) =>
      route.continue({ url: route.request().url().replace(/\/novels\/\d+\//, "/novels/999/") }),
    );
    await page.goto(`${shop}/en/account`);
    await page.getByText(/Tier \d+, renews on/).waitFor();
    assert.equal(await page.getByRole("button", { name: "Change tier: Nine Rivers" }).count(), 0);
    await accessible(page);
    await page.getByRole("button", { name: "End it: Nine Rivers" }).click();
    await page.getByText(/Tier \d+, ends on/).waitFor();
  });
});

test("a part of the account that fails hides no other", async () => {
  await visit({ expected: /status of 500/ }, async (page) => {
    await signUp(page, somebody());
    await page.route(/\/users\/me\/champions$/, (route) =>
      route.fulfill({
        status: 500,
        headers: { "access-control-allow-origin": "*" },
        json: { code: "INTERNAL_ERROR", message: "An error of ours.", requestId: "r-1" },
      }),
    );
    await page.reload();
    await page.getByText(/Please tell us this number: r-1/).waitFor();
    await page.getByText("You have no preorders yet.").waitFor();
    await page.getByText("You haven't agreed to this.").waitFor();
    await page.getByRole("button", { name: "Sign out" }).waitFor();
    await accessible(page);
  });
});

for (const [locale, title] of [
  ["es", "Reserva el tuyo"],
  ["ja", "ご予約はこちら"],
  ["zh-HK", "立即預購"],
]) {
  test(`the shop speaks ${locale}, also on a phone`, async () => {
    await visit({ locale, width: 400, height: 800 }, async (page) => {
      await page.goto(shop);
      await heading(page, title);
      await accessible(page);
      await shot(page, `order-${locale}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
      assert.equal(wide, false, "nothing is wider than the screen");
    });
  });
}

test("a page of another origin can't read the API", async () => {
  await visit({ expected: /CORS policy|ERR_FAILED/ }, async (page) => {
    // Another origin of this machine: localhost isn't 127.0.0.1.
    await page.goto(`${shop.replace("127.0.0.1", "localhost")}/favicon.svg`);
    const answer = await page.evaluate(
      (url) => fetch(url).then(() => "answered", (error) => error.name),
      `${endpoints.api}/preorders/0a1b2c3d-7e11-4c7e-9a50-3d1f5e0c9b21`,
    );
    assert.equal(answer, "TypeError");
  });
});

// This test moves Stripe's clock, so it comes last.
test("a champion pays with 3-D Secure, ends it, lets it go on, changes the tier, and pays a refused renewal", async () => {
  await visit({ expected: /status of 402/ }, async (page) => {
    await page.goto(`${shop}/en/novels`);
    await page.getByRole("link", { name: "The Lantern Keeper" }).click();
    await page.getByRole("main").getByRole("link", { name: "Sign in" }).click();
    await signInWithGoogle(page, somebody("gmail.com"));
    await heading(page, "The Lantern Keeper");
    await page.getByRole("radio", { name: /Martial King/ }).check();
    await accessible(page);
    await shot(page, "novel");
    await page.getByRole("button", { name: "Go on to payment" }).click();

    await page.getByLabel("Card number").fill("4000000000000002");
    await page.getByLabel(/Expiration/).fill("1230");
    await page.getByLabel("Security code").fill("123");
    await page.getByRole("button", { name: /^Pay/ }).click();
    await page.getByText("Your card was declined.").waitFor();

    await page.getByLabel("Card number").fill("4000000000003220");
    await accessible(page);
    await shot(page, "card");
    await page.getByRole("button", { name: /^Pay/ }).click();
    const bank = page.frameLocator('iframe[title="3-D Secure"]');
    await bank.getByRole("button", { name: "Yes, confirm" }).waitFor();
    await shot(page, "3-d-secure");
    await bank.getByRole("button", { name: "Yes, confirm" }).click();
    await page.getByRole("heading", { name: "Thank you, champion." }).waitFor();
    await page.getByText(/You are a champion: Martial King \(renews on/).waitFor();

    await page.goto(`${shop}/en/account`);
    await page.getByText(/Martial King, renews on/).waitFor();
    await page.getByRole("img", { name: /^Access over time/ }).waitFor();
    await accessible(page);
    await shot(page, "account");
    await page.getByRole("button", { name: "End it: The Lantern Keeper" }).click();
    await page.getByText(/Martial King, ends on/).waitFor();
    await page.getByRole("button", { name: "Let it go on: The Lantern Keeper" }).click();
    await page.getByText(/Martial King, renews on/).waitFor();

    await page.getByRole("button", { name: "Change tier: The Lantern Keeper" }).click();
    await page.getByLabel("Tier from the next renewal on").selectOption({ label: "Half Martial Emperor, $15 a month" });
    await page.getByRole("button", { name: "What would it cost?" }).click();
    await page.getByText(/^The renewal on .* costs \$15\./).waitFor();
    await accessible(page);
    await page.getByRole("button", { name: "Change tier", exact: true }).click();
    await page.getByText(/^It is changed\./).waitFor();

    await page.getByRole("button", { name: "Card and invoices: The Lantern Keeper" }).click();
    await page.waitForURL((url) => url.origin === endpoints.stripe_api_base);
    await page.goto(`${shop}/en/account`);

    const [{ customer }] = await control("stripe", "list/subscription");
    await control("stripe", `customers/${customer}/card`, { payment_method: "pm_card_chargeCustomerFail" });
    // A renewal's invoice is charged an hour after its period has begun.
    await control("stripe", "clock/advance", { seconds: 31 * 86_400 + 7200 });
    await reloadUntil(page, "The last payment failed.");
    await accessible(page);
    await shot(page, "account-past-due");

    await page.getByRole("button", { name: "Pay now: The Lantern Keeper" }).click();
    await page.getByText(/^\$15 is to be paid/).waitFor();
    await page.getByText("Test cards").click();
    await page.getByRole("button", { name: "4242 4242 4242 4242" }).click();
    await page.getByRole("button", { name: "Pay $15" }).click();
    await page.getByText("The last payment failed.").waitFor({ state: "detached" });
    await accessible(page);
    await shot(page, "account-paid");
  });
});
