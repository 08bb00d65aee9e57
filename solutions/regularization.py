"""Regularization and depth: what keeps a network from overfitting, and its gradients alive."""

from __future__ import annotations

import numpy as np


def dropout_forward(x, p, rng, training):
    """Dropout, in training and after it.

    In training each entry is dropped with probability ``p``, all of
    them independently. What is kept is scaled, so that the expected
    value of every entry of the output is that entry of ``x``. After
    training nothing is dropped and nothing is scaled.

    Parameters
    ----------
    x : array of any shape
    p : float, 0 <= p < 1   the probability of being dropped
    rng : numpy.random.Generator   the only source of randomness
    training : bool

    Returns
    -------
    (out, mask)
        out : array of the shape and dtype of ``x``; 0 where an entry
            is dropped
        mask : array of bool of the shape of ``x``; True where an
            entry is kept, also where the entry itself is 0. All True
            when not training.
    """
    ### BEGIN SOLUTION
    if not training:
        return x.copy(), np.ones(x.shape, dtype=bool)
    mask = rng.random(x.shape) >= p
    return x * mask / (1 - p), mask
    ### END SOLUTION


def dropout_backward(upstream, x, p, mask):
    """Backpropagate through `dropout_forward` in training.

    The mask stands where the generator stood: it is the one that the
    forward pass drew.

    Parameters
    ----------
    upstream : array of the shape of ``x``   dJ/d(out)
    x : array of any shape
    p : float, 0 <= p < 1   the probability of being dropped
    mask : array of bool of the shape of ``x``   True where an entry
        was kept

    Returns
    -------
    array of the shape and dtype of ``x``   dJ/dx
    """
    ### BEGIN SOLUTION
    return upstream * mask / (1 - p)
    ### END SOLUTION


def batchnorm_forward(x, gamma, beta, running_mean, running_var, momentum, eps):
    """Batch normalization in training.

    Each feature is standardized over the batch, then scaled and
    shifted. The variance that standardizes is that of the n samples
    themselves (it divides by n); ``eps`` is added to it. The running
    averages are estimates for use after training: they move towards
    the batch by a share ``momentum``, and the variance that they take
    in is the unbiased one.

    Parameters
    ----------
    x : (n, d) array   one sample a row
    gamma, beta : (d,) arrays   the learned scale and shift of each
        feature
    running_mean, running_var : (d,) arrays   the averages so far;
        they do not influence ``out``
    momentum : float   how much the new batch counts in the running
        averages, 0 to 1
    eps : float, positive

    Returns
    -------
    (out, running_mean, running_var)
        out : (n, d) array of the dtype of ``x``
        running_mean, running_var : (d,) arrays, new ones

    Raises
    ------
    ValueError
        The batch has a single sample: it has no spread to divide by.
    """
    ### BEGIN SOLUTION
    n = len(x)
    if n < 2:
        raise ValueError(f"a batch of {n} sample has no variance; at least 2 are needed")
    mean, var = x.mean(axis=0), x.var(axis=0)
    out = gamma * (x - mean) / np.sqrt(var + eps) + beta
    unbiased = var * n / (n - 1)
    running_mean = (1 - momentum) * running_mean + momentum * mean
    running_var = (1 - momentum) * running_var + momentum * unbiased
    return out, running_mean, running_var
    ### END SOLUTION


def batchnorm_backward(upstream, x, gamma, beta, eps):
    """Backpropagate through the ``out`` of `batchnorm_forward`.

    The running averages play no part in it: ``out`` does not depend
    on them.

    Parameters
    ----------
    upstream : (n, d) array   dJ/d(out)
    x : (n, d) array          one sample a row
    gamma, beta : (d,) arrays
    eps : float, positive

    Returns
    -------
    (dx, dgamma, dbeta)   shaped like ``x``, ``gamma``, ``beta``;
        float32 in, float32 out
    """
    ### BEGIN SOLUTION
    std = np.sqrt(x.var(axis=0) + eps)
    normalized = (x - x.mean(axis=0)) / std
    g = upstream * gamma
    dx = (g - g.mean(axis=0) - normalized * (g * normalized).mean(axis=0)) / std
    return dx, (upstream * normalized).sum(axis=0), upstream.sum(axis=0)
    ### END SOLUTION


def batchnorm_inference(x, gamma, beta, running_mean, running_var, eps):
    """Batch normalization after training.

    Every sample is treated by itself, by the running averages.

    Parameters
    ----------
    x : (n, d) array   one sample a row; a single sample is as good as
        many
    gamma, beta : (d,) arrays   the learned scale and shift of each
        feature
    running_mean, running_var : (d,) arrays   as `batchnorm_forward`
        has left them
    eps : float, positive   added to the variance

    Returns
    -------
    (n, d) array of the dtype of ``x``
    """
    ### BEGIN SOLUTION
    return gamma * (x - running_mean) / np.sqrt(running_var + eps) + beta
    ### END SOLUTION


def layernorm_forward(x, gamma, beta, eps):
    """Layer normalization, in training and after it alike.

    The features of each sample are standardized, then scaled and
    shifted. The mean and the variance are taken over the last axis
    alone. The variance divides by d; ``eps`` is added to it.

    Parameters
    ----------
    x : (…, d) array   e.g. (n, d), or (n, time, d)
    gamma, beta : (d,) arrays   the learned scale and shift of each
        feature
    eps : float, positive

    Returns
    -------
    array of the shape and dtype of ``x``
    """
    ### BEGIN SOLUTION
    centered = x - x.mean(axis=-1, keepdims=True)
    var = x.var(axis=-1, keepdims=True)
    return gamma * centered / np.sqrt(var + eps) + beta
    ### END SOLUTION


def layernorm_backward(upstream, x, gamma, beta, eps):
    """Backpropagate through `layernorm_forward`.

    Parameters
    ----------
    upstream : array of the shape of ``x``   dJ/d(out)
    x : (…, d) array   e.g. (n, d), or (n, time, d)
    gamma, beta : (d,) arrays
    eps : float, positive

    Returns
    -------
    (dx, dgamma, dbeta)   shaped like ``x``, ``gamma``, ``beta``;
        float32 in, float32 out
    """
    ### BEGIN SOLUTION
    std = np.sqrt(x.var(axis=-1, keepdims=True) + eps)
    normalized = (x - x.mean(axis=-1, keepdims=True)) / std
    g = upstream * gamma
    along = (g * normalized).mean(axis=-1, keepdims=True)
    dx = (g - g.mean(axis=-1, keepdims=True) - normalized * along) / std
    others = tuple(range(x.ndim - 1))
    return dx, (upstream * normalized).sum(axis=others), upstream.sum(axis=others)
    ### END SOLUTION


def clip_by_norm(gradients, max_norm):
    """Shorten the gradient of a whole network, if it is too long.

    All arrays together are one long vector, and the norm is that
    vector's Euclidean length. A gradient that is longer than
    ``max_norm`` is brought to that length; another one comes back as
    it is.

    Parameters
    ----------
    gradients : list of (dw, db) pairs, first layer first
        Finite; entries so large that their squares overflow do occur.
    max_norm : float, positive

    Returns
    -------
    list of (dw, db) pairs   new arrays of the same shapes and dtypes
    """
    ### BEGIN SOLUTION
    arrays = [array for pair in gradients for array in pair]
    largest = max(float(np.abs(array).max()) for array in arrays)
    if largest == 0:
        return [(dw.copy(), db.copy()) for dw, db in gradients]
    norm = largest * np.sqrt(sum(float(np.sum((array / largest) ** 2)) for array in arrays))
    factor = min(1.0, float(max_norm / norm))
    return [(dw * factor, db * factor) for dw, db in gradients]
    ### END SOLUTION


def l1_penalty_grad(w, strength):
    """The gradient of the L1 penalty with respect to ``w``.

    The penalty is strength · Σ |w|, the sum over all weights.

    Parameters
    ----------
    w : array of any shape   weights; zeros occur
    strength : float         how much the penalty counts, λ

    Returns
    -------
    array of the shape and dtype of ``w``. Where a weight is exactly 0,
    any number between the slopes of the penalty on its two sides is
    right.
    """
    ### BEGIN SOLUTION
    return strength * np.sign(w)
    ### END SOLUTION


def residual_backward(upstream, x, branch_backward):
    """Backpropagate through a residual block, ``out = x + f(x)``.

    Parameters
    ----------
    upstream : array of the shape of ``x``   dJ/d(out)
    x : array   what went into the block
    branch_backward : function   the backward pass of the branch f: it
        is called as ``branch_backward(upstream, x)``, with the
        gradient that arrives at f(x) and the input of f, and returns
        the gradient with respect to that input

    Returns
    -------
    array of the shape and dtype of ``x``   dJ/dx
    """
    ### BEGIN SOLUTION
    return upstream + branch_backward(upstream, x)
    ### END SOLUTION


def augment_shift(images, max_shift, rng):
    """Shift each image by a few pixels, drawn at random.

    That makes new training images with the same labels. For each
    image two whole numbers are drawn, how far down and how far to the
    right it moves. Both are uniform over ``-max_shift`` to
    ``max_shift``, the ends included, and independent of each other
    and of the other images. What leaves the frame is lost; what comes
    in is 0.

    Parameters
    ----------
    images : (n, channels, height, width) array   the channels of an
        image move together
    max_shift : int, from 0 to less than height and width
    rng : numpy.random.Generator   the only source of randomness

    Returns
    -------
    array of the shape and dtype of ``images``
    """
    ### BEGIN SOLUTION
    n, _, height, width = images.shape
    m = max_shift
    padded = np.pad(images, ((0, 0), (0, 0), (m, m), (m, m)))
    starts = rng.integers(0, 2 * m + 1, size=(n, 2))
    out = np.empty_like(images)
    for i, (top, left) in enumerate(starts):
        out[i] = padded[i, :, top : top + height, left : left + width]
    return out
    ### END SOLUTION
