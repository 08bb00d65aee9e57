"""The pictures of the figures `loss_surface` and `outlier` for who reads without JavaScript.

The outlier stands where a reader would drag it to: there is nothing to see before.
"""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from book.make_slant_points import make_points
from book.make_static_figures import COLORS, start_of


def loss_surface() -> Figure:
    start = {name: float(start_of("loss_surface")[name]) for name in ("w", "b")}
    x, y = make_points().T
    side = np.linspace(0, 3.6, 73)
    w, b = np.meshgrid(-2.6 + side, -1.2 + side)
    errors = w[..., None] * x + b[..., None] - y
    loss = (errors**2).mean(axis=-1)
    figure = Figure(figsize=(8, 4.2), layout="constrained")
    map_axes, data_axes = figure.subplots(1, 2)
    shades = LinearSegmentedColormap.from_list("loss", [COLORS["surface"], COLORS["error"]])
    map_axes.imshow(
        np.sqrt(loss - loss.min()), extent=(-2.6, 1, -1.2, 2.4), origin="lower", cmap=shades,
        alpha=0.8,
    )  # fmt: skip
    map_axes.contour(w, b, loss, np.arange(2, 60, 2), colors=COLORS["ink"], linewidths=0.5)
    error = start["w"] * x + start["b"] - y
    here = (error**2).mean()
    map_axes.contour(w, b, loss, [here], colors=COLORS["ink"], linewidths=1.8)
    slope = np.array([2 * (error * x).mean(), 2 * error.mean()])
    at = np.array([start["w"], start["b"]])
    map_axes.annotate(
        "", xy=at - 0.034 * slope, xytext=at,
        arrowprops={"arrowstyle": "-|>", "color": COLORS["gradient"], "linewidth": 2.5},
    )  # fmt: skip
    map_axes.plot(*at, "o", color=COLORS["model"], markeredgecolor=COLORS["ink"], markersize=9)
    map_axes.plot(*np.polyfit(x, y, 1), "+", color=COLORS["ink"], markersize=11, mew=2)
    map_axes.set(xlabel="weight w", ylabel="bias b", xlim=(-2.6, 1), ylim=(-1.2, 2.4))
    ends = np.array([-2.4, 5.4])
    data_axes.vlines(x, y, start["w"] * x + start["b"], color=COLORS["error"], linewidth=1)
    data_axes.plot(ends, start["w"] * ends + start["b"], color=COLORS["model"], linewidth=2.4)
    data_axes.plot(x, y, "o", color=COLORS["data"], markersize=4)
    data_axes.set(
        xlim=ends, ylim=(-5, 5), xlabel="lean of the upper half of a one",
        ylabel="lean of its lower half, in pixels", title=f"J = {here:.2f}",
    )  # fmt: skip
    data_axes.spines[["top", "right"]].set_visible(False)
    return figure


def outlier() -> Figure:
    points = make_points()
    x, y = np.vstack([points, [4.0, 8.0]]).T
    figure = Figure(figsize=(5.6, 4.6), layout="constrained")
    axes = figure.subplots()
    ends = np.array([-3.0, 6.0])
    axes.plot(*points.T, "o", color=COLORS["data"], markersize=4.5)
    for name, style, (w, b) in (
        ("MSE", (0, (5, 2.5)), np.polyfit(x, y, 1)),
        ("MAE", (0, (1, 1.5)), middle_line(x, y)),
        ("Huber, δ = 0.5", "-", huber_line(x, y, 0.5)),
    ):
        axes.plot(ends, w * ends + b, linestyle=style, color=COLORS["model"], lw=2.2, label=name)
    axes.plot(
        4, 8, "D", color=COLORS["error"], markeredgecolor=COLORS["ink"], markersize=10,
    )  # fmt: skip
    axes.set(
        xlim=ends, ylim=(-5, 10), xlabel="lean of the upper half of a one, in pixels",
        ylabel="lean of its lower half",
    )  # fmt: skip
    axes.legend(loc="upper left", frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def middle_line(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return slope and shift of the line with the least absolute error; it meets two points."""
    lines = []
    for i, j in np.argwhere(x[:, None] < x):
        w = (y[j] - y[i]) / (x[j] - x[i])
        lines.append((np.abs(w * (x - x[i]) + y[i] - y).sum(), w, y[i] - w * x[i]))
    return np.array(min(lines)[1:])


def huber_line(x: np.ndarray, y: np.ndarray, delta: float) -> np.ndarray:
    """Return slope and shift of Huber's line, by least squares with falling weights."""
    line = np.polyfit(x, y, 1)
    for _ in range(500):
        error = np.abs(np.polyval(line, x) - y)
        line = np.polyfit(x, y, 1, w=np.sqrt(np.minimum(1, delta / error)))
    return line


PICTURES = [loss_surface, outlier]
