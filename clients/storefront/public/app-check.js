/** Firebase App Check, which proves to the API that a request comes from the shop's own page. */

import {
  CustomProvider,
  getApp,
  getToken,
  initializeAppCheck,
  ReCaptchaEnterpriseProvider,
} from "./vendor/firebase.js";

/** @typedef {import("./config.js").Config["firebase"]} FirebaseConfig */

/**
 * Returns a function that gets tokens for the client of the API, or none if the site doesn't use App Check. Call it after
 * making the `Session`, which makes the Firebase app. A token is fetched when it is first needed, and kept until it
 * expires.
 *
 * @param {FirebaseConfig} config
 * @returns {() => Promise<string | undefined>}
 */
export function appCheckTokens(config) {
  const provider = providerOf(config);
  if (!provider) return async () => undefined;
  const appCheck = initializeAppCheck(getApp(), { provider, isTokenAutoRefreshEnabled: false });
  return async () => (await getToken(appCheck)).token;
}

/** @param {FirebaseConfig} config */
function providerOf({ appCheck, emulator, projectId, appId }) {
  if (emulator && appCheck?.debugToken) {
    const url = `${emulator}/firebaseappcheck.googleapis.com/v1/projects/${projectId}/apps/${appId}:exchangeDebugToken`;
    const { debugToken } = appCheck;
    return new CustomProvider({ getToken: () => exchange(url, debugToken) });
  }
  return appCheck?.siteKey ? new ReCaptchaEnterpriseProvider(appCheck.siteKey) : undefined;
}

/**
 * @param {string} url
 * @param {string} debugToken
 */
async function exchange(url, debugToken) {
  const answer = await fetch(url, { method: "POST", body: JSON.stringify({ debug_token: debugToken }) });
  const { token, ttl } = await answer.json();
  return { token, expireTimeMillis: Date.now() + Number.parseFloat(ttl) * 1000 };
}
