"""Assemble ``_static/pyodide``: Pyodide's core, the packages that pages use, and our own wheels.

A page or a worker loads ``_static/pyodide/pyodide.js`` and calls
``loadPyodide({indexURL: ".../_static/pyodide/"})``. Our wheels are in the lock file, so that
``loadPackagesFromImports`` finds ``autograder``, ``course`` and ``book`` as it finds NumPy. All of it is
bytecode: see ``bytecode.py``.

With ``CDN=1`` only our wheels, the lock file and a small ``pyodide.js`` are in the folder. That
script has the same name and the same contract, and takes everything else from Pyodide's CDN.
"""

import json
import shutil
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from book.node import install, program
from book.publish import own_wheels
from book.publish.bytecode import LIBRARY, Archive, compiled
from book.publish.package_files import CDN, cache_folder, fetch, needed, sha256, write_whole

HERE = Path(__file__).parent
CORE = ("pyodide.js", "pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")
# Beside what the pages import: what JupyterLite's kernel needs.
PACKAGES = ("numpy", "matplotlib", "ipython", "jedi", "micropip", "sqlite3", "ssl")


def npm_pyodide() -> Path:
    """Return the folder of npm's package ``pyodide``, whose lock file has every hash."""
    return install(HERE) / "pyodide"


def distribution() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return Pyodide's lock file, and the entries of the packages that the site has."""
    lock = json.loads((npm_pyodide() / "pyodide-lock.json").read_text("utf-8"))
    names = needed(lock["packages"], PACKAGES)
    return lock, {name: lock["packages"][name] for name in names}


def place(content: bytes, target: Path) -> None:
    """Write a file unless the same one is there: a server then says that it has not changed."""
    if not target.is_file() or target.read_bytes() != content:
        write_whole(target, content)


def font_list() -> own_wheels.Wheel:
    """Return a wheel with Matplotlib's list of fonts, so that no browser makes it.

    It is what ``import matplotlib`` loads, and Matplotlib itself is what it depends on: of two
    wheels that have a file, the one that is installed last wins.
    """
    _, packages = distribution()
    kept = cache_folder() / "fontlist.json"
    if not kept.is_file():
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            for name in CORE:
                shutil.copy(npm_pyodide() / name, folder)
            shutil.copy(npm_pyodide() / "pyodide-lock.json", folder)
            for name in needed(packages, ("matplotlib",)):
                entry = packages[name]
                shutil.copy(fetch(entry["file_name"], entry["sha256"]), folder)
            command = [program("node"), str(HERE / "font_list.mjs"), scratch]
            ran = subprocess.run(command, capture_output=True, text=True)
            if ran.returncode:
                raise RuntimeError(f"Matplotlib does not start in Pyodide:\n{ran.stderr[-2000:]}")
            write_whole(kept, ran.stdout.encode())
    name, version = "matplotlib-font-list", packages["matplotlib"]["version"]
    content = own_wheels.pack(name, version, [("matplotlib/fontlist.json", kept.read_bytes())])
    imports = tuple(packages["matplotlib"]["imports"])
    return own_wheels.Wheel(name, version, content, imports, ("matplotlib",))


def upstream(packages: dict[str, Any]) -> dict[str, bytes]:
    """Return Pyodide's core and the files of its packages, compiled, and enter these in the lock."""
    files = {name: (npm_pyodide() / name).read_bytes() for name in CORE}
    archives = [Archive(files["python_stdlib.zip"], LIBRARY)]
    for entry in packages.values():
        archives.append(Archive(fetch(entry["file_name"], entry["sha256"]).read_bytes()))
    files["python_stdlib.zip"], *contents = compiled(npm_pyodide(), archives)
    for entry, content in zip(packages.values(), contents, strict=True):
        if sha256(content) != entry["sha256"]:
            entry["file_name"] = own_wheels.tagged(entry["file_name"], content)
            entry["sha256"] = sha256(content)
        files[entry["file_name"]] = content
    return files


def from_cdn(packages: dict[str, Any]) -> dict[str, bytes]:
    """Return the script that takes the core from the CDN, and let the lock take the packages there."""
    for entry in packages.values():
        entry["file_name"] = CDN + entry["file_name"]
    script = (HERE / "from_cdn.js").read_text("utf-8")
    return {"pyodide.js": script.replace("{{CDN}}", CDN).encode()}


def ours(student: bytes) -> list[own_wheels.Wheel]:
    """Return our own wheels, compiled."""
    wheels = [*own_wheels.wheels(student), *own_wheels.for_notebooks(), font_list()]
    contents = compiled(npm_pyodide(), [Archive(wheel.content) for wheel in wheels])
    return [
        replace(wheel, content=content) for wheel, content in zip(wheels, contents, strict=True)
    ]


def assemble(target: Path, student: bytes, cdn: bool = False) -> None:
    """Fill ``target`` with what Python in the page needs, and with nothing else."""
    lock, packages = distribution()
    files = from_cdn(packages) if cdn else upstream(packages)
    for wheel in ours(student):
        files[wheel.file_name] = wheel.content
        packages[wheel.name] = wheel.entry()
    packages["matplotlib"]["imports"] = []  # see font_list
    lock["packages"] = packages
    files["pyodide-lock.json"] = json.dumps(lock, indent=1).encode()
    for name, content in files.items():
        place(content, target / name)
    for old in target.iterdir():
        if old.name not in files:
            old.unlink()


def size(folder: Path) -> int:
    """Return how many bytes the files of a folder have."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
