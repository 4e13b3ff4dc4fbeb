/** The order form. */

import { h } from "../dom.js";
import { explain } from "../failure.js";
import { field, form } from "../form.js";
import { colorName, money } from "../texts.js";

/** @import { ColorOnSale } from "../vendor/pledge-client.js" */

/** @param {import("../app.js").Page} page */
export default async function order({ main, locale, texts, pledge, session }) {
  main.append(h("h1", {}, texts.orderTitle), h("p", { class: "lead" }, texts.orderLead));
  const user = await session.user();
  /** @type {ColorOnSale[]} */
  let colors;
  try {
    ({ colors } = await pledge.catalogue());
  } catch (error) {
    main.append(h("p", { class: "notice", role: "alert" }, explain(error, texts)));
    return;
  }
  const first = colors.find(({ soldOut }) => !soldOut);
  const choices = colors.map(({ color, amount, currency, soldOut }) =>
    h(
      "label",
      { class: "choice swatch", "data-color": color },
      h("input", { type: "radio", name: "color", value: color, checked: color === first?.color, disabled: soldOut }),
      h("span", {}, colorName(texts, color), h("small", {}, soldOut ? texts.soldOut : money(locale, amount, currency))),
    ),
  );
  // The same form sent again makes no second preorder. A corrected form needs another key.
  let idempotencyKey = crypto.randomUUID();
  const element = form(
    { action: texts.toPayment, busy: texts.working },
    [
      h("fieldset", {}, h("legend", {}, texts.color), h("div", { class: "swatches" }, choices)),
      field(
        texts.email,
        h("input", { name: "email", type: "email", autocomplete: "email", required: true, value: user?.email }),
      ),
      h(
        "div",
        { class: "row" },
        field(texts.firstName, h("input", { name: "firstName", autocomplete: "given-name" }), { hint: texts.optional }),
        field(texts.lastName, h("input", { name: "lastName", autocomplete: "family-name" }), { hint: texts.optional }),
      ),
      h(
        "label",
        { class: "check field" },
        h("input", { type: "checkbox", name: "marketingConsent" }),
        h("span", {}, texts.consent),
      ),
    ],
    async (values) => {
      try {
        const preorder = {
          email: String(values.get("email")),
          color: String(values.get("color")),
          locale,
          firstName: String(values.get("firstName")) || null,
          lastName: String(values.get("lastName")) || null,
          marketingConsent: values.has("marketingConsent"),
          consentTextVersion: texts.consentVersion,
        };
        const { url } = await pledge.checkout(preorder, { idempotencyKey });
        location.assign(url);
      } catch (error) {
        return explain(error, texts, element);
      }
    },
  );
  element.addEventListener("input", () => {
    idempotencyKey = crypto.randomUUID();
  });
  main.append(element);
}
