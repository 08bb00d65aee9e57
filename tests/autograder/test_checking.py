"""A verdict: the points, and what is told of a secret question."""

import re

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from autograder.ask import NOT_DATA, Answer
from autograder.checking import MOST_VALUES, judge, without_numbers
from autograder.checks import Broken, Property, Values
from autograder.data import Seed
from autograder.exercise import question
from autograder.feedback import headline, to_data, to_html, to_text

SECRET = 0.123456789  # every number of the secret questions begins with these digits


def ones(rng):
    yield question("ones", x=np.ones(3))


# Points -------------------------------------------------------------------------------------


@pytest.mark.parametrize("points", [1, 2, 3])
@pytest.mark.parametrize("parts", [2, 3, 7, 1000])
def test_rounding_never_gives_full_points_to_a_wrong_answer(build, parts, points):
    def solve(x):
        return [float(i) for i in range(parts)]

    case = build(solve, Values(ones), points=points)
    verdict = case.verdict(lambda x: [float(i) + (i == 0) for i in range(parts)])
    assert 0 < verdict.points < points
    assert verdict.points == round(verdict.points, 2)
    assert case.verdict(solve).points == points


def test_a_tiny_share_that_is_wrong_costs_something(build):
    def never(value, asked, again):
        return Broken("never") if value[0] != 5 else None

    case = build(lambda x: x + 4, Values(ones), Property("tiny", ones, never, share=1e-9), points=3)
    assert case.verdict(lambda x: x + 4).points == 3
    wrong = build(lambda x: x, Values(ones), Property("tiny", ones, never, share=1e-9), points=3)
    assert wrong.verdict(lambda x: x).points == 2.99


def test_an_answer_is_right_or_has_findings(linear):
    case = linear()
    right = case.verdict(case.solve)
    assert right.right
    assert right.findings == ()
    assert right.points == right.out_of == 3
    wrong = case.verdict(lambda *arguments: None)
    assert not wrong.right
    assert wrong.points == 0


ANSWERS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)
    | st.sampled_from([np.zeros(3), np.ones((4, 3)), np.array(1j), np.array([], int)])
    | st.just(Seed(1)),
    lambda inner: st.lists(inner, max_size=4) | st.lists(inner, max_size=4).map(tuple)
    | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=6,
)  # fmt: skip
TEXTS = st.text(max_size=8) | st.sampled_from(
    ["error", "not data", "not implemented", "lost", "missing", "TypeError", "x", "print"]
)


def test_whatever_a_function_returns_there_is_a_verdict(linear):
    case = linear()

    @settings(max_examples=200, deadline=None)
    @given(ANSWERS)
    def any_answer(value):
        verdict = case.verdict(lambda *arguments: value)
        assert not verdict.right
        assert verdict.points == 0
        assert to_text(verdict, "mistake")
        assert to_html(verdict)

    any_answer()


@pytest.mark.parametrize("public", [True, False])
def test_whatever_comes_out_of_a_sandbox_there_is_a_verdict(linear, public):
    case = linear(public=public)

    @settings(max_examples=100, deadline=None)
    @given(ANSWERS, TEXTS, TEXTS, TEXTS, st.lists(TEXTS, max_size=2).map(tuple), TEXTS)
    def any_record(value, problem, detail, trace, changed, printed):
        answer = Answer(value, problem, detail, trace, changed, printed, (printed,))
        verdict = judge(case.exercise, case.key, lambda asked: answer)
        assert verdict.points == 0
        assert to_text(verdict, "mistake")
        assert to_html(verdict)

    any_record()


@pytest.mark.parametrize("public", [True, False])
def test_an_answer_of_more_values_than_any_right_one_is_not_compared(linear, public):
    """Compared number by number with itself asked again it took the grader half a minute."""
    case = linear(public=public)
    answer = Answer([1.0] * (MOST_VALUES + 1))
    verdict = judge(case.exercise, case.key, lambda asked: answer)
    assert verdict.points == 0
    assert {finding.kind for finding in verdict.findings} == {"not data"}
    assert "more than 10,000 values" in to_text(verdict, "mistake")


# Secret questions ---------------------------------------------------------------------------


def secret_cases(rng):
    x = SECRET + np.arange(4) * 1e-10
    yield question("a few numbers", x=x, w=[x, (SECRET, x)], b=SECRET, rng=Seed(123456789))


def solve(x, w, b, rng):
    return x * 2, b, "right"


def raises(error):
    def student(x, w, b, rng):
        raise error(x, f"b is {b}", repr(w))

    return student


def named_by_the_data(x, w, b, rng):
    raise type(f"E{x[0]}", (Exception,), {})


def function_named_by_the_data(x, w, b, rng):
    def f():
        pass

    f.__name__ = f"f{b}"
    return f


def object_named_by_the_data(x, w, b, rng):
    return type(f"T{b}", (), {})()


def prints_and_warns(x, w, b, rng):
    import warnings

    print(x, b)
    warnings.warn(f"{b}", stacklevel=1)
    return x, b, f"{b}"


LEAKS = {
    "returns the data": lambda x, w, b, rng: (x, b, f"{b}"),
    "returns text": lambda x, w, b, rng: f"{b}",
    "returns it as keys": lambda x, w, b, rng: {f"{b}": x},
    "returns a list": lambda x, w, b, rng: x.tolist(),
    "prints and warns": prints_and_warns,
    "raises": raises(ValueError),
    "raises with the data as name": named_by_the_data,
    "raises NotImplementedError": raises(NotImplementedError),
    "raises TypeError": raises(TypeError),
    "exits": raises(SystemExit),
    "returns a function": function_named_by_the_data,
    "returns an object": object_named_by_the_data,
    "returns NaN": lambda x, w, b, rng: (x * np.nan, b, ""),
    "changes": lambda x, w, b, rng: (x.fill(0), b, ""),
    "nothing to call": SECRET,
    "too few arguments": lambda: 1,
}
NUMBER = re.compile(r"123\D?4|1\.2346")


@pytest.mark.parametrize("name", LEAKS)
def test_no_number_of_a_secret_question_is_told(build, name):
    case = build(solve, Values(secret_cases), returns=("y", "b", "word"), public=False)
    verdict = case.verdict(LEAKS[name])
    told = [
        to_text(verdict, "mistake"),
        to_html(verdict),
        repr(to_data(verdict)),
        headline(verdict),
    ]
    for text in told:
        assert not NUMBER.search(text), text
    if verdict.not_started:
        return
    public = build(solve, Values(secret_cases), returns=("y", "b", "word")).verdict(LEAKS[name])
    assert NUMBER.search(to_text(public)), "the test would notice the number"


def test_a_secret_verdict_still_names_the_mistake_and_the_kind_of_error(build):
    def generator(x, w, b, rng):
        """A generator is no array."""
        return (i for i in x)

    case = build(solve, Values(secret_cases), mistakes=[generator], public=False)
    verdict = case.verdict(lambda x, w, b, rng: (2 * i for i in x))
    assert verdict.mistake == "generator"
    assert "a generator" in verdict.findings[0].says
    assert "ZeroDivisionError" in case.verdict(lambda x, w, b, rng: 1 / 0).findings[0].says


def test_what_may_be_told_of_an_answer_is_a_word_of_ours():
    asked = question("a", x=1.0)
    for problem in ("error", "not data", "not callable", "not implemented"):
        told = without_numbers(
            Answer(None, problem, "zzz", "zzz", ("zzz", "x"), "zzz", ("zzz",)), asked
        )
        assert "zzz" not in repr(told)
        assert told.changed == ("x",)
    assert (
        without_numbers(Answer(None, "not data", NOT_DATA[0] + " zzz"), asked).detail == NOT_DATA[0]
    )


def test_a_rare_exception_tells_nothing_of_a_secret_question():
    """Its name is the student's choice: fifty of them could spell a number."""
    told = without_numbers(Answer(None, "error", "FileExistsError"), question("a", x=1.0))
    assert told.detail == "an exception"
