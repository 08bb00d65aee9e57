"""Figures for notebooks: the book's explorable figures, and a view of a student's own function."""

import io
from collections.abc import Callable
from typing import Any

import anywidget
import ipywidgets
import numpy as np
import traitlets
from matplotlib.figure import Figure

from course.bundle import bundle, closest, literal

REACH = 6.0
HALF_STEP = 1e-5  # of the central difference: error about 1e-10 for smooth functions

Activation = Callable[[np.ndarray], np.ndarray]


def explorable(name: str, **state: float | str) -> anywidget.AnyWidget:
    """Return an explorable figure of the book as a widget.

    Parameters
    ----------
    name : ``"neuron"``, ``"layers"``, ``"activations"``, …
    **state
        Where the figure starts, e.g. ``explorable("neuron", w1=2, activation="relu")``. Each
        part of the state is an attribute of the widget, in step with the figure both ways.

    Raises
    ------
    ValueError
        There is no such figure.
    TypeError
        The figure has no such state.
    """
    source = bundle(name)
    defaults = literal(f"{name}.js", "defaults")
    for key, value in state.items():
        if key not in defaults:
            raise TypeError(f"the figure {name!r} has no {key!r}: {closest(key, list(defaults))}")
        if isinstance(value, str) != isinstance(defaults[key], str):
            raise TypeError(
                f"{key} of the figure {name!r} is {value!r}, expected something like "
                f"{defaults[key]!r}"
            )
    traits = {key: trait_like(value) for key, value in (defaults | state).items()}
    kind = type(f"Explorable_{name}", (anywidget.AnyWidget,), {"_esm": source, **traits})
    return kind()


def trait_like(value: float | str) -> traitlets.TraitType:
    """Return a synchronised trait that starts at ``value``."""
    if isinstance(value, str):
        return traitlets.Unicode(value).tag(sync=True)
    return traitlets.CFloat(value).tag(sync=True)


class Explorer(ipywidgets.VBox):
    """Sliders for w and b, and a plot of the student's function of ``z = w x + b``.

    ``x``, ``output``, ``slope`` and ``claimed`` hold what the plot shows; ``message`` what the
    reader is told.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        derivative: Activation | None = None,
        activation: Activation | None = None,
    ) -> None:
        self.function = function
        self.derivative = derivative
        self.activation = activation
        self.x = np.linspace(-REACH, REACH, 241)
        self.output = self.slope = np.empty(0)
        self.kink = np.empty(0, dtype=bool)
        self.claimed: np.ndarray | None = None
        self.w = slider("w", 1.0)
        self.b = slider("b", 0.0)
        self.plot = ipywidgets.Image(format="svg+xml", layout={"max_width": "640px"})
        self.text = ipywidgets.HTML()
        super().__init__([self.w, self.b, self.plot, self.text])
        for each in (self.w, self.b):
            each.observe(self.update, "value")
        self.update()

    @property
    def message(self) -> str:
        return self.text.value

    def update(self, _change: object = None) -> None:
        """Call the student's function with the sliders' values and show what it returns."""
        w, b = self.w.value, self.b.value
        try:
            self.output = self.evaluate(self.x, w, b)
            right = self.evaluate(self.x + HALF_STEP, w, b)
            left = self.evaluate(self.x - HALF_STEP, w, b)
            self.slope = (right - left) / (2 * HALF_STEP)
            # Where the slopes on either side differ there is a kink, and either of them is right.
            self.kink = np.abs(right - 2 * self.output + left) > 1e-3 * HALF_STEP
            self.claimed = None
            if self.derivative is not None:
                self.claimed = w * one_each(self.derivative, w * self.x + b)
        except NotImplementedError:
            self.say("Nothing to plot yet: write the function first, then run this cell again.")
        except Exception as error:  # whatever the student's function raises belongs on the page
            self.say(f"{type(error).__name__}: {error}")
        else:
            self.say(self.comparison())
            self.plot.value = self.draw()
            self.plot.alt = f"{name_of(self.function)} of {w:g} x + {b:g}, and its derivative"
            self.plot.layout.display = None

    def evaluate(self, x: np.ndarray, w: float, b: float) -> np.ndarray:
        if self.activation is None:
            return one_each(self.function, w * x + b)
        weights = np.array([w])
        outputs = [self.function(np.array([each]), weights, b, self.activation) for each in x]
        return as_numbers(self.function, outputs, x.shape)

    def comparison(self) -> str:
        if self.claimed is None:
            return "Dashed: the slope, measured by finite differences of your function."
        gap = np.where(self.kink, 0.0, np.abs(self.claimed - self.slope))
        worst = int(np.argmax(gap))
        if gap[worst] < 1e-6:
            return "Your derivative lies on the measured slope everywhere."
        return (
            f"Your derivative leaves the measured slope: at x = {self.x[worst]:.2f} it is "
            f"{self.claimed[worst]:.4f}, the slope is {self.slope[worst]:.4f}."
        )

    def say(self, message: str) -> None:
        """Show a message; without a plot unless one is drawn afterwards."""
        self.text.value = message.replace("&", "&amp;").replace("<", "&lt;")
        self.plot.layout.display = "none"

    def draw(self) -> bytes:
        """Return the plot as SVG."""
        colours = literal("lib/palette.js", "palette")["light"]
        figure = Figure(figsize=(6.4, 3.4), layout="constrained")
        axes = figure.subplots()
        name = name_of(self.function)
        axes.axhline(0, color=colours["muted"], linewidth=0.8)
        axes.axvline(0, color=colours["muted"], linewidth=0.8)
        axes.plot(self.x, self.output, color=colours["model"], linewidth=2.5, label=name)
        axes.plot(
            self.x, self.slope, "--", color=colours["gradient"], linewidth=2, label="measured slope"
        )
        if self.claimed is not None:
            axes.plot(
                self.x, self.claimed, ":", color=colours["error"], linewidth=3,
                label=name_of(self.derivative),
            )  # fmt: skip
        axes.set(xlabel="x", xlim=(-REACH, REACH))
        axes.grid(color=colours["grid"], linewidth=0.6)
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(loc="upper left", frameon=False)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="svg")
        return buffer.getvalue()


def explorer(
    function: Callable[..., Any],
    derivative: Activation | None = None,
    activation: Activation | None = None,
) -> Explorer:
    """Return a plot of your own function with sliders for the weight and the bias.

    Parameters
    ----------
    function
        An activation such as your ``sigmoid``: the plot shows ``function(w x + b)``. With
        ``activation=`` given, a neuron: it shows ``function([x], [w], b, activation)``.
    derivative
        Your derivative of the activation, to be laid over the measured slope.
    activation
        The activation of the neuron.
    """
    return Explorer(function, derivative, activation)


def slider(name: str, value: float) -> ipywidgets.FloatSlider:
    return ipywidgets.FloatSlider(value, min=-3, max=3, step=0.1, description=name)


def name_of(function: object) -> str:
    return getattr(function, "__name__", "function")


def one_each(function: Activation, z: np.ndarray) -> np.ndarray:
    """Return ``function(z)``, one number for each entry of ``z``."""
    with np.errstate(all="ignore"):
        return as_numbers(function, function(z.copy()), z.shape)


def as_numbers(function: object, returned: object, shape: tuple[int, ...]) -> np.ndarray:
    if returned is None or returned is NotImplemented:
        raise NotImplementedError
    array = np.asarray(returned, dtype=float)
    if array.shape != shape:
        raise ValueError(
            f"{name_of(function)} returned shape {array.shape} for {shape}; "
            "it should return one number for each entry"
        )
    return array
