/** The activity of the local cloud: everything that happened, as the page keeps it. */

import { linksIn } from "./ids.js";

const KEPT = 5000;
const EMAIL = /[a-z0-9._%+-]+@(?!.*gserviceaccount)[a-z0-9-]+(?:\.[a-z0-9-]+)+/g;

/** Returns whether an entry is a line that a function logged. */
export const isLog = (entry) => entry.from === entry.to && entry.to === "api";

/** Returns whether an entry's ids lead to other entries. Those of a queue's batch don't: its messages may have nothing in common. */
const leadsOn = (entry) => entry.from !== "sqs" && entry.to !== "sqs";

/**
 * Sorts entries, newest first, into groups that share an id (`by` is "thing") or also an e-mail address ("reader"), each
 * with a `label`. What has no id comes last.
 */
export function grouped(entries, by) {
  const groups = new Map();
  const groupOf = new Map();
  const keysOf = (entry) => [...entry.links, ...(by === "reader" ? (entry.text.match(EMAIL) ?? []) : [])];
  const put = (entry, keys) => {
    const known = [...new Set(keys.map((key) => groupOf.get(key)).filter(Boolean))];
    const group = known[0] ?? [];
    for (const other of known.slice(1)) {
      group.push(...other);
      groups.delete(other);
      for (const [key, owner] of groupOf) if (owner === other) groupOf.set(key, group);
    }
    group.push(entry);
    groups.set(group, true);
    for (const key of keys) groupOf.set(key, group);
  };
  const others = [];
  for (const entry of entries.filter(leadsOn)) {
    const keys = keysOf(entry);
    if (keys.length === 0) others.push(entry);
    else put(entry, keys);
  }
  for (const entry of entries.filter((entry) => !leadsOn(entry))) {
    const group = entry.links.map((link) => groupOf.get(link)).find(Boolean);
    (group ?? others).push(entry);
  }
  const newestFirst = (a, b) => b.at - a.at || b.id - a.id;
  const sorted = [...groups.keys()].map((group) => group.sort(newestFirst)).sort(([a], [b]) => newestFirst(a, b));
  const labelled = sorted.map((group) => ({ label: labelOf(group), entries: group }));
  return others.length > 0 ? [...labelled, { label: "Without an id", entries: others.sort(newestFirst) }] : labelled;
}

/** Returns what a group is about: `reader@example.com · ROL-0A1B2C3D`. */
function labelOf(group) {
  const text = group.map((entry) => entry.text).join(" ");
  const number = text.match(/rol-[0-9a-f]{8}/)?.[0].toUpperCase();
  const subscription = group.flatMap((entry) => entry.links).find((link) => link.startsWith("sub_"));
  const parts = [text.match(EMAIL)?.[0], number ?? subscription].filter(Boolean);
  return parts.length > 0 ? parts.join(" · ") : group.flatMap((entry) => entry.links)[0];
}

export class Activity {
  /** The entries, oldest first, each with its JSON as `text` and the ids that lead to other entries as `links`. */
  entries = [];
  #known = new Set();
  #listeners = new Set();
  #stream;

  constructor() {
    this.#read();
    this.#stream = new EventSource("/_console/stream");
    this.#stream.addEventListener("message", ({ data }) => this.#add([JSON.parse(data)]));
    this.#stream.addEventListener("lagged", () => this.#read());
    // After an interruption, entries may be missing.
    this.#stream.addEventListener("open", () => this.#read());
  }

  /** Calls `listener` after each change. Returns a function that stops it. */
  onChange(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onLost(listener) {
    let told = false;
    this.#stream.addEventListener("error", () => {
      if (!told) listener();
      told = true;
    });
    this.#stream.addEventListener("open", () => {
      told = false;
    });
  }

  onFound(listener) {
    this.#stream.addEventListener("open", listener);
  }

  /** Returns the entries that have the text and, if `related`, those that share an id with one of them. */
  matching(text, related) {
    if (!text) return this.entries;
    const wanted = text.toLowerCase();
    const found = new Set(this.entries.filter((entry) => entry.text.includes(wanted)));
    if (!related) return this.entries.filter((entry) => found.has(entry));
    for (let before = -1; before !== found.size; ) {
      before = found.size;
      const links = new Set([...found].filter(leadsOn).flatMap((entry) => entry.links));
      for (const entry of this.entries) if (entry.links.some((id) => links.has(id))) found.add(entry);
    }
    return this.entries.filter((entry) => found.has(entry));
  }

  async #read() {
    const response = await fetch("/_console/activity").catch(() => undefined);
    if (response?.ok) this.#add(await response.json());
  }

  #add(entries) {
    for (const entry of entries) {
      if (this.#known.has(entry.id)) continue;
      this.#known.add(entry.id);
      const text = JSON.stringify(entry);
      // A log line is read a moment after it was written, so its own time counts.
      const at = isLog(entry) ? (Date.parse(entry.after?.time) || entry.at) : entry.at;
      this.entries.push({ ...entry, at, text: text.toLowerCase(), links: linksIn(text) });
    }
    this.entries.sort((a, b) => a.at - b.at || a.id - b.id);
    this.entries.splice(0, this.entries.length - KEPT);
    for (const listener of this.#listeners) listener();
  }
}
