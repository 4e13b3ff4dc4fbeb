/** The novels that somebody supports, and how it goes on. */

import { h } from "../dom.js";
import { explain } from "../failure.js";
import { date } from "../texts.js";
import { accessBar } from "./access-bar.js";
import { changeTier } from "./change-tier.js";
import { payOpen } from "./pay-open.js";

/** @import { ChampionStatus, TierOnSale } from "../vendor/pledge-client.js" */

/**
 * A line for each novel.
 *
 * @param {import("../app.js").Page} page
 */
export async function supports(page) {
  const { texts, config, pledge, to } = page;
  const all = await Promise.all(config.novels.map(({ id }) => pledge.championStatus(id)));
  const supported = all.filter((status) => status.startDate !== null || status.pendingAttempt !== null);
  if (supported.length === 0) return h("p", {}, texts.noSupport, " ", h("a", { href: to("novels") }, texts.novels));
  const lines = supported.map(async (status) => {
    const { tiers } = await pledge.championTiers(status.novelId);
    return support(page, tiers, status);
  });
  return h("ul", { class: "list" }, await Promise.all(lines));
}

/**
 * One novel's line, which is replaced by what the API says after each action.
 *
 * @param {import("../app.js").Page} page
 * @param {TierOnSale[]} tiers
 * @param {ChampionStatus} status
 * @returns {HTMLElement}
 */
function support(page, tiers, status) {
  const { texts, locale, config, pledge, to } = page;
  const { novelId } = status;
  const title = config.novels.find(({ id }) => id === novelId)?.title ?? String(novelId);
  const tier = tiers.find(({ tierLevel }) => tierLevel === status.tierLevel)?.name;
  const notice = h("p", { class: "notice", role: "alert" });
  const panel = h("div", { class: "panel" });
  /** @param {ChampionStatus} now */
  const show = (now) => line.replaceWith(support(page, tiers, now));
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
  const pastDue = status.subscriptionStatus === "past_due" || status.subscriptionStatus === "unpaid";
  /** @type {HTMLElement} */
  const line = h(
    "li",
    { "data-novel": novelId },
    h(
      "div",
      { class: "what" },
      h("a", { href: to(`novels/${novelId}`) }, title),
      h("small", {}, [tier, ...until(page, status)].filter(Boolean).join(", ")),
      pastDue ? h("small", {}, texts.pastDue) : null,
      status.pendingAttempt
        ? h("small", {}, texts.unpaidAttempt, " ", h("a", { href: to(`novels/${novelId}`) }, texts.finishPayment))
        : null,
    ),
    accessBar(page, status),
    h(
      "div",
      { class: "actions" },
      pastDue && button(texts.payNow, () => payOpen(page, panel, novelId, show)),
      status.autoRenew && !pastDue && button(texts.changeTier, () => changeTier(page, panel, tiers, status)),
      status.autoRenew && button(texts.cancel, async () => show(await pledge.cancel(novelId))),
      status.cancelAtPeriodEnd && button(texts.resume, async () => show(await pledge.resume(novelId))),
      status.subscriptionId !== null && button(texts.portal, openPortal),
    ),
    notice,
    panel,
  );
  return line;
}

/**
 * @param {import("../app.js").Page} page
 * @param {ChampionStatus} status
 */
function until({ texts, locale }, { endDate, isActive, inGrace, graceUntil, autoRenew, cancelAtPeriodEnd }) {
  if (!endDate) return [];
  const day = date(locale, endDate);
  if (!isActive) return [texts.over(day)];
  if (inGrace && graceUntil) return [texts.graceTo(date(locale, graceUntil))];
  if (autoRenew) return [texts.renews(day)];
  return [cancelAtPeriodEnd ? texts.ends(day) : texts.until(day)];
}
