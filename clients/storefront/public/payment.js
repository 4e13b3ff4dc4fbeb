/** Payments with Stripe.js. */

/**
 * The part of Stripe.js that is used here. @stripe/stripe-js has all types, but loads the script from a fixed address.
 *
 * @typedef {{mount(where: HTMLElement): void}} PaymentElement
 * @typedef {{create(type: "payment"): PaymentElement}} Elements
 * @typedef {{error: {message?: string}} | {error?: undefined, paymentIntent: {status: string}}} Confirmation
 * @typedef {object} Stripe
 * @property {(options: {clientSecret: string, locale?: string}) => Elements} elements
 * @property {(options: {elements: Elements, redirect: "if_required", confirmParams: {return_url: string}}) =>
 *   Promise<Confirmation>} confirmPayment
 */

/** @type {Promise<void> | undefined} */
let loading;

/**
 * Loads Stripe.js once, and only on pages with a payment.
 *
 * @param {import("./config.js").Config["stripe"]} config
 * @returns {Promise<Stripe>}
 */
export async function loadStripe({ script, publishableKey }) {
  loading ??= new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = script;
    element.addEventListener("load", () => resolve());
    element.addEventListener("error", () => reject(new Error("Stripe.js could not be loaded.")));
    document.head.append(element);
  });
  await loading;
  return /** @type {any} */ (window).Stripe(publishableKey);
}
