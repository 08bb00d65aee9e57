"""Whether two answers are alike but for rounding."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.exercise import Question

MATCH = 1e-6  # relative: the student's rounding is not the mistake's
ROUNDING = 100  # units in the last place, of the largest entry of an answer, that rounding may cost


@dataclass(frozen=True)
class Rounding:
    """How far two computations of one answer may differ: relative to an entry, and in any entry."""

    relative: float
    absolute: float


OWN = Rounding(MATCH, 0.0)


def same(got: Any, recorded: Any, rounding: Rounding = OWN) -> bool:
    """Whether two answers are the same up to rounding; NaN is the same as NaN."""
    if type(recorded) in (list, tuple):
        return (
            type(got) in (list, tuple)
            and len(got) == len(recorded)
            and all(same(g, r, rounding) for g, r in zip(got, recorded, strict=True))
        )
    if type(recorded) is dict:
        return (
            type(got) is dict
            and got.keys() == recorded.keys()
            and all(same(got[name], recorded[name], rounding) for name in recorded)
        )
    if recorded is None or type(recorded) is str:
        return type(got) is type(recorded) and got == recorded
    if got is None or type(got) in (list, tuple, dict, str):
        return False
    got, recorded = np.asarray(got), np.asarray(recorded)
    return got.shape == recorded.shape and got.dtype.kind == recorded.dtype.kind and close(
        got, recorded, rounding
    )  # fmt: skip


def close(a: np.ndarray, b: np.ndarray, rounding: Rounding = OWN) -> bool:
    """Whether two arrays of one shape are the same up to rounding; whole numbers have none."""
    if a.dtype.kind not in "fc":
        return bool(np.array_equal(a, b))
    finite = np.isfinite(b)
    size = np.abs(b)
    absolute = max(rounding.absolute, 1e-9 * float(size[finite].max(initial=0)))
    if finite.all():  # then this is what allclose comes to, in a fifth of its time
        return bool((np.abs(a - b) <= absolute + rounding.relative * size).all())
    return bool(np.allclose(a, b, rtol=rounding.relative, atol=absolute, equal_nan=True))


def rounding_of(answer: Any, asked: Question) -> Rounding:
    """What rounding may do to an answer: it is as precise as the coarsest array that went in, and
    what cancels to zero in it leaves a rest the size of the largest entry's last digits."""
    single = any(array.dtype == np.float32 for array in _arrays(asked.arguments))
    unit = ROUNDING * float(np.finfo(np.float32 if single else np.float64).eps)
    sizes = [np.abs(a[np.isfinite(a)]) for a in _arrays(answer)]
    return Rounding(
        max(MATCH, unit), unit * max((float(s.max(initial=0)) for s in sizes), default=0)
    )


def _arrays(value: Any) -> Iterator[np.ndarray]:
    """The floating numbers and arrays of a tree of data."""
    if type(value) in (list, tuple, dict):
        for item in value.values() if type(value) is dict else value:
            yield from _arrays(item)
    elif (
        isinstance(value, (float, np.ndarray, np.generic)) and np.asarray(value).dtype.kind in "fc"
    ):
        yield np.asarray(value)
