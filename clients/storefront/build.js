// Bundles what the storefront takes from packages into public/vendor, as modules that a browser loads without a build
// step, with the texts of their licences. `node build.js FOLDER` writes elsewhere.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const folder = process.argv[2] ?? join(here, "public/vendor");
mkdirSync(folder, { recursive: true });

const shared = { absWorkingDir: here, bundle: true, format: "esm", target: "es2022", metafile: true, logLevel: "warning" };

/** Only what session.js uses, so that the rest is left out. */
const used = readFileSync(join(here, "public/session.js"), "utf8").match(/import \{([^}]*)\} from ".\/vendor\/firebase-auth.js"/)[1];
const names = used.split(",").map((name) => name.trim()).filter(Boolean);
const ofApp = names.filter((name) => name === "initializeApp");
const ofAuth = names.filter((name) => name !== "initializeApp");

const firebase = await build({
  ...shared,
  stdin: {
    contents: `export { ${ofApp.join(", ")} } from "firebase/app";\nexport { ${ofAuth.join(", ")} } from "firebase/auth";\n`,
    resolveDir: here,
  },
  outfile: join(folder, "firebase-auth.js"),
  minify: true,
  legalComments: "none",
  banner: { js: "// Bundled from the npm package firebase by build.js; the licences are in LICENSES.txt." },
});

await build({
  ...shared,
  entryPoints: ["../typescript/dist/index.js"],
  outfile: join(folder, "pledge-client.js"),
  banner: { js: "// Bundled from clients/typescript by build.js." },
});

const packages = new Map();
for (const input of Object.keys(firebase.metafile.inputs)) {
  const found = /^(node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
  if (found) packages.set(found[1], JSON.parse(readFileSync(join(here, found[1], "package.json"), "utf8")));
}
const texts = new Map();
const listed = [...packages].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, { name, version, license }]) => {
  const file = readdirSync(join(here, path)).find((entry) => /^licen[cs]e/i.test(entry));
  if (file) texts.set(`${name}: ${license}`, readFileSync(join(here, path, file), "utf8").trim());
  return `- ${name} ${version}: ${license}`;
});
const apache = readFileSync(join(here, "licenses/Apache-2.0.txt"), "utf8").trim();
texts.set("Apache-2.0, of the packages without a text of their own (Copyright Google LLC)", apache);
writeFileSync(
  join(folder, "LICENSES.txt"),
  [
    "firebase-auth.js is made of these packages:",
    listed.join("\n"),
    ...[...texts].map(([title, text]) => `${"=".repeat(80)}\n${title}\n${"=".repeat(80)}\n\n${text}`),
  ].join("\n\n") + "\n",
);
