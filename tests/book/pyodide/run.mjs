// Runs a Python script in the site's own Pyodide, as Node.js gives it the repository's folders to read.
// Arguments: the site's Pyodide, the packages that a page would load (with commas between), the
// repository, the script, the script's arguments.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [folder, packages, repository, script, ...rest] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`).href);
const python = await loadPyodide({ indexURL: `${folder}/`, stderr: (line) => console.error(line) });
await python.loadPackage(packages.split(","), { messageCallback() {} });
// Only what a build for tests carries besides the site: the solutions, and the corpus of gradients.
for (const name of ["solutions", "benchmarks"]) {
  python.FS.mkdirTree(`/repository/${name}`);
  python.FS.mount(python.FS.filesystems.NODEFS, { root: `${repository}/${name}` }, `/repository/${name}`);
}
python.globals.set("arguments", python.toPy([script, ...rest]));
await python.runPythonAsync(`
import sys
sys.path.append("/repository")
sys.argv = arguments
__name__ = "__main__"
`);
await python.runPythonAsync(readFileSync(script, "utf-8"));
