/** The reader's preorders. */

import { h } from "../dom.js";
import { payAgain } from "../pages/cancelled.js";
import { colorName, date, money } from "../texts.js";

/** @import { OwnPreorder } from "../vendor/pledge-client.js" */

/**
 * Returns a line for each preorder, newest first.
 *
 * @param {import("../app.js").Page} page
 * @param {OwnPreorder[]} preorders
 */
export function ownPreorders(page, preorders) {
  if (preorders.length === 0) return h("p", {}, page.texts.noPreorders);
  return h("ul", { class: "list" }, preorders.map((preorder) => line(page, preorder)));
}

/**
 * @param {import("../app.js").Page} page
 * @param {OwnPreorder} preorder
 */
function line(page, { preorderId, preorderNumber, status, color, amount, currency, createdAt, refundedAmount }) {
  const { texts, locale } = page;
  const paid = amount !== null && currency ? money(locale, amount, currency) : null;
  const partly = status !== "refunded" && refundedAmount > 0 && currency;
  const facts = [
    texts.statuses[status],
    paid,
    partly ? texts.partlyRefunded(money(locale, refundedAmount, currency)) : null,
    date(locale, createdAt),
  ];
  return h(
    "li",
    { "data-preorder": preorderId },
    h(
      "div",
      { class: "what" },
      colorName(texts, color),
      h("small", {}, [preorderNumber, ...facts].filter(Boolean).join(" · ")),
    ),
    status === "completed" || status === "refunded" ? null : payAgain(page, preorderId, preorderNumber),
  );
}
