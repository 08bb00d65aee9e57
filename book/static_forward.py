"""The picture of the figure `activation_histograms` for who reads without JavaScript.

The random weights are the module's own: its generator is written here once more.
"""

from collections.abc import Iterator

import numpy as np
from matplotlib.figure import Figure

from book.make_small_digits import standardized
from book.make_static_figures import COLORS, start_of

DEPTH, WIDTH = 10, 100
STD = {
    "xavier": lambda fan_in: np.sqrt(2 / (fan_in + WIDTH)),
    "he": lambda fan_in: np.sqrt(2 / fan_in),
    "fixed": lambda fan_in: 0.01,
}
BENDS = {"relu": lambda z: np.maximum(z, 0), "tanh": np.tanh}


def uniforms(seed: int) -> Iterator[float]:
    """Yield the numbers of mulberry32, between 0 and 1."""
    state, mask = seed, 0xFFFFFFFF
    while True:
        state = (state + 0x6D2B79F5) & mask
        t = ((state ^ (state >> 15)) * (state | 1)) & mask
        t ^= (t + ((t ^ (t >> 7)) * (t | 61) & mask)) & mask
        yield ((t ^ (t >> 14)) + 0.5) / 2**32


def normals(count: int, seed: int = 1) -> np.ndarray:
    """Return the standard normal numbers of lib/signal.js."""
    source = uniforms(seed)
    pairs = np.array([(next(source), next(source)) for _ in range((count + 1) // 2)])
    radius, angle = np.sqrt(-2 * np.log(pairs[:, 0])), 2 * np.pi * pairs[:, 1]
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]).ravel()[:count]


def layer_outputs(activation: str, rule: str, factor: float) -> list[np.ndarray]:
    """Return the inputs and what comes out of every layer."""
    outputs = [standardized()]
    first = outputs[0].shape[1]
    draws = normals(first * WIDTH + (DEPTH - 1) * WIDTH**2)
    start = 0
    for _ in range(DEPTH):
        fan_in = outputs[-1].shape[1]
        w = draws[start : start + fan_in * WIDTH].reshape(fan_in, WIDTH)
        start += w.size
        outputs.append(BENDS[activation](outputs[-1] @ w * (factor * STD[rule](fan_in))))
    return outputs


def activation_histograms() -> Figure:
    start = start_of("activation_histograms")
    activation, rule = str(start["activation"]), str(start["rule"])
    outputs = layer_outputs(activation, rule, float(start["factor"]))
    figure = Figure(figsize=(7, 6.2), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=[1.4, 1])
    edges = np.linspace(-3, 3, 41)
    for layer, values in enumerate(outputs):
        shown = values[values != 0] if layer else values.ravel()
        counts, _ = np.histogram(shown, edges)
        color = COLORS["model"] if layer else COLORS["data"]
        heights = 0.75 * counts / max(counts.max(), 0.02 * values.size)
        left.bar(edges[:-1], heights, width=0.15, align="edge", bottom=-layer, color=color)
        left.axhline(-layer, color=COLORS["muted"], linewidth=0.6)
        if layer:
            left.text(
                -3, 0.1 - layer, f"{np.mean(values == 0):.0%} are 0", fontsize=8,
                color=COLORS["muted"],
            )  # fmt: skip
    names = ["digits", *(f"layer {layer}" for layer in range(1, DEPTH + 1))]
    left.set(yticks=-np.arange(DEPTH + 1), yticklabels=names, title="what comes out")
    left.set(xlim=(-3, 3), ylim=(-DEPTH - 0.1, 1))
    sizes = [np.sqrt(np.mean(np.square(values))) for values in outputs]
    right.semilogx(sizes, -np.arange(DEPTH + 1), "o-", color=COLORS["model"])
    right.set(xlim=(1e-12, 1e6), ylim=(-DEPTH - 0.5, 0.6), yticks=[], title="its size (rms)")
    right.grid(axis="x", color=COLORS["grid"])
    for axes in (left, right):
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.tick_params(length=0)
    return figure


PICTURES = [activation_histograms]
