"""Realign what a student handed in with the notebook that was released.

Whatever is wrong with a submission, it ends in a notebook that can be graded and a note on what was
mended. The released notebook decides: which cells there are, in which order, what is locked and what
a cell is worth. From the submission come only the contents of solution cells and cells of the
student's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from nbformat.notebooknode import NotebookNode

from autograder.cells import Cell, defined_names, read_cells, without_magics
from autograder.handed_in import candidates

STUB_MARK = "YOUR CODE HERE"
SOLUTION_MARK = "### BEGIN SOLUTION"
MOST_NOTES = 50


@dataclass
class Repaired:
    """A notebook that can be graded, what was mended, and whether anything was handed in."""

    notebook: Any
    notes: list[str] = field(default_factory=list)
    found: bool = True


def repair(folder: Path, released: Any, name: str) -> Repaired:
    """Realign the submission in `folder` with the released notebook.

    Parameters
    ----------
    folder : a student's folder for an assignment, whatever is in it
    released : the notebook as it was released, with nbgrader's metadata
    name : what the notebook should be called, without ``.ipynb``
    """
    notes: list[str] = []
    found = candidates(folder, name, notes)
    for candidate in found:
        content = candidate.read()
        if content is None:
            continue
        said: list[str] = []
        cells = read_cells(content, said)
        if not cells and candidate is not found[-1]:
            notes.append(f"{candidate.name} has no cells that can be read; the next was taken.")
            continue
        if candidate.name != f"{name}.ipynb":
            notes.append(f"{candidate.name} was taken for {name}.ipynb.")
        if len(found) > 1:
            others = ", ".join(each.name for each in found if each is not candidate)
            notes.append(f"Several notebooks were handed in; not graded: {others[:200]}.")
        notebook = align(cells, released, said)
        return Repaired(notebook, _bounded([*notes, *said]))
    return Repaired(blank(released), _bounded([*notes, "No notebook was handed in."]), found=False)


def _bounded(notes: list[str]) -> list[str]:
    kept = [note if len(note) <= 300 else note[:299] + "…" for note in notes[:MOST_NOTES]]
    return kept + (["And more."] if len(notes) > MOST_NOTES else [])


def align(cells: list[Cell], released: Any, notes: list[str]) -> Any:
    """Put the student's cells into the released notebook."""
    notebook = copied(released)
    wanted = {grade_id_of(cell): cell for cell in notebook.cells if _nbgrader(cell).get("solution")}
    taken: dict[int, str] = {}
    for grade_id, cell in wanted.items():
        if (number := _by_id(cells, grade_id, cell, notes)) is not None:
            taken[number] = grade_id
    for grade_id, cell in wanted.items():
        if grade_id in taken.values():
            continue
        if (number := _by_content(cells, cell, notebook, taken, set(wanted))) is not None:
            taken[number] = grade_id
            notes.append(f"The cell of {grade_id} had lost its name; found by its content.")
    contents: dict[str, str] = {}
    for number, grade_id in sorted(taken.items()):
        kind, source = cells[number].kind, cells[number].source
        if kind != wanted[grade_id].cell_type:
            notes.append(
                f"The cell of {grade_id} is {kind}; it was read as {wanted[grade_id].cell_type}."
            )
        contents[grade_id] = source
    if list(contents) != [grade_id for grade_id in wanted if grade_id in contents]:
        notes.append("Cells had been moved; they were put back in order.")
    missing = [grade_id for grade_id in wanted if grade_id not in contents]
    if missing:
        cells_are = "One cell is" if len(missing) == 1 else f"{len(missing)} cells are"
        notes.append(f"{cells_are} missing: {', '.join(missing)}.")
    for grade_id in missing:
        contents[grade_id] = _in_place_of(wanted[grade_id], cells)
    own = _own_cells(cells, taken, notebook, set(wanted))
    notebook.cells = _with_ids(_merged(notebook, contents, own))
    return notebook


def copied(notebook: Any) -> Any:
    """A notebook whose list of cells, cells and nbgrader metadata may be changed; a deep copy would
    take as long as grading it."""
    made = _shallow(notebook)
    dict.__setitem__(made, "cells", [])
    for cell in notebook.cells:
        own = _shallow(cell)
        metadata = _shallow(cell["metadata"])
        if "nbgrader" in metadata:
            dict.__setitem__(metadata, "nbgrader", _shallow(metadata["nbgrader"]))
        dict.__setitem__(own, "metadata", metadata)
        made["cells"].append(own)
    return made


def _shallow(node: Any) -> Any:
    """A copy of one level. NotebookNode's own would look at every value below it."""
    made = NotebookNode()
    dict.update(made, node)
    return made


def _nbgrader(cell: Any) -> Any:
    return cell["metadata"].get("nbgrader", {})


def grade_id_of(cell: Any) -> str:
    """The grade id of a notebook's cell, "" where it has none."""
    return _nbgrader(cell).get("grade_id", "")


def _by_id(cells: list[Cell], grade_id: str, released: Any, notes: list[str]) -> int | None:
    """The cell with this grade id; of several the last that was worked on and defines the name."""
    numbers = [number for number, cell in enumerate(cells) if cell.grade_id == grade_id]
    if not numbers:
        return None
    if len(numbers) == 1:
        return numbers[0]
    notes.append(f"{len(numbers)} cells are named {grade_id}; the last one with work was taken.")
    name = defined_name(released.source)
    worked = [n for n in numbers if _has_work(cells[n], released)]
    defining = [n for n in worked if name and name in cells[n].names]
    return (defining or worked or numbers)[-1]


def _has_work(cell: Cell, released: Any) -> bool:
    source = cell.source.strip()
    return bool(source) and STUB_MARK not in source and source != released.source.strip()


def _by_content(
    cells: list[Cell], cell: Any, released: Any, taken: dict[int, str], ids: set[str]
) -> int | None:
    """A cell that nobody claims and that defines what is wanted, or stands below its question."""
    free = [n for n, each in enumerate(cells) if n not in taken and each.grade_id not in ids]
    if cell.cell_type == "code":
        name = defined_name(cell.source)
        defining = [n for n in free if name and name in cells[n].names]
        worked = [n for n in defining if STUB_MARK not in cells[n].source]
        chosen = worked or defining
        return chosen[-1] if chosen else None
    before = released.cells[released.cells.index(cell) - 1].source.strip()
    for number in free:
        if number and cells[number - 1].source.strip() == before:
            return number
    return None


@lru_cache(maxsize=256)
def defined_name(source: str) -> str:
    """The function or class that a released solution cell defines last."""
    names = defined_names(source)
    return names[-1] if names else ""


def _in_place_of(cell: Any, cells: list[Cell]) -> str:
    """What stands where a student's cell is missing: what was released, unless the work is elsewhere.

    A stub would take the place of a function that the student moved into another cell.
    """
    name = defined_name(cell.source)
    if name and any(each.kind == "code" and name in each.names for each in cells):
        return ""
    if cell.cell_type == "code" and SOLUTION_MARK in cell.source:
        from autograder.notebook import without_solution

        return without_solution(cell.source)
    return "" if SOLUTION_MARK in cell.source else cell.source


def _own_cells(
    cells: list[Cell], taken: dict[int, str], released: Any, ids: set[str]
) -> dict[str, list[Cell]]:
    """The cells that the student added, by the solution cell that they stand behind.

    A second cell of the same name is one of them: Jupyter makes two of one when it splits a cell.
    """
    theirs = {cell.source.strip() for cell in released.cells}
    locked = {grade_id_of(cell) for cell in released.cells} - {""} - ids
    own: dict[str, list[Cell]] = {}
    anchor = ""
    for number, cell in enumerate(cells):
        if number in taken:
            anchor = taken[number]
            continue
        source = cell.source.strip()
        if cell.grade_id in locked or not source or source in theirs:
            continue
        if cell.grade_id in ids and STUB_MARK in source:
            continue
        own.setdefault(anchor, []).append(cell)
    return own


def _merged(notebook: Any, contents: dict[str, str], own: dict[str, list[Cell]]) -> Iterator[Any]:
    first = own.pop("", [])
    imports = next((n for n, cell in enumerate(notebook.cells) if _nbgrader(cell).get("locked")), 0)
    for number, cell in enumerate(notebook.cells):
        grade_id = grade_id_of(cell)
        if grade_id in contents:
            cell.source = contents[grade_id]
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        yield cell
        if number == imports:  # what stood before everything still comes after the imports
            yield from map(_new_cell, first)
        if grade_id in contents:
            yield from map(_new_cell, own.pop(grade_id, []))


def _new_cell(cell: Cell) -> Any:
    if cell.kind != "code":
        return NotebookNode(
            cell_type="markdown", metadata=NotebookNode(), source=cell.source, id=""
        )
    tags = [tag for tag in cell.tags if tag in ("demo", "skip-execution")]
    metadata = NotebookNode(tags=tags) if tags else NotebookNode()
    return NotebookNode(
        cell_type="code", metadata=metadata, source=cell.source, outputs=[],
        execution_count=None, id="",
    )  # fmt: skip


def _with_ids(cells: Iterator[Any]) -> list[Any]:
    """The cells with an id each, always the same one, where the released notebook has ids."""
    made = list(cells)
    has_ids = any(cell.get("id") for cell in made)
    for number, cell in enumerate(made):
        if cell.get("id") == "":
            if has_ids:
                cell["id"] = f"own-{number}"
            else:
                del cell["id"]
    return made


def blank(released: Any) -> Any:
    """What is graded where nothing was handed in."""
    return align([], released, [])


def cells_to_run(notebook: Any, instead: Mapping[str, str] | None = None) -> list[str]:
    """The code of a repaired notebook, in order, without checks and demonstrations.

    `instead` gives the source of some cells by their grade id.
    """
    return [without_magics(source) for _, source in running_cells(notebook, instead)]


def running_cells(notebook: Any, instead: Mapping[str, str] | None = None) -> list[tuple[str, str]]:
    """Grade id and source of the cells of a repaired notebook whose code is run."""
    running = []
    instead = instead or {}
    for cell in notebook["cells"]:
        nbgrader = _nbgrader(cell)
        if cell["cell_type"] != "code" or (nbgrader.get("grade") and not nbgrader.get("solution")):
            continue
        grade_id = nbgrader.get("grade_id", "")
        source = instead.get(grade_id, cell["source"])
        if source.strip() and "skip-execution" not in cell["metadata"].get("tags", []):
            running.append((grade_id, source))
    return running
