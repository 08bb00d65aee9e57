"""Wrong and alternative implementations of the exercises of `backprop`."""

from __future__ import annotations

import numpy as np

from solutions.backprop import (
    chain_by_hand,
    gradient_check,
    linear_backward,
    linear_with_cache,
    numerical_gradient,
    relu_backward,
    sigmoid_backward,
    softmax_backward,
)
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


def _with(result, **changed):
    names = ("da", "dv", "du", "dw", "db", "dx")
    return tuple(changed.get(name, value) for name, value in zip(names, result, strict=True))


@mistake(
    of=chain_by_hand,
    says="x is used twice, and only the path through u is counted. Add what comes straight from "
    "j = a * x.",
)
def direct_path_forgotten(x, w, b):
    result = chain_by_hand(x, w, b)
    return _with(result, dx=result[2] * w)


@mistake(
    of=chain_by_hand,
    says="x is used twice, and only the path straight into j = a * x is counted. Add what comes "
    "through u.",
)
def long_path_forgotten(x, w, b):
    return _with(chain_by_hand(x, w, b), dx=(w * x + b) ** 2)


@mistake(
    of=chain_by_hand,
    says="These are the derivatives of each step alone. Multiply each by what arrives from above: "
    "that is the chain rule.",
)
def local_derivatives(x, w, b):
    return x, 2 * (w * x + b), 1.0, x, 1.0, w


@mistake(
    of=chain_by_hand,
    says="The square's derivative lacks the factor 2: the derivative of v² is 2v.",
)
def square_without_two(x, w, b):
    v = w * x + b
    dv = x * v
    return x, dv, dv, dv * x, dv, dv * w + v**2


@mistake(
    of=chain_by_hand,
    says="The square's derivative lacks the v: the derivative of v² is 2v.",
)
def square_without_v(x, w, b):
    dv = 2 * x
    return x, dv, dv, dv * x, dv, dv * w + (w * x + b) ** 2


@mistake(
    of=chain_by_hand,
    says="The factors of u = w * x are exchanged: the derivative with respect to w is x, and with "
    "respect to x it is w.",
)
def factors_exchanged(x, w, b):
    result = chain_by_hand(x, w, b)
    return _with(result, dw=result[2] * w, dx=result[2] * x + (w * x + b) ** 2)


@mistake(
    of=chain_by_hand,
    says="The factors of j = a * x are exchanged: the derivative of j with respect to a is x, and "
    "with respect to x it is a.",
)
def last_factors_exchanged(x, w, b):
    v = w * x + b
    dv = v**2 * 2 * v
    return v**2, dv, dv, dv * x, dv, dv * w + x


@mistake(
    of=chain_by_hand,
    says="db is multiplied by b. In v = u + b the bias is added, so a change of it arrives as it is.",
)
def bias_as_a_factor(x, w, b):
    result = chain_by_hand(x, w, b)
    return _with(result, db=result[4] * b)


@alternative(of=chain_by_hand)
def written_out(x, w, b):
    v = w * x + b
    return x, 2 * v * x, 2 * v * x, 2 * v * x**2, 2 * v * x, v * (v + 2 * w * x)


@alternative(of=chain_by_hand)
def as_a_list_of_numpy_numbers(x, w, b):
    return list(np.array(chain_by_hand(x, w, b)))


@mistake(
    of=linear_backward,
    says="db is averaged over the batch. The loss already holds the 1/N; sum the upstream gradient "
    "over the samples.",
)
def bias_averaged(upstream, x, w, b):
    dx, dw, db = linear_backward(upstream, x, w, b)
    return dx, dw, db / len(x)


@mistake(
    of=linear_backward,
    says="db is not summed over the batch. The same bias is added to every sample, so what arrives "
    "from each of them adds up.",
)
def bias_not_summed(upstream, x, w, b):
    dx, dw, _ = linear_backward(upstream, x, w, b)
    return dx, dw, upstream


@mistake(
    of=linear_backward,
    says="db is summed over the outputs, axis 1. Each output has a bias of its own; sum over the "
    "samples, axis 0.",
)
def bias_summed_over_outputs(upstream, x, w, b):
    dx, dw, _ = linear_backward(upstream, x, w, b)
    return dx, dw, upstream.sum(axis=1)


@mistake(
    of=linear_backward,
    says="db is summed over everything, so that it is one number. Sum over the samples only: axis=0.",
)
def bias_summed_over_everything(upstream, x, w, b):
    dx, dw, _ = linear_backward(upstream, x, w, b)
    return dx, dw, upstream.sum()


@mistake(
    of=linear_backward,
    says="db keeps an axis of length 1. It should have the shape of b: leave keepdims out.",
)
def bias_keeps_an_axis(upstream, x, w, b):
    dx, dw, _ = linear_backward(upstream, x, w, b)
    return dx, dw, upstream.sum(axis=0, keepdims=True)


@mistake(
    of=linear_backward,
    says="dw is transposed. Its shape must be that of w: inputs in rows, outputs in columns.",
)
def weights_transposed(upstream, x, w, b):
    dx, _, db = linear_backward(upstream, x, w, b)
    return dx, upstream.T @ x, db


@mistake(
    of=linear_backward,
    says="dx uses w where its transpose is needed. With as many inputs as outputs nothing but the "
    "numbers tells.",
)
def weights_not_transposed(upstream, x, w, b):
    _, dw, db = linear_backward(upstream, x, w, b)
    return upstream @ w, dw, db


@mistake(
    of=linear_backward,
    says="dw is averaged over the batch. The loss already holds the 1/N; x.T @ upstream sums over the "
    "samples, and that is right.",
)
def weights_averaged(upstream, x, w, b):
    dx, dw, db = linear_backward(upstream, x, w, b)
    return dx, dw / len(x), db


@mistake(
    of=linear_backward,
    says="Both dw and db are averaged over the batch. Whether to average is the loss's business; its "
    "1/N arrives with upstream.",
)
def everything_averaged(upstream, x, w, b):
    dx, dw, db = linear_backward(upstream, x, w, b)
    return dx, dw / len(x), db / len(x)


@mistake(
    of=linear_backward,
    says="The upstream gradient is ignored: these are the derivatives of the layer alone, as if every "
    "entry of upstream were 1.",
)
def upstream_ignored(upstream, x, w, b):
    return linear_backward(np.ones_like(upstream), x, w, b)


@mistake(
    of=linear_backward,
    says="The gradients are returned in another order. It is that of the arguments: dx, dw, db.",
)
def another_order(upstream, x, w, b):
    dx, dw, db = linear_backward(upstream, x, w, b)
    return dw, db, dx


@alternative(of=linear_backward)
def with_einsum(upstream, x, w, b):
    dx = np.einsum("no,io->ni", upstream, w)
    dw = np.einsum("ni,no->io", x, upstream)
    return dx, dw, np.einsum("no->o", upstream)


@alternative(of=linear_backward)
def sample_by_sample(upstream, x, w, b):
    dx, dw, db = np.zeros_like(x), np.zeros_like(w), np.zeros_like(b)
    for i in range(len(x)):
        dx[i] = w @ upstream[i]
        dw += np.outer(x[i], upstream[i])
        db += upstream[i]
    return [dx, dw, db]


@alternative(of=linear_backward)
def transposed_twice(upstream, x, w, b):
    return (w @ upstream.T).T, (upstream.T @ x).T, upstream.mean(axis=0) * x.dtype.type(len(x))


@mistake(
    of=relu_backward,
    says="The upstream gradient is ignored: this is the slope of the ReLU, 0 or 1. Multiply it by "
    "what arrives.",
)
def slope_alone(upstream, z):
    return (z > 0).astype(z.dtype)


@mistake(
    of=relu_backward,
    says="This sends the upstream gradient through the ReLU: the mask asks where upstream is "
    "positive. It must ask where z is.",
)
def relu_of_upstream(upstream, z):
    return np.maximum(upstream, 0)


@mistake(
    of=relu_backward,
    says="The upstream gradient is multiplied by the output max(z, 0). Multiply by the slope there, "
    "which is 1.",
)
def times_the_output(upstream, z):
    return upstream * np.maximum(z, 0)


@mistake(
    of=relu_backward, says="The mask is the other way round: where z is negative, nothing passes."
)
def mask_reversed(upstream, z):
    return np.where(z < 0, upstream, 0)


@mistake(of=relu_backward, says="Everything passes: the mask is missing.")
def mask_missing(upstream, z):
    return upstream.copy()


@mistake(
    of=relu_backward,
    says="The mask is made of |z|, so that only exact zeros are stopped. Where z is negative, nothing "
    "passes.",
)
def only_zeros_stopped(upstream, z):
    return upstream * (z != 0)


@mistake(
    of=relu_backward,
    says="upstream is changed in place. The caller still needs it; make a new array.",
)
def upstream_changed(upstream, z):
    upstream[z <= 0] = 0
    return upstream


@mistake(
    of=relu_backward,
    says="Negative entries get -upstream: that is the derivative of |z|, not of max(z, 0).",
)
def derivative_of_abs(upstream, z):
    return upstream * np.sign(z)


@alternative(of=relu_backward)
def slope_one_at_zero(upstream, z):
    return upstream * (z >= 0)


@alternative(of=relu_backward)
def slope_half_at_zero(upstream, z):
    return upstream * np.heaviside(z, 0.5).astype(z.dtype)


@alternative(of=relu_backward)
def in_a_copy(upstream, z):
    dz = np.array(upstream, order="F")
    dz[z <= 0] = 0
    return dz


def _sigmoid(z):
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, small) / (1 + small)


@mistake(
    of=sigmoid_backward,
    says="This is upstream * z * (1 - z), with z in the place of the output a = σ(z).",
)
def z_for_a(upstream, z):
    return upstream * z * (1 - z)


@mistake(
    of=sigmoid_backward,
    says="The upstream gradient is ignored: this is the slope of the sigmoid. Multiply it by what "
    "arrives.",
)
def sigmoid_slope_alone(upstream, z):
    return sigmoid_backward(np.ones_like(upstream), z)


@mistake(
    of=sigmoid_backward,
    says="The sigmoid is applied twice: z is already its input, so a is σ(z), not σ(σ(z)).",
)
def sigmoid_twice(upstream, z):
    return sigmoid_backward(upstream, _sigmoid(z))


@mistake(
    of=sigmoid_backward,
    says="The slope is taken as a. It is a times (1 - a): the sigmoid flattens where a comes near 1.",
)
def second_factor_missing(upstream, z):
    return upstream * _sigmoid(z)


@mistake(
    of=sigmoid_backward,
    says="This is 1 - a², the derivative of tanh in terms of its output. That of the sigmoid is "
    "a (1 - a).",
)
def derivative_of_tanh(upstream, z):
    return upstream * (1 - _sigmoid(z) ** 2)


@mistake(
    of=sigmoid_backward, says="The sign is wrong: the sigmoid rises everywhere, a (1 - a) > 0."
)
def sign_wrong(upstream, z):
    return -sigmoid_backward(upstream, z)


@mistake(
    of=sigmoid_backward,
    says="For a large negative z, exp(-z) is infinite, and infinity divided by infinity is NaN. Take "
    "exp of -|z| only: the slope is the same for z and -z.",
)
def overflowing(upstream, z):
    e = np.exp(-z)
    return upstream * e / (1 + e) ** 2


@alternative(of=sigmoid_backward)
def by_the_output(upstream, z):
    a = _sigmoid(z)
    return a * (1 - a) * upstream


@alternative(of=sigmoid_backward)
def by_the_hyperbolic_cosine(upstream, z):
    return upstream / (2 * np.cosh(np.minimum(np.abs(z), 700 if z.itemsize == 8 else 80) / 2)) ** 2


def _softmax(z, axis=1):
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


@mistake(
    of=softmax_backward,
    says="The Jacobian is taken as diagonal, p (1 - p), as if each probability depended on its own "
    "logit alone. The rows of dz then do not sum to 0.",
)
def diagonal_only(upstream, z):
    p = _softmax(z)
    return upstream * p * (1 - p)


@mistake(
    of=softmax_backward,
    says="This is upstream * p: the common term of each row is not subtracted. All probabilities of a "
    "row share their denominator, so every logit moves all of them.",
)
def common_term_missing(upstream, z):
    return upstream * _softmax(z)


@mistake(
    of=softmax_backward,
    says="The common term is summed over the samples. It belongs to each row by itself: axis=1, and "
    "keepdims=True.",
)
def common_term_over_samples(upstream, z):
    p = _softmax(z)
    return p * (upstream - (upstream * p).sum(axis=0, keepdims=True))


@mistake(
    of=softmax_backward,
    says="The common term is the plain mean of upstream. It is the mean weighted by the probabilities.",
)
def common_term_not_weighted(upstream, z):
    return _softmax(z) * (upstream - upstream.mean(axis=1, keepdims=True))


@mistake(
    of=softmax_backward,
    says="The common term is not weighted by p: this subtracts the sum of upstream over the row.",
)
def common_term_summed(upstream, z):
    return _softmax(z) * (upstream - upstream.sum(axis=1, keepdims=True))


@mistake(
    of=softmax_backward,
    says="The common term is subtracted after the multiplication by p. It belongs inside: "
    "p (upstream - common).",
)
def subtracted_outside(upstream, z):
    p = _softmax(z)
    return p * upstream - (upstream * p).sum(axis=1, keepdims=True)


@mistake(of=softmax_backward, says="The softmax is taken down the columns; a sample is a row.")
def softmax_of_columns(upstream, z):
    p = _softmax(z, axis=0)
    return p * (upstream - (upstream * p).sum(axis=0, keepdims=True))


@mistake(
    of=softmax_backward,
    says="The upstream gradient is taken for labels: this is p - upstream, the gradient of a "
    "cross-entropy. Here upstream is the gradient with respect to the probabilities.",
)
def softmax_minus_upstream(upstream, z):
    return _softmax(z) - upstream


@mistake(
    of=softmax_backward,
    says="exp overflows for large logits. Subtract each row's maximum first; the softmax stays the "
    "same.",
)
def softmax_overflowing(upstream, z):
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    return p * (upstream - (upstream * p).sum(axis=1, keepdims=True))


@mistake(
    of=softmax_backward,
    says="z is taken for probabilities already: the softmax itself is missing.",
)
def z_as_probabilities(upstream, z):
    return z * (upstream - (upstream * z).sum(axis=1, keepdims=True))


@alternative(of=softmax_backward)
def with_jacobians(upstream, z):
    dz = np.empty_like(z)
    for i, p in enumerate(_softmax(z)):
        dz[i] = (np.diag(p) - np.outer(p, p)) @ upstream[i]
    return dz


@alternative(of=softmax_backward)
def product_first(upstream, z):
    p = _softmax(z)
    product = p * upstream
    return product - p * product.sum(1)[:, None]


def _tape(out, cache, **changed):
    """A record whose gradients are changed by functions of (gradient, upstream)."""

    def backward(upstream, cache):
        dx, dw, db = linear_backward(upstream, cache[0], cache[1], None)
        gradients = {"dx": dx, "dw": dw, "db": db}
        return tuple(
            changed[name](value, upstream) if name in changed else value
            for name, value in gradients.items()
        )

    return out, cache, backward


@mistake(
    of=linear_with_cache,
    says="The output is stored too. No gradient of a linear layer needs it, and for a deep network "
    "the memory of the tape is what limits the size of the batch.",
)
def output_stored_too(x, w, b):
    return _tape(x @ w + b, (x, w, b, x @ w + b))


@mistake(
    of=linear_with_cache,
    says="backward ignores its cache and uses the x and w of the call that made it. Take them from "
    "the cache: a tape may hold many records of one function.",
)
def cache_not_used(x, w, b):
    def backward(upstream, cache):
        return linear_backward(upstream, x, w, b)

    return x @ w + b, (x, w), backward


_last = []


@mistake(
    of=linear_with_cache,
    says="What the way back needs is kept outside the function, and the next call overwrites it. Each "
    "record must hold its own in its cache.",
)
def one_cache_for_all_calls(x, w, b):
    _last[:] = [x, w]

    def backward(upstream, cache):
        x, w = _last
        return linear_backward(upstream + 0 * upstream, x, w, b)

    return x @ w + b, (), backward


@mistake(of=linear_with_cache, says="The bias is missing from the output.")
def bias_missing(x, w, b):
    return _tape(x @ w, (x, w))


@mistake(of=linear_with_cache, says="db is not summed over the samples.")
def cached_bias_not_summed(x, w, b):
    return _tape(x @ w + b, (x, w), db=lambda gradient, upstream: upstream)


@mistake(
    of=linear_with_cache,
    says="db is averaged over the batch. The loss already holds the 1/N; sum the upstream gradient "
    "over the samples.",
)
def cached_bias_averaged(x, w, b):
    return _tape(x @ w + b, (x, w), db=lambda gradient, upstream: upstream.mean(axis=0))


@mistake(
    of=linear_with_cache,
    says="backward is called inside and its result returned. Return the function itself: the tape "
    "calls it later, when upstream is known.",
)
def called_too_early(x, w, b):
    out = x @ w + b
    return out, (x, w), linear_backward(np.ones_like(out), x, w, b)


@mistake(
    of=linear_with_cache,
    says="Two things come back. The exercise asks for out, cache and backward.",
)
def backward_not_returned(x, w, b):
    return x @ w + b, (x, w)


@alternative(of=linear_with_cache)
def bias_stored_too(x, w, b):
    def backward(upstream, cache):
        return linear_backward(upstream, *cache)

    return x @ w + b, (x, w, b), backward


@alternative(of=linear_with_cache)
def cache_as_a_dictionary(x, w, b):
    def backward(upstream, cache):
        return [upstream @ cache["w"].T, np.dot(cache["x"].T, upstream), upstream.sum(0)]

    return np.dot(x, w) + b[None], {"x": x, "w": w}, backward
