"""How drawn weights are judged: by what every right draw has in common, whatever drew it.

A verdict makes fewer than ten tests of autograder/chance.py, each of which refuses a right function with a
probability of at most 10⁻⁸.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.chance import (
    least_reach,
    mean_is_zero,
    neighbors_are_uncorrelated,
    reach,
    rows_are_independent,
    variance_range,
)
from autograder.checks import Broken, Property
from autograder.compare import describe
from autograder.data import Seed
from autograder.exercise import question

# The arrays are as small as the tests allow; their sides are chosen to keep the variances that somebody
# may take for the right one apart from each other. A key holds what each mistake drew of the last kind.
SHAPES = {"scale": (60, 100), "spread": (30, 50), "source": (4, 6)}


def cases_of(kind: str) -> Callable[..., Any]:
    """One layer of about the shape of that kind."""

    def cases(rng):
        d_in, d_out = (side + int(rng.integers(4)) for side in SHAPES[kind])
        seed = Seed(int(rng.integers(2**31)))
        yield question(f"{d_in} inputs, {d_out} units", d_in=d_in, d_out=d_out, rng=seed)

    return cases


Variance = Callable[[int, int], float]
COMMON_SLIPS: dict[str, Variance] = {
    "unscaled": lambda d_in, d_out: 1.0,
    "too_small": lambda d_in, d_out: 1e-4,
}
HE: Variance = lambda d_in, d_out: 2 / d_in  # noqa: E731
HE_SLIPS: dict[str, Variance] = {
    **COMMON_SLIPS,
    "fan_out": lambda d_in, d_out: 2 / d_out,
    "xavier_instead": lambda d_in, d_out: 2 / (d_in + d_out),
    "two_forgotten": lambda d_in, d_out: 1 / d_in,
    "root_forgotten": lambda d_in, d_out: (2 / d_in) ** 2,
    "std_as_uniform_limit": lambda d_in, d_out: 2 / d_in / 3,
}
XAVIER: Variance = lambda d_in, d_out: 2 / (d_in + d_out)  # noqa: E731
XAVIER_SLIPS: dict[str, Variance] = {
    **COMMON_SLIPS,
    "he_instead": lambda d_in, d_out: 2 / d_in,
    "fan_in_only": lambda d_in, d_out: 1 / d_in,
    "two_forgotten": lambda d_in, d_out: 1 / (d_in + d_out),
    "root_forgotten": lambda d_in, d_out: (2 / (d_in + d_out)) ** 2,
    "std_as_uniform_limit": lambda d_in, d_out: 2 / (d_in + d_out) / 3,
    "uniform_limit_as_std": lambda d_in, d_out: 6 / (d_in + d_out),
}


def has_no_form(w: Any, d_in: int, d_out: int) -> Broken | None:
    if type(w) is not np.ndarray:
        return Broken(f"w should be an array of shape (d_in, d_out), but is {describe(w)}.")
    if w.shape != (d_in, d_out):
        transposed = "transposed" if w.shape == (d_out, d_in) else ""
        return Broken(
            f"w has shape {w.shape}, but should have shape {(d_in, d_out)}.", mistake=transposed
        )
    if w.dtype != np.float64:
        return Broken(f"w has dtype {w.dtype}, but should have dtype float64.")
    if not np.isfinite(w).all():
        return Broken("w holds values that are not finite.")
    return None


def has_repeats(w: np.ndarray) -> Broken | None:
    """One column or row standing for all."""
    if np.array_equal(w, np.broadcast_to(w[:, :1], w.shape)):
        return Broken("All columns of w are equal.", mistake="repeated_columns")
    if np.array_equal(w, np.broadcast_to(w[:1], w.shape)):
        return Broken("All rows of w are equal.", mistake="repeated_rows")
    return None


def depends(w: np.ndarray) -> Broken | None:
    """Rows or columns that repeat each other, or go along with each other."""
    for array, noun, what in ((w, "rows", "inputs"), (w.T, "columns", "units")):
        if not rows_are_independent(array):
            says = f"Two {noun} of w are multiples of each other, or nearly so: the weights of different {what} are not drawn independently."
            return Broken(says, mistake=f"repeated_{noun}")
        if not neighbors_are_uncorrelated(array):
            says = f"Neighboring {noun} of w are correlated: the weights of different {what} are not drawn independently."
            return Broken(says)
    return None


def has_variance(variance: Variance, slips: dict[str, Variance]) -> Callable[..., Broken | None]:
    """The property: independent draws of mean 0, and of the variance that the rule asks for."""

    def holds(w: Any, asked: Any, again: Any) -> Broken | None:
        d_in, d_out = asked.arguments["d_in"], asked.arguments["d_out"]
        if broken := has_no_form(w, d_in, d_out):
            return broken
        if not w.any():
            return Broken("Every weight is 0.", mistake="zeros")
        if broken := has_repeats(w):
            return broken
        if not mean_is_zero(w):
            says = "The mean of the weights is not 0, by more than chance allows."
            return Broken(
                says, f"It is {w.mean():.3g}, with a spread of {w.std():.3g}.", "lopsided"
            )
        if broken := depends(w):
            return broken
        lower, upper = variance_range(w.size)
        found, wanted = float(np.square(w).mean()), variance(d_in, d_out)
        if lower <= found / wanted <= upper:
            return None
        bounded = reach(w) < least_reach(w.size)
        fitting = {
            name: abs(math.log(found / slip(d_in, d_out)))
            for name, slip in slips.items()
            if lower <= found / slip(d_in, d_out) <= upper
            and bounded == (name == "std_as_uniform_limit")
        }
        size = "large" if found > wanted else "small"
        return Broken(
            f"The variance of the weights is too {size}, by more than chance allows.",
            f"It is {found:.3g}, but should be {wanted:.3g} (chance allows "
            f"{lower * wanted:.3g} to {upper * wanted:.3g}).",
            min(fitting, key=lambda name: fitting[name]) if fitting else "",
        )

    return holds


def reaches_far(w: Any, asked: Any, again: Any) -> Broken | None:
    """The property: some entries lie as far from 0 as a normal distribution sends them."""
    if broken := has_no_form(w, asked.arguments["d_in"], asked.arguments["d_out"]):
        return broken
    if not w.any():
        return Broken("Every weight is 0.", mistake="zeros")
    if reach(w) < least_reach(w.size):
        says = "The weights are not spread as draws from a normal distribution are: none of them lies far from 0."
        evidence = f"The farthest is {reach(w):.3g} standard deviations away."
        return Broken(says, evidence, "uniform")
    return None


def draws_from_rng(w: Any, asked: Any, again: Any) -> Broken | None:
    """The property: the generator decides, and nothing else does."""
    seed = asked.arguments["rng"]
    if not np.array_equal(w, again()):
        says = "Called twice with generators of the same state, your function draws different numbers: they come from somewhere else than rng."
        return Broken(says, mistake="global_generator")
    if np.array_equal(w, again(rng=Seed(seed.number + 1))):
        says = "Called with generators of different states, your function draws the same numbers: it does not use rng."
        return Broken(says, mistake="own_generator")
    return None


def init_checks(variance: Variance, slips: dict[str, Variance]) -> tuple[Property, ...]:
    """The checks of an initialization whose variance this is; `slips` names others by mistake."""
    return (
        Property(
            "mean, variance, independence", cases_of("scale"), has_variance(variance, slips),
            asks_mistakes=False,
        ),
        Property(
            "normal distribution", cases_of("spread"), reaches_far, share=0.25, asks_mistakes=False
        ),
        Property("randomness from rng", cases_of("source"), draws_from_rng, share=0.5),
    )  # fmt: skip
