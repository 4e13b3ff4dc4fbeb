/** Client of Pledge's API. The types are made from docs/openapi.yaml; this file adds `fetch`, errors and repeats. */

import type { components, operations } from "./schema.js";

type Schemas = components["schemas"];

export type PreorderForm = Schemas["PreorderForm"];
export type InitiatedPreorder = Schemas["InitiatedPreorder"];
export type Preorder = Schemas["Preorder"];
export type Checkout = Schemas["Checkout"];
export type ChampionSubscriptionRequest = Schemas["ChampionSubscriptionRequest"];
export type ChampionSubscription = Schemas["ChampionSubscription"];
export type ChampionPurchaseRequest = Schemas["ChampionPurchaseRequest"];
export type ChampionPurchase = Schemas["ChampionPurchase"];
export type ChampionStatus = Schemas["ChampionStatus"];

type Body<Response> = Response extends { content: { "application/json": infer Json } } ? Json : never;
type Bodies<Operation> = Operation extends { responses: infer All } ? Body<All[keyof All]> : never;
type Code<Json> = Json extends { code?: infer Known } ? Exclude<Known, undefined> : never;

/** Every `code` that the documented operations answer with. */
export type ErrorCode = Code<Bodies<operations[keyof operations]>>;

/** The API refused, failed, or was throttled. Act on `code`; show `message` to people. */
export class PledgeError extends Error {
  override readonly name = "PledgeError";

  constructor(
    readonly status: number,
    /** Undefined if API Gateway answered without asking a function. */
    readonly code: ErrorCode | undefined,
    message: string,
    /** What is wrong with each field, if `code` is `INVALID_REQUEST`. */
    readonly fields: Readonly<Record<string, string>> = {},
    /** What to tell the operators, if `status` is 5xx. */
    readonly requestId?: string,
  ) {
    super(message);
  }
}

export interface PledgeOptions {
  /** Where the API is, without a slash at the end. */
  baseUrl: string;
  /** The Firebase ID token of whoever is signed in; nothing if nobody is. */
  idToken?: () => Promise<string | undefined> | undefined;
  /** How often a request is repeated that could not be served; repeats are safe. Two times unless given. */
  repeats?: number;
  fetch?: typeof fetch;
}

interface Call {
  method?: "GET" | "POST";
  body?: unknown;
  headers?: Record<string, string>;
}

const REPEATABLE = new Set([429, 502, 503, 504]);

export class Pledge {
  constructor(private readonly options: PledgeOptions) {}

  /** Stores a preorder. Pass the key of an earlier call to get its preorder again, such as after a reload. */
  initiatePreorder(form: PreorderForm, idempotencyKey: string = crypto.randomUUID()): Promise<InitiatedPreorder> {
    return this.call("/preorders", { body: form, headers: { "idempotency-key": idempotencyKey } });
  }

  preorder(preorderId: string): Promise<Preorder> {
    return this.call(`/preorders/${encodeURIComponent(preorderId)}`, { method: "GET" });
  }

  /** Opens the pay page of a preorder, or of a form, which becomes one. Send the customer to `url`. */
  checkout(
    preorder: { preorderId: string } | PreorderForm,
    idempotencyKey: string = crypto.randomUUID(),
  ): Promise<Checkout> {
    return this.call("/checkout", { body: preorder, headers: { "idempotency-key": idempotencyKey } });
  }

  /** Starts a monthly subscription. Pay it with `clientSecret` and Stripe.js. */
  subscribe(request: Omit<ChampionSubscriptionRequest, "autoRenew">): Promise<ChampionSubscription> {
    return this.call("/payment/stripe/champion-subscription", { body: { ...request, autoRenew: true } });
  }

  championStatus(novelId: number): Promise<ChampionStatus> {
    return this.call(`/payment/stripe/champion-subscription?novelId=${novelId}`, { method: "GET" });
  }

  /** Lets the subscription end with the period that is paid. */
  cancel(novelId: number): Promise<ChampionStatus> {
    return this.call("/payment/stripe/champion-subscription/cancel", { body: { novelId } });
  }

  /** Lets a cancelled subscription go on. */
  resume(novelId: number): Promise<ChampionStatus> {
    return this.call("/payment/stripe/champion-subscription/resume", { body: { novelId } });
  }

  /** Buys 30 days once. Pay them with `clientSecret` and Stripe.js. */
  purchase(request: ChampionPurchaseRequest): Promise<ChampionPurchase> {
    return this.call("/payment/stripe/champion-purchase", { body: request });
  }

  private async call<Answer>(path: string, { method = "POST", body, headers }: Call): Promise<Answer> {
    const { baseUrl, idToken, repeats = 2, fetch: send = fetch } = this.options;
    const token = await idToken?.();
    const request: RequestInit = {
      method,
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    for (let left = repeats; ; left -= 1) {
      const response = await send(baseUrl + path, request);
      if (response.ok) return (await response.json()) as Answer;
      if (left <= 0 || !REPEATABLE.has(response.status)) throw await refusal(response);
      await new Promise((resolve) => setTimeout(resolve, 1000 * Number(response.headers.get("retry-after") ?? 1)));
    }
  }
}

async function refusal(response: Response): Promise<PledgeError> {
  const body = (await response.json().catch(() => ({}))) as {
    code?: ErrorCode;
    message?: string;
    fields?: Record<string, string>;
    requestId?: string;
  };
  return new PledgeError(response.status, body.code, body.message ?? response.statusText, body.fields, body.requestId);
}
