"""The pictures that stand for the figures of ``backprop`` where JavaScript is off."""

import json
from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from book.make_static_figures import COLORS, start_of

# One neuron and its squared error: name → sign, place, inputs. Inputs have no sign.
NEURON: dict[str, tuple[str, tuple[float, float], tuple[str, ...]]] = {
    "x": ("", (0, 0), ()),
    "w": ("", (0, -1), ()),
    "b": ("", (1, -2), ()),
    "t": ("", (3, -2), ()),
    "u": ("×", (1, -0.5), ("x", "w")),
    "z": ("+", (2, -0.5), ("u", "b")),
    "a": ("ReLU", (3, -0.5), ("z",)),
    "e": ("−", (4, -0.5), ("a", "t")),
    "J": ("( )²", (5, -0.5), ("e",)),
}
RADIUS = 0.2


def graph() -> Figure:
    """One neuron after both passes: values above the edges, gradients below."""
    start = start_of("graph")
    x, w, b, t = (float(start[name]) for name in ("first", "second", "third", "fourth"))
    u = x * w
    z = u + b
    a = max(z, 0.0)
    e = a - t
    values = {"x": x, "w": w, "b": b, "t": t, "u": u, "z": z, "a": a, "e": e, "J": e**2}
    de = 2 * e
    dz = de * (z > 0)
    gradients = {"J": 1.0, "e": de, "a": de, "t": -de, "z": dz, "u": dz, "b": dz, "x": dz * w}
    gradients["w"] = dz * x
    figure = Figure(figsize=(7.4, 3.1), layout="constrained")
    axes = figure.subplots()
    for name, (sign, place, sources) in NEURON.items():
        shape = "o" if sign else "s"
        edge = COLORS["ink"] if sign else COLORS["data"]
        axes.plot(*place, shape, markersize=27, markerfacecolor="white", markeredgecolor=edge)
        axes.text(
            *place,
            sign or name,
            ha="center",
            va="center",
            style="normal" if sign else "italic",
            fontsize=8.5 if len(sign) > 1 else 12,
        )
        if sign:
            axes.text(place[0], place[1] + 0.3, name, ha="center", style="italic", fontsize=12)
        for source in sources:
            draw_edge(axes, NEURON[source][1], place, values[source], gradients[source])
    last = NEURON["J"][1]
    write_pair(axes, (last[0] + 0.5, last[1]), values["J"], gradients["J"])
    axes.set(xlim=(-0.3, 5.8), ylim=(-2.3, 0.4))
    axes.axis("off")
    return figure


def draw_edge(
    axes: Axes, start: tuple[float, float], stop: tuple[float, float], value: float, gradient: float
) -> None:
    axes.annotate(
        "", xy=stop, xytext=start,
        arrowprops={"arrowstyle": "->", "color": COLORS["muted"], "shrinkA": 15, "shrinkB": 15},
    )  # fmt: skip
    write_pair(axes, ((start[0] + stop[0]) / 2, (start[1] + stop[1]) / 2), value, gradient)


def write_pair(axes: Axes, place: tuple[float, float], value: float, gradient: float) -> None:
    box = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
    style = {"ha": "center", "va": "center", "fontsize": 9.5, "bbox": box}
    axes.text(place[0], place[1] + 0.13, as_text(value), **style)
    axes.text(
        place[0],
        place[1] - 0.13,
        as_text(gradient),
        color=COLORS["gradient"],
        weight="bold",
        **style,
    )


def as_text(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


Function = Callable[[float], float]
RULES: dict[str, tuple[str, str, Callable[[Function, float, float], float]]] = {
    "forward": ("data", "o", lambda f, x, h: (f(x + h) - f(x)) / h),
    "central": ("model", "s", lambda f, x, h: (f(x + h) - f(x - h)) / (2 * h)),
    "Richardson": (
        "gradient", "^",
        lambda f, x, h: (8 * (f(x + h / 2) - f(x - h / 2)) - (f(x + h) - f(x - h))) / (6 * h),
    ),
}  # fmt: skip


def step_size() -> Figure:
    """Error of three differences of the sine at 1, in float64."""
    start = start_of("step_size")
    if (start["example"], start["precision"]) != ("sine", "float64"):
        raise ValueError(
            f"this picture is of the sine in float64, step_size.js starts from {json.dumps(start)}"
        )
    steps = 10.0 ** np.arange(-16, 1 / 24, 1 / 12)
    figure = Figure(figsize=(6, 4.2), layout="constrained")
    axes = figure.subplots()
    for name, (role, marker, rule) in RULES.items():
        estimates = np.array([rule(np.sin, 1.0, h) for h in steps])
        errors = np.abs(estimates / np.cos(1.0) - 1)
        axes.loglog(
            steps, np.maximum(errors, 1e-16), marker, color=COLORS[role], markersize=3, label=name
        )
    axes.grid(color=COLORS["grid"])
    axes.set(
        xlim=(1e-16, 1), ylim=(1e-16, 1e2), xlabel="step h",
        ylabel="relative error of the measured slope", title="sin x at 1, computed in float64",
    )  # fmt: skip
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="lower left", frameon=False)
    return figure


PICTURES = [graph, step_size]
