/** The novels that can be supported. */

import { h } from "../dom.js";

/** @param {import("../app.js").Page} page */
export default function novels({ main, texts, config, to }) {
  main.append(
    h("h1", {}, texts.novelsTitle),
    h("p", { class: "lead" }, texts.novelsLead),
    h(
      "ul",
      { class: "list card" },
      config.novels.map(({ id, title }) => h("li", {}, h("a", { class: "what", href: to(`novels/${id}`) }, title))),
    ),
  );
}
