"""What the exercises of the chapter `structure` ask."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.checks import Gradient, Values
from autograder.exercise import Exercise, question

ACTIVATIONS = {"tanh": np.tanh, "square": np.square}


def neuron_cases(rng):
    for about, d_in, activation in (
        ("three inputs", 3, "tanh"),
        ("five inputs, another activation", 5, "square"),
        ("one input", 1, "tanh"),
    ):
        x, w, b = rng.normal(size=d_in), rng.normal(size=d_in), float(rng.normal())
        yield question(about, x=x, w=w, b=b, activation=activation)


def with_activation(student: Any, arguments: dict[str, Any]) -> Any:
    """Call with the activation itself where the question has its name."""
    activation = ACTIVATIONS[arguments["activation"]]
    return student(*{**arguments, "activation": activation}.values())


def ordinary(rng):
    yield question("a matrix of ordinary values", z=rng.normal(scale=2, size=(3, 4)))
    yield question("a vector in float32", z=rng.normal(size=5).astype(np.float32))


def extreme(rng):
    z = np.array([-1000.0, 1000.0, -745.5, 710.0, -36.9, 36.9, 0.0, -0.0])
    yield question("inputs up to ±1000", z=rng.permutation(z))


def smooth(rng):
    yield question("ordinary values", z=rng.normal(scale=2, size=(3, 4)))


EXERCISES = [
    Exercise(
        "structure.neuron",
        points=1,
        core=True,
        checks=(Values(neuron_cases),),
        result="the output",
        drive=with_activation,
        hints=(
            "Three things happen, one after another: a weighted sum, a bias, an activation.",
            "The weighted sum of two vectors is their dot product; NumPy writes it with @.",
            "Call activation on the sum of x @ w and b.",
        ),
    ),
    Exercise(
        "structure.sigmoid",
        points=2,
        core=True,
        checks=(Values(ordinary), Values(extreme, title="stable", share=0.5)),
        result="the output",
        hints=("a", "b", "c"),
    ),
    Exercise(
        "structure.sigmoid_derivative",
        points=2,
        core=True,
        checks=(Gradient(smooth, of="structure.sigmoid", elementwise=True),),
        result="the derivative",
        needs=("structure.sigmoid",),
        hints=("a", "b", "c"),
    ),
]
