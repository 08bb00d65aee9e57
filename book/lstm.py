"""A model of characters with one LSTM, forward and backward, at the speed that a long training needs.

The cell is that of the exercise ``recurrent.lstm_step``: gates i, f, g, o side by side. A model is a
dictionary of arrays:

==========  =====================================================
``w_x``     (classes, 4 hidden), a row for each character
``w_h``     (hidden, 4 hidden)
``b``       (4 hidden,)
``out.w``   (hidden, classes), and its bias ``out.b``
==========  =====================================================
"""

from __future__ import annotations

from typing import Any

import numpy as np

from book.language_models import Array, Parameters, cross_entropy


def start(classes: int, hidden: int, rng: np.random.Generator) -> Parameters:
    """Draw a model in float32, with forget gates that are open."""

    def normal(*shape: int) -> Array:
        return (rng.standard_normal(shape) / hidden**0.5).astype(np.float32)

    b = np.zeros(4 * hidden, np.float32)
    b[hidden : 2 * hidden] = 1
    return {
        "w_x": normal(classes, 4 * hidden),
        "w_h": normal(hidden, 4 * hidden),
        "b": b,
        "out.w": normal(hidden, classes),
        "out.b": np.zeros(classes, np.float32),
    }


def read(p: Parameters, codes: Array) -> tuple[Array, dict[str, Any]]:
    """Predict what follows each character, from zero states.

    Parameters
    ----------
    p : the model
    codes : (n, time) array of int

    Returns
    -------
    (logits, kept)
        logits : (n, time, classes) array
        kept : what the backward pass needs, time first
    """
    n, time = codes.shape
    hidden = len(p["w_h"])
    gates = p["w_x"][codes.T] + p["b"]
    states = np.zeros((time + 1, n, hidden), gates.dtype)
    cells, squashed = np.zeros_like(states), np.empty((time, n, hidden), gates.dtype)
    for t in range(time):
        z = gates[t]
        z += states[t] @ p["w_h"]
        i, f, g, o = np.split(z, 4, axis=1)
        for gate in (i, f, o):  # the logistic function, without overflow
            gate *= 0.5
            np.tanh(gate, out=gate)
            gate += 1
            gate *= 0.5
        np.tanh(g, out=g)
        cells[t + 1] = f * cells[t] + i * g
        np.tanh(cells[t + 1], out=squashed[t])
        np.multiply(o, squashed[t], out=states[t + 1])
    logits = states[1:].swapaxes(0, 1) @ p["out.w"] + p["out.b"]
    return logits, {"gates": gates, "states": states, "cells": cells, "squashed": squashed}


def loss_and_gradients(p: Parameters, codes: Array, targets: Array) -> tuple[float, Parameters]:
    """Return the cross-entropy in nats, averaged over all characters, and its gradients.

    Parameters
    ----------
    p : the model
    codes, targets : (n, time) arrays of int   what is read, and what follows each character
    """
    n, time = codes.shape
    hidden = len(p["w_h"])
    logits, kept = read(p, codes)
    losses, log_p = cross_entropy(logits, targets)
    upstream = np.exp(log_p).reshape(n * time, -1)
    upstream[np.arange(n * time), targets.ravel()] -= 1
    upstream /= n * time
    upstream = np.ascontiguousarray(upstream.reshape(n, time, -1).swapaxes(0, 1))

    gates, states, cells, squashed = (kept[k] for k in ("gates", "states", "cells", "squashed"))
    dstates = upstream @ p["out.w"].T
    dgates = np.empty_like(gates)
    dh, dc = np.zeros((2, n, hidden), gates.dtype)
    back = np.ascontiguousarray(p["w_h"].T)
    for t in reversed(range(time)):
        i, f, g, o = np.split(gates[t], 4, axis=1)
        di, df, dg, do = np.split(dgates[t], 4, axis=1)
        dh = dh + dstates[t]
        dc = dc + dh * o * (1 - squashed[t] ** 2)
        di[...] = dc * g * i * (1 - i)
        df[...] = dc * cells[t] * f * (1 - f)
        dg[...] = dc * i * (1 - g * g)
        do[...] = dh * squashed[t] * o * (1 - o)
        dc = dc * f
        dh = dgates[t] @ back
    rows = dgates.reshape(n * time, -1)
    dw_x = np.zeros_like(p["w_x"])
    np.add.at(dw_x, codes.T.ravel(), rows)
    dlogits = upstream.reshape(n * time, -1)
    return float(losses.mean()), {
        "w_x": dw_x,
        "w_h": states[:-1].reshape(n * time, -1).T @ rows,
        "b": rows.sum(axis=0),
        "out.w": states[1:].reshape(n * time, -1).T @ dlogits,
        "out.b": dlogits.sum(axis=0),
    }
