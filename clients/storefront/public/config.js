/**
 * The configuration of a deployment. It is served beside the pages, so that these are the same files everywhere.
 *
 * @typedef {object} Config
 * @property {string} api The API's address.
 * @property {object} firebase
 * @property {string} firebase.apiKey
 * @property {string} firebase.projectId
 * @property {string} [firebase.authDomain] Needed for Google's popup.
 * @property {string} [firebase.appId] Needed for App Check.
 * @property {{siteKey?: string, debugToken?: string}} [firebase.appCheck] The site key of reCAPTCHA Enterprise; locally
 *   a debug token, since reCAPTCHA loads a script of Google's. Without it no App Check tokens are sent.
 * @property {string} [firebase.emulator] The address of the emulator; locally only.
 * @property {object} stripe
 * @property {string} stripe.script The address of Stripe.js.
 * @property {string} stripe.publishableKey
 * @property {{id: number, title: string}[]} novels The site's own list of novels.
 */

/** @returns {Promise<Config>} */
export async function loadConfig() {
  return (await fetch("/config.json")).json();
}
