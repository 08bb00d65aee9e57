"""The rules inside the book's extensions, without a build."""

from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from book.ext.execution import FINGERPRINT, drop_if_stale, fingerprint
from book.ext.glossary_backlinks import canonical, pattern
from book.ext.hanging_lines import hang
from book.ext.katex_math import parts_of
from book.palette import as_css, palette
from book.plots import DATA, follow_theme


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("solutions", "autograder", "course/data"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "solutions" / "structure.py").write_text("def relu(z): ...\n")
    return tmp_path


def test_a_changed_solution_drops_the_execution_cache(root: Path) -> None:
    cache = root / "_build" / ".jupyter_cache"
    assert not drop_if_stale(root, cache), "there was no cache yet"
    (cache / "executed").write_text("outputs")
    assert not drop_if_stale(root, cache)
    assert (cache / "executed").is_file(), "nothing changed, so the outputs stay"
    (root / "solutions" / "structure.py").write_text("def relu(z): return z\n")
    assert drop_if_stale(root, cache)
    assert not (cache / "executed").exists()


def test_a_cache_of_unknown_origin_is_dropped(root: Path) -> None:
    cache = root / ".jupyter_cache"
    cache.mkdir()
    (cache / "executed").write_text("outputs")
    assert drop_if_stale(root, cache)
    assert (cache / FINGERPRINT).read_text() == fingerprint(root)


def test_new_data_changes_the_fingerprint_and_python_caches_do_not(root: Path) -> None:
    before = fingerprint(root)
    (root / "solutions" / "__pycache__").mkdir()
    (root / "solutions" / "__pycache__" / "structure.pyc").write_bytes(b"\0")
    assert fingerprint(root) == before
    (root / "course" / "data" / "mnist.npz").write_bytes(b"digits")
    assert fingerprint(root) != before


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Two hidden layers.", ["hidden layer"]),
        ("the activation\nfunctions of a layer", ["activation function", "layer"]),
        ("A player.", []),
        ("A mini-batch gradient descent step", ["mini-batch gradient descent"]),
        ("The hidden-layer size", ["hidden layer"]),
    ],
)
def test_a_term_is_found_in_prose(text: str, found: list[str]) -> None:
    names = ["layer", "hidden layer", "activation function", "mini-batch gradient descent"]
    terms = {name: ("book/glossary", name) for name in names}
    hits = [match[1].lower() for match in pattern(terms).finditer(text)]
    assert [hit if hit in terms else canonical(hit) for hit in hits] == found


def test_one_palette_serves_style_sheet_and_plots() -> None:
    assert palette()["light"]["data"] == DATA
    assert f"--nn-data: {DATA};" in as_css()
    assert palette()["light"].keys() == palette()["dark"].keys()


def test_a_plot_takes_its_colors_from_the_page() -> None:
    svg = follow_theme(f'<?xml?><svg id="a"><path style="fill: {DATA}" clip="url(#c)"/></svg>', "x")
    assert f"var(--nn-data, {DATA})" in svg
    assert 'id="x-a"' in svg
    assert "url(#x-c)" in svg


@pytest.mark.parametrize(
    ("tex", "parts"),
    [
        (r"z = x w, \qquad a = \sigma(z)", ["z = x w,", r"a = \sigma(z)"]),
        (r"x = 1, \quad y = 2", ["x = 1,", "y = 2"]),
        (r"\text{target:}\quad y", [r"\text{target:}\quad y"]),
        (
            r"\begin{aligned} a, \qquad b \end{aligned}",
            [r"\begin{aligned} a, \qquad b \end{aligned}"],
        ),
        (r"\left( a, \quad b \right)", [r"\left( a, \quad b \right)"]),
        (r"\frac{a \qquad b}{c} \qquad \{d\}", [r"\frac{a \qquad b}{c}", r"\{d\}"]),
    ],
)
def test_a_formula_parts_at_its_wide_gaps_and_nowhere_inside(tex: str, parts: list[str]) -> None:
    assert [part.strip() for part in parts_of(tex)] == parts


def test_each_line_of_code_knows_its_indentation_and_the_text_stays() -> None:
    code = 'def f(x):\n    """Two lines,\n\n        x < 0."""\n    return x\n'
    before = highlight(code, PythonLexer(), HtmlFormatter())
    after = BeautifulSoup(hang(before), "html.parser")
    assert after.pre.get_text() == code
    lines = after.select("pre > .code-line")
    assert [line.get_text() for line in lines] == code.splitlines(keepends=True)
    assert [line["style"] for line in lines] == [
        f"--indent:{indent}ch" for indent in (0, 4, 0, 8, 4)
    ]
