"""Wrong and alternative implementations of the vanilla cell over whole sequences."""

from __future__ import annotations

import numpy as np

from solutions.mistakes import alternative, mistake
from solutions.recurrent import rnn_backward, rnn_forward, rnn_step, rnn_step_backward

# rnn_forward


@mistake(
    of=rnn_forward,
    says="Every step begins with h0 again: the state is not carried from one step to the next.",
)
def state_not_carried(x, h0, w_x, w_h, b):
    states = [rnn_step(x[:, t], h0, w_x, w_h, b) for t in range(x.shape[1])]
    return np.stack(states, axis=1), states[-1]


@mistake(
    of=rnn_forward,
    says="h0 is ignored: the first step begins with zeros. Begin with the state that is given.",
)
def begins_with_zeros(x, h0, w_x, w_h, b):
    return rnn_forward(x, np.zeros_like(h0), w_x, w_h, b)


@mistake(
    of=rnn_forward,
    says="The states are those before each step: h0 is in, and the last one is left out. states[:, "
    "t] is the state after step t.",
)
def states_before_the_steps(x, h0, w_x, w_h, b):
    states, last = rnn_forward(x, h0, w_x, w_h, b)
    return np.concatenate([h0[:, None], states[:, :-1]], axis=1), last


@mistake(
    of=rnn_forward,
    says="The states hold h0 as well, so that there is one too many. states[:, t] is the state after "
    "step t.",
)
def initial_state_included(x, h0, w_x, w_h, b):
    states, last = rnn_forward(x, h0, w_x, w_h, b)
    return np.concatenate([h0[:, None], states], axis=1), last


@mistake(
    of=rnn_forward,
    says="The states are stacked with time in front, (time, n, hidden). Here time is axis 1: "
    "np.stack(…, axis=1).",
)
def time_in_front(x, h0, w_x, w_h, b):
    states, last = rnn_forward(x, h0, w_x, w_h, b)
    return states.swapaxes(0, 1), last


@mistake(
    of=rnn_forward,
    says="The loop runs over the sequences, x[t], as if they were steps, and the state goes from one "
    "sequence to the next. Step t is x[:, t].",
)
def loop_over_sequences(x, h0, w_x, w_h, b):
    states, h = [], h0
    for t in range(x.shape[0]):
        h = rnn_step(x[t], h[: x.shape[1]], w_x, w_h, b)
        states.append(h)
    return np.stack(states), h


@mistake(
    of=rnn_forward,
    says="The sequences are read from their end to their beginning.",
)
def read_backward(x, h0, w_x, w_h, b):
    return rnn_forward(x[:, ::-1], h0, w_x, w_h, b)


@mistake(
    of=rnn_forward,
    says="Only the states come back. Return a pair: all the states, and the last one.",
)
def last_not_returned(x, h0, w_x, w_h, b):
    return rnn_forward(x, h0, w_x, w_h, b)[0]


@mistake(
    of=rnn_forward,
    says="What comes back as the last state is the first. It is states[:, -1], the state after the "
    "last step.",
)
def first_for_last(x, h0, w_x, w_h, b):
    states, _ = rnn_forward(x, h0, w_x, w_h, b)
    return states, states[:, 0]


@mistake(
    of=rnn_forward,
    says="The result is always float64: np.zeros without a dtype makes float64. Take the dtype of x, "
    "or collect the states in a list.",
)
def states_in_double(x, h0, w_x, w_h, b):
    states, last = rnn_forward(x, h0, w_x, w_h, b)
    return states.astype(np.float64), last


@alternative(of=rnn_forward)
def into_an_array(x, h0, w_x, w_h, b):
    n, time, _ = x.shape
    states = np.empty((n, time, len(b)), dtype=x.dtype)
    from_x = x @ w_x + b  # for all steps at once
    for t in range(time):
        before = states[:, t - 1] if t else h0
        states[:, t] = np.tanh(from_x[:, t] + before @ w_h)
    return states, states[:, -1]


@alternative(of=rnn_forward)
def by_recursion(x, h0, w_x, w_h, b):
    h = np.tanh(x[:, 0] @ w_x + h0 @ w_h + b)
    if x.shape[1] == 1:
        return [h[:, None], h]
    later, last = by_recursion(x[:, 1:], h, w_x, w_h, b)
    return [np.concatenate([h[:, None], later], axis=1), last]


def _through_time(upstream, x, h0, w_x, w_h, b, **slips):
    """The right computation, with some of its steps replaced."""
    dstates, dlast = upstream
    states, _ = rnn_forward(x, h0, w_x, w_h, b)
    arrives = slips.get("arrives", lambda t, now, future: now + future)
    before_step = slips.get("before", lambda t: states[:, t - 1] if t else h0)
    add = slips.get("add", lambda total, part: total + part)
    slope = slips.get("slope", lambda a: 1 - a**2)
    dx = np.zeros_like(x)
    total = np.zeros_like(w_x), np.zeros_like(w_h), np.zeros_like(b)
    dh = dlast
    for t in reversed(range(x.shape[1])):
        before = before_step(t)
        dz = arrives(t, dstates[:, t], dh) * slope(states[:, t])
        dx[:, t], dh = dz @ w_x.T, dz @ w_h.T
        parts = x[:, t].T @ dz, before.T @ dz, dz.sum(axis=0)
        total = tuple(add(whole, part) for whole, part in zip(total, parts, strict=True))
    return (dx, dh, *total)


# rnn_backward


@mistake(
    of=rnn_backward,
    says="What arrives from the future is dropped: every step uses its own dstates[:, t] alone. The "
    "state also acts through all later steps; add the dh that step t + 1 handed back.",
)
def future_forgotten(upstream, x, h0, w_x, w_h, b):
    last = x.shape[1] - 1
    return _through_time(
        upstream, x, h0, w_x, w_h, b,
        arrives=lambda t, now, future: now + future if t == last else now,
    )  # fmt: skip


@mistake(
    of=rnn_backward,
    says="Only what comes from the future flows back. At every step dstates[:, t] arrives too: add "
    "it.",
)
def steps_forgotten(upstream, x, h0, w_x, w_h, b):
    return _through_time(
        upstream, x, h0, w_x, w_h, b, arrives=lambda t, now, future: future
    )  # fmt: skip


@mistake(
    of=rnn_backward,
    says="dlast is ignored. It arrives at the last state, on top of dstates[:, -1].",
)
def last_state_forgotten(upstream, x, h0, w_x, w_h, b):
    dstates, dlast = upstream
    return rnn_backward((dstates, np.zeros_like(dlast)), x, h0, w_x, w_h, b)


@mistake(
    of=rnn_backward,
    says="At the last step dlast replaces dstates[:, -1]. Both arrive there: add them.",
)
def last_state_replaces(upstream, x, h0, w_x, w_h, b):
    last = x.shape[1] - 1
    return _through_time(
        upstream, x, h0, w_x, w_h, b,
        arrives=lambda t, now, future: future if t == last else now + future,
    )  # fmt: skip


@mistake(
    of=rnn_backward,
    says="dlast is added at every step. It arrives at the last one only.",
)
def last_state_everywhere(upstream, x, h0, w_x, w_h, b):
    dlast, last = upstream[1], x.shape[1] - 1
    return _through_time(
        upstream, x, h0, w_x, w_h, b,
        arrives=lambda t, now, future: now + future + (dlast if t < last else 0),
    )  # fmt: skip


@mistake(
    of=rnn_backward,
    says="The gradients of the weights are overwritten at every step, so that only step 0 is left. "
    "The same weights act at every step: add up.",
)
def weights_overwritten(upstream, x, h0, w_x, w_h, b):
    return _through_time(upstream, x, h0, w_x, w_h, b, add=lambda total, part: part)


@mistake(
    of=rnn_backward,
    says="The gradients of the weights are averaged over the steps. They add up; whether to average "
    "is the loss's business.",
)
def weights_averaged_over_time(upstream, x, h0, w_x, w_h, b):
    dx, dh0, *weights = rnn_backward(upstream, x, h0, w_x, w_h, b)
    return (dx, dh0, *(dw / x.dtype.type(x.shape[1]) for dw in weights))


@mistake(
    of=rnn_backward,
    says="dw_h is computed with the state after each step. What w_h was multiplied by is the state "
    "before it, and before step 0 that is h0.",
)
def state_after_the_step(upstream, x, h0, w_x, w_h, b):
    states, _ = rnn_forward(x, h0, w_x, w_h, b)
    return _through_time(upstream, x, h0, w_x, w_h, b, before=lambda t: states[:, t])


@mistake(
    of=rnn_backward,
    says="The state before step 0 is taken as zeros. It is h0, and its share in dw_h counts.",
)
def initial_state_taken_as_zero(upstream, x, h0, w_x, w_h, b):
    states, _ = rnn_forward(x, h0, w_x, w_h, b)
    zeros = np.zeros_like(h0)
    return _through_time(
        upstream, x, h0, w_x, w_h, b, before=lambda t: states[:, t - 1] if t else zeros
    )


@mistake(
    of=rnn_backward,
    says="Before step 0 the state is states[:, -1]: with t = 0, the index t - 1 wraps round to the "
    "last step. Use h0 there.",
)
def index_wraps_round(upstream, x, h0, w_x, w_h, b):
    states, _ = rnn_forward(x, h0, w_x, w_h, b)
    return _through_time(upstream, x, h0, w_x, w_h, b, before=lambda t: states[:, t - 1])


@mistake(
    of=rnn_backward,
    says="The slope of tanh is missing at every step.",
)
def slope_missing_through_time(upstream, x, h0, w_x, w_h, b):
    return _through_time(upstream, x, h0, w_x, w_h, b, slope=lambda a: np.ones_like(a))


@mistake(
    of=rnn_backward,
    says="The loop runs forward in time. The gradient of a state depends on all later steps, so begin "
    "at the last one.",
)
def forward_in_time(upstream, x, h0, w_x, w_h, b):
    dstates, dh = upstream
    states, _ = rnn_forward(x, h0, w_x, w_h, b)
    dx, total = np.zeros_like(x), [np.zeros_like(a) for a in (w_x, w_h, b)]
    for t in range(x.shape[1]):
        before = states[:, t - 1] if t else h0
        dx[:, t], dh, *parts = rnn_step_backward(dstates[:, t] + dh, x[:, t], before, w_x, w_h, b)
        total = [whole + part for whole, part in zip(total, parts, strict=True)]
    return (dx, dh, *total)


@mistake(
    of=rnn_backward,
    says="What comes back as dh0 is the gradient that arrived at the first state, before it went "
    "through step 0. It has to go through that step too.",
)
def one_step_short(upstream, x, h0, w_x, w_h, b):
    dx, _, *weights = rnn_backward(upstream, x, h0, w_x, w_h, b)
    dstates, dh = upstream
    states, _ = rnn_forward(x, h0, w_x, w_h, b)
    for t in reversed(range(1, x.shape[1])):
        _, dh, *_ = rnn_step_backward(dstates[:, t] + dh, x[:, t], states[:, t - 1], w_x, w_h, b)
    return (dx, dstates[:, 0] + dh, *weights)


@mistake(
    of=rnn_backward,
    says="The gradient is cut between the steps: each dh is what its own step sends back, without "
    "what came from further in the future. One array has to be carried through the whole loop.",
)
def one_step_of_future_only(upstream, x, h0, w_x, w_h, b):
    dstates, dlast = upstream
    states, _ = rnn_forward(x, h0, w_x, w_h, b)
    last = x.shape[1] - 1
    dx, total, dh = np.zeros_like(x), [np.zeros_like(a) for a in (w_x, w_h, b)], dlast
    for t in reversed(range(x.shape[1])):
        before = states[:, t - 1] if t else h0
        arrives = dstates[:, t] + dh
        dx[:, t], dh, *parts = rnn_step_backward(arrives, x[:, t], before, w_x, w_h, b)
        own = dstates[:, t] + dlast if t == last else dstates[:, t]
        dh = rnn_step_backward(own, x[:, t], before, w_x, w_h, b)[1] if t else dh
        total = [whole + part for whole, part in zip(total, parts, strict=True)]
    return (dx, dh, *total)


@mistake(
    of=rnn_backward,
    says="The result is float64 where float32 came in. np.zeros without a dtype makes float64; "
    "np.zeros_like keeps the dtype.",
)
def gradients_in_double(upstream, x, h0, w_x, w_h, b):
    return tuple(g.astype(np.float64) for g in rnn_backward(upstream, x, h0, w_x, w_h, b))


@mistake(
    of=rnn_backward,
    says="dstates is changed in place: what comes from the future is added into the caller's array. "
    "Make a new one.",
)
def upstream_changed(upstream, x, h0, w_x, w_h, b):
    dstates, dlast = upstream
    dstates[:, -1] += dlast
    return rnn_backward((dstates, np.zeros_like(dlast)), x, h0, w_x, w_h, b)


@alternative(of=rnn_backward)
def all_weights_at_the_end(upstream, x, h0, w_x, w_h, b):
    dstates, dlast = upstream
    states, _ = rnn_forward(x, h0, w_x, w_h, b)
    before = np.concatenate([h0[:, None], states[:, :-1]], axis=1)
    dz, dh = np.empty_like(states), dlast
    for t in range(x.shape[1] - 1, -1, -1):
        dz[:, t] = (dh + dstates[:, t]) * (1 + states[:, t]) * (1 - states[:, t])
        dh = dz[:, t] @ w_h.T
    dw_x = np.einsum("ntd,ntk->dk", x, dz)
    dw_h = np.einsum("nth,ntk->hk", before, dz)
    return [np.asfortranarray(dz @ w_x.T), dh, dw_x, dw_h, dz.sum(axis=(0, 1))]


@alternative(of=rnn_backward)
def by_recursion_backward(upstream, x, h0, w_x, w_h, b):
    dstates, dlast = upstream
    h = rnn_step(x[:, 0], h0, w_x, w_h, b)
    if x.shape[1] == 1:
        dx, *rest = rnn_step_backward(dstates[:, 0] + dlast, x[:, 0], h0, w_x, w_h, b)
        return (dx[:, None], *rest)
    later = by_recursion_backward((dstates[:, 1:], dlast), x[:, 1:], h, w_x, w_h, b)
    first = rnn_step_backward(dstates[:, 0] + later[1], x[:, 0], h0, w_x, w_h, b)
    dx = np.concatenate([first[0][:, None], later[0]], axis=1)
    return (dx, first[1], *(a + c for a, c in zip(later[2:], first[2:], strict=True)))
