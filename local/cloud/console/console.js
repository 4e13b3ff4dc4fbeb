/** Starts the view that the address names. */

import { h } from "./dom.js";
import { Activity } from "./activity.js";
import { controls } from "./controls.js";
import { tables } from "./tables.js";
import { timeline } from "./timeline.js";
import { tryIt } from "./try.js";

const VIEWS = { timeline, tables, controls, try: tryIt };

const main = document.querySelector("main");
const endpoints = await (await fetch("/_console/endpoints")).json();
document.querySelector("#storefront").href = endpoints.storefront;
const activity = new Activity();
let leave = () => {};

/** Shows the view in the address, with its parameters: `#timeline?q=…`. */
function show() {
  const [name, query] = location.hash.slice(1).split("?");
  const view = name in VIEWS ? name : "timeline";
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === `#${view}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  leave();
  main.replaceChildren();
  leave = VIEWS[view]({ main, endpoints, activity, query: new URLSearchParams(query) }) ?? (() => {});
}

addEventListener("hashchange", show);
activity.onLost(() => document.body.prepend(h("p", { class: "lost", role: "alert" }, "The local cloud has stopped.")));
activity.onFound(() => document.querySelector(".lost")?.remove());
show();
