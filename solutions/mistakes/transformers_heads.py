"""Wrong and alternative implementations of attention with several heads."""

from __future__ import annotations

import numpy as np

from solutions.mistakes import alternative, mistake
from solutions.transformers import multi_head_attention, scaled_dot_product_attention, split_heads

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


# multi_head_attention


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
