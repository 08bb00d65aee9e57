"""What the exercises of the chapter `training` ask."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.ask import name_type
from autograder.checks import Broken, Property, Values
from autograder.data import DataError
from autograder.exercise import Along, Exercise, Question, question
from autograder.exercises.training_batches import BATCHES
from autograder.exercises.training_classifier import CLASSIFIER
from autograder.exercises.training_network import (
    Array,
    Parameters,
    initial_parameters,
    loss_and_grads,
)
from autograder.exercises.training_optimizers import OPTIMIZERS
from autograder.exercises.training_runs import FAULTS, run_with

Cases = Iterator[Question]


def bowl(rng: np.random.Generator, size: int) -> dict[str, Array]:
    """A quadratic function, longer in some directions than in others: its matrix and its lowest point."""
    directions, _ = np.linalg.qr(rng.normal(size=(size, size)))
    matrix = directions * np.linspace(0.3, 2, size) @ directions.T
    return {"matrix": matrix, "bottom": rng.normal(size=size)}


def descent_cases(rng: np.random.Generator) -> Cases:
    for about, shape, rate, steps in (
        ("twelve steps in two dimensions", (2,), 0.3, 12),
        ("ten steps with a matrix of parameters", (3, 2), 0.1, 10),
        ("a rate so large that the walk climbs out of the bowl", (4,), 1.4, 10),
        ("one step", (3,), 0.5, 1),
        ("no step at all", (2,), 0.5, 0),
    ):
        gradient = bowl(rng, int(np.prod(shape)))
        start = 3 * rng.normal(size=shape)
        yield question(about, gradient=gradient, start=start, learning_rate=rate, steps=steps)


def single_descent(rng: np.random.Generator) -> Cases:
    gradient = {name: each.astype(np.float32) for name, each in bowl(rng, 3).items()}
    start = rng.normal(size=3).astype(np.float32)
    yield question("float32", gradient=gradient, start=start, learning_rate=0.2, steps=5)


def with_gradient(student: Any, arguments: dict[str, Any]) -> Any:
    """Call with the gradient of the bowl that the question describes."""
    bowl, *rest = arguments.values()

    def gradient(w: Array) -> Array:
        return (bowl["matrix"] @ (w.ravel() - bowl["bottom"])).reshape(w.shape)

    return student(gradient, *rest)


def schedule_cases(rng: np.random.Generator) -> Cases:
    for about, total, warmup, peak, floor in (
        ("with warm-up and floor, beyond the end", 20, 5, 0.1, 0.01),
        ("without warm-up", 12, 0, 0.3, 0.0),
        ("a warm-up of one step", 9, 1, 2.0, 0.5),
        ("a warm-up of nearly all steps", 15, 13, 0.02, 0.001),
    ):
        peak *= float(rng.uniform(0.5, 2))
        steps = np.arange(total + 4)
        yield question(
            about, step=steps, total_steps=total, warmup_steps=warmup, peak=peak, floor=floor
        )


def step_by_step(student: Any, arguments: dict[str, Any]) -> Any:
    """The rates of all the steps that the question lists."""
    steps, *rest = arguments.values()
    rates = []
    for step in steps:
        rate = student(int(step), *rest)
        if not isinstance(rate, (int, float, np.floating)) or isinstance(rate, bool):
            raise DataError(f"{name_type(rate)} for one step, but should return a float")
        rates.append(float(rate))
    return np.array(rates)


def prediction_cases(rng: np.random.Generator) -> Cases:
    for about, n in (("seven samples", 7), ("eleven samples", 11), ("one sample", 1)):
        labels = rng.integers(4, size=n)
        predicted = np.where(rng.random(n) < 0.5, labels, rng.integers(4, size=n))
        predicted[0] = labels[0]
        yield question(about, predicted=predicted, labels=labels)
    labels = rng.integers(1, 4, size=6)
    yield question("all right", predicted=labels.copy(), labels=labels)
    yield question("all wrong", predicted=labels - 1, labels=labels)
    few = np.array([0, 3, 3, 1, 2])
    yield question("a dtype of few bits", predicted=few.astype(np.uint8), labels=few[::-1].copy())


def unequal_shapes(rng: np.random.Generator) -> Cases:
    predicted, labels = rng.integers(3, size=(5, 1)), rng.integers(3, size=5)
    yield question("a column of predictions, labels in a row", predicted=predicted, labels=labels)
    yield question("fewer labels than predictions", predicted=labels, labels=labels[:1])


def refusing(student: Any, arguments: dict[str, Any]) -> Any:
    """Where the shapes differ, note the exception that should come, as text."""
    predicted, labels = arguments["predicted"], arguments["labels"]
    if predicted.shape == labels.shape:
        return student(predicted, labels)
    try:
        return student(predicted, labels)
    except NotImplementedError:
        raise
    except Exception as error:
        return f"raised {type(error).__name__}"


def shapes_refused(value: Any, asked: Question, again: Any) -> Broken | None:
    if value == "raised ValueError":
        return None
    if isinstance(value, str):
        return Broken(f"Unequal shapes should raise ValueError, but your function {value}.")
    return Broken(
        "The shapes differ, but no ValueError came. NumPy stretches a column against a row and "
        "compares every prediction with every label.",
        mistake="shapes_not_compared",
    )


def confusion_cases(rng: np.random.Generator) -> Cases:
    for about, n, classes in (("thirty samples, four classes", 30, 4), ("two classes", 12, 2)):
        labels = rng.permutation(np.arange(n) % classes)
        predicted = np.where(rng.random(n) < 0.5, labels, rng.integers(classes, size=n))
        predicted[:3], labels[:3] = 0, 1  # a pair that repeats, more often than its mirror image
        yield question(about, predicted=predicted, labels=labels, n_classes=classes)
    labels = rng.permutation([0, 2, 2, 3, 0, 2, 3])
    predicted = rng.permutation([2, 2, 0, 0, 3, 3, 2])
    about = "five classes, two of which do not occur"
    yield question(about, predicted=predicted, labels=labels, n_classes=5)
    one = np.array([1])
    yield question("one sample", predicted=one, labels=one - 1, n_classes=3)


def stopping_cases(rng: np.random.Generator) -> Cases:
    def losses(*values: float) -> Array:
        return np.array(values) * float(rng.uniform(0.5, 2))

    up = losses(3, 2, 1, 1.5, 1.6, 1.7, 1.8, 0.5)
    yield question("better again, but after training has stopped", validation_losses=up, patience=3)
    hill = losses(3, 2, 2.5, 2.6, 1, 1.5, 1.4, 1.2, 1.1)
    yield question("worse for a while, then better in time", validation_losses=hill, patience=3)
    yield question("getting better to the end", validation_losses=losses(5, 4, 3, 2, 1), patience=2)
    yield question(
        "the first is the best", validation_losses=losses(1, 2, 3, 4, 5, 0.5), patience=4
    )
    tie = losses(4, 3, 1, 2, 1, 2, 1, 1)
    yield question("the best loss comes back", validation_losses=tie, patience=4)
    just = losses(4, 2, 3, 3, 1, 3)
    yield question(
        "better in the last epoch that patience allows", validation_losses=just, patience=3
    )
    late = losses(4, 2, 3, 3, 3, 1)
    yield question("better one epoch too late", validation_losses=late, patience=3)
    zigzag = losses(5, 6, 4, 5, 3, 4, 2, 3, 1, 2)
    yield question("every second epoch is better", validation_losses=zigzag, patience=2)
    down = losses(1, 6, 5, 4, 3, 2, 0.5)
    yield question(
        "falling after a jump, but not below the best", validation_losses=down, patience=4
    )
    yield question("patience of one", validation_losses=losses(3, 2, 2.5, 1), patience=1)
    broken = losses(3, 2, np.nan, np.nan, 1, np.nan, np.nan, np.nan, 0.5)
    yield question("NaN among the losses", validation_losses=broken, patience=3)
    yield question("one epoch", validation_losses=losses(1), patience=2)


NETWORKS = {
    "works": lambda loss, gradients: (loss, gradients),
    "points uphill": lambda loss, gradients: (
        loss,
        [(-dw, -db) for dw, db in gradients],
    ),
    "no gradient": lambda loss, gradients: (
        loss,
        [(np.zeros_like(dw), np.zeros_like(db)) for dw, db in gradients],
    ),
    "NaN after some steps": lambda loss, gradients: (
        loss if loss > 0.6 else float("nan"),
        gradients,
    ),
}


def with_network(student: Any, arguments: dict[str, Any]) -> Any:
    """Call with a network that works, or with one that does not."""
    kind, *rest = arguments.values()

    def network(parameters: Parameters, x: Array, labels: Array) -> tuple[float, Parameters]:
        return NETWORKS[kind](*loss_and_grads(parameters, x, labels))

    return student(network, *rest)


def overfit_cases(rng: np.random.Generator) -> Cases:
    for about, kind, n, rate, steps, target in (
        ("a network that works, and a batch of six", "works", 6, 0.5, 300, 0.1),
        ("too few steps", "works", 6, 0.5, 12, 0.01),
        ("a gradient that points uphill", "points uphill", 5, 0.1, 10, 0.05),
        ("a gradient of zeros", "no gradient", 5, 0.5, 10, 0.05),
        ("a loss that becomes NaN", "NaN after some steps", 6, 0.1, 60, 0.05),
        ("a batch that is learned already", "works", 4, 0.5, 10, 50.0),
        ("no step allowed", "works", 4, 0.5, 0, 0.05),
    ):
        yield question(
            about,
            loss_and_grads=kind,
            parameters=initial_parameters(rng, 4, 16, 3),
            x=2 * rng.normal(size=(n, 4)),
            labels=rng.permutation(np.arange(n) % 3),
            learning_rate=rate,
            max_steps=steps,
            target=target,
        )
    x = rng.normal(size=(4, 4))
    x[1] = x[0]
    yield question(
        "two samples that are alike, with different labels",
        loss_and_grads="works",
        parameters=initial_parameters(rng, 4, 16, 3),
        x=x,
        labels=np.array([0, 1, 2, 2]),
        learning_rate=0.2,
        max_steps=60,
        target=0.1,
    )


def run_cases(rng: np.random.Generator) -> Cases:
    names = list(FAULTS)
    each = [names[i] for i in rng.permutation(len(names))]
    yield question("eight runs, one with each fault", runs=[run_with(name, rng) for name in each])
    some = [names[i] for i in rng.integers(len(names), size=len(names))]
    about = "eight more; a fault may come twice, or not at all"
    yield question(about, runs=[run_with(name, rng) for name in some])


EXERCISES = [
    Exercise(
        "training.gradient_descent",
        points=1,
        core=True,
        checks=(
            Values(descent_cases, title="the path", share=0.85),
            Values(single_descent, title="float32 stays float32", share=0.15),
        ),
        result="the path",
        along={"the path": Along(0)},
        drive=with_gradient,
        hints=(
            "At each point ask for the slope there, and go a little way against it.",
            "Keep a list that begins with the start. The next point comes from the last one in the "
            "list and from the gradient at that very point.",
            "Make every point a new array: w = w - …, not w -= …, which would change all entries of "
            "the list at once. np.array turns the list into the path.",
        ),
    ),
    BATCHES,
    *OPTIMIZERS,
    Exercise(
        "training.cosine_schedule",
        points=2,
        checks=(Values(schedule_cases),),
        result="the rate",
        drive=step_by_step,
        asked_as="cosine_schedule(step, total_steps, warmup_steps, peak, floor), step after step",
        hints=(
            "Three stretches: the rise, the fall, and what comes after the end. Write the fall as a "
            "function of the progress, which goes from 0 to 1.",
            "The progress counts only what comes behind the warm-up. The cosine of π times the "
            "progress goes from 1 to -1: shift and stretch that to go from peak to floor.",
            "One plus the cosine, halved, goes from 1 to 0. The rise of step s ends at s + 1 parts of "
            "warmup_steps; and a progress above 1 is taken for 1.",
        ),
    ),
    Exercise(
        "training.accuracy",
        points=1,
        core=True,
        checks=(
            Values(prediction_cases, share=0.75),
            Property("unequal shapes are refused", unequal_shapes, shapes_refused, share=0.25),
        ),
        result="the accuracy",
        drive=refusing,
        hints=(
            "Which predictions are right? NumPy compares two arrays entry by entry.",
            "The mean of True and False is the share of True. Before it, compare the two shapes.",
            "float(np.mean(…)) of the comparison; raise ValueError where predicted.shape and "
            "labels.shape differ.",
        ),
    ),
    Exercise(
        "training.confusion_matrix",
        points=2,
        checks=(Values(confusion_cases),),
        result="the matrix",
        needs=("training.accuracy",),
        hints=(
            "Start from zeros. Every sample adds 1 to one entry: in the row of its label.",
            "A loop over the samples is fine. Indexing with whole arrays and += is not: an entry that "
            "is meant several times is then raised only once.",
            "np.add.at(counts, (rows, columns), 1) counts every time; the rows are the labels, the "
            "columns the predictions. The zeros need dtype=int.",
        ),
    ),
    Exercise(
        "training.early_stopping",
        points=2,
        checks=(Values(stopping_cases),),
        result="the epoch",
        hints=(
            "Walk through the losses as training does, one by one, and remember the best epoch so "
            "far. What you have not seen yet must play no part.",
            "Training stops when the current epoch is `patience` epochs past the best one. Then what "
            "you remember is the answer, and so it is at the end of the list.",
            "A new best needs a loss that is smaller, and not equal; with < a NaN is never better. "
            "After that comparison look whether epoch - best has reached patience.",
        ),
    ),
    Exercise(
        "training.overfit_one_batch",
        points=2,
        checks=(Values(overfit_cases),),
        returns=("losses", "learned"),
        needs=("training.sgd_step",),
        drive=with_network,
        hints=(
            "It is a loop that can end in two places. When exactly is the loss looked at, and when is "
            "a step taken?",
            "Each round: ask for loss and gradients, write the loss down, stop if it is low enough or "
            "if all steps are spent, and only then take the step.",
            "There is one loss more than there are steps. NaN compares as False with everything, so "
            "loss <= target says the right thing about it.",
        ),
    ),
    Exercise(
        "training.diagnose_runs",
        points=3,
        checks=(Values(run_cases),),
        returns=tuple(f"the fault of run {number}" for number in range(1, 9)),
        result="the faults",
        hints=(
            "Plot all four curves of some runs first, with a line at log 10. Then look for one number "
            "that is out of the ordinary for each fault.",
            "Before the first epoch nothing is trained: what differs then is the data. A loss far "
            "above log 10 is worse than guessing. A network that cannot learn stays at log 10; one "
            "that learns nothing useful falls below it on the training set only.",
            "Take the clearest faults first, so that later questions need not think of them. Samples "
            "in sorted order show in batch losses below the training loss: each batch is easy after "
            "the one before it. What is left: how low does the training loss end?",
        ),
    ),
    CLASSIFIER,
]
