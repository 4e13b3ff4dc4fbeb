/** The reader's account: their preorders, and the novels that they support. */

import { marketing } from "../account/marketing.js";
import { ownPreorders } from "../account/preorders.js";
import { supports } from "../account/supports.js";
import { h } from "../dom.js";
import { explain } from "../failure.js";

/** @param {import("../app.js").Page} page */
export default async function account(page) {
  const { main, texts, session, pledge, to } = page;
  const user = await session.user();
  if (!user) {
    location.replace(`${to("sign-in")}?next=${encodeURIComponent(location.pathname)}`);
    return;
  }
  const leave = async () => {
    await session.signOut();
    location.assign(to(""));
  };
  const notice = h("p", { class: "notice", role: "alert" });
  main.append(h("h1", {}, texts.accountTitle), h("p", {}, texts.signedInAs(user.email ?? user.uid)), notice);
  try {
    // This comes first, since it may give the reader preorders from before the sign-in.
    const profile = await pledge.signIn();
    const [supported, ordered] = await Promise.all([supports(page), pledge.ownPreorders()]);
    main.append(
      h("section", { class: "card" }, h("h2", {}, texts.supported), supported),
      h("section", { class: "card" }, h("h2", {}, texts.ownPreorders), ownPreorders(page, ordered)),
      h("section", { class: "card" }, h("h2", {}, texts.consentTitle), marketing(page, profile)),
    );
  } catch (error) {
    notice.textContent = explain(error, texts);
  }
  main.append(h("button", { onclick: leave }, texts.signOut));
}
