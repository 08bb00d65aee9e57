"""The kinds of check: what each asks, what it accepts, and how much of its share is earned."""

import numpy as np
import pytest

from autograder.checks import Broken, CannotTell, Gradient, Property, Values, stays_single
from autograder.exercise import question

X = np.array([[1.0, 2.0, 3.0], [-1.0, 0.5, 2.0]])


def one_case(rng):
    yield question("a matrix", x=X)


def two_cases(rng):
    yield question("a matrix", x=X)
    yield question("a matrix", x=-X)  # the same words on purpose


def moments(x):
    return x.mean(), x.std()


def says(verdict):
    return [finding.says for finding in verdict.findings]


# Values -------------------------------------------------------------------------------------


def test_each_part_that_is_right_in_every_case_earns_its_part_of_the_points(build):
    case = build(moments, Values(two_cases), returns=("mean", "std"))
    assert case.verdict(moments).points == 2
    assert case.verdict(lambda x: (x.mean(), x.std() + 1)).points == 1
    assert case.verdict(lambda x: (x.mean() + 1, x.std() + 1)).points == 0


def test_a_part_that_is_wrong_in_one_case_earns_nothing(build):
    case = build(moments, Values(two_cases), returns=("mean", "std"))
    verdict = case.verdict(lambda x: (abs(x.mean()), x.std()))
    assert verdict.points == 1
    assert {f.which for f in verdict.findings} == {"mean"}


def test_one_part_is_not_taken_for_another_that_begins_alike(build):
    case = build(
        lambda x: (x, 2 * x, 3 * x), Values(one_case), returns=("dw", "dw2", "db"), points=3
    )
    assert case.verdict(lambda x: (x + 1, 2 * x, 3 * x)).points == 2


def test_eleven_parts_without_names_are_eleven_parts(build):
    case = build(lambda x: [x * i for i in range(11)], Values(one_case), points=11)
    assert case.verdict(lambda x: [x * (i + (i == 1)) for i in range(11)]).points == 10


@pytest.mark.parametrize("wrong", [[1.0], None, 3.0, (), {}])
def test_no_wrong_answer_earns_points_where_the_right_one_is_empty(build, wrong):
    case = build(lambda x: [], Values(one_case))
    verdict = case.verdict(lambda x: wrong)
    assert verdict.right == (wrong == ())  # a tuple for a list is fine
    assert verdict.points == (2 if verdict.right else 0)


def test_an_error_in_one_case_costs_every_part(build):
    def student(x):
        if x[0, 0] < 0:
            raise ValueError("negative")
        return moments(x)

    assert build(moments, Values(two_cases), returns=("mean", "std")).verdict(student).points == 0


def test_two_changed_arguments_are_told_in_the_plural(case):
    def student(a, b):
        a += 1
        b += 1
        return a + b

    both = case(lambda a, b: a + b, {"a": np.ones(2), "b": np.ones(2)})
    assert says(both.verdict(student)) == [
        "Your function changes its arguments a and b. Work on copies: the caller keeps them."
    ]


def test_a_changed_argument_is_a_finding_though_the_answer_is_right(build):
    def student(x):
        mean, std = moments(x)
        x -= mean
        return mean, std

    verdict = build(moments, Values(one_case), returns=("mean", "std")).verdict(student)
    assert says(verdict) == [
        "Your function changes its argument x. Work on a copy: the caller keeps it."
    ]
    assert verdict.points == 0


# Gradient -----------------------------------------------------------------------------------


def smooth_cases(rng):
    yield question("a matrix", upstream=rng.normal(size=(2, 3)), x=X)


def forward(x):
    return np.maximum(x, 0) ** 2


def test_a_gradient_is_judged_by_the_forward_function_alone(build):
    case = build(forward, Gradient(smooth_cases, of="demo.forward"))
    assert case.verdict(lambda upstream, x: upstream * 2 * np.maximum(x, 0)).right
    assert not case.verdict(lambda upstream, x: upstream * 2.001 * np.maximum(x, 0)).right
    assert not case.verdict(lambda upstream, x: 2 * np.maximum(x, 0)).right


def test_every_subgradient_at_a_kink_is_accepted_and_nothing_beyond(build):
    def at_the_kink(rng):
        yield question("the kink", x=np.array([0.0, 1.0, -1.0]))

    case = build(lambda x: np.maximum(x, 0), Gradient(at_the_kink, of="f", elementwise=True))
    for at_zero in (0.0, 0.5, 1.0):
        assert case.verdict(lambda x, at_zero=at_zero: np.array([at_zero, 1.0, 0.0])).right
    assert not case.verdict(lambda x: np.array([1.5, 1.0, 0.0])).right


def test_a_case_whose_derivative_cannot_be_established_is_refused():
    def jump(rng):
        yield question("a jump", x=np.array([0.0, 1.0]))

    check = Gradient(jump, of="f", elementwise=True)
    (asked,) = check.questions(np.random.default_rng(0))
    with pytest.raises(CannotTell, match="cannot be established for the case 'a jump'"):
        check.right(asked, lambda asked: None, lambda name: np.sign)


# Property -----------------------------------------------------------------------------------


def rows_sum_to_one(value, asked, again):
    if not np.allclose(value.sum(axis=1), 1):
        return Broken("The rows do not add up to 1.", f"The first adds up to {value[0].sum()}.")
    if not np.allclose(again(x=asked.arguments["x"] + 1), value):
        return Broken("Adding 1 to every input changes the output.")
    return None


def softmax(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


SUMS = Property("rows", two_cases, rows_sum_to_one)


def test_a_property_accepts_whatever_has_it(build):
    case = build(softmax, SUMS)
    assert case.verdict(softmax).right
    assert case.verdict(lambda x: np.full(x.shape, 1 / 3)).right


def test_a_broken_property_says_which_one(build):
    verdict = build(softmax, SUMS).verdict(lambda x: np.exp(x))
    assert says(verdict)[0] == "The rows do not add up to 1."
    assert verdict.findings[0].evidence.startswith("The first adds up to")
    assert verdict.points == 0


def test_a_property_may_ask_again(build):
    def student(x):
        return softmax(x**2)

    assert "Adding 1 to every input" in says(build(softmax, SUMS).verdict(student))[0]


def test_an_error_when_asked_again_is_told_with_that_question(build):
    calls = []

    def student(x):
        calls.append(x)
        if len(calls) == 2:
            raise ZeroDivisionError
        return softmax(x)

    verdict = build(softmax, SUMS).verdict(student)
    assert says(verdict) == ["Your code raised ZeroDivisionError."]
    np.testing.assert_array_equal(verdict.findings[0].question.arguments["x"], X + 1)


@pytest.mark.parametrize("answer", [None, 3.0, "text", [1, 2], {}, np.zeros(()), 10**30, (1, "a")])
def test_an_answer_of_another_form_breaks_the_property_and_not_the_check(build, answer):
    verdict = build(softmax, SUMS).verdict(lambda x: answer)
    assert not verdict.right


@pytest.mark.parametrize("error", [ZeroDivisionError, OverflowError, AssertionError, KeyError])
def test_no_error_of_a_property_reaches_the_student(build, error):
    def holds(value, asked, again):
        if value != 1:
            raise error

    verdict = build(lambda x: 1.0, Property("p", one_case, holds)).verdict(lambda x: 2.0)
    assert says(verdict) == ["The result has not the form that the exercise asks for."]


# float32 ------------------------------------------------------------------------------------


def single_case(rng):
    yield question("float32", x=X.astype(np.float32))


STAYS = Property("float32", single_case, stays_single("in_double"))


def test_float32_that_stays_is_accepted_though_a_part_is_rounding_alone(build):
    def student(x):
        return softmax(x), softmax(x).sum(axis=1) - 1

    assert build(student, STAYS).verdict(student).right


def test_float64_that_comes_out_of_float32_is_named(build):
    def in_double(x):
        """It is float64."""
        return softmax(x).astype(np.float64)

    verdict = build(softmax, STAYS, mistakes=[in_double]).verdict(in_double)
    assert says(verdict) == ["float32 went in, and float64 came out: the dtype should stay."]
    assert verdict.mistake == "in_double"


def test_numbers_that_are_wrong_in_float32_alone_are_refused(build):
    def student(x):
        return softmax(x) * (1.01 if x.dtype == np.float32 else 1)

    assert "differ from those in float64" in says(build(softmax, STAYS).verdict(student))[0]


def test_zeros_have_not_stayed_float32(build):
    """They earned a fifth of the points of a gradient that is never zero."""
    assert says(build(softmax, STAYS).verdict(np.zeros_like)) == [
        "All numbers are zero, in float32 and in float64."
    ]


@pytest.mark.parametrize("answer", [None, 3.0, [], "text"])
def test_what_is_no_array_does_not_stay_float32(build, answer):
    assert not build(softmax, STAYS).verdict(lambda x: answer).right


# Several checks -----------------------------------------------------------------------------


def stable_cases(rng):
    yield question("huge inputs", x=1000 * X)


def test_the_first_check_is_the_ground_of_all_others(build):
    case = build(softmax, Values(one_case), Property("rows", one_case, rows_sum_to_one, share=9))
    assert case.verdict(lambda x: np.full(x.shape, 1 / 3)).points == 0


def test_a_check_earns_its_share(build):
    case = build(softmax, Values(one_case), Values(stable_cases, title="stable", share=0.5),
                 points=3)  # fmt: skip
    naive = case.verdict(lambda x: np.exp(x) / np.exp(x).sum(axis=1, keepdims=True))
    assert naive.points == 2
    assert says(naive) == ["The result holds values that are not finite (NaN or infinity)."]


def test_what_is_written_for_the_first_check_counts_though_the_rest_is_not(build):
    def student(x):
        if np.abs(x).max() > 100:
            raise NotImplementedError
        return softmax(x)

    verdict = build(softmax, Values(one_case), Values(stable_cases, title="stable")).verdict(
        student
    )
    assert verdict.points == 1
    assert not verdict.not_started
    assert says(verdict) == ["Not implemented yet."]
