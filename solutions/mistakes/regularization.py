"""Wrong and alternative implementations of the exercises of `regularization`.

Those of batch and layer normalization stand in regularization_norms.py.
"""

from __future__ import annotations

import numpy as np

from solutions.mistakes import alternative, mistake, regularization_norms  # noqa: F401
from solutions.regularization import (
    augment_shift,
    clip_by_norm,
    dropout_backward,
    dropout_forward,
    l1_penalty_grad,
    residual_backward,
)

GLOBAL = (
    "The numbers come from a generator of NumPy's own, not from rng. Only what is drawn from rng can "
    "be repeated."
)
OWN = (
    "A generator with a fixed seed is made inside the function, so every call draws the same. Use "
    "the rng that is passed."
)

LOOK_SCALE = (
    "Take one entry that is 1, and p = 0.25. How often is it kept, and what is it then? What is the "
    "average over many draws, in training and after it?"
)
LOOK_MASK = (
    "Print x, out and mask for x = np.array([1.0, 0.0, 2.0, 3.0]), and compare them place by place."
)
LOOK_DRAWN = (
    "Print mask for x = np.ones((5, 8)) and p = 0.25. How many entries are False, and which?"
)
LOOK_RNG = (
    "Call it twice with np.random.default_rng(1), then once with np.random.default_rng(2). Which of "
    "the three results should be equal?"
)
LOOK_SHIFT = (
    "Shift one image whose entries are all 1 and look at the side from which it has moved away."
)
LOOK_SHIFTS = (
    "Shift a hundred copies of an image that is 1 in its middle and 0 elsewhere, and list where the "
    "1 ends up: which places are missing, or too frequent?"
)
LOOK_CHANNELS = (
    "Shift three images of different brightness, with two equal channels each, and look at each."
)

# dropout_forward


def unless_training(x):
    return x.copy(), np.ones(x.shape, dtype=bool)


def drop(x, p, mask):
    """What a right function returns for this mask, in the dtype of x."""
    return (x * mask / (1 - p)).astype(x.dtype), mask


@mistake(
    of=dropout_forward,
    says="What is kept is not scaled. The output is then smaller on average in training than after "
    "it. Divide by the probability of being kept.",
    look=LOOK_SCALE,
)
def not_scaled(x, p, rng, training):
    _, mask = dropout_forward(x, p, rng, training)
    return x * mask, mask


@mistake(
    of=dropout_forward,
    says="What is kept is scaled twice: out is too large by 1 / (1 - p) on average. Is the mask "
    "already scaled where it is used?",
    look=LOOK_SCALE,
)
def scaled_twice(x, p, rng, training):
    if not training:
        return unless_training(x)
    out, mask = dropout_forward(x, p, rng, training)
    return out / (1 - p), mask


@mistake(
    of=dropout_forward,
    says="What is kept is divided by p, the probability of being dropped. Divide by the probability "
    "of being kept.",
    look=LOOK_SCALE,
)
def scaled_by_p(x, p, rng, training):
    if not training or p == 0:
        return unless_training(x)
    _, mask = dropout_forward(x, p, rng, training)
    return x * mask / p, mask


@mistake(
    of=dropout_forward,
    says="What is kept is multiplied by 1 - p where it should be divided: it must grow to make up "
    "for what is gone.",
    look=LOOK_SCALE,
)
def scaled_down(x, p, rng, training):
    if not training:
        return unless_training(x)
    _, mask = dropout_forward(x, p, rng, training)
    return x * mask * (1 - p), mask


@mistake(
    of=dropout_forward,
    says="Training is unscaled and the output after training is multiplied by 1 - p. The first paper "
    "on dropout did it so, and it is consistent; the contract scales in training, so that nothing "
    "has to be done after it.",
    look=LOOK_SCALE,
)
def scaled_after_training(x, p, rng, training):
    if not training:
        return x * (1 - p), np.ones(x.shape, dtype=bool)
    _, mask = dropout_forward(x, p, rng, training)
    return x * mask, mask


@mistake(
    of=dropout_forward,
    says="p is taken for the probability of being kept. Here, as in PyTorch, p is the probability of "
    "being dropped.",
    look=LOOK_DRAWN,
)
def keep_for_drop(x, p, rng, training):
    if not training or p == 0:
        return unless_training(x)
    return dropout_forward(x, 1 - p, rng, training)


@mistake(
    of=dropout_forward,
    says="Entries are dropped after training too. Predictions would change from call to call: when "
    "training is False, return x as it is.",
)
def always_dropping(x, p, rng, training):
    return dropout_forward(x, p, rng, True)


@mistake(
    of=dropout_forward,
    says="Nothing is dropped in training. Is the test of training the wrong way round, or the "
    "comparison with p?",
    look=LOOK_DRAWN,
)
def never_drops(x, p, rng, training):
    return unless_training(x)


@mistake(
    of=dropout_forward,
    says="mask tells what is dropped. It should tell what is kept: the backward pass multiplies by it.",
    look=LOOK_MASK,
)
def mask_inverted(x, p, rng, training):
    out, mask = dropout_forward(x, p, rng, training)
    return out, ~mask


@mistake(
    of=dropout_forward,
    says="The mask is read off the output, where out is not 0. After a ReLU many entries are 0 "
    "without having been dropped. Keep the mask that was drawn.",
    look=LOOK_MASK,
)
def mask_read_off_out(x, p, rng, training):
    out, _ = dropout_forward(x, p, rng, training)
    return out, out != 0


@mistake(
    of=dropout_forward,
    says="The mask that comes back is not the one that made out: two are drawn. The backward pass "
    "would then let gradients through where nothing went forward.",
    look=LOOK_MASK,
)
def two_draws(x, p, rng, training):
    out, _ = dropout_forward(x, p, rng, training)
    return out, dropout_forward(x, p, rng, training)[1]


@mistake(
    of=dropout_forward,
    says="The mask comes back as numbers, 0 and 1 or scaled. The contract asks for True and False.",
    look=LOOK_MASK,
)
def mask_of_numbers(x, p, rng, training):
    out, mask = dropout_forward(x, p, rng, training)
    return out, mask / (1 - p if training else 1)


@mistake(
    of=dropout_forward,
    says="One row is drawn and serves all samples of the batch. Draw a number for every entry: "
    "rng.random(x.shape).",
    look=LOOK_DRAWN,
)
def columns_dropped(x, p, rng, training):
    if not training:
        return unless_training(x)
    return drop(x, p, np.broadcast_to(rng.random(x.shape[1:]) >= p, x.shape).copy())


@mistake(
    of=dropout_forward,
    says="One number is drawn for each sample, so that a sample is dropped as a whole. Draw a number "
    "for every entry.",
    look=LOOK_DRAWN,
)
def rows_dropped(x, p, rng, training):
    if not training:
        return unless_training(x)
    drawn = rng.random((len(x),) + (1,) * (x.ndim - 1)) >= p
    return drop(x, p, np.broadcast_to(drawn, x.shape).copy())


@mistake(
    of=dropout_forward,
    says="Exactly a share p of the entries is dropped each time, as by shuffling. Then the fate of "
    "one entry depends on the others. Decide for every entry by itself.",
    look=LOOK_DRAWN,
)
def exact_number(x, p, rng, training):
    if not training:
        return unless_training(x)
    mask = rng.permutation(x.size) >= round(p * x.size)
    return drop(x, p, mask.reshape(x.shape))


@mistake(
    of=dropout_forward,
    says=GLOBAL,
    look=LOOK_RNG,
)
def global_generator(x, p, rng, training):
    if not training:
        return unless_training(x)
    return drop(x, p, np.random.random(x.shape) >= p)


@mistake(
    of=dropout_forward,
    says=OWN,
    look=LOOK_RNG,
)
def own_generator(x, p, rng, training):
    return dropout_forward(x, p, np.random.default_rng(0), training)


@mistake(
    of=dropout_forward,
    says="out is float64 whatever x is. Multiplying a float32 array by an array of float64 numbers, "
    "such as a scaled mask, makes float64 of it.",
)
def always_double(x, p, rng, training):
    out, mask = dropout_forward(x, p, rng, training)
    return out * np.ones(x.shape), mask


@mistake(
    of=dropout_forward,
    says="x itself is changed. The caller still needs it: return a new array.",
)
def dropped_in_place(x, p, rng, training):
    out, mask = dropout_forward(x, p, rng, training)
    x[...] = out
    return x, mask


@alternative(of=dropout_forward)
def kept_where_greater(x, p, rng, training):
    if not training:
        return x, np.full(x.shape, True)
    mask = rng.random(x.shape) > p
    return np.where(mask, x / (1 - p), 0).astype(x.dtype), mask


@alternative(of=dropout_forward)
def kept_where_below(x, p, rng, training):
    keep = 1 - p if training else 1.0
    mask = rng.uniform(size=x.size).reshape(x.shape) < keep
    return x * (mask.astype(x.dtype) / np.asarray(keep, dtype=x.dtype)), mask


@alternative(of=dropout_forward)
def with_binomial(x, p, rng, training):
    if training:
        mask = rng.binomial(1, 1 - p, size=x.shape).astype(bool)
        out = np.zeros_like(x)
        out[mask] = x[mask] / (1 - p)
        return [out, mask]
    return [x, np.ones_like(x, dtype=bool)]


# dropout_backward


@mistake(
    of=dropout_backward,
    says="The mask is not used. Where an entry was dropped nothing went forward, so no gradient "
    "comes back.",
)
def mask_ignored(upstream, x, p, mask):
    return upstream / (1 - p)


@mistake(of=dropout_backward, says="The scale is missing. What was multiplied on the way forward is multiplied on the way back.")  # fmt: skip
def backward_not_scaled(upstream, x, p, mask):
    return upstream * mask


@mistake(of=dropout_backward, says="The gradient is scaled twice. The factor is the same as on the way forward, once.")  # fmt: skip
def backward_scaled_twice(upstream, x, p, mask):
    return upstream * mask / (1 - p) ** 2


@mistake(
    of=dropout_backward,
    says="The gradient is multiplied by 1 - p where it is divided on the way forward. The slope of "
    "an entry that was kept is the factor itself.",
)
def factor_inverted(upstream, x, p, mask):
    return upstream * mask * (1 - p)


@mistake(
    of=dropout_backward,
    says="The gradient goes through where entries were dropped, and stops where they were kept. mask "
    "is True where they were kept.",
)
def backward_mask_inverted(upstream, x, p, mask):
    return upstream * ~mask / (1 - p)


@mistake(
    of=dropout_backward,
    says="This is the forward pass once more: upstream is ignored.",
)
def forward_again(upstream, x, p, mask):
    return x * mask / (1 - p)


@mistake(
    of=dropout_backward,
    says="The gradient is stopped where the output is 0. An entry that was kept and happens to be 0 "
    "passes its gradient on; only the mask decides.",
)
def stopped_at_zeros(upstream, x, p, mask):
    return upstream * (x * mask != 0) / (1 - p)


@mistake(of=dropout_backward, says="upstream is changed in place. The caller may still need it.")
def upstream_changed(upstream, x, p, mask):
    upstream *= mask / (1 - p)
    return upstream


@alternative(of=dropout_backward)
def with_where(upstream, x, p, mask):
    return np.where(mask, upstream / (1 - p), 0)


@alternative(of=dropout_backward)
def by_indexing(upstream, x, p, mask):
    dx = np.zeros(x.shape, dtype=x.dtype, order="F")
    dx[mask] = upstream[mask] * (1 / (1 - p))
    return dx


# clip_by_norm


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


# augment_shift


def place(images, shifts):
    out = np.zeros_like(images)
    height, width = images.shape[2:]
    for i, (dy, dx) in enumerate(shifts):
        top, left = max(dy, 0), max(dx, 0)
        bottom, right = min(height, height + dy), min(width, width + dx)
        out[i, :, top:bottom, left:right] = images[
            i, :, top - dy : bottom - dy, left - dx : right - dx
        ]
    return out


@mistake(
    of=augment_shift,
    says="np.roll wraps around: what leaves on one side comes in on the other. A digit's foot would "
    "appear above its head. Fill with 0.",
    look=LOOK_SHIFT,
)
def wraps_around(images, max_shift, rng):
    shifts = rng.integers(-max_shift, max_shift + 1, size=(len(images), 2))
    return np.stack([np.roll(image, tuple(shift), axis=(1, 2)) for image, shift in
                     zip(images, shifts, strict=True)])  # fmt: skip


@mistake(
    of=augment_shift,
    says="The edge is repeated into the place that the image has left. Fill it with 0, the paper.",
    look=LOOK_SHIFT,
)
def edge_repeated(images, max_shift, rng):
    m, (height, width) = max_shift, images.shape[2:]
    padded = np.pad(images, ((0, 0), (0, 0), (m, m), (m, m)), mode="edge")
    out = np.empty_like(images)
    for i, (top, left) in enumerate(rng.integers(0, 2 * m + 1, size=(len(images), 2))):
        out[i] = padded[i, :, top : top + height, left : left + width]
    return out


@mistake(
    of=augment_shift,
    says="One shift is drawn for the whole batch. Draw one for each image.",
    look=LOOK_SHIFTS,
)
def one_shift_for_all(images, max_shift, rng):
    shift = rng.integers(-max_shift, max_shift + 1, size=2)
    return place(images, [shift] * len(images))


@mistake(
    of=augment_shift,
    says="max_shift itself is never drawn: rng.integers leaves out its upper end. Add 1 to it.",
    look=LOOK_SHIFTS,
)
def end_excluded(images, max_shift, rng):
    return place(images, rng.integers(-max_shift, max(max_shift, 1), size=(len(images), 2))
                 * bool(max_shift))  # fmt: skip


@mistake(
    of=augment_shift,
    says="Images only move down and to the right: negative shifts are missing.",
    look=LOOK_SHIFTS,
)
def other_direction_missing(images, max_shift, rng):
    return place(images, rng.integers(0, max_shift + 1, size=(len(images), 2)))


@mistake(
    of=augment_shift,
    says="Images only move sideways. Draw a second number for up and down.",
    look=LOOK_SHIFTS,
)
def only_horizontal(images, max_shift, rng):
    shifts = rng.integers(-max_shift, max_shift + 1, size=(len(images), 2))
    return place(images, shifts * [0, 1])


@mistake(
    of=augment_shift,
    says="Images only move up and down. Draw a second number for left and right.",
    look=LOOK_SHIFTS,
)
def only_vertical(images, max_shift, rng):
    shifts = rng.integers(-max_shift, max_shift + 1, size=(len(images), 2))
    return place(images, shifts * [1, 0])


@mistake(
    of=augment_shift,
    says="One number serves for both directions, so that images move along a diagonal only. Draw two "
    "for each image.",
    look=LOOK_SHIFTS,
)
def one_number_for_both(images, max_shift, rng):
    shifts = rng.integers(-max_shift, max_shift + 1, size=(len(images), 1))
    return place(images, np.repeat(shifts, 2, axis=1))


@mistake(
    of=augment_shift,
    says="Every image moves by max_shift exactly, one way or the other. All whole numbers from "
    "-max_shift to max_shift are equally likely.",
    look=LOOK_SHIFTS,
)
def farthest_only(images, max_shift, rng):
    return place(images, max_shift * rng.choice([-1, 1], size=(len(images), 2)))


@mistake(
    of=augment_shift,
    says="Small shifts come up more often than large ones. Draws from a normal distribution that are "
    "rounded, or numbers between the ends that are rounded, are not uniform; rng.integers is.",
    look=LOOK_SHIFTS,
)
def centered(images, max_shift, rng):
    shifts = np.rint(rng.uniform(-max_shift, max_shift, size=(len(images), 2)))
    return place(images, shifts.astype(int))


@mistake(
    of=augment_shift,
    says="The channels of an image are shifted apart. One shift is drawn for an image, and its "
    "channels move together.",
    look=LOOK_CHANNELS,
)
def channels_apart(images, max_shift, rng):
    n, channels, height, width = images.shape
    flattened = images.reshape(n * channels, 1, height, width)
    return augment_shift(flattened, max_shift, rng).reshape(images.shape)


@mistake(
    of=augment_shift,
    says="The images come back in another order. Their labels would no longer fit.",
    look=LOOK_CHANNELS,
)
def images_shuffled(images, max_shift, rng):
    return augment_shift(images, max_shift, rng)[rng.permutation(len(images))]


@mistake(
    of=augment_shift,
    says="The caller's images are overwritten. The next epoch would shift what is already shifted.",
)
def shifted_in_place(images, max_shift, rng):
    images[...] = augment_shift(images, max_shift, rng)
    return images


@mistake(of=augment_shift, says="The result is float64 whatever the images are. np.zeros makes float64 unless told otherwise; np.zeros_like keeps the dtype.")  # fmt: skip
def images_always_double(images, max_shift, rng):
    return augment_shift(images, max_shift, rng).astype(np.float64)


@mistake(
    of=augment_shift,
    says=GLOBAL,
    look=LOOK_RNG,
)
def global_generator(images, max_shift, rng):  # noqa: F811
    return augment_shift(images, max_shift, np.random.default_rng())


@mistake(
    of=augment_shift,
    says=OWN,
    look=LOOK_RNG,
)
def own_generator(images, max_shift, rng):  # noqa: F811
    return augment_shift(images, max_shift, np.random.default_rng(0))


@alternative(of=augment_shift)
def by_slices(images, max_shift, rng):
    shifts = [(rng.integers(-max_shift, max_shift, endpoint=True),
               rng.integers(-max_shift, max_shift, endpoint=True)) for _ in images]  # fmt: skip
    return place(images, shifts)


@alternative(of=augment_shift)
def by_index_arithmetic(images, max_shift, rng):
    n, _, height, width = images.shape
    vertical = rng.integers(-max_shift, max_shift + 1, size=n)
    horizontal = rng.integers(-max_shift, max_shift + 1, size=n)
    y = np.arange(height) - vertical[:, None]
    x = np.arange(width) - horizontal[:, None]
    inside = ((y >= 0) & (y < height))[:, :, None] & ((x >= 0) & (x < width))[:, None, :]
    rows, columns = y.clip(0, height - 1)[:, :, None], x.clip(0, width - 1)[:, None, :]
    moved = np.moveaxis(images, 1, -1)[np.arange(n)[:, None, None], rows, columns]
    return np.moveaxis(np.where(inside[..., None], moved, 0).astype(images.dtype), -1, 1)


@alternative(of=augment_shift)
def rolled_and_blanked(images, max_shift, rng):
    out = images.copy()
    for i in range(len(images)):
        dy, dx = rng.choice(np.arange(-max_shift, max_shift + 1), size=2)
        out[i] = np.roll(out[i], (dy, dx), axis=(1, 2))
        if dy > 0:
            out[i, :, :dy] = 0
        elif dy < 0:
            out[i, :, dy:] = 0
        if dx > 0:
            out[i, :, :, :dx] = 0
        elif dx < 0:
            out[i, :, :, dx:] = 0
    return out
