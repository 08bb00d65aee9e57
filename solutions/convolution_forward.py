"""Forward functions that the exercises of `convolution` differentiate and that are no exercises."""

from __future__ import annotations

import numpy as np

from solutions.convolution import conv2d, max_pool2d
from solutions.loss import cross_entropy

Parameters = list[tuple[np.ndarray, np.ndarray]]


def avg_pool2d(x: np.ndarray, size: int, stride: int) -> np.ndarray:
    """The mean of every window."""
    windows = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(2, 3))
    return windows[:, :, ::stride, ::stride].mean(axis=(4, 5))


def cnn_logits(parameters: Parameters, x: np.ndarray) -> np.ndarray:
    """The logits of the network that `cnn_loss_and_grads` describes."""
    (w1, b1), (w2, b2), (w3, b3) = parameters
    a1 = np.maximum(conv2d(x, w1, b1, 2, w1.shape[2] // 2), 0)
    a2 = np.maximum(conv2d(max_pool2d(a1, 2, 2), w2, b2, 1, w2.shape[2] // 2), 0)
    return a2.mean(axis=(2, 3)) @ w3 + b3


def cnn_loss(parameters: Parameters, x: np.ndarray, labels: np.ndarray) -> float:
    """The mean cross-entropy of that network."""
    return cross_entropy(cnn_logits(parameters, x), labels)


def cnn_evidence(parameters: Parameters, x: np.ndarray, classes: np.ndarray) -> float:
    """The sum over the images of one logit each; an image moves only its own."""
    return float(cnn_logits(parameters, x)[np.arange(len(x)), classes].sum())
