"""Wrong and alternative implementations of the exercises of `backprop`: layers, one by one.

Those of the other exercises stand in the modules that are imported here.
"""

from __future__ import annotations

import numpy as np

from solutions.backprop import (
    broadcast_backward,
    chain_by_hand,
    embedding_backward,
    expose_bug,
    linear_backward,
    linear_with_cache,
    relu_backward,
    sigmoid_backward,
    softmax_backward,
)
from solutions.mistakes import (
    alternative,
    backprop_checkers,  # noqa: F401
    backprop_graphs,  # noqa: F401
    backprop_networks,  # noqa: F401
    mistake,
)


def _with(result, **changed):
    names = ("da", "dv", "du", "dw", "db", "dx")
    return tuple(changed.get(name, value) for name, value in zip(names, result, strict=True))


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


@mistake(
    of=relu_backward,
    says="The upstream gradient is ignored: this is the slope of the ReLU, 0 or 1. Multiply it by "
    "what arrives.",
)
def slope_alone(upstream, z):
    return (z > 0).astype(z.dtype)


@mistake(
    of=relu_backward,
    says="This sends the upstream gradient through the ReLU: the mask asks where upstream is "
    "positive. It must ask where z is.",
)
def relu_of_upstream(upstream, z):
    return np.maximum(upstream, 0)


@mistake(
    of=relu_backward,
    says="The upstream gradient is multiplied by the output max(z, 0). Multiply by the slope there, "
    "which is 1.",
)
def times_the_output(upstream, z):
    return upstream * np.maximum(z, 0)


@mistake(
    of=relu_backward, says="The mask is the other way round: where z is negative, nothing passes."
)
def mask_reversed(upstream, z):
    return np.where(z < 0, upstream, 0)


@mistake(of=relu_backward, says="Everything passes: the mask is missing.")
def mask_missing(upstream, z):
    return upstream.copy()


@mistake(
    of=relu_backward,
    says="The mask is made of |z|, so that only exact zeros are stopped. Where z is negative, nothing "
    "passes.",
)
def only_zeros_stopped(upstream, z):
    return upstream * (z != 0)


@mistake(
    of=relu_backward,
    says="upstream is changed in place. The caller still needs it; make a new array.",
)
def upstream_changed(upstream, z):
    upstream[z <= 0] = 0
    return upstream


@mistake(
    of=relu_backward,
    says="Negative entries get -upstream: that is the derivative of |z|, not of max(z, 0).",
)
def derivative_of_abs(upstream, z):
    return upstream * np.sign(z)


@alternative(of=relu_backward)
def slope_one_at_zero(upstream, z):
    return upstream * (z >= 0)


@alternative(of=relu_backward)
def slope_half_at_zero(upstream, z):
    return upstream * np.heaviside(z, 0.5).astype(z.dtype)


@alternative(of=relu_backward)
def in_a_copy(upstream, z):
    dz = np.array(upstream, order="F")
    dz[z <= 0] = 0
    return dz


def _sigmoid(z):
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, small) / (1 + small)


@mistake(
    of=sigmoid_backward,
    says="This is upstream * z * (1 - z), with z in the place of the output a = σ(z).",
)
def z_for_a(upstream, z):
    return upstream * z * (1 - z)


@mistake(
    of=sigmoid_backward,
    says="The upstream gradient is ignored: this is the slope of the sigmoid. Multiply it by what "
    "arrives.",
)
def sigmoid_slope_alone(upstream, z):
    return sigmoid_backward(np.ones_like(upstream), z)


@mistake(
    of=sigmoid_backward,
    says="The sigmoid is applied twice: z is already its input, so a is σ(z), not σ(σ(z)).",
)
def sigmoid_twice(upstream, z):
    return sigmoid_backward(upstream, _sigmoid(z))


@mistake(
    of=sigmoid_backward,
    says="The slope is taken as a. It is a times (1 - a): the sigmoid flattens where a comes near 1.",
)
def second_factor_missing(upstream, z):
    return upstream * _sigmoid(z)


@mistake(
    of=sigmoid_backward,
    says="This is 1 - a², the derivative of tanh in terms of its output. That of the sigmoid is "
    "a (1 - a).",
)
def derivative_of_tanh(upstream, z):
    return upstream * (1 - _sigmoid(z) ** 2)


@mistake(
    of=sigmoid_backward, says="The sign is wrong: the sigmoid rises everywhere, a (1 - a) > 0."
)
def sign_wrong(upstream, z):
    return -sigmoid_backward(upstream, z)


@mistake(
    of=sigmoid_backward,
    says="For a large negative z, exp(-z) is infinite, and infinity divided by infinity is NaN. Take "
    "exp of -|z| only: the slope is the same for z and -z.",
)
def overflowing(upstream, z):
    e = np.exp(-z)
    return upstream * e / (1 + e) ** 2


@alternative(of=sigmoid_backward)
def by_the_output(upstream, z):
    a = _sigmoid(z)
    return a * (1 - a) * upstream


@alternative(of=sigmoid_backward)
def by_the_hyperbolic_cosine(upstream, z):
    return upstream / (2 * np.cosh(np.minimum(np.abs(z), 700 if z.itemsize == 8 else 80) / 2)) ** 2


def _softmax(z, axis=1):
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


@mistake(
    of=softmax_backward,
    says="The Jacobian is taken as diagonal, p (1 - p), as if each probability depended on its own "
    "logit alone. The rows of dz then do not sum to 0.",
)
def diagonal_only(upstream, z):
    p = _softmax(z)
    return upstream * p * (1 - p)


@mistake(
    of=softmax_backward,
    says="This is upstream * p: the common term of each row is not subtracted. All probabilities of a "
    "row share their denominator, so every logit moves all of them.",
)
def common_term_missing(upstream, z):
    return upstream * _softmax(z)


@mistake(
    of=softmax_backward,
    says="The common term is summed over the samples. It belongs to each row by itself: axis=1, and "
    "keepdims=True.",
)
def common_term_over_samples(upstream, z):
    p = _softmax(z)
    return p * (upstream - (upstream * p).sum(axis=0, keepdims=True))


@mistake(
    of=softmax_backward,
    says="The common term is the plain mean of upstream. It is the mean weighted by the probabilities.",
)
def common_term_not_weighted(upstream, z):
    return _softmax(z) * (upstream - upstream.mean(axis=1, keepdims=True))


@mistake(
    of=softmax_backward,
    says="The common term is not weighted by p: this subtracts the sum of upstream over the row.",
)
def common_term_summed(upstream, z):
    return _softmax(z) * (upstream - upstream.sum(axis=1, keepdims=True))


@mistake(
    of=softmax_backward,
    says="The common term is subtracted after the multiplication by p. It belongs inside: "
    "p (upstream - common).",
)
def subtracted_outside(upstream, z):
    p = _softmax(z)
    return p * upstream - (upstream * p).sum(axis=1, keepdims=True)


@mistake(of=softmax_backward, says="The softmax is taken down the columns; a sample is a row.")
def softmax_of_columns(upstream, z):
    p = _softmax(z, axis=0)
    return p * (upstream - (upstream * p).sum(axis=0, keepdims=True))


@mistake(
    of=softmax_backward,
    says="The upstream gradient is taken for labels: this is p - upstream, the gradient of a "
    "cross-entropy. Here upstream is the gradient with respect to the probabilities.",
)
def softmax_minus_upstream(upstream, z):
    return _softmax(z) - upstream


@mistake(
    of=softmax_backward,
    says="exp overflows for large logits. Subtract each row's maximum first; the softmax stays the "
    "same.",
)
def softmax_overflowing(upstream, z):
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    return p * (upstream - (upstream * p).sum(axis=1, keepdims=True))


@mistake(
    of=softmax_backward,
    says="z is taken for probabilities already: the softmax itself is missing.",
)
def z_as_probabilities(upstream, z):
    return z * (upstream - (upstream * z).sum(axis=1, keepdims=True))


@alternative(of=softmax_backward)
def with_jacobians(upstream, z):
    dz = np.empty_like(z)
    for i, p in enumerate(_softmax(z)):
        dz[i] = (np.diag(p) - np.outer(p, p)) @ upstream[i]
    return dz


@alternative(of=softmax_backward)
def product_first(upstream, z):
    p = _softmax(z)
    product = p * upstream
    return product - p * product.sum(1)[:, None]


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


# broadcast_backward


def _reduced(gradient, shape):
    gradient = gradient.sum(axis=tuple(range(gradient.ndim - len(shape))))
    axes = [i for i, length in enumerate(shape) if length == 1]
    return gradient.sum(axis=tuple(axes), keepdims=True)


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


# expose_bug


LOOK = (
    "Take the first broken pass that is named, and compute by hand what it makes of your case. Which "
    "entry of your case lets it get away with its bug?"
)


def _case(**changed):
    case = dict(zip(("upstream", "table", "indices", "w", "b"), expose_bug(), strict=True))
    return tuple({**case, **changed}.values())


@mistake(
    of=expose_bug,
    look=LOOK,
    says="There is one sample only. An average over one sample is its sum, and no row can be looked "
    "up twice.",
)
def one_sample():
    upstream, _, indices, _, _ = expose_bug()
    return _case(upstream=upstream[:1], indices=indices[:1])


@mistake(
    of=expose_bug,
    look=LOOK,
    says="No row of the table is looked up twice. Whether gradients are added or overwritten makes no "
    "difference then.",
)
def no_row_twice():
    return _case(indices=np.array([3, 0, 2, 1]), upstream=expose_bug()[0][:4])


@mistake(
    of=expose_bug,
    look=LOOK,
    says="Every entry before the ReLU is positive. With nothing to stop, a mask makes no difference.",
)
def nothing_is_masked():
    return _case(b=np.full(3, 100.0))


@mistake(
    of=expose_bug,
    look=LOOK,
    says="upstream has the signs of what goes into the ReLU, as when it is computed from its output. "
    "A mask made of upstream is then the right mask.",
)
def mask_agrees_with_upstream():
    _, table, indices, w, b = expose_bug()
    return _case(upstream=np.maximum(table[indices] @ w + b, 0) * np.linspace(2, 3, 3))


@mistake(
    of=expose_bug,
    look=LOOK,
    says="Every entry of upstream is 1. Leaving upstream out then changes nothing: an upstream of "
    "ones hides more bugs than any other choice.",
)
def upstream_all_ones():
    return _case(upstream=np.ones_like(expose_bug()[0]))


@mistake(
    of=expose_bug,
    look=LOOK,
    says="No entry of upstream is larger than 1, so clipping it to ±1 changes nothing.",
)
def upstream_small():
    return _case(upstream=0.2 * np.tanh(expose_bug()[0]))


@mistake(
    of=expose_bug,
    look=LOOK,
    says="w is symmetric, perhaps the identity. Its transpose is the same matrix then.",
)
def symmetric_weights():
    return _case(w=expose_bug()[3] + expose_bug()[3].T)


@mistake(
    of=expose_bug,
    look=LOOK,
    says="indices rise from sample to sample. Taking the rows in the order of the table is then no "
    "mistake.",
)
def indices_in_order():
    return _case(indices=np.sort(expose_bug()[2]))


@mistake(
    of=expose_bug,
    look=LOOK,
    says="Every entry is zero, so that every gradient is zero as well, the broken ones too.",
)
def all_zero():
    return tuple(np.zeros_like(part) for part in expose_bug())


@mistake(
    of=expose_bug,
    says="upstream has the shape of the looked-up rows. It must have the shape of the output a: one "
    "column for each column of w.",
)
def upstream_misshapen():
    _, table, indices, w, b = expose_bug()
    return table[indices] * 2, table, indices, w[:, :2], b[:2]


@alternative(of=expose_bug)
def by_hand():
    table = np.array([[1.0, -2.0], [0.5, 3.0]])
    w = np.array([[1.0, 2.0, -1.0], [0.5, -1.0, 1.5]])
    upstream = np.array([[3.0, -2.0, 5.0], [-0.5, 4.0, -3.0], [2.0, 1.5, -4.0]])
    return [upstream, table, np.array([1, 0, 1]), w, np.array([0.1, -0.2, 0.3])]


@alternative(of=expose_bug)
def random_every_time():
    rng = np.random.default_rng()
    indices = np.array([5, 1, 5, 0, 2, 1, 4, 3])
    upstream, table = 5 * rng.normal(size=(8, 4)), rng.normal(size=(6, 4))
    return upstream, table, indices, rng.normal(size=(4, 4)), rng.normal(size=4)
