"""Wrong and alternative implementations of the exercises of `backprop`: chain rule, linear layer.

Those of the other layers, of graphs, networks and checkers stand in backprop_*.py.
"""

from __future__ import annotations

import numpy as np

from solutions.backprop import chain_by_hand, linear_backward, linear_with_cache
from solutions.mistakes import (  # noqa: F401
    alternative,
    backprop_activations,
    backprop_bugs,
    backprop_checkers,
    backprop_graphs,
    backprop_graphs_alternatives,
    backprop_graphs_backward,
    backprop_graphs_functions,
    backprop_networks,
    backprop_repeats,
    backprop_two_layers,
    mistake,
)


def _with(result, **changed):
    names = ("da", "dv", "du", "dw", "db", "dx")
    return tuple(changed.get(name, value) for name, value in zip(names, result, strict=True))


# chain_by_hand


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


# linear_backward


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


# linear_with_cache


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
