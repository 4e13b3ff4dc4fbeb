/** Messages for errors of the API and of Firebase. */

import { PledgeError } from "./vendor/pledge-client.js";

import { showProblems } from "./form.js";
import { isDismissal, problemOf } from "./session.js";

/**
 * Returns the message for the reader, which is empty if the reader ended the attempt. Problems of a form's fields are shown
 * at the fields.
 *
 * @param {unknown} error
 * @param {import("./texts.js").Texts} texts
 * @param {HTMLFormElement} [form]
 * @returns {string}
 */
export function explain(error, texts, form) {
  if (isDismissal(error)) return "";
  const firebase = problemOf(error);
  if (firebase) return texts[firebase];
  if (!(error instanceof PledgeError)) {
    console.error(error);
    return texts.wrong("");
  }
  switch (error.code) {
    case "INVALID_REQUEST":
      return (form ? showProblems(form, error.fields) : Object.values(error.fields)).join(", ");
    case "NETWORK_ERROR":
    case "TIMED_OUT":
    case "ABORTED":
      return texts.offline;
    case "TOO_MANY_REQUESTS":
      return texts.tooMany;
    case "SERVICE_UNAVAILABLE":
    case "PAYMENT_PROVIDER_UNAVAILABLE":
      return texts.unavailable;
    case "UNAUTHENTICATED":
    case "ID_TOKEN_UNAVAILABLE":
      return texts.signInAgain;
    case "UNKNOWN_APP":
      return texts.reload;
    case "ADDRESS_NOT_PROVEN":
      return texts.confirmFirst;
    case "INTERNAL_ERROR":
    case "UNEXPECTED_ANSWER":
      return texts.wrong(error.requestId ?? "");
    default:
      // The message of a refusal says what to do about it.
      return error.message;
  }
}
