"""Forward functions that the exercises of `transformers` differentiate and that are no exercises.

They are written by `einsum` and share nothing with the solutions.
"""

from __future__ import annotations

from math import erf
from typing import Any

import numpy as np

Array = np.ndarray
Parameters = list[tuple[Array, Array]]


def attention(queries: Array, keys: Array, values: Array, mask: Array) -> Array:
    """The output of scaled dot-product attention, without its weights."""
    scores = np.einsum("...qd,...kd->...qk", queries, keys) / np.sqrt(keys.shape[-1])
    largest = np.where(mask, scores, -np.inf).max(axis=-1, keepdims=True)
    e = np.where(mask, np.exp(np.where(mask, scores, largest) - largest), 0)
    return np.einsum("...qk,...kd->...qd", e, values) / e.sum(axis=-1, keepdims=True)


def multi_head(x: Array, parameters: Parameters, heads: int, mask: Array) -> Array:
    """Self-attention with several heads, one head after the other."""
    n, time, _ = x.shape
    queries, keys, values = (
        np.einsum("nti,ij->ntj", x, w).reshape(n, time, heads, -1) + b.reshape(heads, -1)
        for w, b in parameters[:3]
    )
    whole = np.broadcast_to(mask, (n, heads, time, time))
    outs = [
        attention(queries[:, :, h], keys[:, :, h], values[:, :, h], whole[:, h])
        for h in range(heads)
    ]
    w, b = parameters[3]
    return np.einsum("nti,ij->ntj", np.concatenate(outs, axis=-1), w) + b


def feed_forward(x: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> Array:
    """Two linear layers with the exact GELU between them, on every token by itself."""
    z = np.einsum("nti,ij->ntj", x, w1) + b1
    hidden = np.array([value * (1 + erf(value / np.sqrt(2))) / 2 for value in z.flat])
    return np.einsum("nti,ij->ntj", hidden.reshape(z.shape), w2) + b2


def layer_norm(x: Array, gamma: Array, beta: Array, eps: float) -> Array:
    """Layer normalization over the last axis."""
    centered = x - x.mean(axis=-1, keepdims=True)
    return centered / np.sqrt((centered**2).mean(axis=-1, keepdims=True) + eps) * gamma + beta


def block_loss(
    parameters: Parameters, x: Array, labels: Array, heads: int, mask: Array, eps: float
) -> Any:
    """The mean cross-entropy of a language model of one pre-norm block."""
    first, *attending, second, (w1, b1), (w2, b2), (w, b) = parameters
    middle = x + multi_head(layer_norm(x, *first, eps), attending, heads, mask)
    top = middle + feed_forward(layer_norm(middle, *second, eps), w1, b1, w2, b2)
    logits = np.einsum("nti,ij->ntj", top, w) + b
    largest = logits.max(axis=-1)
    log_sum = largest + np.log(np.exp(logits - largest[..., None]).sum(axis=-1))
    right = np.take_along_axis(logits, labels[..., None], axis=-1)[..., 0]
    return float((log_sum - right).mean())
