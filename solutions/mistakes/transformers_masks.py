"""Wrong and alternative implementations of the masks of attention."""

from __future__ import annotations

import numpy as np

from solutions.mistakes import alternative, mistake
from solutions.transformers import causal_mask, padding_mask

# causal_mask


@mistake(
    of=causal_mask,
    says="The mask is upside down: this shows every token its future and hides its past. The row is "
    "the query.",
)
def sees_the_future(time):
    return causal_mask(time).T.copy()


@mistake(
    of=causal_mask,
    says="True stands where attention is forbidden. In this course, as in PyTorch's "
    "scaled_dot_product_attention, True means: may be attended to.",
)
def true_means_hidden(time):
    return ~causal_mask(time)


@mistake(
    of=causal_mask,
    says="The diagonal is missing: no token sees itself, and the first one sees nothing at all.",
)
def diagonal_excluded(time):
    return np.tril(np.ones((time, time), dtype=bool), k=-1)


@mistake(
    of=causal_mask,
    says="The mask holds numbers. It should be bool: as 0 and 1 it could be added or multiplied by "
    "mistake, and ~ would do something else.",
)
def numbers_for_bool(time):
    return np.tril(np.ones((time, time)))


@mistake(
    of=causal_mask,
    says="The mask holds 0 and minus infinity, to be added to the scores. In this course a "
    "mask is bool: True where a key may be attended to.",
)
def added_to_scores(time):
    return np.where(causal_mask(time), 0.0, -np.inf)


@mistake(
    of=causal_mask,
    says="Each token sees one token of the future: the comparison is off by one. A token may "
    "see itself and those before it.",
)
def one_ahead(time):
    return np.tril(np.ones((time, time), dtype=bool), k=1)


@alternative(of=causal_mask)
def with_tril(time):
    return np.tril(np.ones((time, time), dtype=bool))


@alternative(of=causal_mask)
def in_fortran_order(time):
    return np.asfortranarray([[key <= query for key in range(time)] for query in range(time)])


# padding_mask


@mistake(
    of=padding_mask,
    says="The positions stand on the axis of the queries. It is keys that must not be attended to: "
    "they belong on the last axis. (What a padded query computes is thrown away anyway.)",
)
def on_the_query_axis(lengths, time):
    return padding_mask(lengths, time).swapaxes(-1, -2)


@mistake(
    of=padding_mask,
    says="True stands for padding. True means that a key may be attended to.",
)
def true_is_padding(lengths, time):
    return ~padding_mask(lengths, time)


@mistake(
    of=padding_mask,
    says="One token too many counts as real. Positions begin with 0: the last real one is the "
    "length less one.",
)
def one_too_many(lengths, time):
    return (np.arange(time) <= lengths[:, None])[:, None, None, :]


@mistake(
    of=padding_mask,
    says="The axes for heads and queries are missing. A mask of shape (n, time) would line up with "
    "queries and keys, not with sequences and keys; where n equals time, without an error.",
)
def two_axes_only(lengths, time):
    return padding_mask(lengths, time)[:, 0, 0, :]


@mistake(
    of=padding_mask,
    says="One axis is missing: (n, 1, time) lines up with (heads, queries, keys). The sequences must "
    "stand on the first of four axes.",
)
def three_axes_only(lengths, time):
    return padding_mask(lengths, time)[:, 0]


@mistake(
    of=padding_mask,
    says=(
        "The mask holds numbers. It should be bool: as 0 and 1 it could be added or "
        "multiplied by mistake, and ~ would do something else."
    ),
)
def padding_as_numbers(lengths, time):
    return padding_mask(lengths, time).astype(float)


@mistake(
    of=padding_mask,
    says="The real tokens stand at the end here. Sequences are padded at their end.",
)
def padded_in_front(lengths, time):
    return padding_mask(lengths, time)[..., ::-1]


@alternative(of=padding_mask)
def sequence_by_sequence(lengths, time):
    mask = np.zeros((len(lengths), 1, 1, time), dtype=bool)
    for i, length in enumerate(lengths):
        mask[i, ..., :length] = True
    return mask


@alternative(of=padding_mask)
def by_subtraction(lengths, time):
    return np.less(np.arange(time).reshape(1, 1, 1, -1), np.reshape(lengths, (-1, 1, 1, 1)))
