/** Forms that show problems at their fields. */

import { h } from "./dom.js";

let ids = 0;

/**
 * Returns a labelled control with room for an error and a hint.
 *
 * @param {string} label
 * @param {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} control
 * @param {{hint?: string}} [options]
 */
export function field(label, control, { hint } = {}) {
  ids += 1;
  control.id = `field-${ids}`;
  control.setAttribute("aria-describedby", `${control.id}-error`);
  return h(
    "div",
    { class: "field", "data-field": control.name },
    h("label", { for: control.id }, label, hint ? h("span", { class: "hint" }, hint) : null),
    control,
    h("p", { class: "error", id: `${control.id}-error` }),
  );
}

/**
 * Shows each message at its field and moves the focus to the first. Returns the messages that have no field.
 *
 * @param {HTMLFormElement} form
 * @param {Readonly<Record<string, string>>} problems
 * @returns {string[]}
 */
export function showProblems(form, problems) {
  const left = new Map(Object.entries(problems));
  /** @type {HTMLElement | undefined} */
  let first;
  for (const element of form.querySelectorAll("[data-field]")) {
    const place = /** @type {HTMLElement} */ (element);
    const name = place.dataset.field ?? "";
    const problem = left.get(name);
    left.delete(name);
    const error = place.querySelector(".error");
    if (error) error.textContent = problem ?? "";
    const control = /** @type {HTMLElement | null} */ (place.querySelector("input, select, textarea"));
    control?.setAttribute("aria-invalid", String(problem !== undefined));
    if (problem !== undefined) first ??= control ?? undefined;
  }
  first?.focus();
  return [...left].map(([name, problem]) => `${name} ${problem}`);
}

/**
 * Returns a form that shows when it is busy. `submit` gets the values, and returns a message if it failed. A form that was
 * sent stays busy, since another page or another part of this one comes in its place, unless it is `repeatable`.
 *
 * @param {{action: string, busy: string}} texts
 * @param {import("./dom.js").Child[]} content
 * @param {(values: FormData, form: HTMLFormElement) => Promise<string | undefined>} submit
 * @param {{repeatable?: boolean}} [options]
 */
export function form(texts, content, submit, { repeatable = false } = {}) {
  const notice = h("p", { class: "notice", role: "alert" });
  const button = h("button", { class: "primary" }, texts.action);
  const element = h("form", { novalidate: true }, ...content, notice, button);
  const setBusy = (/** @type {boolean} */ busy) => {
    button.disabled = busy;
    button.textContent = busy ? texts.busy : texts.action;
  };
  element.addEventListener("submit", async (event) => {
    event.preventDefault();
    setBusy(true);
    notice.textContent = "";
    showProblems(element, {});
    const problem = await submit(new FormData(element), element);
    setBusy(problem === undefined && !repeatable);
    notice.textContent = problem ?? "";
  });
  // Whoever goes back from the next page may find this one as they left it.
  window.addEventListener("pageshow", ({ persisted }) => persisted && setBusy(false));
  return element;
}
