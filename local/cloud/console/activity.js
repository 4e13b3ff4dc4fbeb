/** What happened, as the local cloud tells it. */

import { linksIn } from "./ids.js";

const KEPT = 5000;

export class Activity {
  /** Oldest first; each with its JSON as `text` and the ids that lead on as `links`. */
  entries = [];
  #known = new Set();
  #listeners = new Set();
  #stream;

  constructor() {
    this.#read();
    this.#stream = new EventSource("/_console/stream");
    this.#stream.addEventListener("message", ({ data }) => this.#add([JSON.parse(data)]));
    this.#stream.addEventListener("lagged", () => this.#read());
    // After a break something may have been missed.
    this.#stream.addEventListener("open", () => this.#read());
  }

  /** Calls `listener` after each change, until what is returned is called. */
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

  /** Entries that have the text, or, if `related`, an id of one that has it. */
  matching(text, related) {
    if (!text) return this.entries;
    const wanted = text.toLowerCase();
    const found = new Set(this.entries.filter((entry) => entry.text.includes(wanted)));
    if (!related) return this.entries.filter((entry) => found.has(entry));
    for (let before = -1; before !== found.size; ) {
      before = found.size;
      const links = new Set([...found].flatMap((entry) => entry.links));
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
      this.entries.push({ ...entry, text: text.toLowerCase(), links: linksIn(text) });
    }
    this.entries.sort((a, b) => a.at - b.at || a.id - b.id);
    this.entries.splice(0, this.entries.length - KEPT);
    for (const listener of this.#listeners) listener();
  }
}
