// The smallest function on Node.js.

import { run } from "./runtime.mjs";

run(async () => ({ statusCode: 200, headers: { "content-type": "text/plain" }, body: "hello" }));
