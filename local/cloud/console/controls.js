/** The controls of the stand-ins and the schedules, each with the `curl` command that does the same. */

import { command } from "./curl.js";
import { h } from "./dom.js";

const DAY = 24 * 60 * 60;
const fault = (path, answer, times = 1000) => ({ path, times, answer });
const status = (code, more = {}) => ({ kind: "status", status: code, ...more });

/**
 * Groups of controls: a label, the stand-in (or `schedules`), the path below its controls and the body. `{id}` in a path is asked for;
 * `of` names the kind of Stripe object that it may be.
 */
const GROUPS = [
  [
    "Time at Stripe",
    "What becomes due happens at once: renewals, retries, pay pages that run out.",
    [
      ["An hour on", "stripe", "clock/advance", { seconds: 3600 }],
      ["A day on", "stripe", "clock/advance", { seconds: DAY }],
      ["A month on", "stripe", "clock/advance", { seconds: 31 * DAY }],
    ],
  ],
  [
    "Cards",
    "For the renewals to come.",
    [
      ["The card is declined", "stripe", "customers/{id}/card", { payment_method: "pm_card_chargeCustomerFail" }, "customer"],
      ["The bank asks (3-D Secure)", "stripe", "customers/{id}/card", { payment_method: "pm_card_authenticationRequired" }, "customer"],
      ["The card is good again", "stripe", "customers/{id}/card", { payment_method: "pm_card_visa" }, "customer"],
    ],
  ],
  [
    "Money back",
    "From Stripe's dashboard, and from the card's holder.",
    [
      ["Refund all of it", "stripe", "payment_intents/{id}/refund", {}, "payment_intent"],
      ["Dispute it", "stripe", "payment_intents/{id}/dispute", { reason: "fraudulent" }, "payment_intent"],
      ["The dispute is lost", "stripe", "disputes/{id}/close", { won: false }, "dispute"],
      ["The dispute is won", "stripe", "disputes/{id}/close", { won: true }, "dispute"],
    ],
  ],
  [
    "Stripe's webhooks",
    "How events come from now on, and what is done with those that wait. What never came is fetched every quarter of an hour, as far as Stripe's clock is the machine's.",
    [
      ["Each twice", "stripe", "deliveries/settings", { copies: 2 }],
      ["Five seconds late", "stripe", "deliveries/settings", { delay_ms: 5000 }],
      ["Never", "stripe", "deliveries/settings", { drop_new: true }],
      ["Hold them", "stripe", "deliveries/settings", { hold: true }],
      ["Let them go, shuffled", "stripe", "deliveries/release", { order: { shuffled: 7 } }],
      ["Let them go, backwards", "stripe", "deliveries/release", { order: "reversed" }],
      ["Retry at once", "stripe", "deliveries/retry", {}],
      ["Fetch what never came", "schedules", "catch-up", {}],
      ["The endpoint is switched off", "stripe", "deliveries/settings", { disabled: true }],
      ["The endpoint is switched on", "stripe", "deliveries/settings", { disabled: false }],
      ["As usual", "stripe", "deliveries/settings", { hold: false, copies: 1, delay_ms: 0, drop_new: false, disabled: false }],
    ],
  ],
  [
    "Stripe's API",
    "",
    [
      ["It fails", "stripe", "faults", fault("/v1/*", status(500))],
      ["It is too busy", "stripe", "faults", fault("/v1/*", status(429, { retry_after: 2 }))],
      ["It says nothing", "stripe", "faults", fault("/v1/*", { kind: "silence" })],
      ["All is well", "stripe", "faults", undefined],
    ],
  ],
  [
    "Klaviyo",
    "What it doesn't take waits in the outbox and comes again; what it refuses is parked.",
    [
      ["It is too busy", "klaviyo", "faults", fault("*", status(429, { retry_after: 2 }))],
      ["It fails", "klaviyo", "faults", fault("*", status(500))],
      ["It is off", "klaviyo", "faults", fault("*", { kind: "hang_up" })],
      ["It refuses the next event", "klaviyo", "faults", fault("*", status(400), 1)],
      ["Send what waits", "schedules", "sweep", {}],
      ["All is well", "klaviyo", "faults", undefined],
    ],
  ],
  [
    "Firebase",
    "What it would send by e-mail is under “Its e-mails”.",
    [
      ["Its e-mails", "firebase", "codes", null],
      ["It is down", "firebase", "faults", fault("*", status(503))],
      ["All is well", "firebase", "faults", undefined],
      ["A second account for an address", "firebase", "twin", { email: "{id}" }, "email"],
    ],
  ],
];

export function controls({ main, endpoints }) {
  for (const [title, explanation, entries] of GROUPS) {
    main.append(
      h(
        "section",
        { class: "group" },
        h("h2", {}, title),
        explanation ? h("p", {}, explanation) : null,
        entries.map((entry) => control(endpoints, ...entry)),
      ),
    );
  }
}

/** Returns a control. Null as the body means GET, undefined DELETE. */
function control(endpoints, label, system, path, body, of) {
  const method = body === null ? "GET" : body === undefined ? "DELETE" : "POST";
  const choices = h("datalist", { id: `choices-${crypto.randomUUID()}` });
  const id = of ? h("input", { placeholder: of.replace("_", " "), "aria-label": `${label}: ${of}`, list: choices.id }) : null;
  const filled = (text) => text.replace("{id}", id?.value.trim() || "{id}");
  const json = () => (method === "POST" ? filled(JSON.stringify(body)) : undefined);
  const curl = h("code", { tabindex: "0" });
  const answer = h("pre", { class: "answer", role: "status", tabindex: "0", hidden: true });

  function show() {
    const headers = method === "POST" ? [["content-type", "application/json"]] : [];
    curl.textContent = command(method, `${endpoints.controls[system]}/${filled(path)}`, headers, json());
  }

  async function offer() {
    if (of === "email" || !of) return;
    const found = await (await fetch(`/_console/control/stripe/list/${of}`)).json().catch(() => []);
    const objects = Array.isArray(found) ? found : (found.data ?? []);
    choices.replaceChildren(...objects.slice(0, 50).map((object) => h("option", { value: object.id }, describe(object))));
    if (id.value === "" && objects.length > 0) id.value = objects[0].id;
    show();
  }

  async function run() {
    const response = await fetch(`/_console/control/${system}/${filled(path)}`, {
      method,
      headers: { "content-type": "application/json" },
      body: json(),
    });
    const text = await response.text();
    answer.hidden = false;
    try {
      answer.textContent = `${response.status} ${JSON.stringify(JSON.parse(text), null, 2)}`;
    } catch {
      answer.textContent = `${response.status} ${text}`;
    }
  }

  id?.addEventListener("input", show);
  id?.addEventListener("focus", offer);
  show();
  return h("div", { class: "control" }, h("button", { onclick: run }, label), id, choices, curl, answer);
}

const describe = ({ amount, currency, email, status: state }) =>
  [amount && `${amount} ${currency}`, email, state].filter(Boolean).join(" · ");
