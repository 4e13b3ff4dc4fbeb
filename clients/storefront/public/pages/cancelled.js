/** The page to which Stripe sends a customer who goes back from the pay page. */

import { h } from "../dom.js";
import { explain } from "../failure.js";
import { takePreorderId } from "./return.js";

/** @param {import("../app.js").Page} page */
export default function cancelled(page) {
  const { main, texts, to } = page;
  const preorderId = takePreorderId();
  main.append(
    h("h1", {}, texts.cancelledTitle),
    h("p", { class: "lead" }, texts.cancelled),
    h(
      "div",
      { class: "actions" },
      preorderId ? payAgain(page, preorderId) : null,
      h("a", { class: "button", href: to("") }, texts.again),
    ),
  );
}

/**
 * Returns a button that opens the pay page of a preorder again.
 *
 * @param {import("../app.js").Page} page
 * @param {string} preorderId
 * @param {string} [name] A text that tells this button from others on the page.
 */
export function payAgain({ main, pledge, texts }, preorderId, name) {
  const notice = h("p", { class: "notice", role: "alert" });
  main.append(notice);
  return h(
    "button",
    {
      class: "primary",
      "aria-label": name && `${texts.payNow}: ${name}`,
      onclick: async () => {
        try {
          location.assign((await pledge.checkout({ preorderId })).url);
        } catch (error) {
          notice.textContent = explain(error, texts);
        }
      },
    },
    texts.payNow,
  );
}
