/** Paying a renewal whose card was refused. */

import { cardForm } from "../card-form.js";
import { h } from "../dom.js";
import { money } from "../texts.js";

/** @import { ChampionStatus } from "../vendor/pledge-client.js" */

/**
 * Shows Stripe's card form in `place` if an invoice is open, and calls `done` once the API knows the payment.
 *
 * @param {import("../app.js").Page} page
 * @param {HTMLElement} place
 * @param {number} novelId
 * @param {() => Promise<void>} done
 */
export async function payOpen(page, place, novelId, done) {
  const { texts, locale, pledge } = page;
  const { amount, currency, clientSecret } = await pledge.payOpenInvoice({ novelId });
  const paid = async () => {
    place.replaceChildren(h("p", { role: "status" }, texts.confirming));
    const isPaid = (/** @type {ChampionStatus} */ { openInvoice }) => openInvoice === null;
    await pledge.waitForChampion(novelId, isPaid);
    await done();
  };
  if (clientSecret === null) return paid();
  const due = money(locale, amount, currency);
  await cardForm(page, place, { lead: texts.open(due), action: `${texts.pay} ${due}`, clientSecret }, paid);
}
