// Puts Python's bytecode in the place of its source in zip files, wheels included. It is made by the
// Pyodide that will run it. Arguments: a folder with Pyodide, and a JSON file with a list of
// {from, to, installed}: the zip, where the new one goes, and the folder in which its files will lie.
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

// Without this Node.js would print a line of Pyodide, which is a megabyte, before what went wrong.
process.on("uncaughtException", (error) => {
  console.error(error.message);
  process.exitCode = 1;
});
const [folder, list] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`).href);
const python = await loadPyodide({ indexURL: `${folder}/` });
python.runPython(`
import io
import zipfile
from importlib._bootstrap_external import _code_to_hash_pyc
from importlib.util import source_hash


def compiled(path, source, installed):
    """Return path and bytecode of a module, or both as they are where it is no Python 3."""
    try:
        code = compile(source, f"{installed}/{path}", "exec", dont_inherit=True)
    except SyntaxError:
        return path, source
    # Unchecked: there is no source to compare with. It lies where the source lay, not in
    # __pycache__, because Python takes it from there, and from a zip file, without any source.
    return path + "c", bytes(_code_to_hash_pyc(code, source_hash(source), False))


def convert(content, installed):
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content.to_bytes())) as old, zipfile.ZipFile(made, "w") as new:
        members = {name: old.read(name) for name in old.namelist() if not name.endswith("/")}
        for path, data in members.items():
            if path.endswith(".dist-info/RECORD"):
                continue  # it lists the files, whose names have changed
            if path.endswith(".py"):
                path, data = compiled(path, data, installed)
            # A date of its own would make another wheel of the same content.
            info = zipfile.ZipInfo(path, (2020, 1, 1, 0, 0, 0))
            new.writestr(info, data, zipfile.ZIP_DEFLATED, 9)
        record = [path for path in members if path.endswith(".dist-info/RECORD")]
        if record:
            lines = "".join(f"{path},,\\n" for path in [*new.namelist(), *record])
            new.writestr(zipfile.ZipInfo(record[0], (2020, 1, 1, 0, 0, 0)), lines)
    return made.getvalue()
`);
const convert = python.globals.get("convert");
for (const { from, to, installed } of JSON.parse(readFileSync(list, "utf-8"))) {
  const made = convert(new Uint8Array(readFileSync(from)), installed);
  writeFileSync(to, made.toJs());
  made.destroy();
}
