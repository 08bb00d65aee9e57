"""The pictures of the figures `optimizers` and `learning_rate` for who reads without JavaScript."""

from collections.abc import Callable

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from book.make_static_figures import COLORS, start_of

Array = np.ndarray
BETA, RHO, BETA1, BETA2, EPS = 0.9, 0.9, 0.9, 0.99, 1e-8
CURVATURE = np.array([1.0, 25.0])

# For each ground its height, its slope, where the race starts, and a rate for each optimizer.
GROUNDS: dict[str, tuple[Callable, Callable, tuple[float, float], dict[str, float]]] = {
    "valley": (
        lambda a, b: 0.25 * a**2 + 5 * b**2,
        lambda a, b: np.array([0.5 * a, 10 * b]),
        (-2.6, 1.4),
        {"sgd": 0.1, "momentum": 0.02, "rmsprop": 0.1, "adam": 0.2},
    ),
    "saddle": (
        lambda a, b: 0.5 * a**2 + 0.25 * b**4 - b**2 + 1,
        lambda a, b: np.array([a, b**3 - 2 * b]),
        (-2.4, 0.02),
        {"sgd": 0.2, "momentum": 0.1, "rmsprop": 0.1, "adam": 0.2},
    ),
    "bend": (
        lambda a, b: (1 - a) ** 2 + 5 * (b - a**2) ** 2,
        lambda a, b: np.array([-2 * (1 - a) - 20 * a * (b - a**2), 10 * (b - a**2)]),
        (-1.4, 2.4),
        {"sgd": 0.02, "momentum": 0.02, "rmsprop": 0.1, "adam": 0.2},
    ),
}
LOOKS = {
    "sgd": ("SGD", "data", "-"),
    "momentum": ("momentum", "model", (0, (6, 2))),
    "rmsprop": ("RMSProp", "gradient", (0, (2, 1.5))),
    "adam": ("Adam", "error", (0, (7, 2, 1.5, 2))),
}


def walk(optimizer: str, ground: str, start: Array, rate: float, count: int) -> Array:
    """The start and the point after each step."""
    slope = GROUNDS[ground][1]
    path = [np.array(start, dtype=float)]
    first, second = np.zeros(2), np.zeros(2)
    for t in range(1, count + 1):
        w = path[-1]
        g = slope(*w)
        if optimizer == "sgd":
            change = g
        elif optimizer == "momentum":
            change = first = BETA * first + g
        elif optimizer == "rmsprop":
            second = RHO * second + (1 - RHO) * g**2
            change = g / (np.sqrt(second) + EPS)
        else:
            first = BETA1 * first + (1 - BETA1) * g
            second = BETA2 * second + (1 - BETA2) * g**2
            root = np.sqrt(second / (1 - BETA2**t))
            change = first / (1 - BETA1**t) / (root + EPS)
        path.append(w - rate * change)
    return np.array(path)


def descend(curvature: Array, start: Array, rate: float, count: int) -> Array:
    """Gradient descent in a bowl with these two curvatures."""
    return np.array(start) * (1 - rate * np.asarray(curvature)) ** np.arange(count + 1)[:, None]


def optimizers() -> Figure:
    state = start_of("optimizers")
    ground = str(state["ground"])
    height, _, start, rates = GROUNDS[ground]
    figure = Figure(figsize=(5.8, 5.2), layout="constrained")
    axes = figure.subplots()
    a, b = np.meshgrid(np.linspace(-3, 3, 73), np.linspace(-3, 3, 73))
    heights = np.log1p(height(a, b) - height(a, b).min())
    shades = LinearSegmentedColormap.from_list("loss", [COLORS["surface"], COLORS["muted"]])
    axes.imshow(heights, extent=(-3, 3, -3, 3), origin="lower", cmap=shades, alpha=0.6)
    axes.contour(a, b, heights, 14, colors=COLORS["muted"], linewidths=0.6)
    for name, (label, color, style) in LOOKS.items():
        path = walk(name, ground, np.array(start), rates[name], int(state["steps"]))
        axes.plot(*path.T, linestyle=style, color=COLORS[color], linewidth=2.2, label=label)
        axes.plot(*path[-1], "o", color=COLORS[color], markeredgecolor=COLORS["ink"], markersize=8)
    axes.set(xlim=(-3, 3), ylim=(-3, 3), xlabel="first parameter", ylabel="second parameter")
    axes.legend(loc="lower right", fontsize=10)
    return figure


def learning_rate() -> Figure:
    state = start_of("learning_rate")
    start = np.array([float(state["a"]), float(state["b"])])
    figure = Figure(figsize=(8, 3.6), layout="constrained")
    plane, curve = figure.subplots(1, 2)
    a, b = np.meshgrid(np.linspace(-5, 5, 101), np.linspace(-2.5, 2.5, 101))
    plane.contour(
        a, b, np.sqrt(a**2 + CURVATURE[1] * b**2), 10, colors=COLORS["muted"], linewidths=0.6
    )
    path = descend(CURVATURE, start, float(state["rate"]), 40)
    plane.plot(*path.T, "o-", color=COLORS["model"], markersize=4, linewidth=1.6)
    plane.set(xlim=(-5, 5), ylim=(-2.5, 2.5), xlabel="first parameter", ylabel="second parameter")
    curve.semilogy((CURVATURE * path**2).sum(axis=1) / 2, color=COLORS["error"], linewidth=2.2)
    curve.set(xlabel="step", ylabel="loss", ylim=(1e-6, 1e6))
    curve.spines[["top", "right"]].set_visible(False)
    return figure


PICTURES = [optimizers, learning_rate]
