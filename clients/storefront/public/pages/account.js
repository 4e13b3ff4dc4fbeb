/** What somebody supports, and how it goes on. */

import { TIERS } from "../catalogue.js";
import { h } from "../dom.js";
import { explain } from "../failure.js";
import { date } from "../texts.js";

/** @import { ChampionStatus } from "../vendor/pledge-client.js" */

/** @param {import("../app.js").Page} page */
export default async function account(page) {
  const { main, texts, session, config, pledge, to } = page;
  const user = await session.user();
  if (!user) {
    location.replace(`${to("sign-in")}?next=${encodeURIComponent(location.pathname)}`);
    return;
  }
  const leave = async () => {
    await session.signOut();
    location.assign(to(""));
  };
  const list = h("ul", { class: "list" });
  const notice = h("p", { class: "notice", role: "alert" });
  main.append(
    h("h1", {}, texts.accountTitle),
    h("p", {}, texts.signedInAs(user.email ?? user.uid)),
    h("section", { class: "card" }, h("h2", {}, texts.supported), notice, list),
    h("button", { onclick: leave }, texts.signOut),
  );
  try {
    const all = await Promise.all(config.novels.map(({ id }) => pledge.championStatus(id)));
    const supported = all.filter((status) => status.tierLevel !== null || status.pendingAttempt !== null);
    list.replaceChildren(...supported.map((status) => support(page, status, notice)));
    if (supported.length === 0) list.replaceWith(h("p", {}, texts.noSupport, " ", h("a", { href: to("novels") }, texts.novels)));
  } catch (error) {
    notice.textContent = explain(error, texts);
  }
}

/**
 * One novel's line, which is replaced by what the API says after each action.
 *
 * @param {import("../app.js").Page} page
 * @param {ChampionStatus} status
 * @param {HTMLElement} notice
 * @returns {HTMLElement}
 */
function support(page, status, notice) {
  const { texts, locale, config, pledge, to } = page;
  const { novelId } = status;
  const title = config.novels.find(({ id }) => id === novelId)?.title ?? String(novelId);
  const tier = TIERS.find(({ level }) => level === status.tierLevel)?.name ?? "";
  /**
   * @param {string} label
   * @param {(novelId: number) => Promise<ChampionStatus>} act
   */
  const button = (label, act) => {
    const element = h("button", {}, label);
    element.setAttribute("aria-label", `${label}: ${title}`);
    element.addEventListener("click", async () => {
      notice.textContent = "";
      element.disabled = true;
      try {
        line.replaceWith(support(page, await act(novelId), notice));
      } catch (error) {
        notice.textContent = explain(error, texts);
        element.disabled = false;
      }
    });
    return element;
  };
  const line = h(
    "li",
    { "data-novel": novelId },
    h(
      "div",
      { class: "what" },
      h("a", { href: to(`novels/${novelId}`) }, title),
      h("small", {}, [tier, until(status, texts, locale)].filter(Boolean).join(", ")),
      status.pendingAttempt
        ? h("small", {}, texts.unpaidAttempt, " ", h("a", { href: to(`novels/${novelId}`) }, texts.finishPayment))
        : null,
    ),
    status.autoRenew && button(texts.cancel, (id) => pledge.cancel(id)),
    status.cancelAtPeriodEnd && button(texts.resume, (id) => pledge.resume(id)),
  );
  return line;
}

/**
 * @param {ChampionStatus} status
 * @param {import("../texts.js").Texts} texts
 * @param {import("../texts.js").Locale} locale
 */
function until({ endDate, isActive, autoRenew, cancelAtPeriodEnd }, texts, locale) {
  if (!endDate) return "";
  const day = date(locale, endDate);
  if (!isActive) return texts.over(day);
  if (autoRenew) return texts.renews(day);
  return cancelAtPeriodEnd ? texts.ends(day) : texts.until(day);
}
