"""The pictures of the figures `gradient_depth` and `capacity` for who reads without JavaScript.

Their numbers are computed here once more, with NumPy; the tests compare the two. The polynomial stands
where a reader would drag it to: a degree of 1 shows nothing yet.
"""

import numpy as np
from matplotlib.figure import Figure
from numpy.polynomial import chebyshev

from book.make_slant_points import make_points
from book.make_small_digits import standardized
from book.make_static_figures import COLORS, start_of
from book.static_forward import normals

WIDTH, DEEPEST, EPS = 32, 40, 1e-5
BENDS = {
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda a: a * (1 - a)),
    "tanh": (np.tanh, lambda a: 1 - a**2),
    "relu": (lambda z: np.maximum(z, 0), lambda a: (a > 0).astype(float)),
}
AXIS = {"batch": 0, "layer": 1}
MOST, HIGHEST, PLANE = 20, 11, (-1.5, 5.0)


def walk(
    depth: int, activation: str, norm: str, skip: bool, factor: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the norm of the gradient and the rms of the signal, before layer 1 and after each."""
    value, slope = BENDS[activation]
    digits = standardized()
    pixels = digits.shape[1]
    draws = normals(pixels * WIDTH + DEEPEST * WIDTH**2)
    a = digits @ draws[: pixels * WIDTH].reshape(pixels, WIDTH) / np.sqrt(pixels)
    weights = draws[pixels * WIDTH :].reshape(DEEPEST, WIDTH, WIDTH)[:depth]
    weights = weights * (factor / np.sqrt(WIDTH))
    signals, kept = [np.sqrt(np.mean(a**2))], []
    for w in weights:
        z, std = a @ w, np.ones(1)
        if norm != "none":
            std = np.sqrt(z.var(axis=AXIS[norm], keepdims=True) + EPS)
            z = (z - z.mean(axis=AXIS[norm], keepdims=True)) / std
        h = value(z)
        kept.append((z, std, h))
        a = a + h if skip else h
        signals.append(np.sqrt(np.mean(a**2)))
    g = normals(a.size, seed=2).reshape(a.shape)
    g /= np.linalg.norm(g)
    gradients = [1.0]
    for w, (z, std, h) in zip(weights[::-1], reversed(kept), strict=True):
        dz = g * slope(h)
        if norm != "none":
            along = (dz * z).mean(axis=AXIS[norm], keepdims=True)
            dz = (dz - dz.mean(axis=AXIS[norm], keepdims=True) - z * along) / std
        g = dz @ w.T + (g if skip else 0)
        gradients.append(float(np.linalg.norm(g)))
    return np.array(gradients[::-1]), np.array(signals)


def features(x: np.ndarray, degree: int) -> np.ndarray:
    """Return the Chebyshev polynomials from 0 to `degree`: (n, degree + 1)."""
    low, high = PLANE
    return chebyshev.chebvander((2 * x - low - high) / (high - low), degree)


def fit(points: np.ndarray, degree: int, strength: float) -> np.ndarray:
    """Return the weights of a polynomial, by least squares with an L2 penalty except on the bias."""
    penalty = np.sqrt(strength) * np.eye(degree + 1)[1:]
    rows = np.vstack([features(points[:, 0], degree), penalty])
    return np.linalg.lstsq(rows, np.append(points[:, 1], np.zeros(degree)))[0]


def error(weights: np.ndarray, points: np.ndarray) -> float:
    """Return the root of the mean squared error, in pixels."""
    predicted = features(points[:, 0], len(weights) - 1) @ weights
    return float(np.sqrt(np.mean((predicted - points[:, 1]) ** 2)))


def gradient_depth() -> Figure:
    start = start_of("gradient_depth")
    depth = int(start["depth"])
    figure = Figure(figsize=(6.4, 3.8), layout="constrained")
    axes = figure.subplots()
    gradients, signals = walk(
        depth, str(start["activation"]), str(start["norm"]), start["skip"] == "yes",
        float(start["factor"]),
    )  # fmt: skip
    layers = np.arange(depth + 1)
    axes.semilogy(layers, signals, "--", color=COLORS["model"], label="signal, rms")
    axes.semilogy(layers, gradients, "o-", color=COLORS["gradient"], ms=4, label="gradient, norm")
    axes.set(ylim=(1e-16, 1e8), xlabel="after layer (0: the input)")
    axes.set_title(f"{start['activation']}, {depth} layers: {gradients[0]:.1e} reaches the input")
    axes.grid(axis="y", color=COLORS["grid"])
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    return figure


def capacity() -> Figure:
    points = make_points()
    seen, new = points[:12], points[MOST:]
    figure = Figure(figsize=(8, 3.8), layout="constrained")
    plane, curves = figure.subplots(1, 2, width_ratios=[1.3, 1])
    x = np.linspace(*PLANE, 400)
    for degree, style in ((1, "-"), (9, "--")):
        weights = fit(seen, degree, 0.0)
        y = features(x, degree) @ weights
        plane.plot(x, y, style, color=COLORS["model"], label=f"degree {degree}")
    plane.plot(*new.T, "o", mfc="none", color=COLORS["error"], ms=5, label="new")
    plane.plot(*seen.T, "o", color=COLORS["data"], ms=5, label="seen")
    plane.set(
        xlim=(-1.2, 5), ylim=(-6, 4.5), xlabel="lean of the upper half of a one, in pixels",
        ylabel="lean of its lower half",
    )  # fmt: skip
    plane.legend(frameon=False, fontsize=9)
    degrees = np.arange(HIGHEST + 1)
    fits = [fit(seen, degree, 0.0) for degree in degrees]
    for points_, color, name in ((seen, "data", "seen"), (new, "error", "new")):
        values = np.maximum([error(weights, points_) for weights in fits], 1e-9)
        curves.semilogy(degrees, values, "o-", color=COLORS[color], ms=4, label=name)
    curves.set(ylim=(0.1, 100), xlabel="degree", ylabel="error, pixels")
    curves.legend(frameon=False, fontsize=9)
    for axes in (plane, curves):
        axes.spines[["top", "right"]].set_visible(False)
    return figure


PICTURES = [gradient_depth, capacity]
