import assert from "node:assert/strict";
import { test } from "node:test";

import { type ErrorCode, Pledge, PledgeError, type PledgeOptions, type Preorder } from "../src/index.js";

type Answer = Response | Error | ((signal: AbortSignal) => Promise<Response>);

/** Returns an API that gives these answers in turn, repeats the last one, and records its requests. */
function api(answers: Answer[], options: Partial<PledgeOptions> = {}) {
  const requests: Request[] = [];
  const send = async (url: string | URL | Request, init?: RequestInit) => {
    requests.push(new Request(url, init));
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer instanceof Error) throw answer;
    if (typeof answer === "function") return answer(init?.signal as AbortSignal);
    return (answer as Response).clone();
  };
  const pledge = new Pledge({ baseUrl: "http://api/", idToken: async () => "token", fetch: send, ...options });
  return { requests, pledge };
}

const refused = (status: number, body: object, headers: Record<string, string> = {}) =>
  Response.json(body, { status, headers });
const busy = (retryAfter = "0") => refused(503, { code: "SERVICE_UNAVAILABLE" }, { "retry-after": retryAfter });
const unreachable = () => new TypeError("fetch failed");
const silence = (signal: AbortSignal) =>
  new Promise<Response>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

async function failureOf(call: Promise<unknown>): Promise<PledgeError> {
  const error = await call.then(
    () => assert.fail("The call succeeded."),
    (failure: unknown) => failure,
  );
  assert.ok(error instanceof PledgeError, String(error));
  return error;
}

test("a form is sent with a key and the token of whoever is signed in", async () => {
  const { requests, pledge } = api([Response.json({ preorderId: "p" }, { status: 201 })]);
  const preorder = await pledge.initiatePreorder({ email: "a@example.com", color: "Red" });
  assert.equal(preorder.preorderId, "p");
  assert.equal(requests[0]?.url, "http://api/preorders");
  assert.equal(requests[0]?.headers.get("authorization"), "Bearer token");
  assert.match(requests[0]?.headers.get("idempotency-key") ?? "", /^[0-9a-f-]{36}$/);
  assert.deepEqual(await requests[0]?.json(), { email: "a@example.com", color: "Red" });
});

test("nobody's token is sent while nobody is signed in", async () => {
  const { requests, pledge } = api([Response.json({})], { idToken: () => null });
  await pledge.preorder("p");
  assert.equal(requests[0]?.headers.get("authorization"), null);
});

test("what changes something is sent with the app's token, if there is one", async () => {
  const { requests, pledge } = api([Response.json({})], { appCheckToken: async () => "app-token" });
  await pledge.initiatePreorder({ email: "a@example.com", color: "Red" });
  await pledge.preorder("p");
  assert.deepEqual(requests.map((request) => request.headers.get("x-firebase-appcheck")), ["app-token", null]);
  const without = api([Response.json({})], { appCheckToken: () => Promise.reject(new Error("no reCAPTCHA")) });
  await without.pledge.initiatePreorder({ email: "a@example.com", color: "Red" });
  assert.equal(without.requests[0]?.headers.get("x-firebase-appcheck"), null);
});

test("a repeat has the same key", async () => {
  const { requests, pledge } = api([busy(), Response.json({})]);
  await pledge.checkout({ email: "a@example.com", color: "Red" });
  const keys = requests.map((request) => request.headers.get("idempotency-key"));
  assert.equal(keys.length, 2);
  assert.equal(keys[0], keys[1]);
});

test("a lost answer is repeated", async () => {
  const { requests, pledge } = api([unreachable(), Response.json({ status: "completed" })]);
  assert.equal((await pledge.preorder("p")).status, "completed");
  assert.equal(requests.length, 2);
});

test("a repeat waits as long as the API says", async () => {
  const { pledge } = api([busy("1"), Response.json({})]);
  const start = performance.now();
  await pledge.preorder("p");
  assert.ok(performance.now() - start >= 990);
});

test("a wait beyond the time limit isn't begun", async () => {
  const { requests, pledge } = api([busy("3600")]);
  const error = await failureOf(pledge.preorder("p"));
  assert.equal(error.code, "SERVICE_UNAVAILABLE");
  assert.equal(error.retryAfter, 3600);
  assert.equal(requests.length, 1);
});

test("repeats have an end", async () => {
  const { requests, pledge } = api([busy()], { repeats: 1 });
  assert.equal((await failureOf(pledge.preorder("p"))).status, 503);
  assert.equal(requests.length, 2);
});

for (const code of ["PAYMENT_PROVIDER_REFUSED", "PORTAL_NOT_CONFIGURED"]) {
  test(`${code} waits for an operator and isn't repeated`, async () => {
    const { requests, pledge } = api([refused(503, { code })]);
    assert.equal((await failureOf(pledge.preorder("p"))).code, code);
    assert.equal(requests.length, 1);
  });
}

test("a refusal says what to correct and isn't repeated", async () => {
  const body = { code: "INVALID_REQUEST", message: "Wrong.", fields: { email: "is required" } };
  const { requests, pledge } = api([refused(400, body)]);
  const error = await failureOf(pledge.preorder("p"));
  assert.equal(error.code, "INVALID_REQUEST");
  assert.equal(error.message, "Wrong.");
  assert.deepEqual(error.fields, { email: "is required" });
  assert.equal(requests.length, 1);
});

test("a server error has the id to tell the operators, and isn't repeated", async () => {
  const { requests, pledge } = api([refused(500, { code: "INTERNAL_ERROR", message: "Sorry.", requestId: "r-1" })]);
  const error = await failureOf(pledge.preorder("p"));
  assert.equal(error.requestId, "r-1");
  assert.equal(requests.length, 1);
});

test("a throttled call without a code of the API's own has one", async () => {
  const { pledge } = api([refused(429, { message: "Too Many Requests" })], { repeats: 0 });
  assert.equal((await failureOf(pledge.preorder("p"))).code, "TOO_MANY_REQUESTS");
});

test("an API that can't be reached is a PledgeError with its cause", async () => {
  const { pledge } = api([unreachable()], { repeats: 0 });
  const error = await failureOf(pledge.preorder("p"));
  assert.equal(error.code, "NETWORK_ERROR");
  assert.equal((error.cause as Error).message, "fetch failed");
});

test("an answer that isn't the API's is a PledgeError", async () => {
  const page = new Response("<html>", { status: 404 });
  assert.equal((await failureOf(api([page]).pledge.preorder("p"))).code, "UNEXPECTED_ANSWER");
  assert.equal((await failureOf(api([new Response("<html>")]).pledge.preorder("p"))).code, "UNEXPECTED_ANSWER");
});

test("silence ends with the time limit", async () => {
  const { pledge } = api([silence], { timeLimit: 50 });
  assert.equal((await failureOf(pledge.preorder("p"))).code, "TIMED_OUT");
});

test("the caller's signal ends a call, before, during and between its attempts", async () => {
  const before = api([Response.json({})]);
  assert.equal((await failureOf(before.pledge.preorder("p", { signal: AbortSignal.abort() }))).code, "ABORTED");
  assert.equal(before.requests.length, 0);
  for (const answer of [silence, busy("30")]) {
    const leaving = new AbortController();
    const call = failureOf(api([answer]).pledge.preorder("p", { signal: leaving.signal }));
    setTimeout(() => leaving.abort("left the page"), 20);
    const error = await call;
    assert.equal(error.code, "ABORTED");
    assert.equal(error.cause, "left the page");
  }
});

test("a token that can't be had is a PledgeError", async () => {
  const { pledge } = api([Response.json({})], { idToken: () => Promise.reject(new Error("offline")) });
  assert.equal((await failureOf(pledge.preorder("p"))).code, "ID_TOKEN_UNAVAILABLE");
});

test("waiting for a preorder goes on until its payment has an end", async () => {
  const seen: string[] = [];
  const { pledge } = api(["initiated", "processing", "completed"].map((status) => Response.json({ status })));
  const preorder = await pledge.waitForPreorder("p", { onUpdate: ({ status }) => seen.push(status) });
  assert.equal(preorder.status, "completed");
  assert.deepEqual(seen, ["initiated", "processing", "completed"]);
});

test("a refusal ends the wait for a preorder, unless the caller knows that it isn't the last word", async () => {
  const answers = ["failed", "cancelled", "completed"].map((status) => Response.json({ status }));
  assert.equal((await api([...answers]).pledge.waitForPreorder("p")).status, "failed");
  const settled = ({ status }: Preorder) => status === "completed";
  assert.equal((await api([...answers]).pledge.waitForPreorder("p", { settled })).status, "completed");
});

test("waiting for a payment that takes days returns what there is", async () => {
  const { pledge } = api([Response.json({ status: "processing" })]);
  assert.equal((await pledge.waitForPreorder("p", { waitLimit: 500 })).status, "processing");
});

test("waiting for a subscription goes on until that one is paid, also if another runs", async () => {
  const status = (subscriptionId: string, pendingAttempt: object | null) =>
    Response.json({ isActive: true, subscriptionId, pendingAttempt });
  const { requests, pledge } = api([status("sub_old", {}), status("sub_new", {}), status("sub_new", null)]);
  const now = await pledge.waitForSubscription({ novelId: 1, subscriptionId: "sub_new" });
  assert.equal(now.subscriptionId, "sub_new");
  assert.equal(requests.length, 3);
});

test("the codes are known to the compiler, which narrows them", () => {
  // @ts-expect-error: no operation answers with this.
  const wrong: ErrorCode = "NO_SUCH_CODE";
  const error = new PledgeError("CARD_DECLINED", "Declined.");
  if (error.code === "CARD_DECLINED" || error.code === "NETWORK_ERROR") {
    const narrowed: "CARD_DECLINED" | "NETWORK_ERROR" = error.code;
    assert.ok(narrowed);
  }
  assert.ok(wrong);
});
