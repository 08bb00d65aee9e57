"""A small GPT in NumPy: pre-norm blocks over characters, forward and backward, and what it writes.

It is built for speed where the exercises are built for reading: what the forward pass has computed
is kept for the backward pass, and queries, keys and values are one matrix product.

A model is a dictionary of arrays. ``d`` is its width; ``w`` of a layer is (d_in, d_out):

=====================  =====================================================
``characters``         (classes, d), the embedding of each character
``k.norm1.gamma``, …   (d,), both layer normalizations of block ``k``
``k.attend.w``         (d, 3 d), queries, keys and values side by side
``k.mix.w``            (d, d), after the heads
``k.up.w``             (d, 4 d), before the GELU
``k.down.w``           (4 d, d), after it
``norm.gamma``, …      (d,), before the logits
``out.w``              (d, classes); every ``w`` has its bias ``b``
=====================  =====================================================

Layout and initialization follow A. Radford et al., Language models are unsupervised multitask
learners (2019), and so does GELU in its tanh form, for which NumPy has a fast function. Positions
follow O. Press et al., Train short, test long (2022): from every score a head takes off its slope
times the distance, so that it looks at what is near first. No other position is written anywhere,
and a text may be of any length.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from book.gpt_layers import (
    attend,
    attend_backward,
    gelu,
    gelu_backward,
    layer_norm,
    layer_norm_backward,
)
from book.language_models import Array, Parameters, cross_entropy


def start(classes: int, width: int, layers: int, rng: np.random.Generator) -> Parameters:
    """Draw a model in float32; what is added to the straight line is drawn smaller.

    Raises
    ------
    ValueError
        ``layers`` is below 1.
    """
    if layers < 1:
        raise ValueError(f"A model needs at least one block; layers is {layers}.")

    def normal(*shape: int, std: float = 0.02) -> Array:
        return (std * rng.standard_normal(shape)).astype(np.float32)

    def linear(name: str, d_in: int, d_out: int, std: float = 0.02) -> Parameters:
        return {
            f"{name}.w": normal(d_in, d_out, std=std),
            f"{name}.b": np.zeros(d_out, np.float32),
        }

    def norm(name: str) -> Parameters:
        return {
            f"{name}.gamma": np.ones(width, np.float32),
            f"{name}.beta": np.zeros(width, np.float32),
        }

    small = 0.02 / (2 * layers) ** 0.5
    p = {"characters": normal(classes, width)}
    for k in range(layers):
        p |= norm(f"{k}.norm1") | linear(f"{k}.attend", width, 3 * width)
        p |= linear(f"{k}.mix", width, width, std=small)
        p |= norm(f"{k}.norm2") | linear(f"{k}.up", width, 4 * width)
        p |= linear(f"{k}.down", 4 * width, width, std=small)
    return p | norm("norm") | linear("out", width, classes)


def count_layers(p: Parameters) -> int:
    return sum(name.endswith(".attend.w") for name in p)


def read(
    p: Parameters, codes: Array, heads: int, past: list[tuple[Array, Array]] | None = None
) -> tuple[Array, dict[str, Any]]:
    """Predict what follows each character.

    Parameters
    ----------
    p : the model
    codes : (n, time) array of int
    heads : int   a divisor of the width
    past : keys and values of every block for the characters before, as an earlier call kept them

    Returns
    -------
    (logits, kept)
        logits : (n, time, classes) array
        kept : what the backward pass needs; ``kept["keys and values"]`` may be the next ``past``,
            ``kept["weights"]`` holds each block's (n, heads, time, time) attention
    """
    n, time = codes.shape
    d = p["characters"].shape[1]
    x = p["characters"][codes].reshape(n * time, d)
    kept: dict[str, Any] = {"codes": codes, "blocks": [], "keys and values": [], "weights": []}
    for k in range(count_layers(p)):
        a, norm1 = layer_norm(x, p[f"{k}.norm1.gamma"], p[f"{k}.norm1.beta"])
        qkv = (a @ p[f"{k}.attend.w"] + p[f"{k}.attend.b"]).reshape(n, time, 3, heads, -1)
        queries, keys, values = qkv.transpose(2, 0, 3, 1, 4)
        if past:
            keys, values = (
                np.concatenate(pair, axis=2) for pair in zip(past[k], (keys, values), strict=True)
            )
        looked, weights = attend(queries, keys, values)
        merged = looked.swapaxes(1, 2).reshape(n * time, d)
        x = x + merged @ p[f"{k}.mix.w"]
        x += p[f"{k}.mix.b"]
        u, norm2 = layer_norm(x, p[f"{k}.norm2.gamma"], p[f"{k}.norm2.beta"])
        hidden, bent = gelu(u @ p[f"{k}.up.w"] + p[f"{k}.up.b"])
        x = x + hidden @ p[f"{k}.down.w"]
        x += p[f"{k}.down.b"]
        attention = (queries, keys, values, looked, weights)
        kept["blocks"].append((a, norm1, attention, merged, u, norm2, hidden, bent))
        kept["keys and values"].append((keys, values))
        kept["weights"].append(weights)
    top, kept["norm"] = layer_norm(x, p["norm.gamma"], p["norm.beta"])
    kept["top"] = top
    return (top @ p["out.w"] + p["out.b"]).reshape(n, time, -1), kept


def loss_and_gradients(
    p: Parameters, codes: Array, targets: Array, heads: int
) -> tuple[float, Parameters]:
    """Return the cross-entropy in nats, averaged over all characters, and its gradients.

    Parameters
    ----------
    p : the model
    codes, targets : (n, time) arrays of int   what is read, and what follows each character
    heads : int   a divisor of the width
    """
    n, time = codes.shape
    logits, kept = read(p, codes, heads)
    losses, log_p = cross_entropy(logits, targets)
    upstream = np.exp(log_p).reshape(n * time, -1)
    upstream[np.arange(n * time), targets.ravel()] -= 1
    upstream /= n * time

    g: Parameters = {}

    def linear_backward(name: str, upstream: Array, x: Array) -> Array:
        g[f"{name}.w"], g[f"{name}.b"] = x.T @ upstream, upstream.sum(axis=0)
        return upstream @ p[f"{name}.w"].T

    def norm_backward(name: str, upstream: Array, norm: tuple[Array, Array, Array]) -> Array:
        dx, g[f"{name}.gamma"], g[f"{name}.beta"] = layer_norm_backward(upstream, norm)
        return dx

    dx = norm_backward("norm", linear_backward("out", upstream, kept["top"]), kept["norm"])
    for k in reversed(range(count_layers(p))):
        a, norm1, attention, merged, u, norm2, hidden, bent = kept["blocks"].pop()
        dz = gelu_backward(linear_backward(f"{k}.down", dx, hidden), bent)
        dx += norm_backward(f"{k}.norm2", linear_backward(f"{k}.up", dz, u), norm2)
        dmerged = linear_backward(f"{k}.mix", dx, merged)
        dlooked = dmerged.reshape(n, time, heads, -1).swapaxes(1, 2)
        dqkv = np.stack(attend_backward(dlooked, *attention)).transpose(1, 3, 0, 2, 4)
        da = linear_backward(f"{k}.attend", dqkv.reshape(n * time, -1), a)
        dx += norm_backward(f"{k}.norm1", da, norm1)
    g["characters"] = np.zeros_like(p["characters"])
    np.add.at(g["characters"], codes.ravel(), dx)
    return float(losses.mean()), g


def write(
    p: Parameters, codes: Array, heads: int, length: int, temperature: float,
    rng: np.random.Generator, memory: int = 128,
) -> Array:  # fmt: skip
    """Go on with a text: draw a character, read it, draw the next one.

    Parameters
    ----------
    p : the model
    codes : (time,) array of int   how the text begins, at least one character
    heads : int
    length : how many characters to draw
    temperature : float > 0   divides the logits
    rng : the source of randomness
    memory : how many characters before the newest are looked at

    Returns
    -------
    (length,) array of int
    """
    written: list[int] = []
    new, past = np.asarray(codes)[None], None
    for _ in range(length):
        logits, kept = read(p, new, heads, past)
        past = [
            (keys[:, :, -memory:], values[:, :, -memory:])
            for keys, values in kept["keys and values"]
        ]
        z = logits[0, -1].astype(np.float64) / temperature
        q = np.exp(z - z.max())
        written.append(int(rng.choice(len(q), p=q / q.sum())))
        new = np.array([[written[-1]]])
    return np.array(written)
