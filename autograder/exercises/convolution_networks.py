"""What the exercises on a small convolutional network ask."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.checks import Broken, Gradient, Property
from autograder.exercise import Exercise, Question, question
from autograder.losses_and_gradients import LossAndGradients

Cases = Iterator[Question]

SETTINGS: tuple[tuple[Any, ...], ...] = (
    ("kernels of 3, an image of 8 × 10", 3, (1, 2, 3), (3, 3), (8, 10), 3),
    ("kernels of 5 and 1, two channels, odd sizes", 2, (2, 2, 2), (5, 1), (9, 7), 4),
    ("kernels of 1 and 3, one image", 1, (2, 3, 2), (1, 3), (10, 9), 2),
)


def network(
    rng: np.random.Generator,
    n: int,
    channels: tuple[int, int, int],
    kernels: tuple[int, int],
    image: tuple[int, int],
    classes: int,
) -> dict[str, Any]:
    c_in, c1, c2 = channels
    shapes = ((c1, c_in, kernels[0], kernels[0]), (c2, c1, kernels[1], kernels[1]))
    parameters = [
        (rng.normal(size=s) * np.sqrt(2 / np.prod(s[1:])), 0.3 * rng.normal(size=s[0]))
        for s in shapes
    ]
    parameters.append((rng.normal(size=(c2, classes)), 0.5 * rng.normal(size=classes)))
    return {"parameters": parameters, "x": rng.normal(size=(n, c_in, *image))}


def loss_cases(rng: np.random.Generator) -> Cases:
    for about, *setting in SETTINGS:
        case, labels = network(rng, *setting), rng.integers(setting[-1], size=setting[0])
        yield question(about, **case, labels=labels)
    case = network(rng, 2, (1, 2, 2), (3, 3), (6, 7), 3)
    w3, b3 = case["parameters"][2]
    case["parameters"][2] = (w3, b3 + np.array([0.0, 900.0, 1000.0]))
    yield question("logits near 1000", **case, labels=np.array([2, 1]))


def evidence_cases(rng: np.random.Generator) -> Cases:
    for about, *setting in SETTINGS:
        case, classes = network(rng, *setting), rng.integers(setting[-1], size=setting[0])
        yield question(about, **case, classes=classes)
    case = network(rng, 3, (1, 3, 4), (3, 3), (8, 10), 3)
    (w1, b1), *rest = case["parameters"]
    case["parameters"] = [(w1, b1 - 1.2), *rest]
    yield question(
        "a first layer that is silent at many places", **case, classes=np.array([2, 0, 1])
    )


def single(case: dict[str, Any]) -> dict[str, Any]:
    parameters = [(w.astype(np.float32), b.astype(np.float32)) for w, b in case["parameters"]]
    return {"parameters": parameters, "x": case["x"].astype(np.float32)}


def single_loss(rng: np.random.Generator) -> Cases:
    case = single(network(rng, 2, (1, 2, 2), (3, 3), (8, 8), 3))
    yield question("float32", **case, labels=rng.integers(3, size=2))


def single_evidence(rng: np.random.Generator) -> Cases:
    case = single(network(rng, 2, (1, 2, 2), (3, 3), (8, 8), 3))
    yield question("float32", **case, classes=rng.integers(3, size=2))


def gradients_stay_float32(value: Any, asked: Question, again: Any) -> Broken | None:
    """The property: float32 in, float32 out."""
    for number, pair in enumerate(value[1], start=1):
        for name, gradient in zip(("dw", "db"), pair, strict=True):
            if gradient.dtype != np.float32:
                return Broken(f"float32 comes in, but {name}{number} is {gradient.dtype}.")
    return None


def dx_stays_float32(value: Any, asked: Question, again: Any) -> Broken | None:
    """The property: float32 in, float32 out."""
    if value.dtype != np.float32:
        return Broken(f"float32 comes in, but dx is {value.dtype}.")
    return None


NETWORKS = [
    Exercise(
        "convolution.cnn_loss_and_grads",
        points=3,
        checks=(
            LossAndGradients(
                loss_cases, of="convolution_forward.cnn_loss", wrt=("parameters",), share=0.9
            ),
            Property("float32", single_loss, gradients_stay_float32, share=0.1),
        ),
        returns=("the loss", "(dw, db) of layer"),
        needs=(
            "convolution.conv2d", "convolution.conv2d_backward", "convolution.max_pool2d",
            "convolution.max_pool2d_backward",
        ),
        hints=(
            "Write the forward pass first, line by line as the contract lists the layers, and give "
            "every result a name: the way back needs them. Compare the loss with log(classes).",
            "Back from the end: cross-entropy and linear layer as in the chapter on backpropagation. "
            "The mean over the places then shares its gradient equally among them; each ReLU passes it "
            "where its own input was positive.",
            "In this order: dlogits, divided by n; dw3, db3; dfeatures, divided by the number of "
            "places, as (n, c2, 1, 1), times (z2 > 0); conv2d_backward; max_pool2d_backward; times "
            "(z1 > 0); conv2d_backward with stride 2.",
        ),
    ),
    Exercise(
        "convolution.input_gradient",
        points=2,
        checks=(
            Gradient(evidence_cases, of="convolution_forward.cnn_evidence", wrt=("x",), share=0.9),
            Property("float32", single_evidence, dx_stays_float32, share=0.1),
        ),
        result="dx",
        needs=(
            "convolution.conv2d", "convolution.conv2d_backward", "convolution.max_pool2d",
            "convolution.max_pool2d_backward",
        ),
        hints=(
            "It is the same way back as in cnn_loss_and_grads, but it begins somewhere else and goes "
            "one step further. Where, and which?",
            "No loss and no softmax: the derivative of a logit by itself is 1. So dlogits has a single "
            "1 in each row.",
            "What a 1 in column k of dlogits makes of dlogits @ w3.T is column k of w3. At the end keep "
            "the first of the three results of the last conv2d_backward.",
        ),
    ),
]  # fmt: skip
