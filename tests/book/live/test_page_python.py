"""The Python of a page, in CPython: what a cell shows, and how it fails."""

import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PYTHON = Path(__file__).parents[3] / "book" / "live" / "src" / "python"
Run = Callable[..., list[dict[str, Any]]]

# The page takes over standard output and __main__, so each test gives it a process of its own.
IN_A_PROCESS = """
import json, sys
sys.path[:0] = [{folder!r}, {root!r}]
import page
outputs, ends = [], []
console = sys.stdout
page.start(lambda text: outputs.append(json.loads(text)))
for number, source in enumerate({cells!r}):
    ends.append(page.run(source, f"cell {{number}}"))
json.dump([outputs, ends], console)
"""


@pytest.fixture
def run() -> Run:
    """`run(cell, cell, …)`: what the cells show, one after the other."""

    def run_cells(*cells: str) -> list[dict[str, Any]]:
        root = str(PYTHON.parents[3])
        program = IN_A_PROCESS.format(folder=str(PYTHON), root=root, cells=cells)
        ran = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, timeout=120
        )
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)[0]

    return run_cells


def test_the_value_of_the_last_expression_is_shown(run: Run) -> None:
    assert run("a = 2\na + 1") == [{"kind": "text", "text": "3"}]
    assert run("None") == []
    assert run("3;") == []


def test_cells_share_what_they_define(run: Run) -> None:
    assert run("a = 2", "a * a") == [{"kind": "text", "text": "4"}]


def test_prints_come_in_the_order_in_which_they_were_made(run: Run) -> None:
    shown = run("import sys\nprint('one')\nprint('two', file=sys.stderr)\n3")
    assert [(each["kind"], each["text"].strip()) for each in shown] == [
        ("stdout", "one"),
        ("stderr", "two"),
        ("text", "3"),
    ]


def test_an_endless_print_does_not_flood_the_page(run: Run) -> None:
    shown = run("for number in range(100_000):\n    print('x' * 100)")
    text = "".join(each["text"] for each in shown)
    assert len(text) < 250_000
    assert text.endswith("which is not shown\n")


def test_rich_values_are_shown_as_html(run: Run) -> None:
    cell = "class Rich:\n    def _repr_html_(self):\n        return '<b>rich</b>'\nRich()"
    assert run(cell) == [{"kind": "html", "html": "<b>rich</b>"}]
    assert run(cell[:-2])[0]["kind"] == "text", "the class itself is not a value of it"


def test_a_traceback_has_the_readers_lines_alone(run: Run) -> None:
    (shown,) = run("import json\ndef read(text):\n    return json.loads(text)\n\nread('{')")
    assert shown["kind"] == "error"
    assert "This cell, line 3, in read" in shown["text"]
    assert "return json.loads(text)" in shown["text"]
    assert "json/decoder" not in shown["text"]
    assert shown["text"].splitlines()[-1].startswith("json.decoder.JSONDecodeError")


def test_the_errors_that_led_to_an_error_are_cut_too(run: Run) -> None:
    (shown,) = run(
        "import json\ntry:\n    json.loads('{')\nexcept ValueError:\n    raise KeyError('k')"
    )
    assert "JSONDecodeError" in shown["text"]
    assert "site-packages" not in shown["text"]
    assert "decoder.py" not in shown["text"]


def test_a_name_that_is_missing_is_told_apart(run: Run) -> None:
    (shown,) = run("images")
    assert shown["missing"] == "images"


def test_a_cell_that_is_no_python_says_where(run: Run) -> None:
    (shown,) = run("def f(:\n    pass")
    assert "SyntaxError" in shown["text"]
    assert "This cell, line 1" in shown["text"]


def test_exit_is_an_error_and_the_page_goes_on(run: Run) -> None:
    shown = run("exit_code = 3\nraise SystemExit(exit_code)", "exit_code")
    assert "SystemExit" in shown[0]["text"]
    assert shown[1] == {"kind": "text", "text": "3"}


def test_figures_become_svg_in_the_colors_of_the_page_and_are_closed(run: Run) -> None:
    plot = (
        "import matplotlib.pyplot as plt\nplt.plot([1, 2], [1, 2], 'k', label='a')\nplt.legend();"
    )
    shown = run(plot, "plt.get_fignums()")
    html = next(each["html"] for each in shown if each["kind"] == "html")
    assert html.startswith('<div class="picture"')
    assert "var(--nn-ink" in html
    assert "#000000;" not in html
    assert shown[-1] == {"kind": "text", "text": "[]"}


def test_a_figure_with_many_shapes_stays_small(run: Run) -> None:
    plot = (
        "import matplotlib.pyplot as plt, numpy as np\n"
        "plt.pcolormesh(np.random.default_rng(0).normal(size=(160, 160)))\nplt.show()"
    )
    (shown,) = run(plot)
    assert len(shown["html"]) < 300_000


def test_glue_of_a_chapter_has_nowhere_to_go_and_does_no_harm(run: Run) -> None:
    assert run("from myst_nb import glue\nglue('name', 3, display=False)") == []


def test_a_check_in_a_cell_is_shown_and_not_printed_besides(run: Run) -> None:
    spec = importlib.util.find_spec("course")
    assert spec is not None
    shown = run(
        "import numpy as np\nfrom autograder import hint\nhint('structure.relu')",
    )
    assert [each["kind"] for each in shown] == ["html"]
