"""The layers of `book.gpt`, forward and backward.

Each forward function returns its output and what its backward function needs. Rows are characters:
``x`` is (n · time, d). All take float32 or float64 and keep it.
"""

from __future__ import annotations

import numpy as np

Array = np.ndarray
EPS = 1e-5  # added to the variance in layer normalization
ROOT = (2 / np.pi) ** 0.5
CUBIC = 0.044715


def layer_norm(x: Array, gamma: Array, beta: Array) -> tuple[Array, tuple[Array, Array, Array]]:
    normalized = x - x.mean(axis=-1, keepdims=True)
    variance = np.einsum("td,td->t", normalized, normalized)[:, None] / x.shape[-1]
    std = np.sqrt(variance + EPS)
    normalized /= std
    return normalized * gamma + beta, (normalized, std, gamma)


def layer_norm_backward(upstream: Array, kept: tuple[Array, Array, Array]) -> tuple[Array, ...]:
    normalized, std, gamma = kept
    dgamma, dbeta = np.einsum("td,td->d", upstream, normalized), upstream.sum(axis=0)
    g = upstream * gamma
    along = np.einsum("td,td->t", g, normalized)[:, None] / g.shape[-1]
    g -= g.mean(axis=-1, keepdims=True)
    g -= normalized * along
    g /= std
    return g, dgamma, dbeta


def gelu(z: Array) -> tuple[Array, tuple[Array, Array]]:
    """GELU in its tanh form."""
    t = z * z
    t *= ROOT * CUBIC
    t += ROOT
    t *= z
    np.tanh(t, out=t)
    out = t + 1
    out *= z
    out *= 0.5
    return out, (z, t)


def gelu_backward(upstream: Array, kept: tuple[Array, Array]) -> Array:
    z, t = kept
    slope = z * z
    slope *= 3 * ROOT * CUBIC
    slope += ROOT
    slope *= z
    slope *= 1 - t * t
    slope += t
    slope += 1
    slope *= upstream
    slope *= 0.5
    return slope


def slopes(heads: int) -> Array:
    """What each head takes off a score for every character of distance: from 2, by sixths."""
    return 2 * 6.0 ** -np.arange(heads)


def distances(time_q: int, time_k: int, heads: int) -> Array:
    """What is added to the scores, (heads, time_q, time_k): minus infinity for later keys.

    The queries belong to the last of the keys' positions.
    """
    back = np.arange(time_k - time_q, time_k)[:, None] - np.arange(time_k)
    return np.where(back < 0, -np.inf, -slopes(heads)[:, None, None] * back)


def attend(queries: Array, keys: Array, values: Array) -> tuple[Array, Array]:
    """Causal attention that prefers what is near.

    Parameters
    ----------
    queries : (n, heads, time_q, d_k) array   of the last of the keys' positions
    keys, values : (n, heads, time_k, d_k) arrays, time_k at least time_q

    Returns
    -------
    (out, weights), shaped (n, heads, time_q, d_k) and (n, heads, time_q, time_k)
    """
    _, heads, time_q, _ = queries.shape
    weights = queries * queries.dtype.type(queries.shape[-1] ** -0.5) @ keys.swapaxes(2, 3)
    weights += distances(time_q, keys.shape[2], heads).astype(weights.dtype)
    weights -= weights.max(axis=-1, keepdims=True)
    np.exp(weights, out=weights)
    weights /= weights.sum(axis=-1, keepdims=True)
    return weights @ values, weights


def attend_backward(
    upstream: Array, queries: Array, keys: Array, values: Array, out: Array, weights: Array
) -> tuple[Array, Array, Array]:
    dscores = upstream @ values.swapaxes(2, 3)
    # The sum of dweights * weights over the keys, from smaller arrays.
    dscores -= np.einsum("nhtd,nhtd->nht", upstream, out)[..., None]
    dscores *= weights
    dscores *= weights.dtype.type(queries.shape[-1] ** -0.5)
    dvalues = weights.swapaxes(2, 3) @ upstream
    return dscores @ keys, dscores.swapaxes(2, 3) @ queries, dvalues
