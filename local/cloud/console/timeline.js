/** The view of the activity, newest first, with a lane for each system. */

import { grouped, isLog } from "./activity.js";
import { h } from "./dom.js";
import { linked } from "./ids.js";

/** The greatest number of rows in the page. */
const ROWS = 200;
const LANES = { browser: "Browser", api: "API", postgres: "PostgreSQL", stripe: "Stripe", firebase: "Firebase", sqs: "SQS", klaviyo: "Klaviyo" };
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
  const groups = h(
    "select",
    { "aria-label": "Grouping" },
    h("option", { value: "" }, "as it happened"),
    h("option", { value: "thing" }, "by preorder or subscription"),
    h("option", { value: "reader" }, "by reader"),
  );
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
    const rowsOf = (entries) => entries.map((entry) => [entry.id, () => row(entry, activity, follow)]);
    const wanted = (
      groups.value
        ? grouped(shown, groups.value).flatMap(({ label, entries }) => [[label, () => heading(label)], ...rowsOf(entries)])
        : rowsOf(shown)
    ).slice(0, ROWS);
    const keys = new Set(wanted.map(([key]) => key));
    for (const [key, element] of rows) {
      if (keys.has(key)) continue;
      element.remove();
      rows.delete(key);
    }
    // Rows that exist stay, so that open details and the focus aren't lost.
    wanted.forEach(([key, make], index) => {
      if (!rows.has(key)) rows.set(key, make());
      const element = rows.get(key);
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
  groups.addEventListener("change", draw);
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.setAttribute("aria-pressed", String(paused));
    draw();
  });
  const names = ORDER.map((lane) => h("span", {}, LANES[lane]));
  main.append(
    h(
      "div",
      { class: "bar" },
      text,
      h("label", {}, related, " and what belongs to it"),
      groups,
      h("label", {}, logs, " logs"),
      pause,
    ),
    count,
    h("div", { class: "lanes head", "aria-hidden": "true" }, names),
    list,
  );
  draw();
  return activity.onChange(draw);
}

const empty = (filter) =>
  filter ? "Nothing that happened has this in it." : "Nothing has happened yet. Order something in the storefront.";

const heading = (label) => h("li", { class: "heading" }, h("h2", {}, label));

function row(entry, activity, follow) {
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
  const fill = () => detail.replaceChildren(...details(entry, activity, follow));
  let stop = () => {};
  button.addEventListener("click", () => {
    detail.hidden = !detail.hidden;
    button.setAttribute("aria-expanded", String(!detail.hidden));
    stop();
    if (detail.hidden) return;
    // Details are made when they are opened, and again when log lines arrive after the answer that they are about.
    fill();
    let known = logsOf(entry, activity)?.length ?? 0;
    stop = activity.onChange(() => {
      const now = logsOf(entry, activity)?.length ?? 0;
      if (!detail.isConnected) stop();
      else if (now > known) {
        known = now;
        fill();
      }
    });
  });
  return h("li", { class: `from-${from} to-${to}` }, button, detail);
}

/** Returns an arrow from lane to lane, or a dot if both are the same. */
function arrow(from, to) {
  const [start, end] = [ORDER.indexOf(from), ORDER.indexOf(to)];
  const line = h("span", { class: start === end ? "dot" : start < end ? "line" : "line back" });
  line.style.gridColumn = `${Math.min(start, end) + 1} / ${Math.max(start, end) + 2}`;
  const words = from === to ? LANES[from] : `${LANES[from]} → ${LANES[to]}`;
  return h("span", { class: "lanes" }, line, h("span", { class: "words" }, words));
}

function details(entry, activity, follow) {
  const { to, from, before, after } = entry;
  const [first, second] = isLog(entry) ? ["", "Log line"] : (NAMES[to] ?? (from === "sqs" ? NAMES.sqs : ["Request", "Answer"]));
  const parts = [
    [first, before],
    [second, after],
    ["Log lines", logsOf(entry, activity)],
  ];
  return parts
    .filter(([, value]) => value !== null)
    .map(([name, value]) => h("section", {}, h("h2", {}, name), linked(value, follow)));
}

/** The names of the two sides of an entry, if they aren't a request and its answer. */
const NAMES = { postgres: ["Row before", "Row after"], sqs: ["Messages", "Answer"] };

/**
 * Returns the log lines that were written while the API answered a request; null if there are none or the entry isn't a
 * request.
 */
function logsOf(request, activity) {
  const { at, took = 0, links, to } = request;
  if (to !== "api" || isLog(request)) return null;
  const during = activity.entries.filter((entry) => isLog(entry) && entry.at >= at - 5 && entry.at <= at + took + 100);
  // Another request may have been answered at the same time, so its lines are left out.
  const ours = during.filter((entry) => entry.links.length === 0 || entry.links.some((link) => links.includes(link)));
  return ours.length > 0 ? ours.map(({ after }) => after) : null;
}
