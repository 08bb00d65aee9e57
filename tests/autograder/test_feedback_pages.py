"""A feedback page is the one that nbgrader would have written, down to the colors of its code."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from nbconvert.filters import Highlight2HTML

from autograder.feedback_pages import _exporter
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
