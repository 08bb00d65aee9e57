"""How many bytes of ours each page waits for: the checks, their keys, and the data sets.

Read off the built site (`make book SERVE=0`): what the page says that it needs, and what the imports of
its cells add. Pyodide, NumPy and Matplotlib, which every page shares, are left out. Side by side: what
the page would wait for if the keys and the data came in one piece.

    python benchmarks/page_bytes.py [the site's folder]
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from autograder.exercises import chapters  # noqa: E402
from book.publish.package_files import needed  # noqa: E402

SAYS = re.compile(r'<script type="application/json" id="live-page">(.*?)</script>', re.DOTALL)
LOADER = re.compile(r"\bload_\w+")
OURS = ("autograder", "course")  # what begins the names of our packages
IN_ONE_PIECE = ("course", "course-data-", "course-keys-")


def imported(source: str) -> Iterator[str]:
    """Yield what Pyodide takes a cell to import, and the names by which the page asks for data."""
    for node in ast.walk(ast.parse(source)):
        modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            modules = [node.module]
        for module in modules:
            parts = module.split(".")
            yield from (".".join(parts[: end + 1]) for end in range(len(parts)))
    yield from (f"course.data.{loader}" for loader in LOADER.findall(source))


def of_sources(lock: dict[str, Any], sources: Iterable[str]) -> set[str]:
    """Return the packages that cells load."""
    packages = {module: name for name, entry in lock.items() for module in entry["imports"]}
    return {packages[each] for source in sources for each in imported(source) if each in packages}


def before_a_check(page: dict[str, Any]) -> list[str]:
    """Return the sources of the cells that run before the first check: the setup."""
    steps = page["steps"]
    first = next(step for step in steps if step["kind"] == "exercise")
    return [
        step["source"] for step in steps if step["kind"] == "cell" and step["id"] in first["needs"]
    ]


def in_the_page(page: dict[str, Any]) -> list[str]:
    """Return the sources of all cells that run in the page."""
    return [
        step["source"] for step in page["steps"] if step["kind"] == "cell" and not step["local"]
    ]


def measure(folder: Path, lock: dict[str, Any], names: Iterable[str]) -> int:
    """Return the bytes of those of our packages that are loaded, in their wheels."""
    found = [name for name in needed(lock, tuple(names)) if name.startswith(OURS)]
    return sum((folder / lock[name]["file_name"]).stat().st_size for name in found)


def main() -> None:
    site = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "_build" / "html"
    folder = site / "_static" / "pyodide"
    if not folder.is_dir():
        sys.exit("The book is not built: run `make book SERVE=0`.")
    lock = json.loads((folder / "pyodide-lock.json").read_text("utf-8"))["packages"]
    print(
        "kB of ours            | first check | every exercise's cell | cells of the chapter\n|---|---|---|---|"
    )
    for chapter in chapters():
        pages = [
            json.loads(SAYS.findall((site / part / f"{chapter}.html").read_text("utf-8"))[0])
            for part in ("course", "book")
        ]
        exercises, book = pages
        row = (
            {*exercises["packages"], *of_sources(lock, before_a_check(exercises))},
            {*exercises["packages"], *of_sources(lock, in_the_page(exercises))},
            {*book["packages"], *of_sources(lock, in_the_page(book))},
        )
        print(
            f"| {chapter:<20}",
            *(f"{measure(folder, lock, names) / 1000:.0f}" for names in row),
            sep=" | ",
        )
    whole = {"autograder", *(name for name in lock if name.startswith(IN_ONE_PIECE))} - {
        "course-models"
    }
    print(
        f"\nThe checks, all keys and all data in one piece: {measure(folder, lock, whole) / 1000:.0f} kB"
    )


if __name__ == "__main__":
    main()
