"""The picture of the figure `time_gradient` for who reads without JavaScript.

Its numbers are computed here once more, with the reference solutions; the tests compare the two. All
three cells stand side by side, which a reader would see one after the other.
"""

import numpy as np
from matplotlib.figure import Figure

from book.make_static_figures import COLORS, start_of
from book.static_forward import normals
from solutions.recurrent import (
    gru_step,
    gru_step_backward,
    lstm_step,
    lstm_step_backward,
    rnn_step,
    rnn_step_backward,
)

HIDDEN, LONGEST = 16, 60
GATES = {"vanilla": 1, "LSTM": 4, "GRU": 3}


def walk_back(cell: str, steps: int, size: float, bias: float) -> np.ndarray:
    """Return the norm of the gradient before each step and after the last: (steps + 1,)."""
    wide = 4 * HIDDEN
    draws = normals(HIDDEN * wide + wide + LONGEST)
    columns = GATES[cell] * HIDDEN
    w_h = size / np.sqrt(HIDDEN) * draws[: HIDDEN * wide].reshape(HIDDEN, wide)[:, :columns]
    w_x = 0.3 * draws[HIDDEN * wide : HIDDEN * wide + wide][None, :columns]
    inputs = draws[-LONGEST:]
    b = np.zeros(columns)
    if cell != "vanilla":
        b[HIDDEN : 2 * HIDDEN] = bias
    none = np.zeros_like(b)
    h = c = np.zeros((1, HIDDEN))
    before = []
    for t in range(steps):
        before.append((inputs[t].reshape(1, 1), h, c))
        x = before[-1][0]
        if cell == "vanilla":
            h = rnn_step(x, h, w_x, w_h, b)
        elif cell == "LSTM":
            h, c = lstm_step(x, h, c, w_x, w_h, b)
        else:
            h = gru_step(x, h, w_x, w_h, b, none)
    dh, dc = np.full((1, HIDDEN), 1 / np.sqrt(HIDDEN)), np.zeros((1, HIDDEN))
    norms = [1.0]
    for x, h, c in reversed(before):
        if cell == "vanilla":
            dh = rnn_step_backward(dh, x, h, w_x, w_h, b)[1]
        elif cell == "LSTM":
            _, dh, dc, *_ = lstm_step_backward((dh, dc), x, h, c, w_x, w_h, b)
        else:
            dh = gru_step_backward(dh, x, h, w_x, w_h, b, none)[1]
        norms.append(float(np.sqrt(np.sum(dh**2) + np.sum(dc**2))))
    return np.array(norms[::-1])


def time_gradient() -> Figure:
    start = start_of("time_gradient")
    steps, size = int(start["steps"]), float(start["size"])
    figure = Figure(figsize=(6.4, 3.8), layout="constrained")
    axes = figure.subplots()
    for cell, bias, style in (("vanilla", 0.0, "-"), ("LSTM", 3.0, "--"), ("GRU", 3.0, ":")):
        norms = walk_back(cell, steps, size, bias)
        name = cell if cell == "vanilla" else f"{cell}, bias {bias:g}"
        axes.semilogy(norms, style, color=COLORS["gradient"], lw=2.5, label=name)
    axes.set(ylim=(1e-16, 1e8), xlabel="steps read", ylabel="norm of the gradient")
    axes.grid(axis="y", color=COLORS["grid"])
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    return figure


PICTURES = [time_gradient]
