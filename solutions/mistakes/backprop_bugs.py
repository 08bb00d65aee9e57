"""Wrong and alternative implementations of a case that exposes broken backward passes."""

from __future__ import annotations

import numpy as np

from solutions.backprop import expose_bug
from solutions.mistakes import alternative, mistake

LOOK = (
    "Take the first broken pass that is named, and compute by hand what it makes of your case. Which "
    "entry of your case lets it get away with its bug?"
)


def _case(**changed):
    case = dict(zip(("upstream", "table", "indices", "w", "b"), expose_bug(), strict=True))
    return tuple({**case, **changed}.values())


@mistake(
    of=expose_bug,
    look=LOOK,
    says="There is one sample only. An average over one sample is its sum, and no row can be looked "
    "up twice.",
)
def one_sample():
    upstream, _, indices, _, _ = expose_bug()
    return _case(upstream=upstream[:1], indices=indices[:1])


@mistake(
    of=expose_bug,
    look=LOOK,
    says="No row of the table is looked up twice. Whether gradients are added or overwritten makes no "
    "difference then.",
)
def no_row_twice():
    return _case(indices=np.array([3, 0, 2, 1]), upstream=expose_bug()[0][:4])


@mistake(
    of=expose_bug,
    look=LOOK,
    says="Every entry before the ReLU is positive. With nothing to stop, a mask makes no difference.",
)
def nothing_is_masked():
    return _case(b=np.full(3, 100.0))


@mistake(
    of=expose_bug,
    look=LOOK,
    says="upstream has the signs of what goes into the ReLU, as when it is computed from its output. "
    "A mask made of upstream is then the right mask.",
)
def mask_agrees_with_upstream():
    _, table, indices, w, b = expose_bug()
    return _case(upstream=np.maximum(table[indices] @ w + b, 0) * np.linspace(2, 3, 3))


@mistake(
    of=expose_bug,
    look=LOOK,
    says="Every entry of upstream is 1. Leaving upstream out then changes nothing: an upstream of "
    "ones hides more bugs than any other choice.",
)
def upstream_all_ones():
    return _case(upstream=np.ones_like(expose_bug()[0]))


@mistake(
    of=expose_bug,
    look=LOOK,
    says="No entry of upstream is larger than 1, so clipping it to ±1 changes nothing.",
)
def upstream_small():
    return _case(upstream=0.2 * np.tanh(expose_bug()[0]))


@mistake(
    of=expose_bug,
    look=LOOK,
    says="w is symmetric, perhaps the identity. Its transpose is the same matrix then.",
)
def symmetric_weights():
    return _case(w=expose_bug()[3] + expose_bug()[3].T)


@mistake(
    of=expose_bug,
    look=LOOK,
    says="indices rise from sample to sample. Taking the rows in the order of the table is then no "
    "mistake.",
)
def indices_in_order():
    return _case(indices=np.sort(expose_bug()[2]))


@mistake(
    of=expose_bug,
    look=LOOK,
    says="Every entry is zero, so that every gradient is zero as well, the broken ones too.",
)
def all_zero():
    return tuple(np.zeros_like(part) for part in expose_bug())


@mistake(
    of=expose_bug,
    says="upstream has the shape of the looked-up rows. It must have the shape of the output a: one "
    "column for each column of w.",
)
def upstream_misshapen():
    _, table, indices, w, b = expose_bug()
    return table[indices] * 2, table, indices, w[:, :2], b[:2]


@alternative(of=expose_bug)
def by_hand():
    table = np.array([[1.0, -2.0], [0.5, 3.0]])
    w = np.array([[1.0, 2.0, -1.0], [0.5, -1.0, 1.5]])
    upstream = np.array([[3.0, -2.0, 5.0], [-0.5, 4.0, -3.0], [2.0, 1.5, -4.0]])
    return [upstream, table, np.array([1, 0, 1]), w, np.array([0.1, -0.2, 0.3])]


@alternative(of=expose_bug)
def random_every_time():
    rng = np.random.default_rng()
    indices = np.array([5, 1, 4, 0, 2, 1, 4, 3])
    upstream, half = 5 * rng.normal(size=(8, 4)), rng.normal(size=(3, 4))
    table = np.concatenate([half, -half])  # so that each unit lets some rows through
    return upstream, table, indices, rng.normal(size=(4, 4)), 0.1 * rng.normal(size=4)
