/** Asks a reader to confirm their e-mail address, and sends the e-mail again. */

import { h } from "../dom.js";
import { explain } from "../failure.js";
import { form } from "../form.js";

/** @param {import("../app.js").Page} page */
export function confirmAddress({ texts, session }) {
  const sent = h("p", { class: "notice good", role: "status" });
  const send = async () => {
    sent.textContent = "";
    try {
      await session.sendVerification();
    } catch (error) {
      return explain(error, texts);
    }
    sent.textContent = texts.verificationSent;
  };
  const again = { action: texts.sendVerification, busy: texts.working };
  return h("section", { class: "card" }, form(again, [h("p", {}, texts.confirmAddress)], send, { repeatable: true }), sent);
}
