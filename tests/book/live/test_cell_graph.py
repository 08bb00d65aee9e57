"""Which cells a cell needs, and whether it can run in the browser."""

import pytest

from book.ext.cell_graph import Linked, Source, link, names


def linked(*sources: str, **tags: str) -> list[Linked]:
    steps = [
        Source(str(number), source, frozenset(tags.get(f"tags_{number}", "").split()))
        for number, source in enumerate(sources)
    ]
    return link(steps)


def needs(*sources: str) -> list[tuple[str, ...]]:
    return [step.needs for step in linked(*sources)]


def test_a_cell_needs_the_last_one_that_bound_a_name() -> None:
    assert needs("x = 1", "x = 2", "x + 1") == [(), (), ("1",)]


def test_a_name_that_a_cell_binds_itself_first_needs_nobody() -> None:
    assert needs("import numpy as np", "import numpy as np\nnp.ones(3)") == [(), ()]


def test_a_function_needs_what_its_body_reads() -> None:
    assert needs("w = 3", "def f(x, b=0):\n    y = x * w + b\n    return y", "f(2)") == [
        (),
        ("0",),
        ("1",),
    ]


def test_what_a_cell_changes_in_place_it_needs_and_gives() -> None:
    assert needs("x = {}", "x['a'] = 1", "x") == [(), ("0",), ("0", "1")]
    assert needs("n = 0", "n += 1", "n") == [(), ("0",), ("1",)]


@pytest.mark.parametrize(
    "source",
    [
        "[x for x in range(3)]",
        "def f(x):\n    return x",
        "(lambda x: x)(1)",
        "for x in range(3):\n    print(x)",
        "try:\n    1\nexcept ValueError as x:\n    pass",
        "with open('f') as x:\n    x.read()",
    ],
)
def test_a_name_that_is_bound_on_the_spot_is_not_read_from_outside(source: str) -> None:
    assert "x" not in names(source)[0]


def test_a_comprehension_reads_what_it_runs_over() -> None:
    assert "values" in names("[v * scale for v in values]")[0]
    assert "scale" in names("[v * scale for v in values]")[0]


def test_a_cell_that_imports_what_the_browser_lacks_runs_locally_and_what_needs_it_too() -> None:
    steps = linked("from sklearn.svm import SVC\nmodel = SVC()", "x = 1", "model.fit(x)")
    assert [step.local for step in steps] == ["scikit-learn", "", "scikit-learn"]


def test_a_module_of_ours_that_imports_what_the_browser_lacks_counts() -> None:
    steps = linked("from course.widgets import explorer", "from course.data import load_mnist")
    assert [bool(step.local) for step in steps] == [True, False]


def test_an_author_may_say_that_a_cell_runs_locally() -> None:
    assert linked("x = 1", tags_0="local")[0].local == "local"


def test_a_cell_that_is_not_plain_python_stays_local() -> None:
    assert linked("%timeit f()")[0].local


def test_an_exercise_gives_what_it_asks_for() -> None:
    steps = [
        Source("structure.relu", "def relu(z): ...", defines=("relu",)),
        Source("1", "relu(1)"),
    ]
    assert link(steps)[1].needs == ("structure.relu",)
