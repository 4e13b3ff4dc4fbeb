/** What happened, newest first, with a lane for each system. */

import { h } from "./dom.js";
import { linked } from "./ids.js";

/** At most this many rows are in the page, whatever there is. */
const ROWS = 200;
const LANES = { browser: "Browser", api: "API", postgres: "PostgreSQL", stripe: "Stripe", firebase: "Firebase", klaviyo: "Klaviyo" };
const ORDER = Object.keys(LANES);

export function timeline({ main, activity, query }) {
  const text = h("input", {
    type: "search",
    placeholder: "Preorder, subscription, e-mail, path …",
    "aria-label": "Filter",
    value: query.get("q"),
  });
  const related = h("input", { type: "checkbox", checked: true });
  const logs = h("input", { type: "checkbox" });
  const pause = h("button", { "aria-pressed": "false" }, "Pause");
  const count = h("p", { class: "count", role: "status" });
  const list = h("ol", { class: "entries", "aria-label": "What happened, newest first" });
  const rows = new Map();
  let paused = false;

  const follow = (id) => {
    text.value = id;
    changed();
  };

  function draw() {
    if (paused) return;
    const found = activity.matching(text.value.trim(), related.checked).filter((entry) => logs.checked || !isLog(entry));
    const shown = found.slice(-ROWS).reverse();
    const wanted = new Set(shown.map(({ id }) => id));
    for (const [id, row] of rows) {
      if (wanted.has(id)) continue;
      row.remove();
      rows.delete(id);
    }
    // Rows that are there stay, so that what is open or has the focus isn't lost.
    shown.forEach((entry, index) => {
      if (!rows.has(entry.id)) rows.set(entry.id, row(entry, follow));
      const element = rows.get(entry.id);
      if (list.children[index] !== element) list.insertBefore(element, list.children[index] ?? null);
    });
    const more = found.length > ROWS ? `, the newest ${ROWS} are shown` : "";
    count.textContent = found.length === 0 ? empty(text.value) : `${found.length} things happened${more}.`;
  }

  function changed() {
    const wanted = text.value.trim();
    history.replaceState(null, "", wanted ? `#timeline?q=${encodeURIComponent(wanted)}` : "#timeline");
    draw();
  }

  text.addEventListener("input", changed);
  related.addEventListener("change", draw);
  logs.addEventListener("change", draw);
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.setAttribute("aria-pressed", String(paused));
    draw();
  });
  const names = ORDER.map((lane) => h("span", {}, LANES[lane]));
  main.append(
    h("div", { class: "bar" }, text, h("label", {}, related, " and what belongs to it"), h("label", {}, logs, " logs"), pause),
    count,
    h("div", { class: "lanes head", "aria-hidden": "true" }, names),
    list,
  );
  draw();
  return activity.onChange(draw);
}

const isLog = (entry) => entry.from === entry.to;

const empty = (filter) =>
  filter ? "Nothing that happened has this in it." : "Nothing has happened yet. Order something in the storefront.";

function row(entry, follow) {
  const { at, from, to, title, result, ok, took } = entry;
  const time = new Date(at);
  const detail = h("div", { class: "detail", hidden: true });
  const button = h(
    "button",
    { class: "entry", "aria-expanded": "false" },
    h("time", { datetime: time.toISOString(), title: time.toISOString() }, time.toTimeString().slice(0, 8)),
    arrow(from, to),
    h("span", { class: "title" }, title),
    h("span", { class: ok ? "result" : "result bad" }, result),
    h("span", { class: "took" }, took === undefined ? "" : `${took} ms`),
  );
  button.addEventListener("click", () => {
    detail.hidden = !detail.hidden;
    button.setAttribute("aria-expanded", String(!detail.hidden));
    // Made when it is looked at.
    if (!detail.hidden && detail.childElementCount === 0) detail.append(...details(entry, follow));
  });
  return h("li", { class: `to-${to}` }, button, detail);
}

/** From lane to lane; a dot for what stays in one. */
function arrow(from, to) {
  const [start, end] = [ORDER.indexOf(from), ORDER.indexOf(to)];
  const line = h("span", { class: start === end ? "dot" : start < end ? "line" : "line back" });
  line.style.gridColumn = `${Math.min(start, end) + 1} / ${Math.max(start, end) + 2}`;
  const words = from === to ? LANES[from] : `${LANES[from]} → ${LANES[to]}`;
  return h("span", { class: "lanes" }, line, h("span", { class: "words" }, words));
}

function details({ to, from, before, after }, follow) {
  const [first, second] =
    to === "postgres" ? ["Row before", "Row after"] : from === to ? ["", "Log line"] : ["Request", "Answer"];
  const parts = [
    [first, before],
    [second, after],
  ];
  return parts
    .filter(([, value]) => value !== null)
    .map(([name, value]) => h("section", {}, h("h2", {}, name), linked(value, follow)));
}
