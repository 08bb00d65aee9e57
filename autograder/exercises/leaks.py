"""What `forward.find_the_leak` asks: real digits, and four pipelines of which one leaks."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercise import Question, question
from autograder.exercises.pipelines import (
    HONEST,
    RECIPES,
    accuracy,
    duplicated_rows,
    luck_on_the_test_set,
    pipeline,
    scaled_on_both,
    selected_on_both,
)

N_TRAIN, N_TEST, N_FRESH = 30, 30, 100
CLEARLY = 0.04
HARD_PAIRS = ((4, 9), (3, 5), (7, 9), (3, 8), (5, 8))


def small_digits() -> tuple[np.ndarray, np.ndarray]:
    """Digits of 14 × 14 pixels, as whole numbers from 0 to 255, and their labels."""
    from course.data import load_mnist

    images, labels = load_mnist()
    small = images.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(len(images), -1)
    return np.rint(255 * small).astype(np.uint8), labels


def collages(rng, digits: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two digits that are hard to tell apart, each beside two digits that have nothing to do
    with the label."""
    first, second = HARD_PAIRS[rng.integers(len(HARD_PAIRS))]
    those = rng.permutation(np.flatnonzero((labels == first) | (labels == second)))
    those = those[: N_TRAIN + N_TEST + N_FRESH]
    beside = rng.permutation(len(digits))[: 2 * len(those)].reshape(2, -1)
    return np.hstack([digits[those], *digits[beside]]), (labels[those] == second).astype(int)


LEAKS = (
    ("a leak in the scaling", scaled_on_both),
    ("a leak in the choice of pixels", selected_on_both),
    ("test samples among those that a model remembers", duplicated_rows),
    ("the luckiest of many models, chosen by the test set", luck_on_the_test_set),
)


def leak_cases(rng):
    digits, labels = small_digits()
    for place in rng.permutation(len(LEAKS)):
        yield _instructive(rng, digits, labels, *LEAKS[place])


def _instructive(rng, digits: np.ndarray, labels: np.ndarray, about: str, leak: Any) -> Question:
    """Draw until the scores mislead: a leak in the scaling loses less on fresh samples than an
    honest pipeline; one in the choice of pixels reports less. The others flatter clearly."""
    while True:
        x, y = collages(rng, digits, labels)
        honest = [HONEST[i] for i in rng.permutation(len(HONEST))[:3]]
        pipelines = [RECIPES.index(recipe) for recipe in (leak, *honest)]
        order = rng.permutation(4)
        train, test, fresh = np.split(np.arange(len(x)), [N_TRAIN, N_TRAIN + N_TEST])
        asked = question(
            about,
            pipelines=[pipelines[i] for i in order],
            x_train=x[train],
            y_train=y[train],
            x_test=x[test],
            y_test=y[test],
            x_fresh=x[fresh],
            y_fresh=y[fresh],
        )
        scores, gaps = _scores(asked.arguments)
        place = int(np.flatnonzero(order == 0)[0])
        if leak is scaled_on_both:
            instructive = gaps[place] < max(gaps)
        elif leak is selected_on_both:
            instructive = gaps[place] > CLEARLY and scores[place] < max(scores)
        else:
            instructive = gaps[place] > CLEARLY
        if instructive:
            return asked


def _scores(arguments: dict[str, Any]) -> tuple[list[float], list[float]]:
    """What each pipeline reports, and by how much that is more than its fresh accuracy."""
    data = as_ink(arguments)
    x_train, y_train, x_test, y_test, x_fresh, y_fresh = data.values()
    fitted = [pipeline(n)(x_train, y_train, x_test, y_test) for n in arguments["pipelines"]]
    scores = [score for score, _ in fitted]
    return scores, [score - accuracy(model, x_fresh, y_fresh) for score, model in fitted]


def as_ink(arguments: dict[str, Any]) -> dict[str, np.ndarray]:
    """The arrays of a question, pixels as ink from 0 to 1."""
    return {
        name: value / 255 if name.startswith("x_") else value
        for name, value in arguments.items()
        if name != "pipelines"
    }


def with_pipelines(student: Any, arguments: dict[str, Any]) -> Any:
    """Call with the pipelines themselves where the question has their numbers."""
    pipelines = [pipeline(number) for number in arguments["pipelines"]]
    return student(pipelines, *as_ink(arguments).values())
