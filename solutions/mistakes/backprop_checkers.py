"""Wrong and alternative implementations of the exercises of `backprop` about checking gradients."""

from __future__ import annotations

import numpy as np

from solutions.backprop import gradient_check, numerical_gradient
from solutions.mistakes import alternative, mistake


@mistake(
    of=numerical_gradient,
    says="This is the forward difference, (f(x + step) - f(x)) / step. Its error shrinks only with "
    "the step; looking to both sides, it shrinks with the square of the step.",
)
def forward_difference(f, x, step=1e-5):
    x = np.array(x, dtype=np.float64)
    gradient, value = np.zeros(x.shape), f(x)
    for i in np.ndindex(x.shape):
        moved = x.copy()
        moved[i] += step
        gradient[i] = (f(moved) - value) / step
    return gradient


@mistake(
    of=numerical_gradient,
    says="The difference is divided by step. The two points lie 2 * step apart.",
)
def divided_by_one_step(f, x, step=1e-5):
    return 2 * numerical_gradient(f, x, step)


@mistake(
    of=numerical_gradient,
    says="The difference is not divided by the distance of the two points, which is 2 * step.",
)
def not_divided(f, x, step=1e-5):
    return 2 * step * numerical_gradient(f, x, step)


@mistake(
    of=numerical_gradient,
    says="All entries of x move at once. That measures the sum of the gradient's entries; move one "
    "entry at a time.",
)
def all_entries_at_once(f, x, step=1e-5):
    x = np.array(x, dtype=np.float64)
    return np.full(x.shape, (f(x + step) - f(x - step)) / (2 * step))


@mistake(
    of=numerical_gradient,
    says="An entry that was moved is not put back before the next one moves, so that every entry is "
    "measured at another point than x.",
)
def not_put_back(f, x, step=1e-5):
    x = np.array(x, dtype=np.float64)
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        x[i] += step
        ahead = f(x)
        x[i] -= 2 * step
        gradient[i] = (ahead - f(x)) / (2 * step)
    return gradient


@mistake(
    of=numerical_gradient,
    says="The caller's array is moved, and left moved. Take a copy of x first.",
)
def callers_array_moved(f, x, step=1e-5):
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        x[i] += step
        ahead = f(x)
        x[i] -= 2 * step
        gradient[i] = (ahead - f(x)) / (2 * step)
    return gradient


@mistake(
    of=numerical_gradient,
    says="For a float32 x the steps are taken in float32. It holds seven digits; the difference of "
    "two nearby values keeps none of them. Convert the copy of x to float64.",
)
def steps_in_single_precision(f, x, step=1e-5):
    x = x.copy()
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        kept = x[i]
        x[i] = kept + step
        ahead = f(x)
        x[i] = kept - step
        gradient[i] = (ahead - f(x)) / (2 * step)
        x[i] = kept
    return gradient


@mistake(
    of=numerical_gradient,
    says="The result has the dtype of x. For a float32 x that rounds the measured gradient to seven "
    "digits; the exercise asks for float64.",
)
def gradient_rounded_to_single(f, x, step=1e-5):
    return numerical_gradient(f, x, step).astype(x.dtype)


@mistake(
    of=numerical_gradient,
    says="The argument step is ignored: a step of your own is used.",
)
def own_step(f, x, step=1e-5):
    return numerical_gradient(f, x, 1e-5)


@mistake(
    of=numerical_gradient,
    says="The step is far too small. Rounding in f is divided by it, and drowns the slope: a step of "
    "1e-10 leaves about six digits, and fewer where f has large values.",
)
def step_too_small(f, x, step=1e-5):
    return numerical_gradient(f, x, 1e-12)


@mistake(
    of=numerical_gradient,
    says="Only the last axis is walked through with x[i]: in an array of several axes that moves a "
    "whole row at once. Walk through all indices, for example with np.ndindex(x.shape).",
)
def whole_rows_at_once(f, x, step=1e-5):
    x = np.array(x, dtype=np.float64)
    gradient = np.zeros(x.shape)
    for i in range(len(x)):
        moved, back = x.copy(), x.copy()
        moved[i] += step
        back[i] -= step
        gradient[i] = (f(moved) - f(back)) / (2 * step)
    return gradient


@alternative(of=numerical_gradient)
def with_basis_arrays(f, x, step=1e-5):
    x = x.astype(np.float64)
    slopes = []
    for i in range(x.size):
        move = np.zeros(x.size)
        move[i] = step
        move = move.reshape(x.shape)
        slopes.append((f(x + move) - f(x - move)) / step / 2)
    return np.array(slopes).reshape(x.shape)


@alternative(of=numerical_gradient)
def flat_and_in_fortran_order(f, x, step=1e-5):
    flat = np.asarray(x, dtype=float).ravel(order="F").copy()
    gradient = np.empty_like(flat)
    for i, kept in enumerate(flat):
        flat[i] = kept - step
        behind = f(flat.reshape(x.shape, order="F"))
        flat[i] = kept + step
        gradient[i] = (f(flat.reshape(x.shape, order="F")) - behind) / (2 * step)
        flat[i] = kept
    return gradient.reshape(x.shape, order="F")


def _shape_is_wrong(x, gradient):
    return np.shape(gradient) != np.shape(x) or not np.isfinite(gradient).all()


@mistake(
    of=gradient_check,
    says="The tolerance is absolute. A gradient of tiny numbers passes whatever it is; compare with "
    "the size of the gradient.",
)
def absolute_tolerance(f, x, gradient):
    if _shape_is_wrong(x, gradient):
        return False
    return bool(np.abs(gradient - numerical_gradient(f, x)).max() < 1e-4)


@mistake(
    of=gradient_check,
    says="Every entry is compared relative to itself. Where an entry is near zero, or all of them "
    "are, that compares rounding errors: allow a part of the largest entry, and what rounding in f "
    "explains.",
)
def relative_to_each_entry(f, x, gradient):
    if _shape_is_wrong(x, gradient):
        return False
    measured = numerical_gradient(f, x)
    with np.errstate(all="ignore"):
        apart = np.abs(gradient - measured) / (np.abs(gradient) + np.abs(measured))
    return bool((apart < 1e-6).all())


@mistake(
    of=gradient_check,
    says="At a minimum the gradient is zero, and a part of its largest entry is zero too. What is "
    "measured there is rounding in f: allow for that, about 1e-8 times the value of f.",
)
def no_room_for_rounding(f, x, gradient):
    if _shape_is_wrong(x, gradient):
        return False
    measured = numerical_gradient(f, x)
    return bool(np.abs(gradient - measured).max() <= 1e-4 * np.abs(measured).max())


@mistake(
    of=gradient_check,
    says="The shapes are not compared. NumPy broadcasts a gradient of another shape, or stops with "
    "an error; a gradient of the wrong shape is wrong.",
)
def shapes_not_compared(f, x, gradient):
    measured = np.broadcast_to(numerical_gradient(f, x), np.shape(gradient))
    return bool(np.abs(gradient - measured).max() <= 1e-4 * np.abs(measured).max())


@mistake(
    of=gradient_check,
    says="A NaN passes: every comparison with NaN is False, so asking whether an entry is too far "
    "away finds nothing. Test for it with np.isfinite.",
)
def nan_passes(f, x, gradient):
    return gradient_check(f, x, np.where(np.isnan(gradient), numerical_gradient(f, x), gradient)
                          if np.shape(gradient) == np.shape(x) else gradient)  # fmt: skip


@mistake(
    of=gradient_check,
    says="Only the norms are compared. Two gradients of the same length may point in different "
    "directions; compare the entries.",
)
def only_norms(f, x, gradient):
    if _shape_is_wrong(x, gradient):
        return False
    measured = numerical_gradient(f, x)
    size = np.linalg.norm(measured)
    return bool(abs(np.linalg.norm(gradient) - size) <= 1e-4 * size + 1e-8 * abs(f(x)))


@mistake(
    of=gradient_check,
    says="Only the means are compared. Errors of opposite sign, or a change of order, leave the mean "
    "as it is; compare the entries.",
)
def only_means(f, x, gradient):
    if _shape_is_wrong(x, gradient):
        return False
    measured = numerical_gradient(f, x)
    apart = abs(np.mean(gradient) - np.mean(measured))
    return bool(apart <= 1e-4 * np.abs(measured).max() + 1e-8 * abs(f(x)))


@mistake(
    of=gradient_check,
    says="It is enough here that one entry agrees: any in place of all.",
)
def any_entry_will_do(f, x, gradient):
    if _shape_is_wrong(x, gradient):
        return False
    measured = numerical_gradient(f, x)
    allowed = 1e-4 * np.abs(measured).max() + 1e-8 * abs(f(x))
    return bool((np.abs(gradient - measured) <= allowed).any())


@mistake(
    of=gradient_check,
    says="The difference is taken without its sign being removed, so that an entry which is too "
    "small always passes. Take the absolute value.",
)
def signed_difference(f, x, gradient):
    if _shape_is_wrong(x, gradient):
        return False
    measured = numerical_gradient(f, x)
    allowed = 1e-4 * np.abs(measured).max() + 1e-8 * abs(f(x))
    return bool((gradient - measured <= allowed).all())


@mistake(
    of=gradient_check,
    says="Signs are lost: the absolute values are compared.",
)
def signs_lost(f, x, gradient):
    if _shape_is_wrong(x, gradient):
        return False
    return gradient_check(f, x, np.copysign(gradient, numerical_gradient(f, x)))


@mistake(
    of=gradient_check,
    says="The tolerance is too generous: an entry that is off by one part in a hundred passes.",
)
def too_generous(f, x, gradient):
    if _shape_is_wrong(x, gradient):
        return False
    measured = numerical_gradient(f, x)
    allowed = 0.05 * np.abs(measured).max() + 1e-8 * abs(f(x))
    return bool((np.abs(gradient - measured) <= allowed).all())


@mistake(
    of=gradient_check,
    says="At a kink the central difference is the mean of the two slopes, and refuses both of them. "
    "Where an entry disagrees, look at the slope on each side.",
)
def kinks_refused(f, x, gradient):
    if _shape_is_wrong(x, gradient):
        return False
    measured = numerical_gradient(f, x)
    allowed = 1e-4 * np.abs(measured).max() + 1e-8 * abs(f(x))
    return bool((np.abs(gradient - measured) <= allowed).all())


@mistake(
    of=gradient_check,
    says="Where the slopes on the two sides differ, everything is accepted. Only numbers between them "
    "are right.",
)
def anything_goes_at_a_kink(f, x, gradient):
    if _shape_is_wrong(x, gradient):
        return False
    x = x.astype(np.float64)
    for i in np.ndindex(x.shape):
        move = np.zeros(x.shape)
        move[i] = 1e-7
        right, left = (f(x + move) - f(x)) / 1e-7, (f(x) - f(x - move)) / 1e-7
        if abs(right - left) > 0.01 * abs(right + left):
            gradient = gradient.copy()
            gradient[i] = right
    return gradient_check(f, x, gradient)


@mistake(
    of=gradient_check,
    says="The slopes on the two sides are measured with a step so long that the bend of a smooth "
    "function looks like a kink, and hides an error. Shorten the step until only a kink is left.",
)
def bends_taken_for_kinks(f, x, gradient):
    if _shape_is_wrong(x, gradient):
        return False
    x = x.astype(np.float64)
    largest = np.abs(numerical_gradient(f, x)).max()
    allowed = 1e-4 * largest + 1e-8 * abs(f(x))
    for i in np.ndindex(x.shape):
        move = np.zeros(x.shape)
        move[i] = 1e-4
        slopes = (f(x + move) - f(x)) / 1e-4, (f(x) - f(x - move)) / 1e-4
        if not min(slopes) - allowed <= gradient[i] <= max(slopes) + allowed:
            return False
    return True


@mistake(
    of=gradient_check,
    says="For a float32 x the steps are taken in float32, where a difference of nearby values keeps "
    "no digit. Convert x to float64 first.",
)
def checked_in_single_precision(f, x, gradient):
    if x.dtype == np.float64:
        return gradient_check(f, x, gradient)
    measured = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        moved, back = x.copy(), x.copy()
        moved[i] += 1e-5
        back[i] -= 1e-5
        measured[i] = (f(moved) - f(back)) / 2e-5
    return bool((np.abs(gradient - measured) <= 1e-4 * np.abs(measured).max()).all())


@mistake(
    of=gradient_check,
    says="The verdict is the other way round: True should say that the gradient is right.",
)
def verdict_reversed(f, x, gradient):
    return not gradient_check(f, x, gradient)


@alternative(of=gradient_check)
def by_the_norm_and_two_sides(f, x, gradient):
    x = np.asarray(x, dtype=float)
    if np.shape(gradient) != x.shape or not np.all(np.isfinite(gradient)):
        return False

    def side(step):
        moves = step * np.eye(x.size).reshape(x.size, *x.shape)
        return np.array([(f(x + m) - f(x)) / step for m in moves]).reshape(x.shape)

    middle, right, left = numerical_gradient(f, x), side(1e-8), side(-1e-8)
    slack = 3e-4 * np.linalg.norm(middle) / x.size**0.5 + 1e-7 * abs(f(x))
    smooth = np.abs(middle - gradient) <= slack
    low, high = np.minimum(left, right) - slack, np.maximum(left, right) + slack
    return np.all(smooth | ((low <= gradient) & (gradient <= high)))


@alternative(of=gradient_check)
def five_points(f, x, gradient):
    x = np.array(x, dtype=np.float64)
    gradient = np.asarray(gradient)
    if gradient.shape != x.shape or np.isnan(gradient).any() or np.isinf(gradient).any():
        return False
    steps = numerical_gradient(f, x, 1e-5), numerical_gradient(f, x, 2e-5)
    measured = (4 * steps[0] - steps[1]) / 3
    allowed = 2e-4 * np.abs(measured).max() + 1e-8 * abs(f(x))
    for i in zip(*np.nonzero(np.abs(measured - gradient) > allowed), strict=True):
        move = np.zeros(x.shape)
        move[i] = 3e-7
        ends = sorted([(f(x + move) - f(x)) / 3e-7, (f(x) - f(x - move)) / 3e-7])
        if gradient[i] < ends[0] - allowed or gradient[i] > ends[1] + allowed:
            return False
    return True
