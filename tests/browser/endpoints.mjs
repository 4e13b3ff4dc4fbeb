// The addresses of the local cloud beside which the tests run. scripts/test-browser starts it.
import { readFileSync } from "node:fs";

const file = process.env.PLEDGE_ENDPOINTS;
if (!file) throw new Error("PLEDGE_ENDPOINTS isn't set; run scripts/test-browser");

export const endpoints = JSON.parse(readFileSync(file, "utf8"));

/** Calls a control of a stand-in: `control("firebase", "codes")`. */
export async function control(system, path, body) {
  const response = await fetch(`${endpoints.controls[system]}/${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${system} ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}
