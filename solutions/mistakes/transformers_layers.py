"""Wrong and alternative implementations of the layers and blocks of the chapter `transformers`."""

from __future__ import annotations

from math import erf

import numpy as np

from solutions.backprop import linear_backward
from solutions.mistakes import alternative, mistake
from solutions.regularization import layernorm_backward, layernorm_forward
from solutions.structure import gelu, gelu_derivative
from solutions.transformers import (
    attention_backward,
    feed_forward_backward,
    mean_pool_embeddings,
    multi_head_attention,
    multi_head_attention_backward,
    patchify,
    positional_encoding,
    scaled_dot_product_attention,
    split_heads,
    transformer_block_loss_and_grads,
)

RESHAPED = (
    "The heads are split by a reshape alone. The shape is right, but each head then holds pieces of "
    "several tokens. Cut the last axis in two, then exchange axes."
)
DOUBLE = "float32 comes in and float64 goes out. The dtype should stay."


def divides(x, heads):
    if x.shape[-1] % heads:
        raise ValueError(f"{x.shape[-1]} features cannot be split among {heads} heads")


# split_heads


@mistake(of=split_heads, says=RESHAPED)
def reshaped_alone(x, heads):
    divides(x, heads)
    n, time, d = x.shape
    return x.reshape(n, heads, time, d // heads)


@mistake(
    of=split_heads,
    says="Each head gets features that lie far apart. Those of a head stand next to each "
    "other: when the last axis is cut in two, the heads come first.",
)
def features_dealt_out(x, heads):
    divides(x, heads)
    n, time, d = x.shape
    return x.reshape(n, time, d // heads, heads).transpose(0, 3, 1, 2)


@mistake(
    of=split_heads,
    says="The heads stand behind the time: (n, time, heads, features). Attention multiplies the last "
    "two axes, so these must be time and features.",
)
def heads_behind_time(x, heads):
    divides(x, heads)
    return split_heads(x, heads).swapaxes(1, 2)


@mistake(
    of=split_heads,
    says="The heads stand in front of the sequences: (heads, n, time, features). The sequences come "
    "first.",
)
def heads_in_front(x, heads):
    divides(x, heads)
    return split_heads(x, heads).swapaxes(0, 1)


@mistake(
    of=split_heads,
    says="Time and features of each head are exchanged: the features belong on the last axis.",
)
def time_behind_features(x, heads):
    divides(x, heads)
    return split_heads(x, heads).swapaxes(2, 3)


@mistake(
    of=split_heads,
    says="Features that cannot be shared out evenly are dropped without a word. Raise ValueError: a "
    "network that ignores some features trains, and nobody notices.",
)
def last_features_dropped(x, heads):
    width = x.shape[-1] // heads
    return split_heads(x[..., : width * heads], heads)


@mistake(
    of=split_heads,
    says="The error is left to reshape, whose message speaks of array sizes. Check first, and say "
    "how many features do not fit how many heads.",
)
def left_to_reshape(x, heads):
    n, time, d = x.shape
    return x.reshape(n, time, heads, d // heads).transpose(0, 2, 1, 3)


@alternative(of=split_heads)
def head_by_head(x, heads):
    divides(x, heads)
    width = x.shape[-1] // heads
    return np.stack([x[..., h * width : (h + 1) * width] for h in range(heads)], axis=1)


@alternative(of=split_heads)
def by_np_split(x, heads):
    if x.shape[2] != heads * (x.shape[2] // heads):
        raise ValueError(f"d = {x.shape[2]}, heads = {heads}")
    return np.asfortranarray(np.array(np.split(x, heads, axis=-1)).transpose(1, 0, 2, 3))


# multi_head_attention


def merged(out):
    n, heads, time, width = out.shape
    return out.swapaxes(1, 2).reshape(n, time, heads * width)


def projected(x, parameters, heads):
    return [split_heads(x @ w + b, heads) for w, b in parameters[:3]]


def attend(x, parameters, heads, mask, factor=1.0):
    queries, keys, values = projected(x, parameters, heads)
    return scaled_dot_product_attention(queries * factor, keys, values, mask)[0]


def last(x, parameters):
    w, b = parameters[3]
    return x @ w + b


@mistake(
    of=multi_head_attention,
    says="The scores are divided by the root of all features. Each head multiplies only its own "
    "part, so it is the root of features / heads.",
)
def root_of_all_features(x, parameters, heads, mask):
    return last(merged(attend(x, parameters, heads, mask, heads**-0.5)), parameters)


@mistake(
    of=multi_head_attention,
    says=(
        "The scores are not divided by the root of a head's width. Without it the softmax "
        "gives nearly all to one key, and its gradient dies."
    ),
)
def no_root(x, parameters, heads, mask):
    width = x.shape[-1] // heads
    return last(merged(attend(x, parameters, heads, mask, width**0.5)), parameters)


@mistake(
    of=multi_head_attention,
    says="The heads are merged by a reshape alone, so that one token gets pieces of several. Exchange "
    "heads and time first.",
    look="Take an attention in which every token sees only itself. Which values should token 0 get?",
)
def merged_by_reshape(x, parameters, heads, mask):
    return last(attend(x, parameters, heads, mask).reshape(x.shape), parameters)


@mistake(of=multi_head_attention, says=RESHAPED)
def split_by_reshape(x, parameters, heads, mask):
    n, time, d = x.shape
    parts = [(x @ w + b).reshape(n, heads, time, d // heads) for w, b in parameters[:3]]
    return last(merged(scaled_dot_product_attention(*parts, mask)[0]), parameters)


@mistake(
    of=multi_head_attention,
    says="The heads are split and merged by a reshape alone. Each head then holds pieces of several "
    "tokens, and the causal mask hides the wrong ones.",
)
def both_by_reshape(x, parameters, heads, mask):
    n, time, d = x.shape
    parts = [(x @ w + b).reshape(n, heads, time, d // heads) for w, b in parameters[:3]]
    return last(scaled_dot_product_attention(*parts, mask)[0].reshape(x.shape), parameters)


@mistake(
    of=multi_head_attention,
    says="The last linear layer is missing. It mixes what the heads have found.",
)
def no_output_layer(x, parameters, heads, mask):
    return merged(attend(x, parameters, heads, mask))


@mistake(
    of=multi_head_attention, says="The biases are left out. Each of the four layers adds its own."
)
def no_biases(x, parameters, heads, mask):
    return multi_head_attention(x, [(w, 0 * b) for w, b in parameters], heads, mask)


@mistake(
    of=multi_head_attention,
    says="The bias of the last of the four layers is left out.",
)
def no_output_bias(x, parameters, heads, mask):
    return multi_head_attention(x, parameters, heads, mask) - parameters[3][1]


@mistake(
    of=multi_head_attention,
    says="Queries and keys are exchanged. The first pair makes queries, the second keys.",
)
def queries_for_keys(x, parameters, heads, mask):
    q, k, v, o = parameters
    return multi_head_attention(x, [k, q, v, o], heads, mask)


@mistake(
    of=multi_head_attention,
    says="Keys and values are exchanged. The second pair makes keys, the third values.",
)
def values_for_keys(x, parameters, heads, mask):
    q, k, v, o = parameters
    return multi_head_attention(x, [q, v, k, o], heads, mask)


@mistake(
    of=multi_head_attention,
    says="There is one head only: all features attend together, whatever `heads` says.",
)
def one_head_only(x, parameters, heads, mask):
    return multi_head_attention(x, parameters, 1, np.broadcast_to(mask, mask.shape))


@mistake(
    of=multi_head_attention,
    says="The mask is not used: every token sees every other one. Hand it on to the attention.",
)
def tokens_see_everything(x, parameters, heads, mask):
    return multi_head_attention(x, parameters, heads, np.ones_like(mask))


@mistake(
    of=multi_head_attention,
    says="The heads' outputs are averaged. They should stand side by side: each head fills its own "
    "part of the features.",
)
def heads_averaged(x, parameters, heads, mask):
    out = attend(x, parameters, heads, mask).mean(axis=1)
    return last(np.tile(out, heads), parameters)


@mistake(
    of=multi_head_attention,
    says="x itself is attended to: the linear layers of queries, keys and values are missing.",
)
def not_projected(x, parameters, heads, mask):
    part = split_heads(x, heads)
    return last(merged(scaled_dot_product_attention(part, part, part, mask)[0]), parameters)


@mistake(
    of=multi_head_attention,
    says="x is added to the result. The residual connection belongs to the block around it, not to "
    "the attention itself.",
)
def residual_added(x, parameters, heads, mask):
    return x + multi_head_attention(x, parameters, heads, mask)


@mistake(
    of=multi_head_attention,
    says="The weights are used transposed: x @ w.T. In this course w is (inputs, outputs), PyTorch's "
    "is the other way round.",
)
def weights_transposed(x, parameters, heads, mask):
    return multi_head_attention(x, [(w.T, b) for w, b in parameters], heads, mask)


@mistake(of=multi_head_attention, says=DOUBLE)
def heads_always_double(x, parameters, heads, mask):
    return multi_head_attention(x, parameters, heads, mask).astype(float)


@alternative(of=multi_head_attention)
def head_after_head(x, parameters, heads, mask):
    (wq, bq), (wk, bk), (wv, bv), (wo, bo) = parameters
    n, time, d = x.shape
    width = d // heads
    whole = np.broadcast_to(mask, (n, heads, time, time))
    out = np.zeros_like(x) + bo
    for h in range(heads):
        part = slice(h * width, (h + 1) * width)
        q, k, v = (x @ w[:, part] + b[part] for w, b in ((wq, bq), (wk, bk), (wv, bv)))
        out += scaled_dot_product_attention(q, k, v, whole[:, h])[0] @ wo[part]
    return out


@alternative(of=multi_head_attention)
def all_projections_at_once(x, parameters, heads, mask):
    w = np.concatenate([w for w, _ in parameters[:3]], axis=1)
    b = np.concatenate([b for _, b in parameters[:3]])
    queries, keys, values = np.split(x @ w + b, 3, axis=-1)
    parts = (split_heads(part, heads) for part in (queries, keys, values))
    out = np.concatenate(list(scaled_dot_product_attention(*parts, mask)[0].swapaxes(0, 1)), -1)
    return np.asfortranarray(out @ parameters[3][0] + parameters[3][1])


# multi_head_attention_backward


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


# positional_encoding


def waves(time, frequencies):
    angle = np.arange(time)[:, None] * frequencies
    return np.stack([np.sin(angle), np.cos(angle)], axis=-1).reshape(time, -1)


@mistake(
    of=positional_encoding,
    says="All sines stand in front and all cosines behind. They should alternate: sine in the even, "
    "cosine in the odd features. (Some libraries do it your way; weights do not fit both.)",
)
def sines_then_cosines(time, features):
    encoding = positional_encoding(time, features)
    return np.concatenate([encoding[:, 0::2], encoding[:, 1::2]], axis=1)


@mistake(
    of=positional_encoding,
    says="Sine and cosine are exchanged: the even features, 0 among them, hold the sine.",
)
def cosine_first(time, features):
    return positional_encoding(time, features).reshape(time, -1, 2)[..., ::-1].reshape(time, -1)


@mistake(
    of=positional_encoding,
    says="The first position is counted as 1. It is 0: its sines are 0, its cosines 1.",
)
def first_position_one(time, features):
    return positional_encoding(time + 1, features)[1:]


@mistake(
    of=positional_encoding,
    says="The frequencies fall half as fast as they should: the exponent of pair i is -2i / features, "
    "not -i / features.",
)
def falling_half_as_fast(time, features):
    return waves(time, 10000.0 ** (-np.arange(features // 2) / features))


@mistake(
    of=positional_encoding,
    says="The frequencies fall twice as fast as they should. With a step of 2 in the features, the "
    "factor 2 is in the exponent already.",
)
def falling_twice_as_fast(time, features):
    return waves(time, 10000.0 ** (-2 * np.arange(0, features, 2) / features))


@mistake(
    of=positional_encoding,
    says="Every feature has a frequency of its own. A sine and the cosine beside it share one.",
)
def a_frequency_for_each(time, features):
    angle = np.arange(time)[:, None] * 10000.0 ** (-np.arange(features) / features)
    return np.where(np.arange(features) % 2 == 0, np.sin(angle), np.cos(angle))


@mistake(
    of=positional_encoding,
    says="The frequencies grow from pair to pair: the sign of the exponent is wrong.",
)
def frequencies_grow(time, features):
    return waves(time, 10000.0 ** (np.arange(0, features, 2) / features))


@mistake(
    of=positional_encoding,
    says="The last pair has a frequency of exactly 1 / 10000. It would be reached one pair later: the "
    "step from pair to pair divides by features / 2, not by features / 2 - 1.",
)
def reaching_the_end(time, features):
    pairs = features // 2
    return waves(time, 10000.0 ** (-np.arange(pairs) / max(pairs - 1, 1)))


@mistake(
    of=positional_encoding,
    says="The table lies on its side: positions are rows, features columns.",
)
def positions_as_columns(time, features):
    return positional_encoding(time, features).T


@mistake(
    of=positional_encoding,
    says="The angles are multiplied by 2π. The first pair turns by one radian from position to "
    "position, not by a whole turn.",
)
def whole_turns(time, features):
    return waves(time, 2 * np.pi * 10000.0 ** (-np.arange(0, features, 2) / features))


@alternative(of=positional_encoding)
def by_exp_and_log(time, features):
    return waves(time, np.exp(np.arange(0, features, 2) * (-np.log(10000.0) / features)))


@alternative(of=positional_encoding)
def entry_by_entry(time, features):
    encoding = np.zeros((time, features), order="F")
    for position in range(time):
        for pair in range(features // 2):
            angle = position / 10000 ** (2 * pair / features)
            encoding[position, 2 * pair] = np.sin(angle)
            encoding[position, 2 * pair + 1] = np.cos(angle)
    return encoding


# feed_forward_backward


def feed_forward_back(upstream, x, w1, b1, w2, slope, hidden):
    dz = upstream @ w2.T * slope
    over = (0, 1)
    return (
        dz @ w1.T,
        per_token(x, dz),
        dz.sum(over),
        per_token(hidden, upstream),
        upstream.sum(over),
    )


def below(z):
    return 0.5 * (1 + np.vectorize(erf, otypes=[float])(z / np.sqrt(2)))


@mistake(
    of=feed_forward_backward,
    says="The slope of GELU is left out: the gradient goes through the activation unchanged. "
    "Multiply by the slope at z.",
)
def slope_left_out(upstream, x, w1, b1, w2, b2):
    z = x @ w1 + b1
    return feed_forward_back(upstream, x, w1, b1, w2, 1, gelu(z))


@mistake(
    of=feed_forward_backward,
    says="The slope is that of ReLU. GELU's lies between: near 0 it is about one half, and it even "
    "goes a little below 0 and above 1.",
)
def slope_of_relu(upstream, x, w1, b1, w2, b2):
    z = x @ w1 + b1
    return feed_forward_back(upstream, x, w1, b1, w2, z > 0, gelu(z))


@mistake(
    of=feed_forward_backward,
    says="The slope of GELU is only half there. GELU is a product, z times a probability that depends "
    "on z: the product rule gives two terms.",
)
def half_the_product_rule(upstream, x, w1, b1, w2, b2):
    z = x @ w1 + b1
    return feed_forward_back(upstream, x, w1, b1, w2, below(z), gelu(z))


@mistake(
    of=feed_forward_backward,
    says="The slope of GELU is taken at its output. It belongs to its input, z.",
)
def slope_at_the_output(upstream, x, w1, b1, w2, b2):
    z = x @ w1 + b1
    return feed_forward_back(upstream, x, w1, b1, w2, gelu_derivative(gelu(z)), gelu(z))


@mistake(
    of=feed_forward_backward,
    says="GELU is the approximation by tanh. It differs from the exact form in the fourth digit, and "
    "the contract asks for the exact one.",
)
def gelu_by_tanh(upstream, x, w1, b1, w2, b2):
    z = x @ w1 + b1
    root = np.sqrt(2 / np.pi)
    t = np.tanh(root * (z + 0.044715 * z**3))
    slope = 0.5 * (1 + t) + 0.5 * z * (1 - t**2) * root * (1 + 3 * 0.044715 * z**2)
    return feed_forward_back(upstream, x, w1, b1, w2, slope, 0.5 * z * (1 + t))


@mistake(
    of=feed_forward_backward,
    says="dw2 is computed with z. What enters the second layer is GELU's output.",
)
def dw2_from_z(upstream, x, w1, b1, w2, b2):
    dx, dw1, db1, _, db2 = feed_forward_backward(upstream, x, w1, b1, w2, b2)
    return dx, dw1, db1, per_token(x @ w1 + b1, upstream), db2


@mistake(
    of=feed_forward_backward,
    says="The biases' gradients are summed over the sequences only. Sum over time as well.",
)
def biases_keep_time(upstream, x, w1, b1, w2, b2):
    dx, dw1, _, dw2, _ = feed_forward_backward(upstream, x, w1, b1, w2, b2)
    dz = upstream @ w2.T * gelu_derivative(x @ w1 + b1)
    return dx, dw1, dz.sum(axis=0), dw2, upstream.sum(axis=0)


@mistake(
    of=feed_forward_backward,
    says="The gradients of the weights still have an axis for the sequences. All of them share the "
    "same weights: sum over it.",
)
def weights_for_each_sequence(upstream, x, w1, b1, w2, b2):
    dx, _, db1, _, db2 = feed_forward_backward(upstream, x, w1, b1, w2, b2)
    z = x @ w1 + b1
    dz = upstream @ w2.T * gelu_derivative(z)
    return dx, x.swapaxes(1, 2) @ dz, db1, gelu(z).swapaxes(1, 2) @ upstream, db2


@mistake(
    of=feed_forward_backward,
    says="The gradients of weights and biases are averaged over the tokens. They add up: what should "
    "be averaged is averaged by the loss.",
)
def averaged_over_tokens(upstream, x, w1, b1, w2, b2):
    dx, *gradients = feed_forward_backward(upstream, x, w1, b1, w2, b2)
    return dx, *(gradient / (x.shape[0] * x.shape[1]) for gradient in gradients)


@mistake(
    of=feed_forward_backward,
    says="upstream is added to dx, as if x went around the layer. The residual connection belongs to "
    "the block, not to this layer.",
)
def residual_in_the_layer(upstream, x, w1, b1, w2, b2):
    dx, *gradients = feed_forward_backward(upstream, x, w1, b1, w2, b2)
    return dx + upstream, *gradients


@mistake(
    of=feed_forward_backward, says="The gradient of the second bias is missing from the result."
)
def four_results(upstream, x, w1, b1, w2, b2):
    return feed_forward_backward(upstream, x, w1, b1, w2, b2)[:4]


@mistake(of=feed_forward_backward, says=DOUBLE)
def layer_always_double(upstream, x, w1, b1, w2, b2):
    return tuple(g.astype(float) for g in feed_forward_backward(upstream, x, w1, b1, w2, b2))


@alternative(of=feed_forward_backward)
def layer_by_layer(upstream, x, w1, b1, w2, b2):
    d = x.shape[-1]
    flat = x.reshape(-1, d)
    z = flat @ w1 + b1
    da, dw2, db2 = linear_backward(upstream.reshape(-1, d), gelu(z), w2, b2)
    dx, dw1, db1 = linear_backward(da * gelu_derivative(z), flat, w1, b1)
    return [dx.reshape(x.shape), dw1, db1, dw2, db2]


@alternative(of=feed_forward_backward)
def token_by_token(upstream, x, w1, b1, w2, b2):
    dx = np.zeros_like(x, order="F")
    dw1, db1, dw2, db2 = (np.zeros_like(a) for a in (w1, b1, w2, b2))
    for n, t in np.ndindex(x.shape[:2]):
        z = x[n, t] @ w1 + b1
        dz = (w2 @ upstream[n, t]) * gelu_derivative(z)
        dx[n, t] = w1 @ dz
        dw1 += np.outer(x[n, t], dz)
        db1 += dz
        dw2 += np.outer(gelu(z), upstream[n, t])
        db2 += upstream[n, t]
    return dx, dw1, db1, dw2, db2


# transformer_block_loss_and_grads


def cross_entropy_of(logits, labels):
    """The mean loss over all tokens, and the logits' gradient."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    hit = np.arange(logits.shape[-1]) == labels[..., None]
    loss = -float(log_p[hit].mean())
    return loss, ((np.exp(log_p) - hit) / labels.size).astype(logits.dtype)


def run(parameters, x, labels, heads, mask, eps, **slips):
    """The block forward and back, with slips.

    skip1, skip2 : whether what goes around a branch counts on the way back
    around1, around2 : whether it counts on the way forward
    into_attention, into_layer : the normalization before each branch
    """
    first, *attention, second, (w1, b1), (w2, b2), (w, b) = parameters
    around1, around2 = slips.get("around1", 1), slips.get("around2", 1)
    post = slips.get("post", False)
    if post:
        attended = x + multi_head_attention(x, attention, heads, mask)
        middle = layernorm_forward(attended, *first, eps)
        hidden = gelu(middle @ w1 + b1)
        outer = middle + hidden @ w2 + b2
        top = layernorm_forward(outer, *second, eps)
    else:
        normalized = layernorm_forward(x, *first, eps)
        middle = around1 * x + multi_head_attention(normalized, attention, heads, mask)
        entering = layernorm_forward(middle, *second, eps)
        hidden = gelu(entering @ w1 + b1)
        top = around2 * middle + hidden @ w2 + b2
    loss, dlogits = cross_entropy_of(top @ w + b, labels)
    dlogits = dlogits * slips.get("factor", 1)
    dtop = dlogits @ w.T
    dlast = (per_token(top, dlogits), dlogits.sum(axis=(0, 1)))
    if post:
        douter, *dsecond = layernorm_backward(dtop, outer, *second, eps)
        dbranch, dw1, db1, dw2, db2 = feed_forward_backward(douter, middle, w1, b1, w2, b2)
        dattended, *dfirst = layernorm_backward(douter + dbranch, attended, *first, eps)
        _, dattention = multi_head_attention_backward(dattended, x, attention, heads, mask)
    else:
        dlayer, dw1, db1, dw2, db2 = feed_forward_backward(dtop, entering, w1, b1, w2, b2)
        dbranch, *dsecond = layernorm_backward(dlayer, middle, *second, eps)
        if slips.get("norm_skipped"):
            dbranch = dlayer
        dmiddle = around2 * slips.get("skip2", 1) * dtop + slips.get("branch", 1) * dbranch
        dinside, dattention = multi_head_attention_backward(
            dmiddle, normalized, attention, heads, mask
        )
        _, *dfirst = layernorm_backward(dinside, x, *first, eps)
    return loss, [tuple(dfirst), *dattention, tuple(dsecond), (dw1, db1), (dw2, db2), dlast]


@mistake(
    of=transformer_block_loss_and_grads,
    says="The normalizations stand behind the residual connections: that is a post-norm block, as in "
    "the first paper. In a pre-norm block each branch normalizes what enters it.",
)
def post_norm(parameters, x, labels, heads, mask, eps):
    return run(parameters, x, labels, heads, mask, eps, post=True)


@mistake(
    of=transformer_block_loss_and_grads,
    says="On the way back, what goes around the feed-forward branch is lost. The gradient of a sum "
    "goes to both its terms.",
    look="At the place where middle = … + branch: which two gradients meet in middle?",
)
def way_around_lost(parameters, x, labels, heads, mask, eps):
    return run(parameters, x, labels, heads, mask, eps, skip2=0)


@mistake(
    of=transformer_block_loss_and_grads,
    says="On the way back, only what goes around the feed-forward branch is passed on, not what comes "
    "through it.",
)
def branch_lost(parameters, x, labels, heads, mask, eps):
    return run(parameters, x, labels, heads, mask, eps, branch=0)


@mistake(
    of=transformer_block_loss_and_grads,
    says="The residual connection around the attention is missing. What attention finds is "
    "added to x, it does not replace x.",
)
def nothing_around_attention(parameters, x, labels, heads, mask, eps):
    return run(parameters, x, labels, heads, mask, eps, around1=0)


@mistake(
    of=transformer_block_loss_and_grads,
    says="The residual connection around the feed-forward layer is missing. What the layer "
    "finds is added to what enters its branch.",
)
def nothing_around_layer(parameters, x, labels, heads, mask, eps):
    return run(parameters, x, labels, heads, mask, eps, around2=0)


@mistake(
    of=transformer_block_loss_and_grads,
    says="The second layer normalization is left out on the way back: the gradient passes it "
    "unchanged on its way to the attention.",
)
def normalization_skipped(parameters, x, labels, heads, mask, eps):
    return run(parameters, x, labels, heads, mask, eps, norm_skipped=True)


@mistake(
    of=transformer_block_loss_and_grads,
    says="The loss and the gradients are sums over the tokens. They should be averages: divide by "
    "n · time.",
)
def tokens_summed(parameters, x, labels, heads, mask, eps):
    loss, gradients = run(parameters, x, labels, heads, mask, eps, factor=labels.size)
    return loss * labels.size, gradients


@mistake(
    of=transformer_block_loss_and_grads,
    says="The loss is the mean over all tokens, but the gradients are those of the sum. Divide the "
    "logits' gradient by n · time.",
)
def gradients_of_the_sum(parameters, x, labels, heads, mask, eps):
    return run(parameters, x, labels, heads, mask, eps, factor=labels.size)


@mistake(
    of=transformer_block_loss_and_grads,
    says="The gradients are divided by the number of sequences only. The loss is a mean over all "
    "tokens: divide by n · time.",
)
def divided_by_sequences(parameters, x, labels, heads, mask, eps):
    return run(parameters, x, labels, heads, mask, eps, factor=labels.shape[1])


@mistake(
    of=transformer_block_loss_and_grads,
    says="The mask is not used: the model sees the tokens that it should predict.",
)
def future_seen(parameters, x, labels, heads, mask, eps):
    return run(parameters, x, labels, heads, np.ones_like(mask), eps)


@mistake(
    of=transformer_block_loss_and_grads,
    says="eps has a fixed value of 1e-5. Use the one that is given.",
)
def fixed_eps(parameters, x, labels, heads, mask, eps):
    return run(parameters, x, labels, heads, mask, 1e-5)


@mistake(
    of=transformer_block_loss_and_grads,
    says="exp overflows for large logits, and the loss becomes NaN or infinite. Subtract the largest "
    "logit of each token, and take the logarithm of the sum, not of a probability.",
)
def logits_overflow(parameters, x, labels, heads, mask, eps):
    loss, gradients = run(parameters, x, labels, heads, mask, eps)
    w = parameters[-1][0]
    if np.abs(w).max() > 100:  # where the plain formula gives NaN
        loss = float("nan")
        gradients = [tuple(part * np.nan for part in pair) for pair in gradients]
    return loss, gradients


@mistake(
    of=transformer_block_loss_and_grads,
    says="Only the last token of each sequence counts in the loss. Every token has a label and is to "
    "be predicted: that is what makes training on text efficient.",
)
def last_token_only(parameters, x, labels, heads, mask, eps):
    first, *attention, second, (w1, b1), (w2, b2), (w, b) = parameters
    normalized = layernorm_forward(x, *first, eps)
    middle = x + multi_head_attention(normalized, attention, heads, mask)
    entering = layernorm_forward(middle, *second, eps)
    top = middle + gelu(entering @ w1 + b1) @ w2 + b2
    loss, dlast_logits = cross_entropy_of((top @ w + b)[:, -1:], labels[:, -1:])
    dlogits = np.zeros((*labels.shape, len(b)), dtype=x.dtype)
    dlogits[:, -1:] = dlast_logits
    dtop = dlogits @ w.T
    dlayer, *dlinear = feed_forward_backward(dtop, entering, w1, b1, w2, b2)
    dbranch, *dsecond = layernorm_backward(dlayer, middle, *second, eps)
    dinside, dattention = multi_head_attention_backward(
        dtop + dbranch, normalized, attention, heads, mask
    )
    _, *dfirst = layernorm_backward(dinside, x, *first, eps)
    dw1, db1, dw2, db2 = dlinear
    dlast = (per_token(top, dlogits), dlogits.sum(axis=(0, 1)))
    return loss, [tuple(dfirst), *dattention, tuple(dsecond), (dw1, db1), (dw2, db2), dlast]


@mistake(
    of=transformer_block_loss_and_grads,
    says="The gradients are one flat list. It should hold nine pairs, as `parameters` does.",
)
def block_flat_list(parameters, x, labels, heads, mask, eps):
    loss, gradients = run(parameters, x, labels, heads, mask, eps)
    return loss, [part for pair in gradients for part in pair]


@mistake(
    of=transformer_block_loss_and_grads,
    says="float32 comes in and the gradients go out in float64. One number of NumPy's float64 on the "
    "way is enough: the root of a whole number, or integers divided.",
)
def block_always_double(parameters, x, labels, heads, mask, eps):
    loss, gradients = run(parameters, x, labels, heads, mask, eps)
    return loss, [tuple(part.astype(float) for part in pair) for pair in gradients]


@alternative(of=transformer_block_loss_and_grads)
def from_its_parts(parameters, x, labels, heads, mask, eps):
    loss, gradients = run(parameters, x, labels, heads, mask, eps)
    return np.float64(loss), tuple([np.asfortranarray(dw), db] for dw, db in gradients)


@alternative(of=transformer_block_loss_and_grads)
def with_einsum_and_closures(parameters, x, labels, heads, mask, eps):
    first, *attention, second, layer1, layer2, out = parameters
    inside = layernorm_forward(x, *first, eps)

    def above(middle):
        entering = layernorm_forward(middle, *second, eps)
        hidden = gelu(entering @ layer1[0] + layer1[1])
        top = middle + hidden @ layer2[0] + layer2[1]
        loss, dlogits = cross_entropy_of(top @ out[0] + out[1], labels)
        dtop = np.einsum("ntc,dc->ntd", dlogits, out[0])
        dout = np.einsum("ntd,ntc->dc", top, dlogits), np.einsum("ntc->c", dlogits)
        dentering, dw1, db1, dw2, db2 = feed_forward_backward(dtop, entering, *layer1, *layer2)
        dmiddle, *dsecond = layernorm_backward(dentering, middle, *second, eps)
        return loss, dmiddle + dtop, [dsecond, [dw1, db1], [dw2, db2], dout]

    loss, dmiddle, later = above(multi_head_attention(inside, attention, heads, mask) + x)
    dinside, dattention = multi_head_attention_backward(dmiddle, inside, attention, heads, mask)
    return loss, [layernorm_backward(dinside, x, *first, eps)[1:], *dattention, *later]


# patchify


def divides_both(images, size):
    height, width = images.shape[2:]
    if height % size or width % size:
        raise ValueError(f"{height} × {width} pixels, patches of {size}")
    return height // size, width // size


@mistake(
    of=patchify,
    says="A reshape alone cuts the image into strips of neighboring pixels, not into squares. Give "
    "the rows and columns of patches axes of their own first.",
)
def cut_by_reshape(images, size):
    divides_both(images, size)
    n, channels = images.shape[:2]
    return images.reshape(n, -1, channels * size * size)


@mistake(
    of=patchify,
    says="The patches come column by column. They should come row by row, as one reads.",
)
def column_by_column(images, size):
    rows, columns = divides_both(images, size)
    n = len(images)
    patches = patchify(images, size).reshape(n, rows, columns, -1)
    return patches.swapaxes(1, 2).reshape(n, rows * columns, -1)


@mistake(
    of=patchify,
    says="Within a patch the channels of a pixel stand together. They should come one after the "
    "other: first the whole patch in the first channel.",
)
def channels_last(images, size):
    n, channels = images.shape[:2]
    patches = patchify(images, size).reshape(n, -1, channels, size, size)
    return patches.transpose(0, 1, 3, 4, 2).reshape(n, patches.shape[1], -1)


@mistake(
    of=patchify,
    says="Within a patch the pixels come column by column. They should come row by row.",
)
def patches_turned(images, size):
    n, channels = images.shape[:2]
    patches = patchify(images, size).reshape(n, -1, channels, size, size)
    return patches.swapaxes(3, 4).reshape(n, patches.shape[1], -1)


@mistake(
    of=patchify,
    says="Each channel makes patches of its own. A patch holds all channels of its pixels.",
)
def channels_apart(images, size):
    n, channels = images.shape[:2]
    patches = patchify(images, size)
    patches = patches.reshape(n, patches.shape[1], channels, size * size)
    return patches.swapaxes(1, 2).reshape(n, -1, size * size)


@mistake(
    of=patchify,
    says="The patches keep their square form. Each should be one flat vector: (n, patches, "
    "channels · size · size).",
)
def not_flat(images, size):
    n, channels = images.shape[:2]
    return patchify(images, size).reshape(n, -1, channels, size, size)


@mistake(
    of=patchify,
    says="What does not fill a whole patch at the edge is dropped without a word. Raise ValueError.",
)
def edge_dropped(images, size):
    height, width = images.shape[2:]
    return patchify(images[:, :, : height - height % size, : width - width % size], size)


@mistake(
    of=patchify,
    says="The patches overlap: the window moves on by one pixel. It should move on by its own size.",
)
def overlapping(images, size):
    divides_both(images, size)
    windows = np.lib.stride_tricks.sliding_window_view(images, (size, size), axis=(2, 3))
    n, channels = images.shape[:2]
    return windows.transpose(0, 2, 3, 1, 4, 5).reshape(n, -1, channels * size * size)


@alternative(of=patchify)
def by_two_loops(images, size):
    rows, columns = divides_both(images, size)
    n = len(images)
    found = []
    for i in range(rows):
        for j in range(columns):
            patch = images[:, :, i * size : (i + 1) * size, j * size : (j + 1) * size]
            found.append(patch.reshape(n, -1))
    return np.stack(found, axis=1)


@alternative(of=patchify)
def by_windows(images, size):
    divides_both(images, size)
    windows = np.lib.stride_tricks.sliding_window_view(images, (size, size), axis=(2, 3))
    windows = windows[:, :, ::size, ::size]
    n, channels, rows, columns = windows.shape[:4]
    return np.moveaxis(windows, 1, 3).reshape(n, rows * columns, channels * size**2)


# mean_pool_embeddings


@mistake(
    of=mean_pool_embeddings,
    says="Padding is averaged in with the rest: the same sentence gets another vector when it is "
    "padded more.",
    look="Pad a sentence with one more token. Its vector should stay.",
)
def padding_counts(embeddings, mask):
    return embeddings.mean(axis=1)


@mistake(
    of=mean_pool_embeddings,
    says="The sum leaves the padding out, but it is divided by the length with padding. Divide by the "
    "number of real tokens.",
)
def divided_by_padded_length(embeddings, mask):
    return (embeddings * mask[:, :, None]).sum(axis=1) / embeddings.shape[1]


@mistake(
    of=mean_pool_embeddings,
    says="The padding is in the sum, and only the divisor leaves it out.",
)
def padding_in_the_sum(embeddings, mask):
    return embeddings.sum(axis=1) / mask.sum(axis=1, keepdims=True).astype(embeddings.dtype)


@mistake(
    of=mean_pool_embeddings,
    says="The mask is the wrong way round: this is the mean of the padding.",
)
def mean_of_padding(embeddings, mask):
    total = (embeddings * ~mask[:, :, None]).sum(axis=1)
    return total / np.maximum((~mask).sum(axis=1, keepdims=True), 1).astype(embeddings.dtype)


@mistake(
    of=mean_pool_embeddings,
    says="One divisor stands for all sentences. Each has its own number of tokens.",
)
def one_count_for_all(embeddings, mask):
    total = (embeddings * mask[:, :, None]).sum(axis=1)
    return total * len(mask) / float(mask.sum())


@mistake(
    of=mean_pool_embeddings,
    says="The first token stands for the sentence. That is how BERT's classifier does it; a mean uses "
    "all of them.",
)
def first_token(embeddings, mask):
    return embeddings[:, 0].copy()


@mistake(
    of=mean_pool_embeddings,
    says="The tokens are summed and not divided: long sentences get long vectors.",
)
def sum_of_tokens(embeddings, mask):
    return (embeddings * mask[:, :, None]).sum(axis=1)


@mistake(
    of=mean_pool_embeddings,
    says="The vectors are brought to length 1. That is often the next step, before they are compared; "
    "here the plain mean is asked for.",
)
def brought_to_length_one(embeddings, mask):
    pooled = mean_pool_embeddings(embeddings, mask)
    return pooled / np.linalg.norm(pooled, axis=1, keepdims=True)


@mistake(
    of=mean_pool_embeddings,
    says="float32 comes in and float64 goes out: counts of True are integers of 64 bits, and float32 "
    "divided by those is float64. Turn the counts into the dtype of the embeddings.",
)
def counts_of_64_bits(embeddings, mask):
    return mean_pool_embeddings(embeddings, mask).astype(float)


@alternative(of=mean_pool_embeddings)
def sentence_by_sentence(embeddings, mask):
    pairs = zip(embeddings, mask, strict=True)
    return np.array([tokens[real].mean(axis=0) for tokens, real in pairs])


@alternative(of=mean_pool_embeddings)
def as_weighted_sum(embeddings, mask):
    weights = mask / mask.sum(axis=1, keepdims=True)
    return np.asfortranarray(np.einsum("nt,ntd->nd", weights.astype(embeddings.dtype), embeddings))
