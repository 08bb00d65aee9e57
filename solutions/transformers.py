"""Transformers: attention, masks, heads, positions, blocks, and what goes in and comes out."""

from __future__ import annotations

import numpy as np


def scaled_dot_product_attention(queries, keys, values, mask):
    """Let every query look up a mixture of the values.

    A score is the dot product of a query with a key, divided by the
    square root of ``d_k``. The softmax over the keys that a query may
    attend to turns its scores into weights. No finite scores make it
    overflow.

    Parameters
    ----------
    queries : (…, time_q, d_k) array   e.g. (n, heads, time_q, d_k)
    keys : (…, time_k, d_k) array
    values : (…, time_k, d_v) array
    mask : array of bool that broadcasts to (…, time_q, time_k)
        True where the query may attend to the key. Every query may
        attend to at least one key.

    Returns
    -------
    (out, weights)
        out : (…, time_q, d_v) array
        weights : (…, time_q, time_k) array
            No entry is negative; each row sums to 1; exactly 0 where
            the mask is False.

        Both have the dtype of ``queries``.
    """
    ### BEGIN SOLUTION
    scores = queries @ keys.swapaxes(-1, -2) / queries.shape[-1] ** 0.5
    scores = np.where(mask, scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights = weights / weights.sum(axis=-1, keepdims=True)
    return weights @ values, weights
    ### END SOLUTION


def attention_backward(upstream, queries, keys, values, mask):
    """Backpropagate through the ``out`` of `scaled_dot_product_attention`.

    Parameters
    ----------
    upstream : (…, time_q, d_v) array   dJ/d(out)
    queries : (…, time_q, d_k) array
    keys : (…, time_k, d_k) array
    values : (…, time_k, d_v) array
    mask : array of bool that broadcasts to (…, time_q, time_k)
        True where the query may attend to the key; at least one key
        for each query.

    Returns
    -------
    (dqueries, dkeys, dvalues)   shaped like ``queries``, ``keys``,
        ``values``; float32 in, float32 out
    """
    ### BEGIN SOLUTION
    _, weights = scaled_dot_product_attention(queries, keys, values, mask)
    dvalues = weights.swapaxes(-1, -2) @ upstream
    dweights = upstream @ values.swapaxes(-1, -2)
    dscores = weights * (dweights - (dweights * weights).sum(axis=-1, keepdims=True))
    dproducts = dscores / queries.shape[-1] ** 0.5
    return dproducts @ keys, dproducts.swapaxes(-1, -2) @ queries, dvalues
    ### END SOLUTION


def causal_mask(time):
    """Who may attend to whom in a text that is written from left to right.

    Each token may attend to itself and to all tokens before it.

    Parameters
    ----------
    time : int, at least 1   how many tokens

    Returns
    -------
    (time, time) array of bool   True where the query (the row) may
        attend to the key (the column)
    """
    ### BEGIN SOLUTION
    position = np.arange(time)
    return position[:, None] >= position
    ### END SOLUTION


def padding_mask(lengths, time):
    """Who may be attended to where sequences of different lengths share a batch.

    Shorter sequences are padded at their end. No query may attend to
    padding.

    Parameters
    ----------
    lengths : (n,) array of int, each from 1 to ``time``   the number
        of real tokens of each sequence
    time : int   the length of all sequences with their padding

    Returns
    -------
    (n, 1, 1, time) array of bool   It broadcasts to (n, heads,
        queries, keys): True where the key is a real token.
    """
    ### BEGIN SOLUTION
    return (np.arange(time) < lengths[:, None])[:, None, None, :]
    ### END SOLUTION


def split_heads(x, heads):
    """Hand each head its own part of the features.

    The first head gets the first features of every token, the second
    head the next ones, and so on.

    Parameters
    ----------
    x : (n, time, d) array
    heads : int   how many heads

    Returns
    -------
    (n, heads, time, d / heads) array of the dtype of ``x``

    Raises
    ------
    ValueError
        ``d`` is no multiple of ``heads``. The message holds both.
    """
    ### BEGIN SOLUTION
    n, time, d = x.shape
    if d % heads:
        raise ValueError(f"{d} features cannot be split evenly among {heads} heads")
    return x.reshape(n, time, heads, -1).swapaxes(1, 2)
    ### END SOLUTION


def multi_head_attention(x, parameters, heads, mask):
    """Self-attention with several heads.

    Queries, keys and values are three linear functions of ``x``. The
    heads attend, each with its own part of the features. Their outputs
    stand side by side again, first head first, and pass through a last
    linear layer.

    Parameters
    ----------
    x : (n, time, d) array
    parameters : list of four (w, b) pairs
        For queries, keys, values and output, in this order. Each ``w``
        is (d, d), each ``b`` is (d,).
    heads : int   a divisor of d
    mask : array of bool that broadcasts to (n, heads, time, time)
        True where the query may attend to the key; at least one key
        for each query.

    Returns
    -------
    (n, time, d) array of the dtype of ``x``
    """
    ### BEGIN SOLUTION
    *projections, (w, b) = parameters
    queries, keys, values = (split_heads(x @ w_in + b_in, heads) for w_in, b_in in projections)
    out, _ = scaled_dot_product_attention(queries, keys, values, mask)
    return out.swapaxes(1, 2).reshape(x.shape) @ w + b
    ### END SOLUTION


def multi_head_attention_backward(upstream, x, parameters, heads, mask):
    """Backpropagate through `multi_head_attention`.

    Parameters
    ----------
    upstream : (n, time, d) array   dJ/d(out)
    x : (n, time, d) array
    parameters : list of four (w, b) pairs
        For queries, keys, values and output, in this order. Each ``w``
        is (d, d), each ``b`` is (d,).
    heads : int   a divisor of d
    mask : array of bool that broadcasts to (n, heads, time, time)
        True where the query may attend to the key; at least one key
        for each query.

    Returns
    -------
    (dx, gradients)
        dx : (n, time, d) array
        gradients : list of four (dw, db) pairs, shaped and ordered
            like ``parameters``

        float32 in, float32 out.
    """
    ### BEGIN SOLUTION
    *projections, (w, _) = parameters
    parts = [split_heads(x @ w_in + b_in, heads) for w_in, b_in in projections]
    heads_out, _ = scaled_dot_product_attention(*parts, mask)
    merged = heads_out.swapaxes(1, 2).reshape(x.shape)
    samples = (0, 1)  # batch and time: every token went through the same weights
    gradients = [(np.tensordot(merged, upstream, (samples, samples)), upstream.sum(axis=samples))]
    dparts = attention_backward(split_heads(upstream @ w.T, heads), *parts, mask)
    dx = np.zeros_like(x)
    for dpart, (w_in, _) in zip(reversed(dparts), reversed(projections), strict=True):
        dprojected = dpart.swapaxes(1, 2).reshape(x.shape)
        dw = np.tensordot(x, dprojected, (samples, samples))
        gradients.append((dw, dprojected.sum(axis=samples)))
        dx = dx + dprojected @ w_in.T
    return dx, gradients[::-1]
    ### END SOLUTION


def positional_encoding(time, features):
    """A pattern of waves that tells every position from every other one.

    Features come in pairs, a sine in the even and a cosine in the odd
    feature. Both of a pair have the same frequency: 1 radian a step in
    the first pair, and from pair to pair smaller by a constant factor,
    such that ``features / 2`` pairs would bring it to 1 / 10000. The
    first position is 0.

    Parameters
    ----------
    time : int       how many positions
    features : int   how many features, an even number

    Returns
    -------
    (time, features) float64 array

    References
    ----------
    A. Vaswani et al., Attention is all you need (2017), section 3.5.
    """
    ### BEGIN SOLUTION
    frequency = 10000.0 ** (-np.arange(0, features, 2) / features)
    angle = np.arange(time)[:, None] * frequency
    encoding = np.empty((time, features))
    encoding[:, 0::2] = np.sin(angle)
    encoding[:, 1::2] = np.cos(angle)
    return encoding
    ### END SOLUTION


def feed_forward_backward(upstream, x, w1, b1, w2, b2):
    """Backpropagate through the feed-forward layer of a transformer.

    Forward, every token by itself passes through a linear layer, the
    exact GELU (by the error function), and a second linear layer:
    ``out = gelu(x @ w1 + b1) @ w2 + b2``.

    Parameters
    ----------
    upstream : (n, time, d) array   dJ/d(out)
    x : (n, time, d) array
    w1 : (d, hidden) array
    b1 : (hidden,) array
    w2 : (hidden, d) array
    b2 : (d,) array

    Returns
    -------
    (dx, dw1, db1, dw2, db2)   shaped like ``x``, ``w1``, ``b1``,
        ``w2``, ``b2``; float32 in, float32 out
    """
    ### BEGIN SOLUTION
    from math import erf

    z = x @ w1 + b1
    below = (0.5 * (1 + np.vectorize(erf, otypes=[float])(z / 2**0.5))).astype(z.dtype)
    slope = below + z * np.exp(-(z**2) / 2) / (2 * np.pi) ** 0.5
    dz = upstream @ w2.T * slope
    samples = (0, 1)
    dw1 = np.tensordot(x, dz, (samples, samples))
    dw2 = np.tensordot(z * below, upstream, (samples, samples))
    return dz @ w1.T, dw1, dz.sum(axis=samples), dw2, upstream.sum(axis=samples)
    ### END SOLUTION


def transformer_block_loss_and_grads(parameters, x, labels, heads, mask, eps):
    """The loss of a language model of one block, and the gradients of its parameters.

    A pre-norm block has two branches, each added to what entered it:
    first layer normalization and `multi_head_attention`, then layer
    normalization and the feed-forward layer with the exact GELU. A
    linear layer turns every token into logits. The loss is the
    cross-entropy of their softmax, averaged over all tokens of all
    sequences.

    Parameters
    ----------
    parameters : list of nine pairs, in the order of the forward pass

        1. (gamma, beta) of the first layer normalization, each (d,)
        2. to 5. (w, b) of queries, keys, values and output; ``w`` is
           (d, d), ``b`` is (d,)
        6. (gamma, beta) of the second layer normalization
        7. (w, b) of the hidden layer: (d, hidden) and (hidden,)
        8. (w, b) back to d features: (hidden, d) and (d,)
        9. (w, b) of the logits: (d, classes) and (classes,)
    x : (n, time, d) array            one sequence a row
    labels : (n, time) array of int   the right class of each token
    heads : int                       a divisor of d
    mask : array of bool that broadcasts to (n, heads, time, time)
        True where the query may attend to the key; at least one key
        for each query.
    eps : float, positive   of both layer normalizations, added to the
        variance

    Returns
    -------
    (loss, gradients)
        loss : float
        gradients : list of nine pairs, shaped and ordered like
            ``parameters``; float32 in, float32 out
    """
    ### BEGIN SOLUTION
    from math import erf

    samples = (0, 1)

    def normalize(x, gamma, beta):
        std = np.sqrt(x.var(axis=-1, keepdims=True) + eps)
        normalized = (x - x.mean(axis=-1, keepdims=True)) / std
        return gamma * normalized + beta, normalized, std

    def normalize_backward(upstream, gamma, normalized, std):
        g = upstream * gamma
        along = (g * normalized).mean(axis=-1, keepdims=True)
        dx = (g - g.mean(axis=-1, keepdims=True) - normalized * along) / std
        return dx, ((upstream * normalized).sum(axis=samples), upstream.sum(axis=samples))

    first, *attention, second, (w1, b1), (w2, b2), (w, b) = parameters
    in_attention, *kept1 = normalize(x, *first)
    middle = x + multi_head_attention(in_attention, attention, heads, mask)
    in_layer, *kept2 = normalize(middle, *second)
    z = in_layer @ w1 + b1
    below = (0.5 * (1 + np.vectorize(erf, otypes=[float])(z / 2**0.5))).astype(z.dtype)
    top = middle + (z * below) @ w2 + b2
    logits = top @ w + b

    right = labels[..., None]
    shifted = logits - logits.max(axis=-1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    loss = -float(np.take_along_axis(log_p, right, axis=-1).mean())
    dlogits = (np.exp(log_p) - (np.arange(len(b)) == right)) / labels.size
    dlogits = dlogits.astype(x.dtype)

    dtop = dlogits @ w.T
    dlast = np.tensordot(top, dlogits, (samples, samples)), dlogits.sum(axis=samples)
    dlayer, dw1, db1, dw2, db2 = feed_forward_backward(dtop, in_layer, w1, b1, w2, b2)
    dbranch, dsecond = normalize_backward(dlayer, second[0], *kept2)
    dmiddle = dtop + dbranch
    dattended, dattention = multi_head_attention_backward(
        dmiddle, in_attention, attention, heads, mask
    )
    _, dfirst = normalize_backward(dattended, first[0], *kept1)
    return loss, [dfirst, *dattention, dsecond, (dw1, db1), (dw2, db2), dlast]
    ### END SOLUTION


def patchify(images, size):
    """Cut images into square patches that stand in a row like the words of a sentence.

    The patches do not overlap. They come in the order of reading, row
    by row from the top, each row from the left. Within a patch the
    channels come one after the other, each row by row.

    Parameters
    ----------
    images : (n, channels, height, width) array
    size : int   the height and the width of a patch

    Returns
    -------
    (n, patches, channels · size · size) array of the dtype of ``images``

    Raises
    ------
    ValueError
        ``size`` does not divide both the height and the width.
    """
    ### BEGIN SOLUTION
    n, channels, height, width = images.shape
    if height % size or width % size:
        raise ValueError(f"{height} × {width} pixels cannot be cut into patches of {size} × {size}")
    rows, columns = height // size, width // size
    grid = images.reshape(n, channels, rows, size, columns, size)
    return grid.transpose(0, 2, 4, 1, 3, 5).reshape(n, rows * columns, -1)
    ### END SOLUTION


def mean_pool_embeddings(embeddings, mask):
    """Make one vector of a sentence from the vectors of its tokens: their mean.

    Padding does not count, whatever finite numbers stand there.

    Parameters
    ----------
    embeddings : (n, time, d) array
    mask : (n, time) array of bool   True where there is a real token;
        at least one in each sentence

    Returns
    -------
    (n, d) array of the dtype of ``embeddings``
    """
    ### BEGIN SOLUTION
    total = (embeddings * mask[:, :, None]).sum(axis=1)
    return total / mask.sum(axis=1, keepdims=True).astype(embeddings.dtype)
    ### END SOLUTION
