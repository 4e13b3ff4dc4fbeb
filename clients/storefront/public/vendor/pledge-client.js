// Bundled from clients/typescript by build.js.

// ../typescript/dist/error.js
var PledgeError = class extends Error {
  code;
  /** The HTTP status of the answer; 0 without an answer. */
  status;
  /** The correction for each wrong field if `code` is `INVALID_REQUEST`; otherwise empty. */
  fields;
  /** The id to tell the operators if `status` is 5xx. */
  requestId;
  /** The number of seconds after which a repeat makes sense, if the API says so. */
  retryAfter;
  constructor(code, message, details = {}) {
    super(message, "cause" in details ? { cause: details.cause } : {});
    this.name = "PledgeError";
    this.code = code;
    this.status = details.status ?? 0;
    this.fields = details.fields ?? {};
    this.requestId = details.requestId;
    this.retryAfter = details.retryAfter;
  }
};
async function refusal(response) {
  const body = await response.json().catch(() => void 0);
  const { code, message, fields, requestId } = isObject(body) ? body : {};
  const known = typeof code === "string" ? code : void 0;
  const fallback = response.status === 429 ? "TOO_MANY_REQUESTS" : "UNEXPECTED_ANSWER";
  const text = typeof message === "string" ? message : `The API answered ${response.status}.`;
  const retryAfter = secondsToWait(response);
  return new PledgeError(known ?? fallback, text, {
    status: response.status,
    ...isObject(fields) ? { fields } : {},
    ...typeof requestId === "string" ? { requestId } : {},
    ...retryAfter === void 0 ? {} : { retryAfter }
  });
}
function secondsToWait(response) {
  const header = response.headers.get("retry-after");
  if (header === null || header.trim() === "")
    return void 0;
  const seconds = Number.isNaN(Number(header)) ? (Date.parse(header) - Date.now()) / 1e3 : Number(header);
  return Number.isFinite(seconds) ? Math.max(0, seconds) : void 0;
}
function isObject(value) {
  return typeof value === "object" && value !== null;
}

// ../typescript/dist/pause.js
function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const aborted = () => {
      clearTimeout(timer);
      reject(new PledgeError("ABORTED", "The call was ended.", { cause: signal?.reason }));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", aborted);
      resolve();
    }, milliseconds);
    if (signal?.aborted)
      aborted();
    else
      signal?.addEventListener("abort", aborted, { once: true });
  });
}

// ../typescript/dist/polling.js
var FIRST_WAIT = 300;
var LONGEST_WAIT = 4e3;
async function poll(read, settled, { waitLimit = 3e4, signal, onUpdate }) {
  const end = Date.now() + waitLimit;
  for (let wait = FIRST_WAIT; ; wait = Math.min(wait * 1.5, LONGEST_WAIT)) {
    const value = await read(signal);
    onUpdate?.(value);
    const jittered = wait * (0.75 + Math.random() / 2);
    if (settled(value) || Date.now() + jittered >= end)
      return value;
    await pause(jittered, signal);
  }
}

// ../typescript/dist/transport.js
var REPEATABLE = /* @__PURE__ */ new Set([429, 502, 503, 504]);
var FINAL = /* @__PURE__ */ new Set(["PAYMENT_PROVIDER_REFUSED", "PORTAL_NOT_CONFIGURED"]);
var ATTEMPT_LIMIT = 31e3;
var FIRST_WAIT2 = 400;
async function send(transport, url, request, limits) {
  const end = Date.now() + limits.timeLimit;
  for (let repeat = 0; ; repeat += 1) {
    const failure = await attempt(transport, url, request, end, limits.signal);
    if (!(failure instanceof PledgeError))
      return failure.json;
    const repeatable = failure.code === "NETWORK_ERROR" || REPEATABLE.has(failure.status) && !FINAL.has(failure.code);
    const wait = waitBefore(repeat, failure.retryAfter);
    if (!repeatable || repeat >= limits.repeats || Date.now() + wait >= end)
      throw failure;
    await pause(wait, limits.signal);
  }
}
function waitBefore(repeat, retryAfter) {
  const least = retryAfter === void 0 ? FIRST_WAIT2 * 2 ** repeat : retryAfter * 1e3;
  return least * (1 + Math.random() / 2);
}
async function attempt(transport, url, request, end, signal) {
  const abort = new AbortController();
  const giveUp = () => abort.abort();
  signal?.addEventListener("abort", giveUp, { once: true });
  const timer = setTimeout(giveUp, Math.max(0, Math.min(ATTEMPT_LIMIT, end - Date.now())));
  try {
    if (signal?.aborted)
      throw signal.reason;
    const response = await transport(url, { ...request, signal: abort.signal });
    if (!response.ok)
      return await refusal(response);
    return { json: await response.json() };
  } catch (cause) {
    if (signal?.aborted)
      return new PledgeError("ABORTED", "The call was ended.", { cause: signal.reason });
    if (abort.signal.aborted && Date.now() >= end - 1) {
      return new PledgeError("TIMED_OUT", "The API did not answer in time.", { cause });
    }
    if (cause instanceof SyntaxError) {
      return new PledgeError("UNEXPECTED_ANSWER", "The answer is no JSON.", { cause });
    }
    return new PledgeError("NETWORK_ERROR", "The API could not be reached.", { cause });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", giveUp);
  }
}

// ../typescript/dist/client.js
var SUBSCRIPTION = "/payment/stripe/champion-subscription";
var Pledge = class {
  #options;
  #baseUrl;
  constructor(options) {
    this.#options = options;
    this.#baseUrl = options.baseUrl.replace(/\/+$/, "");
  }
  /** Stores a preorder, before any payment. */
  initiatePreorder(form, options = {}) {
    return this.#post("/preorders", { body: form, headers: key(options) }, options);
  }
  /** Returns a preorder, which whoever has its id may see: it holds no personal data. */
  preorder(preorderId, options = {}) {
    return this.#get(`/preorders/${encodeURIComponent(preorderId)}`, options);
  }
  /**
   * Polls a preorder until its payment has ended, and returns its last state. The customer comes back from the pay page
   * before Stripe has told the API, and a bank debit stays `processing` for days.
   *
   * On the page of `success_url` pass `settled`, and end with `completed` and `refunded` only: Stripe sends nobody there
   * before the pay page is completed. So `failed` tells of a card that was tried before, and `cancelled` of a page before.
   */
  waitForPreorder(preorderId, { settled = hasEnded, ...options } = {}) {
    return poll((signal) => this.preorder(preorderId, withSignal(signal)), settled, options);
  }
  /**
   * Stores the signed-in user. Call it after every sign-in: preorders that were made with the same verified address while
   * signed out become theirs, and so does everything of an account of theirs that was deleted.
   *
   * If the browser was signed in anonymously until now and Firebase couldn't link the accounts, pass that user's token,
   * taken before, as `anonymousIdToken`: everything of the anonymous user is handed over.
   */
  signIn({ anonymousIdToken, ...options } = {}) {
    return this.#post("/users/me", { body: anonymousIdToken === void 0 ? {} : { anonymousIdToken } }, options);
  }
  /**
   * Stores that the signed-in user agrees to marketing, and to which version of the text, or withdraws it. Returns the
   * profile with the consent that counts now.
   */
  setMarketingConsent(consent, options = {}) {
    const text = consent.given ? { consentTextVersion: consent.textVersion } : {};
    return this.#post("/users/me", { body: { marketingConsent: consent.given, ...text } }, options);
  }
  /** Returns the preorders of the signed-in user, newest first. */
  async ownPreorders(options = {}) {
    return (await this.#get("/users/me/preorders", options)).preorders;
  }
  /** Returns everything that the signed-in user supports, supported, or began to pay for. */
  async ownChampions(options = {}) {
    return (await this.#get("/users/me/champions", options)).champions;
  }
  /** Returns what can be ordered: colours with their prices, what is sold out, languages and countries. */
  catalogue(options = {}) {
    return this.#get("/catalogue", options);
  }
  /** Opens the pay page of a preorder, or of a form, which is stored as a preorder first. Send the customer to `url`. */
  checkout(preorder, options = {}) {
    return this.#post("/checkout", { body: preorder, headers: key(options) }, options);
  }
  /** Returns the tiers of a novel that are on sale, with their prices. */
  championTiers(novelId, options = {}) {
    return this.#get(`/novels/${encodeURIComponent(novelId)}/champion-tiers`, options);
  }
  /** Starts a monthly subscription. Pay it with `clientSecret` and Stripe.js; without a secret, nothing is due now. */
  subscribe(request, options = {}) {
    return this.#post(SUBSCRIPTION, { body: { ...request, autoRenew: true } }, options);
  }
  /** Returns the state of the reader's support of a novel. */
  championStatus(novelId, options = {}) {
    return this.#get(`${SUBSCRIPTION}?novelId=${encodeURIComponent(novelId)}`, options);
  }
  /**
   * Polls until this subscription is the one that counts and is paid, and returns the last state. Call it when Stripe.js
   * says that the payment succeeded: Stripe tells the API a moment later.
   */
  waitForSubscription({ novelId, subscriptionId }, options = {}) {
    const settled = (status) => status.isActive && status.subscriptionId === subscriptionId && status.pendingAttempt === null;
    return this.waitForChampion(novelId, settled, options);
  }
  /** Polls until `settled` returns true, and returns the last state. After a purchase, wait until `endDate` is later. */
  waitForChampion(novelId, settled, options = {}) {
    return poll((signal) => this.championStatus(novelId, withSignal(signal)), settled, options);
  }
  /** Makes the subscription end with the period that is paid. */
  cancel(novelId, options = {}) {
    return this.#post(`${SUBSCRIPTION}/cancel`, { body: { novelId } }, options);
  }
  /** Resumes a cancelled subscription. */
  resume(novelId, options = {}) {
    return this.#post(`${SUBSCRIPTION}/resume`, { body: { novelId } }, options);
  }
  /** Makes the subscription renew at another tier, and returns the price of the next renewal. Nothing is due now. */
  changeTier(request, options = {}) {
    return this.#post(`${SUBSCRIPTION}/change`, { body: request }, options);
  }
  /** Returns the price of the next renewal at another tier, and changes nothing. */
  previewTierChange(request, options = {}) {
    return this.#post(`${SUBSCRIPTION}/change`, { body: { ...request, preview: true } }, options);
  }
  /**
   * Pays the subscription's open invoice, such as a renewal whose card was refused: now with `paymentMethodId`, or
   * without it through the answer's `clientSecret` and Stripe.js.
   */
  payOpenInvoice(request, options = {}) {
    return this.#post(`${SUBSCRIPTION}/pay`, { body: request, headers: key(options) }, options);
  }
  /** Opens Stripe's billing portal. Send the reader to `url` at once: it works for minutes only. */
  billingPortal(request, options = {}) {
    return this.#post(`${SUBSCRIPTION}/portal`, { body: request }, options);
  }
  /** Buys 30 days. Pay them with `clientSecret` and Stripe.js. */
  purchase(request, options = {}) {
    return this.#post("/payment/stripe/champion-purchase", { body: request }, options);
  }
  #get(path, options) {
    return this.#call("GET", path, {}, options);
  }
  #post(path, request, options) {
    return this.#call("POST", path, request, options);
  }
  async #call(method, path, { body, headers }, call) {
    const { repeats = 2, timeLimit = 6e4, fetch: transport = globalThis.fetch } = this.#options;
    const token = await this.#token();
    const appToken = method === "GET" ? void 0 : await this.#appToken();
    const request = {
      method,
      headers: {
        ...body === void 0 ? {} : { "content-type": "application/json" },
        ...token ? { authorization: `Bearer ${token}` } : {},
        ...appToken ? { "x-firebase-appcheck": appToken } : {},
        ...headers
      },
      ...body === void 0 ? {} : { body: JSON.stringify(body) }
    };
    const limits = { repeats, timeLimit: call.timeLimit ?? timeLimit, signal: call.signal };
    return await send(transport, this.#baseUrl + path, request, limits);
  }
  /** Returns the App Check token; none if it can't be had. The API refuses if it needs one. */
  async #appToken() {
    try {
      return await this.#options.appCheckToken?.();
    } catch {
      return void 0;
    }
  }
  async #token() {
    try {
      return await this.#options.idToken?.();
    } catch (cause) {
      throw new PledgeError("ID_TOKEN_UNAVAILABLE", "Whoever is signed in could not be asked for.", { cause });
    }
  }
};
function key({ idempotencyKey = crypto.randomUUID() }) {
  return { "idempotency-key": idempotencyKey };
}
function hasEnded({ status }) {
  return status !== "initiated" && status !== "processing";
}
function withSignal(signal) {
  return signal === void 0 ? {} : { signal };
}
export {
  Pledge,
  PledgeError
};
