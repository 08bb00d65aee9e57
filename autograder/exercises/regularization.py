"""What the exercises of the chapter `regularization` ask."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.checks import Gradient, Property, Values
from autograder.compare import Tolerance
from autograder.exercise import Exercise, Question, question
from autograder.exercises import regularization_random as chance
from autograder.exercises.regularization_norms import BATCH, LAYER, single

Cases = Iterator[Question]
Array = np.ndarray
# PyTorch divides by norm + 1e-6, which is as good.
CLIPPED = Tolerance(entry=1e-5, block=1e-8)


def mask_cases(rng: np.random.Generator) -> Cases:
    for about, shape, p in (
        ("four samples, three features", (4, 3), 0.4),
        ("p = 0.2, three axes", (2, 3, 2), 0.2),
        ("p = 0: nothing was dropped", (3, 2), 0.0),
    ):
        mask = rng.permutation(np.arange(np.prod(shape)) >= np.ceil(p * np.prod(shape)))
        case = {"upstream": rng.normal(size=shape), "x": rng.normal(size=shape), "p": p}
        yield question(about, **case, mask=mask.reshape(shape))
    x = rng.normal(size=6) * [1, 0, 1, 0, 1, 1]
    mask = np.array([True, True, False, False, True, False])
    yield question(
        "some entries of x are 0, kept or dropped",
        upstream=rng.normal(size=6), x=x, p=0.5 + 0.1 * float(rng.random()), mask=mask,
    )  # fmt: skip


def mask_single(rng: np.random.Generator) -> Cases:
    upstream, x = rng.normal(size=(2, 4, 3)).astype(np.float32)
    mask = rng.permutation(np.arange(12) % 3 > 0).reshape(4, 3)
    yield question("float32", upstream=upstream, x=x, p=0.3, mask=mask)


def network(rng: np.random.Generator, *sizes: int) -> list[tuple[Array, Array]]:
    """The gradients of a network with these widths."""
    return [
        (rng.normal(size=(before, after)), rng.normal(size=after))
        for before, after in itertools.pairwise(sizes)
    ]


def clip_cases(rng: np.random.Generator) -> Cases:
    gradients = network(rng, 4, 3, 2)
    yield question("longer than max_norm", gradients=gradients, max_norm=1.5)
    yield question("shorter than max_norm", gradients=network(rng, 3, 2), max_norm=50.0)
    gradients = [(0.4 * np.tanh(dw), 0.4 * np.tanh(db)) for dw, db in network(rng, 3, 4, 3, 4)]
    short = 0.9 * max(float(np.linalg.norm(array)) for pair in gradients for array in pair)
    yield question("longer, though no entry is", gradients=gradients, max_norm=short)
    layers = network(rng, 2, 3, 2)
    layers[1] = (layers[1][0], 40 * layers[1][1])
    yield question("one bias has nearly all of it", gradients=layers, max_norm=5.0)
    gradients = network(rng, 3, 3, 2, 1)
    norms = [float(np.linalg.norm(array)) for pair in gradients for array in pair]
    whole = float(np.sqrt(np.sum(np.square(norms))))
    longest = (whole + max(norms)) / 2
    yield question("longer, though no single array is", gradients=gradients, max_norm=longest)
    between = (whole + sum(norms)) / 2
    yield question("shorter, but not by much", gradients=gradients, max_norm=between)


def clip_edges(rng: np.random.Generator) -> Cases:
    nothing = [(np.zeros((2, 3)), np.zeros(3)), (np.zeros((3, 1)), np.zeros(1))]
    yield question("every entry is 0", gradients=nothing, max_norm=1.0)
    huge = [(1e200 * dw, 1e200 * db) for dw, db in network(rng, 3, 2)]
    yield question("entries near 1e200, whose squares overflow", gradients=huge, max_norm=2.0)


def clip_single(rng: np.random.Generator) -> Cases:
    gradients = [(dw.astype(np.float32), db.astype(np.float32)) for dw, db in network(rng, 4, 3, 2)]
    yield question("float32", gradients=gradients, max_norm=0.7)


def l1_cases(rng: np.random.Generator) -> Cases:
    yield question("a matrix", w=signed(rng, 3, 4), strength=0.3)
    yield question("a vector", w=signed(rng, 5), strength=2.5)
    w = signed(rng, 2, 3)
    w[0, 1] = w[1, 2] = 0
    yield question("weights that are exactly 0", w=w, strength=0.7)
    yield question("strength 0", w=signed(rng, 2, 2), strength=0.0)


def signed(rng: np.random.Generator, *shape: int) -> Array:
    """Weights well away from 0, of either sign."""
    size = rng.uniform(0.2, 3, size=shape)
    return size * rng.permutation(np.resize([1.0, -1.0], size.size)).reshape(shape)


def l1_single(rng: np.random.Generator) -> Cases:
    yield question("float32", w=signed(rng, 3, 2).astype(np.float32), strength=0.3)


def _through_tanh(upstream: Array, x: Array, w: Array) -> Array:
    return (upstream * (1 - np.tanh(x @ w) ** 2)) @ w.T


def _through_two_layers(upstream: Array, x: Array, w: Array) -> Array:
    return ((upstream @ w) * (x @ w > 0)) @ w.T


BRANCHES_BACKWARD = {
    "tanh of a linear layer": _through_tanh,
    "cube of every entry": lambda upstream, x, w: upstream * 3 * x**2,
    "x itself": lambda upstream, x, w: upstream,
    "two linear layers with ReLU": _through_two_layers,
}


def with_branch(student: Any, arguments: dict[str, Any]) -> Any:
    """Call with the branch's backward pass itself where the question has its name and weights."""
    branch, w = BRANCHES_BACKWARD[arguments["branch"]], arguments["w"]

    def branch_backward(upstream: Array, x: Array) -> Array:
        return branch(upstream, x, w)

    return student(arguments["upstream"], arguments["x"], branch_backward)


def residual_case(rng: np.random.Generator, branch: str, *shape: int) -> dict[str, Any]:
    x, upstream = rng.normal(size=shape), rng.normal(size=shape)
    width = shape[-1] + (branch == "two linear layers with ReLU")
    w = rng.normal(size=(shape[-1], width))
    return {"upstream": upstream, "x": x, "branch": branch, "w": w}


def residual_cases(rng: np.random.Generator) -> Cases:
    for branch, shape in (
        ("tanh of a linear layer", (4, 3)),
        ("two linear layers with ReLU", (3, 3)),
        ("cube of every entry", (2, 3, 2)),
        ("x itself", (2, 4)),
    ):
        yield question(f"the branch is: {branch}", **residual_case(rng, branch, *shape))


def residual_single(rng: np.random.Generator) -> Cases:
    yield question("float32", **single(residual_case(rng, "tanh of a linear layer", 3, 2)))


DROPOUT = [
    Exercise(
        "regularization.dropout_forward",
        points=2,
        core=True,
        checks=(
            Property("what is dropped", chance.training_cases, chance.drops, share=0.4),
            Property("what is kept", chance.scaling_cases, chance.scales, share=0.25),
            Values(chance.settled_cases, title="where nothing is dropped", share=0.2),
            Property("float32", chance.single_cases, chance.single_stays, share=0.05),
            Property(
                "randomness from rng", chance.source_cases, chance.dropout_draws_from_rng,
                share=0.1,
            ),
        ),
        returns=("out", "mask"),
        hints=(
            "Draw one number for every entry. When is a number that is uniform between 0 and 1 "
            "below p?",
            "The mask is a comparison with p. What is kept must make up for what is gone: if a "
            "quarter is dropped, by what factor must the rest grow for the average to stay?",
            "rng.random(x.shape) gives the numbers. Dividing by the probability of being kept, "
            "1 - p, keeps the expected value; when not training, neither drop nor divide.",
        ),
    ),
    Exercise(
        "regularization.dropout_backward",
        points=1,
        checks=(
            Gradient(mask_cases, of="regularization_forward.dropout", wrt=("x",), share=0.8),
            Values(mask_single, title="float32", share=0.2),
        ),
        result="dx",
        needs=("regularization.dropout_forward",),
        hints=(
            "What does out[i] depend on, where it was kept, and where it was dropped?",
            "Once the mask is drawn, dropout multiplies every entry by a number. Which two numbers "
            "are possible?",
            "The same mask and the same factor as on the way forward, on upstream instead of x.",
        ),
    ),
]  # fmt: skip
CURES = [
    Exercise(
        "regularization.clip_by_norm",
        points=2,
        core=True,
        checks=(
            Values(clip_cases, share=0.7, tolerance=CLIPPED),
            Values(clip_edges, title="zeros and overflow", share=0.2, tolerance=CLIPPED),
            Values(clip_single, title="float32", share=0.1, tolerance=CLIPPED),
        ),
        result="(dw, db) of layer",
        hints=(
            "Imagine all arrays laid end to end as one vector. What is its length, and by which one "
            "number must it be multiplied?",
            "Add up the squares of all entries of all arrays and take one root. If that norm is at "
            "most max_norm, nothing happens; else every array is multiplied by the same factor.",
            "The factor is min(1, max_norm / norm). For entries of 1e200 divide all arrays by the "
            "largest entry in size before you square, and multiply the root by it; if that entry is "
            "0 there is nothing to do.",
        ),
    ),
    Exercise(
        "regularization.l1_penalty_grad",
        points=1,
        checks=(
            Gradient(l1_cases, of="regularization_forward.l1_penalty", wrt=("w",), share=0.8),
            Values(l1_single, title="float32", share=0.2),
        ),
        result="the gradient",
        hints=(
            "Draw |w|. What is its slope to the right of 0, and what to the left?",
            "The slope does not depend on how large the weight is, only on which side of 0 it lies. "
            "At 0 any number between the two slopes will do.",
            "NumPy has a function for the sign of every entry, and it gives 0 for 0.",
        ),
    ),
    Exercise(
        "regularization.residual_backward",
        points=1,
        checks=(
            Gradient(
                residual_cases, of="regularization_forward.residual", wrt=("x",), share=0.8
            ),
            Values(residual_single, title="float32", share=0.2),
        ),
        result="dx",
        drive=with_branch,
        asked_as="residual_backward(upstream, x, branch_backward), whose branch uses w",
        hints=(
            "Two paths lead from x to out. What does the gradient do where paths meet?",
            "Along the skip connection upstream arrives unchanged. Along the branch it goes through "
            "branch_backward.",
            "Call branch_backward with the gradient and with x, and add the two contributions in a "
            "new array.",
        ),
    ),
    Exercise(
        "regularization.augment_shift",
        points=2,
        checks=(
            Property("shifts", chance.shift_cases, chance.shifted, share=0.7),
            Values(chance.unshifted_cases, title="no shift", share=0.15),
            Property(
                "randomness from rng", chance.shift_source, chance.shift_draws_from_rng, share=0.15
            ),
        ),
        result="the result",
        hints=(
            "Draw two whole numbers for each image. Then think of one image: which part of it "
            "stays in the frame, and where does that part end up?",
            "Put a border of max_shift zeros around the images. Every shift is then a window of "
            "the old size, cut out at another place.",
            "np.pad takes a pair for each axis. The upper end of rng.integers is excluded, so "
            "2 * max_shift + 1 places of the window need rng.integers(0, 2 * max_shift + 1).",
        ),
    ),
]  # fmt: skip
EXERCISES = [*DROPOUT, *BATCH, *LAYER, *CURES]
