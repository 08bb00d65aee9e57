"""Bytecode in the place of Python's source, so that no browser compiles it.

Pyodide's distribution has the source of the standard library and of every package, and compiling what
is imported is more than half of what a browser does until the first result. Here Pyodide itself
compiles it, once, when the book is published; what it made is kept in the cache under the hash of what
it was made from.
"""

import json
import subprocess
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from book.node import program
from book.publish.package_files import cache_folder, write_whole

SCRIPT = Path(__file__).with_name("bytecode.mjs")
# Where Pyodide puts the standard library, and packages.
LIBRARY, PACKAGES = "/lib/python312.zip", "/lib/python3.12/site-packages"


@dataclass(frozen=True)
class Archive:
    """A zip file, and the folder in which Pyodide will have its files: tracebacks name it."""

    content: bytes
    installed: str = PACKAGES

    @property
    def has_source(self) -> bool:
        with zipfile.ZipFile(BytesIO(self.content)) as archive:
            return any(name.endswith(".py") for name in archive.namelist())

    @property
    def kept(self) -> Path:
        """Return where the compiled one is kept."""
        made_from = self.content + self.installed.encode() + SCRIPT.read_bytes()
        return cache_folder() / "bytecode" / f"{sha256(made_from).hexdigest()}.zip"


def compiled(pyodide: Path, archives: Sequence[Archive]) -> list[bytes]:
    """Return the archives with bytecode instead of source, made by the Pyodide in a folder.

    Raises
    ------
    RuntimeError
        Where Pyodide does not start; the message holds what it said.
    """
    missing = [each for each in archives if each.has_source and not each.kept.is_file()]
    if missing:
        with tempfile.TemporaryDirectory() as scratch:
            tasks = []
            for number, each in enumerate(missing):
                source, made = Path(scratch, f"{number}.source"), Path(scratch, f"{number}.made")
                source.write_bytes(each.content)
                tasks.append({"from": str(source), "to": str(made), "installed": each.installed})
            listed = Path(scratch, "tasks.json")
            listed.write_text(json.dumps(tasks))
            command = [program("node"), str(SCRIPT), str(pyodide), str(listed)]
            ran = subprocess.run(command, capture_output=True, text=True)
            if ran.returncode:
                raise RuntimeError(f"Pyodide does not make bytecode:\n{ran.stderr[-2000:]}")
            for each, task in zip(missing, tasks, strict=True):
                write_whole(each.kept, Path(task["to"]).read_bytes())
    return [each.kept.read_bytes() if each.has_source else each.content for each in archives]
