"""Wrong and alternative implementations of the exercises of `recurrent` about LSTM and GRU."""

from __future__ import annotations

import numpy as np

from solutions.mistakes import alternative, mistake
from solutions.recurrent import gru_step, gru_step_backward, lstm_step, lstm_step_backward


def _sigmoid(z):
    return (1 + np.tanh(z / 2)) / 2


def _naive_sigmoid(z):
    return np.where(z < 0, np.exp(z) / (1 + np.exp(z)), 1 / (1 + np.exp(-z)))


def _lstm(x, h, c, w_x, w_h, b, order=(0, 1, 2, 3), gate=_sigmoid, candidate=np.tanh, **slips):
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
    return _lstm(x, h, c, w_x, w_h, b, candidate=_sigmoid)


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
    return _lstm(x, h, c, w_x, w_h, b, forget=lambda z: _sigmoid(z + 1))


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
    c = _sigmoid(f) * c + _sigmoid(i) * np.tanh(g)
    return _sigmoid(o) * np.tanh(c), c


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

    c = np.asfortranarray(_sigmoid(block(1)) * c + _sigmoid(block(0)) * np.tanh(block(2)))
    return np.tanh(c) * _sigmoid(block(3)), c


@alternative(of=lstm_step)
def masked_sigmoid(x, h, c, w_x, w_h, b):
    return _lstm(x, h, c, w_x, w_h, b, gate=_naive_sigmoid)


# lstm_step_backward


def _lstm_back(upstream, x, h, c, w_x, w_h, b, **slips):
    """The right computation, with some of its steps replaced."""
    dh, dc = upstream
    i, f, g, o = np.split(x @ w_x + h @ w_h + b, 4, axis=1)
    i, f, g, o = _sigmoid(i), _sigmoid(f), np.tanh(g), _sigmoid(o)
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
    i, f, o = (_sigmoid(z[:, a * k : (a + 1) * k]) for a in (0, 1, 3))
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


# gru_step


def _gru(x, h, w_x, w_h, b_x, b_h, order=(0, 1, 2), gate=_sigmoid, **slips):
    """The right computation, with some of its steps replaced."""
    from_x = np.split(x @ w_x + b_x, 3, axis=1)
    from_h = np.split(h @ w_h + b_h, 3, axis=1)
    r_x, z_x, n_x = (from_x[k] for k in order)
    r_h, z_h, n_h = (from_h[k] for k in order)
    r, z = gate(r_x + r_h), gate(z_x + z_h)
    n = slips.get("candidate", np.tanh)(slips.get("inside", lambda r, a, c: a + r * c)(r, n_x, n_h))
    return slips.get("mix", lambda z, n, h: (1 - z) * n + z * h)(z, n, h)


@mistake(
    of=gru_step,
    says="The update gate is the wrong way round: z weighs the candidate and 1 - z the old state, as "
    "in the first paper on GRUs. Here the old state stays where z is 1.",
)
def update_inverted(*arguments):
    return _gru(*arguments, mix=lambda z, n, h: z * n + (1 - z) * h)


@mistake(
    of=gru_step,
    says="The reset gate is applied to the old state before the matrix product, as in the first paper. "
    "Here it multiplies the result of the product, with its bias.",
)
def reset_before_the_product(x, h, w_x, w_h, b_x, b_h):
    k = h.shape[1]
    r_x, z_x, n_x = np.split(x @ w_x + b_x, 3, axis=1)
    r_h, z_h, _ = np.split(h @ w_h + b_h, 3, axis=1)
    r, z = _sigmoid(r_x + r_h), _sigmoid(z_x + z_h)
    n = np.tanh(n_x + (r * h) @ w_h[:, 2 * k :] + b_h[2 * k :])
    return (1 - z) * n + z * h


@mistake(
    of=gru_step,
    says="The bias b_h of the candidate is added outside the reset gate. The gate multiplies product "
    "and bias together.",
)
def bias_outside_the_reset(x, h, w_x, w_h, b_x, b_h):
    k = h.shape[1]
    bias = b_h[2 * k :]
    return _gru(x, h, w_x, w_h, b_x, b_h, inside=lambda r, a, c: a + r * (c - bias) + bias)


@mistake(
    of=gru_step,
    says="The reset gate is missing: the candidate takes in all of the old state's contribution.",
)
def reset_missing(*arguments):
    return _gru(*arguments, inside=lambda r, a, c: a + c)


@mistake(
    of=gru_step,
    says="The reset gate multiplies the whole weighted sum of the candidate. It multiplies only what "
    "the old state contributes; x always counts.",
)
def reset_of_everything(*arguments):
    return _gru(*arguments, inside=lambda r, a, c: r * (a + c))


@mistake(
    of=gru_step,
    says="The blocks are taken in the order z, r, n. Here the reset gate r comes first.",
)
def order_zrn(*arguments):
    return _gru(*arguments, order=(1, 0, 2))


@mistake(
    of=gru_step,
    says="The candidate goes through the sigmoid. It goes through tanh, between -1 and 1.",
)
def candidate_of_sigmoid(*arguments):
    return _gru(*arguments, candidate=_sigmoid)


@mistake(
    of=gru_step,
    says="The gates r and z go through tanh. A gate is open or closed: it goes through the sigmoid.",
)
def gru_gates_with_tanh(*arguments):
    return _gru(*arguments, gate=np.tanh)


@mistake(
    of=gru_step,
    says="The old state is not mixed in: this is (1 - z) n alone. Add z times the old state.",
)
def old_state_forgotten(*arguments):
    return _gru(*arguments, mix=lambda z, n, h: (1 - z) * n)


@mistake(
    of=gru_step,
    says="The candidate is added whole: n + z h. Its weight is 1 - z, so that the two weights add up "
    "to 1.",
)
def candidate_added_whole(*arguments):
    return _gru(*arguments, mix=lambda z, n, h: n + z * h)


@mistake(
    of=gru_step,
    says="The candidate comes back instead of the mixture of it and the old state.",
)
def candidate_returned(*arguments):
    return _gru(*arguments, mix=lambda z, n, h: n)


@mistake(of=gru_step, says="b_h is left out. The old state's weighted sum has a bias of its own.")
def second_bias_missing(x, h, w_x, w_h, b_x, b_h):
    return gru_step(x, h, w_x, w_h, b_x, np.zeros_like(b_h))


@mistake(
    of=gru_step,
    says="exp overflows for a weighted sum that is large in absolute value, and infinity divided by "
    "infinity is NaN. Use a sigmoid that takes exp of negative numbers only, or tanh(z / 2).",
)
def gru_sigmoid_overflows(*arguments):
    return _gru(*arguments, gate=lambda z: np.exp(z) / (1 + np.exp(z)))


@mistake(
    of=gru_step, says="The result is always float64. Let float32 that comes in go out as it is."
)
def gru_in_double(*arguments):
    return gru_step(*(a.astype(np.float64) for a in arguments))


@alternative(of=gru_step)
def step_towards_the_candidate(x, h, w_x, w_h, b_x, b_h):
    k = h.shape[1]
    gates = _sigmoid(x @ w_x[:, : 2 * k] + b_x[: 2 * k] + h @ w_h[:, : 2 * k] + b_h[: 2 * k])
    r, z = gates[:, :k], gates[:, k:]
    n = np.tanh(x @ w_x[:, 2 * k :] + b_x[2 * k :] + (h @ w_h[:, 2 * k :] + b_h[2 * k :]) * r)
    return np.asfortranarray(n + z * (h - n))


@alternative(of=gru_step)
def with_another_sigmoid(*arguments):
    return _gru(*arguments, gate=_naive_sigmoid)


# gru_step_backward


def _gru_back(upstream, x, h, w_x, w_h, b_x, b_h, **slips):
    """The right computation, with some of its steps replaced."""
    r_x, z_x, n_x = np.split(x @ w_x + b_x, 3, axis=1)
    r_h, z_h, n_h = np.split(h @ w_h + b_h, 3, axis=1)
    r, z = _sigmoid(r_x + r_h), _sigmoid(z_x + z_h)
    n = np.tanh(n_x + r * n_h)
    weight = slips.get("weight", lambda z: 1 - z)
    dn = upstream * weight(z) * slips.get("slope_n", lambda n: 1 - n**2)(n)
    mixed = slips.get("mixed", lambda h, n: h - n)(h, n)
    dz = upstream * mixed * slips.get("slope_z", lambda z: z * (1 - z))(z)
    k = h.shape[1]
    reset = n_h - b_h[2 * k :] if slips.get("no_bias") else n_h
    reset = h if slips.get("before") else reset
    dr = dn * reset * slips.get("slope_r", lambda r: r * (1 - r))(r)
    n_of_h = slips.get("n_of_h", lambda dn, r: dn * r)(dn, r)
    n_of_x = slips.get("n_of_x", lambda dn, r: dn)(dn, r)
    order = slips.get("order", (0, 1, 2))
    d_x = np.concatenate([[dr, dz, n_of_x][a] for a in order], axis=1)
    d_h = np.concatenate([[dr, dz, n_of_h][a] for a in order], axis=1)
    direct = slips.get("direct", lambda upstream, z: upstream * z)(upstream, z)
    dh = d_h @ w_h.T + direct
    return d_x @ w_x.T, dh, x.T @ d_x, h.T @ d_h, d_x.sum(axis=0), d_h.sum(axis=0)


@mistake(
    of=gru_step_backward,
    says="The direct way to the old state is missing from dh: the new state holds z * h, so upstream "
    "times z arrives at h without any weights.",
)
def direct_way_missing(upstream, *arguments):
    return _gru_back(upstream, *arguments, direct=lambda u, z: 0 * z)


@mistake(
    of=gru_step_backward,
    says="dh holds only the direct way, upstream times z. The old state also acts through the "
    "weighted sums.",
)
def only_the_direct_way(upstream, *arguments):
    dx, _, *rest = gru_step_backward(upstream, *arguments)
    return (dx, _gru_back(upstream, *arguments)[1] - _weighted_way(upstream, *arguments), *rest)


def _weighted_way(upstream, *arguments):
    return _gru_back(upstream, *arguments, direct=lambda u, z: 0 * z)[1]


@mistake(
    of=gru_step_backward,
    says="The direct way carries 1 - z. The old state enters the mixture with the weight z.",
)
def direct_way_inverted(upstream, *arguments):
    return _gru_back(upstream, *arguments, direct=lambda u, z: u * (1 - z))


@mistake(
    of=gru_step_backward,
    says="The candidate gets upstream times z. Its weight in the mixture is 1 - z.",
)
def candidate_weight_inverted(upstream, *arguments):
    return _gru_back(upstream, *arguments, weight=lambda z: z)


@mistake(
    of=gru_step_backward,
    says="The update gate's gradient has the wrong sign: it is upstream times (h - n), old state less "
    "candidate, because z weighs the old state.",
)
def update_sign(upstream, *arguments):
    return _gru_back(upstream, *arguments, mixed=lambda h, n: n - h)


@mistake(
    of=gru_step_backward,
    says="The update gate's gradient counts the old state only. z also takes away from the candidate: "
    "upstream times (h - n).",
)
def candidate_missing_at_the_update_gate(upstream, *arguments):
    return _gru_back(upstream, *arguments, mixed=lambda h, n: h)


@mistake(
    of=gru_step_backward,
    says="The reset gate is missing on the way to w_h: the candidate's block of the old state's "
    "weighted sum was multiplied by r, so its gradient is too.",
)
def reset_missing_on_the_way(upstream, *arguments):
    return _gru_back(upstream, *arguments, n_of_h=lambda dn, r: dn)


@mistake(
    of=gru_step_backward,
    says="The reset gate stands in the gradient of x's weighted sum as well. It multiplies only what "
    "the old state contributes.",
)
def reset_on_both_ways(upstream, *arguments):
    return _gru_back(upstream, *arguments, n_of_x=lambda dn, r: dn * r)


@mistake(
    of=gru_step_backward,
    says="The reset gate's gradient leaves the bias out: r multiplies product and bias, so its "
    "gradient is that of the candidate times both together.",
)
def bias_left_out_at_the_reset(upstream, *arguments):
    return _gru_back(upstream, *arguments, no_bias=True)


@mistake(
    of=gru_step_backward,
    says="The reset gate's gradient uses h, as if the gate stood before the matrix product. It "
    "multiplies what comes out of the product.",
)
def reset_gradient_with_h(upstream, *arguments):
    return _gru_back(upstream, *arguments, before=True)


@mistake(of=gru_step_backward, says="The slope of the reset gate is missing: r (1 - r).")
def reset_slope_missing(upstream, *arguments):
    return _gru_back(upstream, *arguments, slope_r=lambda r: 1)


@mistake(of=gru_step_backward, says="The slope of the update gate is missing: z (1 - z).")
def update_slope_missing(upstream, *arguments):
    return _gru_back(upstream, *arguments, slope_z=lambda z: 1)


@mistake(of=gru_step_backward, says="The slope of the candidate is missing: 1 - n².")
def gru_candidate_slope_missing(upstream, *arguments):
    return _gru_back(upstream, *arguments, slope_n=lambda n: 1)


@mistake(
    of=gru_step_backward,
    says="The candidate's slope is that of the sigmoid. n is a tanh: 1 - n².",
)
def gru_candidate_slope_of_sigmoid(upstream, *arguments):
    return _gru_back(upstream, *arguments, slope_n=lambda n: n * (1 - n))


@mistake(
    of=gru_step_backward,
    says="The three gradients are joined in the order z, r, n. The blocks are r, z, n.",
)
def joined_as_zrn(upstream, *arguments):
    return _gru_back(upstream, *arguments, order=(1, 0, 2))


@mistake(
    of=gru_step_backward,
    says="db_h is taken to equal db_x. They differ in the candidate's block, where that of h has "
    "passed the reset gate.",
)
def biases_alike(upstream, *arguments):
    *others, db_x, _ = gru_step_backward(upstream, *arguments)
    return (*others, db_x, db_x)


@alternative(of=gru_step_backward)
def in_another_order(upstream, x, h, w_x, w_h, b_x, b_h):
    k = h.shape[1]
    a, c = x @ w_x + b_x, h @ w_h + b_h
    gates = _sigmoid(a[:, : 2 * k] + c[:, : 2 * k])
    r, z = gates[:, :k], gates[:, k:]
    n = np.tanh(a[:, 2 * k :] + c[:, 2 * k :] * r)
    da, dc = np.empty_like(a), np.empty_like(c)
    da[:, 2 * k :] = (upstream - upstream * z) * (1 + n) * (1 - n)
    dc[:, 2 * k :] = r * da[:, 2 * k :]
    da[:, :k] = dc[:, :k] = da[:, 2 * k :] * c[:, 2 * k :] * (r - r * r)
    da[:, k : 2 * k] = dc[:, k : 2 * k] = (z - z * z) * (h - n) * upstream
    dh = z * upstream + (w_h @ dc.T).T
    return [np.einsum("nk,dk->nd", da, w_x), dh, x.T @ da, h.T @ dc, da.sum(0), dc.sum(0)]


@alternative(of=gru_step_backward)
def with_none_of_the_slips(upstream, *arguments):
    return _gru_back(upstream, *arguments)
