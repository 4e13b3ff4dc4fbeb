/** A novel: its tiers, and the payment for one. */

import { cardForm } from "../card-form.js";
import { h } from "../dom.js";
import { explain } from "../failure.js";
import { form } from "../form.js";
import { date, money } from "../texts.js";

/** @import { ChampionStatus, TierOnSale } from "../vendor/pledge-client.js" */

/** @param {import("../app.js").Page} page */
export default async function novel(page) {
  const { main, texts, config, session, to, rest } = page;
  const found = config.novels.find(({ id }) => String(id) === rest);
  if (!found) {
    main.append(h("h1", {}, texts.notFound));
    return;
  }
  const state = h("div", { role: "status" });
  const choice = h("div", {});
  main.append(h("h1", {}, found.title), state, choice);
  try {
    const { tiers: onSale } = await page.pledge.championTiers(found.id);
    if (!(await session.user())) {
      choice.append(tiers(page, onSale, undefined, "disabled"));
      const here = encodeURIComponent(location.pathname);
      choice.append(h("a", { class: "button primary", href: `${to("sign-in")}?next=${here}` }, texts.signIn));
      return;
    }
    const status = await page.pledge.championStatus(found.id);
    show(page, onSale, state, status);
    if (status.autoRenew) return;
    choose(page, onSale, choice, state, status);
  } catch (error) {
    choice.append(h("p", { class: "notice", role: "alert" }, explain(error, texts)));
  }
}

/**
 * @param {import("../app.js").Page} page
 * @param {TierOnSale[]} onSale
 * @param {HTMLElement} state
 * @param {ChampionStatus} status
 */
function show({ texts, locale, to }, onSale, state, status) {
  if (!status.isActive) {
    state.replaceChildren();
    return;
  }
  const level = status.tierLevel ?? 0;
  const tier = onSale.find(({ tierLevel }) => tierLevel === level)?.name ?? texts.tier(level);
  const day = status.endDate && date(locale, status.endDate);
  state.replaceChildren(
    h(
      "p",
      { class: "notice good" },
      texts.champion(tier),
      day ? ` (${status.autoRenew ? texts.renews(day) : texts.until(day)}). ` : ". ",
      h("a", { href: to("account") }, texts.account),
    ),
  );
}

/**
 * @param {import("../app.js").Page} page
 * @param {TierOnSale[]} onSale
 * @param {number | undefined} chosen
 * @param {"disabled"} [disabled]
 */
function tiers({ texts, locale }, onSale, chosen, disabled) {
  const level = onSale.some(({ tierLevel }) => tierLevel === chosen) ? chosen : onSale[0]?.tierLevel;
  return h(
    "fieldset",
    { disabled: disabled !== undefined },
    h("legend", {}, texts.chooseTier),
    h(
      "div",
      { class: "tiers" },
      onSale.map(({ tierLevel, name, amount, currency }) =>
        h(
          "label",
          { class: "choice" },
          h("input", { type: "radio", name: "tierLevel", value: tierLevel, checked: tierLevel === level }),
          h("span", {}, name, h("strong", {}, money(locale, amount, currency)), h("small", {}, texts.perMonth)),
        ),
      ),
    ),
  );
}

/**
 * @param {import("../app.js").Page} page
 * @param {TierOnSale[]} onSale
 * @param {HTMLElement} choice
 * @param {HTMLElement} state
 * @param {ChampionStatus} before
 */
function choose(page, onSale, choice, state, before) {
  const { texts, pledge } = page;
  const { novelId } = before;
  /** @param {string} value @param {string} label @param {boolean} checked */
  const way = (value, label, checked) =>
    h("label", { class: "check" }, h("input", { type: "radio", name: "way", value, checked }), h("span", {}, label));
  /** @param {ChampionStatus} after */
  const done = (after) => {
    choice.replaceChildren(h("h2", {}, texts.championTitle));
    if (after.isActive) show(page, onSale, state, after);
    else choice.append(h("p", {}, texts.bookedLater));
  };
  const element = form(
    { action: texts.toCard, busy: texts.working },
    [
      tiers(page, onSale, before.pendingAttempt?.tierLevel ?? before.tierLevel ?? undefined),
      h(
        "fieldset",
        { class: "ways" },
        h("legend", {}, texts.how),
        way("monthly", texts.support, true),
        way("once", texts.once, false),
      ),
    ],
    async (values) => {
      try {
        const tierLevel = Number(values.get("tierLevel"));
        const tier = onSale.find((on) => on.tierLevel === tierLevel);
        if (values.get("way") === "once") {
          const { clientSecret } = await pledge.purchase({ novelId, tierLevel });
          // The payment is booked when the reader has more time than before.
          const booked = (/** @type {ChampionStatus} */ { isActive, endDate }) => isActive && endDate !== before.endDate;
          await pay(page, choice, tier, texts.once, clientSecret, async () =>
            done(await pledge.waitForChampion(novelId, booked)),
          );
          return;
        }
        const { clientSecret, subscriptionId } = await pledge.subscribe({ novelId, tierLevel });
        const paid = async () => done(await pledge.waitForSubscription({ novelId, subscriptionId }));
        // Without a secret nothing is due now: a cancelled subscription was resumed.
        if (clientSecret) await pay(page, choice, tier, texts.support, clientSecret, paid);
        else await paid();
      } catch (error) {
        return explain(error, texts, element);
      }
    },
  );
  choice.append(element);
}

/**
 * Shows Stripe's card form and pays with it.
 *
 * @param {import("../app.js").Page} page
 * @param {HTMLElement} choice
 * @param {TierOnSale | undefined} tier
 * @param {string} way
 * @param {string} clientSecret
 * @param {() => Promise<void>} paid
 */
async function pay(page, choice, tier, way, clientSecret, paid) {
  const { texts, locale } = page;
  const amount = tier ? ` ${money(locale, tier.amount, tier.currency)}` : "";
  const what = { lead: tier ? `${tier.name}: ${way}` : "", action: `${texts.pay}${amount}`, clientSecret };
  await cardForm(page, choice, what, paid);
}
