// Bundles the packages that the storefront uses into public/vendor, as modules that a browser loads without a build step,
// with the texts of their licences. `node build.js FOLDER` writes to another folder.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const folder = process.argv[2] ?? join(here, "public/vendor");
mkdirSync(folder, { recursive: true });

const shared = { absWorkingDir: here, bundle: true, format: "esm", target: "es2022", metafile: true, logLevel: "warning" };

const OF_APP = ["getApp", "initializeApp"];
/**
 * Returns the names that a module imports from Firebase, without those of the app itself. Everything else is left out.
 */
const usedBy = (module) => {
  const source = readFileSync(join(here, "public", module), "utf8");
  const [, names] = source.match(/import \{([^}]*)\} from ".\/vendor\/firebase.js"/);
  return names.split(",").map((name) => name.trim()).filter((name) => name && !OF_APP.includes(name));
};
const exported = Object.entries({
  "firebase/app": OF_APP,
  "firebase/app-check": usedBy("app-check.js"),
  "firebase/auth": usedBy("session.js"),
}).map(([from, names]) => `export { ${names.join(", ")} } from "${from}";\n`);

const firebase = await build({
  ...shared,
  stdin: {
    contents: exported.join(""),
    resolveDir: here,
  },
  outfile: join(folder, "firebase.js"),
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
    "firebase.js is made of these packages:",
    listed.join("\n"),
    ...[...texts].map(([title, text]) => `${"=".repeat(80)}\n${title}\n${"=".repeat(80)}\n\n${text}`),
  ].join("\n\n") + "\n",
);
