"""Pictures of the book: one style, one palette, and drawings that follow the page's theme.

``show`` puts a Matplotlib figure into the page as SVG whose colors are the page's own variables, so
that one drawing is right in the light and in the dark theme. Text is outlined, nothing is loaded.
"""

import html
import io
import itertools
import re
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.gridspec import SubplotSpec
from matplotlib.patches import Circle

from book.palette import palette

LIGHT = palette()["light"]
DATA, MODEL, GRADIENT, ERROR = (LIGHT[role] for role in ("data", "model", "gradient", "error"))
INK, MUTED, GRID, PAPER = (LIGHT[role] for role in ("ink", "muted", "grid", "surface"))

STYLE: dict[str, Any] = {
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.titlesize": 11,
    "axes.labelsize": 10.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": cycler(color=[DATA, MODEL, GRADIENT, ERROR]),
    "axes.grid": False,
    "grid.color": GRID,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelsize": 9.5,
    "ytick.labelsize": 9.5,
    "text.color": INK,
    "legend.frameon": False,
    "legend.fontsize": 10,
    "lines.linewidth": 2.2,
    "font.family": "DejaVu Sans",
    "mathtext.fontset": "dejavusans",
    "image.cmap": "gray_r",
    "svg.hashsalt": "neural networks",
    "figure.constrained_layout.use": True,
}
WIDE = 7  # inches; a phone does not shrink what is wider
PHONE = 3.8  # inches, what a phone shows without shrinking it

mpl.rcParams.update(STYLE)  # type: ignore[arg-type]


class Picture:
    """A drawing in the page. ``alt`` says what it shows to who cannot see it."""

    def __init__(self, svg: str, alt: str, wide: bool, stacked: str = "") -> None:
        self.svg = svg
        self.alt = alt
        self.wide = wide  # a phone scrolls it sideways rather than make its letters tiny
        self.stacked = stacked  # what a phone shows instead, if the panels can stand differently

    def _repr_html_(self) -> str:
        if self.stacked:
            return self.element("not-on-phone", self.svg) + self.element("on-phone", self.stacked)
        return self.element("wide" if self.wide else "", self.svg)

    def element(self, kind: str, svg: str) -> str:
        label, classes = html.escape(self.alt), f"picture {kind}".strip()
        return f'<div class="{classes}" role="img" aria-label="{label}">{svg}</div>\n'

    def __repr__(self) -> str:
        return self.alt


def show(figure: Figure, alt: str, on_phone: tuple[int, int] | None = None) -> Picture:
    """Return the figure as a picture for the page, and close it.

    ``on_phone`` says in how many rows and columns a phone shows the panels; without it a phone
    shows the figure as it is.
    """
    wide, name = figure.get_figwidth() > WIDE, name_of(alt)
    svg, stacked = follow_theme(as_svg(figure), name), ""
    if on_phone is not None:
        stack(figure, *on_phone)
        stacked = follow_theme(as_svg(figure), f"phone-{name}")
    plt.close(figure)
    return Picture(svg, alt, wide, stacked)


def as_svg(figure: Figure) -> str:
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def stack(figure: Figure, rows: int, columns: int) -> None:
    """Lay the figure's panels out anew, as wide as a phone; a row of them stays as high as it was."""
    panels = [axes for axes in figure.axes if axes.get_subplotspec() is not None]
    if len(panels) != rows * columns:
        raise ValueError(f"{len(panels)} panels do not fill {rows} rows of {columns}.")
    height = figure.get_figheight() / spot(panels[0]).get_gridspec().nrows
    x_name, y_name = panels[-1].get_xlabel(), panels[0].get_ylabel()
    x_at_rim = not panels[0].get_xlabel()
    figure.set_size_inches(PHONE, rows * height)
    figure.set_layout_engine("constrained", h_pad=0.1)  # a title stands apart from the panel above
    grid = figure.add_gridspec(rows, columns)
    for number, panel in enumerate(panels):
        panel.set_subplotspec(grid[number])
        # What stood at the rim for all of them stands at the new rim.
        if len(panel.get_shared_y_axes().get_siblings(panel)) > 1:
            panel.tick_params(labelleft=spot(panel).is_first_col())
            panel.set_ylabel(y_name if spot(panel).is_first_col() else "")
        if len(panel.get_shared_x_axes().get_siblings(panel)) > 1:
            panel.tick_params(labelbottom=spot(panel).is_last_row())
        if x_at_rim:
            panel.set_xlabel(x_name if spot(panel).is_last_row() else "")


def spot(panel: Axes) -> SubplotSpec:
    """Return where a panel stands in the figure's grid."""
    place = panel.get_subplotspec()
    assert place is not None, "only panels of a grid are laid out"
    return place


def name_of(alt: str) -> str:
    return re.sub(r"\W+", "-", alt.lower())[:40].strip("-")


def follow_theme(svg: str, name: str) -> str:
    """Replace the palette's colors by the page's variables; make ids unique on the page."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    for role, color in LIGHT.items():
        svg = re.sub(re.escape(color), f"var(--nn-{role}, {color})", svg, flags=re.IGNORECASE)
    svg = re.sub(r'\bid="', f'id="{name}-', svg)
    svg = re.sub(r'href="#', f'href="#{name}-', svg)
    svg = re.sub(r"url\(#", f"url(#{name}-", svg)
    # The paths' default fill is black, which a dark page would swallow.
    return svg.replace("<svg ", '<svg aria-hidden="true" fill="currentColor" ', 1)


def draw_network(sizes: list[int], names: list[str]) -> Figure:
    """Draw layers as columns of circles, every neuron joined to all of the layer before it."""
    figure, axis = plt.subplots(figsize=(5.4, 2.9))
    centers = [
        [(2.4 * column, (size - 1) / 2 - row) for row in range(size)]
        for column, size in enumerate(sizes)
    ]
    for before, after in itertools.pairwise(centers):
        for (x1, y1), (x2, y2) in itertools.product(before, after):
            axis.plot([x1, x2], [y1, y2], color=MUTED, linewidth=1.3, zorder=1)
    for column, (layer, name) in enumerate(zip(centers, names, strict=True)):
        for row, (x, y) in enumerate(layer):
            fill = PAPER if column == 0 else MODEL
            edge = DATA if column == 0 else MODEL
            axis.add_patch(
                Circle((x, y), 0.27, facecolor=fill, edgecolor=edge, linewidth=2, zorder=2)
            )
            if column == 0:
                axis.text(x, y, f"$x_{row + 1}$", ha="center", va="center", fontsize=12)
        axis.text(layer[0][0], -max(sizes) / 2 - 0.25, name, ha="center", va="center", fontsize=11)
    axis.set(
        xlim=(-0.9, 2.4 * (len(sizes) - 1) + 0.9), ylim=(-max(sizes) / 2 - 0.5, max(sizes) / 2)
    )
    axis.set(aspect="equal")
    axis.axis("off")
    return figure


def digit(axis: Axes, image: np.ndarray) -> None:
    """Draw handwritten pixels in the ink of the page, on no ground of their own."""
    rows = image.reshape(28, -1)
    rgba = np.zeros((*rows.shape, 4))
    rgba[...] = to_rgba("#7d858e")  # an image cannot follow the theme: gray is legible in both
    rgba[..., 3] = rows
    axis.imshow(rgba, interpolation="nearest")
    axis.set(xticks=[], yticks=[])
    axis.spines[:].set_visible(False)


def draw_reading(image: np.ndarray, hidden: np.ndarray, probabilities: np.ndarray) -> Figure:
    """Draw how a network with one hidden layer reads a digit.

    Parameters
    ----------
    image : (784,) array
    hidden : (m,) array   the hidden neurons' activations
    probabilities : (10,) array
    """
    figure, (left, middle, right) = plt.subplots(
        1, 3, figsize=(5.4, 2.6), width_ratios=[2, 2.6, 1.9]
    )
    digit(left, image)
    left.spines[:].set(visible=True, color=GRID)
    heights = np.linspace(1, 0, len(hidden))
    targets = np.linspace(1, 0, len(probabilities))
    strength = hidden / hidden.max()
    for height, active in zip(heights, strength, strict=True):
        for target in targets:
            middle.plot([0.42, 1], [height, target], color=MUTED, linewidth=0.5, alpha=0.6 * active)
        middle.plot([0, 0.42], [0.5, height], color=MUTED, linewidth=0.9, alpha=0.25 + 0.6 * active)
        middle.scatter(0.42, height, s=85, color=MODEL, alpha=0.12 + 0.88 * active, zorder=2)
    middle.set(xlim=(0, 1), ylim=(-0.06, 1.06))
    middle.axis("off")
    names = np.arange(len(probabilities))
    best = probabilities.argmax()
    right.barh(names, probabilities, color=[MODEL if name == best else MUTED for name in names])
    right.set(yticks=names, xticks=[], xlim=(0, 1), ylim=(9.6, -0.6))
    right.spines[:].set_visible(False)
    right.tick_params(length=0, labelsize=10, labelcolor=INK)
    return figure
