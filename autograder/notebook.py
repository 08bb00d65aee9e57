"""Compose an assignment's source notebook from ``course/<chapter>.md`` and ``solutions/<chapter>.py``.

The same file of prose is a page of the book and, here, an nbgrader notebook. Where it names an
exercise, the solution's source is put with nbgrader's metadata, and below it a locked cell that
checks it. This module imports `solutions`.
"""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from markdown_it import MarkdownIt
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.exercise import Exercise
from autograder.exercises import UnknownExercise, find, registry
from autograder.how_to_work import IN_A_NOTEBOOK
from autograder.record import solution

COURSE = Path(__file__).resolve().parent.parent / "course"
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
STUB = "# YOUR CODE HERE\nraise NotImplementedError()"
SCHEMA = 3  # of nbgrader's cell metadata
FENCE = re.compile(r"\{([a-zA-Z0-9_:-]+)\}\s*(.*)")
OTHER_MYST = (
    (re.compile(r"^\([^)\s]+\)=\s*$"), "a target"),
    (re.compile(r"^:{3,}"), "a colon fence"),
    (re.compile(r"\{[a-z][a-z0-9:_-]*\}`"), "a role"),
    (re.compile(r"^%"), "a MyST comment"),
)
POINTS = re.compile(r"^:points:\s*(\d+)\s*$")


class CourseError(Exception):
    """Something in the course's source that cannot be composed; the message has file and line."""


@dataclass(frozen=True)
class Block:
    """A piece of a Markdown cell: plain text, or a directive with its argument and body."""

    line: int
    text: str
    directive: str = ""
    argument: str = ""


def compose(path: Path) -> nbformat.NotebookNode:
    """Make the nbgrader source notebook of one chapter.

    Parameters
    ----------
    path : a ``course/<chapter>.md``

    Raises
    ------
    CourseError
        With file and line: an unknown exercise, a grade id that occurs twice, MyST that would not
        be understood in a notebook, an exercise of the chapter that is missing.
    """
    if not path.exists():
        raise CourseError(f"{path}: there is no such file yet.")
    return _Composer(path).notebook()


class _Composer:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.chapter = path.stem
        self.grade_ids: dict[str, int] = {}
        self.defined: set[str] = set()
        self.cells: list[Any] = []

    def notebook(self) -> nbformat.NotebookNode:
        text = self.path.read_text(encoding="utf-8")
        for cell, line in _cells_with_lines(text):
            if cell.cell_type == "markdown":
                for block in self.blocks(cell.source, line):
                    self.add(block)
            else:
                self.add_code(cell, line)
        self.complain_about_missing()
        kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
        notebook = new_notebook(cells=self.cells, metadata={"kernelspec": kernel})
        for number, cell in enumerate(notebook.cells):
            cell["id"] = f"{self.chapter}-{number:03d}"  # so that composing twice gives the same
        nbformat.validate(notebook)
        return notebook

    def error(self, line: int, message: str) -> CourseError:
        return CourseError(f"{self.path}:{line}: {message}")

    def blocks(self, source: str, first_line: int) -> Iterator[Block]:
        """Cut a Markdown cell at its directives."""
        lines = source.split("\n")
        start = 0
        code: set[int] = set()
        for token in MarkdownIt("commonmark").parse(source):
            if token.type not in ("fence", "code_block"):
                continue
            assert token.map is not None
            begin, end = token.map
            code.update(range(first_line + begin, first_line + end))
            if not (match := FENCE.match(token.info)):
                continue
            if token.level:
                raise self.error(
                    first_line + begin, "a directive stands in a list or a quotation; move it out"
                )
            yield from self.prose(lines[start:begin], first_line + start, code)
            directive, argument = match.groups()
            yield Block(first_line + begin, token.content, directive, argument.strip())
            start = end
        yield from self.prose(lines[start:], first_line + start, code)

    def prose(self, lines: list[str], first_line: int, code: set[int]) -> Iterator[Block]:
        for number, line in enumerate(lines, first_line):
            without_code = re.sub(r"(?<!\})(`+)(?!`).*?(?<!`)\1(?!`)", "", line)
            for pattern, what in OTHER_MYST:
                if number not in code and pattern.search(without_code):
                    raise self.error(
                        number,
                        f"{what} of MyST ({line.strip()[:40]!r}) would not be understood in the "
                        "notebook; course/ is CommonMark with $…$ and the directives exercise, "
                        "written, how-to-work and code-cell",
                    )
        if text := "\n".join(lines).strip():
            yield Block(first_line, text)

    def add(self, block: Block) -> None:
        if not block.directive:
            self.cells.append(new_markdown_cell(block.text))
        elif block.directive == "exercise":
            self.add_exercise(block)
        elif block.directive == "written":
            self.add_written(block)
        elif block.directive == "how-to-work":
            name = self.exercise(block).name
            self.cells.append(new_markdown_cell(IN_A_NOTEBOOK.format(exercise=name).strip()))
        else:
            raise self.error(
                block.line,
                f"the directive {{{block.directive}}} would not be understood in the notebook; "
                "use exercise, written, how-to-work or code-cell",
            )

    def add_code(self, cell: Any, line: int) -> None:
        tags = cell.metadata.get("tags", [])
        made = new_code_cell(cell.source, metadata={"tags": tags} if tags else {})
        if "setup" in tags:
            grade_id = self.unique(f"{self.chapter}-setup", line)
            made.metadata["nbgrader"] = _nbgrader(grade_id, locked=True)
        self.cells.append(made)

    def exercise(self, block: Block) -> Exercise:
        """The exercise of this chapter that a directive names."""
        try:
            exercise = find(block.argument)
        except UnknownExercise as error:
            raise self.error(block.line, str(error)) from None
        if exercise.chapter != self.chapter:
            raise self.error(block.line, f"{exercise.name} belongs to course/{exercise.chapter}.md")
        return exercise

    def add_exercise(self, block: Block) -> None:
        exercise = self.exercise(block)
        if exercise.symbol not in self.defined:
            self.defined.add(exercise.symbol)
            code = new_code_cell(solution_source(exercise))
            grade_id = self.unique(exercise.code_id, block.line)
            code.metadata["nbgrader"] = _nbgrader(grade_id, solution=True)
            self.cells.append(code)
        check = new_code_cell(f'check("{exercise.name}")')
        grade_id = self.unique(exercise.grade_id, block.line)
        check.metadata["nbgrader"] = _nbgrader(grade_id, points=exercise.points, locked=True)
        self.cells.append(check)

    def add_written(self, block: Block) -> None:
        chapter, _, slug = block.argument.partition(".")
        if chapter != self.chapter or not slug:
            raise self.error(block.line, f"a written question here is {self.chapter}.<name>")
        lines = block.text.strip().split("\n")
        match = POINTS.match(lines[0])
        if not match:
            raise self.error(block.line, "a written question begins with its points, `:points: 3`")
        rules = [number for number, line in enumerate(lines) if line.strip() == "---"]
        if not rules:
            raise self.error(
                block.line, "a written question needs a line --- and its rubric below it"
            )
        question = "\n".join(lines[1 : rules[0]]).strip()
        rubric = "\n".join(lines[rules[0] + 1 :]).strip()
        if not question or not rubric:
            missing = "question" if not question else "rubric"
            raise self.error(block.line, f"the {missing} of this written question is empty")
        grade_id = f"{self.chapter}-{slug.replace('.', '-')}"
        points = f"{match[1]} {'point' if match[1] == '1' else 'points'}"
        asked = new_markdown_cell(f"**Written question** ({points})\n\n{question}")
        question_id = self.unique(f"{grade_id}-question", block.line)
        asked.metadata["nbgrader"] = _nbgrader(question_id, locked=True)
        answer = new_markdown_cell(f"{BEGIN}\n{rubric}\n{END}")
        answer.metadata["nbgrader"] = _nbgrader(
            self.unique(grade_id, block.line), points=int(match[1]), solution=True
        )
        self.cells += [asked, answer]

    def unique(self, grade_id: str, line: int) -> str:
        if grade_id in self.grade_ids:
            first = self.grade_ids[grade_id]
            raise self.error(line, f"the grade id {grade_id} is there already, on line {first}")
        self.grade_ids[grade_id] = line
        return grade_id

    def complain_about_missing(self) -> None:
        for exercise in registry().values():
            if exercise.chapter == self.chapter and exercise.grade_id not in self.grade_ids:
                raise self.error(1, f"there is no {{exercise}} {exercise.name}")


def _nbgrader(
    grade_id: str, *, points: int | None = None, solution: bool = False, locked: bool = False
) -> dict[str, Any]:
    """nbgrader's metadata of a cell; one with points is graded."""
    metadata: dict[str, Any] = {
        "schema_version": SCHEMA,
        "grade_id": grade_id,
        "grade": points is not None,
        "solution": solution,
        "locked": locked,
        "task": False,
    }
    if points is not None:
        metadata["points"] = points
    return metadata


def _cells_with_lines(text: str) -> Iterator[tuple[Any, int]]:
    """The cells of a MyST notebook, each with the line on which its source begins."""
    lines = text.split("\n")
    position = 0
    for cell in jupytext.reads(text, fmt="md:myst").cells:
        source = cell.source.split("\n")
        for start in range(position, len(lines)):
            if lines[start : start + len(source)] == source:
                position = start
                break
        yield cell, position + 1
        position += len(source)


def solution_source(exercise: Exercise) -> str:
    """The source of a solution, markers included, as it stands in solutions/."""
    return textwrap.dedent(inspect.getsource(solution(exercise.solution_name))).rstrip()


def student_stub(full_name: str) -> str:
    """What a student finds in place of the solution: the source without what the markers hold.

    Raises
    ------
    UnknownExercise
        With the closest names.
    """
    return without_solution(solution_source(find(full_name)))


def without_solution(source: str) -> str:
    """Put nbgrader's stub in place of every marked region, as `nbgrader generate_assignment` does."""
    kept: list[str] = []
    inside = False
    for line in source.split("\n"):
        if BEGIN in line:
            indent = line[: len(line) - len(line.lstrip())]
            kept.append(textwrap.indent(STUB, indent))
            inside = True
        elif END in line:
            inside = False
        elif not inside:
            kept.append(line)
    return "\n".join(kept)


def write(notebook: nbformat.NotebookNode, path: Path) -> None:
    """Write a notebook, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
