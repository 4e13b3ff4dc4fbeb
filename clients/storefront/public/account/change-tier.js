/** Changing the tier from the next renewal on. */

import { h } from "../dom.js";
import { explain } from "../failure.js";
import { field, form } from "../form.js";
import { date, money } from "../texts.js";

/** @import { ChampionChange, ChampionStatus, TierOnSale } from "../vendor/pledge-client.js" */

/**
 * Shows the tiers in `place`. The price of the next renewal is shown before anything is changed.
 *
 * @param {import("../app.js").Page} page
 * @param {HTMLElement} place
 * @param {TierOnSale[]} tiers
 * @param {ChampionStatus} status
 */
export function changeTier(page, place, tiers, status) {
  const { texts, locale, pledge } = page;
  const { novelId } = status;
  const select = h(
    "select",
    { name: "tierLevel" },
    tiers.map(({ tierLevel, name, amount, currency }) =>
      h(
        "option",
        { value: tierLevel, selected: tierLevel === (status.nextRenewal?.tierLevel ?? status.tierLevel) },
        `${name}, ${money(locale, amount, currency)} ${texts.perMonth}`,
      ),
    ),
  );
  const wish = () => ({ novelId, tierLevel: Number(select.value) });
  /** @param {ChampionChange} change */
  const costs = ({ renewsAt, amount, currency }) => texts.fromRenewal(date(locale, renewsAt), money(locale, amount, currency));
  const previewForm = form({ action: texts.showCost, busy: texts.working }, [field(texts.newTier, select)], async () => {
    try {
      confirm(await pledge.previewTierChange(wish()));
    } catch (error) {
      return explain(error, texts);
    }
  });
  /** @param {ChampionChange} preview */
  const confirm = (preview) => {
    const chosen = wish();
    place.replaceChildren(
      form({ action: texts.changeTier, busy: texts.working }, [h("p", {}, costs(preview))], async () => {
        try {
          const changed = await pledge.changeTier(chosen);
          place.replaceChildren(h("p", { class: "notice good", role: "status" }, `${texts.tierChanged} ${costs(changed)}`));
        } catch (error) {
          return explain(error, texts);
        }
      }),
    );
    place.querySelector("button")?.focus();
  };
  place.replaceChildren(previewForm);
  select.focus();
}
