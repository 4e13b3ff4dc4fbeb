/** The reader's consent to marketing, and how to change it. */

import { h } from "../dom.js";
import { explain } from "../failure.js";
import { date } from "../texts.js";

/** @import { UserProfile } from "../vendor/pledge-client.js" */

/**
 * @param {import("../app.js").Page} page
 * @param {UserProfile} profile
 */
export function marketing({ texts, locale, pledge }, profile) {
  const notice = h("p", { class: "notice", role: "alert" });
  const says = h("p", { role: "status" });
  const change = h("button", {});
  /** @param {UserProfile} profile */
  const show = ({ marketingConsent: given, consent }) => {
    const day = consent?.given === given ? date(locale, consent.saidAt) : null;
    says.textContent = given ? texts.consentGiven(day) : texts.consentMissing(day);
    says.dataset.consent = given ? "given" : "missing";
    change.textContent = given ? texts.withdrawConsent : texts.giveConsent;
    change.onclick = async () => {
      change.disabled = true;
      notice.textContent = "";
      try {
        show(await pledge.setMarketingConsent(given ? { given: false } : { given: true, textVersion: texts.consentVersion }));
      } catch (error) {
        notice.textContent = explain(error, texts);
      }
      change.disabled = false;
    };
  };
  show(profile);
  // The text that one agrees to is that of the order form.
  return h("div", { class: "consent" }, says, h("p", { class: "hint" }, texts.consent), notice, change);
}
