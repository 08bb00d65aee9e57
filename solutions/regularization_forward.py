"""Forward functions that the exercises of `regularization` differentiate and that are no exercises."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def dropout(x: np.ndarray, p: float, mask: np.ndarray) -> np.ndarray:
    """Dropout in training, once the mask is drawn."""
    return np.where(mask, x, 0) / (1 - p)


def batchnorm(x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, eps: float) -> np.ndarray:
    """Batch normalization in training, without its running averages."""
    return _standardized(x, 0, eps) * gamma + beta


def layernorm(x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, eps: float) -> np.ndarray:
    """Layer normalization over the last axis."""
    return _standardized(x, -1, eps) * gamma + beta


def _standardized(x: np.ndarray, axis: int, eps: float) -> np.ndarray:
    centered = x - x.mean(axis=axis, keepdims=True)
    return centered / np.sqrt((centered**2).mean(axis=axis, keepdims=True) + eps)


def l1_penalty(w: np.ndarray, strength: float) -> float:
    """The sum of the weights' sizes."""
    return float(strength * np.abs(w).sum())


BRANCHES: dict[str, Callable[..., np.ndarray]] = {
    "tanh of a linear layer": lambda x, w: np.tanh(x @ w),
    "cube of every entry": lambda x, w: x**3,
    "x itself": lambda x, w: x,
    "two linear layers with ReLU": lambda x, w: np.maximum(x @ w, 0) @ w.T,
}


def residual(x: np.ndarray, branch: str, w: np.ndarray) -> np.ndarray:
    """A residual block around a branch of that name."""
    return x + BRANCHES[branch](x, w)
