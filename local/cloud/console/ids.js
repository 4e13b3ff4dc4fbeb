/** Ids in entries, by which a filter follows a preorder to its session, payment and events. */

import { h } from "./dom.js";

const ID = /\b(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|(?:cs|pi|sub|in|cus|evt|re|dp|du|ch|pm)_[A-Za-z0-9_]{8,}?(?=_secret|[^A-Za-z0-9_]|$))/g;
/**
 * Matches ids that belong to one preorder or subscription. A customer or a price would join entries that have nothing
 * in common.
 */
const LINK = /^(?:[0-9a-f]{8}-|cs_|pi_|sub_|in_|evt_)/;

/** Returns every id in a text, once. */
export function idsIn(text) {
  return [...new Set(text.match(ID) ?? [])];
}

/** Returns the ids in a text that lead from one entry to another. */
export function linksIn(text) {
  return idsIn(text).filter((id) => LINK.test(id));
}

/** Returns a value as JSON in which a click on an id filters the timeline by it. */
export function linked(value, follow) {
  const text = JSON.stringify(value, null, 2) ?? "";
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(ID)) {
    parts.push(text.slice(end, found.index), h("button", { class: "id", onclick: () => follow(found[0]) }, found[0]));
    end = found.index + found[0].length;
  }
  return h("pre", { tabindex: "0" }, ...parts, text.slice(end));
}
