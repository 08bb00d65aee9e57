"""The picture of the figure `kernel` for who reads without JavaScript."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from book.make_static_figures import COLORS, start_of
from book.make_wall import make_wall

UPRIGHT = np.array([[1, 0, -1]] * 3)  # the kernel that the figure starts with, left minus right
SIDE = 3


def kernel() -> Figure:
    start = start_of("kernel")
    row, column = int(start["row"]), int(start["column"])
    wall = make_wall()
    windows = np.lib.stride_tricks.sliding_window_view(wall, (SIDE, SIDE))
    made = np.tensordot(windows, UPRIGHT)
    figure = Figure(figsize=(8, 3.9), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(12, 10))
    light = LinearSegmentedColormap.from_list("light", [COLORS["surface"], COLORS["muted"]])
    signs = [COLORS["data"], COLORS["surface"], COLORS["model"]]
    reach = 1.3 * np.abs(made).max()
    numbers(left, wall, light, 0, 12, "a piece of a brick wall")
    numbers(
        right, made, LinearSegmentedColormap.from_list("signs", signs), -reach, reach,
        "feature map of “left minus right”",
    )  # fmt: skip
    outline = {"fill": False, "edgecolor": COLORS["ink"], "linewidth": 2.5}
    left.add_patch(Rectangle((column - 0.5, row - 0.5), SIDE, SIDE, **outline))
    right.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, **outline))
    return figure


def numbers(
    axes: Axes,
    values: np.ndarray,
    shades: LinearSegmentedColormap,
    low: float,
    high: float,
    title: str,
) -> None:
    """A square for each number."""
    axes.imshow(values, cmap=shades, vmin=low, vmax=high)
    for (r, c), value in np.ndenumerate(values):
        axes.text(c, r, f"{value:d}".replace("-", "−"), ha="center", va="center", fontsize=9)
    axes.set_title(title, fontsize=11)
    axes.axis("off")


PICTURES = [kernel]
