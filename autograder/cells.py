"""The cells of a notebook of any format, as far as they can be read."""

from __future__ import annotations

import ast
import json
import re
import warnings
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import nbformat

LONGEST_CELL = 1 << 20  # characters; nobody writes more, and graders must read it
LONGEST_NOTEBOOK = 8 << 20  # characters in all cells together
MOST_CELLS = 2000
MOST_EMPTY = 200  # lines in a row; to color a cell of a hundred thousand takes an hour
MOST_VALUES = 8_000_000  # JSON values; each takes some fifty bytes of memory
SALVAGE_EFFORT = 12  # how often the text of a damaged file may be run through

# Cell magics that run the rest of the cell as Python.
RUNNING_MAGICS = ("%%time", "%%timeit", "%%capture", "%%prun")
# What no Python has there; `\s` would run through all empty lines that follow, from each of them.
MAGIC = re.compile(r"^[^\S\n]*[%!?]|[?][^\S\n]*$|=[^\S\n]*[%!]", flags=re.MULTILINE)


@dataclass
class Cell:
    """What of a cell counts: its kind, its source, the name it claims, its tags."""

    kind: str
    source: str
    grade_id: str
    tags: tuple[str, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What it defines, as `defined_names`."""
        return defined_names(self.source)


def read_cells(content: bytes, notes: list[str]) -> list[Cell]:
    """The cells of a notebook, whatever its bytes are; `notes` says what was wrong with them."""
    text = _text(content, notes)
    raw: list[Any]
    if text.count(",") + text.count("[") + text.count("{") > MOST_VALUES:
        notes.append("The file has more values than any notebook; it was not read.")
        return []
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        tree = None
    if type(tree) is not dict:
        raw = _salvaged(text)
        notes.append(f"The file is damaged; {len(raw)} cells could be read.")
    else:
        raw = _upgraded(tree, notes)
    if len(raw) > MOST_CELLS:
        notes.append(f"Only the first {MOST_CELLS} cells were read.")
    cells = [cell for cell in map(_cell, raw[:MOST_CELLS]) if cell is not None]
    left = LONGEST_NOTEBOOK
    for cell in cells:
        if len(cell.source) > min(LONGEST_CELL, left):
            notes.append(f"A cell of {len(cell.source)} characters was left out.")
            cell.source = ""
        left -= len(cell.source)
        shorter = _without_emptiness(cell.source)
        if shorter != cell.source:
            notes.append("Empty lines were left out of a cell: more than anybody needs.")
            cell.source = shorter
    return cells


def _without_emptiness(source: str) -> str:
    """The source without what is more than `MOST_EMPTY` empty lines in a row."""
    lines = source.splitlines(keepends=True)
    if len(lines) <= MOST_EMPTY:
        return source
    kept, empty = [], 0
    for line in lines:
        empty = 0 if line.strip() else empty + 1
        if empty <= MOST_EMPTY:
            kept.append(line)
    return "".join(kept)


def _text(content: bytes, notes: list[str]) -> str:
    """The text of a file: UTF-8, else by its byte order mark, else Latin-1."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        notes.append("The file is in UTF-16 and was converted.")
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        notes.append("The file is not in UTF-8; it was read as Latin-1.")
        return content.decode("latin-1")


def _upgraded(tree: dict[str, Any], notes: list[str]) -> list[Any]:
    version = tree.get("nbformat")
    if type(tree.get("cells")) is list:
        return tree["cells"]
    cells = _converted(tree) or _of_worksheets(tree)
    if cells:
        shown = version if type(version) is int else "?"
        notes.append(f"The notebook is of the old format {shown} and was converted.")
    else:
        notes.append("The file is no notebook: it has no cells.")
    return cells


def _converted(tree: dict[str, Any]) -> list[Any]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            cells = nbformat.convert(nbformat.from_dict(tree), 4).cells
    except Exception:  # whatever an old or odd file makes the converter raise
        return []
    return list(cells) if isinstance(cells, list) else []


def _of_worksheets(tree: dict[str, Any]) -> list[Any]:
    worksheets = tree.get("worksheets")
    return [
        cell
        for sheet in (worksheets if type(worksheets) is list else [])
        if type(sheet) is dict and type(sheet.get("cells")) is list
        for cell in sheet["cells"]
    ]


def _salvaged(text: str) -> list[Any]:
    """The cells of broken JSON, read one after another for as long as they are whole.

    Conflict markers and a missing end cost the cells that they cut, no more.
    """
    start = re.search(r'"cells"\s*:\s*\[', text)
    if not start:
        return []
    decoder = json.JSONDecoder(strict=False)  # a raw line break within a string is no loss
    cells: list[Any] = []
    position = start.end()
    effort = SALVAGE_EFFORT * len(text)  # a file made to be slow must not be
    while effort > 0 and len(cells) < MOST_CELLS:
        begin = text.find("{", position)
        if begin < 0:
            break
        try:
            cell, position = decoder.raw_decode(text, begin)
        except (ValueError, RecursionError) as error:
            stopped = getattr(error, "pos", len(text))
            effort -= (stopped if stopped > begin else len(text)) - begin
            effort -= 1000 + _unterminated(error, text)
            following = text.find('"cell_type"', begin + 1)
            if following < 0:
                break
            opened = text.rfind("{", begin + 1, following)
            position = opened if opened > begin else following
            continue
        if type(cell) is dict and "cell_type" in cell:
            cells.append(cell)
    return cells


def _unterminated(error: Exception, text: str) -> int:
    """What was run through behind the place that the error names."""
    return len(text) - error.pos if str(error).startswith("Unterminated") else 0  # type: ignore[attr-defined]


def _cell(raw: Any) -> Cell | None:
    if not isinstance(raw, dict):
        return None
    source = raw.get("source", raw.get("input", ""))
    if isinstance(source, list):
        source = "".join(line for line in source if type(line) is str)
    if type(source) is not str:
        return None
    metadata = raw.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    nbgrader = metadata.get("nbgrader")
    grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else ""
    tags = metadata.get("tags")
    kind = raw.get("cell_type")
    return Cell(
        kind if kind in ("code", "markdown", "raw") else "raw",
        source.encode("utf-8", "replace").decode("utf-8"),  # no half of a surrogate pair
        grade_id if type(grade_id) is str else "",
        tuple(tag for tag in tags if type(tag) is str) if isinstance(tags, list) else (),
    )


def defined_names(source: str) -> tuple[str, ...]:
    """The functions and classes, and plain names, that a cell defines at its top level."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a student's "\d" is no news to the grader
            body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return tuple(re.findall(r"^(?:async\s+)?(?:def|class)\s+(\w+)", source, flags=re.MULTILINE))
    names: list[str] = []
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.append(node.name)
        elif isinstance(node, ast.Assign):
            names += [target.id for target in node.targets if isinstance(target, ast.Name)]
    return tuple(names)


@lru_cache(maxsize=256)
def without_magics(source: str) -> str:
    """A cell as Python: IPython's magics and shell lines do nothing, as in the sandbox they may not.

    Only a cell that is no Python as it stands is changed, so that no text within it is.
    """
    if not MAGIC.search(source):
        return source
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pass
    else:
        return source
    lines = source.split("\n")
    first = next((n for n, line in enumerate(lines) if line.strip()), 0)
    if lines[first].startswith("%%"):
        if lines[first].split()[0] not in RUNNING_MAGICS:
            return ""
        lines[first] = ""
    return "\n".join(map(_without_magic, lines))


def _without_magic(line: str) -> str:
    indent = line[: len(line) - len(line.lstrip())]
    if line.lstrip().startswith(("%", "!", "?")) or re.fullmatch(r"\s*[\w.]+\?{1,2}\s*", line):
        return f"{indent}pass"
    if match := re.match(r"(\s*[\w.,][\w., ]*=\s*)[%!]", line):
        return f"{match[1]}None"
    return line
