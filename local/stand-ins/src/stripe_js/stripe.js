// A stand-in for Stripe.js: a card form, and the functions that pay a payment intent. Options that the real one has and
// this one doesn't are refused with an IntegrationError. Cards are Stripe's test cards: https://docs.stripe.com/testing
"use strict";
(() => {
  const api = new URL(document.currentScript.src).origin;
  const POLL = 400;

  class IntegrationError extends Error {
    name = "IntegrationError";
  }

  /** Refuses options that the real Stripe.js doesn't have, or that aren't simulated. */
  function only(options, allowed, where) {
    for (const name of Object.keys(options ?? {})) {
      if (!allowed.includes(name)) throw new IntegrationError(`${where}: ${name} isn't simulated by the stand-in.`);
    }
  }

  /** Test cards by number, each with Stripe's test method behind it and its behaviour. */
  const CARDS = {
    4242424242424242: ["pm_card_visa", "pays"],
    4000000000003220: ["pm_card_threeDSecure2Required", "asks the bank (3-D Secure)"],
    4000002760003184: ["pm_card_authenticationRequired", "asks the bank each time"],
    4000000000000002: ["pm_card_visa_chargeDeclined", "is declined"],
    4000000000009995: ["pm_card_visa_chargeDeclinedInsufficientFunds", "has no funds"],
    4000000000000069: ["pm_card_chargeDeclinedExpiredCard", "has expired"],
    4000000000000127: ["pm_card_chargeDeclinedIncorrectCvc", "has another CVC"],
    4000000000000119: ["pm_card_chargeDeclinedProcessingError", "meets an error"],
    4000000000000341: ["pm_card_chargeCustomerFail", "pays never, but can be kept"],
    5555555555554444: ["pm_card_mastercard", "pays (Mastercard)"],
    378282246310005: ["pm_card_amex", "pays (American Express)"],
    3566002020360505: ["pm_card_jcb", "pays (JCB)"],
  };
  const SHOWN = ["4242424242424242", "4000000000003220", "4000000000000002", "4000000000009995"];

  const STYLE = `
    :host { display: block; font: inherit }
    fieldset { display: grid; grid-template-columns: 1fr 1fr; gap: .8rem; margin: 0; padding: 0; border: 0 }
    label { display: block; font-size: .9rem; font-weight: 600 }
    .whole { grid-column: 1 / -1 }
    input { display: block; box-sizing: border-box; width: 100%; margin-top: .25rem; padding: .6rem .7rem; font: inherit;
      font-weight: 400; color: #1a1f36; background: #fff; border: 1px solid #767b88; border-radius: 6px }
    input:focus-visible, button:focus-visible, summary:focus-visible { outline: 3px solid #4353ff; outline-offset: 1px }
    input[aria-invalid=true] { border-color: #b3261e }
    .error { grid-column: 1 / -1; margin: 0; color: #b3261e; font-size: .9rem }
    .error:empty { display: none }
    details { grid-column: 1 / -1; font-size: .85rem; color: #4f566b }
    ul { margin: .4rem 0 0; padding: 0; list-style: none; display: grid; gap: .3rem }
    button { padding: .15rem .4rem; font: inherit; font-family: ui-monospace, monospace; color: #27309e; background: #eef0ff;
      border: 0; border-radius: 4px; cursor: pointer }
    dialog { box-sizing: border-box; width: min(28rem, 94vw); height: 26rem; padding: 0; border: 0; border-radius: 12px;
      box-shadow: 0 10px 50px #0006 }
    dialog::backdrop { background: #1a1f3699 }
    iframe { width: 100%; height: 100%; border: 0 }
  `;

  /** Returns a shadow root with the script's style, so that the page's style and policy have no effect on the form. */
  function shadow(host) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    const root = host.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    return root;
  }

  const digits = (text) => text.replace(/\D/g, "");
  const grouped = (number) => digits(number).slice(0, 19).replace(/(.{4})(?=.)/g, "$1 ");

  function passesLuhn(number) {
    const sum = [...number].reverse().reduce((total, digit, index) => {
      const value = index % 2 === 0 ? Number(digit) : Number(digit) * 2;
      return total + (value > 9 ? value - 9 : value);
    }, 0);
    return sum % 10 === 0;
  }

  const invalid = (code, message, field) => ({ type: "validation_error", code, message, field });

  class PaymentElement {
    #root;
    #listeners = {};

    mount(where) {
      const host = typeof where === "string" ? document.querySelector(where) : where;
      if (!host) throw new IntegrationError(`The element ${where} to mount on doesn't exist.`);
      const box = document.createElement("div");
      host.replaceChildren(box);
      this.#root = shadow(box);
      this.#root.innerHTML = `
        <fieldset aria-label="Card">
          <label class="whole">Card number
            <input name="number" inputmode="numeric" autocomplete="cc-number" placeholder="1234 1234 1234 1234"></label>
          <label>Expiration (MM/YY)
            <input name="expiry" inputmode="numeric" autocomplete="cc-exp" placeholder="MM/YY"></label>
          <label>Security code
            <input name="cvc" inputmode="numeric" autocomplete="cc-csc" placeholder="CVC"></label>
          <p class="error" role="alert"></p>
          <details><summary>Test cards</summary><ul></ul></details>
        </fieldset>`;
      const [number, expiry] = this.#root.querySelectorAll("input");
      number.addEventListener("input", () => {
        number.value = grouped(number.value);
      });
      expiry.addEventListener("input", () => {
        expiry.value = digits(expiry.value).slice(0, 4).replace(/^(..)(?=.)/, "$1/");
      });
      this.#root.addEventListener("input", () => this.#emit("change", { complete: this.problem() === undefined }));
      for (const card of SHOWN) {
        const item = document.createElement("li");
        const fill = document.createElement("button");
        fill.type = "button";
        fill.textContent = grouped(card);
        fill.addEventListener("click", () => this.#fill(card));
        item.append(fill, ` ${CARDS[card][1]}`);
        this.#root.querySelector("ul").append(item);
      }
      queueMicrotask(() => this.#emit("ready", {}));
    }

    on(event, listener) {
      (this.#listeners[event] ??= []).push(listener);
      return this;
    }

    unmount() {
      this.#root?.host.remove();
    }

    destroy() {
      this.unmount();
    }

    #emit(event, details) {
      for (const listener of this.#listeners[event] ?? []) listener({ elementType: "payment", ...details });
    }

    #fill(card) {
      const [number, expiry, cvc] = this.#root.querySelectorAll("input");
      number.value = grouped(card);
      expiry.value = `12/${String((new Date().getFullYear() + 2) % 100).padStart(2, "0")}`;
      cvc.value = "123";
      this.show();
    }

    #value(name) {
      return digits(this.#root.querySelector(`[name=${name}]`).value);
    }

    /** Returns the error in the typed card; undefined if there is none. */
    problem() {
      const [number, expiry, cvc] = ["number", "expiry", "cvc"].map((name) => this.#value(name));
      if (number.length < 14) return invalid("incomplete_number", "Your card number is incomplete.", "number");
      if (!passesLuhn(number)) return invalid("invalid_number", "Your card number is invalid.", "number");
      if (expiry.length < 4) return invalid("incomplete_expiry", "Your card's expiration date is incomplete.", "expiry");
      const [month, year] = [Number(expiry.slice(0, 2)), 2000 + Number(expiry.slice(2))];
      if (month < 1 || month > 12 || new Date(year, month) <= new Date()) {
        return invalid("invalid_expiry_year_past", "Your card's expiration date is in the past.", "expiry");
      }
      if (cvc.length < 3) return invalid("incomplete_cvc", "Your card's security code is incomplete.", "cvc");
      return undefined;
    }

    /** Shows an error, or none, and moves the focus to its field. */
    show(problem) {
      this.#root.querySelector(".error").textContent = problem?.message ?? "";
      for (const input of this.#root.querySelectorAll("input")) {
        input.toggleAttribute("aria-invalid", false);
        if (input.name === problem?.field) {
          input.setAttribute("aria-invalid", "true");
          input.focus();
        }
      }
    }

    /** Returns Stripe's test method behind the typed card. */
    testMethod() {
      return CARDS[this.#value("number")]?.[0];
    }
  }

  /** Shows the bank's page until the payment no longer waits for it. Returns false if the customer closed it. */
  function authenticate(page, waits) {
    return new Promise((resolve) => {
      const host = document.createElement("div");
      document.body.append(host);
      const root = shadow(host);
      const dialog = document.createElement("dialog");
      dialog.setAttribute("aria-label", "3-D Secure");
      const frame = document.createElement("iframe");
      frame.src = page;
      frame.title = "3-D Secure";
      dialog.append(frame);
      root.append(dialog);
      const finish = (passed) => {
        clearInterval(timer);
        host.remove();
        resolve(passed);
      };
      const timer = setInterval(async () => {
        if (!(await waits())) finish(true);
      }, POLL);
      dialog.addEventListener("cancel", () => finish(false));
      dialog.showModal();
    });
  }

  window.Stripe = (publishableKey, options) => {
    only(options, ["apiVersion", "locale", "stripeAccount"], "Stripe()");
    if (!/^pk_test_./.test(publishableKey ?? "")) {
      throw new IntegrationError("Stripe() wants a publishable key, and the stand-in one of test mode (pk_test_…).");
    }

    async function request(method, path, params) {
      const query = new URLSearchParams(params).toString();
      try {
        const response = await fetch(`${api}${path}${method === "GET" ? `?${query}` : ""}`, {
          method,
          headers: {
            authorization: `Bearer ${publishableKey}`,
            ...(method === "POST" ? { "content-type": "application/x-www-form-urlencoded" } : {}),
          },
          ...(method === "POST" ? { body: query } : {}),
        });
        const body = await response.json();
        return response.ok ? { paymentIntent: body } : { error: body.error };
      } catch {
        return { error: { type: "api_connection_error", message: "Stripe could not be reached." } };
      }
    }

    const intentOf = (clientSecret) => {
      const [, id] = /^(pi_\w+?)_secret_\w+$/.exec(clientSecret ?? "") ?? [];
      if (!id) throw new IntegrationError("clientSecret isn't that of a payment intent.");
      return id;
    };

    const retrievePaymentIntent = (clientSecret) =>
      request("GET", `/v1/payment_intents/${intentOf(clientSecret)}`, { client_secret: clientSecret });

    /** Shows the bank's page if the payment waits for it, and returns the result. */
    async function settle(result, clientSecret) {
      const page = result.paymentIntent?.next_action?.redirect_to_url?.url;
      if (result.paymentIntent?.status !== "requires_action" || !page) return result;
      const waits = async () =>
        (await retrievePaymentIntent(clientSecret)).paymentIntent?.status === "requires_action";
      if (!(await authenticate(page, waits))) {
        const message = "The bank's page was closed before it was answered.";
        return { error: { type: "invalid_request_error", code: "payment_intent_authentication_failure", message } };
      }
      const settled = await retrievePaymentIntent(clientSecret);
      const failure = settled.paymentIntent?.last_payment_error;
      return settled.paymentIntent?.status === "requires_payment_method" && failure ? { error: failure } : settled;
    }

    return {
      elements(options) {
        only(options, ["clientSecret", "locale", "appearance", "loader", "fonts"], "elements()");
        intentOf(options?.clientSecret);
        let element;
        return {
          clientSecret: options.clientSecret,
          create(type, createOptions) {
            if (type !== "payment") throw new IntegrationError(`The element ${type} isn't simulated by the stand-in.`);
            only(createOptions, ["layout", "defaultValues", "wallets", "fields", "terms"], "elements.create()");
            element = new PaymentElement();
            return element;
          },
          getElement: (type) => (type === "payment" ? (element ?? null) : null),
          async submit() {
            const error = element.problem();
            element.show(error);
            return error ? { error } : {};
          },
        };
      },

      async confirmPayment(options) {
        only(options, ["elements", "clientSecret", "confirmParams", "redirect"], "confirmPayment()");
        only(options.confirmParams, ["return_url", "payment_method"], "confirmPayment() confirmParams");
        const stays = options.redirect === "if_required";
        const back = options.confirmParams?.return_url;
        if (!stays && !back) throw new IntegrationError("confirmPayment() wants confirmParams.return_url.");
        const clientSecret = options.clientSecret ?? options.elements?.clientSecret;
        const element = options.elements?.getElement("payment");
        let method = options.confirmParams?.payment_method;
        if (element) {
          const { error } = await options.elements.submit();
          if (error) return { error };
          method = element.testMethod();
          if (!method) {
            const message = "Your card was declined. Your request was in test mode, but used a non test card.";
            return { error: { type: "card_error", code: "card_declined", decline_code: "test_mode_live_card", message } };
          }
        }
        const confirmed = await request("POST", `/v1/payment_intents/${intentOf(clientSecret)}/confirm`, {
          client_secret: clientSecret,
          use_stripe_sdk: "true",
          ...(method ? { payment_method: method } : {}),
        });
        const result = await settle(confirmed, clientSecret);
        if (!stays && result.paymentIntent) {
          const url = new URL(back);
          url.searchParams.set("payment_intent", result.paymentIntent.id);
          url.searchParams.set("payment_intent_client_secret", clientSecret);
          url.searchParams.set("redirect_status", result.paymentIntent.status);
          location.assign(url);
        }
        return result;
      },

      async handleNextAction({ clientSecret }) {
        return settle(await retrievePaymentIntent(clientSecret), clientSecret);
      },

      retrievePaymentIntent,
    };
  };
  window.Stripe.version = "endive";
})();
