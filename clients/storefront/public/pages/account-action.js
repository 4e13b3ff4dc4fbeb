/** The page of the links in Firebase's e-mails, which choose another password or verify an address. */

import { h } from "../dom.js";
import { explain } from "../failure.js";
import { field, form } from "../form.js";

/** @param {import("../app.js").Page} page */
export default async function accountAction(page) {
  const { main, texts, session, to } = page;
  const query = new URLSearchParams(location.search);
  const code = query.get("oobCode") ?? "";
  main.classList.add("narrow");
  if (query.get("mode") === "resetPassword") return choosePassword(page, code);
  try {
    await session.verifyEmail(code);
    main.append(h("h1", {}, texts.emailVerified), h("a", { class: "button", href: to("account") }, texts.account));
  } catch (error) {
    main.append(h("h1", {}, explain(error, texts)));
  }
}

/**
 * @param {import("../app.js").Page} page
 * @param {string} code
 */
function choosePassword({ main, texts, session, to }, code) {
  const password = h("input", { name: "password", type: "password", autocomplete: "new-password", required: true });
  main.append(h("h1", {}, texts.resetTitle));
  const element = form({ action: texts.save, busy: texts.working }, [field(texts.newPassword, password)], async () => {
    try {
      await session.resetPassword(code, password.value);
    } catch (error) {
      return explain(error, texts);
    }
    element.replaceWith(
      h("p", { class: "notice good", role: "status" }, texts.passwordSaved),
      h("a", { class: "button primary", href: to("sign-in") }, texts.signIn),
    );
  });
  main.append(element);
}
