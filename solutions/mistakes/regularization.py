"""Wrong and alternative implementations of clipping, penalties and residual connections.

Those of the other exercises of `regularization` stand in regularization_*.py.
"""

from __future__ import annotations

import numpy as np

from solutions.mistakes import (  # noqa: F401
    alternative,
    mistake,
    regularization_augmentation,
    regularization_dropout,
    regularization_norms,
    regularization_norms_backward,
)
from solutions.regularization import clip_by_norm, l1_penalty_grad, residual_backward


def flat(gradients):
    return np.concatenate([array.ravel() for pair in gradients for array in pair])


def norm_of(arrays):
    largest = max((float(np.abs(array).max()) for array in arrays), default=0.0)
    if largest == 0:
        return 0.0
    return largest * float(np.sqrt(sum(np.sum((a.astype(float) / largest) ** 2) for a in arrays)))


def scaled(gradients, factor):
    return [(dw * factor, db * factor) for dw, db in gradients]


def shortened(gradients, norm, max_norm):
    return scaled(gradients, max_norm / norm if norm > max_norm else 1.0)


# clip_by_norm


@mistake(
    of=clip_by_norm,
    says="Every entry is clipped to ±max_norm by itself. That is clipping by value, and it turns the "
    "gradient into another direction. By norm, all entries shrink by one factor.",
)
def by_value(gradients, max_norm):
    return [(np.clip(dw, -max_norm, max_norm), np.clip(db, -max_norm, max_norm))
            for dw, db in gradients]  # fmt: skip


@mistake(
    of=clip_by_norm,
    says="Every array is clipped by its own norm. That changes the proportions between the layers "
    "and so the direction. One norm is taken over all arrays together.",
)
def array_by_array(gradients, max_norm):
    return [tuple(a * min(1.0, max_norm / (norm_of([a]) or max_norm)) for a in pair)
            for pair in gradients]  # fmt: skip


@mistake(
    of=clip_by_norm,
    says="Every layer is clipped by its own norm. One norm is taken over all layers together, or the "
    "direction changes.",
)
def layer_by_layer(gradients, max_norm):
    return [pair for dw, db in gradients
            for pair in shortened([(dw, db)], norm_of([dw, db]), max_norm)]  # fmt: skip


@mistake(
    of=clip_by_norm,
    says="The norms of the arrays are added. Lengths at right angles do not add; their squares do. "
    "Sum all squares, then take one root.",
)
def norms_added(gradients, max_norm):
    return shortened(gradients, sum(norm_of([a]) for pair in gradients for a in pair), max_norm)


@mistake(of=clip_by_norm, says="The root is missing: the sum of the squares is the norm squared.")
def root_forgotten(gradients, max_norm):
    with np.errstate(over="ignore"):
        norm = norm_of([a for pair in gradients for a in pair]) ** 2 if flat(gradients).any() else 0
    return shortened(gradients, norm, max_norm)


@mistake(
    of=clip_by_norm,
    says="The gradient is always brought to the length max_norm, also where it was shorter. A short "
    "gradient near a minimum would be blown up; only long ones are clipped.",
)
def always_rescaled(gradients, max_norm):
    norm = norm_of([a for pair in gradients for a in pair])
    return scaled(gradients, max_norm / norm if norm else 1.0)


@mistake(
    of=clip_by_norm,
    says="A gradient of zeros becomes NaN: its norm is 0, and 0 is divided by it. Divide only where "
    "the norm exceeds max_norm.",
)
def zero_by_zero(gradients, max_norm):
    norm = norm_of([a for pair in gradients for a in pair])
    factor = min(1.0, max_norm / norm) if norm else np.nan
    return scaled(gradients, factor)


@mistake(
    of=clip_by_norm,
    says="A long gradient is brought to length 1, not to max_norm.",
)
def to_length_1(gradients, max_norm):
    norm = norm_of([a for pair in gradients for a in pair])
    return scaled(gradients, 1 / norm if norm > max_norm else 1.0)


@mistake(
    of=clip_by_norm,
    says="The norm is taken of the weights' gradients alone, and the biases are left out.",
)
def biases_left_out_of_the_norm(gradients, max_norm):
    return shortened(gradients, norm_of([dw for dw, _ in gradients]), max_norm)


@mistake(
    of=clip_by_norm,
    says="The biases' gradients are not scaled along. All arrays are multiplied by the same factor.",
)
def biases_not_scaled(gradients, max_norm):
    return [(dw, db.copy()) for (dw, _), (_, db) in
            zip(clip_by_norm(gradients, max_norm), gradients, strict=True)]  # fmt: skip


@mistake(
    of=clip_by_norm,
    says="This measures the gradient by its largest entry. The norm meant here is the Euclidean "
    "length: the root of the sum of all squares.",
)
def largest_entry(gradients, max_norm):
    return shortened(gradients, float(np.abs(flat(gradients)).max()), max_norm)


@mistake(
    of=clip_by_norm,
    says="The gradient arrays themselves are changed. Return new ones.",
)
def clipped_in_place(gradients, max_norm):
    for pair, clipped in zip(gradients, clip_by_norm(gradients, max_norm), strict=True):
        for array, new in zip(pair, clipped, strict=True):
            array[...] = new
    return gradients


@mistake(
    of=clip_by_norm,
    says="Squares of entries beyond 1e154 overflow to infinity, the factor becomes 0, and the whole "
    "step is lost, just when clipping is needed most. Divide by the largest entry before squaring.",
)
def squares_overflow(gradients, max_norm):
    with np.errstate(over="ignore"):
        norm = np.sqrt(sum(np.sum(a**2) for pair in gradients for a in pair))
    return shortened(gradients, float(norm), max_norm)


@alternative(of=clip_by_norm)
def as_pytorch_does(gradients, max_norm):
    norms = [norm_of([a]) for pair in gradients for a in pair]
    factor = min(max_norm / (norm_of([np.array(norms)]) + 1e-6), 1.0)
    return [[dw * factor, db * factor] for dw, db in gradients]


@alternative(of=clip_by_norm)
def with_hypot(gradients, max_norm):
    norm = float(np.hypot.reduce(flat(gradients).astype(np.float64)))
    if norm <= max_norm:
        return gradients
    return [((dw / norm * max_norm).astype(dw.dtype), (db / norm * max_norm).astype(db.dtype))
            for dw, db in gradients]  # fmt: skip


# l1_penalty_grad


@mistake(
    of=l1_penalty_grad,
    says="This is the gradient of the L2 penalty, which pulls a weight in proportion to its size. "
    "The slope of |w| is the same however large w is.",
)
def l2_instead(w, strength):
    return strength * w


@mistake(of=l1_penalty_grad, says="strength is missing.")
def strength_forgotten(w, strength):
    return np.sign(w)


@mistake(
    of=l1_penalty_grad,
    says="This is the penalty of each weight, not its slope.",
)
def penalty_itself(w, strength):
    return strength * np.abs(w)


@mistake(
    of=l1_penalty_grad,
    says="The slope is +strength everywhere. Left of 0, |w| falls: the sign is negative there.",
)
def sign_forgotten(w, strength):
    return np.full_like(w, strength)


@mistake(
    of=l1_penalty_grad,
    says="The gradient is divided by the number of weights. The penalty is a sum, not a mean.",
)
def averaged(w, strength):
    return strength * np.sign(w) / w.size


@mistake(
    of=l1_penalty_grad,
    says="There is a half too much. The L2 penalty has one, to cancel the 2 of the square; |w| has no "
    "square.",
)
def halved(w, strength):
    return strength / 2 * np.sign(w)


@mistake(
    of=l1_penalty_grad,
    says="w / |w| is 0/0 for a weight of exactly 0, and with L1 weights do become exactly 0. Use the "
    "sign, which is 0 there.",
)
def zero_by_zero_at_0(w, strength):
    with np.errstate(invalid="ignore"):
        return strength * w / np.abs(w)


@mistake(of=l1_penalty_grad, says="All entries are added up to one number. The gradient has the shape of w.")  # fmt: skip
def added_up(w, strength):
    return float(strength * np.sign(w).sum())


@alternative(of=l1_penalty_grad)
def minus_at_zero(w, strength):
    return np.where(w > 0, strength, -strength).astype(w.dtype)


@alternative(of=l1_penalty_grad)
def plus_at_zero(w, strength):
    return np.asfortranarray(strength * np.copysign(np.ones_like(w), w))


# residual_backward


@mistake(
    of=residual_backward,
    says="Only the branch's gradient comes back. The skip connection carries upstream to x unchanged, "
    "and the two add up.",
)
def skip_forgotten(upstream, x, branch_backward):
    return branch_backward(upstream, x)


@mistake(
    of=residual_backward,
    says="Only the skip connection's gradient comes back. x also acts through the branch.",
)
def branch_forgotten(upstream, x, branch_backward):
    return upstream.copy()


@mistake(
    of=residual_backward,
    says="upstream is not passed into the branch, as if the gradient there were 1 everywhere. Then "
    "dx does not depend on what the loss wants of the branch.",
)
def ones_into_the_branch(upstream, x, branch_backward):
    return upstream + branch_backward(np.ones_like(upstream), x)


@mistake(
    of=residual_backward,
    says="The branch's slope with upstream 1 is added to 1 and multiplied by upstream. That is right "
    "only where the branch works entry by entry; a layer mixes entries, and its backward pass has to "
    "be given upstream.",
)
def one_plus_slope(upstream, x, branch_backward):
    return upstream * (1 + branch_backward(np.ones_like(upstream), x))


@mistake(
    of=residual_backward,
    says="x is added. On the way forward x was added to the branch; on the way back it is upstream "
    "that the skip connection carries.",
)
def x_added(upstream, x, branch_backward):
    return x + branch_backward(upstream, x)


@mistake(
    of=residual_backward,
    says="The two contributions are multiplied. Where paths meet, gradients add up; they multiply "
    "along a path.",
)
def multiplied(upstream, x, branch_backward):
    return upstream * branch_backward(upstream, x)


@mistake(
    of=residual_backward,
    says="The two contributions are averaged. Both count in full.",
)
def paths_averaged(upstream, x, branch_backward):
    return (upstream + branch_backward(upstream, x)) / 2


@mistake(
    of=residual_backward,
    says="The arguments of branch_backward are exchanged: first the gradient that arrives, then the "
    "input of the branch.",
)
def arguments_exchanged(upstream, x, branch_backward):
    return upstream + branch_backward(x, upstream)


@mistake(
    of=residual_backward,
    says="The branch is given the output's gradient at the wrong place: branch_backward wants the "
    "input x that f was given, and got x + upstream.",
)
def shifted_input(upstream, x, branch_backward):
    return upstream + branch_backward(upstream, x + upstream)


@mistake(
    of=residual_backward,
    says="The sum is written into upstream, which the caller still needs, or into what the branch "
    "returned, which may be upstream itself. Add into a new array.",
)
def added_in_place(upstream, x, branch_backward):
    dx = branch_backward(upstream, x)
    dx += upstream
    return dx


@alternative(of=residual_backward)
def branch_first(upstream, x, branch_backward):
    through_branch = branch_backward(upstream.copy(), x.copy())
    return np.add(through_branch, upstream)


@alternative(of=residual_backward)
def summed_stack(upstream, x, branch_backward):
    return np.stack([upstream, branch_backward(upstream, x)]).sum(axis=0)
