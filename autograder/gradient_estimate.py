"""The gradient of a function, measured entry by entry, with error bars."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.gradient_arguments import (
    Path,
    Point,
    differentiable_paths,
    rebuild,
    scale_of,
    typical_exponent,
)
from autograder.gradient_search import (
    Probe,
    Task,
    direction_of,
    several_slopes,
    slopes_nearby,
)
from autograder.gradient_slopes import EPS, SAFETY, Slopes, falling_steps, slopes

Array = NDArray[np.float64]

FIRST_STEPS = falling_steps(-6, -14)
ALL_STEPS = falling_steps(0, -40)
PRECISE = 1e-10  # error bars below this, relative to the gradient, need no further steps
STACK = 1 << 18  # numbers in one stack of inputs


@dataclass(frozen=True)
class Estimate:
    """A gradient measured numerically; all four arrays are shaped like the argument.

    Attributes
    ----------
    value : the gradient. At a kink, the middle of the interval
    error : how far the true value may be away. inf where nothing could be measured: a jump, or no
        value of ``f`` on either side
    lower, upper : equal where ``f`` is smooth. At a kink every number between is a valid subgradient
    """

    value: Array
    error: Array
    lower: Array
    upper: Array

    @property
    def certain(self) -> bool:
        """Whether every entry could be measured."""
        return bool(np.isfinite(self.error).all())

    @property
    def kinks(self) -> NDArray[np.bool_]:
        """Entries that sit on a kink."""
        return self.lower < self.upper

    def contains(self, gradient: Any, rounding: float = 1e-9) -> NDArray[np.bool_]:
        """Entry by entry, whether ``gradient`` is right as far as one can tell.

        ``rounding`` is what a right gradient may be off by, relative to the norm of the gradient.
        """
        g = np.asarray(gradient, dtype=np.float64)
        size = np.abs(self.value[np.isfinite(self.value)])
        slack = SAFETY * self.error + rounding * (float(np.linalg.norm(size)) if size.size else 0.0)
        return (g >= self.lower - slack) & (g <= self.upper + slack)


def numerical_gradient(
    f: Callable[..., Any],
    *args: Any,
    upstream: Any = None,
    wrt: Sequence[int] | None = None,
    stacked: bool = False,
    elementwise: bool = False,
) -> tuple[Any, ...]:
    """Measure the gradient of ``sum(upstream * f(*args))`` with respect to every floating array.

    Central differences along each entry at falling steps, extrapolated to step 0; where they do not
    settle at once, smaller steps find out whether rounding, a kink or a jump is the reason.

    Parameters
    ----------
    f : returns a number, an array, or a tuple of arrays
    args : floating arrays, or lists of them, are differentiated. Everything else is held fixed. A plain
        number is differentiated only where there is no array at all
    upstream : shaped like the output, one for each output if there are several; default all ones
    wrt : numbers of the arguments to differentiate; default: all that hold floating arrays
    stacked : promise that ``f`` also takes a stack: the differentiated argument with one more axis in
        front, the others as they are, and returns its outputs with that axis in front. Much faster
    elementwise : promise that entry i of the output depends on no other entry than i of the arguments.
        The gradient of an argument of any size then costs a dozen evaluations

    Returns
    -------
    One entry for each argument: an `Estimate`, ``None`` where the argument is held fixed, and the same
    structure as the argument where that is a list.

    Raises
    ------
    ValueError : a promise (``stacked``, ``elementwise``) is not kept, or ``upstream`` does not fit
    """
    point = Point(f, args, differentiable_paths(args, wrt))
    point.upstream = given_upstream(point, upstream)
    with np.errstate(all="ignore"):
        rises = _rises(point, stacked, elementwise)
        found = {path: _measure(point, path, rises, elementwise) for path in point.paths}

    def replace(path: Path, _: Any) -> Estimate | None:
        return found.get(path)

    def entry(i: int, arg: Any) -> Any:
        has_any = any(path[0] == i for path in point.paths)
        return rebuild(arg, (i,), replace) if has_any else None

    return tuple(entry(i, arg) for i, arg in enumerate(args))


def given_upstream(point: Point, upstream: Any) -> tuple[Array, ...]:
    """The upstream gradient as one array for each output; all ones if none is given."""
    if upstream is None:
        return tuple(np.ones(out.shape) for out in point.outputs)
    given = upstream if isinstance(upstream, list | tuple) else (upstream,)
    arrays = tuple(np.asarray(u, dtype=np.float64) for u in given)
    shapes, expected = [a.shape for a in arrays], [out.shape for out in point.outputs]
    if shapes != expected:
        raise ValueError(
            f"upstream has the shapes {shapes}; f returns {expected}. They must be equal."
        )
    return arrays


Rises = Callable[[Path, Array, NDArray[np.intp], float], Array]
"""(path, scale, entries, t) -> how much phi rises when each of the entries alone moves by t * scale."""


def _rises(point: Point, stacked: bool, elementwise: bool) -> Rises:
    if elementwise:
        return _rises_elementwise(point)
    return _rises_stacked(point) if stacked else _rises_one_by_one(point)


def _rises_one_by_one(point: Point) -> Rises:
    def rises(path: Path, scale: Array, entries: NDArray[np.intp], t: float) -> Array:
        x = point.array(path).copy()
        flat, moves = x.reshape(-1), t * scale.reshape(-1)
        found = np.empty(len(entries))
        for k, i in enumerate(entries):
            kept = flat[i]
            flat[i] = kept + moves[i]
            found[k] = point.rise(path, x.copy() if point.mutates else x)
            flat[i] = kept
        return found

    return rises


def _rises_stacked(point: Point) -> Rises:
    def rises(path: Path, scale: Array, entries: NDArray[np.intp], t: float) -> Array:
        x, moves = point.array(path), t * scale.reshape(-1)
        batch = max(1, STACK // max(1, x.size))
        parts = [
            _stack_rise(point, path, x, moves, entries[start : start + batch])
            for start in range(0, len(entries), batch)
        ]
        return np.concatenate(parts) if parts else np.empty(0)

    return rises


def _stack_rise(
    point: Point, path: Path, x: Array, moves: Array, entries: NDArray[np.intp]
) -> Array:
    """One evaluation for many entries. The first of the stack does not move: a matrix product of
    another size may round another way, so that it must not be compared with ``f`` of a single ``x``."""
    stack = np.repeat(x[None], len(entries) + 1, axis=0)
    rows = stack.reshape(len(entries) + 1, -1)[1:]
    rows[np.arange(len(entries)), entries] += moves[entries]
    result = point.call(point.moved(path, stack))
    outputs = result if isinstance(result, list | tuple) else (result,)
    rise = np.zeros(len(entries))
    assert point.upstream is not None
    for u, out, base in zip(point.upstream, outputs, point.base, strict=True):
        expected = (len(entries) + 1, *base.shape)
        if np.shape(out) != expected or not np.allclose(out[0], base, rtol=1e-9, equal_nan=True):
            raise ValueError(
                f"stacked=True, but f does not treat a stack of {len(entries) + 1} inputs as so many "
                f"single ones: it returned the shape {np.shape(out)}, expected is {expected}, and the "
                "first must be f of the input itself."
            )
        rise += (u * (np.asarray(out)[1:] - out[0])).sum(axis=tuple(range(1, base.ndim + 1)))
    return rise


def _rises_elementwise(point: Point) -> Rises:
    for path in point.paths:
        _insist_elementwise(point, path)

    def rises(path: Path, scale: Array, entries: NDArray[np.intp], t: float) -> Array:
        x = point.array(path)
        moves = np.zeros(x.size)
        moves[entries] = t * scale.reshape(-1)[entries]
        out = np.asarray(point.call(point.moved(path, x + moves.reshape(x.shape))))
        assert point.upstream is not None
        return (point.upstream[0] * (out - point.base[0])).reshape(-1)[entries]

    return rises


def _insist_elementwise(point: Point, path: Path) -> None:
    """Move every second entry; no other output may change."""
    x = point.array(path)
    if not point.single or point.base[0].shape != x.shape:
        raise ValueError(
            f"elementwise=True, but the argument has the shape {x.shape} and f returned "
            f"{[out.shape for out in point.outputs]}."
        )
    every_second = (np.arange(x.size) % 2 == 0).reshape(x.shape)
    moved = np.asarray(
        point.call(point.moved(path, np.where(every_second, x + 0.1 * scale_of(x, 0), x)))
    )
    if not np.array_equal(moved[~every_second], point.outputs[0][~every_second], equal_nan=True):
        raise ValueError("elementwise=True, but entries of the output depend on other entries.")


def _measure(point: Point, path: Path, rises: Rises, elementwise: bool) -> Estimate:
    """Estimate the gradient with respect to one array."""
    x = point.array(path)
    floor: Array | float = point.last_bit
    if elementwise:
        assert point.upstream is not None
        floor = np.maximum(EPS * np.abs(point.upstream[0] * point.base[0]).reshape(-1), 5e-324)
    scale = scale_of(x, typical_exponent(x))
    found = _along(rises, path, scale, np.arange(x.size), FIRST_STEPS, floor)
    size = np.abs(found.low[np.isfinite(found.low)])
    wanted = PRECISE * float(size.max(initial=0.0))
    rough = np.flatnonzero(~(found.error <= wanted) | found.kink)
    low, high, error, kink = found.low, found.high, found.error, found.kink
    if rough.size:
        again = _along(
            rises,
            path,
            scale,
            rough,
            ALL_STEPS,
            np.broadcast_to(floor, x.size)[rough] if elementwise else floor,
        )
        better = (
            ~(error[rough] <= again.error) | again.kink | again.jump | again.steep | kink[rough]
        )
        low[rough], high[rough] = (
            np.where(better, again.low, low[rough]),
            np.where(better, again.high, high[rough]),
        )
        error[rough] = np.where(better, again.error, error[rough])
        kink[rough] = again.kink
    if not elementwise:
        for i in np.flatnonzero(kink):
            low[i], high[i] = _mixtures(point, path, int(i), low[i], high[i])
    with np.errstate(all="ignore"):
        # From slopes along t to slopes along the entry; an entry that is not finite has none.
        flat = np.where(scale.reshape(-1) > 0, scale.reshape(-1), np.nan)
        low, high = low / flat, high / flat
        error = np.where(np.isnan(flat), np.inf, error / flat)
        middle = np.where(low == high, low, (low + high) / 2)
    shaped = [a.reshape(x.shape) for a in (middle, error, low, high)]
    return Estimate(*shaped)


def _mixtures(point: Point, path: Path, i: int, low: float, high: float) -> tuple[float, float]:
    """The interval of an entry on a kink, wider where several kinks meet.

    Backpropagation decides at each kink by itself; what it returns where several meet may lie outside
    the slopes to the left and to the right.
    """
    x = point.array(path)
    task = Task(point, path, np.zeros(x.shape), 0.0, 0.0, 0.0, np.random.default_rng(i), float)
    near = slopes_nearby(task, Probe(task, direction_of(task, np.array([i]), typical=True)))
    if not several_slopes(near):
        return low, high
    middle, half = (near[-1] + near[0]) / 2, (near[-1] - near[0]) / 2
    return min(low, middle - 3 * half), max(high, middle + 3 * half)


def _along(
    rises: Rises,
    path: Path,
    scale: Array,
    lines: NDArray[np.intp],
    steps: Array,
    floor: Array | float,
) -> Slopes:
    ahead = np.array([rises(path, scale, lines, float(t)) for t in steps])
    behind = np.array([rises(path, scale, lines, -float(t)) for t in steps])
    return slopes(steps, ahead, behind, floor)
