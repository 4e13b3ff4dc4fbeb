/** The novels that the reader supports, and how each goes on. */

import { PledgeError } from "../vendor/pledge-client.js";

import { h } from "../dom.js";
import { explain } from "../failure.js";
import { date, money } from "../texts.js";
import { accessBar } from "./access-bar.js";
import { changeTier } from "./change-tier.js";
import { payOpen } from "./pay-open.js";

/** @import { ChampionStatus, OwnChampion, TierOnSale } from "../vendor/pledge-client.js" */

/**
 * Returns a line for each novel.
 *
 * @param {import("../app.js").Page} page
 */
export async function supports(page) {
  const { texts, pledge, to } = page;
  const champions = await pledge.ownChampions();
  if (champions.length === 0) return h("p", {}, texts.noSupport, " ", h("a", { href: to("novels") }, texts.novels));
  const lines = champions.map(async (champion) => support(page, await tiersOf(page, champion.status.novelId), champion));
  return h("ul", { class: "list" }, await Promise.all(lines));
}

/**
 * Returns the tiers of a novel that are on sale; none if it isn't on sale any more.
 *
 * @param {import("../app.js").Page} page
 * @param {number} novelId
 */
async function tiersOf({ pledge }, novelId) {
  try {
    return (await pledge.championTiers(novelId)).tiers;
  } catch (error) {
    if (error instanceof PledgeError && error.code === "TIER_NOT_FOUND") return [];
    throw error;
  }
}

/**
 * Returns the line of one novel, which is read again after each action.
 *
 * @param {import("../app.js").Page} page
 * @param {TierOnSale[]} tiers
 * @param {OwnChampion} champion
 * @returns {HTMLElement}
 */
function support(page, tiers, champion) {
  const { texts, locale, config, pledge, to } = page;
  const { status } = champion;
  const { novelId } = status;
  const title = config.novels.find(({ id }) => id === novelId)?.title ?? String(novelId);
  const notice = h("p", { class: "notice", role: "alert" });
  const panel = h("div", { class: "panel" });
  const lookAgain = async () => {
    const now = (await pledge.ownChampions()).find((other) => other.status.novelId === novelId);
    if (now) line.replaceWith(support(page, tiers, now));
  };
  /**
   * @param {string} label
   * @param {() => Promise<void> | void} act
   */
  const button = (label, act) => {
    const element = h("button", { "aria-label": `${label}: ${title}` }, label);
    element.addEventListener("click", async () => {
      notice.textContent = "";
      element.disabled = true;
      try {
        await act();
      } catch (error) {
        notice.textContent = explain(error, texts);
      }
      element.disabled = false;
    });
    return element;
  };
  const openPortal = async () => location.assign((await pledge.billingPortal({ novelId, locale })).url);
  const owes = status.openInvoice !== null;
  /** @type {HTMLElement} */
  const line = h(
    "li",
    { "data-novel": novelId },
    h(
      "div",
      { class: "what" },
      h("a", { href: to(`novels/${novelId}`) }, title),
      h("small", {}, until(page, tiers, status).join(", ")),
      owes ? h("small", {}, texts.pastDue) : null,
      status.pendingAttempt
        ? h("small", {}, texts.unpaidAttempt, " ", h("a", { href: to(`novels/${novelId}`) }, texts.finishPayment))
        : null,
    ),
    accessBar(page, champion),
    h(
      "div",
      { class: "actions" },
      owes && button(texts.payNow, () => payOpen(page, panel, novelId, lookAgain)),
      status.autoRenew &&
        !owes &&
        tiers.length > 0 &&
        button(texts.changeTier, () => changeTier(page, panel, tiers, status)),
      status.autoRenew && button(texts.cancel, () => pledge.cancel(novelId).then(lookAgain)),
      status.cancelAtPeriodEnd && button(texts.resume, () => pledge.resume(novelId).then(lookAgain)),
      status.subscriptionId !== null && button(texts.portal, openPortal),
    ),
    notice,
    panel,
  );
  return line;
}

/**
 * Returns texts about the tier and how it goes on.
 *
 * @param {import("../app.js").Page} page
 * @param {TierOnSale[]} tiers
 * @param {ChampionStatus} status
 * @returns {string[]}
 */
function until({ texts, locale }, tiers, status) {
  const { tierLevel, endDate, isActive, inGrace, graceUntil, autoRenew, cancelAtPeriodEnd, nextRenewal } = status;
  /** @param {number} level */
  const nameOf = (level) => tiers.find((tier) => tier.tierLevel === level)?.name ?? texts.tier(level);
  if (!endDate) return [];
  const day = date(locale, endDate);
  if (!isActive || tierLevel === null) return [texts.over(day)];
  const tier = nameOf(tierLevel);
  if (inGrace && graceUntil) return [tier, texts.graceTo(date(locale, graceUntil))];
  if (nextRenewal) {
    const { tierLevel: next, amount, currency } = nextRenewal;
    const cost = money(locale, amount, currency);
    return [tier, texts.renews(date(locale, nextRenewal.date)), ...(next === tierLevel ? [] : [nameOf(next)]), cost];
  }
  if (autoRenew) return [tier, texts.renews(day)];
  return [tier, cancelAtPeriodEnd ? texts.ends(day) : texts.until(day)];
}
