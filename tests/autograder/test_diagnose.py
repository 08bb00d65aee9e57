"""Naming a mistake: each slip that any exercise invites is named, and nothing else is."""

import numpy as np
import pytest

from autograder.checks import Broken, Property, Values
from autograder.exercise import Along, question
from tests.conftest import linear_backward

RNG = np.random.default_rng(5)
U = RNG.normal(size=(4, 3))
SQUARE = RNG.normal(size=(3, 3))
VECTOR = RNG.normal(size=5)


def named(case, student):
    verdict = case.verdict(student)
    assert not verdict.right
    return verdict.mistake


def same(u):
    return u * 1.5


# Slips of one array -------------------------------------------------------------------------

SLIPS = {
    "sign": lambda u: -same(u),
    "transposed": lambda u: same(u).T,
    "factor N": lambda u: same(u) * len(u),
    "factor 1/N": lambda u: same(u) / len(u),
    "factor 2": lambda u: same(u) * 2,
    "factor 1/2": lambda u: same(u) / 2,
    "factor": lambda u: same(u) * 1.37,
    "sign and factor": lambda u: same(u) * -1.37,
    "constant added": lambda u: same(u) + 0.25,
    "constant column": lambda u: same(u) + np.array([0.1, -0.5, 2.0])[: u.shape[1]],
    "all zero": lambda u: np.zeros_like(u),
    "reordered": lambda u: same(u)[::-1],
    "reshaped": lambda u: same(u).ravel(),
    "summed": lambda u: same(u).sum(axis=0),
    "imprecise": lambda u: same(u.astype(np.float32)).astype(float),
    "ignores u": lambda u: same(U) + np.sin(np.arange(12).reshape(4, 3)),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_named(case, slip):
    assert named(case(same, {"u": U}, depends=("u",)), SLIPS[slip]) == slip


def test_a_transposed_square_matrix_is_named(case):
    assert named(case(same, {"u": SQUARE}), lambda u: same(u).T) == "transposed"


@pytest.mark.parametrize("slip", ["sign", "factor N", "factor", "all zero", "constant added"])
def test_a_slip_is_named_when_it_shows_in_every_case(case, slip):
    several = case(same, [{"u": U}, {"u": U[:2] + 1}, {"u": np.ones((2, 2))}])
    assert named(several, SLIPS[slip]) == slip


def test_a_slip_that_explains_one_case_and_not_the_other_is_not_named(case):
    several = case(same, [{"u": U}, {"u": U + 1}])

    def student(u):
        return -same(u) if np.array_equal(u, U) else np.cos(u)

    assert named(several, student) == ""


def test_the_sum_over_the_batch_that_is_missing_is_named(linear):
    def student(upstream, x, w, b):
        return upstream @ w.T, x.T @ upstream, upstream

    verdict = linear().verdict(student)
    assert verdict.mistake == "sum missing"
    assert verdict.explanation == "db is not summed over axis 0."


def test_a_sum_over_the_wrong_axis_is_named(case):
    assert named(case(lambda u: u.sum(axis=0), {"u": SQUARE}), lambda u: u.sum(axis=1)) == "wrong axis"  # fmt: skip
    assert named(case(lambda u: u.max(axis=0), {"u": U}), lambda u: u.max(axis=1)) == "wrong axis"


def test_a_softmax_over_the_wrong_axis_is_named(case):
    def softmax(x, axis=1):
        return np.exp(x) / np.exp(x).sum(axis=axis, keepdims=True)

    verdict = case(softmax, {"x": U}).verdict(lambda x: softmax(x, 0))
    assert verdict.mistake == "wrong axis"
    assert verdict.explanation == "The result adds up to 1 over axis 0, but should over axis 1."


def test_results_in_another_order_are_named(linear):
    def student(upstream, x, w, b):
        dx, dw, db = linear().solve(upstream, x, w, b)
        return dw, dx, db

    verdict = linear().verdict(student)
    assert verdict.mistake == "swapped"
    assert verdict.explanation == "dx holds what dw should be: mind the order."


def test_an_upstream_gradient_that_is_ignored_is_named(linear):
    def student(upstream, x, w, b):
        return linear().solve(np.cos(x @ w), x, w, b)

    assert linear().verdict(student).mistake == "ignores upstream"


def test_an_upstream_gradient_that_is_stale_is_named(linear):
    def student(upstream, x, w, b):
        return linear().solve(np.resize(np.sin(np.arange(8.0)), upstream.shape), x, w, b)

    assert linear().verdict(student).mistake == "ignores upstream"


def test_an_argument_on_which_the_answer_need_not_depend_is_not_missed(linear):
    def student(upstream, x, w, b):
        return tuple(part + np.cos(part) for part in linear().solve(upstream, x, w, b))

    assert linear().verdict(student).mistake == ""


# What is merely different -------------------------------------------------------------------

DIFFERENT = {
    "noise": lambda u: same(u) + np.sin(37 * u) * 0.3,
    "another function": lambda u: np.tanh(u),
    "one entry": lambda u: same(u) + (u == u.max()),
    "one row": lambda u: same(u) + np.arange(len(u))[:, None] * np.cos(u),
    "squares": lambda u: u**2,
    "a wrong shape": lambda u: np.zeros((7, 2)),
    "another row": lambda u: np.cos(u)[:1],
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_is_merely_different_has_no_name(case, name):
    assert named(case(same, [{"u": U}, {"u": SQUARE}], depends=("u",)), DIFFERENT[name]) == ""


@pytest.mark.parametrize("right", [2.7, 3, -1.25, 0.0])
def test_one_wrong_number_is_not_called_a_multiple_of_the_right_one(case, right):
    for wrong in (right + 1.37, right * 1.9 + 1):
        wrong = type(right)(wrong) if type(right) is float else int(wrong)
        assert named(case(lambda x: right, {"x": U}), lambda x, wrong=wrong: wrong) == ""


def test_a_loss_times_the_number_of_samples_is_named(case):
    several = case(lambda x: float((x**2).mean(axis=0).sum()), [{"x": U}, {"x": U[:3]}])
    verdict = several.verdict(lambda x: float((x**2).sum()))
    assert verdict.mistake == "factor N"
    assert "the 4 rows of x?" in verdict.explanation


@pytest.mark.parametrize("value", [True, "text", None, np.array([True]), np.array([1j])])
def test_what_is_no_number_has_no_slip(case, value):
    assert named(case(lambda u: 1.0, {"u": U}), lambda u: value) == ""
    assert named(case(lambda u: "yes", {"u": U}), lambda u: value) == ""
    assert named(case(lambda u: value is not True, {"u": U}), lambda u: value) == ""


# Known mistakes -----------------------------------------------------------------------------


def averaged(upstream, x, w, b):
    """db is averaged over the batch."""
    return upstream @ w.T, x.T @ upstream, upstream.mean(axis=0)


def square_root(upstream, x, w, b):
    """A mistake that differs in dx alone."""
    dx, dw, db = upstream @ w.T, x.T @ upstream, upstream.sum(axis=0)
    return np.sign(dx) * np.sqrt(np.abs(dx)), dw, db


def raising(upstream, x, w, b):
    """b has no transpose that matters."""
    return upstream @ w, x, b


def test_a_known_mistake_is_named_with_its_sentence(linear):
    case = linear(mistakes=[averaged, square_root])
    verdict = case.verdict(averaged)
    assert (verdict.mistake, verdict.explanation) == ("averaged", "db is averaged over the batch.")


def test_a_known_mistake_computed_in_another_order_is_named(linear):
    def student(upstream, x, w, b):
        dx, dw, db = averaged(upstream, x, w, b)
        return dx, dw, db * (1 + 1e-9)

    assert linear(mistakes=[averaged]).verdict(student).mistake == "averaged"


# Rounding -----------------------------------------------------------------------------------


def single(upstream, x, w, b):
    """float32 went in, and float64 comes out."""
    return tuple(part.astype(np.float64) for part in linear_backward(upstream, x, w, b))


def test_a_mistake_in_float32_is_named_where_float32_rounds_otherwise(case):
    rng = np.random.default_rng(2)
    shapes = {"upstream": (4, 2), "x": (4, 3), "w": (3, 2), "b": (2,)}
    given = {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    right = case(linear_backward, given, mistakes=[single], returns=("dx", "dw", "db"))

    def elsewhere(upstream, x, w, b):
        return tuple(part * (1 + 3e-7 * np.cos(part)) for part in single(upstream, x, w, b))

    assert named(right, elsewhere) == "single"


def test_a_mistake_is_named_beside_a_part_that_is_zero_but_for_rounding(case):
    def right(u):
        return u, np.full(3, 3e-17)

    def squared(u):
        """It is squared."""
        return u**2, np.full(3, 4e-17)

    def cubed(u):
        """It is cubed."""
        return u**3, np.full(3, 4e-17)

    several = case(right, {"u": U}, mistakes=[squared, cubed], returns=("a", "b"))
    assert named(several, lambda u: (u**2, np.array([-1e-17, 0, 5e-17]))) == "squared"


def test_two_mistakes_that_differ_beside_a_large_part_are_told_apart(case):
    def right(u):
        return 1e6 * u, 1e-9 * u

    def first(u):
        """The small part is shifted."""
        return 1e6 * u, 1e-9 * u + 1e-9

    def second(u):
        """The small part is shifted further."""
        return 1e6 * u, 1e-9 * u + 2e-9

    several = case(right, {"u": U}, mistakes=[first, second], returns=("a", "b"))
    assert [named(several, slip) for slip in (first, second)] == ["first", "second"]


def test_a_small_part_that_differs_still_tells_two_mistakes_apart(case):
    def right(u):
        return u, 1e-6 * u

    def first(u):
        """The small part is doubled."""
        return u + 1, 2e-6 * u

    def second(u):
        """The small part is tripled."""
        return u + 1, 3e-6 * u

    several = case(right, {"u": U}, mistakes=[first, second], returns=("a", "b"))
    assert [named(several, slip) for slip in (first, second)] == ["first", "second"]


def test_a_known_mistake_in_one_array_is_named_beside_another_slip(linear):
    def student(upstream, x, w, b):
        dx, dw, db = square_root(upstream, x, w, b)
        return dx, dw, db + np.arange(2)

    assert linear(mistakes=[averaged, square_root]).verdict(student).mistake == "square_root"


def test_zeros_in_one_array_are_not_taken_for_a_mistake_that_has_them_there(linear):
    def nothing_comes_back(upstream, x, w, b):
        """Every gradient is zero."""
        return tuple(0 * part for part in linear_backward(upstream, x, w, b))

    def student(upstream, x, w, b):
        dx, dw, db = linear_backward(upstream, x, w, b)
        return 0 * dx, dw, db

    assert linear(mistakes=[nothing_comes_back]).verdict(student).mistake == "all zero"


def test_a_known_mistake_that_raises_is_named(linear):
    case = linear(mistakes=[raising])
    assert case.verdict(raising).mistake == "raising"


def test_an_imprecise_answer_is_not_taken_for_a_mistake_that_is_right_there(build):
    def one(rng):
        yield question("ordinary", z=VECTOR)

    def huge(rng):
        yield question("huge", z=1000 * VECTOR)

    def sigmoid(z):
        return 0.5 * (1 + np.tanh(z / 2))

    def overflowing(z):
        """exp overflows."""
        return np.where(np.abs(z) > 500, np.nan, sigmoid(z))

    case = build(sigmoid, Values(one), Values(huge, title="stable"), mistakes=[overflowing])
    assert case.verdict(overflowing).mistake == "overflowing"
    assert case.verdict(lambda z: sigmoid(z) + 3e-8).mistake == "imprecise"


def test_a_property_that_fails_names_the_mistake_it_establishes(build):
    from autograder.checks import Broken

    def cases(rng):
        yield question("a", x=VECTOR)

    def halved(x):
        """It is halved."""
        return x / 2

    def holds(value, asked, again):
        return Broken("It is too small.", mistake="halved") if np.any(abs(value) < abs(asked.arguments["x"])) else None  # fmt: skip

    case = build(lambda x: x, Property("size", cases, holds), mistakes=[halved])
    verdict = case.verdict(lambda x: x / 3)
    assert (verdict.mistake, verdict.explanation) == ("halved", "It is halved.")


# Where to look ------------------------------------------------------------------------------


def test_where_to_look_tells_the_right_cases_from_the_wrong_ones(linear):
    def student(upstream, x, w, b):
        return upstream @ w.T, x.T @ upstream, upstream.mean(axis=0)

    where = linear().verdict(student).where
    assert "Right for: one sample. Wrong for: four samples." in where
    assert "dx, dw are right, so look at the lines that compute db alone." in where


def test_a_case_is_not_called_right_where_only_a_property_held(build):
    def cases(rng):
        yield question("five numbers", x=VECTOR)
        yield question("ten numbers", x=np.concatenate([VECTOR, VECTOR]))

    def shaped(rng):
        yield question("the shape", x=VECTOR)

    def holds(value, asked, again):
        return None

    case = build(same, Values(cases), Property("shape", shaped, holds))
    where = case.verdict(lambda x: x + 7).where
    assert "Right for" not in where
    assert "wrong in every case where the right answer is known" in where


@pytest.mark.parametrize(
    ("student", "words"),
    [
        (lambda u: np.where(u < 0, 0, same(u)), "The wrong entries are those where u is negative."),
        (lambda u: same(u) + (np.arange(4) == 2)[:, None], "Only row 2 of the result is wrong."),
        (lambda u: same(u) + (np.arange(3) == 1), "Only column 1 of the result is wrong."),
        (lambda u: u - 7, "Every entry of the result is wrong."),
        (lambda u: u @ u, "the one above where"),
    ],
    ids=["negative", "row", "column", "every", "error"],
)
def test_where_to_look_says_which_entries_are_wrong(case, student, words):
    assert words in case(same, {"u": U}).verdict(student).where


def test_where_to_look_says_where_in_a_row_the_wrong_entries_stand(case):
    def wrong_at(*places):
        student = case(same, {"u": VECTOR}).verdict(
            lambda u: same(u) + np.isin(np.arange(5), places)
        )
        return student.where

    assert "The wrong entries of the result are 0 to 2." in wrong_at(0, 1, 2)
    assert "Only entry 3 of the result is wrong." in wrong_at(3)
    assert "Some of its entries are right" in wrong_at(0, 3)


def test_an_answer_that_changes_from_call_to_call_is_named(case):
    def grows(u, seen=[]):  # noqa: B006
        seen.append(u)
        return sum(seen) * 1.5

    assert named(case(same, [{"u": U}, {"u": U + 1}]), grows) == "kept between calls"


def test_code_that_gave_no_answer_is_not_asked_once_more(case):
    """It may have run until its time was up."""
    asked = []

    def fails(u):
        asked.append(u)
        raise RuntimeError

    case(same, [{"u": U}, {"u": U + 1}]).verdict(fails)
    assert len(asked) == 2


def forgets(u):
    """The property is not held."""
    return 0 * u


def test_what_another_check_proves_comes_after_what_is_shown_first(build):
    """A wrong dtype is shown; that a property fails too does not explain it."""

    def cases(rng):
        yield question("one", u=U)

    def holds(value, asked, again):
        return Broken("Not held.", mistake="forgets") if value.dtype == bool else None

    case = build(same, Values(cases), Property("held", cases, holds), mistakes=[forgets])
    verdict = case.verdict(lambda u: u > 0)
    assert verdict.mistake == "forgets"
    assert verdict.explanation.startswith("Mend first what is said above.")


# Along time, and by gate -----------------------------------------------------------------------


def where_along(case, axis, wrong, **what):
    states = RNG.normal(size=(2, 5, 3))
    exercise = {"result": "states", "along": {"states": Along(axis, **what)}}

    def student(x):
        broken = x.copy()
        broken[wrong] += 1.0
        return broken

    return case(lambda x: x, {"x": states}, **exercise).verdict(student).where


def test_the_step_at_which_an_error_begins_is_told(case):
    told = where_along(case, 1, np.s_[:, 2:])
    assert "the error in states begins at step 2 of 0 to 4. Steps 0 to 1 are right." in told


def test_on_the_way_back_an_error_begins_at_the_latest_wrong_step(case):
    told = where_along(case, 1, np.s_[:, :4], backward=True)
    assert "begins at step 3 of 0 to 4. Step 4 is right." in told
    told = where_along(case, 1, np.s_[1, :], backward=True)
    assert "begins at step 4 of 0 to 4. That is where the way back begins." in told


def test_the_gate_whose_columns_are_wrong_is_told(case):
    told = where_along(case, 2, np.s_[:, :, 1], blocks=("gate r", "gate z", "gate n"))
    assert "the part of gate z is wrong; those of gate r and gate n are right." in told
    told = where_along(case, 2, np.s_[:], blocks=("gate r", "gate z", "gate n"))
    assert "the parts of gate r, gate z and gate n are wrong." in told


def test_a_part_that_is_named_by_a_phrase_is_called_by_it(case):
    def wrong(u):
        return {"the reset gate": u, "z": u}

    right = case(lambda u: {"the reset gate": 2 * u, "z": u}, {"u": U})
    assert right.verdict(wrong).findings[0].which == "the reset gate"


def test_a_later_check_that_takes_the_result_apart_says_which_part_is_wrong(build):
    def cases(rng):
        yield question("whole", x=np.ones(3), apart=False)

    def apart(rng):
        yield question("in parts", x=np.ones(3), apart=True)

    def drive(student, arguments):
        value = student(arguments["x"])
        return {"the sum": value.sum(), "the first": value[0]} if arguments["apart"] else value

    checks = Values(cases), Values(apart, title="part by part")
    built = build(lambda x: 2 * x, *checks, drive=drive)
    told = built.verdict(lambda x: 2 * x + np.array([0, 0, 1])).where
    assert "Part by part: the sum is wrong; the first is right." in told
