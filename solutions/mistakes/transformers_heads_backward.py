"""Wrong and alternative implementations of the way back through several heads."""

from __future__ import annotations

import numpy as np

from solutions.backprop import linear_backward
from solutions.mistakes import alternative, mistake
from solutions.mistakes.transformers_heads import DOUBLE, merged, projected
from solutions.transformers import (
    attention_backward,
    multi_head_attention_backward,
    scaled_dot_product_attention,
    split_heads,
)


def attention_parts(x, parameters, heads, mask):
    """The heads' queries, keys and values, and their merged output."""
    parts = projected(x, parameters, heads)
    return parts, merged(scaled_dot_product_attention(*parts, mask)[0])


def dprojected_of(upstream, x, parameters, heads, mask):
    """The gradients of queries, keys and values, merged."""
    parts = projected(x, parameters, heads)
    dheads = split_heads(upstream @ parameters[3][0].T, heads)
    return [merged(d) for d in attention_backward(dheads, *parts, mask)]


def per_token(a, b):
    return np.einsum("nti,ntj->ij", a, b)


@mistake(
    of=multi_head_attention_backward,
    says="dx is only what comes back through the queries. x also makes the keys and the values: add "
    "all three.",
)
def through_queries_only(upstream, x, parameters, heads, mask):
    _, gradients = multi_head_attention_backward(upstream, x, parameters, heads, mask)
    return dprojected_of(upstream, x, parameters, heads, mask)[0] @ parameters[0][0].T, gradients


@mistake(
    of=multi_head_attention_backward,
    says="dx is only what comes back through the values: an = where a += is needed, so that the last "
    "of three overwrites the others.",
)
def through_values_only(upstream, x, parameters, heads, mask):
    _, gradients = multi_head_attention_backward(upstream, x, parameters, heads, mask)
    return dprojected_of(upstream, x, parameters, heads, mask)[2] @ parameters[2][0].T, gradients


@mistake(
    of=multi_head_attention_backward,
    says="dx is the average of what comes back through queries, keys and values. Paths add up.",
)
def paths_averaged(upstream, x, parameters, heads, mask):
    dx, gradients = multi_head_attention_backward(upstream, x, parameters, heads, mask)
    return dx / 3, gradients


@mistake(
    of=multi_head_attention_backward,
    says="dw of the output layer is computed with x. What enters that layer is the merged output of "
    "the heads.",
)
def output_from_x(upstream, x, parameters, heads, mask):
    dx, gradients = multi_head_attention_backward(upstream, x, parameters, heads, mask)
    return dx, [*gradients[:3], (per_token(x, upstream), gradients[3][1])]


@mistake(
    of=multi_head_attention_backward,
    says="The gradients of the heads are merged by a reshape alone. Exchange heads and time first, "
    "as on the way forward.",
)
def gradients_merged_by_reshape(upstream, x, parameters, heads, mask):
    parts, inside = attention_parts(x, parameters, heads, mask)
    dheads = split_heads(upstream @ parameters[3][0].T, heads)
    dparts = [d.reshape(x.shape) for d in attention_backward(dheads, *parts, mask)]
    return gathered(upstream, x, parameters, dparts, inside)


@mistake(
    of=multi_head_attention_backward,
    says="The gradient is split among the heads by a reshape alone. Cut the last axis in two, then "
    "exchange axes, as on the way forward.",
)
def gradient_split_by_reshape(upstream, x, parameters, heads, mask):
    parts, inside = attention_parts(x, parameters, heads, mask)
    dheads = (upstream @ parameters[3][0].T).reshape(parts[0].shape)
    dparts = [merged(d) for d in attention_backward(dheads, *parts, mask)]
    return gathered(upstream, x, parameters, dparts, inside)


def gathered(upstream, x, parameters, dparts, inside):
    """dx and the gradients of all four layers."""
    dx = sum(d @ w.T for d, (w, _) in zip(dparts, parameters, strict=False))
    gradients = [(per_token(x, d), d.sum(axis=(0, 1))) for d in dparts]
    return dx, [*gradients, (per_token(inside, upstream), upstream.sum(axis=(0, 1)))]


@mistake(
    of=multi_head_attention_backward,
    says="upstream goes straight to the heads: the output layer is left out on the way back. "
    "Multiply by its w, transposed, first.",
)
def output_layer_skipped(upstream, x, parameters, heads, mask):
    identity = np.eye(x.shape[-1], dtype=x.dtype)
    stand_in = [*parameters[:3], (identity, parameters[3][1])]
    return multi_head_attention_backward(upstream, x, stand_in, heads, mask)


@mistake(
    of=multi_head_attention_backward,
    says="w is not transposed on the way back through the linear layers: a square w hides that from "
    "the shapes.",
)
def not_transposed(upstream, x, parameters, heads, mask):
    *before, (w, b) = parameters
    _, inside = attention_parts(x, parameters, heads, mask)
    dparts = dprojected_of(upstream, x, [*before, (w.T, b)], heads, mask)
    turned = [(w.T, b) for w, b in parameters]
    return gathered(upstream, x, turned, dparts, inside)


@mistake(
    of=multi_head_attention_backward,
    says="dw is transposed: w is (inputs, outputs), so dw is x turned times the gradient.",
)
def dw_transposed(upstream, x, parameters, heads, mask):
    dx, gradients = multi_head_attention_backward(upstream, x, parameters, heads, mask)
    return dx, [(dw.T, db) for dw, db in gradients]


@mistake(
    of=multi_head_attention_backward,
    says="The gradients of the parameters are summed over the sequences only. Every token goes "
    "through the same weights: sum over time as well.",
)
def not_summed_over_time(upstream, x, parameters, heads, mask):
    dx, gradients = multi_head_attention_backward(upstream, x, parameters, heads, mask)
    dparts = [*dprojected_of(upstream, x, parameters, heads, mask), upstream]
    return dx, [(dw, d.sum(axis=0)) for (dw, _), d in zip(gradients, dparts, strict=True)]


@mistake(
    of=multi_head_attention_backward,
    says="The biases' gradients are averaged over all tokens. They add up.",
)
def biases_averaged(upstream, x, parameters, heads, mask):
    dx, gradients = multi_head_attention_backward(upstream, x, parameters, heads, mask)
    tokens = x.shape[0] * x.shape[1]
    return dx, [(dw, db / tokens) for dw, db in gradients]


@mistake(
    of=multi_head_attention_backward,
    says="The mask is not used: gradients flow from tokens to what they never saw.",
)
def everything_seen(upstream, x, parameters, heads, mask):
    return multi_head_attention_backward(upstream, x, parameters, heads, np.ones_like(mask))


@mistake(
    of=multi_head_attention_backward,
    says="The scores are divided by the root of all features. Each head multiplies only its "
    "own part, so it is the root of features / heads, on the way back too.",
)
def root_of_all_backward(upstream, x, parameters, heads, mask):
    (w, b), *rest = parameters
    factor = heads**-0.5
    dx, ((dw, db), *others) = multi_head_attention_backward(
        upstream, x, [(w * factor, b * factor), *rest], heads, mask
    )
    return dx, [(dw * factor, db * factor), *others]


@mistake(
    of=multi_head_attention_backward,
    says="The gradients come in the order in which the way back meets them, the output layer first. "
    "They should stand as `parameters` does.",
)
def output_first(upstream, x, parameters, heads, mask):
    dx, gradients = multi_head_attention_backward(upstream, x, parameters, heads, mask)
    return dx, [gradients[3], *gradients[:3]]


@mistake(
    of=multi_head_attention_backward,
    says="dx is missing. The result is a pair: dx, and the gradients of the parameters.",
)
def gradients_alone(upstream, x, parameters, heads, mask):
    return multi_head_attention_backward(upstream, x, parameters, heads, mask)[1]


@mistake(of=multi_head_attention_backward, says=DOUBLE)
def heads_backward_double(upstream, x, parameters, heads, mask):
    dx, gradients = multi_head_attention_backward(upstream, x, parameters, heads, mask)
    return dx.astype(float), [(dw.astype(float), db.astype(float)) for dw, db in gradients]


@alternative(of=multi_head_attention_backward)
def with_flat_tokens(upstream, x, parameters, heads, mask):
    d = x.shape[-1]
    parts, inside = attention_parts(x, parameters, heads, mask)
    flat = x.reshape(-1, d)
    dinside, dw, db = linear_backward(
        upstream.reshape(-1, d), inside.reshape(-1, d), *parameters[3]
    )
    dparts = attention_backward(split_heads(dinside.reshape(x.shape), heads), *parts, mask)
    found = [
        linear_backward(merged(dpart).reshape(-1, d), flat, w, b)
        for dpart, (w, b) in zip(dparts, parameters, strict=False)
    ]
    dx = (found[2][0] + found[1][0] + found[0][0]).reshape(x.shape)
    return dx, [*(pair[1:] for pair in found), (dw, db)]


@alternative(of=multi_head_attention_backward)
def with_lists(upstream, x, parameters, heads, mask):
    _, inside = attention_parts(x, parameters, heads, mask)
    dparts = dprojected_of(upstream, x, parameters, heads, mask)
    dx, gradients = gathered(upstream, x, parameters, dparts, inside)
    return [dx, [[np.asfortranarray(dw), db] for dw, db in gradients]]
