"""What is asked of batch and layer normalization: values with a large eps, properties with a tiny one.

With eps = 0.1 an eps in the wrong place shows in every entry. The properties (the output does not
care how the features are shifted and scaled; no gradient along the mean nor along the normalized
input) are exact for eps = 0 only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograder.checks import Again, Broken, Gradient, Property, Values
from autograder.compare import Tolerance
from autograder.exercise import Exercise, Question, question

Cases = Iterator[Question]
Array = np.ndarray
TINY = 1e-14
FAR = Tolerance(entry=1e-6, block=1e-6)


def draws(rng: np.random.Generator, *shape: int) -> dict[str, Array]:
    """Samples whose features differ in mean and spread, and a scale and shift for each."""
    d = shape[-1]
    x = rng.normal(size=shape) * rng.uniform(0.5, 2, size=d) + rng.normal(size=d)
    gamma = rng.uniform(0.5, 2, size=d) * rng.permutation(np.resize([1.0, -1.0, 1.0], d))
    return {"x": x, "gamma": gamma, "beta": rng.normal(size=d)}


def averages(rng: np.random.Generator, d: int) -> dict[str, Array]:
    """Running averages that are not those of any batch at hand."""
    return {"running_mean": rng.normal(size=d), "running_var": rng.uniform(0.3, 3, size=d)}


def single(arguments: dict[str, Any]) -> dict[str, Any]:
    """The same arguments in float32."""
    return {
        name: value.astype(np.float32) if type(value) is np.ndarray else value
        for name, value in arguments.items()
    }


def batch(rng: np.random.Generator, n: int, d: int, momentum: float, eps: float) -> dict[str, Any]:
    """The arguments of a batch normalization in training."""
    return {**draws(rng, n, d), **averages(rng, d), "momentum": momentum, "eps": eps}


def batch_cases(rng: np.random.Generator) -> Cases:
    yield question("five samples, three features", **batch(rng, 5, 3, 0.1, 0.1))
    yield question("two samples, the fewest there can be", **batch(rng, 2, 4, 0.3, 0.2))
    yield question("as many samples as features", **batch(rng, 4, 4, 0.75, 0.1))
    asked = batch(rng, 6, 2, 0.2, 0.1)
    asked["x"][:, 1] = 1.5
    yield question("a feature that is constant in the batch", **asked)


def batch_single(rng: np.random.Generator) -> Cases:
    yield question("float32", **single(batch(rng, 5, 3, 0.1, 0.1)))


def batch_far(rng: np.random.Generator) -> Cases:
    asked = batch(rng, 6, 3, 0.25, 0.1)
    asked["x"] += 1e6
    yield question("features near 1,000,000", **asked)


def batch_tiny_eps(rng: np.random.Generator) -> Cases:
    yield question("almost no eps", **batch(rng, 6, 3, 0.2, TINY))


def batch_of_one(rng: np.random.Generator) -> Cases:
    yield question("a batch of one sample", **batch(rng, 1, 3, 0.1, 0.1))


def refusing(student: Any, arguments: dict[str, Any]) -> Any:
    """Where the batch has one sample, note the exception that should come, as text."""
    if len(arguments["x"]) > 1:
        return student(*arguments.values())
    try:
        return student(*arguments.values())
    except NotImplementedError:
        raise
    except Exception as error:
        return f"raised {type(error).__name__}"


def one_is_refused(value: Any, asked: Question, again: Again) -> Broken | None:
    """A batch of one raises ValueError."""
    if value == "raised ValueError":
        return None
    if isinstance(value, str):
        return Broken(f"A batch of one should raise ValueError, but your function {value}.")
    return Broken(
        "A batch of one sample should raise ValueError, but a result came back. Every feature "
        "equals its own mean, and the running variance would become NaN.",
        mistake="one_sample_accepted",
    )


def ignores_shift_and_scale(axis: int, noun: str, part: int | None) -> Callable[..., Any]:
    """The output does not change when what is normalized is shifted and stretched."""

    def holds(value: Any, asked: Question, again: Again) -> Broken | None:
        x = asked.arguments["x"]
        scale = np.linspace(0.5, 3, x.shape[1 - axis])
        moved = x * scale + 4 * scale if axis == 0 else x * scale[:, None] + 4 * scale[:, None]
        other = again(x=moved)
        here, there = (value, other) if part is None else (value[part], other[part])
        if np.allclose(here, there, rtol=1e-6, atol=1e-6 * float(np.abs(here).max())):
            return None
        return Broken(
            f"Each {noun} of x was stretched and shifted by numbers of its own. Without an eps to "
            "speak of that should change nothing in the output, but it does.",
            f"The largest change of an entry is {np.abs(here - there).max():.3g}.",
        )

    return holds


def backward(rng: np.random.Generator, eps: float, *shape: int) -> dict[str, Any]:
    """The arguments of a normalization's backward pass, with an upstream gradient."""
    return {"upstream": rng.normal(size=shape), **draws(rng, *shape), "eps": eps}


def batch_backward_cases(rng: np.random.Generator) -> Cases:
    yield question("five samples, three features", **backward(rng, 0.1, 5, 3))
    yield question("two samples", **backward(rng, 0.2, 2, 4))
    yield question("as many samples as features", **backward(rng, 0.1, 4, 4))
    yield question("a batch of one sample", **backward(rng, 0.15, 1, 3))


def layer_backward_cases(rng: np.random.Generator) -> Cases:
    yield question("four samples, three features", **backward(rng, 0.1, 4, 3))
    yield question("three axes: (n, time, d)", **backward(rng, 0.15, 2, 3, 4))
    yield question("as many samples as features", **backward(rng, 0.1, 4, 4))
    yield question("one sample", **backward(rng, 0.2, 1, 5))


def backward_single(*shape: int) -> Callable[..., Cases]:
    """The float32 case of that shape."""

    def cases(rng: np.random.Generator) -> Cases:
        yield question("float32", **single(backward(rng, 0.1, *shape)))

    return cases


def backward_tiny_eps(rng: np.random.Generator) -> Cases:
    yield question("almost no eps", **backward(rng, TINY, 6, 5))


def no_gradient_along(axis: int, noun: str) -> Callable[..., Any]:
    """Shifting and stretching change nothing, so dx has no part in those two directions."""

    def holds(value: Any, asked: Question, again: Again) -> Broken | None:
        x, dx = asked.arguments["x"], value[0]
        centered = x - x.mean(axis=axis, keepdims=True)
        normalized = centered / centered.std(axis=axis, keepdims=True)
        size = float(np.abs(dx).max()) * x.shape[axis]
        shift = float(np.abs(dx.sum(axis=axis)).max())
        stretch = float(np.abs((dx * normalized).sum(axis=axis)).max())
        if shift > 1e-6 * size:
            return Broken(
                f"Adding a number to a {noun} of x changes nothing in the output, so each {noun} of "
                "dx should add up to 0. It does not: x also acts through its mean.",
                f"The largest sum is {shift:.3g}.",
            )
        if stretch > 1e-6 * size:
            return Broken(
                f"Stretching a {noun} of x about its mean changes nothing in the output, so the sum "
                f"of dx · x̂ over each {noun} should be 0. It is not: x also acts through its "
                "variance.",
                f"The largest sum is {stretch:.3g}.",
            )
        return None

    return holds


def inference_cases(rng: np.random.Generator) -> Cases:
    def asked(n: int, d: int, eps: float) -> dict[str, Any]:
        return {**draws(rng, n, d), **averages(rng, d), "eps": eps}

    yield question("five samples, three features", **asked(5, 3, 0.1))
    yield question("one sample", **asked(1, 4, 0.2))
    yield question("as many samples as features", **asked(3, 3, 0.1))


def inference_single(rng: np.random.Generator) -> Cases:
    yield question("float32", **single({**draws(rng, 4, 3), **averages(rng, 3), "eps": 0.1}))


def each_row_by_itself(value: Any, asked: Question, again: Again) -> Broken | None:
    """What comes out for a sample does not depend on the samples beside it."""
    alone = again(x=asked.arguments["x"][:1])
    if np.allclose(alone[0], value[0], rtol=1e-6, atol=1e-9):
        return None
    return Broken(
        "The first sample gets one output in a batch, and another one alone. After training, a "
        "prediction must not depend on who else is asked about.",
    )


def layer_cases(rng: np.random.Generator) -> Cases:
    yield question("four samples, three features", **draws(rng, 4, 3), eps=0.1)
    yield question("three axes: (n, time, d)", **draws(rng, 2, 3, 4), eps=0.15)
    yield question("as many samples as features", **draws(rng, 4, 4), eps=0.1)
    yield question("one sample", **draws(rng, 1, 5), eps=0.2)
    yield question("a single feature", **draws(rng, 3, 1), eps=0.1)


def layer_single(rng: np.random.Generator) -> Cases:
    yield question("float32", **single(draws(rng, 4, 5)), eps=0.1)


def layer_far(rng: np.random.Generator) -> Cases:
    asked = draws(rng, 3, 6)
    asked["x"] += 1e6
    yield question("features near 1,000,000", **asked, eps=0.1)


def layer_tiny_eps(rng: np.random.Generator) -> Cases:
    yield question("almost no eps", **draws(rng, 4, 6), eps=TINY)


GRADIENTS = ("x", "gamma", "beta")
BATCH = [
    Exercise(
        "regularization.batchnorm_forward",
        points=3,
        core=True,
        checks=(
            Values(batch_cases, share=0.6),
            Values(batch_single, title="float32", share=0.1),
            Values(batch_far, title="features far from 0", share=0.1, tolerance=FAR),
            Property(
                "shift and scale", batch_tiny_eps, ignores_shift_and_scale(0, "column", 0),
                share=0.1,
            ),
            Property("a batch of one", batch_of_one, one_is_refused, share=0.1),
        ),
        returns=("out", "running_mean", "running_var"),
        drive=refusing,
        hints=(
            "Which axis holds the samples? The mean and the variance of a feature go over that one, "
            "and leave d numbers.",
            "Standardize with the batch's own mean and with the root of its variance plus eps; then "
            "gamma and beta. The running averages are a separate matter: new ones are mixed from "
            "the old and the batch.",
            "In the mixture, momentum belongs to the batch, and the rest to the old. The variance in "
            "the mixture is larger than the one that standardizes by n / (n - 1).",
        ),
    ),
    Exercise(
        "regularization.batchnorm_backward",
        points=3,
        core=True,
        checks=(
            Gradient(batch_backward_cases, of="regularization_forward.batchnorm", wrt=GRADIENTS,
                     share=0.8),
            Values(backward_single(5, 3), title="float32", share=0.1),
            Property("no gradient along mean and spread", backward_tiny_eps,
                     no_gradient_along(0, "column"), share=0.1),
        ),
        returns=("dx", "dgamma", "dbeta"),
        needs=("regularization.batchnorm_forward",),
        hints=(
            "dgamma and dbeta first: they are those of a linear layer with one weight for each "
            "feature. For dx, an entry of x acts in three ways: by itself, through the mean, and "
            "through the variance.",
            "Write x̂ for the standardized input and g = upstream · gamma. Without the two detours "
            "dx would be g / √(var + eps). Each detour subtracts something that is the same for all "
            "samples of a feature, up to a factor of x̂.",
            "Inside the bracket: g, minus the mean of g over the batch, minus x̂ times the mean of "
            "g · x̂ over the batch. The bracket is divided by the root.",
        ),
    ),
    Exercise(
        "regularization.batchnorm_inference",
        points=1,
        checks=(
            Values(inference_cases, share=0.7),
            Values(inference_single, title="float32", share=0.1),
            Property("every sample by itself", inference_cases, each_row_by_itself, share=0.2),
        ),
        result="out",
        needs=("regularization.batchnorm_forward",),
        hints=(
            "Everything that this function needs to know about the data is in its arguments.",
            "The same standardizing, scaling and shifting as in training, with other numbers for "
            "the mean and the variance.",
            "No mean() and no var() appear in it: running_mean and running_var stand in their place.",
        ),
    ),
]  # fmt: skip
LAYER = [
    Exercise(
        "regularization.layernorm_forward",
        points=2,
        checks=(
            Values(layer_cases, share=0.7),
            Values(layer_single, title="float32", share=0.1),
            Values(layer_far, title="features far from 0", share=0.1, tolerance=FAR),
            Property(
                "shift and scale", layer_tiny_eps, ignores_shift_and_scale(1, "row", None),
                share=0.1,
            ),
        ),
        result="out",
        hints=(
            "Each sample is normalized by itself. Which axis holds its features, whatever the "
            "number of axes?",
            "axis=-1 is the last axis. What is averaged over it must keep its place to be subtracted "
            "from x: keepdims=True.",
            "Subtract the mean, divide by the root of the variance plus eps, both over axis=-1; "
            "gamma and beta broadcast along the last axis by themselves.",
        ),
    ),
    Exercise(
        "regularization.layernorm_backward",
        points=3,
        checks=(
            Gradient(layer_backward_cases, of="regularization_forward.layernorm", wrt=GRADIENTS,
                     share=0.8),
            Values(backward_single(2, 3, 4), title="float32", share=0.1),
            Property("no gradient along mean and spread", backward_tiny_eps,
                     no_gradient_along(1, "row"), share=0.1),
        ),
        returns=("dx", "dgamma", "dbeta"),
        needs=("regularization.layernorm_forward",),
        hints=(
            "dx is the gradient of batch normalization with the axes exchanged; dgamma and dbeta "
            "are not: one gamma serves every sample.",
            "gamma differs along the axis that is averaged, so it must be multiplied in before the "
            "averages are taken. For dgamma and dbeta sum over all axes but the last.",
            "With g = upstream · gamma: g, minus its mean along the row, minus x̂ times the mean of "
            "g · x̂ along the row, all over the root. tuple(range(x.ndim - 1)) are the axes to sum "
            "for the other two.",
        ),
    ),
]  # fmt: skip
