"""Pictures of a gradient check: the measured slope against the step, beside the claimed one.

Matplotlib is imported only when a picture is drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.gradient_arguments import Point, differentiable_paths
from autograder.gradient_estimate import given_upstream
from autograder.gradient_report import Block, Line, Report
from autograder.gradient_slopes import EPS, slopes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# The colours of Okabe and Ito: told apart by colour-blind readers, and in grey by their markers.
CENTRAL, SIDED, CLAIM, BAND = "#0072B2", "#009E73", "#D55E00", "#999999"


def draw(report: Report) -> Figure:
    """Draw the first block of a report that is not right, or the first of all.

    Raises
    ------
    ValueError : no line was sampled, for example because a shape was wrong
    """
    drawn = [block for block in report.blocks if block.line is not None]
    if not drawn:
        raise ValueError("nothing to draw: f was not sampled along a line. print(report) says why.")
    block = next((block for block in drawn if block.verdict != "right"), drawn[0])
    figure, axes = _figure(2)
    assert block.line is not None
    draw_slopes(axes[0], block.line)
    draw_errors(axes[1], block.line)
    figure.suptitle(f"{block.name}: {_summary(block)}")
    return figure


def draw_steps(
    f: Callable[..., Any],
    claimed: float | None,
    x: Any,
    *,
    upstream: Any = None,
    direction: Any = None,
    steps: Sequence[float] | None = None,
) -> Figure:
    """Draw how the error of a finite difference depends on the step: for ``f`` of one array or number.

    Parameters
    ----------
    f : function of ``x``
    claimed : the slope along ``direction``; None for the measured one
    x : where, an array or a number
    upstream : as in `check_gradient`
    direction : shaped like ``x``; default all ones
    steps : falling; default 1, 1/2, 1/4, ..., 2**-50
    """
    point = Point(f, (x,), differentiable_paths((x,), [0]))
    point.upstream = given_upstream(point, upstream)
    path = point.paths[0]
    v = np.ones(point.array(path).shape) if direction is None else np.asarray(direction, float)
    h = np.exp2(-np.arange(0.0, 51.0)) if steps is None else np.asarray(steps, float)
    with np.errstate(all="ignore"):
        ahead = np.array([point.rise(path, point.array(path) + t * v) for t in h])
        behind = np.array([point.rise(path, point.array(path) - t * v) for t in h])
        found = slopes(h[::2], ahead[::2, None], behind[::2, None], point.last_bit)
    low, high, error = float(found.low[0]), float(found.high[0]), float(found.error[0])
    claim = (low + high) / 2 if claimed is None else float(claimed)
    line = Line(h, ahead, behind, claim, low, high, error, abs(claim))
    figure, axes = _figure(2)
    draw_slopes(axes[0], line)
    draw_errors(axes[1], line)
    return figure


def draw_slopes(axes: Axes, line: Line) -> None:
    """The slopes measured ahead, behind and across, against the step; the claim as a line."""
    h = line.steps
    axes.semilogx(h, line.ahead / h, "^", color=SIDED, label="ahead", mfc="none")
    axes.semilogx(h, -line.behind / h, "v", color=SIDED, label="behind", mfc="none")
    axes.semilogx(h, (line.ahead - line.behind) / (2 * h), "o", color=CENTRAL, label="central")
    axes.axhline(line.claimed, color=CLAIM, label="claimed")
    if np.isfinite(line.error):
        axes.axhspan(line.low - line.error, line.high + line.error, color=BAND, alpha=0.4)
        room = max(line.high - line.low, abs(line.high), abs(line.claimed - line.low)) or 1.0
        middle = (line.low + line.high) / 2
        axes.set_ylim(middle - 2 * room, middle + 2 * room)
    axes.set_xlabel("step")
    axes.set_ylabel("slope along the line")
    axes.legend(loc="best")


def draw_errors(axes: Axes, line: Line) -> None:
    """How far central differences are from the measured slope: truncation on the right, noise on the
    left; and how far the claim is."""
    h = line.steps
    middle = (line.low + line.high) / 2 if np.isfinite(line.error) else line.claimed
    central = np.abs((line.ahead - line.behind) / (2 * h) - middle)
    seen = np.isfinite(central) & (central > 0)
    axes.loglog(h[seen], central[seen], "o", color=CENTRAL, label="central difference")
    size = max(abs(middle), line.norm, 5e-324)
    if seen.any():
        k = int(np.flatnonzero(seen)[0])
        axes.loglog(h, central[k] * (h / h[k]) ** 2, ":", color=BAND, label="truncation, step²")
        noise = float(np.nanmedian((central * h)[seen][-5:]))
        axes.loglog(h, noise / h, "--", color=BAND, label="noise, 1/step")
        axes.set_ylim(EPS * size / 10, 10 * max(float(central[seen].max()), EPS * size))
    if line.claimed != middle:
        axes.axhline(abs(line.claimed - middle), color=CLAIM, label="claimed")
    if 0 < line.error < np.inf:
        axes.axhline(line.error, color="black", linewidth=0.8, label="error bar")
    axes.set_xlabel("step")
    axes.set_ylabel("distance from the measured slope")
    axes.legend(loc="best")


def _summary(block: Block) -> str:
    assert block.line is not None
    line = block.line
    measured = f"{line.low:.6g} ± {line.error:.1g}"
    if line.low != line.high:
        measured = f"{line.low:.6g} to {line.high:.6g}"
    return f"{block.verdict}; claimed {line.claimed:.6g}, measured {measured}"


def _figure(columns: int) -> tuple[Figure, Sequence[Axes]]:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, columns, figsize=(5 * columns, 3.8), layout="constrained")
    plt.close(figure)  # shown where it is returned, not once more by pyplot
    return figure, list(axes)
