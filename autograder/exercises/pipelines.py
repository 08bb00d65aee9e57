"""Pipelines for `forward.find_the_leak`: some honest, some that learn from their test set.

They run beside the student's code. Which of them a question holds, and in which order, is drawn
with the question.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Model = Callable[[np.ndarray], np.ndarray]  # samples (n, d) -> logits (n, classes)
N_CHOSEN = 20  # pixels that a selecting pipeline keeps
N_TRIES = 60  # random sets of pixels that a lucky pipeline tries
N_LUCKY = 5  # of them that it keeps
STRENGTH = 20.0  # of the ridge


def standardizer(x: np.ndarray) -> Model:
    """Scale as a training set says."""
    mean, std = x.mean(axis=0), x.std(axis=0)
    std = np.where(std < 1e-12, 1, std)
    return lambda samples: (samples - mean) / std


def nearest_mean(x: np.ndarray, y: np.ndarray) -> Model:
    """Score each class by how near its mean is."""
    means = np.array([x[y == c].mean(axis=0) for c in range(y.max() + 1)])
    return lambda samples: 2 * samples @ means.T - np.square(means).sum(axis=1)


def nearest_neighbor(x: np.ndarray, y: np.ndarray) -> Model:
    """Score each class by the distance to its nearest sample."""

    def model(samples: np.ndarray) -> np.ndarray:
        distance = np.square(samples).sum(axis=1)[:, None] + np.square(x).sum(axis=1)
        distance -= 2 * samples @ x.T
        return -np.array([distance[:, y == c].min(axis=1) for c in range(y.max() + 1)]).T

    return model


def ridge(x: np.ndarray, y: np.ndarray) -> Model:
    """Least squares on one-hot targets, with a penalty."""
    target = np.eye(y.max() + 1)[y]
    gram = x @ x.T + STRENGTH * np.eye(len(x))
    w = x.T @ np.linalg.solve(gram, target - target.mean(axis=0))
    return lambda samples: samples @ w + target.mean(axis=0)


def most_telling(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The pixels that differ most between the classes, in units of their spread."""
    means = np.array([x[y == c].mean(axis=0) for c in range(y.max() + 1)])
    spread = sum(np.square(x[y == c] - means[c]).sum(axis=0) for c in range(y.max() + 1))
    return np.argsort(-means.var(axis=0) / (spread + 1e-3), kind="stable")[:N_CHOSEN]


def on_pixels(chosen: np.ndarray, fit: Any, x: np.ndarray, y: np.ndarray) -> Model:
    """Fit a model to some of the pixels."""
    model = fit(x[:, chosen], y)
    return lambda samples: model(samples[:, chosen])


def luckiest(x: np.ndarray, y: np.ndarray, judge_x: np.ndarray, judge_y: np.ndarray) -> Model:
    """Of many random sets of pixels, the few models that do best on the samples that judge them,
    averaged."""
    rng = np.random.default_rng(0)
    models = [
        on_pixels(rng.choice(x.shape[1], N_CHOSEN, replace=False), nearest_mean, x, y)
        for _ in range(N_TRIES)
    ]
    best = np.argsort([-accuracy(model, judge_x, judge_y) for model in models], kind="stable")
    return lambda samples: np.mean([models[i](samples) for i in best[:N_LUCKY]], axis=0)


def accuracy(model: Model, x: np.ndarray, y: np.ndarray) -> float:
    """The fraction of samples whose largest logit is the right one."""
    return float(np.mean(model(x).argmax(axis=1) == y))


def honest_means(x: Any, y: Any, x_test: Any, y_test: Any) -> Model:
    return after(standardizer(x), nearest_mean, x, y)


def honest_ridge(x: Any, y: Any, x_test: Any, y_test: Any) -> Model:
    return after(standardizer(x), ridge, x, y)


def honest_neighbor(x: Any, y: Any, x_test: Any, y_test: Any) -> Model:
    return nearest_neighbor(x, y)


def honest_selection(x: Any, y: Any, x_test: Any, y_test: Any) -> Model:
    return on_pixels(most_telling(x, y), ridge, x, y)


def honest_luck(x: Any, y: Any, x_test: Any, y_test: Any) -> Model:
    return luckiest(x, y, x, y)


def scaled_on_both(x: Any, y: Any, x_test: Any, y_test: Any) -> Model:
    return after(standardizer(np.concatenate([x, x_test])), ridge, x, y)


def selected_on_both(x: Any, y: Any, x_test: Any, y_test: Any) -> Model:
    both = np.concatenate([x, x_test]), np.concatenate([y, y_test])
    return on_pixels(most_telling(*both), ridge, x, y)


def duplicated_rows(x: Any, y: Any, x_test: Any, y_test: Any) -> Model:
    half = len(x_test) // 2
    return nearest_neighbor(
        np.concatenate([x, x_test[:half]]), np.concatenate([y, y_test[:half]])
    )  # fmt: skip


def luck_on_the_test_set(x: Any, y: Any, x_test: Any, y_test: Any) -> Model:
    return luckiest(x, y, x_test, y_test)


def after(scale: Model, fit: Any, x: np.ndarray, y: np.ndarray) -> Model:
    """Fit a model to scaled samples."""
    model = fit(scale(x), y)
    return lambda samples: model(scale(samples))


HONEST = (honest_means, honest_ridge, honest_neighbor, honest_selection, honest_luck)
LEAKING = (scaled_on_both, selected_on_both, duplicated_rows, luck_on_the_test_set)
RECIPES = tuple(sorted(HONEST + LEAKING, key=lambda recipe: recipe.__name__))


def pipeline(number: int) -> Callable[..., tuple[float, Model]]:
    """The pipeline of that place in RECIPES: fits a model, and reports its score on a test set."""

    def run(x_train: Any, y_train: Any, x_test: Any, y_test: Any) -> tuple[float, Model]:
        model = RECIPES[number](x_train, y_train, x_test, y_test)
        return accuracy(model, x_test, y_test), model

    return run
