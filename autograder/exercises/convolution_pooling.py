"""What the exercises on pooling ask."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.checks import Broken, Gradient, Property, Values
from autograder.exercise import Exercise, Question, question

Cases = Iterator[Question]
Array = np.ndarray

SETTINGS: tuple[tuple[Any, ...], ...] = (
    ("windows side by side", (2, 2, 4, 6), 2, 2),
    ("windows that overlap", (2, 2, 5, 7), 3, 2),
    ("windows that do not reach the edge", (1, 3, 5, 7), 2, 2),
    ("gaps between the windows", (2, 1, 5, 8), 2, 3),
    ("windows that move by one", (1, 2, 4, 3), 3, 1),
)


def spread(rng: np.random.Generator, *shape: int) -> Array:
    """Entries without a tie, none close to another, of either sign."""
    size = int(np.prod(shape))
    values = (rng.permutation(size) - size / 2) / 8 + rng.uniform(-0.03, 0.03, size=size)
    return values.reshape(shape)


def pool_cases(rng: np.random.Generator) -> Cases:
    for about, shape, size, stride in SETTINGS:
        yield question(about, x=rng.normal(size=shape), size=size, stride=stride)
    x = -1 - rng.random(size=(2, 2, 4, 4))
    yield question("every entry is negative", x=x, size=2, stride=2)
    yield question(
        "one window is the whole image", x=rng.normal(size=(2, 2, 3, 3)), size=3, stride=1
    )
    x = rng.integers(-2, 2, size=(1, 2, 4, 6)).astype(float)
    yield question("ties", x=x, size=2, stride=2)


def pool_single(rng: np.random.Generator) -> Cases:
    x = rng.normal(size=(2, 2, 4, 3)).astype(np.float32)
    yield question("float32", x=x, size=2, stride=1)


def backward(rng: np.random.Generator, x: Array, size: int, stride: int) -> dict[str, Any]:
    n, channels, height, width = x.shape
    shape = n, channels, (height - size) // stride + 1, (width - size) // stride + 1
    return {"upstream": rng.normal(size=shape), "x": x, "size": size, "stride": stride}


def backward_cases(rng: np.random.Generator) -> Cases:
    for about, shape, size, stride in SETTINGS:
        yield question(about, **backward(rng, spread(rng, *shape), size, stride))


def tie_cases(rng: np.random.Generator) -> Cases:
    x = rng.integers(0, 2, size=(2, 2, 4, 6)) + 0.5 * rng.integers(0, 2, size=(2, 2, 1, 1))
    yield question("ties, windows side by side", **backward(rng, x, 2, 2))
    yield question("every entry equal", **backward(rng, np.full((1, 2, 4, 4), 0.5), 2, 2))
    x = np.maximum(rng.normal(size=(1, 2, 5, 7)), 0)
    yield question("zeros after a ReLU, gaps between the windows", **backward(rng, x, 2, 3))
    x = rng.integers(0, 2, size=(1, 2, 5, 5)).astype(float)
    yield question("ties, windows that overlap", **backward(rng, x, 3, 2))


def shares(value: Any, asked: Question, again: Any) -> Broken | None:
    """The property: what arrives at a window stays in it, among its largest entries, no more, no less.

    Where windows overlap, each window is asked about by itself, with nothing arriving elsewhere.
    """
    upstream, x, size, stride = asked.arguments.values()
    if stride >= size:
        return _window_by_window(value, upstream, x, size, stride)
    for place in np.ndindex(upstream.shape[2:]):
        alone = np.zeros_like(upstream)
        alone[:, :, place[0], place[1]] = upstream[:, :, place[0], place[1]]
        if broken := _window_by_window(again(upstream=alone), alone, x, size, stride):
            return broken
    return None


def _window_by_window(dx: Any, upstream: Array, x: Array, size: int, stride: int) -> Broken | None:
    if type(dx) is not np.ndarray or dx.shape != x.shape:
        return Broken("dx should have the shape of x.")
    rest = dx.copy()
    for row, column in np.ndindex(upstream.shape[2:]):
        arrived = upstream[:, :, row, column]
        if not arrived.any():
            continue
        inside = np.s_[:, :, row * stride :, column * stride :]
        window, shared = (each[inside][:, :, :size, :size] for each in (x, dx))
        rest[inside][:, :, :size, :size] = 0
        largest = window == window.max(axis=(2, 3), keepdims=True)
        whole = np.abs(shared.sum(axis=(2, 3)) - arrived) <= 1e-9 * np.abs(arrived).max()
        full = np.where(largest, arrived[:, :, None, None], 0)
        if not whole.all():
            if np.allclose(shared, full, rtol=1e-9):
                says = "A window with a tie sends back more than has arrived: each of its largest entries gets all of it."
                return Broken(says, mistake="all_to_every_tie")
            says = "What a window sends back does not add up to what has arrived there."
            return Broken(says)
        if (shared[~largest] != 0).any():
            return Broken("An entry that is not the largest of its window gets a gradient.")
        against = shared * np.sign(arrived)[:, :, None, None]
        if (against < -1e-9 * np.abs(arrived).max()).any():
            return Broken(
                "The shares of a tie have different signs; each lies between 0 and all of it."
            )
    return Broken("Entries that no window reaches get a gradient.") if rest.any() else None


def backward_single(rng: np.random.Generator) -> Cases:
    case = backward(rng, spread(rng, 2, 1, 4, 5).astype(np.float32), 2, 1)
    yield question("float32", **{**case, "upstream": case["upstream"].astype(np.float32)})


def average_cases(rng: np.random.Generator) -> Cases:
    for about, shape, size, stride in SETTINGS:
        yield question(about, **backward(rng, rng.normal(size=shape), size, stride))


POOLING = [
    Exercise(
        "convolution.max_pool2d",
        points=2,
        core=True,
        checks=(Values(pool_cases, share=0.9), Values(pool_single, title="float32", share=0.1)),
        needs=("convolution.conv_output_size",),
        hints=(
            "How many windows are there down and to the right? It is a convolution's question, with "
            "a kernel that has no weights.",
            "Two loops over the places are enough: the window of all images and all channels at once "
            "is one slice with four axes.",
            "Its rows begin at row * stride and are size many, not stride. Take the maximum over the "
            "last two axes; never over the channels.",
        ),
    ),
    Exercise(
        "convolution.max_pool2d_backward",
        points=2,
        core=True,
        checks=(
            Gradient(backward_cases, of="convolution.max_pool2d", wrt=("x",), share=0.6),
            Property("ties", tie_cases, shares, share=0.3),
            Values(backward_single, title="float32", share=0.1),
        ),
        result="dx",
        needs=("convolution.max_pool2d",),
        hints=(
            "Nudge one entry of a window that is not the largest. Does the output move? And if you "
            "nudge the largest?",
            "For each window find where its largest entry stands, and add upstream there. An entry can "
            "be the largest of several windows.",
            "argmax over the window laid flat names one entry even where several are equal. Divide "
            "with remainder by size to have its row and column in the window; the window begins at "
            "row * stride. np.add.at adds also where an index repeats.",
        ),
    ),
    Exercise(
        "convolution.avg_pool2d_backward",
        points=1,
        checks=(
            Gradient(average_cases, of="convolution_forward.avg_pool2d", wrt=("x",), share=0.9),
            Values(backward_single, title="float32", share=0.1),
        ),
        result="dx",
        hints=(
            "By how much does the mean of four numbers move when one of them moves by 1?",
            "Every entry of a window gets the same part of what arrives there. Which entries are in "
            "two windows, and which in none?",
            "Start from zeros shaped like x. For each window add its upstream, divided by size * size, "
            "to all of its entries.",
        ),
    ),
]  # fmt: skip
