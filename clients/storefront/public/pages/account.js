/** The reader's account: their preorders, and the novels that they support. */

import { confirmAddress } from "../account/confirm-address.js";
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
  main.append(h("h1", {}, texts.accountTitle), h("p", {}, texts.signedInAs(user.email ?? user.uid)));
  if (user.email && !user.emailVerified) main.append(confirmAddress(page));
  // This comes first, since it may give the reader preorders from before the sign-in.
  const profile = pledge.signIn();
  await profile.catch(() => undefined);
  const sections = await Promise.all([
    section(texts.supported, supports(page)),
    section(texts.ownPreorders, pledge.ownPreorders().then((ordered) => ownPreorders(page, ordered))),
    section(texts.consentTitle, profile.then((known) => marketing(page, known))),
  ]);
  main.append(...sections, h("button", { onclick: leave }, texts.signOut));

  /**
   * Returns a section of the page. If its content can't be had, it says why, and the other sections are shown nevertheless.
   *
   * @param {string} title
   * @param {Promise<HTMLElement>} content
   */
  async function section(title, content) {
    const failed = (/** @type {unknown} */ error) => h("p", { class: "notice", role: "alert" }, explain(error, texts));
    return h("section", { class: "card" }, h("h2", {}, title), await content.catch(failed));
  }
}
