/** Access to a novel over time, as a bar. */

import { h } from "../dom.js";
import { date } from "../texts.js";

/** @import { ChampionStatus } from "../vendor/pledge-client.js" */

/**
 * Draws what has run, what is paid of this tier, what is paid of others and waits, and the grace, with a mark for today.
 * Gives null for a reader who has or had no access.
 *
 * @param {import("../app.js").Page} page
 * @param {ChampionStatus} status
 */
export function accessBar({ texts, locale }, status) {
  const { startDate, endDate, tierUntil, graceUntil, inGrace } = status;
  if (!startDate || !endDate) return null;
  const now = Date.now();
  const paidUntil = Date.parse(endDate);
  const tierEnds = Math.min(tierUntil ? Date.parse(tierUntil) : paidUntil, paidUntil);
  const graceEnds = inGrace && graceUntil ? Date.parse(graceUntil) : paidUntil;
  const first = Date.parse(startDate);
  const last = Math.max(graceEnds, paidUntil, now);
  const share = (/** @type {number} */ time) => (100 * (Math.min(Math.max(time, first), last) - first)) / (last - first || 1);
  /** @param {string} kind @param {number} from @param {number} to */
  const part = (kind, from, to) => {
    const element = h("span", { class: kind });
    element.style.left = `${share(from)}%`;
    element.style.width = `${Math.max(0, share(to) - share(from))}%`;
    return element;
  };
  const words = `${date(locale, startDate)} – ${date(locale, new Date(Math.max(graceEnds, paidUntil)).toISOString())}`;
  return h(
    "div",
    { class: "access", role: "img", "aria-label": `${texts.access}: ${words}` },
    part("run", first, Math.min(now, paidUntil)),
    part("paid", now, tierEnds),
    part("waits", Math.max(tierEnds, now), paidUntil),
    part("grace", paidUntil, graceEnds),
    part("today", now, now),
  );
}
