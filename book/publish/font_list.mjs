// Prints the list of fonts that Matplotlib makes when it is first imported in Pyodide. The one that
// Pyodide 0.27.7 ships is of another version, so that every reader's browser would make it anew.
// Argument: a folder with Pyodide and its packages.
import { pathToFileURL } from "node:url";

const folder = process.argv[2];
const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`).href);
const quiet = { messageCallback() {} };
const python = await loadPyodide({ indexURL: `${folder}/`, stderr() {} });
await python.loadPackage("matplotlib", quiet);
console.log(
  await python.runPythonAsync(`
from pathlib import Path
import matplotlib.font_manager

Path(matplotlib.__file__).with_name("fontlist.json").read_text()
`),
);
