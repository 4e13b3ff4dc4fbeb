/** One request to the API, with its time limits and its repeats. */

import { PledgeError, refusal } from "./error.js";
import { pause } from "./pause.js";

/** The statuses of requests that couldn't be served now. A refusal of another status would be repeated in vain. */
const REPEATABLE = new Set([429, 502, 503, 504]);
/** The codes of refusals that last until somebody mends something, although their status is one of those. */
const FINAL = new Set(["PAYMENT_PROVIDER_REFUSED", "PORTAL_NOT_CONFIGURED"]);
/** The time limit of an attempt: API Gateway answers within 30 s or never. */
const ATTEMPT_LIMIT = 31_000;
/** The wait before the first repeat, in milliseconds. It doubles with each. */
const FIRST_WAIT = 400;

export interface Limits {
  /** The greatest number of repeats. */
  repeats: number;
  /** The time limit of the call with all of its repeats, in milliseconds. */
  timeLimit: number;
  signal?: AbortSignal | undefined;
}

/**
 * Sends a request until it is answered, and returns the answer's JSON.
 *
 * Every operation of the API can be repeated: forms and payments carry a key, and what exists is found instead of made
 * again. So a request is also repeated if its answer was lost.
 */
export async function send(
  transport: typeof fetch,
  url: string,
  request: RequestInit,
  limits: Limits,
): Promise<unknown> {
  const end = Date.now() + limits.timeLimit;
  for (let repeat = 0; ; repeat += 1) {
    const failure = await attempt(transport, url, request, end, limits.signal);
    if (!(failure instanceof PledgeError)) return failure.json;
    const repeatable = failure.code === "NETWORK_ERROR" || (REPEATABLE.has(failure.status) && !FINAL.has(failure.code));
    const wait = waitBefore(repeat, failure.retryAfter);
    if (!repeatable || repeat >= limits.repeats || Date.now() + wait >= end) throw failure;
    await pause(wait, limits.signal);
  }
}

/**
 * Returns the wait in milliseconds: at least what the API asked for, and up to half as much again so that clients don't
 * come together.
 */
function waitBefore(repeat: number, retryAfter: number | undefined): number {
  const least = retryAfter === undefined ? FIRST_WAIT * 2 ** repeat : retryAfter * 1000;
  return least * (1 + Math.random() / 2);
}

async function attempt(
  transport: typeof fetch,
  url: string,
  request: RequestInit,
  end: number,
  signal: AbortSignal | undefined,
): Promise<{ json: unknown } | PledgeError> {
  const abort = new AbortController();
  const giveUp = () => abort.abort();
  signal?.addEventListener("abort", giveUp, { once: true });
  const timer = setTimeout(giveUp, Math.max(0, Math.min(ATTEMPT_LIMIT, end - Date.now())));
  try {
    if (signal?.aborted) throw signal.reason;
    const response = await transport(url, { ...request, signal: abort.signal });
    if (!response.ok) return await refusal(response);
    return { json: await response.json() };
  } catch (cause) {
    if (signal?.aborted) return new PledgeError("ABORTED", "The call was ended.", { cause: signal.reason });
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
