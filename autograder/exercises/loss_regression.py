"""What the exercises of `loss` ask about losses of predicted numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.checks import Broken, Gradient, Property, Values
from autograder.exercise import Exercise, question


def regression_cases(rng):
    for about, shape in (
        ("five numbers", (5,)),
        ("three samples with two outputs each", (3, 2)),
        ("a column, as a network with one output returns it", (4, 1)),
        ("a single number", (1,)),
    ):
        yield question(about, prediction=rng.normal(size=shape), target=rng.normal(size=shape))


def regression_gradient_cases(rng):
    yield from regression_cases(rng)
    prediction = rng.normal(size=(2, 3))
    target = prediction.copy()
    target[0] += rng.normal(size=3)
    yield question("some predictions exactly right", prediction=prediction, target=target)


def unequal_shapes(rng):
    column, flat = rng.normal(size=(4, 1)), rng.normal(size=4)
    yield question("a column of 4 predictions, 4 targets in a row", prediction=column, target=flat)
    yield question("4 predictions in a row, a column of 4 targets", prediction=flat, target=column)


def refusing(student: Any, arguments: dict[str, Any]) -> Any:
    """Where the shapes differ, note the exception that should come, as text."""
    prediction, target = arguments["prediction"], arguments["target"]
    if prediction.shape == target.shape:
        return student(prediction, target)
    try:
        return student(prediction, target)
    except NotImplementedError:
        raise
    except Exception as error:
        return f"raised {type(error).__name__}"


def shapes_refused(value, asked, again):
    if value == "raised ValueError":
        return None
    if isinstance(value, str):
        return Broken(f"Unequal shapes should raise ValueError, but your function {value}.")
    says = (
        "The shapes differ, but no ValueError came. NumPy stretches both arrays to (4, 4), and "
        "the loss compares each prediction with each target."
    )
    return Broken(says)


def huber_cases(rng):
    yield question("errors on both sides of delta", **errors(rng, (6,), 0.8), delta=0.8)
    yield question("three samples with two outputs each", **errors(rng, (3, 2), 1.5), delta=1.5)
    target = rng.integers(-8, 8, size=4) / 4.0
    prediction = target + np.array([0.5, -0.5, 0.25, -2.0])
    yield question("errors of exactly ±delta", prediction=prediction, target=target, delta=0.5)
    yield question("only small errors", **errors(rng, (4,), 20.0), delta=100.0)
    yield question("only large errors, of either sign", **errors(rng, (2, 2), 60.0), delta=0.05)


def errors(rng, shape, delta):
    """Errors from far below delta to far above it, small and large ones of either sign."""
    target = rng.normal(size=shape)
    signed = delta * np.geomspace(0.2, 4, target.size) * np.resize([1.0, -1.0], target.size)
    return {"prediction": target + rng.permutation(signed).reshape(shape), "target": target}


def huge_errors(rng):
    sign = rng.permutation([1.0, -1.0, 1.0])
    size = 10.0 ** np.array([200, 200.3, 200.5])
    yield question(
        "errors whose squares overflow",
        prediction=sign * size, target=rng.normal(size=3), delta=1.25,
    )  # fmt: skip


def float32_regression(rng):
    prediction, target = rng.normal(size=(2, 4, 3)).astype(np.float32)
    yield question("the dtype, with float32 arrays", prediction=prediction, target=target)


def float32_huber(rng):
    for asked in float32_regression(rng):
        yield question("the dtype, with float32 arrays", **asked.arguments, delta=0.75)


def float32_kept(value, asked, again):
    """float32 in, float32 out, and the same numbers as for float64."""
    value = np.asarray(value)
    if value.dtype != np.float32:
        return Broken(
            f"float32 comes in, but {value.dtype} goes out. The dtype that comes in should go out.",
            mistake="dtype_changed",
        )
    wide = {
        name: argument.astype(np.float64)
        for name, argument in asked.arguments.items()
        if type(argument) is np.ndarray and argument.dtype == np.float32
    }
    expected = np.asarray(again(**wide))
    if expected.shape != value.shape or not np.allclose(value, expected, rtol=1e-4, atol=1e-6):
        return Broken("The result for float32 differs from the one for float64.")
    return None


REGRESSION = [
    Exercise(
        "loss.mse",
        points=1,
        core=True,
        checks=(
            Values(regression_cases, share=0.75),
            Property("unequal shapes are refused", unequal_shapes, shapes_refused, share=0.25),
        ),
        result="the loss",
        drive=refusing,
        hints=(
            "Three steps, named in its name and read from right to left: error, squared, mean. "
            "Before them, one look at the two shapes.",
            "The mean goes over every entry of the array, whatever its shape, so that the result "
            "is one number. Shapes are tuples, and tuples can be compared.",
            "np.mean without an axis averages all entries. Where prediction.shape and target.shape "
            "differ, raise ValueError with a message that holds both.",
        ),
    ),
    Exercise(
        "loss.mse_grad",
        points=1,
        core=True,
        checks=(
            Gradient(regression_gradient_cases, of="loss.mse", wrt=("prediction",), share=0.8),
            Property("float32 stays float32", float32_regression, float32_kept, share=0.2),
        ),
        result="the gradient",
        hints=(
            "Ask for one entry: how does the loss change if prediction[0] alone moves a little?",
            "Only one term of the sum holds prediction[0]. Differentiate that square, and keep "
            "the number that the whole sum is divided by.",
            "The derivative of the square gives a 2 and the error itself; the number of entries, "
            "prediction.size, stays below.",
        ),
    ),
    Exercise(
        "loss.huber",
        points=2,
        checks=(
            Values(huber_cases, share=0.8),
            Values(huge_errors, title="huge errors", share=0.2),
        ),
        result="the loss",
        hints=(
            "Draw the loss of one error first: a parabola in the middle, a straight line on "
            "either side. Which line continues the parabola without a jump and without a corner?",
            "At an error of size delta the parabola has height delta²/2 and slope delta: the line "
            "goes through that point with that slope. It depends on the size of the error only.",
            "np.where chooses between the two formulas entry by entry. Do not multiply by a "
            "condition that is 0 or 1: 0 times infinity is NaN.",
        ),
    ),
    Exercise(
        "loss.huber_grad",
        points=2,
        checks=(
            Gradient(huber_cases, of="loss.huber", wrt=("prediction",), share=0.8),
            Property("float32 stays float32", float32_huber, float32_kept, share=0.2),
        ),
        result="the gradient",
        hints=(
            "What is the slope of the parabola at a small error? What is the slope of the two "
            "straight lines?",
            "The slope is the error itself in the middle, and stays at delta or at -delta "
            "outside. The mean still divides by the number of entries.",
            "NumPy has a function that holds numbers between a lower and an upper bound.",
        ),
    ),
]
