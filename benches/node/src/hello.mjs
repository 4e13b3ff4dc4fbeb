// The least that a function on Node.js can do.

import { run } from "./runtime.mjs";

run(async () => ({ statusCode: 200, headers: { "content-type": "text/plain" }, body: "hello" }));
