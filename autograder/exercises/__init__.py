"""Every exercise of the course, one module a chapter."""

from __future__ import annotations

import difflib
import functools
import importlib
import pkgutil

from autograder.exercise import Exercise, Told

CHAPTERS = {
    "structure": "The structure of a network",
    "forward": "The forward pass",
    "loss": "The loss",
    "backprop": "Backpropagation",
    "training": "Training",
    "regularization": "Regularization",
    "feedforward": "Feedforward networks",
    "convolution": "Convolutional networks",
    "recurrent": "Recurrent networks",
    "transformers": "Transformers",
    "pytorch": "PyTorch",
    "applications": "Applications",
}


class UnknownExercise(Told, LookupError):
    """There is no exercise of that name."""


def chapters() -> list[str]:
    """The slugs of the chapters that have exercises, in the order of the course."""
    here = {module.name for module in pkgutil.iter_modules(__path__)}
    return [slug for slug in CHAPTERS if slug in here]


@functools.cache
def registry() -> dict[str, Exercise]:
    """Every exercise by its full name, in the order of the course."""
    found: dict[str, Exercise] = {}
    for slug in chapters():
        for exercise in importlib.import_module(f"{__name__}.{slug}").EXERCISES:
            if exercise.chapter != slug:
                raise ValueError(f"{exercise.name} stands in exercises/{slug}.py")
            if exercise.name in found:
                raise ValueError(f"{exercise.name} is defined twice in exercises/{slug}.py")
            found[exercise.name] = exercise
    return found


def find(name: str) -> Exercise:
    """The exercise of that full name.

    Raises
    ------
    UnknownExercise
        With the closest names.
    """
    known = registry()
    if not isinstance(name, str):
        kind = type(name).__name__
        raise UnknownExercise(
            f'An exercise is named by text, "chapter.name"; this is of type {kind}.'
        )
    if name in known:
        return known[name]
    same_end = [full for full in known if full.partition(".")[2] == name.rpartition(".")[2]]
    close = same_end or difflib.get_close_matches(name, known, n=3, cutoff=0.4)
    hint = f" Did you mean {' or '.join(close)}?" if close else ""
    raise UnknownExercise(f"There is no exercise {name!r}.{hint}")
