/** Paying a renewal whose card was refused. */

import { cardForm } from "../card-form.js";
import { h } from "../dom.js";
import { money } from "../texts.js";

/** @import { ChampionStatus } from "../vendor/pledge-client.js" */

/**
 * Shows Stripe's card form in `place`, if something is to be done, and gives the status once the payment is known.
 *
 * @param {import("../app.js").Page} page
 * @param {HTMLElement} place
 * @param {number} novelId
 * @param {(status: ChampionStatus) => void} done
 */
export async function payOpen(page, place, novelId, done) {
  const { texts, locale, pledge } = page;
  const { amount, currency, clientSecret } = await pledge.payOpenInvoice({ novelId });
  const paid = async () => {
    place.replaceChildren(h("p", { role: "status" }, texts.confirming));
    const isPaid = (/** @type {ChampionStatus} */ { subscriptionStatus }) => subscriptionStatus === "active";
    done(await pledge.waitForChampion(novelId, isPaid));
  };
  if (clientSecret === null) return paid();
  const due = money(locale, amount, currency);
  await cardForm(page, place, { lead: texts.open(due), action: `${texts.pay} ${due}`, clientSecret }, paid);
}
