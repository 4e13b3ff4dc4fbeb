/** The view of the database's present rows. */

import { h } from "./dom.js";

const LONG = 60;

/** The tables that are looked at most, each with the explanation above it. The other tables are listed below by name. */
const VIEWS = [
  ["preorders", "Preorders", "The funnel, and the newest rows."],
  ["users", "Readers", "Whoever has ordered or signed in."],
  ["champion_segment", "Access", "Stretches of access, a line for each reader and novel; the number is the tier."],
  ["user_champion_subscription_record", "Ledger", "Payments for novels, each as the time that it gave."],
  ["outbox", "Outbox", "Announcements for Klaviyo, with how often sending them has failed."],
  ["parked", "Parked", "What waits for a person."],
  ["dead-letters", "Dead letters", "Messages of the queue that failed five times."],
];

/** How long to wait after an entry before the rows are read again, in milliseconds. */
const QUIET = 700;

export function tables({ main, query, activity }) {
  const wanted = query.get("table");
  const names = h("nav", { class: "names", "aria-label": "Tables" });
  const place = h("div", { class: "place" });
  main.append(names, place);
  load();
  let timer;
  const leave = activity.onChange(() => {
    clearTimeout(timer);
    timer = setTimeout(load, QUIET);
  });

  async function load() {
    const known = await get("/_console/tables");
    const isView = VIEWS.some(([view]) => view === wanted);
    const name = isView || known.includes(wanted) ? wanted : "preorders";
    const link = (table, label) =>
      h("a", { href: `#tables?table=${encodeURIComponent(table)}`, "aria-current": table === name && "true" }, label);
    const others = known.filter((table) => VIEWS.every(([view]) => view !== table));
    names.replaceChildren(
      ...VIEWS.map(([table, label]) => link(table, label)),
      h("details", { open: others.includes(name) }, h("summary", {}, "Other tables"), others.map((table) => link(table, table))),
    );
    if (name === "parked" || name === "dead-letters") {
      place.replaceChildren(...(await WAITING[name]()));
      return;
    }
    const rows = await get(`/_console/tables/${encodeURIComponent(name)}`);
    const [left, focused] = [place.querySelector(".scroll")?.scrollLeft, place.contains(document.activeElement)];
    place.replaceChildren(
      ...head(name),
      h("p", { class: "count", role: "status" }, rows.length === 0 ? "No rows." : `${rows.length} rows, newest first.`),
      ...summary(name, rows),
      ...(rows.length === 0 ? [] : [grid(rows)]),
    );
    // Reading again neither moves the rows nor takes the focus away.
    if (left) place.querySelector(".scroll").scrollLeft = left;
    if (focused) place.querySelector(".scroll")?.focus({ preventScroll: true });
  }

  return () => {
    clearTimeout(timer);
    leave();
  };
}

function head(name) {
  const [, label, explanation] = VIEWS.find(([view]) => view === name) ?? [name, name, ""];
  return [h("h2", {}, label), explanation ? h("p", { class: "count" }, explanation) : ""];
}

/** The tables of things that wait for a person, each with the command that helps. */
const WAITING = {
  async parked() {
    const { events, announcements } = await get("/_console/parked");
    return [
      ...head("parked"),
      h("h3", {}, "Events of Stripe that could not be applied"),
      todo("When the reason is mended, decide them again:", "scripts/ops parked requeue <event> --apply"),
      ...counted(events),
      h("h3", {}, "Announcements that Klaviyo refused for good"),
      todo("When the reason is mended, send them again:", "scripts/ops outbox requeue --all --apply"),
      ...counted(announcements),
    ];
  },
  async "dead-letters"() {
    return [
      ...head("dead-letters"),
      todo("The rows that they name are sent by the schedule all the same. Back into the queue:", "scripts/ops dlq redrive --apply"),
      ...counted(await get("/_console/dead-letters")),
    ];
  },
};

const todo = (text, command) => h("p", {}, text, " ", h("code", { tabindex: "0" }, command));

const counted = (rows) => (rows.length === 0 ? [h("p", { class: "count" }, "None.")] : [grid(rows)]);

async function get(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

function grid(rows) {
  const columns = Object.keys(rows[0]);
  return h(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": "Rows" },
    h(
      "table",
      {},
      h("thead", {}, h("tr", {}, columns.map((column) => h("th", { scope: "col" }, column)))),
      h("tbody", {}, rows.map((row) => h("tr", {}, columns.map((column) => h("td", {}, cell(row[column])))))),
    ),
  );
}

function cell(value) {
  if (value === null) return h("span", { class: "null" }, "null");
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  if (/^[0-9a-f]{8}-|^[a-z]{2,4}_[A-Za-z0-9]{8,}|^\S+@\S+\.\S+$/.test(text)) {
    return h("a", { href: `#timeline?q=${encodeURIComponent(text)}`, title: "What happened with it" }, text);
  }
  return text.length > LONG ? h("details", {}, h("summary", {}, `${text.slice(0, LONG)}…`), text) : text;
}

/** Returns a summary of a table's rows. */
function summary(name, rows) {
  if (name === "preorders") return [bars(countBy(rows, (row) => row.status, FUNNEL))];
  if (name === "outbox") return [bars(countBy(rows, stateOf, ["waiting", "sent", "parked"]))];
  if (name === "champion_segment" || name === "user_champion_subscription_record") return [segments(rows)];
  return [];
}

const FUNNEL = ["initiated", "processing", "completed", "failed", "cancelled", "refunded"];

const stateOf = ({ sent_at: sent, parked_at: parked }) => (sent ? "sent" : parked ? "parked" : "waiting");

/** Returns how many rows have each key, in the given order. */
function countBy(rows, key, order) {
  const counts = new Map(order.map((name) => [name, 0]));
  for (const row of rows) counts.set(key(row), (counts.get(key(row)) ?? 0) + 1);
  return counts;
}

/** Returns a bar for each status, as long as its number of rows. */
function bars(counts) {
  const most = Math.max(1, ...counts.values());
  return h(
    "dl",
    { class: "bars" },
    [...counts].map(([label, count]) => {
      const bar = h("span", { class: "fill" });
      bar.style.width = `${(100 * count) / most}%`;
      return [h("dt", {}, label), h("dd", {}, bar, String(count))];
    }),
  );
}

/** Returns segments of access as bars over time, a line for each reader and novel. */
function segments(rows) {
  const parsed = rows.flatMap((row) => {
    const [start, end] = [row.start_at ?? row.starts_at ?? row.start_date, row.end_at ?? row.ends_at ?? row.end_date];
    return start && end ? [{ ...row, start: Date.parse(start), end: Date.parse(end) }] : [];
  });
  if (parsed.length === 0) return h("p", {});
  const first = Math.min(...parsed.map(({ start }) => start));
  const last = Math.max(...parsed.map(({ end }) => end));
  const lines = Map.groupBy
    ? Map.groupBy(parsed, (row) => `${row.user_id} · novel ${row.novel_id}`)
    : new Map([["all", parsed]]);
  const share = (time) => (100 * (time - first)) / Math.max(1, last - first);
  return h(
    "div",
    { class: "segments" },
    [...lines].map(([label, line]) => [
      h("p", {}, label),
      h(
        "div",
        { class: "track" },
        line.map((row) => {
          const bar = h("span", { title: `tier ${row.tier_level ?? row.tier}` }, String(row.tier_level ?? row.tier));
          bar.style.left = `${share(row.start)}%`;
          bar.style.width = `${share(row.end) - share(row.start)}%`;
          return bar;
        }),
      ),
    ]),
  );
}
