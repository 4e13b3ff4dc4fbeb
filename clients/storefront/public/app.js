/** Starts the page that the path names. Each page is a module of its own, and every link loads a page. */

import { Pledge } from "./vendor/pledge-client.js";

import { appCheckTokens } from "./app-check.js";
import { loadConfig } from "./config.js";
import { h } from "./dom.js";
import { Session } from "./session.js";
import { LANGUAGES, localeOf, textsOf } from "./texts.js";

/**
 * The parts that every page gets.
 *
 * @typedef {object} Page
 * @property {HTMLElement} main The element in which the page is shown.
 * @property {import("./texts.js").Locale} locale
 * @property {import("./texts.js").Texts} texts
 * @property {Pledge} pledge The client of the API.
 * @property {Session} session
 * @property {import("./config.js").Config} config
 * @property {(path: string) => string} to Returns a path in this locale.
 * @property {string} rest The path after the page's own part.
 */

/** @type {[path: string, load: () => Promise<{default: (page: Page) => Promise<void> | void}>][]} */
const PAGES = [
  ["pre-order/success", () => import("./pages/return.js")],
  ["pre-order/cancel", () => import("./pages/cancelled.js")],
  ["sign-in", () => import("./pages/sign-in.js")],
  ["account-action", () => import("./pages/account-action.js")],
  ["novels/", () => import("./pages/novel.js")],
  ["novels", () => import("./pages/novels.js")],
  ["account", () => import("./pages/account.js")],
  ["", () => import("./pages/order.js")],
];

const locale = localeOf(location.pathname);
const texts = textsOf(locale);
const path = location.pathname.replace(/^\/(en|es|ja|zh-HK)(?=\/|$)/, "").replace(/^\//, "");

const config = await loadConfig();
const session = new Session(config.firebase, { hasGoogleButton: path === "sign-in" });
const appCheckToken = appCheckTokens(config.firebase);
const pledge = new Pledge({ baseUrl: config.api, idToken: () => session.idToken(), appCheckToken });

/** @param {string} target */
const to = (target) => `/${locale}/${target}`;

const main = h("main", { id: "content", tabindex: "-1" });
shell();
const found = PAGES.find(([prefix]) => (prefix.endsWith("/") ? path.startsWith(prefix) : path === prefix));
if (found) {
  const { default: show } = await found[1]();
  await show({ main, locale, texts, pledge, session, config, to, rest: path.slice(found[0].length) });
} else {
  main.append(h("h1", {}, texts.notFound));
}
document.title = `${main.querySelector("h1")?.textContent ?? ""} · ${texts.shop}`;
main.setAttribute("data-ready", "");

function shell() {
  document.documentElement.lang = locale;
  /** @param {string} target @param {string} label */
  const link = (target, label) =>
    h("a", { href: to(target), "aria-current": path === target && "page" }, label);
  const account = h("span", {});
  const here = encodeURIComponent(location.pathname);
  const signIn = link("sign-in", texts.signIn);
  // After the sign-in, the reader comes back to this page.
  if (path !== "sign-in") signIn.href += `?next=${here}`;
  session.onChange((user) => account.replaceChildren(user ? link("account", texts.account) : signIn));
  const languages = Object.entries(LANGUAGES).map(([code, name]) =>
    h("a", { href: `/${code}/${path}${location.search}`, lang: code, hreflang: code }, name),
  );
  document.body.replaceChildren(
    h("a", { class: "skip", href: "#content" }, texts.skip),
    h(
      "header",
      {},
      h("a", { class: "shop", href: to("") }, texts.shop),
      link("", texts.preorder),
      link("novels", texts.novels),
      account,
    ),
    main,
    h("footer", {}, h("nav", { "aria-label": texts.language }, languages)),
  );
}
