// Uses the installed package in plain Node, against a server of its own. Fails if anything differs from its
// documentation.
import assert from "node:assert/strict";
import { createServer } from "node:http";

import { Pledge, PledgeError } from "pledge-client";

let asked = 0;
const server = createServer((request, response) => {
  asked += 1;
  response.setHeader("content-type", "application/json");
  if (request.url === "/preorders" && asked === 1) {
    response.writeHead(503, { "retry-after": "0" }).end('{"code":"SERVICE_UNAVAILABLE","message":"Busy."}');
  } else if (request.url === "/preorders") {
    response.writeHead(201).end('{"preorderId":"p"}');
  } else {
    response.writeHead(404).end('{"code":"PREORDER_NOT_FOUND","message":"No such preorder."}');
  }
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const pledge = new Pledge({ baseUrl: `http://127.0.0.1:${server.address().port}` });

assert.equal((await pledge.initiatePreorder({ email: "a@example.com", color: "Red" })).preorderId, "p");
assert.equal(asked, 2);
await assert.rejects(pledge.preorder("q"), (error) => {
  assert.ok(error instanceof PledgeError);
  assert.equal(error.code, "PREORDER_NOT_FOUND");
  return true;
});
server.closeAllConnections();
await new Promise((resolve) => server.close(resolve));
await assert.rejects(pledge.preorder("q", { timeLimit: 20_000 }), { name: "PledgeError", code: "NETWORK_ERROR" });
console.log(`node ${process.version}: works`);
