"""The picture of the figure `house_map` for who reads without JavaScript: two of its models."""

import numpy as np
from matplotlib.figure import Figure

from book.make_house_points import TARGET
from book.make_static_figures import COLORS

ABOUT_RIGHT = 0.1


def house_map() -> Figure:
    points = read_points()
    figure = Figure(figsize=(8, 3.9), layout="constrained")
    for axes, title, column in zip(
        figure.subplots(1, 2), ("linear model", "network"), (3, 4), strict=True
    ):
        error = points[:, column] / points[:, 2] - 1
        for marker, color, label, chosen in (
            (".", "muted", "within 10%", np.abs(error) <= ABOUT_RIGHT),
            ("^", "model", "too high", error > ABOUT_RIGHT),
            ("v", "data", "too low", error < -ABOUT_RIGHT),
        ):
            axes.scatter(
                *points[chosen, :2].T, s=14 if marker == "." else 18, marker=marker,
                color=COLORS[color], label=label, linewidths=0,
            )  # fmt: skip
        axes.set(title=title, xticks=[], yticks=[], aspect="equal")
        axes.plot([-4.2, -2.2], [-4.9, -4.9], color=COLORS["muted"], linewidth=2)
        axes.text(-3.2, -4.7, "2 km", ha="center", color=COLORS["muted"], fontsize=9)
    axes.legend(loc="upper left", frameon=False, fontsize=9)
    return figure


def read_points() -> np.ndarray:
    """The rows of houses.js, as the figure has them: nothing is trained to draw a picture."""
    lines = TARGET.read_text(encoding="utf-8").splitlines()
    rows = [line.strip(" [],").split(", ") for line in lines if line.startswith("  [")]
    return np.array(rows, dtype=float)


PICTURES = [house_map]
