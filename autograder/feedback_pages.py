"""Feedback pages as `nbgrader generate_feedback` writes them, from the same template, only faster.

One exporter serves a whole class, and what is the same in every notebook - the course's prose, the
locked cells, the style sheet, an answer that many gave - is rendered once.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pygments
from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_notebook
from nbgrader.converters import GenerateFeedback
from pygments.formatters import HtmlFormatter

from autograder.gradebook import Graded, clear_halves, course_settings, write_file
from autograder.patience import Patience
from autograder.python_lexer import QuickPythonLexer
from autograder.regular_files import open_regular, regular_files
from autograder.repair import copied
from autograder.safe_markdown import cleaned_markdown

WRITABLE = 0o644
KEPT, LONGEST_KEPT = 1024, 1 << 16  # rendered cells, and the characters of the longest
PYTHON = QuickPythonLexer()
MAGIC = re.compile(r"%[%\w]|!(?!=)|\?")  # how each of IPython's own patterns begins or ends
CELL_BY_CELL = """\
{%- extends "index.html.j2" -%}
{%- block any_cell scoped -%}{{ super | kept(cell) }}{%- endblock -%}
"""


def write_feedback(course: Path, graded: list[Graded]) -> None:
    """Write a student's feedback: a page for each notebook."""
    if not graded:
        return
    _, directory = course_settings(course)
    student, assignment = graded[0].student, graded[0].assignment
    folder = Path(directory.format_path(directory.feedback_directory, student, assignment))
    clear_halves(folder)
    origin = Path(directory.format_path(directory.autograded_directory, student, assignment))
    for path in regular_files(origin):  # pictures that a page may show
        if path.suffix != ".ipynb":
            with open_regular(path) as stream:
                write_file(folder / path.relative_to(origin), stream.read(), WRITABLE)
    for each in graded:  # last: no file of a student's takes the place of a page
        page = feedback_page(course, each).encode("utf-8", errors="replace")
        write_file(folder / f"{each.name}.html", page, WRITABLE)


def prepare(course: Path) -> None:
    """Load what every page of a class needs. Processes that are forked later need not load it."""
    with _rendering:
        _exporter(course).from_notebook_node(new_notebook(), resources=_about("", "", ""))


def feedback_page(course: Path, graded: Graded) -> str:
    """The page of one notebook."""
    notebook = copied(graded.notebook)
    for cell in notebook.cells:
        metadata = cell.metadata.get("nbgrader", {})
        if metadata.get("grade_id") in graded.comments:
            metadata["comment"] = graded.comments[metadata["grade_id"]]
        if metadata.get("grade_id") in graded.grades:
            metadata["score"], metadata["points"] = graded.grades[metadata["grade_id"]]
    resources = _about(
        graded.student, graded.assignment, graded.name,
        score=graded.score - graded.late_penalty, max_score=graded.max_score,
        late_penalty=graded.late_penalty,
    )  # fmt: skip
    with _rendering:
        page, _ = _exporter(course).from_notebook_node(notebook, resources=resources)
    return page


def _about(student: str, assignment: str, name: str, **scores: float) -> dict[str, Any]:
    """What nbgrader's template needs to know besides the notebook."""
    known = {"score": 0.0, "max_score": 0.0, "late_penalty": 0.0, **scores}
    return {
        "unique_key": name,
        "output_files_dir": f"{name}_files",
        "nbgrader": {"student": student, "assignment": assignment, "notebook": name, **known},
        "metadata": {"name": name, "path": ""},
    }


_rendering = threading.Lock()  # the exporter holds the notebook that it is at


@cache
def _exporter(course: Path) -> _FastExporter:
    config, directory = course_settings(course)
    configured = GenerateFeedback(coursedir=directory, config=config).config
    exporter = _FastExporter(config=configured)
    return exporter


class _FastExporter(HTMLExporter):
    """nbconvert's, with the work on each cell kept, and without its second reading of each page."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings, raw_template=CELL_BY_CELL)
        colored = Highlight2HTML(pygments_lexer="ipython3", parent=self)
        formatter = HtmlFormatter(
            cssclass=" highlight hl-ipython3", **colored.extra_formatter_options
        )

        def colored_python(source: str) -> str:
            """What `colored` makes of it; what looks for magics, at three times the cost, is for those
            cells alone that could have one."""
            if MAGIC.search(source):
                return colored(source)
            return pygments.highlight(source or " ", PYTHON, formatter)

        def highlight(source: str, language: str | None = None, metadata: Any = None) -> str:
            if language or (metadata and "magics_language" in metadata):
                return self._patience.formatted(
                    lambda text: colored(text, language, metadata), source
                )
            return self._patience.formatted(colored_python, source)

        def markdown(source: str) -> str:
            return self._patience.formatted(cleaned_markdown, source)

        self.filters = {"markdown2html": markdown, "kept": self._kept}
        self._highlight = highlight
        self._patience = Patience()
        self._pages: dict[str, str] = {}  # of cells, the latest last
        self._css: list[str] = []

    def from_notebook_node(  # type: ignore[override]  # as nbconvert's own does
        self, nb: Any, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Render a notebook."""
        self._patience = Patience()
        made = self._init_resources(resources)
        types = WidgetsDataTypeFilter(
            notebook_metadata=self._nb_metadata, parent=self, resources=made
        )
        self.register_filter("highlight_code", self._highlight)
        self.register_filter("filter_data_type", types)
        return TemplateExporter.from_notebook_node(self, _OwnCopy(nb), made, **kw)

    def _preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Put in the style sheet; nbconvert would copy and validate the notebook for it each time."""
        if not self._css:
            _, made = super()._preprocess(new_notebook(), resources)
            self._css = made["inlining"]["css"]
        resources["inlining"] = {"css": self._css}
        return nb, resources

    def _kept(self, render: Callable[[], str], cell: Any) -> str:
        """The cell's page, rendered where this cell was not met before: it depends on nothing else.

        What lost its form is not kept: time had run out, and others may have the same cell.
        """
        known = json.dumps(cell)
        page = self._pages.pop(known, None) or render()
        if len(known) + len(page) <= LONGEST_KEPT and not self._patience.lost:
            if len(self._pages) >= KEPT:
                del self._pages[next(iter(self._pages))]
            self._pages[known] = page
        return page


class _OwnCopy(NotebookNode):
    """A notebook that nobody else has: nbconvert need not copy it."""

    def __deepcopy__(self, memo: Any) -> _OwnCopy:
        return self
