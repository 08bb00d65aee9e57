"""Comparison: the first thing that is wrong is said, in words that a student understands."""

import numpy as np
import pytest

from autograder.compare import (
    Tolerance,
    compare,
    describe,
    interval,
    is_interval,
    leaves,
    middle,
)

R = np.array([[1.0, -2.0, 3.0], [0.5, 0.0, 1e-8]])


def told(got, right, *rest, **more):
    """The only difference, as one text."""
    (difference,) = compare(got, right, *rest, **more)
    return f"{difference.says} {difference.evidence}".strip()


# What is right ------------------------------------------------------------------------------

RIGHT = {
    "itself": (R, R),
    "another order of operations": (R * (1 + 1e-12), R),
    "a list for a tuple": ([R, 1.0], (R, 1.0)),
    "a tuple for a list": ((R, 1.0), [R, 1.0]),
    "a NumPy number for a float": (np.float64(1.5), 1.5),
    "a 0-d array for a float": (np.array(1.5), 1.5),
    "int32 for int64": (np.array([1, 2], np.int32), np.array([1, 2])),
    "an int for a NumPy integer": (3, np.int64(3)),
    "a NumPy truth for a bool": (np.bool_(True), True),
    "NaN where NaN is right": (np.array([np.nan, 1]), np.array([np.nan, 1.0])),
    "infinity where it is right": (np.array([np.inf, -np.inf]), np.array([np.inf, -np.inf])),
    "minus zero": (np.array([-0.0]), np.array([0.0])),
    "text": ("relu", "relu"),
    "None": (None, None),
    "an empty list": ([], []),
    "an empty array": (np.zeros((0, 3)), np.zeros((0, 3))),
    "a long integer": (10**30, 10**30),
    "a complex number": (np.array([1 + 1j]), np.array([1 + 1j])),
    "dictionaries in another order": ({"b": 1.0, "a": R}, {"a": R, "b": 1.0}),
    "float32 to its own precision": (np.float32([0.1]) * np.float32(1.00001), np.float32([0.1])),
}


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_right_has_no_difference(name):
    assert compare(*RIGHT[name]) == []


# What is wrong, each in its own words -------------------------------------------------------

WRONG = {
    "None": (None, R, "dx is None. Does every path through your function end in a return?"),
    "a list": (R.tolist(), R,
               "dx should be an array, but is a list of 2 items. Return a NumPy array: np.array(…) makes one of a list."),
    "a list for a number": ([1.0], 1.0, "dx should be a number, but is a list of 1 item."),
    "a tuple of one": ((R,), R, "dx should be an array, but is a tuple of 1 item."),
    "text": ("a", R, "dx should be an array, but is a str."),
    "a dictionary": ({}, 1.0, "dx should be a number, but is a dict."),
    "an array for a tuple": (R, (R, R), "dx should be a tuple of 2 items, but is an array of shape (2, 3) and dtype float64."),
    "a number for a list": (1.0, [R], "dx should be a list of 1 item, but is a float."),
    "too few": ((R,), (R, R), "dx should hold 2 items, but holds 1."),
    "a missing key": ({"a": 1}, {"a": 1, "b": 2}, "dx should be a dictionary with the keys 'a', 'b', but is a dict."),
    "a wrong shape": (R.T, R, "dx has shape (3, 2), but should have shape (2, 3)."),
    "a column": (np.zeros((2, 1)), np.zeros(2), "dx has shape (2, 1), but should have shape (2,)."),
    "an array for a number": (np.zeros(1), 0.0, "dx has shape (1,), but should have shape ()."),
    "float32": (R.astype(np.float32), R,
                "dx has dtype float32, but should have dtype float64. The dtype that comes in should go out: float64 to float64."),
    "float64 for float32": (R, R.astype(np.float32),
                "dx has dtype float64, but should have dtype float32. The dtype that comes in should go out: float32 to float32."),
    "integers": (R.astype(int), R, "dx has dtype int64, but should have dtype float64. Whole numbers cut off"),
    "truths": (R > 0, R, "dx has dtype bool, but should have dtype float64. A comparison gives True and False"),
    "complex": (R + 0j, R, "dx has dtype complex128, but should have dtype float64. Something on the way is complex"),
    "an int for a float": (1, 1.0, "dx is an int, but should be a float."),
    "a float for an int": (3.0, 3, "dx is a float, but should be an int."),
    "a bool for an int": (True, 1, "dx is a bool, but should be an int."),
    "an int for a bool": (1, True, "dx should be a bool, but is an int."),
    "a bool for a float": (True, 1.0, "dx is a bool, but should be a float."),
    "a number for text": (1, "relu", "dx should be a str, but is an int."),
    "an array for text": (R, "relu", "dx should be a str, but is an array of shape (2, 3)"),
    "other text": ("tanh", "relu", "dx is wrong. You returned 'tanh'."),
    "a value for None": (1.0, None, "dx should be None, but is a float."),
    "NaN": (np.array([1.0, np.nan, np.nan]), np.array([1.0, 2.0, 3.0]),
            "dx holds values that are not finite (NaN or infinity). Entry [1] of dx is nan; 2 of 3 entries are not finite, and should be."),
    "infinity for a number": (np.inf, 1.0, "dx is not finite: it is NaN or infinity. It is inf."),
    "a number for infinity": (np.array([1e300]), np.array([np.inf]), "Entry [0] of dx is 1e+300, but should be inf; 1 of 1 entries is wrong."),
    "the worst entry": (R + np.array([[0, 0, 0], [0.01, 1e-6, 0]]), R,
                        "dx is wrong. Entry [1, 0] of dx is 0.51, but should be 0.5; 2 of 6 entries are wrong."),
    "a number": (2.5, 2.0, "dx is wrong. It is 2.5, but should be 2."),
    "a whole number": (np.array([1, 5]), np.array([1, 4]), "Entry [1] of dx is 5, but should be 4; 1 of 2 entries is wrong."),
    "digits beyond the ninth": (0.1 + 3e-10, 0.1, "dx is wrong. It is 0.1000000003, but should be 0.10000000000000001."),
    "an imaginary part": (np.array([1 + 5j]), np.array([1 + 0j]), "dx is wrong. Entry [0] of dx is 1+5j, but should be 1+0j"),
    "an enormous integer": (10**30, 3, "dx is wrong. It is an enormous integer."),
    "another enormous integer": (10**30 + 1, 10**30, "dx is wrong. You returned 1000000000000000000000000000001."),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_in_its_own_words(name):
    got, right, words = WRONG[name]
    assert told(got, right, "dx").startswith(words) or words in told(got, right, "dx")


def test_the_parts_of_a_tuple_go_by_their_names():
    differences = compare((R, R, 2.0), (R, 2 * R, 1.0), names=("dx", "dw", "loss"))
    assert [d.which for d in differences] == ["dw", "loss"]
    assert told((R,), (R, R), names=("dx", "dw")) == (
        "the result should hold 2 items (dx, dw), but holds 1."
    )


def test_parts_without_a_name_go_by_their_place():
    differences = compare([R, [R, 1.0]], [R, [2 * R, 2.0]])
    assert [d.which for d in differences] == ["the result[1][0]", "the result[1][1]"]
    assert [name for name, _ in leaves({"w": [R, R]}, "params")] == ["params['w'][0]", "params['w'][1]"]  # fmt: skip


def test_what_is_returned_is_described_without_its_numbers():
    assert describe(np.full(3, 7.25)) == "an array of shape (3,) and dtype float64"
    for value in (7.25, 7, [7.25], {"7.25": 1}, "7.25", np.float64(7.25)):
        assert "7" not in describe(value)


def test_text_that_was_returned_is_cut():
    assert len(told("a" * 10**6, "relu")) < 200


# Tolerance ----------------------------------------------------------------------------------


def test_an_entry_may_be_off_by_rounding_and_no_more():
    assert compare(R * (1 + 5e-10), R) == []
    assert compare(R * (1 + 5e-9), R) != []


def test_a_zero_may_be_off_by_the_rounding_of_the_largest_entry():
    right = np.array([1e6, 0.0])
    assert compare(np.array([1e6, 1e-7]), right) == []
    assert compare(np.array([1e6, 1e-3]), right) != []


def test_an_exercise_may_be_more_lenient():
    assert compare(1.01, 1.0, tolerance=Tolerance(entry=0.02, block=0)) == []


def test_float32_has_a_tolerance_of_its_own():
    right = np.float32([1.0, 2.0])
    assert compare(right * np.float32(1.00005), right) == []
    assert compare(right * np.float32(1.001), right) != []


# Intervals ----------------------------------------------------------------------------------

KINK = interval([0.0, 0.25], [1.0, 0.25], [1e-12, 1e-12])


def test_every_subgradient_at_a_kink_is_right():
    assert is_interval(KINK)
    for first in (0.0, 0.3, 1.0):
        assert compare(np.array([first, 0.25]), KINK) == []


def test_outside_a_kinks_interval_both_ends_are_named():
    assert told(np.array([1.5, 0.25]), KINK, "dz") == (
        "dz is wrong. Entry [0] of dz is 1.5, but should be between 0 and 1 ± 1e-12; "
        "1 of 2 entries is wrong."
    )


def test_a_wrong_derivative_is_told_with_its_error_bar():
    right = interval([[0.1, 0.25]], [[0.1, 0.25]], [[1e-12, 1e-12]])
    assert told(np.array([[0.1, 0.49]]), right, "the derivative") == (
        "the derivative is wrong. Entry [0, 1] of the derivative is 0.49, "
        "but should be 0.25 ± 1e-12; 1 of 2 entries is wrong."
    )


def test_a_derivative_may_lie_within_four_error_bars():
    right = interval(1.0, 1.0, 1e-3)
    assert compare(1.0039, right) == []
    assert compare(1.0045, right) != []


def test_the_middle_of_an_interval_stands_for_it():
    np.testing.assert_array_equal(middle(KINK), [0.5, 0.25])
    np.testing.assert_array_equal(middle(R), R)


def test_comparing_hostile_values_warns_of_nothing():
    with np.errstate(all="raise"):
        for got in (np.array([np.inf, -np.inf, np.nan]), np.array([1e308, -1e308, 5e-324])):
            compare(got, np.array([1.0, 1e-300, 1e308]))


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "complex128", "complex64"])
@pytest.mark.parametrize("right", [np.inf, -np.inf])
def test_an_infinite_right_entry_is_not_near_to_everything(dtype, right):
    wanted = np.array([right, 1.0], dtype)
    assert not compare(wanted.copy(), wanted)
    for wrong in (5.0, -right, np.nan):
        got = np.array([wrong, 1.0], dtype)
        assert [each.which for each in compare(got, wanted)] == ["the result"]
    assert compare(5.0, float(right))
    assert not compare(float(right), float(right))


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
def test_an_infinite_entry_is_not_near_to_a_right_one(dtype):
    wanted = np.array([1.0, 2.0], dtype)
    for wrong in (np.inf, -np.inf, np.nan):
        (difference,) = compare(np.array([1.0, wrong], dtype), wanted)
        assert difference.kind == "finite"
