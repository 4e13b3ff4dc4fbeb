/** Signing in, signing up, and asking for another password. */

import { h } from "../dom.js";
import { explain } from "../failure.js";
import { field, form } from "../form.js";

/** @param {import("../app.js").Page} page */
export default function signIn(page) {
  const mode = new URLSearchParams(location.search).get("mode");
  page.main.classList.add("narrow");
  if (mode === "reset") reset(page);
  else withPassword(page, mode === "sign-up");
}

/**
 * Returns the page to go on to, which must be one of this shop.
 *
 * @param {import("../app.js").Page} page
 */
function next({ to }) {
  const wanted = new URLSearchParams(location.search).get("next") ?? "";
  return /^\/(?![/\\])/.test(wanted) ? wanted : to("account");
}

/**
 * Tells the API who has signed in, which gives them the preorders of their address, and opens the next page.
 *
 * @param {import("../app.js").Page} page
 */
async function enter(page) {
  // The reader is signed in even if the API can't be told now; the account page tells it again.
  await page.pledge.signIn({ timeLimit: 5000 }).catch(() => undefined);
  location.assign(next(page));
}

/**
 * @param {string} mode
 * @param {string} label
 */
function switchTo(mode, label) {
  const query = new URLSearchParams(location.search);
  query.set("mode", mode);
  return h("p", {}, h("a", { href: `?${query}` }, label));
}

/**
 * @param {import("../app.js").Page} page
 * @param {boolean} isNew
 */
function withPassword(page, isNew) {
  const { main, texts, session } = page;
  const email = h("input", { name: "email", type: "email", autocomplete: "username", required: true });
  const password = h("input", {
    name: "password",
    type: "password",
    autocomplete: isNew ? "new-password" : "current-password",
    required: true,
  });
  main.append(
    h("h1", {}, isNew ? texts.signUpTitle : texts.signInTitle),
    google(page),
    h("div", { class: "or" }, texts.or),
    form(
      { action: isNew ? texts.signUp : texts.signIn, busy: texts.working },
      [field(texts.email, email), field(texts.password, password)],
      async () => {
        try {
          await (isNew ? session.signUp(email.value, password.value) : session.signIn(email.value, password.value));
          await enter(page);
        } catch (error) {
          return explain(error, texts);
        }
      },
    ),
    h("p", {}),
    isNew ? switchTo("sign-in", texts.haveAccount) : switchTo("sign-up", texts.noAccount),
    isNew ? "" : switchTo("reset", texts.forgot),
  );
}

/** @param {import("../app.js").Page} page */
function google(page) {
  const { texts, session } = page;
  const notice = h("p", { class: "notice", role: "alert" });
  /** @param {string} [email] */
  const signIn = async (email) => {
    notice.textContent = "";
    try {
      await session.signInWithGoogle(email);
      await enter(page);
    } catch (error) {
      const problem = explain(error, texts);
      notice.textContent = problem;
      return problem;
    }
  };
  const button = h("button", { class: "google", onclick: () => (session.asksForGoogleAddress ? ask() : signIn()) }, texts.withGoogle);
  const box = h("div", {}, button, notice);
  const ask = () => {
    const email = h("input", { name: "email", type: "email", value: "reader@gmail.com" });
    const question = form({ action: texts.withGoogle, busy: texts.working }, [field(texts.googleWho, email)], () =>
      signIn(email.value),
    );
    box.replaceChildren(question);
    email.focus();
  };
  return box;
}

/** @param {import("../app.js").Page} page */
function reset({ main, texts, session }) {
  const email = h("input", { name: "email", type: "email", autocomplete: "username", required: true });
  const sent = h("p", { class: "notice good", role: "status" });
  const send = async () => {
    try {
      await session.sendPasswordReset(email.value);
    } catch (error) {
      // The page doesn't reveal whether there is such an account.
      if (/** @type {{code?: string}} */ (error).code !== "auth/user-not-found") return explain(error, texts);
    }
    sent.textContent = texts.resetSent;
  };
  main.append(
    h("h1", {}, texts.resetTitle),
    form({ action: texts.sendReset, busy: texts.working }, [field(texts.email, email)], send, { repeatable: true }),
    sent,
    switchTo("sign-in", texts.signIn),
  );
}
