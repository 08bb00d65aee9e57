"""Mutants: each is the solution with one mechanical change, and none is the solution."""

import numpy as np
import pytest

from autograder.mutants import mutants


def arithmetic(x, y):
    """A docstring is no code: 1 + 1."""
    return (x + y) * 2 / 3.5 - x**2


def branches(x):
    if x > 0 and x != 3:
        return -x
    return 1.0 if x is None else 0


def arrays(x, w):
    total = np.zeros(2)
    total += np.maximum(x @ w.T, 0).sum(axis=0, keepdims=False)
    return np.where(total > 1, np.exp(total), total.mean())


class Counter:
    """A class mutates too."""

    def __init__(self, start):
        self.start = start + 1

    def next(self):
        self.start += 1
        return self.start


def changes(function):
    return [mutant.change for mutant in mutants(function)]


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (arithmetic, ["x + y → x - y", "x + y → x", "x + y → y", "2 → 3", "3.5 → 5.25", "x ** 2 → x * 2"]),
        (branches, ["x > 0 → x >= 0", "x > 0 → x < 0", "x != 3 → x == 3", "-x → x", "x > 0 and x != 3 → x > 0 or x != 3",
                    "1.0 if x is None else 0 → 1.0", "x is None → x is not None", "condition negated"]),
        (arrays, ["x @ w.T → x * w.T", "w.T → w", "axis= dropped", "np.maximum → np.minimum", "np.zeros → np.ones", "total = np.max",
                  "np.exp(total) → total", "np.where(total > 1, total.mean(), np.exp(total))"]),
        (Counter, ["start + 1 → start - 1", "self.start += 1 → self.start = 1", "self.start -= 1"]),
    ],
)  # fmt: skip
def test_operators_constants_axes_signs_and_dropped_terms_are_changed(function, expected):
    told = "\n".join(changes(function))
    for change in expected:
        assert change in told


def test_each_mutant_is_another_program_than_the_solution():
    for function in (arithmetic, branches, arrays, Counter):
        told = changes(function)
        assert all("→" in change or "dropped" in change or "negated" in change for change in told)
        assert not [c for c in told if "→" in c and c.split(": ", 1)[1].split(" → ")[0] == c.split(" → ")[1]]  # fmt: skip


def test_a_docstring_is_not_mutated():
    assert not any("docstring" in change for change in changes(arithmetic))


def test_mutants_leave_the_solution_as_it_is():
    before = arithmetic(1.0, 2.0)
    assert sum(m.function(1.0, 2.0) != before for m in mutants(arithmetic)) > 10
    assert arithmetic(1.0, 2.0) == before


def test_a_change_names_its_line():
    line = int(changes(branches)[0].split(":")[0].removeprefix("line "))
    assert line == 2


def test_mutants_of_the_same_solution_are_the_same_every_time():
    assert changes(arrays) == changes(arrays)
