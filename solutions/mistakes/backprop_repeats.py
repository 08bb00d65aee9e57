"""Wrong and alternative implementations of backward passes where one entry is used several times."""

from __future__ import annotations

import numpy as np

from solutions.backprop import broadcast_backward, embedding_backward
from solutions.mistakes import alternative, mistake


def _reduced(gradient, shape):
    gradient = gradient.sum(axis=tuple(range(gradient.ndim - len(shape))))
    axes = [i for i, length in enumerate(shape) if length == 1]
    return gradient.sum(axis=tuple(axes), keepdims=True)


# broadcast_backward


@mistake(
    of=broadcast_backward,
    says="upstream is returned as it is, in the shape of the sum. Each gradient must have the shape "
    "of its own operand: sum over the axes along which that was repeated.",
)
def not_reduced(upstream, a, b):
    return upstream, upstream


@mistake(
    of=broadcast_backward,
    says="The gradient is averaged where it must be summed: an entry that is used n times receives n "
    "gradients.",
)
def averaged(upstream, a, b):
    da, db = broadcast_backward(upstream, a, b)
    return da * (a.size / upstream.size), db * (b.size / upstream.size)


@mistake(
    of=broadcast_backward,
    says="Axes of length 1 are forgotten: only the axes that are missing in front are summed.",
)
def only_missing_axes(upstream, a, b):
    return tuple(upstream.sum(axis=tuple(range(upstream.ndim - x.ndim))) for x in (a, b))


@mistake(
    of=broadcast_backward,
    says="Axes that the operand does not have are forgotten: NumPy puts them in front, and they must "
    "be summed too.",
)
def only_axes_of_length_one(upstream, a, b):
    gradients = []
    for x in (a, b):
        axes = [i for i, length in enumerate(x.shape) if length == 1 != upstream.shape[i]]
        gradients.append(upstream.sum(axis=tuple(axes), keepdims=True))
    return tuple(gradients)


@mistake(
    of=broadcast_backward,
    says="Only the second operand is reduced. Either may be the one that is repeated, and both may be.",
)
def first_operand_not_reduced(upstream, a, b):
    return upstream, broadcast_backward(upstream, a, b)[1]


@mistake(
    of=broadcast_backward,
    says="The axes of length 1 are lost in the sum. Keep them with keepdims=True: the gradient has "
    "the shape of its operand.",
)
def axes_lost(upstream, a, b):
    return tuple(np.squeeze(g) for g in broadcast_backward(upstream, a, b))


@mistake(
    of=broadcast_backward,
    says="This only works for the bias of a layer: it sums over axis 0, whatever was repeated.",
)
def always_axis_zero(upstream, a, b):
    return tuple(
        upstream if x.shape == upstream.shape else upstream.sum(axis=0).reshape(-1) for x in (a, b)
    )


@mistake(
    of=broadcast_backward,
    says="The first entry of upstream along a repeated axis is taken, the others are dropped. They "
    "all reach the operand: sum.",
)
def first_entry_taken(upstream, a, b):
    gradients = []
    for x in (a, b):
        gradient = upstream[(0,) * (upstream.ndim - x.ndim)]
        for axis, length in enumerate(x.shape):
            gradient = gradient if length > 1 else gradient.take([0], axis=axis)
        gradients.append(gradient)
    return tuple(gradients)


@alternative(of=broadcast_backward)
def length_one_axes_too(upstream, a, b):
    return _reduced(upstream, a.shape), _reduced(upstream, b.shape)


@alternative(of=broadcast_backward)
def by_adding_up_entries(upstream, a, b):
    gradients = []
    for x in (a, b):
        where = np.broadcast_to(np.arange(x.size).reshape(x.shape), upstream.shape)
        sums = np.bincount(where.ravel(), upstream.ravel(), minlength=x.size)
        gradients.append(sums.reshape(x.shape))
    return gradients


# embedding_backward


@mistake(
    of=embedding_backward,
    says="A row that is looked up several times keeps only its last gradient; they must add up. "
    "gradient[indices] += upstream does not help: it reads all rows, adds, and writes them back once.",
)
def rows_overwritten(upstream, table, indices):
    gradient = np.zeros_like(table)
    gradient[indices] = upstream
    return gradient


@mistake(
    of=embedding_backward,
    says="The gradient is averaged over the lookups of a row. Every lookup counts in full.",
)
def averaged_over_lookups(upstream, table, indices):
    counts = np.bincount(indices.ravel(), minlength=len(table))
    return embedding_backward(upstream, table, indices) / np.maximum(counts, 1)[:, None].astype(
        table.dtype
    )


@mistake(
    of=embedding_backward,
    says="The gradient is added to the table itself. Start from zeros in its shape.",
)
def added_to_the_table(upstream, table, indices):
    return table + embedding_backward(upstream, table, indices)


@mistake(
    of=embedding_backward,
    says="The caller's table is changed. Start from a new array of zeros.",
)
def table_changed(upstream, table, indices):
    table[:] = embedding_backward(upstream, table, indices)
    return table


@mistake(
    of=embedding_backward,
    says="Only the rows that were looked up come back, in the shape of upstream. The gradient has the "
    "shape of the table, with zeros in the rows that nobody looked up.",
)
def shaped_like_upstream(upstream, table, indices):
    return upstream.copy()


@mistake(
    of=embedding_backward,
    says="The upstream gradient is ignored: this counts how often a row was looked up.",
)
def lookups_counted(upstream, table, indices):
    return embedding_backward(np.ones_like(upstream), table, indices)


@mistake(
    of=embedding_backward,
    says="The result is float64 whatever the table is. Make the zeros in the table's dtype, for "
    "example with np.zeros_like.",
)
def always_double(upstream, table, indices):
    gradient = np.zeros(table.shape)
    np.add.at(gradient, indices, upstream)
    return gradient


@alternative(of=embedding_backward)
def as_a_matrix_product(upstream, table, indices):
    one_hot = (indices.reshape(-1, 1) == np.arange(len(table))).astype(table.dtype)
    return one_hot.T @ upstream.reshape(-1, table.shape[1])


@alternative(of=embedding_backward)
def lookup_by_lookup(upstream, table, indices):
    gradient = np.zeros(table.shape, dtype=table.dtype, order="F")
    for position in np.ndindex(indices.shape):
        gradient[indices[position]] += upstream[position]
    return gradient
