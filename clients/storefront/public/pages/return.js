/** The page to which Stripe sends the customer after the payment. The API may be told of the payment later. */

import { PledgeError } from "../vendor/pledge-client.js";

import { h } from "../dom.js";
import { explain } from "../failure.js";
import { colorName, money } from "../texts.js";

/** @import { Preorder } from "../vendor/pledge-client.js" */

/**
 * The states in which the API wasn't told of the payment yet. Stripe opens this page only after the pay page is completed,
 * so `failed` tells of a card that was tried before, and `cancelled` of a page that ran out before.
 */
const NOT_TOLD_YET = ["initiated", "processing", "failed", "cancelled"];

/** @param {import("../app.js").Page} page */
export default async function returned({ main, texts, pledge, locale, to }) {
  const preorderId = takePreorderId();
  const status = h("div", { role: "status" }, h("div", { class: "spinner" }), h("h1", {}, texts.confirming));
  main.append(status);

  /** @param {string} title @param {import("../dom.js").Child[]} content */
  const show = (title, ...content) => status.replaceChildren(h("h1", {}, title), ...content.map((child) => h("p", {}, child)));
  const orderAgain = h("a", { class: "button", href: to("") }, texts.again);
  if (!preorderId) return show(texts.unknownPreorder, orderAgain);
  try {
    const settled = (/** @type {Preorder} */ { status }) => !NOT_TOLD_YET.includes(status);
    const preorder = await pledge.waitForPreorder(preorderId, { settled });
    show(...describe(preorder, texts, locale));
    status.append(facts(preorder, texts));
    main.append(h("div", { class: "actions" }, orderAgain));
  } catch (error) {
    const unknown = error instanceof PledgeError && error.code === "PREORDER_NOT_FOUND";
    show(unknown ? texts.unknownPreorder : explain(error, texts), orderAgain);
  }
}

/**
 * Returns the preorder's id from the page's address. The id is removed from the address, since whoever has it may see the
 * preorder, and stays in this tab for a reload.
 */
export function takePreorderId() {
  const named = new URLSearchParams(location.search).get("preorder_id");
  if (named) {
    sessionStorage.setItem("preorderId", named);
    history.replaceState(null, "", location.pathname);
  }
  return named ?? sessionStorage.getItem("preorderId");
}

/**
 * @param {Preorder} preorder
 * @param {import("../texts.js").Texts} texts
 * @param {import("../texts.js").Locale} locale
 * @returns {[title: string, text: string]}
 */
function describe({ status, amount, currency }, texts, locale) {
  if (NOT_TOLD_YET.includes(status)) return [texts.delayedTitle, texts.delayed];
  switch (status) {
    case "completed":
      return [texts.paidTitle, texts.paid(amount !== null && currency ? money(locale, amount, currency) : "")];
    case "refunded":
      return [texts.refundedTitle, ""];
    default:
      // This page doesn't know a status of a newer API.
      return [status, ""];
  }
}

/**
 * @param {Preorder} preorder
 * @param {import("../texts.js").Texts} texts
 */
function facts({ preorderNumber, color }, texts) {
  return h(
    "dl",
    {},
    h("dt", {}, texts.number),
    h("dd", {}, preorderNumber),
    h("dt", {}, texts.color),
    h("dd", {}, colorName(texts, color)),
  );
}
