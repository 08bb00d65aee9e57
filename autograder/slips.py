"""The slips that any exercise invites: a sign, a factor, a transpose, a missing sum, an ignored argument.

Each is a simple transformation of the right array that gives the wrong one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.ask import Answer
from autograder.compare import middle
from autograder.data import Seed
from autograder.exercise import Ask, Exercise, Finding, Question
from autograder.keys import Key
from autograder.likeness import close, same

KEPT = (
    "Asked the same thing twice, your function gives two answers. Something stays from one call to "
    "the next, such as a list that is a default argument, or a global; or random numbers come from "
    "somewhere else than the arguments."
)


def slips(
    exercise: Exercise, key: Key, findings: list[Finding], ask: Ask
) -> Iterator[tuple[str, str]]:
    """Slips that any exercise invites, tried on the first wrong array, wherever that is wrong."""
    first = next((f for f in findings if _numbers(f) is not None), None)
    if first is None:
        return
    alike = [f for f in findings if f.which == first.which and f.check == first.check]
    others = [dict(_slips_of(exercise, key, f)) for f in alike if f is not first and _tells(f)]
    for name, explanation in _slips_of(exercise, key, first):
        if all(name in other for other in others):
            yield name, explanation
    if first.kind == "values":
        yield from _ignored_argument(key, ask)


def answers_change(asked: Question, ask: Ask) -> bool:
    """Whether the same question, asked twice, gets two answers."""
    before, after = ask(asked), ask(asked)
    return not (before.problem or after.problem or same(after.value, before.value))


def _numbers(finding: Finding) -> tuple[np.ndarray, np.ndarray] | None:
    """The array that came back and the right one, where a finding is about two arrays of numbers."""
    if finding.difference is None or finding.kind not in ("shape", "values"):
        return None
    got, right = finding.difference.got, finding.difference.right
    if got is None or right is None or type(got) in (str, bool) or type(right) in (str, bool):
        return None
    g, r = np.asarray(got), middle(right)
    return (g, r) if g.dtype.kind in "fiu" and r.dtype.kind in "fiu" else None


def _tells(finding: Finding) -> bool:
    """Whether there is enough in the right array to tell one slip from another."""
    numbers = _numbers(finding)
    return numbers is not None and bool(np.count_nonzero(numbers[1]) > 1)


def _slips_of(exercise: Exercise, key: Key, finding: Finding) -> Iterator[tuple[str, str]]:
    numbers = _numbers(finding)
    if numbers is None or finding.question is None:
        return
    g, r = numbers
    if g.shape == r.shape and close(g, r):
        if g.dtype.kind == "f":
            what = f"{finding.which} is right but for its last digits"
            yield "imprecise", f"{what}: a step in float32, or a formula that loses digits?"
        return
    yield from _swapped(exercise, key, finding, g)
    yield from _array_slips(g, r, finding.which, finding.question)
    yield from _wrong_axis(g, r, finding.which, finding.question)


def _swapped(
    exercise: Exercise, key: Key, finding: Finding, g: np.ndarray
) -> Iterator[tuple[str, str]]:
    """Whether another part of the right result stands in this one's place."""
    for questions, rights in zip(key.questions, key.rights, strict=True):
        for asked, right in zip(questions, rights, strict=True):
            if asked is not finding.question:
                continue
            for other, part in exercise.parts(right).items():
                if other == finding.which or type(part) in (str, bool) or part is None:
                    continue
                r = middle(part)
                if r.shape == g.shape and r.size > 1 and r.any() and close(g, r):
                    says = f"{finding.which} holds what {other} should be: mind the order."
                    yield "swapped", says


def _wrong_axis(
    g: np.ndarray, r: np.ndarray, which: str, asked: Question
) -> Iterator[tuple[str, str]]:
    """Whether the right array is reduced, or adds up to one, over one axis and this one another."""
    for name, value in asked.arguments.items():
        if type(value) is not np.ndarray or value.ndim < 2 or value.dtype.kind != "f":
            continue
        for reduced in (np.sum, np.mean, np.max, np.min):
            over = [reduced(value, axis) for axis in range(value.ndim)]
            right = [i for i, a in enumerate(over) if a.shape == r.shape and close(r, a)]
            mine = [i for i, a in enumerate(over) if a.shape == g.shape and close(g, a)]
            if right and mine and right != mine:
                says = (
                    f"{which} is reduced over axis {mine[0]} of {name}, not over axis {right[0]}."
                )
                yield "wrong axis", says
    if g.shape == r.shape and r.ndim > 1 and min(r.shape) > 1:
        right = [i for i in range(r.ndim) if close(r.sum(i), np.ones_like(r.sum(i)))]
        mine = [i for i in range(g.ndim) if close(g.sum(i), np.ones_like(g.sum(i)))]
        if right and mine and right != mine:
            says = f"{which} adds up to 1 over axis {mine[0]}, but should over axis {right[0]}."
            yield "wrong axis", says


def _array_slips(
    g: np.ndarray, r: np.ndarray, which: str, asked: Question
) -> Iterator[tuple[str, str]]:
    if g.shape != r.shape:
        if g.ndim == 2 and g.T.shape == r.shape and close(g.T, r):
            yield "transposed", f"{which} is transposed: its rows and columns are exchanged."
        for axis in range(g.ndim):  # shapes first: a sum of what a stranger sent may be large
            if _without(g.shape, axis) == r.shape and close(g.sum(axis), r):
                yield "sum missing", f"{which} is not summed over axis {axis}."
        if g.size == r.size and close(g.ravel(), r.ravel()):
            yield "reshaped", f"{which} has the right entries in the wrong shape."
        for axis in range(r.ndim):
            if _without(r.shape, axis) == g.shape and close(g, r.sum(axis)):
                yield "summed", f"{which} is summed over axis {axis} once too often."
        return
    if not r.size or not np.isfinite(g).all() or not np.isfinite(r).all() or not r.any():
        return
    if not g.any():
        yield (
            "all zero",
            f"Every entry of {which} is zero: something cuts it off from the inputs, or a // rounds it down.",
        )
        return
    if close(g, -r):
        yield "sign", f"{which} has the wrong sign."
    if g.ndim == 2 and g.shape[0] == g.shape[1] and close(g.T, r):
        yield "transposed", f"{which} is transposed: its rows and columns are exchanged."
    yield from _factors(g, r, which, asked)
    if r.size > 2 and close(g - r, np.full(r.shape, (g - r).flat[0])):
        yield "constant added", f"{which} is off by the same amount everywhere."
    if r.ndim == 2 and len(r) > 1 and close(g - r + r, np.broadcast_to((g - r)[:1], r.shape) + r):
        yield "constant column", f"Each column of {which} is off by an amount of its own: a bias?"
    if r.ndim >= 1 and r.size > 1 and close(np.sort(g, None), np.sort(r, None)):
        yield "reordered", f"{which} has the right entries in the wrong places."


def _without(shape: tuple[int, ...], axis: int) -> tuple[int, ...]:
    return shape[:axis] + shape[axis + 1 :]


def _factors(
    g: np.ndarray, r: np.ndarray, which: str, asked: Question
) -> Iterator[tuple[str, str]]:
    """A factor that is constant, and what it might be."""
    factor = float((g * r).sum() / (r * r).sum())
    if abs(factor - 1) < 1e-3 or not close(g, factor * r):
        return
    many = np.count_nonzero(r) > 1  # one number is always some multiple of another
    if not many and r.dtype.kind != "f":
        return
    for name, value in asked.arguments.items():
        array = np.asarray(value) if type(value) is np.ndarray else None
        if array is None or array.ndim == 0:
            continue
        counts = {f"the {length} rows of {name}" if axis == 0 else f"the length {length} of axis "
                  f"{axis} of {name}": length for axis, length in enumerate(array.shape)}  # fmt: skip
        counts[f"the {array.size} entries of {name}"] = array.size
        for what, count in counts.items():
            if count > 1 and np.isclose(factor, count, rtol=1e-5):
                yield "factor N", f"{which} is too large by a factor of {count}: {what}?"
            if count > 1 and np.isclose(factor, 1 / count, rtol=1e-5):
                yield "factor 1/N", f"{which} is too small by a factor of {count}: {what}?"
    for count in (2, 3, 4):
        if np.isclose(factor, count, rtol=1e-5):
            yield f"factor {count}", f"{which} is {count} times what it should be."
        if np.isclose(factor, 1 / count, rtol=1e-5):
            yield f"factor 1/{count}", f"{which} is 1/{count} of what it should be."
    if not many:
        return
    if factor < 0:
        yield "sign and factor", f"{which} has the wrong sign and a constant factor."
    else:
        yield "factor", f"{which} is off by a constant factor."


def _ignored_argument(key: Key, ask: Ask) -> Iterator[tuple[str, str]]:
    """Ask again with one argument changed: an answer that does not move ignores it.

    `depends` was recorded at the very first question, so that is the one to ask.
    """
    first = key.questions[0][0]
    before = ask(first) if key.depends else Answer(problem="not asked")
    for name in key.depends:
        after = ask(first.changed(**{name: perturbed(first.arguments[name])}))
        if not (before.problem or after.problem) and same(after.value, before.value):
            what = f"The result does not depend on `{name}`"
            yield f"ignores {name}", f"{what}: it is ignored, or a global stands in its place."


def perturbed(value: Any) -> Any:
    """Another value of the same kind and shape, to see whether an answer depends on it."""
    if type(value) is Seed:
        return Seed(value.number + 1)
    if type(value) is np.ndarray and value.dtype.kind == "f":
        return 0.75 * value + 0.125 * np.cos(np.arange(value.size)).reshape(value.shape)
    if type(value) is float:
        return 0.75 * value + 0.0625
    if type(value) is list:
        return [perturbed(item) for item in value]
    if type(value) is tuple:
        return tuple(perturbed(item) for item in value)
    return value
