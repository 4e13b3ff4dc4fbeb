/** Client of Pledge's API. The types are made from docs/openapi.yaml. */

import { PledgeError } from "./error.js";
import { poll, type WaitOptions } from "./polling.js";
import { send } from "./transport.js";
import type {
  Catalogue,
  ChampionChange,
  ChampionChangeRequest,
  ChampionPayment,
  ChampionPaymentRequest,
  ChampionPortal,
  ChampionPortalRequest,
  ChampionPurchase,
  ChampionPurchaseRequest,
  ChampionStatus,
  ChampionSubscription,
  ChampionSubscriptionRequest,
  Checkout,
  InitiatedPreorder,
  NovelTiers,
  OwnChampion,
  OwnChampions,
  OwnPreorder,
  OwnPreorders,
  Preorder,
  PreorderForm,
  UserProfile,
} from "./types.js";

type Token = string | null | undefined;

export interface PledgeOptions {
  /** The address of the API, such as `https://api.example.com`. */
  baseUrl: string;
  /** Returns the Firebase ID token of the signed-in user; nothing if nobody is signed in. Called before each request. */
  idToken?: () => Promise<Token> | Token;
  /**
   * Returns the Firebase App Check token of this app, if it has one. Called before each request that changes something.
   */
  appCheckToken?: () => Promise<Token> | Token;
  /** The number of times that a request is repeated if it could not be served or its answer was lost; 2 unless given. */
  repeats?: number;
  /** The time limit of a call with its repeats, in milliseconds; a minute unless given. */
  timeLimit?: number;
  /** The function that sends requests; the platform's `fetch` unless given. */
  fetch?: typeof fetch;
}

export interface CallOptions {
  /** Ends the call when it is aborted. */
  signal?: AbortSignal;
  /** The time limit of this call, in place of the one in `PledgeOptions`. */
  timeLimit?: number;
}

export interface SignInOptions extends CallOptions {
  /** The ID token of the anonymous user that the browser had until now. */
  anonymousIdToken?: string;
}

export interface KeyedCallOptions extends CallOptions {
  /**
   * The idempotency key. With the key of an earlier call, such as before a reload, the call returns what that one made.
   * A new key unless given.
   */
  idempotencyKey?: string;
}

export interface PreorderWaitOptions extends WaitOptions<Preorder> {
  /** Returns whether a state ends the wait. Unless given, every state but `initiated` and `processing` does. */
  settled?: (preorder: Preorder) => boolean;
}

interface Request {
  body?: unknown;
  headers?: Record<string, string>;
}

const SUBSCRIPTION = "/payment/stripe/champion-subscription";

/** A client of the API. Every method fails with a `PledgeError` and nothing else. */
export class Pledge {
  readonly #options: PledgeOptions;
  readonly #baseUrl: string;

  constructor(options: PledgeOptions) {
    this.#options = options;
    this.#baseUrl = options.baseUrl.replace(/\/+$/, "");
  }

  /** Stores a preorder, before any payment. */
  initiatePreorder(form: PreorderForm, options: KeyedCallOptions = {}): Promise<InitiatedPreorder> {
    return this.#post("/preorders", { body: form, headers: key(options) }, options);
  }

  /** Returns a preorder, which whoever has its id may see: it holds no personal data. */
  preorder(preorderId: string, options: CallOptions = {}): Promise<Preorder> {
    return this.#get(`/preorders/${encodeURIComponent(preorderId)}`, options);
  }

  /**
   * Polls a preorder until its payment has ended, and returns its last state. The customer comes back from the pay page
   * before Stripe has told the API, and a bank debit stays `processing` for days.
   *
   * On the page of `success_url` pass `settled`, and end with `completed` and `refunded` only: Stripe sends nobody there
   * before the pay page is completed. So `failed` tells of a card that was tried before, and `cancelled` of a page before.
   */
  waitForPreorder(
    preorderId: string,
    { settled = hasEnded, ...options }: PreorderWaitOptions = {},
  ): Promise<Preorder> {
    return poll((signal) => this.preorder(preorderId, withSignal(signal)), settled, options);
  }

  /**
   * Stores the signed-in user. Call it after every sign-in: preorders that were made with the same verified address while
   * signed out become theirs, and so does everything of an account of theirs that was deleted.
   *
   * If the browser was signed in anonymously until now and Firebase couldn't link the accounts, pass that user's token,
   * taken before, as `anonymousIdToken`: everything of the anonymous user is handed over.
   */
  signIn({ anonymousIdToken, ...options }: SignInOptions = {}): Promise<UserProfile> {
    return this.#post("/users/me", { body: anonymousIdToken === undefined ? {} : { anonymousIdToken } }, options);
  }

  /**
   * Stores that the signed-in user agrees to marketing, and to which version of the text, or withdraws it. Returns the
   * profile with the consent that counts now.
   */
  setMarketingConsent(
    consent: { given: true; textVersion: string } | { given: false },
    options: CallOptions = {},
  ): Promise<UserProfile> {
    const text = consent.given ? { consentTextVersion: consent.textVersion } : {};
    return this.#post("/users/me", { body: { marketingConsent: consent.given, ...text } }, options);
  }

  /** Returns the preorders of the signed-in user, newest first. */
  async ownPreorders(options: CallOptions = {}): Promise<OwnPreorder[]> {
    return (await this.#get<OwnPreorders>("/users/me/preorders", options)).preorders;
  }

  /** Returns everything that the signed-in user supports, supported, or began to pay for. */
  async ownChampions(options: CallOptions = {}): Promise<OwnChampion[]> {
    return (await this.#get<OwnChampions>("/users/me/champions", options)).champions;
  }

  /** Returns what can be ordered: colours with their prices, what is sold out, languages and countries. */
  catalogue(options: CallOptions = {}): Promise<Catalogue> {
    return this.#get("/catalogue", options);
  }

  /** Opens the pay page of a preorder, or of a form, which is stored as a preorder first. Send the customer to `url`. */
  checkout(preorder: { preorderId: string } | PreorderForm, options: KeyedCallOptions = {}): Promise<Checkout> {
    return this.#post("/checkout", { body: preorder, headers: key(options) }, options);
  }

  /** Returns the tiers of a novel that are on sale, with their prices. */
  championTiers(novelId: number, options: CallOptions = {}): Promise<NovelTiers> {
    return this.#get(`/novels/${encodeURIComponent(novelId)}/champion-tiers`, options);
  }

  /** Starts a monthly subscription. Pay it with `clientSecret` and Stripe.js; without a secret, nothing is due now. */
  subscribe(
    request: Omit<ChampionSubscriptionRequest, "autoRenew">,
    options: CallOptions = {},
  ): Promise<ChampionSubscription> {
    return this.#post(SUBSCRIPTION, { body: { ...request, autoRenew: true } }, options);
  }

  /** Returns the state of the reader's support of a novel. */
  championStatus(novelId: number, options: CallOptions = {}): Promise<ChampionStatus> {
    return this.#get(`${SUBSCRIPTION}?novelId=${encodeURIComponent(novelId)}`, options);
  }

  /**
   * Polls until this subscription is the one that counts and is paid, and returns the last state. Call it when Stripe.js
   * says that the payment succeeded: Stripe tells the API a moment later.
   */
  waitForSubscription(
    { novelId, subscriptionId }: { novelId: number; subscriptionId: string },
    options: WaitOptions<ChampionStatus> = {},
  ): Promise<ChampionStatus> {
    const settled = (status: ChampionStatus) =>
      status.isActive && status.subscriptionId === subscriptionId && status.pendingAttempt === null;
    return this.waitForChampion(novelId, settled, options);
  }

  /** Polls until `settled` returns true, and returns the last state. After a purchase, wait until `endDate` is later. */
  waitForChampion(
    novelId: number,
    settled: (status: ChampionStatus) => boolean,
    options: WaitOptions<ChampionStatus> = {},
  ): Promise<ChampionStatus> {
    return poll((signal) => this.championStatus(novelId, withSignal(signal)), settled, options);
  }

  /** Makes the subscription end with the period that is paid. */
  cancel(novelId: number, options: CallOptions = {}): Promise<ChampionStatus> {
    return this.#post(`${SUBSCRIPTION}/cancel`, { body: { novelId } }, options);
  }

  /** Resumes a cancelled subscription. */
  resume(novelId: number, options: CallOptions = {}): Promise<ChampionStatus> {
    return this.#post(`${SUBSCRIPTION}/resume`, { body: { novelId } }, options);
  }

  /** Makes the subscription renew at another tier, and returns the price of the next renewal. Nothing is due now. */
  changeTier(request: Omit<ChampionChangeRequest, "preview">, options: CallOptions = {}): Promise<ChampionChange> {
    return this.#post(`${SUBSCRIPTION}/change`, { body: request }, options);
  }

  /** Returns the price of the next renewal at another tier, and changes nothing. */
  previewTierChange(
    request: Omit<ChampionChangeRequest, "preview">,
    options: CallOptions = {},
  ): Promise<ChampionChange> {
    return this.#post(`${SUBSCRIPTION}/change`, { body: { ...request, preview: true } }, options);
  }

  /**
   * Pays the subscription's open invoice, such as a renewal whose card was refused: now with `paymentMethodId`, or
   * without it through the answer's `clientSecret` and Stripe.js.
   */
  payOpenInvoice(request: ChampionPaymentRequest, options: KeyedCallOptions = {}): Promise<ChampionPayment> {
    return this.#post(`${SUBSCRIPTION}/pay`, { body: request, headers: key(options) }, options);
  }

  /** Opens Stripe's billing portal. Send the reader to `url` at once: it works for minutes only. */
  billingPortal(request: ChampionPortalRequest, options: CallOptions = {}): Promise<ChampionPortal> {
    return this.#post(`${SUBSCRIPTION}/portal`, { body: request }, options);
  }

  /** Buys 30 days. Pay them with `clientSecret` and Stripe.js. */
  purchase(request: ChampionPurchaseRequest, options: CallOptions = {}): Promise<ChampionPurchase> {
    return this.#post("/payment/stripe/champion-purchase", { body: request }, options);
  }

  #get<Answer>(path: string, options: CallOptions): Promise<Answer> {
    return this.#call("GET", path, {}, options);
  }

  #post<Answer>(path: string, request: Request, options: CallOptions): Promise<Answer> {
    return this.#call("POST", path, request, options);
  }

  async #call<Answer>(method: string, path: string, { body, headers }: Request, call: CallOptions): Promise<Answer> {
    const { repeats = 2, timeLimit = 60_000, fetch: transport = globalThis.fetch } = this.#options;
    const token = await this.#token();
    const appToken = method === "GET" ? undefined : await this.#appToken();
    const request: RequestInit = {
      method,
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(appToken ? { "x-firebase-appcheck": appToken } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    const limits = { repeats, timeLimit: call.timeLimit ?? timeLimit, signal: call.signal };
    // The API's tests compare its answers with docs/openapi.yaml.
    return (await send(transport, this.#baseUrl + path, request, limits)) as Answer;
  }

  /** Returns the App Check token; none if it can't be had. The API refuses if it needs one. */
  async #appToken(): Promise<Token> {
    try {
      return await this.#options.appCheckToken?.();
    } catch {
      return undefined;
    }
  }

  async #token(): Promise<Token> {
    try {
      return await this.#options.idToken?.();
    } catch (cause) {
      throw new PledgeError("ID_TOKEN_UNAVAILABLE", "Whoever is signed in could not be asked for.", { cause });
    }
  }
}

function key({ idempotencyKey = crypto.randomUUID() }: KeyedCallOptions): Record<string, string> {
  return { "idempotency-key": idempotencyKey };
}

function hasEnded({ status }: Preorder): boolean {
  return status !== "initiated" && status !== "processing";
}

function withSignal(signal: AbortSignal | undefined): CallOptions {
  return signal === undefined ? {} : { signal };
}
