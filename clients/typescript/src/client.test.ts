import assert from "node:assert/strict";
import { test } from "node:test";

import { type ErrorCode, Pledge, PledgeError } from "./client.js";

/** An API that gives these answers one after the other and remembers what it was asked. */
function api(...answers: Response[]) {
  const requests: Request[] = [];
  const send = async (url: string | URL | Request, init?: RequestInit) => {
    requests.push(new Request(url, init));
    return answers.shift() ?? Response.error();
  };
  return { requests, pledge: new Pledge({ baseUrl: "http://api", idToken: async () => "token", fetch: send }) };
}

test("a form is sent with a key and the token of whoever is signed in", async () => {
  const { requests, pledge } = api(Response.json({ preorderId: "p" }, { status: 201 }));
  const preorder = await pledge.initiatePreorder({ email: "a@example.com", color: "Red" });
  assert.equal(preorder.preorderId, "p");
  assert.equal(requests[0]?.headers.get("authorization"), "Bearer token");
  assert.match(requests[0]?.headers.get("idempotency-key") ?? "", /^[0-9a-f-]{36}$/);
  assert.deepEqual(await requests[0]?.json(), { email: "a@example.com", color: "Red" });
});

test("a repeat has the same key", async () => {
  const busy = Response.json({ code: "SERVICE_UNAVAILABLE" }, { status: 503, headers: { "retry-after": "0" } });
  const { requests, pledge } = api(busy, Response.json({}));
  await pledge.checkout({ email: "a@example.com", color: "Red" });
  const keys = requests.map((request) => request.headers.get("idempotency-key"));
  assert.equal(keys.length, 2);
  assert.equal(keys[0], keys[1]);
});

test("a refusal says what to correct and isn't repeated", async () => {
  const body = { code: "INVALID_REQUEST", message: "Wrong.", fields: { email: "is required" } };
  const { requests, pledge } = api(Response.json(body, { status: 400 }));
  await assert.rejects(pledge.preorder("p"), (error) => {
    assert.ok(error instanceof PledgeError);
    const code: ErrorCode | undefined = error.code;
    assert.equal(code, "INVALID_REQUEST");
    assert.deepEqual(error.fields, { email: "is required" });
    return true;
  });
  assert.equal(requests.length, 1);
});

test("the codes are known to the compiler", () => {
  // @ts-expect-error: no operation answers with this.
  const code: ErrorCode = "NO_SUCH_CODE";
  assert.ok(code);
});
