"""What an exercise shows once it is solved: the reference solution and another way.

Both lie in ``_static/solutions/<exercise>.json`` and are fetched only after success. ``make book
SOLUTIONS=0`` leaves the folder out, for a class.
"""

import json
import os
import shutil
from pathlib import Path

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from sphinx.application import Sphinx

from autograder.exercises import find, registry
from autograder.notebook import BEGIN, END, solution_source
from autograder.record import alternatives_of
from autograder.student_source import NoSource, source_as
from book.ext.hanging_lines import hang


def with_solutions() -> bool:
    return os.environ.get("SOLUTIONS") != "0"


def write_solutions(app: Sphinx, error: Exception | None) -> None:
    """Write what an exercise shows once it is solved."""
    target = Path(app.outdir) / "_static" / "solutions"
    shutil.rmtree(target, ignore_errors=True)
    if error is not None or app.builder.format != "html" or not with_solutions():
        return
    target.mkdir(parents=True)
    for exercise in registry().values():
        if f"course/{exercise.chapter}" in app.env.found_docs:
            text = json.dumps(solutions_of(exercise.name), ensure_ascii=False)
            (target / f"{exercise.name}.json").write_text(text, encoding="utf-8")


def solutions_of(name: str) -> list[dict[str, str]]:
    """Return the reference solution and, where one can be written down, another way."""
    exercise = find(name)
    lines = solution_source(exercise).splitlines()
    source = "\n".join(line for line in lines if not line.strip().startswith((BEGIN, END)))
    shown = [{"title": "The reference solution", "html": highlighted(source)}]
    for other in alternatives_of(name):
        try:
            text = source_as(other.function, exercise.symbol)
        except NoSource:
            continue
        shown.append(
            {"title": f"Another way: {other.name.replace('_', ' ')}", "html": highlighted(text)}
        )
        break
    return shown


def highlighted(source: str) -> str:
    return hang(highlight(source, PythonLexer(), HtmlFormatter(cssclass="highlight")))


def setup(app: Sphinx) -> dict[str, object]:
    # A value of the configuration, so that a build with another choice reads every page again: pages
    # also hold, or leave out, how written questions are graded.
    app.add_config_value("with_solutions", with_solutions(), "env")
    app.connect("build-finished", write_solutions)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
