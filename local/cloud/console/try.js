/** The view that calls any operation of the API, as any reader, with an example that works in this cloud. */

import { command, quoted } from "./curl.js";
import { h } from "./dom.js";
import { linked } from "./ids.js";
import { operations } from "./openapi.js";

const JSON_TYPE = ["content-type", "application/json"];
const SIGNATURE = "Stripe-Signature";
/** Matches the id in the description's examples, which no preorder here has. */
const EXAMPLE_ID = /0a1b2c3d-7e11-4c7e-9a50-3d1f5e0c9b21/g;

export function tryIt({ main, endpoints, query }) {
  const place = h("div", { class: "try" }, h("p", { class: "count" }, "One moment …"));
  main.append(place);
  load();

  async function load() {
    const [all, preorder, accounts] = await Promise.all([operations(), newestPreorder(), knownAccounts()]);
    const operation = all.find(({ id }) => id === query.get("operation")) ?? all[0];
    place.replaceChildren(choice(all, operation), form(endpoints, operation, preorder, accounts));
  }
}

/** Returns the choice of the operation, which the address keeps. */
function choice(all, chosen) {
  const tags = [...new Set(all.map(({ tag }) => tag))];
  const select = h(
    "select",
    { "aria-label": "Operation" },
    tags.map((tag) =>
      h(
        "optgroup",
        { label: tag },
        all
          .filter((operation) => operation.tag === tag)
          .map(({ id, method, path }) => h("option", { value: id, selected: id === chosen.id }, `${method} ${path}`)),
      ),
    ),
  );
  select.addEventListener("change", () => {
    location.hash = `#try?operation=${encodeURIComponent(select.value)}`;
  });
  return h("p", { class: "bar" }, select);
}

function form(endpoints, operation, preorder, accounts) {
  const { method, path, summary, description, examples } = operation;
  const local = (text) => (preorder ? text.replace(EXAMPLE_ID, preorder) : text);
  const who = readerField(operation, accounts);
  const parameters = operation.parameters.filter(({ name }) => name !== SIGNATURE).map((parameter) => field(parameter, local));
  const body = h("textarea", { rows: 10, "aria-label": "Body", spellcheck: "false" });
  const example = h(
    "select",
    { "aria-label": "Example" },
    examples.map(([name], index) => h("option", { value: index }, name)),
  );
  const fill = () => {
    body.value = local(JSON.stringify(examples[Number(example.value)][1], null, 2));
  };
  const isSigned = operation.parameters.some(({ name }) => name === SIGNATURE);
  const curl = h("code", { tabindex: "0" });
  const answer = h("div", { role: "status" });

  function request() {
    const used = parameters.filter(({ input }) => input.value !== "");
    const of = (place) => used.filter(({ parameter }) => parameter.in === place);
    const filled = of("path").reduce((url, { parameter, input }) => url.replace(`{${parameter.name}}`, encodeURIComponent(input.value)), path);
    const search = new URLSearchParams(of("query").map(({ parameter, input }) => [parameter.name, input.value])).toString();
    const headers = of("header").map(({ parameter, input }) => [parameter.name.toLowerCase(), input.value]);
    return {
      target: filled + (search ? `?${search}` : ""),
      headers: examples.length > 0 ? [JSON_TYPE, ...headers] : headers,
      content: examples.length > 0 ? body.value : undefined,
      email: who?.value.trim(),
    };
  }

  function show() {
    const { target, headers, content, email } = request();
    const lines = [];
    if (email) {
      const sign = command("POST", `${endpoints.controls.firebase}/google`, [JSON_TYPE], JSON.stringify({ email }));
      lines.push(`TOKEN=$(${sign} | sed 's/.*"idToken":"\\([^"]*\\)".*/\\1/')`);
      headers.push(["authorization", "Bearer $TOKEN"]);
    }
    if (isSigned) {
      lines.push(`SIGNATURE=$(curl -s ${endpoints.api}/_console/sign -d ${quoted(compact(content))})`);
      headers.push([SIGNATURE.toLowerCase(), "$SIGNATURE"]);
    }
    lines.push(command(method, endpoints.api + target, headers, compact(content)));
    curl.textContent = lines.join("\n");
  }

  async function send(event) {
    event.preventDefault();
    const { target, headers, content, email } = request();
    const sent = new Headers(headers);
    const began = performance.now();
    try {
      if (email) sent.set("authorization", `Bearer ${await idToken(email)}`);
      if (isSigned) sent.set(SIGNATURE, await (await post("/_console/sign", compact(content))).text());
      const response = await fetch(target, { method, headers: sent, body: compact(content), redirect: "manual" });
      const text = await response.text();
      const took = Math.round(performance.now() - began);
      answer.replaceChildren(h("h2", {}, `${response.status} in ${took} ms`), ...answered(endpoints, text));
    } catch (error) {
      answer.replaceChildren(h("h2", {}, String(error)));
    }
  }

  if (examples.length > 0) fill();
  const element = h(
    "form",
    { class: "group" },
    h("h2", {}, summary),
    description ? h("p", {}, description.trim()) : null,
    who ? h("label", {}, operation.signedIn === "must" ? "Signed in as" : "Signed in as (nobody if empty)", who, who.choices) : null,
    parameters.map(({ parameter, input }) => h("label", {}, `${parameter.name}${parameter.required ? "" : " (optional)"}`, input)),
    examples.length > 1 ? h("label", {}, "Example", example) : null,
    examples.length > 0 ? body : null,
    h("p", {}, h("button", { class: "send" }, "Send")),
    h("p", { class: "control" }, curl),
    answer,
  );
  example.addEventListener("change", fill);
  element.addEventListener("input", show);
  element.addEventListener("change", show);
  element.addEventListener("submit", send);
  show();
  return element;
}

/** Returns a field for the address of the signed-in reader; null if the operation takes no token. */
function readerField({ signedIn }, accounts) {
  if (signedIn === "never") return null;
  const choices = h("datalist", { id: "accounts" }, accounts.map((email) => h("option", { value: email })));
  const input = h("input", { type: "email", list: "accounts", value: signedIn === "must" ? (accounts[0] ?? "reader@gmail.com") : "" });
  input.choices = choices;
  return input;
}

/** Returns a field for a parameter. A required one is filled with its example, another one only shows it. */
function field(parameter, local) {
  const { required, example, examples } = parameter;
  const text = local(String(example ?? Object.values(examples ?? {})[0]?.value ?? ""));
  return { parameter, input: h("input", { value: required ? text : "", placeholder: text }) };
}

/** Returns JSON on one line, and other texts as they are. */
function compact(text) {
  if (text === undefined) return undefined;
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}

function answered(endpoints, text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    return text === "" ? [] : [h("pre", { tabindex: "0" }, text)];
  }
  const follow = (id) => {
    location.hash = `#timeline?q=${encodeURIComponent(id)}`;
  };
  const pay = value.clientSecret && payPage(endpoints, value.clientSecret);
  return [
    typeof value.url === "string" ? h("p", {}, h("a", { href: value.url, target: "_blank" }, "Open the page")) : "",
    pay ? h("p", {}, h("a", { href: pay, target: "_blank" }, "Pay it")) : "",
    linked(value, follow),
  ];
}

/** Returns the address of the stand-in's page that pays an intent. */
function payPage({ controls }, secret) {
  const stripe = controls.stripe.replace(/\/_control$/, "");
  return `${stripe}/c/confirm/${secret.split("_secret_")[0]}?client_secret=${encodeURIComponent(secret)}`;
}

async function idToken(email) {
  const response = await post("/_console/control/firebase/google", JSON.stringify({ email }));
  const { idToken: token } = await response.json();
  if (!token) throw new Error("Firebase signed nobody in.");
  return token;
}

async function newestPreorder() {
  const response = await fetch("/_console/tables/preorders");
  return response.ok ? (await response.json())[0]?.id : undefined;
}

async function knownAccounts() {
  const users = await (await fetch("/_console/control/firebase/users")).json();
  const emails = users.map(({ email }) => email).filter((email) => email?.endsWith("@gmail.com"));
  return [...new Set(emails.reverse())].slice(0, 20);
}

const post = (path, body) => fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body });
