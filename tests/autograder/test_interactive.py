"""`check` and `hint`, as a student calls them in a script, a terminal and a notebook."""

import dataclasses
import io
import sys
import types

import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter

from autograder import check, hint, interactive
from autograder.exercises import UnknownExercise
from autograder.interactive import NotDefined
from autograder.keys import KEYS_FOLDER, KeyProblem

pytestmark = pytest.mark.usefixtures("keys")


def right_relu(z):
    return np.maximum(z, 0)


def wrong_relu(z):
    return np.abs(z)


@pytest.fixture
def notebook(monkeypatch):
    """Results are displayed, as in Jupyter."""

    class ZMQInteractiveShell:
        pass

    shell = types.SimpleNamespace(get_ipython=ZMQInteractiveShell)
    monkeypatch.setitem(sys.modules, "IPython", shell)


@pytest.fixture(autouse=True)
def _no_hints_given():
    interactive._hints_given.clear()


# What is checked ----------------------------------------------------------------------------


def test_the_function_of_that_name_where_check_is_called_is_checked(capsys):
    relu = right_relu  # noqa: F841  a local name is found too
    report = check("structure.relu")
    assert report.verdict.right
    assert capsys.readouterr().out == "✓ structure.relu is right: 1 of 1 point.\n"


def test_a_global_function_is_found():
    namespace = {"relu": wrong_relu, "check": check, "__name__": "__main__"}
    exec("report = check('structure.relu')", namespace)
    assert not namespace["report"].verdict.right


def test_a_function_may_be_given():
    assert check("structure.relu", right_relu).verdict.right


def test_a_name_that_stands_for_a_number_is_said_to_be_none_of_a_function(capsys):
    relu = right_relu(np.ones(2))[0]  # noqa: F841
    check("structure.relu")
    assert "There is a float64 under this name, not a function." in capsys.readouterr().out


def test_a_function_that_is_not_there_says_what_to_do():
    with pytest.raises(NotDefined, match=r"no `relu` here yet\. Run the cell that defines it"):
        check("structure.relu")
    with pytest.raises(NameError):
        check("structure.relu")


@pytest.mark.parametrize(
    ("name", "closest"),
    [
        ("structure.rely", "structure.relu"), ("structur.sigmoid", "structure.sigmoid"),
        ("relu", "structure.relu"), ("structure-layer", "structure.layer"),
        ("Structure.relu", "structure.relu"),
    ],
)  # fmt: skip
def test_a_misspelt_name_names_the_closest(name, closest):
    for ask in (lambda name: check(name, right_relu), hint):
        with pytest.raises(UnknownExercise, match="Did you mean") as caught:
            ask(name)
        assert closest in str(caught.value)


@pytest.mark.parametrize("name", ["", ".", "zzzzzz", "структура"])
def test_a_name_like_no_other_is_refused(name):
    with pytest.raises(UnknownExercise, match="There is no exercise"):
        check(name, right_relu)


@pytest.mark.parametrize("name", [right_relu, None, 3, ["structure.relu"]])
def test_what_is_no_name_is_refused(name):
    with pytest.raises(UnknownExercise, match=f"named by text.*of type {type(name).__name__}"):
        check(name, right_relu)


def test_a_key_that_is_missing_or_damaged_says_how_to_rebuild_it(tmp_path, monkeypatch):
    monkeypatch.setenv(KEYS_FOLDER, str(tmp_path))
    with pytest.raises(KeyProblem, match=r"no key for structure\.relu.*autograder record"):
        check("structure.relu", right_relu)
    (tmp_path / "structure.relu.key").write_bytes(b"junk")
    with pytest.raises(KeyProblem, match=r"is damaged .*autograder record"):
        check("structure.relu", right_relu)


@pytest.mark.parametrize("error", [UnknownExercise, KeyProblem, NotDefined])
def test_a_notebook_shows_these_errors_without_our_traceback(error):
    (line,) = error("what to do")._render_traceback_()
    assert line == f"{error.__name__}: what to do"


# What builds on what ------------------------------------------------------------------------


def test_what_is_wrong_earlier_is_to_be_mended_first(capsys, case, monkeypatch):
    earlier = case(lambda x: x, {"x": 1.0})
    later = case(lambda x: x + 1, {"x": 1.0}, needs=("demo.exercise",))
    exercises = {
        "demo.exercise": (earlier.exercise, earlier.key),
        "demo.later": (
            dataclasses.replace(later.exercise, name="demo.later"),
            dataclasses.replace(later.key, exercise="demo.later"),
        ),
    }
    monkeypatch.setattr(interactive, "find", lambda name: exercises[name][0])
    monkeypatch.setattr(interactive, "public_key", lambda e: exercises[e.name][1])

    exercise = np.negative
    check("demo.later", lambda x: x)
    first = "First mend demo.exercise, which this exercise builds on."
    assert first in capsys.readouterr().out
    check("demo.later", lambda x: x + 1)
    assert first not in capsys.readouterr().out, "what is right needs no other"
    exercise = earlier.solve  # noqa: F841
    check("demo.later", lambda x: x)
    assert first not in capsys.readouterr().out


# How it is shown ----------------------------------------------------------------------------


def test_the_repr_is_that_of_a_built_in_float_which_is_nbgraders_score(notebook):
    assert repr(check("structure.relu", right_relu)) == "1.0"
    assert repr(check("structure.relu", wrong_relu)) == "0.0"
    assert type(eval(repr(check("structure.sigmoid", lambda z: 1 / (1 + np.exp(-z)))))) is float


def test_a_notebook_shows_html_and_prints_nothing(notebook, capsys):
    report = check("structure.relu", wrong_relu)
    assert "ag-wrong" in report._repr_html_()
    assert "<details>" in report._repr_html_()
    assert capsys.readouterr() == ("", "")


def test_ipython_displays_points_as_text_and_the_verdict_as_html():
    data, _ = DisplayFormatter().format(check("structure.relu", right_relu))
    assert data["text/plain"] == "1.0"
    assert "structure.relu is right" in data["text/html"]


def test_nothing_reaches_stderr_which_nbgrader_takes_for_a_failure(capsys):
    def noisy(z):
        import warnings

        print("oops", file=sys.stderr)
        warnings.warn("oops", stacklevel=1)
        np.log(z - 1e9)
        return np.maximum(z, 0)

    assert check("structure.relu", noisy).verdict.right
    assert capsys.readouterr().err == ""


def test_each_explain_prints_one_step_and_repeats_nothing(capsys):
    report = check("structure.relu", wrong_relu)
    first = capsys.readouterr().out
    assert ".explain()" in first
    second_report = report.explain()
    second = capsys.readouterr().out
    assert second.startswith("Where to look: ")
    assert second.count("\n") == 1
    third_report = second_report.explain()
    third = capsys.readouterr().out
    assert third.startswith("The mistake: ")
    third_report.explain()
    assert capsys.readouterr().out == third, "the last step is told again"
    assert [r.reveal for r in (report, second_report, third_report)] == [
        "evidence", "where", "mistake",
    ]  # fmt: skip


def test_explaining_what_is_right_or_not_begun_says_so(capsys):
    def todo(z):
        raise NotImplementedError()

    for student, words in ((right_relu, "is right"), (todo, "is not implemented yet")):
        report = check("structure.relu", student)
        capsys.readouterr()
        report.explain()
        assert words in capsys.readouterr().out


def test_explain_in_a_notebook_opens_the_next_fold(notebook):
    report = check("structure.relu", wrong_relu)
    assert report._repr_html_().count("<details open>") == 0
    assert report.explain()._repr_html_().count("<details open>") == 1
    assert report.explain().explain()._repr_html_().count("<details open>") == 2


def test_an_instructor_chooses_how_far_the_verdict_goes(monkeypatch, capsys):
    monkeypatch.setenv(interactive.REVEAL, "mistake")
    check("structure.relu", wrong_relu)
    assert "The mistake:" in capsys.readouterr().out
    check("structure.relu", wrong_relu, reveal="where")
    assert "The mistake:" not in capsys.readouterr().out
    monkeypatch.setenv(interactive.REVEAL, "everything")
    with pytest.raises(ValueError, match="reveal is 'everything', but must be one of evidence"):
        check("structure.relu", wrong_relu)


def test_a_terminal_without_a_check_mark_shows_something_else(monkeypatch):
    terminal = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", terminal)
    check("structure.relu", right_relu)
    terminal.flush()
    assert b"structure.relu is right" in terminal.buffer.getvalue()


# Hints --------------------------------------------------------------------------------------


def test_hints_come_one_at_a_time_and_the_last_stays(capsys):
    texts = [repr(hint("structure.relu")) for _ in range(5)]
    assert [text[:11] for text in texts] == ["Hint 1 of 3", "Hint 2 of 3"] + ["Hint 3 of 3"] * 3
    assert texts[2].endswith("That was the last hint.")
    assert texts[2] == texts[4]
    assert capsys.readouterr().out.splitlines() == texts


def test_hints_of_one_exercise_do_not_use_up_anothers():
    hint("structure.relu")
    assert repr(hint("structure.layer")).startswith("Hint 1 of 3")


def test_a_prompt_shows_a_hint_once(monkeypatch, capsys):
    monkeypatch.setattr(sys, "ps1", ">>> ", raising=False)
    assert repr(hint("structure.relu"))
    assert capsys.readouterr().out == ""


def test_a_hint_in_a_notebook_is_html(notebook, capsys):
    assert "Hint 1 of 3" in hint("structure.relu")._repr_html_()
    assert capsys.readouterr().out == ""
