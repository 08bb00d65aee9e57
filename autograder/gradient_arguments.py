"""Arguments of a function: which of them have a gradient, and how to call the function safely."""

from __future__ import annotations

import copy
import inspect
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Path = tuple[int, ...]  # (2,) is the third argument; (1, 0, 1) is item [0][1] of the second


def is_differentiable(value: Any) -> bool:
    """A floating array has a gradient; numbers, integers, masks, strings and generators do not."""
    if isinstance(value, np.ndarray):
        if value.dtype.kind == "c":
            raise TypeError(
                f"an argument is complex ({value.dtype}); gradients are checked for real functions "
                "only. Pass the real and the imaginary part as two arguments."
            )
        return value.dtype.kind == "f"
    return False


def is_number(value: Any) -> bool:
    return isinstance(value, float | np.floating)


def leaves(value: Any, path: Path) -> list[tuple[Path, Any]]:
    """The arrays and numbers in an argument, which may be nested lists and tuples, in order."""
    if isinstance(value, list | tuple):
        return [leaf for i, item in enumerate(value) for leaf in leaves(item, (*path, i))]
    return [(path, value)]


def rebuild(value: Any, path: Path, replace: Callable[[Path, Any], Any]) -> Any:
    """Copy the structure of ``value`` with every leaf replaced."""
    if isinstance(value, list | tuple):
        items = [rebuild(item, (*path, i), replace) for i, item in enumerate(value)]
        return type(value)(items) if type(value) in (list, tuple) else tuple(items)
    return replace(path, value)


def _values(args: Sequence[Any]) -> list[Any]:
    return [value for i, arg in enumerate(args) for _, value in leaves(arg, (i,))]


def fingerprint(values: Sequence[Any]) -> tuple[Any, ...]:
    """Every bit of the numbers in nested lists of arrays: equal only if nothing changed."""
    return tuple(
        (value.shape, value.tobytes())
        if isinstance(value, np.ndarray | np.generic) and value.dtype != object
        else value if is_number(value) else ()
        for value in _values(values)
    )  # fmt: skip


def differentiable_paths(args: Sequence[Any], wrt: Sequence[int] | None = None) -> tuple[Path, ...]:
    """The paths of what is differentiated, in the arguments numbered ``wrt`` (default: all).

    Floating arrays, wherever they are. A plain number next to an array is a hyper-parameter and is
    held fixed, unless ``wrt`` names it; if there is no array at all, the numbers are the variables.
    """
    found = [
        leaf for i, arg in enumerate(args) if wrt is None or i in wrt for leaf in leaves(arg, (i,))
    ]
    arrays = [path for path, value in found if is_differentiable(value)]
    numbers = [path for path, value in found if is_number(value)]
    return tuple(sorted(arrays + numbers) if wrt is not None else arrays or numbers)


def outputs_of(result: Any) -> list[NDArray[Any]]:
    """What a function returned, as a list of arrays."""
    outputs = [
        np.asarray(out) for out in (result if isinstance(result, list | tuple) else (result,))
    ]
    for out in outputs:
        if out.dtype.kind == "c":
            raise TypeError(
                f"f returned complex numbers ({out.dtype}); only real functions can be checked."
            )
        if out.dtype.kind not in "fiub":
            raise TypeError(
                f"f returned {out.dtype} data; expected a number, an array of numbers, or a tuple of "
                "such arrays."
            )
    return outputs


@dataclass
class Point:
    """A function at a point: ``phi(x) = sum(upstream * f(x))``, and what moving ``x`` does to it.

    ``value`` is measured output by output, ``sum(upstream * (f(x) - f(x0)))``: outputs that do not
    move then cancel exactly, and do not drown those that do.
    """

    f: Callable[..., Any]
    args: tuple[Any, ...]
    paths: tuple[Path, ...]
    upstream: tuple[Array, ...] | None = None
    evaluations: int = 0
    gradient_called: bool = False
    failure: str = ""  # the first exception met on the way

    def __post_init__(self) -> None:
        given = self.args
        self.args = self._copied(given)
        self.has_generator = any(
            isinstance(value, np.random.Generator) for value in _values(self.args)
        )
        self.mutates = False
        self.pristine = fingerprint(self.args)
        used = self.again()
        result = self.call(used)
        self.mutates = self.changed(used)
        if self.mutates:
            self.args = self._copied(given)
        self.outputs = outputs_of(result)
        self.base = [out.astype(np.float64) for out in self.outputs]
        self.single = not isinstance(result, list | tuple)
        self.value = float(self.base[0]) if self.is_scalar else np.nan

    def _copied(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """Arguments of our own, so that nobody changes the caller's."""

        def own(path: Path, value: Any) -> Any:
            if path in self.paths:
                return np.array(value, dtype=np.float64)
            return value.copy() if isinstance(value, np.ndarray) else value

        return tuple(rebuild(arg, (i,), own) for i, arg in enumerate(args))

    def nearby(self, rng: np.random.Generator, distance: float) -> Point:
        """The same function at a random point close by, in units of the size of each entry."""

        def move(path: Path, value: Any) -> Any:
            if path not in self.paths:
                return value
            scale = scale_of(value, typical_exponent(value))
            return value + distance * scale * rng.standard_normal(value.shape)

        args = tuple(rebuild(arg, (i,), move) for i, arg in enumerate(self.args))
        return Point(self.f, args, self.paths, self.upstream)

    @property
    def is_scalar(self) -> bool:
        return self.single and self.outputs[0].ndim == 0

    def fresh(self) -> list[Any]:
        """A copy of the arguments which somebody else may change."""

        def replace(_: Path, value: Any) -> Any:
            if isinstance(value, np.ndarray):
                return value.copy()
            return copy.deepcopy(value) if isinstance(value, np.random.Generator) else value

        return [rebuild(arg, (i,), replace) for i, arg in enumerate(self.args)]

    def changed(self, used: Sequence[Any]) -> bool:
        """Whether arguments are no longer what they were."""
        return fingerprint(used) != self.pristine

    @property
    def was_changed(self) -> bool:
        """Whether ``f`` changed our own arguments after all."""
        return self.changed(self.args)

    def call(self, args: Sequence[Any]) -> Any:
        self.evaluations += 1
        return self.f(*args)

    def array(self, path: Path) -> Array:
        value: Any = self.args
        for i in path:
            value = value[i]
        return value

    def again(self) -> list[Any]:
        """The arguments for one more call: copies only if the function is known to change them."""
        return self.fresh() if self.mutates or self.has_generator else list(self.args)

    def moved(self, path: Path, array: Array) -> list[Any]:
        """The arguments with one array replaced."""
        array = np.asarray(array)  # arithmetic turns arrays without dimensions into numbers
        args = self.again()
        if len(path) == 1:
            args[path[0]] = array
        else:
            args[path[0]] = rebuild(
                args[path[0]], path[:1], lambda at, value: array if at == path else value
            )
        return args

    def rise(self, path: Path, array: Array) -> float:
        """``phi`` with one array replaced, less ``phi`` here. NaN where ``f`` has no value."""
        try:
            result = self.call(self.moved(path, array))
            if self.upstream is None:
                return float(result) - self.value
            if self.single:
                return float(np.vdot(self.upstream[0], result - self.base[0]))
            return float(
                sum(
                    np.vdot(u, np.asarray(out) - base)
                    for u, out, base in zip(self.upstream, result, self.base, strict=True)
                )
            )
        except Exception as error:  # a step may leave the domain of f: no value, no answer
            self.failure = self.failure or f"{type(error).__name__}: {error}"
            return float("nan")

    @cached_property
    def last_bit(self) -> float:
        """Rounding of ``phi`` that is there whatever ``f`` does."""
        total = 0.0
        for i, out in enumerate(self.outputs):
            u = 1.0 if self.upstream is None else self.upstream[i]
            eps = np.finfo(out.dtype).eps if out.dtype.kind == "f" else np.finfo(float).eps
            total += float(np.linalg.norm(np.ravel(u * out.astype(float)))) * float(eps)
        return max(total, 5e-324)


def argument_names(f: Callable[..., Any], count: int) -> list[str]:
    """The names that ``f`` gives its arguments, or ``argument 0``, ``argument 1``, ..."""
    numbered = [f"argument {i}" for i in range(count)]
    try:
        parameters = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):
        return numbered
    plain = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return [plain[i] if i < len(plain) else numbered[i] for i in range(count)]


def path_name(names: Sequence[str], path: Path) -> str:
    return names[path[0]] + "".join(f"[{i}]" for i in path[1:])


def typical_exponent(x: Array) -> int:
    """Power of two of a typical non-zero entry of ``x`` (0 if there is none)."""
    exponents = np.frexp(x)[1]
    if not (x.size and x.all() and np.isfinite(x).all()):
        exponents = exponents[(x != 0) & np.isfinite(x)]
    return round(int(exponents.sum()) / exponents.size) if exponents.size else 0


def scale_of(x: Array, floor_exponent: int) -> Array:
    """How far each entry may be moved: its own size as a power of two, at least ``2**floor``.

    Powers of two, so that ``x + t * scale`` is computed without rounding. Entries that are not finite
    (a mask of -inf) stay where they are.
    """
    exponents = np.maximum(np.frexp(x)[1], floor_exponent)
    if not x.all():
        exponents = np.where(x == 0, floor_exponent, exponents)
    scale = np.ldexp(1.0, exponents)
    finite = np.isfinite(x)
    return scale if finite.all() else np.where(finite, scale, 0.0)


def random_weights(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Random numbers of size 0.5 to 1.5 and either sign, with few enough bits to be added exactly.

    Not plus and minus one: two swapped entries would then go unseen half of the time.
    """
    away = np.asarray(np.rint(rng.random(shape) * 2.0**16 - 2.0**15)) * 2.0**-15  # -1 to 1
    return away + np.copysign(0.5, away)


def norm_of(terms: Array) -> float:
    """Euclidean norm, also of numbers whose squares underflow."""
    flat = np.ravel(terms)
    square = float(flat @ flat)
    if 1e-200 < square < 1e200:
        return math.sqrt(square)
    size = float(np.max(np.abs(terms), initial=0.0))
    if size == 0 or not np.isfinite(size):
        return size
    return size * float(np.linalg.norm(np.ravel(terms) / size))
