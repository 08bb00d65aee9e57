"""Composing: one file of prose becomes an nbgrader notebook, or an error with file and line."""

import inspect

import nbformat
import numpy as np
import pytest
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.preprocessors import ClearSolutions, LockCells

from autograder import notebook
from autograder.ask import ask
from autograder.exercises import UnknownExercise, registry
from autograder.notebook import (
    COURSE,
    CourseError,
    compose,
    solution_source,
    student_stub,
    without_solution,
    write,
)
from autograder.record import alternatives_of, mistakes_of, solution
from autograder.student_source import source_as

HEAD = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  name: python3
---

# Exercises

```{code-cell} ipython3
:tags: [setup]

import numpy as np
from autograder import check
```

"""
NAMES = [name for name, e in registry().items() if e.chapter == "structure"]
PAGES = sorted(path.name for path in COURSE.glob("*.md"))


def page(tmp_path, text, exercises=NAMES):
    path = tmp_path / "structure.md"
    all_of_them = "".join(f"```{{exercise}} {name}\n```\n\n" for name in exercises)
    path.write_text(HEAD + all_of_them + text, encoding="utf-8")
    return path


def complaint(path):
    with pytest.raises(CourseError) as caught:
        compose(path)
    return str(caught.value)


def line_of(path, text):
    return path.read_text(encoding="utf-8").split("\n").index(text) + 1


# The notebook -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_every_page_composes_to_a_notebook_that_nbgrader_accepts(name):
    made = compose(COURSE / name)
    nbformat.validate(made)
    MetadataValidator().validate_nb(made)
    ids = [c.metadata.nbgrader.grade_id for c in made.cells if "nbgrader" in c.metadata]
    assert len(set(ids)) == len(ids)
    assert {c.metadata.nbgrader.schema_version for c in made.cells if "nbgrader" in c.metadata} == {
        3
    }


def test_composing_twice_gives_the_same_bytes(tmp_path):
    path = page(tmp_path, "Some prose.\n")
    write(compose(path), tmp_path / "one.ipynb")
    write(compose(path), tmp_path / "two.ipynb")
    assert (tmp_path / "one.ipynb").read_bytes() == (tmp_path / "two.ipynb").read_bytes()


def test_an_exercise_is_a_solution_cell_and_a_locked_check_with_its_points(tmp_path):
    cells = {
        c.metadata.nbgrader.grade_id: c
        for c in compose(page(tmp_path, "")).cells
        if "nbgrader" in c.metadata
    }
    code, check = cells["structure-relu-code"], cells["structure-relu"]
    assert code.source == solution_source(registry()["structure.relu"])
    assert (code.metadata.nbgrader.solution, code.metadata.nbgrader.grade) == (True, False)
    assert check.source == 'check("structure.relu")'
    assert (check.metadata.nbgrader.locked, check.metadata.nbgrader.grade) == (True, True)
    assert check.metadata.nbgrader.points == 1
    assert cells["structure-setup"].metadata.nbgrader.locked


def test_a_written_question_keeps_its_rubric_for_the_instructor(tmp_path):
    text = "```{written} structure.why\n:points: 1\n\nWhy?\n\n---\nBecause.\n```\n"
    asked, answer = compose(page(tmp_path, text)).cells[-2:]
    assert asked.source == "**Written question** (1 point)\n\nWhy?"
    assert asked.metadata.nbgrader.locked
    assert "Because." in answer.source
    assert answer.metadata.nbgrader.points == 1
    assert answer.metadata.nbgrader.grade
    assert answer.metadata.nbgrader.solution
    student = ClearSolutions().preprocess_cell(answer, {"language": "python"}, 0)[0]
    assert "Because." not in student.source


def test_a_notebook_says_how_to_work_in_a_notebook(tmp_path):
    text = "```{how-to-work} structure.relu\n```\n"
    said = compose(page(tmp_path, text)).cells[-1].source
    assert 'hint("structure.relu")' in said
    assert "run the cell" in said
    assert "Hint*" not in said
    assert "unknown" in complaint(page(tmp_path, "```{how-to-work} structure.unknown\n```\n"))


FINE = {
    "inline code with braces": "Write `{x}` and ``{a}`b`` and `d['k']`.",
    "inline code that looks like a role": "MyST would write `` {ref}`x` `` here.",
    "fenced code with roles": "```python\nf'{x}`y`'\n(a)=\n:::note\n% comment\n```",
    "a longer fence around a directive": "````\n```{note}\ntext\n```\n(a)=\n````",
    "fenced code with tildes": "~~~\n{ref}`a`\n```\n(target)=\n~~~",
    "indented code": "Text.\n\n    {ref}`a`\n    (target)=\n\nMore.",
    "mathematics": "$\\frac{a}{b}$ and $x_{i}$, $$\\sum_{i=1}^{n} {x_i}$$",
    "a percentage in a line": "About 5 % of it.",
    "a link and an image": "[text](https://example.org) ![alt](a.png)",
    "a table": "| a | b |\n| - | - |\n| {1} | 2 |",
    "a colon": ": not a fence\n:: nor this",
}


@pytest.mark.parametrize("name", FINE)
def test_plain_markdown_is_not_mistaken_for_myst(tmp_path, name):
    before = len(compose(page(tmp_path, "")).cells)
    cells = compose(page(tmp_path, f"Some prose.\n\n{FINE[name]}\n")).cells
    assert len(cells) == before + 1
    assert cells[-1].source == f"Some prose.\n\n{FINE[name]}".strip()


# What cannot be composed --------------------------------------------------------------------

WRONG = {
    "a role": ("See {ref}`x`.", "See {ref}`x`.", "a role of MyST"),
    "a role after code": ("Use `x` and {doc}`y`.", "Use `x` and {doc}`y`.", "a role of MyST"),
    "a target": ("(here)=", "(here)=", "a target of MyST"),
    "a colon fence": (":::{note}\nText.\n:::", ":::{note}", "a colon fence of MyST"),
    "a comment": ("% hidden", "% hidden", "a MyST comment"),
    "an admonition": ("```{note}\nText.\n```", "```{note}", "the directive {note}"),
    "an unknown directive": ("```{exercize} a.b\n```", "```{exercize} a.b", "the directive {exercize}"),
    "a directive in a list": ("- ```{exercise} structure.relu\n  ```", "- ```{exercise} structure.relu", "a list or a quotation"),
    "a directive in a quotation": ("> ```{note}\n> a\n> ```", "> ```{note}", "a list or a quotation"),
    "an unknown exercise": ("```{exercise} structure.rely\n```", "```{exercise} structure.rely", "Did you mean structure.relu"),
    "no name": ("```{exercise}\n```", "```{exercise}", "There is no exercise"),
    "another chapter's exercise": ("```{exercise} forward.linear\n```", "```{exercise} forward.linear", "belongs to course/forward.md"),
    "a written question without points": ("```{written} structure.why\nWhy?\n---\nB.\n```", "```{written} structure.why", "begins with its points"),
    "a written question without a rubric": ("```{written} structure.why\n:points: 2\n\nWhy?\n```", "```{written} structure.why", "its rubric below"),
    "a written question with an empty rubric": ("```{written} structure.why\n:points: 2\n\nWhy?\n---\n```", "```{written} structure.why", "the rubric of this written question is empty"),
    "a written question of nothing": ("```{written} structure.why\n:points: 2\n---\nBecause.\n```", "```{written} structure.why", "the question of this written question is empty"),
    "a written question of another chapter": ("```{written} loss.why\n:points: 2\n```", "```{written} loss.why", "a written question here is structure.<name>"),
    "a written question named as an exercise": ("```{written} structure.relu\n:points: 2\n\nWhy?\n---\nB.\n```", "```{written} structure.relu", "the grade id structure-relu is there already"),
}  # fmt: skip
AROUND = (
    "First.\n\n```{code-cell} ipython3\nx = 1\n```\n\n## More\n\n```{code-cell} ipython3\n"
    ":tags: [demo]\n\nx = 1\n```\n\n+++\n\nSecond,\nthird.\n\n"
)


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize("before", ["", AROUND], ids=["alone", "after cells"])
def test_what_cannot_be_composed_stops_with_file_and_line(tmp_path, name, before):
    text, line, words = WRONG[name]
    path = page(tmp_path, f"{before}{text}\n\nAfter it.\n")
    message = complaint(path)
    assert message.startswith(f"{path}:{line_of(path, line)}: ")
    assert words in message


def test_an_exercise_that_is_there_twice_names_both_lines(tmp_path):
    path = page(tmp_path, f"{AROUND}```{{exercise}} structure.relu\n```\n")
    lines = path.read_text().split("\n")
    first = lines.index("```{exercise} structure.relu") + 1
    second = len(lines) - lines[::-1].index("```{exercise} structure.relu")
    assert complaint(path) == (
        f"{path}:{second}: the grade id structure-relu is there already, on line {first}"
    )


def test_an_exercise_that_is_missing_is_named(tmp_path):
    path = page(tmp_path, "", [name for name in NAMES if name != "structure.relu"])
    assert complaint(path) == f"{path}:1: there is no {{exercise}} structure.relu"


def test_a_page_that_is_missing_is_named(tmp_path):
    assert "there is no such file" in complaint(tmp_path / "structure.md")


# What the student gets ----------------------------------------------------------------------

STUB = "# YOUR CODE HERE\nraise NotImplementedError()"


@pytest.mark.parametrize("name", registry())
def test_the_stub_is_what_nbgrader_leaves(name):
    source = solution_source(registry()[name])
    cell = nbformat.v4.new_code_cell(source)
    cell.metadata["nbgrader"] = notebook._nbgrader("a", solution=True)
    clear = ClearSolutions(code_stub={"python": STUB})
    left = clear.preprocess_cell(cell, {"language": "python"}, 0)[0].source
    assert student_stub(name) == left
    assert left != source, "nothing was marked as the solution"
    assert "BEGIN" not in left


@pytest.mark.parametrize("name", registry())
def test_a_stub_is_code_that_is_not_implemented(name):
    exercise = registry()[name]
    namespace = {"np": np}
    exec(student_stub(name), namespace)
    assert exercise.symbol in namespace


def test_a_stub_of_nothing_names_the_closest():
    with pytest.raises(UnknownExercise, match=r"structure\.relu"):
        student_stub("structure.rely")


def test_several_marked_regions_are_stubbed_each_in_its_place():
    source = (
        "class A:\n    def f(self):\n        ### BEGIN SOLUTION\n        return 1\n"
        "        ### END SOLUTION\n\n    def g(self):\n        ### BEGIN SOLUTION\n"
        "        return 2\n        ### END SOLUTION"
    )
    assert without_solution(source).count("        # YOUR CODE HERE\n        raise") == 2


def test_locking_leaves_the_students_cells_open(tmp_path):
    locked, _ = LockCells().preprocess(compose(page(tmp_path, "")), {})
    states = {
        c.metadata.nbgrader.grade_id: c.metadata.get("editable", True)
        for c in locked.cells
        if "nbgrader" in c.metadata
    }
    assert states["structure-relu-code"]
    assert not states["structure-relu"]
    assert not states["structure-setup"]


# The source of anything, as a student would have written it ---------------------------------


def functions():
    for name, exercise in registry().items():
        yield name, "solution", solution(exercise.solution_name)
        for each in (*mistakes_of(name), *alternatives_of(name)):
            yield name, each.name, each.function


@pytest.fixture(scope="module")
def questions():
    made = {}

    def of(name):
        if name not in made:
            rng = np.random.default_rng(11)
            made[name] = list(registry()[name].checks[0].questions(rng))[:1]
        return made[name]

    return of


def same(a, b):
    if isinstance(a, (list, tuple)) and type(a) is type(b):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict) and type(a) is type(b):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, (np.ndarray, np.generic, float)):
        return type(a) is type(b) and np.array_equal(a, b, equal_nan=np.asarray(a).dtype.kind in "fc")  # fmt: skip
    return type(a) is type(b) and a == b


@pytest.mark.parametrize(
    ("name", "which", "function"), [pytest.param(*f, id=f"{f[0]}-{f[1]}") for f in functions()]
)
def test_the_source_of_a_function_stands_alone_and_behaves_the_same(
    name, which, function, questions
):
    exercise = registry()[name]
    namespace = {"np": np}
    exec(source_as(function, exercise.symbol), namespace)
    written = namespace[exercise.symbol]
    assert inspect.isclass(written) == inspect.isclass(function)
    for asked in questions(name):
        one = ask(function, exercise.drive, asked.arguments)
        other = ask(written, exercise.drive, asked.arguments)
        assert (other.problem, other.detail, other.changed) == (one.problem, one.detail, one.changed), other.traceback  # fmt: skip
        again = ask(function, exercise.drive, asked.arguments)
        if same(one.value, again.value):  # else it is random, and takes no seed
            assert same(one.value, other.value)
