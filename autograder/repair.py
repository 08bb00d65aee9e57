"""Realign what a student handed in with the notebook that was released.

Whatever is wrong with a submission, it ends in a notebook that can be graded and a note on what was
mended. The released notebook decides: which cells there are, in which order, what is locked and what
a cell is worth. From the submission come only the contents of solution cells and cells of the
student's own.
"""

from __future__ import annotations

import ast
import copy
import io
import json
import re
import tarfile
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

LARGEST_FILE = 256 << 20
LARGEST_ARCHIVE_MEMBERS = 1000
LONGEST_CELL = 1 << 20  # characters; nobody writes more, and graders must read it
MOST_CELLS = 2000
ARCHIVES = (".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz")
STUB_MARK = "YOUR CODE HERE"


@dataclass
class Repaired:
    """A notebook that can be graded, what was mended, and whether anything was handed in."""

    notebook: Any
    notes: list[str] = field(default_factory=list)
    found: bool = True


def repair(folder: Path, released: Any, name: str) -> Repaired:
    """Realign the submission in `folder` with the released (source) notebook.

    Parameters
    ----------
    folder : a student's folder for an assignment, whatever is in it
    released : the source notebook, with nbgrader's metadata
    name : what the notebook should be called, without ``.ipynb``
    """
    notes: list[str] = []
    content = _find(folder, name, notes)
    if content is None:
        return Repaired(blank(released), [*notes, "No notebook was handed in."], found=False)
    cells = _cells(content, notes)
    return Repaired(align(cells, released, notes), notes)


# Which file ---------------------------------------------------------------------------------------


def _find(folder: Path, name: str, notes: list[str]) -> bytes | None:
    """The bytes of the notebook that is meant."""
    candidates: list[tuple[str, bytes]] = []
    wanted = f"{name}.ipynb"
    for path in sorted(folder.rglob("*")) if folder.is_dir() and not folder.is_symlink() else []:
        if path.is_symlink() or any(p.is_symlink() for p in path.parents if folder in p.parents):
            notes.append(f"{path.name} is a link and was not followed.")
        elif not path.is_file() or ".ipynb_checkpoints" in path.parts:
            continue
        elif path.stat().st_size > LARGEST_FILE:
            notes.append(f"{path.name} is larger than {LARGEST_FILE >> 20} MB and was not read.")
        elif path.suffix == ".ipynb":
            candidates.append((str(path.relative_to(folder)), path.read_bytes()))
        elif path.suffix in ARCHIVES:
            candidates += _unpacked(path, notes)
    if not candidates:
        return None
    exact = [c for c in candidates if c[0] == wanted]
    named = [c for c in candidates if Path(c[0]).name.lower() == wanted.lower()]
    chosen = (exact or named or sorted(candidates, key=lambda c: -_likeness(c[1], name)))[0]
    if chosen[0] != wanted:
        notes.append(f"{chosen[0]} was taken for {wanted}.")
    if len(candidates) > 1:
        others = ", ".join(c[0] for c in candidates if c is not chosen)[:200]
        notes.append(f"Several notebooks were handed in; {chosen[0]} was graded, not {others}.")
    return chosen[1]


def _likeness(content: bytes, name: str) -> int:
    """How much a notebook looks like this assignment: how often its grade ids occur."""
    return content.count(f'"{name}-'.encode())


def _unpacked(path: Path, notes: list[str]) -> list[tuple[str, bytes]]:
    """The notebooks in an archive, read in memory: nothing is ever written where it says."""
    found: list[tuple[str, bytes]] = []
    left = LARGEST_FILE
    try:
        for inner, size, read in _members(path):
            if not inner.endswith(".ipynb") or "__MACOSX" in inner:
                continue
            if size > left:
                notes.append(f"{path.name} unpacks to more than {LARGEST_FILE >> 20} MB.")
                break
            content = read(size)
            left -= len(content)
            found.append((Path(inner).name, content))
    except (OSError, EOFError, zipfile.BadZipFile, tarfile.TarError, RuntimeError, ValueError,
            NotImplementedError):  # fmt: skip
        notes.append(f"{path.name} could not be unpacked.")
    if found:
        notes.append(f"The notebook came in an archive, {path.name}.")
    return found


def _members(path: Path) -> Iterator[tuple[str, int, Any]]:
    """Name, announced size and a bounded reader of each regular file in an archive."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist()[:LARGEST_ARCHIVE_MEMBERS]:
                if not entry.is_dir():
                    yield (
                        entry.filename,
                        entry.file_size,
                        lambda n, e=entry: archive.open(e).read(n),
                    )
        return
    with tarfile.open(path) as archive:
        for number, member in enumerate(archive):
            if number >= LARGEST_ARCHIVE_MEMBERS:
                return
            if member.isreg():
                opened = archive.extractfile(member)
                yield member.name, member.size, (opened or io.BytesIO()).read


# Which cells --------------------------------------------------------------------------------------


@dataclass
class _Cell:
    kind: str
    source: str
    grade_id: str
    tags: tuple[str, ...]


def _cells(content: bytes, notes: list[str]) -> list[_Cell]:
    """The cells of a notebook of any format, as far as they can be read."""
    text = content.decode("utf-8-sig", errors="replace")
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        tree = None
    if type(tree) is not dict:
        raw = _salvaged(text)
        notes.append(f"The file is damaged; {len(raw)} cells could be read.")
    else:
        raw = _upgraded(tree, notes)
    cells = [cell for cell in map(_cell, raw[:MOST_CELLS]) if cell is not None]
    if len(raw) > MOST_CELLS:
        notes.append(f"Only the first {MOST_CELLS} cells were read.")
    for cell in cells:
        if len(cell.source) > LONGEST_CELL:
            notes.append(f"A cell of {len(cell.source)} characters was left out.")
            cell.source = ""
    return cells


def _upgraded(tree: dict[str, Any], notes: list[str]) -> list[Any]:
    version = tree.get("nbformat")
    if type(tree.get("cells")) is list:
        return tree["cells"]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            cells = nbformat.convert(nbformat.from_dict(tree), 4).cells
    except Exception:  # whatever an old or odd file makes the converter raise
        worksheets = tree.get("worksheets")
        cells = [
            cell
            for sheet in (worksheets if type(worksheets) is list else [])
            if type(sheet) is dict and type(sheet.get("cells")) is list
            for cell in sheet["cells"]
        ]
    if cells:
        notes.append(f"The notebook is of the old format {version} and was converted.")
    else:
        notes.append("The file is no notebook: it has no cells.")
    return list(cells)


def _salvaged(text: str) -> list[Any]:
    """The cells of broken JSON, read one after another for as long as they are whole."""
    start = re.search(r'"cells"\s*:\s*\[', text)
    if not start:
        return []
    decoder = json.JSONDecoder()
    cells: list[Any] = []
    position = start.end()
    while position < len(text) and len(cells) < MOST_CELLS:
        begin = text.find("{", position)
        if begin < 0:
            break
        try:
            cell, position = decoder.raw_decode(text, begin)
        except (ValueError, RecursionError):
            following = text.find('"cell_type"', begin + 1)
            position = text.rfind("{", begin + 1, following) if following > 0 else len(text)
            if position <= begin:
                position = begin + 1
            continue
        if type(cell) is dict and "cell_type" in cell:
            cells.append(cell)
    return cells


def _cell(raw: Any) -> _Cell | None:
    if not isinstance(raw, dict):
        return None
    source = raw.get("source", raw.get("input", ""))
    if type(source) is list:
        source = "".join(line for line in source if type(line) is str)
    if type(source) is not str:
        return None
    metadata = raw.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    nbgrader = metadata.get("nbgrader")
    grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else ""
    tags = metadata.get("tags")
    kind = raw.get("cell_type")
    return _Cell(
        kind if kind in ("code", "markdown", "raw") else "raw",
        source,
        grade_id if type(grade_id) is str else "",
        tuple(tag for tag in tags if type(tag) is str) if type(tags) is list else (),
    )


# Where they belong --------------------------------------------------------------------------------


def align(cells: list[_Cell], released: Any, notes: list[str]) -> Any:
    """Put the student's cells into the released notebook."""
    notebook = copy.deepcopy(released)
    wanted = {
        _id(cell): cell for cell in released.cells if cell.metadata.get("nbgrader", {}).get("solution")
    }  # fmt: skip
    taken: dict[int, str] = {}
    contents: dict[str, str] = {}
    for grade_id, cell in wanted.items():
        number = _by_id(cells, grade_id, cell, notes)
        if number is None:
            number = _by_content(cells, cell, released, taken)
            if number is not None:
                notes.append(f"The cell of {grade_id} had lost its name; found by its content.")
        if number is None:
            notes.append(f"The cell of {grade_id} is missing.")
            contents[grade_id] = _stub(cell)
            continue
        taken[number] = grade_id
        if cells[number].kind != cell.cell_type:
            notes.append(
                f"The cell of {grade_id} is {cells[number].kind}; it was read as {cell.cell_type}."
            )
        contents[grade_id] = cells[number].source
    order = [grade_id for _, grade_id in sorted(taken.items())]
    if order != [grade_id for grade_id in wanted if grade_id in order]:
        notes.append("Cells had been moved; they were put back in order.")
    own = _own_cells(cells, taken, released)
    notebook.cells = list(_merged(notebook, contents, own))
    return notebook


def _id(cell: Any) -> str:
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def _by_id(cells: list[_Cell], grade_id: str, released: Any, notes: list[str]) -> int | None:
    """The cell with this grade id; of several the last that was worked on and defines the name."""
    numbers = [number for number, cell in enumerate(cells) if cell.grade_id == grade_id]
    if not numbers:
        return None
    if len(numbers) > 1:
        notes.append(
            f"{len(numbers)} cells are named {grade_id}; the last one with work was taken."
        )
    name = defined_name(released.source)
    worked = [n for n in numbers if STUB_MARK not in cells[n].source and cells[n].source.strip()]
    defining = [n for n in worked if name and name in defined_names(cells[n].source)]
    return (defining or worked or numbers)[-1]


def _by_content(cells: list[_Cell], cell: Any, released: Any, taken: dict[int, str]) -> int | None:
    free = [n for n in range(len(cells)) if n not in taken]
    if cell.cell_type == "code":
        name = defined_name(cell.source)
        defining = [n for n in free if name and name in defined_names(cells[n].source)]
        worked = [n for n in defining if STUB_MARK not in cells[n].source]
        return (worked or defining)[-1] if defining else None
    before = released.cells[released.cells.index(cell) - 1].source.strip()
    for number in free:
        if (
            number
            and cells[number - 1].source.strip() == before
            and cells[number].kind == "markdown"
        ):
            return number
    return None


def defined_name(source: str) -> str:
    """The function or class that a released solution cell defines last."""
    names = defined_names(source)
    return names[-1] if names else ""


def defined_names(source: str) -> list[str]:
    """The functions and classes, and plain names, that a cell defines at its top level."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return re.findall(r"^(?:async\s+)?(?:def|class)\s+(\w+)", source, flags=re.MULTILINE)
    names = []
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.append(node.name)
        elif isinstance(node, ast.Assign):
            names += [target.id for target in node.targets if isinstance(target, ast.Name)]
    return names


def _stub(cell: Any) -> str:
    from autograder.notebook import without_solution

    return without_solution(cell.source) if cell.cell_type == "code" else ""


def _own_cells(cells: list[_Cell], taken: dict[int, str], released: Any) -> dict[str, list[_Cell]]:
    """The cells that the student added, by the solution cell that they stand behind."""
    theirs = {cell.source.strip() for cell in released.cells}
    ids = {_id(cell) for cell in released.cells} - {""}
    own: dict[str, list[_Cell]] = {}
    anchor = ""
    for number, cell in enumerate(cells):
        if number in taken:
            anchor = taken[number]
        elif cell.grade_id not in ids and cell.source.strip() and cell.source.strip() not in theirs:
            own.setdefault(anchor, []).append(cell)
    return own


def _merged(notebook: Any, contents: dict[str, str], own: dict[str, list[_Cell]]) -> Iterator[Any]:
    yield_first = own.get("", [])
    placed_first = False
    for cell in notebook.cells:
        grade_id = _id(cell)
        if grade_id in contents:
            cell.source = contents[grade_id]
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        yield cell
        if not placed_first and cell.metadata.get("nbgrader", {}).get("locked"):
            placed_first = True  # what stood before everything still comes after the imports
            yield from map(_new_cell, yield_first)
        if grade_id in contents:
            yield from map(_new_cell, own.get(grade_id, []))


def _new_cell(cell: _Cell) -> Any:
    if cell.kind == "code":
        tags = [tag for tag in cell.tags if tag in ("demo", "skip-execution")]
        return new_code_cell(cell.source, metadata={"tags": tags} if tags else {})
    return new_markdown_cell(cell.source)


def blank(released: Any) -> Any:
    """What is graded where nothing was handed in."""
    return align([], released, [])


def cells_to_run(notebook: Any) -> list[str]:
    """The code of a repaired notebook, in order, without checks and demonstrations."""
    return [
        cell.source
        for cell in notebook.cells
        if cell.cell_type == "code"
        and not cell.metadata.get("nbgrader", {}).get("grade")
        and "skip-execution" not in cell.metadata.get("tags", [])
        and cell.source.strip()
    ]
