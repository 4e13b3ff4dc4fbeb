/** Stripe's card form. */

import { h } from "./dom.js";
import { form } from "./form.js";
import { loadStripe } from "./payment.js";

/**
 * Shows Stripe's card form in `place` and pays with it. 3-D Secure runs in it too.
 *
 * @param {import("./app.js").Page} page
 * @param {HTMLElement} place
 * @param {{lead: string, action: string, clientSecret: string}} what
 * @param {() => Promise<void>} paid Called when Stripe says that it is paid; the API is told a moment later.
 */
export async function cardForm({ texts, config, locale }, place, { lead, action, clientSecret }, paid) {
  const stripe = await loadStripe(config.stripe);
  const elements = stripe.elements({ clientSecret, locale });
  const card = h("div", { class: "field" });
  place.replaceChildren(
    h("h2", {}, texts.card),
    lead ? h("p", { class: "lead" }, lead) : "",
    form({ action, busy: texts.working }, [card], async () => {
      const confirmed = await stripe.confirmPayment({
        elements,
        redirect: "if_required",
        confirmParams: { return_url: location.href },
      });
      if (confirmed.error) return confirmed.error.message ?? texts.failed;
      await paid();
    }),
  );
  elements.create("payment").mount(card);
}
