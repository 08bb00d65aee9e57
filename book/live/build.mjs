// Bundles src/ into the folder named on the command line. Pages load `live.js` or `progress.js`; the
// editor is a chunk of its own, fetched when somebody wants to edit. The worker is a classic script,
// because it has to call importScripts.
import { build } from "esbuild";

const out = process.argv[2];
if (!out) throw new Error("usage: node build.mjs FOLDER");

const common = {
  absWorkingDir: import.meta.dirname,
  bundle: true,
  minify: true,
  target: "es2022",
  legalComments: "eof",
  outdir: out,
  logLevel: "warning",
};
await build({
  ...common,
  entryPoints: ["src/live.ts", "src/progress.ts", "src/live.css", "src/progress.css"],
  format: "esm",
  splitting: true,
  chunkNames: "[name]-[hash]",
});
await build({
  ...common,
  entryPoints: ["src/worker.ts"],
  format: "iife",
  loader: { ".py": "text" },
});
