"""Losses and their gradients: what a network is asked to make small."""

from __future__ import annotations

import numpy as np


def mse(prediction, target):
    """The mean squared error, averaged over every entry.

    Parameters
    ----------
    prediction : array of any shape
    target : array of the same shape

    Returns
    -------
    float

    Raises
    ------
    ValueError
        The two shapes differ. NumPy would stretch ``(n, 1)`` and
        ``(n,)`` to ``(n, n)`` and say nothing.
    """
    ### BEGIN SOLUTION
    if prediction.shape != target.shape:
        raise ValueError(f"prediction has shape {prediction.shape}, but target {target.shape}")
    return float(np.mean((prediction - target) ** 2))
    ### END SOLUTION


def mse_grad(prediction, target):
    """The mean squared error's gradient with respect to ``prediction``.

    Parameters
    ----------
    prediction : array of any shape
    target : array of the same shape

    Returns
    -------
    array of the shape and dtype of ``prediction``
    """
    ### BEGIN SOLUTION
    return 2 * (prediction - target) / prediction.size
    ### END SOLUTION


def huber(prediction, target, delta):
    """The Huber loss, averaged over every entry.

    An entry whose error is at most ``delta`` in size costs half its
    square. Beyond that the cost grows linearly, and goes on without a
    jump and without a corner.

    Parameters
    ----------
    prediction : array of any shape
    target : array of the same shape
    delta : float, positive   the error where the linear part begins

    Returns
    -------
    float   finite wherever the loss itself is, also for errors whose
        square overflows
    """
    ### BEGIN SOLUTION
    size = np.abs(prediction - target)
    inner = np.minimum(size, delta)
    return float(np.mean(inner * (size - inner / 2)))
    ### END SOLUTION


def huber_grad(prediction, target, delta):
    """The Huber loss's gradient with respect to ``prediction``.

    Parameters
    ----------
    prediction : array of any shape
    target : array of the same shape
    delta : float, positive   the error where the linear part begins

    Returns
    -------
    array of the shape and dtype of ``prediction``
    """
    ### BEGIN SOLUTION
    return np.clip(prediction - target, -delta, delta) / prediction.size
    ### END SOLUTION


def bce_with_logits(logits, target):
    """The binary cross-entropy of a sigmoid, from the sigmoid's inputs.

    It is averaged over the samples.

    Parameters
    ----------
    logits : (n,) array   any finite numbers, before the sigmoid
    target : (n,) array   0 or 1, or a probability between them

    Returns
    -------
    float   in nats, right to 12 digits: for logits up to the edge of
        float64, and also where the loss is as small as 1e-300
    """
    ### BEGIN SOLUTION
    if_one, if_zero = np.logaddexp(0, -logits), np.logaddexp(0, logits)
    return float(np.mean(target * if_one + (1 - target) * if_zero))
    ### END SOLUTION


def bce_with_logits_grad(logits, target):
    """The binary cross-entropy's gradient with respect to ``logits``.

    Parameters
    ----------
    logits : (n,) array   any finite numbers, before the sigmoid
    target : (n,) array   0 or 1, or a probability between them

    Returns
    -------
    (n,) array of the dtype of ``logits``, finite for all of them
    """
    ### BEGIN SOLUTION
    small = np.exp(-np.abs(logits))
    probability = np.where(logits >= 0, 1, small) / (1 + small)
    return (probability - target) / len(logits)
    ### END SOLUTION


def cross_entropy(logits, labels):
    """The cross-entropy of a softmax, from the softmax's inputs.

    It is averaged over the samples.

    Parameters
    ----------
    logits : (n, n_classes) array   finite numbers, before the softmax
    labels : (n,) array of int      the right class of each sample, from
        0 to n_classes - 1

    Returns
    -------
    float   in nats, right to 12 digits: for logits up to the edge of
        float64, and also where the loss is as small as 1e-300
    """
    ### BEGIN SOLUTION
    rows = np.arange(len(labels))
    shifted = logits - logits.max(axis=1, keepdims=True)
    others = np.exp(shifted)
    others[rows, logits.argmax(axis=1)] = 0  # the largest is exactly 1, which log1p adds
    surprise = np.log1p(others.sum(axis=1)) - shifted[rows, labels]
    return float(surprise.mean())
    ### END SOLUTION


def cross_entropy_grad(logits, labels):
    """The cross-entropy's gradient with respect to ``logits``.

    Parameters
    ----------
    logits : (n, n_classes) array   finite numbers, before the softmax
    labels : (n,) array of int      the right class of each sample, from
        0 to n_classes - 1

    Returns
    -------
    (n, n_classes) array of the dtype of ``logits``, finite for all of them
    """
    ### BEGIN SOLUTION
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    gradient = weights / weights.sum(axis=1, keepdims=True)
    gradient[np.arange(len(labels)), labels] -= 1
    return gradient / len(labels)
    ### END SOLUTION


def l2_penalty(w, strength):
    """The L2 penalty, with the half that makes its gradient simple.

    Parameters
    ----------
    w : array of any shape   weights; biases are never passed in
    strength : float         how much the penalty counts, λ

    Returns
    -------
    float   added to the loss once for a whole batch, so it is not
        averaged over anything
    """
    ### BEGIN SOLUTION
    return float(strength / 2 * np.sum(w**2))
    ### END SOLUTION


def l2_penalty_grad(w, strength):
    """The L2 penalty's gradient with respect to ``w``.

    Parameters
    ----------
    w : array of any shape   weights
    strength : float         how much the penalty counts, λ

    Returns
    -------
    array of the shape and dtype of ``w``
    """
    ### BEGIN SOLUTION
    return strength * w
    ### END SOLUTION


def label_smoothing_cross_entropy(logits, labels, smoothing):
    """The cross-entropy against targets that are not quite sure.

    The target is a mixture: a share ``1 - smoothing`` says "the label",
    and a share ``smoothing`` says "any class", all of them equally, the
    label's own class included. The mean is taken over the samples.

    Parameters
    ----------
    logits : (n, n_classes) array   finite numbers, before the softmax
    labels : (n,) array of int      the right classes, from 0 on
    smoothing : float               from 0 (plain cross-entropy) to 1

    Returns
    -------
    float   in nats, right to 12 digits for logits up to ±1e300
    """
    ### BEGIN SOLUTION
    n, n_classes = logits.shape
    every_class = [cross_entropy(logits, np.full(n, c)) for c in range(n_classes)]
    return (1 - smoothing) * cross_entropy(logits, labels) + smoothing * float(np.mean(every_class))
    ### END SOLUTION


def expected_initial_loss(n_classes):
    """The cross-entropy of a classifier to which all classes are alike.

    It gives every class the same probability.

    Parameters
    ----------
    n_classes : int, at least 1

    Returns
    -------
    float   in nats
    """
    ### BEGIN SOLUTION
    return float(np.log(n_classes))
    ### END SOLUTION
