"""What the exercises of the chapter `loss` ask. Those about predictions stand in loss_*.py."""

from __future__ import annotations

import numpy as np

from autograder.checks import Gradient, Property, Values
from autograder.exercise import Exercise, question
from autograder.exercises.loss_logits import (
    LOGITS,
    TWELVE_DIGITS,
    class_cases,
    class_extremes,
    hopeless_class,
    no_log_of_softmax,
)
from autograder.exercises.loss_regression import REGRESSION, float32_kept


def weight_cases(rng):
    yield question("a matrix", w=rng.normal(size=(3, 2)), strength=0.3)
    yield question("a vector", w=rng.normal(size=5), strength=2.5)
    yield question("a kernel with four axes", w=rng.normal(size=(2, 1, 3, 2)), strength=0.01)
    yield question("strength 0", w=rng.normal(size=(2, 2)), strength=0.0)


def float32_weights(rng):
    yield question(
        "the dtype, with float32 weights",
        w=rng.normal(size=(3, 2)).astype(np.float32),
        strength=0.3,
    )


def smoothing_cases(rng):
    for asked, smoothing in zip(class_cases(rng), (0.1, 0.3, 0.25, 0.6, 0.2), strict=True):
        about = f"{asked.about}, smoothing {smoothing}"
        yield question(about, **asked.arguments, smoothing=smoothing)
    for asked, smoothing in zip(class_cases(rng), (0.0, 1.0), strict=False):
        about = f"{asked.about}, smoothing {smoothing:g}"
        yield question(about, **asked.arguments, smoothing=smoothing)


def smoothing_edges(rng):
    for asked in class_extremes(rng):
        yield question(asked.about, **asked.arguments, smoothing=0.1)
    logits = np.array([[1e300, -1e300, 0.0]])
    yield question("logits up to ±1e300", logits=logits, labels=np.array([1]), smoothing=0.1)


def hopeless_smoothed(rng):
    for asked in hopeless_class(rng):
        yield question(asked.about, **asked.arguments, smoothing=0.0)


def class_counts(rng):
    yield question("ten digits", n_classes=10)
    yield question("two classes", n_classes=2)
    yield question("any number of classes", n_classes=int(rng.integers(11, 2000)))
    yield question("a single class", n_classes=1)


EXERCISES = [
    *REGRESSION,
    *LOGITS,
    Exercise(
        "loss.l2_penalty",
        points=1,
        checks=(Values(weight_cases),),
        result="the penalty",
        hints=(
            "Square, sum, scale: no mean and no root.",
            "The sum goes over every weight, whatever the shape. There is a half in the contract.",
            "strength, divided by 2, times the sum of all squares.",
        ),
    ),
    Exercise(
        "loss.l2_penalty_grad",
        points=1,
        checks=(
            Gradient(weight_cases, of="loss.l2_penalty", wrt=("w",), share=0.8),
            Property("float32 stays float32", float32_weights, float32_kept, share=0.2),
        ),
        result="the gradient",
        hints=(
            "Ask for one entry: how does the penalty change if w[0, 0] alone moves a little?",
            "Only one square of the sum holds that weight. The half of the penalty and the 2 of "
            "the square meet.",
            "The result has the shape of w: each weight, scaled.",
        ),
    ),
    Exercise(
        "loss.label_smoothing_cross_entropy",
        points=2,
        checks=(
            Values(smoothing_cases, share=0.7),
            Property("no logarithm of a softmax", hopeless_smoothed, no_log_of_softmax, share=0.15),
            Values(smoothing_edges, title="twelve digits", share=0.15, tolerance=TWELVE_DIGITS),
        ),
        result="the loss",
        needs=("loss.cross_entropy",),
        hints=(
            "The target is a mixture of two targets. A cross-entropy is linear in its target, so "
            "the loss is the same mixture of two losses.",
            "One of the two losses you have already. The other is the cross-entropy against "
            '"all classes equally likely": the average, over the classes, of what each class '
            "would cost as the label.",
            "cross_entropy(logits, np.full(n, c)) is the loss if every label were c. Average that "
            "over all c, weight it by smoothing, and the plain loss by the rest.",
        ),
    ),
    Exercise(
        "loss.expected_initial_loss",
        points=1,
        checks=(Values(class_counts),),
        result="the loss",
        hints=(
            "What probability does such a classifier give the right class?",
            "The loss is −log of that probability, with the natural logarithm.",
            "−log(1/C) can be written without a fraction.",
        ),
    ),
]
