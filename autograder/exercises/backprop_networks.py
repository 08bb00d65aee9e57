"""What the exercises of `backprop` about whole networks ask."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from autograder.checks import Values
from autograder.data import Seed
from autograder.exercise import Exercise, Question, call, question
from autograder.losses_and_gradients import LossAndGradients
from autograder.real_size import RealSize

Cases = Iterator[Question]


def two_layer_case(
    rng: np.random.Generator, n: int, d_in: int, hidden: int, classes: int
) -> dict[str, Any]:
    return {
        "w1": rng.normal(size=(d_in, hidden)),
        "b1": rng.normal(size=hidden),
        "w2": rng.normal(size=(hidden, classes)),
        "b2": rng.normal(size=classes),
        "x": rng.normal(size=(n, d_in)),
        "labels": rng.permutation(np.arange(n) % classes),
    }


def two_layer_cases(rng: np.random.Generator) -> Cases:
    yield question("five samples", **two_layer_case(rng, 5, 3, 4, 2))
    yield question("one sample", **two_layer_case(rng, 1, 2, 3, 4))
    yield question("layers of equal width", **two_layer_case(rng, 4, 3, 3, 3))


def two_layer_large(rng: np.random.Generator) -> Cases:
    case = contradicting(two_layer_case(rng, 7, 2, 3, 3))
    yield question("logits beyond ±1000", **{**case, "w2": 20_000 * case["w2"]})


def contradicting(case: dict[str, Any]) -> dict[str, Any]:
    """Two samples are alike and have different labels, so that not all can be right.

    With very large logits the loss of right answers is a number like 1e-300, which ordinary right
    code rounds to 0.
    """
    x, labels = case["x"].copy(), case["labels"].copy()
    x[1], labels[0], labels[1] = x[0], 0, 1
    return {**case, "x": x, "labels": labels}


def mlp_case(rng: np.random.Generator, n: int, *widths: int) -> dict[str, Any]:
    """A network with these widths, inputs first and classes last, and data for it."""
    parameters = [
        (rng.normal(size=(before, after)), 0.5 * rng.normal(size=after))
        for before, after in pairwise(widths)
    ]
    labels = rng.permutation(np.arange(n) % widths[-1])
    return {"parameters": parameters, "x": rng.normal(size=(n, widths[0])), "labels": labels}


def mlp_cases(rng: np.random.Generator) -> Cases:
    yield question("three layers", **mlp_case(rng, 5, 3, 4, 5, 2))
    yield question("two layers, one sample", **mlp_case(rng, 1, 2, 4, 3))
    yield question("one layer alone", **mlp_case(rng, 4, 3, 2))
    yield question("five layers of equal width", **mlp_case(rng, 6, 3, 3, 3, 3, 3, 3))


def mlp_large(rng: np.random.Generator) -> Cases:
    case = contradicting(mlp_case(rng, 7, 3, 4, 3))
    (first, (w, b)) = case["parameters"]
    yield question("logits beyond ±1000", **{**case, "parameters": [first, (20_000 * w, b)]})


def mlp_real_size(rng: np.random.Generator) -> Cases:
    seed = Seed(int(rng.integers(1 << 32)))
    yield question("a network for images of digits", rng=seed, n=64, widths=[784, 128, 10])


def mlp_drive(student: Any, arguments: dict[str, Any]) -> Any:
    """Call the student's function; a network of real size is drawn here."""
    if "widths" in arguments:
        arguments = large_mlp(arguments["rng"], arguments["n"], *arguments["widths"])
    return call(student, arguments)


def large_mlp(rng: np.random.Generator, n: int, *widths: int) -> dict[str, Any]:
    """As `mlp_case`, with pixels from 0 to 1; uniform numbers take a fifth of the time to draw."""
    parameters = [
        (rng.uniform(-1, 1, (before, after)) / np.sqrt(before), rng.uniform(-0.1, 0.1, after))
        for before, after in pairwise(widths)
    ]
    labels = rng.integers(widths[-1], size=n)
    return {"parameters": parameters, "x": rng.random((n, widths[0])), "labels": labels}


def step_cases(rng: np.random.Generator) -> Cases:
    for about, rate, widths in (
        ("two layers", 0.1, (3, 4, 2)),
        ("three layers, a larger learning rate", 0.7, (2, 3, 4, 3)),
    ):
        yield question(about, **mlp_case(rng, 5, *widths), learning_rate=rate)


NETWORKS = [
    Exercise(
        "backprop.two_layer_loss_and_grads",
        points=3,
        core=True,
        checks=(
            LossAndGradients(
                two_layer_cases, of="backprop_forward.two_layer_loss", wrt=("w1", "b1", "w2", "b2")
            ),
            LossAndGradients(
                two_layer_large,
                of="backprop_forward.two_layer_loss",
                wrt=("w1", "b1", "w2", "b2"),
                title="large logits",
                share=0.25,
            ),
        ),
        returns=("the loss", "(dw1, db1, dw2, db2)"),
        needs=("loss.cross_entropy", "loss.cross_entropy_grad", "backprop.linear_backward"),
        hints=(
            "Write the forward pass in steps and keep what each step produced. Then go back through "
            "the same steps in the opposite order, one line for each.",
            "The gradient of the loss with respect to the logits is short: the probabilities less the "
            "labels as one-hot rows, divided by the number of samples. From there on, "
            "`linear_backward` does most of it.",
            "The order is: logits, then w2, b2 and the hidden output a; then through tanh, whose "
            "slope is one minus the square of its output; then w1 and b1.",
        ),
    ),
    Exercise(
        "backprop.mlp_loss_and_grads",
        points=3,
        core=True,
        checks=(
            LossAndGradients(mlp_cases, of="backprop_forward.mlp_loss", wrt=("parameters",)),
            LossAndGradients(
                mlp_large,
                of="backprop_forward.mlp_loss",
                wrt=("parameters",),
                title="large logits",
                share=0.25,
            ),
            RealSize(mlp_real_size, share=2.5),  # differences of the loss earn a third
        ),
        drive=mlp_drive,
        asked_as="mlp_loss_and_grads(parameters, x, labels)",
        returns=("the loss", "(dw, db) of layer"),
        needs=(
            "forward.mlp_forward",
            "loss.cross_entropy",
            "loss.cross_entropy_grad",
            "backprop.linear_backward",
            "backprop.relu_backward",
        ),
        hints=(
            "On the way forward, keep the input of every layer in a list. On the way back, walk "
            "through that list and through the parameters from the end.",
            "One turn of the loop back: the gradients of this layer's w and b, then the gradient of "
            "its input, then through the ReLU in front of it. What comes out is upstream for the "
            "layer before.",
            "The mask of a ReLU can be read off its output: positive where its input was. Collect the "
            "pairs as you go back, and turn the list round at the end.",
        ),
    ),
]

STEP = Exercise(
    "backprop.train_step",
    points=1,
    core=True,
    checks=(Values(step_cases, title="the step"),),
    returns=("(w, b) of layer", "the loss"),
    needs=("backprop.mlp_loss_and_grads",),
    hints=(
        "The gradient points uphill.",
        "Every w and every b moves by the learning rate times its gradient; all gradients belong to "
        "the parameters from before the step.",
        "Call mlp_loss_and_grads once, then build a new list of pairs with w minus learning_rate "
        "times dw; return it together with the loss that you have already.",
    ),
)
