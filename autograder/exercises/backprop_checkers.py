"""What the exercises about checking gradients ask: functions, and gradients that claim to be theirs.

A claim is drawn at recording time and travels as numbers, so that beside the student's code nothing
tells a right one from a wrong one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograder.checks import Again, Broken
from autograder.exercise import Question, question

Array = np.ndarray

FUNCTIONS: dict[str, Callable[[Array, Array], Any]] = {
    "sum(a * x)": lambda x, a: np.sum(a * x),
    "sum(a * sin(x))": lambda x, a: np.sum(a * np.sin(x)),
    "sum(a * x**3)": lambda x, a: np.sum(a * x**3),
    "sum(tanh(x @ a)**2)": lambda x, a: np.sum(np.tanh(x @ a) ** 2),
    "1000 + sum(x**2 - 2*a*x + a**2)": lambda x, a: 1000 + np.sum(x**2 - 2 * a * x + a**2),
    "1000 + sum(a * exp(x))": lambda x, a: 1000 + np.sum(a * np.exp(x)),
    "1e-9 * sum(a * sin(x))": lambda x, a: 1e-9 * np.sum(a * np.sin(x)),
    "sum(a * sin(300*x))": lambda x, a: np.sum(a * np.sin(300 * x)),
    "sum(a * maximum(x, 0))": lambda x, a: np.sum(a * np.maximum(x, 0)),
    "sum(a * tanh(a + x))": lambda x, a: np.sum(a * np.tanh(a + x)),
}
DERIVATIVES: dict[str, Callable[[Array, Array], Array]] = {
    "sum(a * sin(x))": lambda x, a: a * np.cos(x),
    "sum(a * x**3)": lambda x, a: 3 * a * x**2,
    "sum(tanh(x @ a)**2)": lambda x, a: (2 * np.tanh(x @ a) * (1 - np.tanh(x @ a) ** 2)) @ a.T,
    "1000 + sum(x**2 - 2*a*x + a**2)": lambda x, a: 2 * (x - a),
    "1000 + sum(a * exp(x))": lambda x, a: a * np.exp(x),
    "1e-9 * sum(a * sin(x))": lambda x, a: 1e-9 * a * np.cos(x),
    "sum(a * sin(300*x))": lambda x, a: 300 * a * np.cos(300 * x),
    "sum(a * maximum(x, 0))": lambda x, a: a * (x > 0),
    "sum(a * tanh(a + x))": lambda x, a: (a * (1 - np.tanh(a + x) ** 2)).sum(axis=0),
}


def with_function(student: Any, arguments: dict[str, Any]) -> Any:
    """Call with the function itself where the question has its name and its constants."""
    function, a = FUNCTIONS[arguments["f"]], arguments["a"]
    rest = {name: value for name, value in arguments.items() if name not in ("f", "a", "claim")}

    def f(x: Array) -> float:
        return float(function(x, a))

    result = student(f, *rest.values())
    if "claim" not in arguments:
        return result
    size = np.abs(result).max()
    return bool(np.abs(result - arguments["claim"]).max() <= 1e-6 * size)


def with_function_written(arguments: dict[str, Any]) -> str:
    """The call that `with_function` makes; `a` and a claim are not among its arguments."""
    called = "gradient_check" if "gradient" in arguments else "numerical_gradient"
    names = [name for name in arguments if name not in ("a", "claim")]
    return f"{called}({', '.join(names)}), where f uses a"


def measured_cases(rng: np.random.Generator) -> Iterator[Question]:
    """Functions whose gradient is to be measured."""
    x, a = rng.normal(size=(3, 4)), rng.normal(size=(3, 4))
    yield question("a matrix of inputs", f="sum(a * sin(x))", a=a, x=x)
    yield question(
        "a vector", f="sum(tanh(x @ a)**2)", a=rng.normal(size=(3, 2)), x=rng.normal(size=3)
    )
    x, a = rng.normal(size=(2, 2, 3)), rng.normal(size=3)
    yield question("an array of three axes", f="sum(a * sin(x))", a=a, x=x)
    x, a = rng.normal(size=5), rng.uniform(1, 2, size=5)
    yield question("a step that is given, and large", f="sum(a * x**3)", a=a, x=x, step=0.5)


def single_cases(rng: np.random.Generator) -> Iterator[Question]:
    """Where too few digits are left for a difference."""
    x = rng.uniform(1, 2, size=(2, 3)).astype(np.float32)
    yield question("an x in float32", f="sum(a * sin(x))", a=rng.normal(size=(2, 3)), x=x)


def linear_cases(rng: np.random.Generator) -> Iterator[Question]:
    """Where a difference is exact, however long the step, but for what rounding makes of it."""
    x, a = rng.uniform(1, 2, size=(3, 2)), rng.uniform(1, 2, size=(3, 2))
    yield question("a linear function", f="sum(a * x)", a=a, x=x)


def is_not_drowned(value: Any, asked: Question, again: Again) -> Broken | None:
    """The slopes of a linear function are its weights: what differs a little is rounding."""
    a = asked.arguments["a"]
    error = np.abs(value - a).max()
    if not 1e-7 < error < 0.1:
        return None
    return Broken(
        "The slopes of a linear function, which any step measures exactly, are drowned in rounding.",
        f"The largest error is {error:.1e}.",
        mistake="step_too_small",
    )


def used_cases(rng: np.random.Generator) -> Iterator[Question]:
    """Measured gradients put to use: claims, right ones and ones that are a little wrong."""
    x, a = rng.normal(size=(3, 2)), rng.uniform(1, 2, size=(3, 2))
    right = DERIVATIVES["sum(a * sin(x))"](x, a)
    step = 1e-5
    yield question(
        "telling a right gradient", f="sum(a * sin(x))", a=a, x=x, step=step, claim=right
    )
    claim = _with_one_entry(right, 1 + 1e-4, rng)
    about = "telling a gradient with one entry off by a ten-thousandth"
    yield question(about, f="sum(a * sin(x))", a=a, x=x, step=step, claim=claim)
    x, a = rng.uniform(-1, 1, size=4), rng.uniform(1, 2, size=4)
    right = DERIVATIVES["1000 + sum(a * exp(x))"](x, a)
    about = "telling a right gradient of a function with large values"
    yield question(about, f="1000 + sum(a * exp(x))", a=a, x=x, step=1e-4, claim=right)


def plain_claims(rng: np.random.Generator) -> Iterator[Question]:
    """Right gradients, and gradients as they go wrong."""

    def asked(about: str, claim: Array) -> Question:
        return question(about, f=name, a=a, x=x, gradient=claim)

    name, a, x = "sum(a * sin(x))", rng.uniform(1, 2, size=(4, 3)), rng.normal(size=(4, 3))
    right = DERIVATIVES[name](x, a)
    yield asked("a right gradient", right)
    yield asked("a gradient of the wrong sign", -right)
    yield asked("a gradient that is twice too large", 2 * right)
    yield asked("a gradient divided by the number of rows", right / 4)
    yield asked("a gradient with one entry off by a hundredth", _with_one_entry(right, 1.01, rng))
    name, a, x = "sum(tanh(x @ a)**2)", rng.normal(size=(3, 2)), rng.normal(size=(5, 3))
    right = DERIVATIVES[name](x, a)
    yield asked("a right gradient where entries of x mix", right)
    yield asked("the right entries, two of them exchanged", _with_two_exchanged(right))
    constant = 2e-3 * np.abs(right).max()
    yield asked("a gradient with a small constant added", right + constant)
    yield asked("a gradient with a small constant subtracted", right - constant)


def awkward_claims(rng: np.random.Generator) -> Iterator[Question]:
    """Claims of another shape or dtype, not finite, near zero, much larger or smaller than usual."""

    def asked(about: str, claim: Array) -> Question:
        return question(about, f=name, a=a, x=x, gradient=claim)

    name, a, x = "sum(a * tanh(a + x))", rng.uniform(1, 2, size=(1, 3)), rng.normal(size=3)
    right = DERIVATIVES[name](x, a)
    yield asked("a gradient whose sum over the rows is missing", right[None].repeat(4, axis=0))
    name, a, x = "sum(a * sin(x))", rng.uniform(1, 2, size=(2, 3)), rng.normal(size=(2, 3))
    right = DERIVATIVES[name](x, a)
    yield asked("a transposed gradient", right.T.copy())
    yield asked("a gradient with one NaN", _with_one_entry(right, np.nan, rng))
    yield asked("a right gradient in float32", right.astype(np.float32))
    x = x.astype(np.float32)
    right = DERIVATIVES[name](x.astype(np.float64), a)
    yield asked("a right gradient at an x in float32", right)
    name, a, x = "sum(a * sin(x))", np.array([1.0, 2.0, 1e-7]), rng.uniform(-1, 1, size=3)
    right = DERIVATIVES[name](x, a)
    yield asked("a right gradient with one entry near zero", right * [1, 1, 1.00001])
    name, a = "1000 + sum(x**2 - 2*a*x + a**2)", rng.uniform(100, 200, size=4)
    x = a.copy()
    yield asked("the right gradient at a minimum, where it is zero", np.zeros(4))
    yield asked("a wrong gradient at a minimum", np.array([0, 1e-2, 0, 0]))
    name, a, x = "1e-9 * sum(a * sin(x))", rng.uniform(1, 2, size=4), rng.uniform(-1, 1, size=4)
    right = DERIVATIVES[name](x, a)
    yield asked("a right gradient of a function of tiny values", right)
    yield asked("a gradient twice too large, of a function of tiny values", 2 * right)
    name, a, x = "sum(a * sin(300*x))", rng.uniform(1, 2, size=6), rng.uniform(-1, 1, size=6)
    right = DERIVATIVES[name](x, a)
    yield asked("a right gradient of a function that bends a lot", right)
    wrong = right.copy()
    wrong[np.argmax(np.abs(a * np.sin(300 * x)))] += 3e-3 * np.abs(right).max()
    yield asked("a gradient with one entry a little off, of a function that bends a lot", wrong)


def kink_claims(rng: np.random.Generator) -> Iterator[Question]:
    """Claims at kinks and beside them."""

    def asked(about: str, claim: Array) -> Question:
        return question(about, f="sum(a * maximum(x, 0))", a=a, x=x, gradient=claim)

    a, x = rng.uniform(1, 2, size=4), np.array([-1.5, 0.0, 0.7, 0.0])
    a[3] *= -1
    lower = DERIVATIVES["sum(a * maximum(x, 0))"](x, a)
    yield asked("at a kink, the slope on the left", lower)
    yield asked("at a kink, the slope on the right", a * (x >= 0))
    yield asked("at a kink, a number between the slopes", lower + 0.3 * a * (x == 0))
    yield asked("at a kink, a number outside the slopes", lower + 1.2 * a * (x == 0))
    x = np.array([-1.5, 2e-6, 0.7, -2e-6])
    right = DERIVATIVES["sum(a * maximum(x, 0))"](x, a)
    yield asked("a right gradient so near a kink that a step of 1e-5 crosses it", right)
    wrong = a * (x > -1)
    yield asked("a wrong gradient near a kink", wrong)


def _with_one_entry(right: Array, factor: float, rng: np.random.Generator) -> Array:
    wrong = right.copy()
    largest = np.unravel_index(np.argmax(np.abs(right)), right.shape)
    wrong[largest] *= factor
    return wrong


def _with_two_exchanged(right: Array) -> Array:
    order = np.argsort(right, axis=None)
    wrong = right.copy().reshape(-1)
    wrong[order[[0, -1]]] = wrong[order[[-1, 0]]]
    return wrong.reshape(right.shape)
