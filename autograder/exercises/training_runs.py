"""The runs of `training.diagnose_runs`: real digits, a real network, and one fault each.

`record` trains them. A key holds their curves and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from autograder.exercises.training_network import (
    Array,
    Parameters,
    digits,
    initial_parameters,
    logits_of,
    loss_and_grads,
)

Run = dict[str, Array]


@dataclass(frozen=True)
class Recipe:
    """How a run is made; each fault changes one thing of what works."""

    n_train: int = 750
    hidden: int = 32
    epochs: int = 16
    batch_size: int = 30
    learning_rate: float = 0.1
    shuffled: bool = True
    labels_shuffled: bool = False
    first_bias: float = 0.0
    validation_scale: float = 1.0


N_VALIDATION = 300
LEAPS = 8.0  # a batch loss that a rate too high reaches now and then


def healthy(rng: np.random.Generator) -> Recipe:
    return Recipe(learning_rate=rng.uniform(0.08, 0.15), hidden=int(rng.integers(24, 49)))


def rate_too_high(rng: np.random.Generator) -> Recipe:
    return replace(healthy(rng), learning_rate=rng.uniform(5, 12))


def rate_too_low(rng: np.random.Generator) -> Recipe:
    return replace(healthy(rng), learning_rate=rng.uniform(0.003, 0.006))


def overfitting(rng: np.random.Generator) -> Recipe:
    """Few samples, many units, many epochs."""
    n, rate = int(rng.integers(50, 81)), rng.uniform(0.15, 0.22)
    return Recipe(n_train=n, hidden=100, epochs=90, batch_size=10, learning_rate=rate)


def labels_shuffled(rng: np.random.Generator) -> Recipe:
    return Recipe(
        n_train=300,
        hidden=100,
        epochs=40,
        learning_rate=rng.uniform(0.2, 0.3),
        labels_shuffled=True,
    )


def not_shuffled(rng: np.random.Generator) -> Recipe:
    return replace(healthy(rng), shuffled=False)


def dead_units(rng: np.random.Generator) -> Recipe:
    return replace(healthy(rng), first_bias=rng.uniform(-30, -15))


def scaled_differently(rng: np.random.Generator) -> Recipe:
    return replace(healthy(rng), validation_scale=255.0)


FAULTS: dict[str, Callable[[np.random.Generator], Recipe]] = {
    "healthy": healthy,
    "rate too high": rate_too_high,
    "rate too low": rate_too_low,
    "overfitting": overfitting,
    "labels shuffled": labels_shuffled,
    "not shuffled": not_shuffled,
    "dead units": dead_units,
    "scaled differently": scaled_differently,
}


@cache
def small_digits() -> tuple[Array, Array]:
    """Digits of 14 × 14 pixels: a fourth of the work, and as instructive."""
    images, labels = digits()
    return images.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(len(images), -1), labels


@np.errstate(all="ignore")
def run(recipe: Recipe, rng: np.random.Generator) -> Run:
    """Train as the recipe says, and write down what one would look at."""
    images, labels = small_digits()
    chosen = rng.permutation(len(images))[: recipe.n_train + N_VALIDATION]
    train, validation = np.split(chosen, [recipe.n_train])
    if not recipe.shuffled:
        train = train[np.argsort(labels[train], kind="stable")]
    x, y = images[train], labels[train]
    if recipe.labels_shuffled:
        y = rng.permutation(y)
    x_validation, y_validation = images[validation] * recipe.validation_scale, labels[validation]
    parameters = initial_parameters(rng, x.shape[1], recipe.hidden, 10)
    parameters[0] = (parameters[0][0], parameters[0][1] + recipe.first_bias)
    batch_loss: list[float] = []
    measured = [_measure(parameters, x, y, x_validation, y_validation)]
    for _ in range(recipe.epochs):
        order = rng.permutation(len(x)) if recipe.shuffled else np.arange(len(x))
        for i in range(0, len(x), recipe.batch_size):
            rows = order[i : i + recipe.batch_size]
            loss, gradients = loss_and_grads(parameters, x[rows], y[rows])
            batch_loss.append(loss)
            parameters = [
                (w - recipe.learning_rate * slope[0], b - recipe.learning_rate * slope[1])
                for (w, b), slope in zip(parameters, gradients, strict=True)
            ]
        measured.append(_measure(parameters, x, y, x_validation, y_validation))
    train_loss, validation_loss, validation_accuracy = np.array(measured).T.copy()
    return {
        "batch_loss": np.array(batch_loss),
        "train_loss": train_loss,
        "validation_loss": validation_loss,
        "validation_accuracy": validation_accuracy,
    }


def _measure(
    parameters: Parameters, x: Array, y: Array, x_validation: Array, y_validation: Array
) -> tuple[float, float, float]:
    train_loss, _ = loss_and_grads(parameters, x, y)
    validation_loss, _ = loss_and_grads(parameters, x_validation, y_validation)
    predicted = logits_of(parameters, x_validation).argmax(axis=1)
    return train_loss, validation_loss, float(np.mean(predicted == y_validation))


def run_with(fault: str, rng: np.random.Generator) -> Run:
    """A new run with that fault, in which the fault shows: drawn again until it does."""
    while True:
        made = run(FAULTS[fault](rng), rng)
        if fault != "rate too high" or not made["batch_loss"].max() < LEAPS:
            return made
