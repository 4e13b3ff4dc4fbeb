/** Access to a novel over time, as a bar. */

import { h } from "../dom.js";
import { date } from "../texts.js";

/** @import { OwnChampion } from "../vendor/pledge-client.js" */

/**
 * Returns a bar with each segment of access, its tier and the grace, and a mark for today; null without any access.
 *
 * @param {import("../app.js").Page} page
 * @param {OwnChampion} champion
 */
export function accessBar({ texts, locale }, { segments, status }) {
  const [first, last] = [segments[0], segments.at(-1)];
  if (!first || !last) return null;
  const now = Date.now();
  const paidUntil = Date.parse(last.end);
  const graceUntil = status.inGrace && status.graceUntil ? Date.parse(status.graceUntil) : paidUntil;
  const [from, to] = [Math.min(Date.parse(first.start), now), Math.max(graceUntil, paidUntil, now)];
  const share = (/** @type {number} */ time) => (100 * (time - from)) / (to - from || 1);
  /** @param {string} kind @param {number} start @param {number} end @param {string} [label] */
  const part = (kind, start, end, label) => {
    const element = h("span", { class: kind }, label);
    element.style.left = `${share(start)}%`;
    element.style.width = `${Math.max(0, share(end) - share(start))}%`;
    return element;
  };
  const stretches = segments.map(({ tierLevel, start, end }) => {
    const [begins, ends] = [Date.parse(start), Date.parse(end)];
    const kind = ends <= now ? "run" : begins <= now ? "runs" : "waits";
    return part(kind, begins, ends, String(tierLevel));
  });
  const words = segments.map(
    ({ tierLevel, start, end }) => `${texts.tier(tierLevel)}, ${date(locale, start)} – ${date(locale, end)}`,
  );
  return h(
    "div",
    { class: "access", role: "img", "aria-label": `${texts.access}: ${words.join("; ")}` },
    ...stretches,
    graceUntil > paidUntil ? part("grace", paidUntil, graceUntil) : null,
    part("today", now, now),
  );
}
