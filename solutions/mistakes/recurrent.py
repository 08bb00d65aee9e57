"""Wrong and alternative implementations of one step of the vanilla cell.

Those of sequences, of gated cells and of text stand in recurrent_*.py.
"""

from __future__ import annotations

import numpy as np

from solutions.mistakes import (  # noqa: F401
    alternative,
    mistake,
    recurrent_gru,
    recurrent_language_model,
    recurrent_lstm,
    recurrent_sequences,
    recurrent_text,
)
from solutions.recurrent import rnn_step, rnn_step_backward

# rnn_step


@mistake(
    of=rnn_step, says="tanh is missing: this is the weighted sum, and it can grow without end."
)
def tanh_missing(x, h, w_x, w_h, b):
    return x @ w_x + h @ w_h + b


@mistake(of=rnn_step, says="The activation is the sigmoid. The vanilla cell has tanh.")
def sigmoid_for_tanh(x, h, w_x, w_h, b):
    return 1 / (1 + np.exp(-(x @ w_x + h @ w_h + b)))


@mistake(
    of=rnn_step, says="The activation is ReLU. This cell has tanh, which keeps states bounded."
)
def relu_for_tanh(x, h, w_x, w_h, b):
    return np.maximum(x @ w_x + h @ w_h + b, 0)


@mistake(
    of=rnn_step,
    says="The old state is left out, so the cell has no memory. Add h @ w_h to the weighted sum.",
)
def no_memory(x, h, w_x, w_h, b):
    return np.tanh(x @ w_x + b)


@mistake(
    of=rnn_step,
    says="The old state is added as it is. It passes through the weights w_h first.",
)
def state_without_weights(x, h, w_x, w_h, b):
    return np.tanh(x @ w_x + h + b)


@mistake(
    of=rnn_step,
    says="The old state is added after tanh. It belongs inside, into the weighted sum.",
)
def state_added_outside(x, h, w_x, w_h, b):
    return np.tanh(x @ w_x + b) + h @ w_h


@mistake(of=rnn_step, says="The bias is missing from the weighted sum.")
def bias_missing(x, h, w_x, w_h, b):
    return np.tanh(x @ w_x + h @ w_h)


@mistake(of=rnn_step, says="The bias is added twice: once for x and once for h. There is one bias.")
def bias_twice(x, h, w_x, w_h, b):
    return np.tanh(x @ w_x + b + h @ w_h + b)


@mistake(
    of=rnn_step,
    says="w_h is transposed. It is square, so only the numbers tell: its rows belong to the old "
    "state, its columns to the new one.",
)
def state_weights_transposed(x, h, w_x, w_h, b):
    return np.tanh(x @ w_x + h @ w_h.T + b)


@mistake(
    of=rnn_step, says="The result is always float64. Let float32 that comes in go out as it is."
)
def always_double(x, h, w_x, w_h, b):
    return rnn_step(*(a.astype(np.float64) for a in (x, h, w_x, w_h, b)))


@alternative(of=rnn_step)
def one_product(x, h, w_x, w_h, b):
    return np.tanh(np.concatenate([x, h], axis=1) @ np.concatenate([w_x, w_h]) + b)


@alternative(of=rnn_step)
def sequence_by_sequence(x, h, w_x, w_h, b):
    rows = [np.tanh(w_x.T @ x[i] + w_h.T @ h[i] + b) for i in range(len(x))]
    return np.asfortranarray(np.array(rows))


def _back(upstream, x, h, w_x, w_h, b, slope):
    """The right computation with another slope of the activation."""
    z = x @ w_x + h @ w_h + b
    dz = upstream * slope(z, np.tanh(z))
    return dz @ w_x.T, dz @ w_h.T, x.T @ dz, h.T @ dz, dz.sum(axis=0)


# rnn_step_backward


@mistake(
    of=rnn_step_backward,
    says="The slope of tanh is missing: the gradient passes as if the cell were linear.",
)
def slope_missing(upstream, x, h, w_x, w_h, b):
    return _back(upstream, x, h, w_x, w_h, b, lambda z, a: 1)


@mistake(of=rnn_step_backward, says="The slope of tanh is 1 - a², not 1 - a: a is the new state.")
def slope_without_square(upstream, x, h, w_x, w_h, b):
    return _back(upstream, x, h, w_x, w_h, b, lambda z, a: 1 - a)


@mistake(
    of=rnn_step_backward,
    says="The slope is written with the weighted sum, 1 - z². It is one minus the square of the new "
    "state, tanh(z).",
)
def slope_with_the_sum(upstream, x, h, w_x, w_h, b):
    return _back(upstream, x, h, w_x, w_h, b, lambda z, a: 1 - z**2)


@mistake(
    of=rnn_step_backward,
    says="The slope is taken with the old state, 1 - h². tanh made the new state: compute that one.",
)
def slope_with_the_old_state(upstream, x, h, w_x, w_h, b):
    return _back(upstream, x, h, w_x, w_h, b, lambda z, a: 1 - h**2)


@mistake(
    of=rnn_step_backward, says="a (1 - a) is the slope of the sigmoid. That of tanh is 1 - a²."
)
def slope_of_the_sigmoid(upstream, x, h, w_x, w_h, b):
    return _back(upstream, x, h, w_x, w_h, b, lambda z, a: a * (1 - a))


@mistake(
    of=rnn_step_backward,
    says="The upstream gradient is ignored, as if every entry of it were 1. Multiply it by the slope "
    "of tanh first.",
)
def upstream_ignored(upstream, x, h, w_x, w_h, b):
    return rnn_step_backward(np.ones_like(upstream), x, h, w_x, w_h, b)


@mistake(
    of=rnn_step_backward,
    says="dh uses w_h where its transpose is needed. w_h is square, so only the numbers tell.",
)
def state_weights_not_transposed(upstream, x, h, w_x, w_h, b):
    dx, _, dw_x, dw_h, db = rnn_step_backward(upstream, x, h, w_x, w_h, b)
    return dx, upstream * (1 - rnn_step(x, h, w_x, w_h, b) ** 2) @ w_h, dw_x, dw_h, db


@mistake(
    of=rnn_step_backward,
    says="dw_h is transposed. Its rows belong to the old state, its columns to the new one.",
)
def state_gradient_transposed(upstream, x, h, w_x, w_h, b):
    dx, dh, dw_x, dw_h, db = rnn_step_backward(upstream, x, h, w_x, w_h, b)
    return dx, dh, dw_x, dw_h.T, db


@mistake(
    of=rnn_step_backward,
    says="dw_h is computed with the new state. What w_h was multiplied by is the state before the "
    "step, h.",
)
def new_state_for_the_old(upstream, x, h, w_x, w_h, b):
    dx, dh, dw_x, _, db = rnn_step_backward(upstream, x, h, w_x, w_h, b)
    a = rnn_step(x, h, w_x, w_h, b)
    return dx, dh, dw_x, a.T @ (upstream * (1 - a**2)), db


@mistake(
    of=rnn_step_backward,
    says="db is averaged over the sequences. What arrives from each of them adds up; an average, "
    "where it is wanted, is the loss's business.",
)
def bias_averaged(upstream, x, h, w_x, w_h, b):
    *others, db = rnn_step_backward(upstream, x, h, w_x, w_h, b)
    return (*others, db / len(x))


@mistake(
    of=rnn_step_backward,
    says="db is not summed over the sequences. The same bias acts on each of them: sum over axis 0.",
)
def bias_not_summed(upstream, x, h, w_x, w_h, b):
    *others, _ = rnn_step_backward(upstream, x, h, w_x, w_h, b)
    return (*others, upstream * (1 - rnn_step(x, h, w_x, w_h, b) ** 2))


@mistake(
    of=rnn_step_backward,
    says="The gradients are returned in another order. It is that of the arguments: dx, dh, dw_x, "
    "dw_h, db.",
)
def another_order(upstream, x, h, w_x, w_h, b):
    dx, dh, dw_x, dw_h, db = rnn_step_backward(upstream, x, h, w_x, w_h, b)
    return dx, dw_x, dh, dw_h, db


@alternative(of=rnn_step_backward)
def with_einsum(upstream, x, h, w_x, w_h, b):
    dz = upstream / np.cosh(x @ w_x + h @ w_h + b) ** 2
    dx, dh = np.einsum("nk,dk->nd", dz, w_x), np.einsum("nk,hk->nh", dz, w_h)
    return [dx, dh, np.einsum("nd,nk->dk", x, dz), np.einsum("nh,nk->hk", h, dz), dz.sum(0)]


@alternative(of=rnn_step_backward)
def one_stacked_layer(upstream, x, h, w_x, w_h, b):
    both, w = np.concatenate([x, h], axis=1), np.concatenate([w_x, w_h])
    a = np.tanh(both @ w + b)
    dz = upstream - upstream * a * a
    dboth, dw, d = dz @ w.T, both.T @ dz, x.shape[1]
    return dboth[:, :d], dboth[:, d:], dw[:d], dw[d:], dz.mean(axis=0) * x.dtype.type(len(x))
