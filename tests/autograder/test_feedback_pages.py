"""A feedback page is the one that nbgrader would have written, down to the colors of its code."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from nbconvert.filters import Highlight2HTML
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.feedback_pages import _exporter, feedback_page
from autograder.gradebook import Graded
from autograder.patience import PAGE_SECONDS
from autograder.release import nbgrader

SOLUTIONS = sorted((Path(__file__).parents[2] / "solutions").rglob("*.py"))
CELLS = {
    "nothing": "",
    "empty lines": "\n\n  \n",
    "lines before and after": "\n\nx = 1\n\n\n",
    "a remainder": "x = 7 % 3\ny = '%d' % x",
    "a magic": "%matplotlib inline\n%%timeit\nx = 1",
    "a command": "!ls -l",
    "a question": "np.dot?",
    "unlike": "if x != 1: pass",
    "unlike at the beginning": "!= x\n!x\n!!=x\n!! =x",
    "remainders": "x %= 3\ny = x % 4 %5\nz = (x %\n     y)\n% 3",
    "no Python": "this is $ no ` Python\n'''",
    "markup": "x = '<script>alert(1)</script>' & 1 < 2",
    "a string with a number": "f'{x:.2f} {x!r} {x * 2}'",
    "other letters": "größe = '∂L/∂w'  # 勾配\n\tx = 1\r\ny = 2",
} | {path.stem: path.read_text() for path in SOLUTIONS}


SLOW = {
    "empty lines": " \n" * 24_000,
    "empty lines and a magic": " \n" * 24_000 + "%x",
    "more than is formatted": "\n" * 500_000,
    "tags": "<div>" * 9_000,
    "nested tags": "<b><i>" * 8_000,
    "links in links": "<a><div>" * 6_000,
    "headings": "#" * 45_000,
    "fences": "```\n" * 12_000,
    "a fence of empty lines": "\n```python\n" + " \n" * 24_000 + "```\n",
    "a table": "\n\n|a|b|\n|-|-|\n" + "|c|d|\n" * 7_000,
    "mathematics": "\\begin{a}" * 5_000,
    "quotes": "\n" + ">" * 45_000,
    "lists": "\n" + "- " * 24_000,
}


@pytest.mark.parametrize("name", CELLS)
def test_code_is_colored_as_by_nbconvert(name, tmp_path: Path):
    assert _exporter(tmp_path)._highlight(CELLS[name]) == Highlight2HTML()(CELLS[name])


def test_signs_of_magics_anywhere_are_colored_as_by_nbconvert(tmp_path: Path):
    """A cell that only could have a magic goes by IPython's patterns, and no other needs them."""
    chance = random.Random(2)
    ours, theirs = _exporter(tmp_path)._highlight, Highlight2HTML()
    for _ in range(300):
        pieces = chance.choices([*"%!?=ax \n'(.", "!=", "%%", "# "], k=chance.randrange(1, 12))
        source = "".join(pieces)
        assert ours(source) == theirs(source), source


@pytest.mark.parametrize("kind", ["code", "markdown"])
@pytest.mark.parametrize("text", SLOW.values(), ids=SLOW)
def test_a_text_made_to_be_slow_is_shown_as_it_stands(text, kind, tmp_path: Path):
    """Parsers take minutes for some of these; each page is there in seconds, with all of its text."""
    make = new_code_cell if kind == "code" else new_markdown_cell
    cells = [make(f"first{text}last"), *(make(f"{number}{text}") for number in range(4))]
    graded = Graded("ada", "a", "a", new_notebook(cells=cells), 0, 0, 0, {}, {})
    started = time.process_time()
    page = feedback_page(tmp_path, graded)
    assert time.process_time() - started < 5 * PAGE_SECONDS
    assert "first" in page
    assert "last" in page


def test_a_page_that_ran_out_of_time_costs_the_next_one_nothing(tmp_path: Path):
    """Cells that others have, too, are not kept as they look on it."""
    common = [new_markdown_cell("*the* course's prose"), new_code_cell("x = 1")]
    slow = [new_markdown_cell(f"{number}{SLOW['tags']}") for number in range(4)]
    pages = [
        feedback_page(tmp_path, Graded("ada", "a", "a", new_notebook(cells=cells), 0, 0, 0, {}, {}))
        for cells in ([*slow, *common], common)
    ]
    assert "<em>the</em>" not in pages[0]
    assert "<em>the</em>" in pages[1]
    assert '<span class="mi">1</span>' in pages[1]


def test_an_answer_that_no_parser_takes_costs_no_page(tmp_path: Path, monkeypatch):
    def fail(text: str) -> str:
        raise RecursionError

    monkeypatch.setattr("autograder.feedback_pages.cleaned_markdown", fail)
    cells = [new_markdown_cell("<b>a & b"), new_code_cell("x = 1")]
    page = feedback_page(
        tmp_path, Graded("ada", "a", "a", new_notebook(cells=cells), 0, 0, 0, {}, {})
    )
    assert "&lt;b&gt;a &amp; b" in page
    assert '<span class="mi">1</span>' in page


def test_an_honest_student_s_page_is_nbgrader_s(made_class, grade):
    """Style sheets, scores, verdicts and answers: the pages differ in blank lines alone."""
    course = made_class.course
    grade(course, "chidi")
    page = course / "feedback" / "chidi" / "structure" / "structure.html"
    ours = BeautifulSoup(page.read_text(), "html.parser")
    page.unlink()
    nbgrader(course, "generate_feedback", "structure", "--student", "chidi", "--force")
    nbgraders = BeautifulSoup(page.read_text(), "html.parser")
    assert len(ours.select("style")) > 1
    assert ours.prettify() == nbgraders.prettify()
