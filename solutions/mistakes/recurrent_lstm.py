"""Wrong and alternative implementations of the step of an LSTM, forward and backward."""

from __future__ import annotations

import numpy as np

from solutions.mistakes import alternative, mistake
from solutions.recurrent import lstm_step, lstm_step_backward


def sigmoid(z):
    return (1 + np.tanh(z / 2)) / 2


def naive_sigmoid(z):
    return np.where(z < 0, np.exp(z) / (1 + np.exp(z)), 1 / (1 + np.exp(-z)))


def _lstm(x, h, c, w_x, w_h, b, order=(0, 1, 2, 3), gate=sigmoid, candidate=np.tanh, **slips):
    """The right computation, with some of its steps replaced."""
    blocks = np.split(x @ w_x + h @ w_h + b, 4, axis=1)
    i, f, g, o = (blocks[k] for k in order)
    i, f, g = gate(i), slips.get("forget", gate)(f), candidate(g)
    o = slips.get("out", gate)(o)
    keep = slips.get("keep", lambda i, f, g, c: f * c + i * g)
    after = keep(i, f, g, c)
    show = slips.get("show", lambda o, after, c: o * np.tanh(after))
    return show(o, after, c), after


# lstm_step


@mistake(
    of=lstm_step,
    says="The blocks are taken in the order i, f, o, g, as in CS231n. "
    "Here the candidate g comes third and the output gate o last.",
)
def order_ifog(x, h, c, w_x, w_h, b):
    return _lstm(x, h, c, w_x, w_h, b, order=(0, 1, 3, 2))


@mistake(
    of=lstm_step,
    says="The blocks are taken in the order f, i, g, o. Here the input gate i comes first.",
)
def order_figo(x, h, c, w_x, w_h, b):
    return _lstm(x, h, c, w_x, w_h, b, order=(1, 0, 2, 3))


@mistake(
    of=lstm_step,
    says="The blocks are taken in the order i, g, f, o, which is that of TensorFlow 1. Here the "
    "forget gate comes second and the candidate third.",
)
def order_igfo(x, h, c, w_x, w_h, b):
    return _lstm(x, h, c, w_x, w_h, b, order=(0, 2, 1, 3))


@mistake(
    of=lstm_step,
    says="The hidden state is made of the old cell state. Let out tanh of the new one.",
)
def old_cell_state_shown(x, h, c, w_x, w_h, b):
    return _lstm(x, h, c, w_x, w_h, b, show=lambda o, after, c: o * np.tanh(c))


@mistake(
    of=lstm_step,
    says="tanh of the cell state is missing: the output gate lets the cell state out as it is.",
)
def cell_state_not_squashed(x, h, c, w_x, w_h, b):
    return _lstm(x, h, c, w_x, w_h, b, show=lambda o, after, c: o * after)


@mistake(
    of=lstm_step,
    says="The candidate g goes through the sigmoid. It goes through tanh, so that it can also lower "
    "the cell state.",
)
def candidate_with_sigmoid(x, h, c, w_x, w_h, b):
    return _lstm(x, h, c, w_x, w_h, b, candidate=sigmoid)


@mistake(
    of=lstm_step,
    says="The gates i, f and o go through tanh. A gate is open or closed: it goes through the "
    "sigmoid, between 0 and 1.",
)
def gates_with_tanh(x, h, c, w_x, w_h, b):
    return _lstm(x, h, c, w_x, w_h, b, gate=np.tanh)


@mistake(
    of=lstm_step,
    says="The forget gate is used the wrong way round, as 1 - f. Where f is 1 the old cell state "
    "stays.",
)
def forget_inverted(x, h, c, w_x, w_h, b):
    return _lstm(x, h, c, w_x, w_h, b, keep=lambda i, f, g, c: (1 - f) * c + i * g)


@mistake(
    of=lstm_step,
    says="What comes in is weighted by 1 - f, as in a GRU. The LSTM has an input gate of its own, i.",
)
def gates_coupled(x, h, c, w_x, w_h, b):
    return _lstm(x, h, c, w_x, w_h, b, keep=lambda i, f, g, c: f * c + (1 - f) * g)


@mistake(
    of=lstm_step,
    says="The input gate is missing: the whole candidate is added to the cell state.",
)
def input_gate_missing(x, h, c, w_x, w_h, b):
    return _lstm(x, h, c, w_x, w_h, b, keep=lambda i, f, g, c: f * c + g)


@mistake(
    of=lstm_step,
    says="The forget gate is missing: all of the old cell state is kept.",
)
def forget_gate_missing(x, h, c, w_x, w_h, b):
    return _lstm(x, h, c, w_x, w_h, b, keep=lambda i, f, g, c: c + i * g)


@mistake(
    of=lstm_step,
    says="1 is added to the forget gate's weighted sum. That is a way to initialize its bias, and "
    "belongs there; here b is used as it is given.",
)
def forget_bias_added(x, h, c, w_x, w_h, b):
    return _lstm(x, h, c, w_x, w_h, b, forget=lambda z: sigmoid(z + 1))


@mistake(
    of=lstm_step,
    says="The old hidden state is left out of the weighted sum. The gates depend on x and on h.",
)
def hidden_state_ignored(x, h, c, w_x, w_h, b):
    return lstm_step(x, np.zeros_like(h), c, w_x, w_h, b)


@mistake(of=lstm_step, says="The two states are exchanged: return (h, c), the hidden state first.")
def states_exchanged(x, h, c, w_x, w_h, b):
    return lstm_step(x, h, c, w_x, w_h, b)[::-1]


@mistake(
    of=lstm_step,
    says="The blocks are cut along the samples, axis 0. They are columns: np.split(z, 4, axis=1).",
)
def split_along_samples(x, h, c, w_x, w_h, b):
    i, f, g, o = np.split(x @ w_x + h @ w_h + b, 4)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


@mistake(
    of=lstm_step,
    says="exp overflows for a weighted sum that is large in absolute value, and infinity divided by "
    "infinity is NaN. Use a sigmoid that takes exp of negative numbers only, or tanh(z / 2).",
)
def sigmoid_overflows(x, h, c, w_x, w_h, b):
    def sigmoid(z):
        return np.exp(z) / (1 + np.exp(z))

    return _lstm(x, h, c, w_x, w_h, b, gate=sigmoid)


@mistake(
    of=lstm_step, says="The result is always float64. Let float32 that comes in go out as it is."
)
def lstm_in_double(x, h, c, w_x, w_h, b):
    return lstm_step(*(a.astype(np.float64) for a in (x, h, c, w_x, w_h, b)))


@alternative(of=lstm_step)
def one_product_and_slices(x, h, c, w_x, w_h, b):
    z = np.hstack([x, h]) @ np.vstack([w_x, w_h]) + b
    k = h.shape[1]
    i, f, o = (1 / (1 + np.exp(-np.clip(z[:, a * k : a * k + k], -80, 80))) for a in (0, 1, 3))
    new = np.tanh(z[:, 2 * k : 3 * k]) * i + c * f
    return [np.tanh(new) * o, new]


@alternative(of=lstm_step)
def gate_by_gate(x, h, c, w_x, w_h, b):
    k = h.shape[1]

    def block(a):
        part = slice(a * k, (a + 1) * k)
        return x @ w_x[:, part] + h @ w_h[:, part] + b[part]

    c = np.asfortranarray(sigmoid(block(1)) * c + sigmoid(block(0)) * np.tanh(block(2)))
    return np.tanh(c) * sigmoid(block(3)), c


@alternative(of=lstm_step)
def masked_sigmoid(x, h, c, w_x, w_h, b):
    return _lstm(x, h, c, w_x, w_h, b, gate=naive_sigmoid)


def _lstm_back(upstream, x, h, c, w_x, w_h, b, **slips):
    """The right computation, with some of its steps replaced."""
    dh, dc = upstream
    i, f, g, o = np.split(x @ w_x + h @ w_h + b, 4, axis=1)
    i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
    after = f * c + i * g
    a = np.tanh(after)
    collect = slips.get("collect", lambda dh, dc, o, a: dc + dh * o * (1 - a**2))
    dnew = collect(dh, dc, o, a)
    old = slips.get("old", c)
    di = dnew * g * slips.get("slope_i", lambda i: i * (1 - i))(i)
    df = dnew * (after if slips.get("after") else old) * slips.get("slope_f", lambda f: f - f**2)(f)
    dg = dnew * i * slips.get("slope_g", lambda g: 1 - g**2)(g)
    do = dh * (after if slips.get("raw") else a) * slips.get("slope_o", lambda o: o * (1 - o))(o)
    if slips.get("crossed"):
        di, dg = dnew * i * i * (1 - i), dnew * g * (1 - g**2)
    dz = np.concatenate([[di, df, dg, do][k] for k in slips.get("order", (0, 1, 2, 3))], axis=1)
    dc_old = slips.get("back", lambda dnew, f: dnew * f)(dnew, f)
    return dz @ w_x.T, dz @ w_h.T, dc_old, x.T @ dz, h.T @ dz, dz.sum(axis=0)


# lstm_step_backward


@mistake(
    of=lstm_step_backward,
    says="What arrives at the new cell state itself, dc, is dropped; only what comes through the "
    "hidden state is used. The long memory flows along the cell state: add dc.",
)
def cell_path_dropped(upstream, x, h, c, w_x, w_h, b):
    dh, dc = upstream
    return lstm_step_backward((dh, np.zeros_like(dc)), x, h, c, w_x, w_h, b)


@mistake(
    of=lstm_step_backward,
    says="What comes through the hidden state does not reach the new cell state: its gradient is dc "
    "alone. The hidden state is made from it too, through tanh and the output gate.",
)
def hidden_path_dropped(upstream, *arguments):
    return _lstm_back(upstream, *arguments, collect=lambda dh, dc, o, a: dc)


@mistake(
    of=lstm_step_backward,
    says="Between the hidden and the cell state the slope of tanh is missing: h = o * tanh(c).",
)
def slope_between_the_states_missing(upstream, *arguments):
    return _lstm_back(upstream, *arguments, collect=lambda dh, dc, o, a: dc + dh * o)


@mistake(
    of=lstm_step_backward,
    says="Between the hidden and the cell state the output gate is missing: h = o * tanh(c), so the "
    "gradient of c carries the factor o.",
)
def output_gate_missing_on_the_way(upstream, *arguments):
    return _lstm_back(
        upstream, *arguments, collect=lambda dh, dc, o, a: dc + dh * (1 - a**2)
    )  # fmt: skip


@mistake(
    of=lstm_step_backward,
    says="The gradient of the old cell state lacks the forget gate: what was kept of c was f * c.",
)
def forget_gate_missing_in_dc(upstream, *arguments):
    return _lstm_back(upstream, *arguments, back=lambda dnew, f: dnew)


@mistake(
    of=lstm_step_backward,
    says="What comes back as dc is the gradient of the new cell state that arrived, times f, without "
    "the part that comes through the hidden state.",
)
def hidden_path_missing_in_dc(upstream, *arguments):
    return _lstm_back(upstream, *arguments, back=lambda dnew, f: upstream[1] * f)


@mistake(
    of=lstm_step_backward,
    says="The forget gate's gradient uses the new cell state. f multiplies the old one, c.",
)
def new_cell_state_at_the_forget_gate(upstream, *arguments):
    return _lstm_back(upstream, *arguments, after=True)


@mistake(
    of=lstm_step_backward,
    says="The output gate's gradient uses the new cell state itself. o multiplies its tanh.",
)
def cell_state_raw_at_the_output_gate(upstream, *arguments):
    return _lstm_back(upstream, *arguments, raw=True)


@mistake(
    of=lstm_step_backward,
    says="Input gate and candidate are crossed: i gets the gradient times i, and g times g. Each "
    "factor of i * g gets the gradient times the other one.",
)
def factors_crossed(upstream, *arguments):
    return _lstm_back(upstream, *arguments, crossed=True)


@mistake(
    of=lstm_step_backward,
    says="The candidate's slope is that of the sigmoid. g is a tanh: 1 - g².",
)
def candidate_slope_of_sigmoid(upstream, *arguments):
    return _lstm_back(upstream, *arguments, slope_g=lambda g: g * (1 - g))


@mistake(
    of=lstm_step_backward,
    says="The candidate's slope is missing: g is a tanh, so its sum gets the factor 1 - g².",
)
def candidate_slope_missing(upstream, *arguments):
    return _lstm_back(upstream, *arguments, slope_g=lambda g: 1)


@mistake(of=lstm_step_backward, says="The slope of the input gate is missing: i (1 - i).")
def input_slope_missing(upstream, *arguments):
    return _lstm_back(upstream, *arguments, slope_i=lambda i: 1)


@mistake(of=lstm_step_backward, says="The slope of the forget gate is missing: f (1 - f).")
def forget_slope_missing(upstream, *arguments):
    return _lstm_back(upstream, *arguments, slope_f=lambda f: 1)


@mistake(of=lstm_step_backward, says="The slope of the output gate is missing: o (1 - o).")
def output_slope_missing(upstream, *arguments):
    return _lstm_back(upstream, *arguments, slope_o=lambda o: 1)


@mistake(
    of=lstm_step_backward,
    says="The output gate's slope is that of tanh, 1 - o². It is a sigmoid: o (1 - o).",
)
def output_slope_of_tanh(upstream, *arguments):
    return _lstm_back(upstream, *arguments, slope_o=lambda o: 1 - o**2)


@mistake(
    of=lstm_step_backward,
    says="The four gradients are joined in the order i, f, o, g. The blocks are i, f, g, o.",
)
def joined_in_another_order(upstream, *arguments):
    return _lstm_back(upstream, *arguments, order=(0, 1, 3, 2))


@mistake(
    of=lstm_step_backward,
    says="dh uses dh of the upstream gradient as well, as if the hidden state were handed on "
    "directly. In an LSTM the old hidden state acts through the weighted sum only.",
)
def hidden_state_handed_on(upstream, x, h, c, w_x, w_h, b):
    dx, dh, *rest = lstm_step_backward(upstream, x, h, c, w_x, w_h, b)
    return (dx, dh + upstream[0], *rest)


@mistake(
    of=lstm_step_backward,
    says="db is averaged over the sequences. What arrives from each of them adds up.",
)
def lstm_bias_averaged(upstream, x, h, c, w_x, w_h, b):
    *others, db = lstm_step_backward(upstream, x, h, c, w_x, w_h, b)
    return (*others, db / x.dtype.type(len(x)))


@alternative(of=lstm_step_backward)
def with_cosh(upstream, x, h, c, w_x, w_h, b):
    dh, dc = upstream
    k = h.shape[1]
    z = x @ w_x + h @ w_h + b
    i, f, o = (sigmoid(z[:, a * k : (a + 1) * k]) for a in (0, 1, 3))
    g = np.tanh(z[:, 2 * k : 3 * k])
    new = c * f + g * i
    dnew = dh * o / np.cosh(new) ** 2 + dc
    dz = np.empty_like(z)
    dz[:, :k] = (i - i * i) * g * dnew
    dz[:, k : 2 * k] = (f - f * f) * c * dnew
    dz[:, 2 * k : 3 * k] = (dnew - dnew * g * g) * i
    dz[:, 3 * k :] = (o - o * o) * np.tanh(new) * dh
    both = np.hstack([x, h]).T @ dz
    d = x.shape[1]
    return [dz @ w_x.T, (w_h @ dz.T).T, f * dnew, both[:d], both[d:], np.ones(len(x), x.dtype) @ dz]


@alternative(of=lstm_step_backward)
def with_the_slips_of_none(upstream, *arguments):
    return _lstm_back(upstream, *arguments)
