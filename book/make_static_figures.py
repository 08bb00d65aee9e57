"""Draw figures/<name>.svg, what stands in a figure's place where JavaScript is off.

Run from the repository root before the book is built: ``python -m book.make_static_figures``
Each picture shows the state that its module starts from.
"""

import importlib
import io
import itertools
import json
import math
import re
from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from book.palette import palette

FIGURES = Path(__file__).parent / "figures"
COLORS = palette()["light"]
DRAWN = 8  # neurons of a layer that are drawn one by one, if it has more than ten


def start_of(name: str) -> dict[str, float | str]:
    """Return the state that a module starts from."""
    text = (FIGURES / f"{name}.js").read_text(encoding="utf-8")
    literal = re.search(r"export const defaults = (\{.*?\n\})", text, re.DOTALL)
    if literal is None:
        raise ValueError(f"book/figures/{name}.js no longer holds `export const defaults = {{…}}`")
    return json.loads(literal[1])


def digit_points() -> list[dict]:
    text = (FIGURES / "lib" / "digits.js").read_text(encoding="utf-8")
    return [json.loads(row) for row in re.findall(r"^  (\{.*\}),$", text, re.MULTILINE)]


def sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def neuron() -> Figure:
    start = start_of("neuron")
    w, b = np.array([start["w1"], start["w2"]]), start["b"]
    figure = Figure(figsize=(5.6, 5.2), layout="constrained")
    axes = figure.subplots()
    grid = np.linspace(-3, 3, 121)
    x1, x2 = np.meshgrid(grid, grid)
    z = w[0] * x1 + w[1] * x2 + b
    shades = LinearSegmentedColormap.from_list("output", [COLORS["surface"], COLORS["model"]])
    # An array of colors this small stays small as SVG, and is smooth when interpolated.
    axes.imshow(sigmoid(z), extent=(-3, 3, -3, 3), origin="lower", cmap=shades, vmin=0, vmax=1.45)
    levels = axes.contour(
        x1, x2, z, levels=[-4, -2, 0, 2, 4], colors=COLORS["ink"],
        linewidths=[0.7, 0.7, 2, 0.7, 0.7],
    )  # fmt: skip
    axes.clabel(levels, levels=[-4, -2, 0, 2, 4], fmt=level_name, fontsize=9)
    axes.axhline(0, color=COLORS["muted"], linewidth=0.6)
    axes.axvline(0, color=COLORS["muted"], linewidth=0.6)
    ink = mpl.colors.to_rgb(COLORS["data"])
    for digit in digit_points():
        levels_of_ink = np.array([int(each, 16) for each in digit["picture"]]).reshape(20, 20)
        picture = np.empty((20, 20, 4))
        picture[..., :3] = ink
        picture[..., 3] = levels_of_ink / 15
        left, bottom = digit["x1"] - 0.2, digit["x2"] - 0.2
        axes.imshow(picture, extent=(left, left + 0.4, bottom, bottom + 0.4), zorder=3)
    axes.annotate(
        "", xy=w, xytext=(0, 0), zorder=4,
        arrowprops={"arrowstyle": "-|>", "color": COLORS["ink"], "linewidth": 2},
    )  # fmt: skip
    axes.text(*(w + 0.1), "w", fontsize=14, style="italic", zorder=4)
    axes.set(
        xlim=(-3, 3), ylim=(-3, 3), xlabel="x₁: ink in the middle, standardized",
        ylabel="x₂: ink in the whole image, standardized",
    )  # fmt: skip
    return figure


def level_name(level: float) -> str:
    return f"z = {level:g}".replace("-", "−")


def layers() -> Figure:
    start = start_of("layers")
    sizes = [start["inputs"], *[start["width"]] * int(start["hidden"]), start["outputs"]]
    figure = Figure(figsize=(7, 3.6), layout="constrained")
    axes = figure.subplots()
    columns = [heights(size) for size in sizes]
    for place, (left, right) in enumerate(itertools.pairwise(columns)):
        for y1, y2 in itertools.product(left, right):
            axes.plot([place, place + 1], [y1, y2], color=COLORS["muted"], linewidth=0.4, zorder=1)
    last = len(sizes) - 1
    for place, (size, column) in enumerate(zip(sizes, columns, strict=True)):
        kind = "input" if place == 0 else "output" if place == last else "hidden"
        fill = {"input": "data", "hidden": "model", "output": "surface"}[kind]
        axes.scatter(
            [place] * len(column), column, s=95, color=COLORS[fill],
            edgecolor=COLORS["ink"], zorder=2,
        )  # fmt: skip
        if len(column) < size:
            axes.text(place, 0, "⋮", ha="center", va="center", fontsize=15)
        axes.text(place, -6.2, f"{size}\n{kind}", ha="center", va="top", fontsize=11)
        if kind == "output":
            for digit, y in enumerate(column):
                axes.text(place + 0.06, y, str(digit), va="center", fontsize=10)
    pairs = list(itertools.pairwise(sizes))
    terms = " + ".join(f"{left}·{right} + {right}" for left, right in pairs)
    total = sum(left * right + right for left, right in pairs)
    axes.set_title(f"{terms} = {total:,} parameters", fontsize=12)
    axes.set(xlim=(-0.3, last + 0.3), ylim=(-8.6, 5.6))
    axes.axis("off")
    return figure


def heights(size: float) -> list[float]:
    """Return where the neurons of a layer stand, a gap in the middle if some are left out."""
    if size <= 10:
        return [(size - 1) / 2 - each for each in range(int(size))]
    half = [4.5 - each for each in range(DRAWN // 2)]
    return half + [-each for each in reversed(half)]


def activations() -> Figure:
    z = np.linspace(-5, 5, 401)
    normal = np.array([(1 + math.erf(each / math.sqrt(2))) / 2 for each in z])
    density = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    s = sigmoid(z)
    curves = {
        "sigmoid": (s, s * (1 - s)),
        "tanh": (np.tanh(z), 1 - np.tanh(z) ** 2),
        "ReLU": (np.maximum(z, 0), np.where(z > 0, 1.0, 0.0)),
        "leaky ReLU (0.1)": (np.where(z > 0, z, 0.1 * z), np.where(z > 0, 1.0, 0.1)),
        "GELU": (z * normal, normal + z * density),
        "softplus": (np.logaddexp(0, z), s),
    }
    figure = Figure(figsize=(7, 4.6), layout="constrained")
    for axes, (name, (value, slope)) in zip(
        figure.subplots(2, 3).flat, curves.items(), strict=True
    ):
        draw_activation(axes, name, z, value, slope)
    return figure


def draw_activation(
    axes: Axes, name: str, z: np.ndarray, value: np.ndarray, slope: np.ndarray
) -> None:
    axes.axhline(0, color=COLORS["muted"], linewidth=0.6)
    axes.axvline(0, color=COLORS["muted"], linewidth=0.6)
    axes.plot(z, value, color=COLORS["model"], linewidth=2.4, label="σ(z)")
    axes.plot(z, slope, "--", color=COLORS["gradient"], linewidth=2, label="σ′(z)")
    axes.set(title=name, xlim=(-5, 5), ylim=(-1.2, 1.2) if value.max() < 2 else (-1, 5))
    axes.spines[["top", "right"]].set_visible(False)
    if name == "sigmoid":
        axes.legend(loc="lower right", frameon=False, fontsize=9)


def pictures() -> list[Callable[[], Figure]]:
    """Return what draws a picture each; book/static_<chapter>.py has those of a later chapter."""
    found: list[Callable[[], Figure]] = [neuron, layers, activations]
    for path in sorted(Path(__file__).parent.glob("static_*.py")):
        found += importlib.import_module(f"book.{path.stem}").PICTURES
    return found


def main() -> None:
    # White stays behind the picture: a file of its own cannot follow the page's theme.
    style = {
        "svg.hashsalt": "figures", "savefig.facecolor": "white", "text.color": COLORS["ink"],
        "axes.edgecolor": COLORS["muted"], "axes.labelcolor": COLORS["ink"],
        "xtick.color": COLORS["muted"], "ytick.color": COLORS["muted"],
        "font.family": "DejaVu Sans",
    }  # fmt: skip
    for draw in pictures():
        with mpl.rc_context(style):
            target = FIGURES / f"{draw.__name__}.svg"
            drawn = io.BytesIO()
            draw().savefig(drawn, format="svg", metadata={"Date": None, "Creator": None})
            # A file that is written anew has its pages built anew.
            if not target.exists() or target.read_bytes() != drawn.getvalue():
                target.write_bytes(drawn.getvalue())
            print(f"book/figures/{target.name}: {target.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
