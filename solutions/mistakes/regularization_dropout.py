"""Wrong and alternative implementations of dropout, forward and backward."""

from __future__ import annotations

import numpy as np

from solutions.mistakes import alternative, mistake
from solutions.regularization import dropout_backward, dropout_forward

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


def unless_training(x):
    return x.copy(), np.ones(x.shape, dtype=bool)


def drop(x, p, mask):
    """What a right function returns for this mask, in the dtype of x."""
    return (x * mask / (1 - p)).astype(x.dtype), mask


# dropout_forward


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
