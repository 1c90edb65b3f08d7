// Bundles every src/*.js into the static files of the web application.
import { build } from "esbuild";
import { readdirSync } from "node:fs";

const entries = readdirSync("src").filter((name) => name.endsWith(".js")).map((name) => `src/${name}`);

await build({
  entryPoints: entries,
  outdir: "../src/shouzhi/web/static/shouzhi",
  bundle: true,
  format: "esm",
  minify: true,
  target: "es2022",
  charset: "utf8",
  legalComments: "linked",
  logLevel: "warning",
});
