"""Wrong and alternative implementations of the step of a GRU, forward and backward."""

from __future__ import annotations

import numpy as np

from solutions.mistakes import alternative, mistake
from solutions.mistakes.recurrent_lstm import naive_sigmoid, sigmoid
from solutions.recurrent import gru_step, gru_step_backward


def _gru(x, h, w_x, w_h, b_x, b_h, order=(0, 1, 2), gate=sigmoid, **slips):
    """The right computation, with some of its steps replaced."""
    from_x = np.split(x @ w_x + b_x, 3, axis=1)
    from_h = np.split(h @ w_h + b_h, 3, axis=1)
    r_x, z_x, n_x = (from_x[k] for k in order)
    r_h, z_h, n_h = (from_h[k] for k in order)
    r, z = gate(r_x + r_h), gate(z_x + z_h)
    n = slips.get("candidate", np.tanh)(slips.get("inside", lambda r, a, c: a + r * c)(r, n_x, n_h))
    return slips.get("mix", lambda z, n, h: (1 - z) * n + z * h)(z, n, h)


# gru_step


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
    r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
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
    return _gru(*arguments, candidate=sigmoid)


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
    gates = sigmoid(x @ w_x[:, : 2 * k] + b_x[: 2 * k] + h @ w_h[:, : 2 * k] + b_h[: 2 * k])
    r, z = gates[:, :k], gates[:, k:]
    n = np.tanh(x @ w_x[:, 2 * k :] + b_x[2 * k :] + (h @ w_h[:, 2 * k :] + b_h[2 * k :]) * r)
    return np.asfortranarray(n + z * (h - n))


@alternative(of=gru_step)
def with_another_sigmoid(*arguments):
    return _gru(*arguments, gate=naive_sigmoid)


def _gru_back(upstream, x, h, w_x, w_h, b_x, b_h, **slips):
    """The right computation, with some of its steps replaced."""
    r_x, z_x, n_x = np.split(x @ w_x + b_x, 3, axis=1)
    r_h, z_h, n_h = np.split(h @ w_h + b_h, 3, axis=1)
    r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
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


# gru_step_backward


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
    gates = sigmoid(a[:, : 2 * k] + c[:, : 2 * k])
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
