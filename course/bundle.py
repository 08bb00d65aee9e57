"""Read the figures' JavaScript: as one module, as anywidget wants it, or a literal from it.

``course/figures`` is a symbolic link to ``book/figures``: one source, and the files themselves in
a wheel.
"""

import difflib
import json
import posixpath
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.[^"]+)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:const|function) (\w+))", re.MULTILINE)


def figure_names() -> list[str]:
    """Return the names that ``bundle`` knows."""
    folder = files("course") / "figures"
    if not folder.is_dir():
        raise FileNotFoundError(
            "course/figures is no folder: this clone was made without symbolic links. "
            "Run `git config core.symlinks true` and `git checkout -- course/figures`, "
            "or install the course's wheel."
        )
    return sorted(entry.name[:-3] for entry in folder.iterdir() if entry.name.endswith(".js"))


def closest(name: str, known: list[str]) -> str:
    """Return the end of an error message: what is known, and what may have been meant."""
    near = difflib.get_close_matches(name, known, 1)
    return f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"


@cache
def read_module(path: str) -> str:
    """Return the text of ``course/figures/<path>``."""
    return files("course").joinpath("figures", *path.split("/")).read_text(encoding="utf-8")


def literal(path: str, name: str) -> Any:
    """Return the JSON value of ``export const <name> = …;`` in ``course/figures/<path>``."""
    found = re.search(
        rf"^export const {name} = (.*?);$", read_module(path), re.DOTALL | re.MULTILINE
    )
    if found is None:
        raise ValueError(f"course/figures/{path} has no `export const {name} = …;`")
    return json.loads(found[1])


def imports(path: str) -> Iterator[tuple[str, str]]:
    """Yield the names and the path of each import of a module."""
    for found in IMPORT.finditer(read_module(path)):
        yield (
            found[1].strip(),
            posixpath.normpath(posixpath.join(posixpath.dirname(path), found[2])),
        )


@cache
def bundle(name: str) -> str:
    """Return the figure ``name`` and all it imports as one ES module without imports.

    Each imported module becomes a function that is called once and returns its exports, so that
    no two modules share a name by accident.
    """
    if name not in figure_names():
        raise ValueError(f"there is no figure {name!r}: {closest(name, figure_names())}")
    parts: dict[str, str] = {}

    def body(path: str) -> str:
        for _, needed in imports(path):
            if needed not in parts:
                exports = ", ".join(EXPORT.findall(read_module(needed)))
                inner = EXPORT.sub("", body(needed))
                parts[needed] = f"(() => {{\n{inner}\nreturn {{ {exports} }};\n}})()"
        used = "".join(
            f"const {{ {names} }} = modules[{path!r}];\n" for names, path in imports(path)
        )
        return used + IMPORT.sub("", read_module(path))

    entry = body(f"{name}.js")
    before = "".join(f"modules[{path!r}] = {part};\n" for path, part in parts.items())
    return f"const modules = {{}};\n{before}{entry}"
