"""The network that the exercises of `training` train, and the digits on which they train it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Array = np.ndarray
Parameters = list[tuple[Array, Array]]
LossAndGrads = Callable[[Parameters, Array, Array], tuple[float, Parameters]]


def loss_and_grads(parameters: Parameters, x: Array, labels: Array) -> tuple[float, Parameters]:
    """The cross-entropy of a classifier with one hidden layer of ReLU units, and its gradients."""
    (w1, b1), (w2, b2) = parameters
    hidden = np.maximum(x @ w1 + b1, 0)
    logits = hidden @ w2 + b2
    rows = np.arange(len(x))
    logits -= np.max(logits, axis=1)[:, None]
    p = np.exp(logits)
    total = p.sum(axis=1, keepdims=True)
    loss = float(np.mean(np.log(total[:, 0]) - logits[rows, labels]))
    p /= total
    p[rows, labels] -= 1
    p /= len(x)
    into_hidden = p @ w2.T * (hidden > 0)
    return loss, [(x.T @ into_hidden, into_hidden.sum(axis=0)), (hidden.T @ p, p.sum(axis=0))]


def initial_parameters(
    rng: np.random.Generator, d_in: int, hidden: int, classes: int
) -> Parameters:
    """He's rule before the ReLU, and half of its variance after it."""
    w1 = rng.normal(0, np.sqrt(2 / d_in), size=(d_in, hidden))
    w2 = rng.normal(0, np.sqrt(1 / hidden), size=(hidden, classes))
    return [(w1, np.zeros(hidden)), (w2, np.zeros(classes))]


def logits_of(parameters: Any, x: Array) -> Array:
    """The forward pass of a network of any depth, ReLU between its layers."""
    for number, (w, b) in enumerate(parameters):
        x = (np.maximum(x, 0) if number else x) @ w + b
    return x


def digits() -> tuple[Array, Array]:
    """All digits of the course, ink from 0 to 1, and their labels."""
    from course.data import load_mnist

    return load_mnist()
