"""Wrong and alternative implementations of scaled dot-product attention, forward and backward.

Those of masks, heads, blocks and embeddings stand in transformers_*.py.
"""

from __future__ import annotations

import numpy as np

from solutions.mistakes import (  # noqa: F401
    alternative,
    mistake,
    transformers_block,
    transformers_embeddings,
    transformers_heads,
    transformers_heads_backward,
    transformers_masks,
)
from solutions.transformers import attention_backward, scaled_dot_product_attention

INVERTED = (
    "The mask is the wrong way round. True means that a key may be attended to; here those are "
    "hidden, and the others seen."
)
D_V = (
    "The scores are divided by the root of the width of the values. It is the queries and keys that "
    "are multiplied, so it is their width, d_k, that makes the scores large."
)
ROOT_MISSING = (
    "The scores are not divided by the root of d_k. A dot product of d_k random terms has a spread "
    "of about √d_k: without the root the softmax gives nearly all to one key, and its gradient dies."
)
WHOLE_D = (
    "The scores are divided by d_k itself. Their spread grows with the square root of "
    "d_k, so divide by the root."
)
DOUBLE = (
    "float32 comes in and float64 goes out. np.sqrt of a whole number is a float64 number of NumPy, "
    "and an array times that is float64 too. d_k ** 0.5 is plain Python, which changes no dtype."
)


def turned(array):
    return array.swapaxes(-1, -2)


def softmax(scores, axis=-1):
    e = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def scores_of(queries, keys):
    return queries @ turned(keys) / queries.shape[-1] ** 0.5


def hidden(scores, mask):
    return np.where(mask, scores, -np.inf)


def rescaled(queries, factor):
    return queries * factor


# scaled_dot_product_attention


@mistake(of=scaled_dot_product_attention, says=ROOT_MISSING)
def root_missing(queries, keys, values, mask):
    return scaled_dot_product_attention(
        rescaled(queries, queries.shape[-1] ** 0.5), keys, values, mask
    )


@mistake(of=scaled_dot_product_attention, says=WHOLE_D)
def divided_by_d(queries, keys, values, mask):
    return scaled_dot_product_attention(
        rescaled(queries, queries.shape[-1] ** -0.5), keys, values, mask
    )


@mistake(of=scaled_dot_product_attention, says=D_V)
def root_of_d_v(queries, keys, values, mask):
    factor = (queries.shape[-1] / values.shape[-1]) ** 0.5
    return scaled_dot_product_attention(rescaled(queries, factor), keys, values, mask)


@mistake(
    of=scaled_dot_product_attention,
    says="The scores are multiplied by the root of d_k. They are too large by themselves: divide.",
)
def multiplied_by_the_root(queries, keys, values, mask):
    return scaled_dot_product_attention(
        rescaled(queries, queries.shape[-1] * 1.0), keys, values, mask
    )


@mistake(
    of=scaled_dot_product_attention,
    says=INVERTED,
    look="Ask for a causal mask of three tokens: which keys does the first one get?",
)
def mask_inverted(queries, keys, values, mask):
    weights = np.exp(hidden(scores_of(queries, keys), ~mask))
    with np.errstate(all="ignore"):
        weights = weights / weights.sum(axis=-1, keepdims=True)
    return weights @ values, weights


@mistake(
    of=scaled_dot_product_attention,
    says="The masked scores are set to 0 before the softmax. exp(0) is 1, so the hidden keys still "
    "get weight. A score of minus infinity gets none.",
    look="Look at the weights where the mask is False.",
)
def zero_for_infinity(queries, keys, values, mask):
    weights = softmax(np.where(mask, scores_of(queries, keys), 0).astype(queries.dtype))
    return weights @ values, weights


@mistake(
    of=scaled_dot_product_attention,
    says="The weights are masked after the softmax. What the hidden keys had is lost, and the rows "
    "sum to less than 1. Mask the scores, before the softmax.",
    look="Sum the weights of each query.",
)
def masked_after_the_softmax(queries, keys, values, mask):
    weights = softmax(scores_of(queries, keys)) * mask
    return weights @ values, weights


@mistake(
    of=scaled_dot_product_attention,
    says="The mask is not used at all: every query sees every key.",
)
def mask_ignored(queries, keys, values, mask):
    return scaled_dot_product_attention(queries, keys, values, np.ones_like(mask))


@mistake(
    of=scaled_dot_product_attention,
    says="The mask is added to the scores. True counts as 1 there, so that the visible scores rise by "
    "one and nothing is hidden. Replace the score where the mask is False.",
)
def mask_added_as_one(queries, keys, values, mask):
    weights = softmax(scores_of(queries, keys) + mask)
    return weights @ values, weights


@mistake(
    of=scaled_dot_product_attention,
    says="The softmax runs over the queries: each key hands out a total weight of 1. It is each "
    "query that has a total of 1 to give, over the keys, the last axis.",
    look="Sum the weights over the last axis. The sums should be 1.",
)
def softmax_over_the_queries(queries, keys, values, mask):
    scores = np.where(mask, scores_of(queries, keys), -1e30).astype(queries.dtype)
    weights = softmax(scores, axis=-2)
    return weights @ values, weights


@mistake(
    of=scaled_dot_product_attention,
    says="exp overflows for large scores, and the result is NaN. Subtract the largest score of each "
    "query first: that changes no weight.",
)
def scores_overflow(queries, keys, values, mask):
    e = np.exp(hidden(scores_of(queries, keys), mask))
    weights = e / e.sum(axis=-1, keepdims=True)
    return weights @ values, weights


@mistake(
    of=scaled_dot_product_attention,
    says="One maximum of all scores is subtracted. A query whose own scores are all far below it is "
    "left with exp(…) = 0 everywhere, and 0/0. Take the maximum of each query.",
)
def one_maximum_for_all(queries, keys, values, mask):
    scores = hidden(scores_of(queries, keys), mask)
    e = np.exp(scores - scores.max())
    weights = e / e.sum(axis=-1, keepdims=True)
    return weights @ values, weights


@mistake(
    of=scaled_dot_product_attention,
    says="The maximum is taken before the mask is put in. Where a hidden key has by far the largest "
    "score, all the visible ones underflow to 0. Mask first, then take the maximum.",
)
def maximum_of_hidden_scores(queries, keys, values, mask):
    scores = scores_of(queries, keys)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True)) * mask
    weights = e / e.sum(axis=-1, keepdims=True)
    return weights @ values, weights


@mistake(
    of=scaled_dot_product_attention,
    says="Hidden scores are replaced by a number that is not far enough below the others, such as "
    "-1000. A query whose visible scores are lower still attends to what is hidden. Use -np.inf.",
)
def not_low_enough(queries, keys, values, mask):
    weights = softmax(np.where(mask, scores_of(queries, keys), -1000.0).astype(queries.dtype))
    return weights @ values, weights


@mistake(of=scaled_dot_product_attention, says=DOUBLE)
def always_double(queries, keys, values, mask):
    out, weights = scaled_dot_product_attention(queries, keys, values, mask)
    return out.astype(float), weights.astype(float)


@mistake(
    of=scaled_dot_product_attention,
    says="keys.T turns all axes round, not only the last two. With an axis for sequences or heads "
    "the shapes no longer fit: swapaxes(-1, -2) exchanges the last two.",
)
def all_axes_turned(queries, keys, values, mask):
    scores = queries @ keys.T / queries.shape[-1] ** 0.5
    weights = softmax(np.where(mask, scores, -np.inf))
    return weights @ values, weights


@mistake(
    of=scaled_dot_product_attention,
    says="Only the output comes back. The weights are asked for too: (out, weights).",
)
def output_alone(queries, keys, values, mask):
    return scaled_dot_product_attention(queries, keys, values, mask)[0]


@mistake(
    of=scaled_dot_product_attention,
    says="The scores come back in place of the weights: the second result is from before the softmax.",
)
def scores_returned(queries, keys, values, mask):
    out, _ = scaled_dot_product_attention(queries, keys, values, mask)
    return out, hidden(scores_of(queries, keys), mask)


@mistake(
    of=scaled_dot_product_attention,
    says="One sum of all weights divides them: they sum to 1 over all queries together. Each query "
    "has its own sum, over the last axis, with keepdims=True.",
)
def one_sum_for_all(queries, keys, values, mask):
    scores = hidden(scores_of(queries, keys), mask)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights = e / e.sum()
    return weights @ values, weights


@alternative(of=scaled_dot_product_attention)
def with_einsum(queries, keys, values, mask):
    scores = np.einsum("...qd,...kd->...qk", queries, keys) * queries.shape[-1] ** -0.5
    scores = scores + np.where(mask, 0, -1e30).astype(queries.dtype)
    e = np.exp(scores - np.max(scores, axis=-1)[..., None])
    weights = e / np.sum(e, axis=-1)[..., None]
    return [np.einsum("...qk,...kd->...qd", weights, values), weights]


@alternative(of=scaled_dot_product_attention)
def query_by_query(queries, keys, values, mask):
    front = queries.shape[:-1]
    weights = np.zeros((*front, keys.shape[-2]), dtype=queries.dtype)
    out = np.zeros((*front, values.shape[-1]), dtype=queries.dtype, order="F")
    whole = np.broadcast_to(mask, weights.shape)
    for index in np.ndindex(front):
        seen = whole[index]
        scores = keys[index[:-1]][seen] @ queries[index] / queries.shape[-1] ** 0.5
        e = np.exp(scores - scores.max())
        weights[index][seen] = e / e.sum()
        out[index] = weights[index] @ values[index[:-1]]
    return out, weights


@alternative(of=scaled_dot_product_attention)
def with_a_large_number(queries, keys, values, mask):
    scores = (queries / queries.shape[-1] ** 0.5) @ np.moveaxis(keys, -1, -2)
    scores = np.broadcast_to(scores, np.broadcast_shapes(scores.shape, mask.shape)).copy()
    scores[np.broadcast_to(~mask, scores.shape)] = np.finfo(scores.dtype).min
    weights = softmax(scores)
    return np.matmul(weights, values), weights


def stages(queries, keys, values, mask):
    return scaled_dot_product_attention(queries, keys, values, mask)[1], queries.shape[-1] ** 0.5


def back(dscores, weights, upstream, queries, keys, root):
    return (
        dscores @ keys / root,
        turned(dscores) @ queries / root,
        turned(weights) @ upstream,
    )


def dscores_of(dweights, weights):
    return weights * (dweights - (dweights * weights).sum(axis=-1, keepdims=True))


# attention_backward


@mistake(
    of=attention_backward,
    says="The scores' gradient takes only the diagonal of the softmax. Raising one score takes "
    "weight from all the others: subtract the weighted average of the row first.",
    look="Add the same number to all scores of a query: the weights stay. What must the gradients of "
    "its scores sum to?",
)
def softmax_diagonal(upstream, queries, keys, values, mask):
    weights, root = stages(queries, keys, values, mask)
    dweights = upstream @ turned(values)
    return back(weights * (1 - weights) * dweights, weights, upstream, queries, keys, root)


@mistake(
    of=attention_backward,
    says="A plain average of the row is subtracted. It should be the average weighted by the "
    "softmax's own weights.",
)
def plain_average(upstream, queries, keys, values, mask):
    weights, root = stages(queries, keys, values, mask)
    dweights = upstream @ turned(values)
    dscores = weights * (dweights - dweights.mean(axis=-1, keepdims=True))
    return back(dscores, weights, upstream, queries, keys, root)


@mistake(
    of=attention_backward,
    says="The softmax is missing on the way back: the weights' gradient is passed on as if it "
    "were that of the scores. Between the two stands the softmax's own backward pass.",
)
def softmax_skipped(upstream, queries, keys, values, mask):
    weights, root = stages(queries, keys, values, mask)
    return back(upstream @ turned(values), weights, upstream, queries, keys, root)


@mistake(
    of=attention_backward,
    says="The average is subtracted, but the result is not multiplied by the weights. A key "
    "with little weight has a score with little influence.",
)
def weights_forgotten(upstream, queries, keys, values, mask):
    weights, root = stages(queries, keys, values, mask)
    dweights = upstream @ turned(values)
    dscores = dweights - (dweights * weights).sum(axis=-1, keepdims=True)
    return back(dscores, weights, upstream, queries, keys, root)


@mistake(
    of=attention_backward,
    says="The softmax's backward pass sums over the queries. Each query has a softmax of its own, "
    "over the keys, the last axis.",
)
def summed_over_the_queries(upstream, queries, keys, values, mask):
    weights, root = stages(queries, keys, values, mask)
    dweights = upstream @ turned(values)
    dscores = weights * (dweights - (dweights * weights).sum(axis=-2, keepdims=True))
    return back(dscores, weights, upstream, queries, keys, root)


@mistake(
    of=attention_backward,
    says="The root of d_k is missing on the way back. The forward pass divides by it, so the "
    "gradients of queries and keys are divided by it as well.",
)
def root_forgotten_backward(upstream, queries, keys, values, mask):
    weights, _ = stages(queries, keys, values, mask)
    dscores = dscores_of(upstream @ turned(values), weights)
    return back(dscores, weights, upstream, queries, keys, 1)


@mistake(
    of=attention_backward,
    says="The gradients are divided by the root of d_k twice, once at the scores and once at "
    "the end. The forward pass divides once, and so does the way back.",
)
def root_twice(upstream, queries, keys, values, mask):
    dqueries, dkeys, dvalues = attention_backward(upstream, queries, keys, values, mask)
    root = queries.shape[-1] ** 0.5
    return dqueries / root, dkeys / root, dvalues


@mistake(
    of=attention_backward,
    says="The mask is not used: the weights are computed anew without it, so that gradients flow to "
    "keys which the query never saw.",
)
def mask_not_used(upstream, queries, keys, values, mask):
    return attention_backward(upstream, queries, keys, values, np.ones_like(mask))


@mistake(of=attention_backward, says=INVERTED)
def mask_inverted_backward(upstream, queries, keys, values, mask):
    with np.errstate(all="ignore"):
        _, weights = mask_inverted(queries, keys, values, mask)
        dscores = dscores_of(upstream @ turned(values), weights)
    return back(dscores, weights, upstream, queries, keys, queries.shape[-1] ** 0.5)


@mistake(
    of=attention_backward,
    says="dvalues uses the scores' gradient. out = weights @ values, so the values get upstream "
    "through the weights themselves, turned.",
)
def dvalues_from_dscores(upstream, queries, keys, values, mask):
    weights, root = stages(queries, keys, values, mask)
    dscores = dscores_of(upstream @ turned(values), weights)
    return back(dscores, dscores, upstream, queries, keys, root)


@mistake(
    of=attention_backward,
    says="Queries and keys have each other's gradient: the first result belongs to the queries.",
)
def exchanged(upstream, queries, keys, values, mask):
    dqueries, dkeys, dvalues = attention_backward(upstream, queries, keys, values, mask)
    return dkeys, dqueries, dvalues


@mistake(
    of=attention_backward,
    says="The weights are treated as constants: only the values get a gradient. Queries and keys "
    "decide where to look, and must learn too.",
)
def weights_constant(upstream, queries, keys, values, mask):
    dvalues = attention_backward(upstream, queries, keys, values, mask)[2]
    return np.zeros_like(queries), np.zeros_like(keys), dvalues


@mistake(
    of=attention_backward,
    says="The upstream gradient is not used: these are the gradients of the sum of all "
    "outputs. Begin with upstream, and multiply on from there.",
)
def upstream_ignored(upstream, queries, keys, values, mask):
    return attention_backward(np.ones_like(upstream), queries, keys, values, mask)


@mistake(of=attention_backward, says=DOUBLE)
def gradients_always_double(upstream, queries, keys, values, mask):
    found = attention_backward(upstream, queries, keys, values, mask)
    return tuple(gradient.astype(float) for gradient in found)


@alternative(of=attention_backward)
def by_einsum(upstream, queries, keys, values, mask):
    weights, root = stages(queries, keys, values, mask)
    dweights = np.einsum("...qv,...kv->...qk", upstream, values)
    out = np.einsum("...qk,...kv->...qv", weights, values)
    dscores = weights * (dweights - (upstream * out).sum(axis=-1)[..., None]) / root
    return (
        np.einsum("...qk,...kd->...qd", dscores, keys),
        np.einsum("...qk,...qd->...kd", dscores, queries),
        np.einsum("...qk,...qv->...kv", weights, upstream),
    )


@alternative(of=attention_backward)
def with_the_whole_jacobian(upstream, queries, keys, values, mask):
    weights, root = stages(queries, keys, values, mask)
    identity = np.eye(weights.shape[-1], dtype=weights.dtype)
    jacobian = weights[..., :, None] * identity - weights[..., :, None] * weights[..., None, :]
    dscores = np.einsum("...qk,...qkj->...qj", upstream @ turned(values), jacobian)
    return list(back(dscores, weights, upstream, queries, keys, root))
