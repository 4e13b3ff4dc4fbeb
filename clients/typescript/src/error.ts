import type { operations } from "./schema.js";

type Body<Response> = Response extends { content: { "application/json": infer Json } } ? Json : never;
type Bodies<Operation> = Operation extends { responses: infer All } ? Body<All[keyof All]> : never;
type Code<Json> = Json extends { code?: infer Known } ? Exclude<Known, undefined> : never;

/** Every `code` in the documented answers of the API. */
export type ApiErrorCode = Code<Bodies<operations[keyof operations]>>;

/**
 * The codes of failures without an answer of the API's own:
 * - `TOO_MANY_REQUESTS`: throttled, also by API Gateway, which asks no function then;
 * - `NETWORK_ERROR`: no answer came. The request may have been carried out all the same;
 * - `TIMED_OUT`: the time limit of the call was over;
 * - `ABORTED`: the caller's signal ended the call;
 * - `ID_TOKEN_UNAVAILABLE`: the function that should give the ID token failed;
 * - `UNEXPECTED_ANSWER`: the answer came from something between here and the API, or from a version with other codes.
 */
export type ClientErrorCode =
  | "TOO_MANY_REQUESTS"
  | "NETWORK_ERROR"
  | "TIMED_OUT"
  | "ABORTED"
  | "ID_TOKEN_UNAVAILABLE"
  | "UNEXPECTED_ANSWER";

export type ErrorCode = ApiErrorCode | ClientErrorCode;

interface Details {
  status?: number;
  fields?: Readonly<Record<string, string>>;
  requestId?: string;
  retryAfter?: number;
  cause?: unknown;
}

/** A failed call. Act on `code`, which the compiler narrows; show `message` to people. */
export class PledgeError extends Error {
  readonly code: ErrorCode;
  /** The HTTP status of the answer; 0 without an answer. */
  readonly status: number;
  /** The correction for each wrong field if `code` is `INVALID_REQUEST`; otherwise empty. */
  readonly fields: Readonly<Record<string, string>>;
  /** The id to tell the operators if `status` is 5xx. */
  readonly requestId: string | undefined;
  /** The number of seconds after which a repeat makes sense, if the API says so. */
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, message: string, details: Details = {}) {
    super(message, "cause" in details ? { cause: details.cause } : {});
    this.name = "PledgeError";
    this.code = code;
    this.status = details.status ?? 0;
    this.fields = details.fields ?? {};
    this.requestId = details.requestId;
    this.retryAfter = details.retryAfter;
  }
}

/** Reads a refusal. An answer that isn't in the API's own form gets one of the client's codes. */
export async function refusal(response: Response): Promise<PledgeError> {
  const body: unknown = await response.json().catch(() => undefined);
  const { code, message, fields, requestId } = (isObject(body) ? body : {}) as {
    code?: unknown;
    message?: unknown;
    fields?: unknown;
    requestId?: unknown;
  };
  const known = typeof code === "string" ? (code as ApiErrorCode) : undefined;
  const fallback = response.status === 429 ? "TOO_MANY_REQUESTS" : "UNEXPECTED_ANSWER";
  const text = typeof message === "string" ? message : `The API answered ${response.status}.`;
  const retryAfter = secondsToWait(response);
  return new PledgeError(known ?? fallback, text, {
    status: response.status,
    ...(isObject(fields) ? { fields: fields as Record<string, string> } : {}),
    ...(typeof requestId === "string" ? { requestId } : {}),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  });
}

/**
 * Returns the number of seconds in `Retry-After`, which holds a number or a date. Browsers see it only if the API
 * exposes it.
 */
function secondsToWait(response: Response): number | undefined {
  const header = response.headers.get("retry-after");
  if (header === null || header.trim() === "") return undefined;
  const seconds = Number.isNaN(Number(header)) ? (Date.parse(header) - Date.now()) / 1000 : Number(header);
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
