"""Compare an answer with the right one: structure, shape, dtype, finiteness, closeness, in this order.

The right answer is a tree of tuples, lists and dictionaries whose leaves are numbers, arrays, text
or intervals. An interval, ``{"lower": …, "upper": …, "error": …}``, stands where several answers
are right (a subgradient at a kink) or where the right one is known up to an error bar.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np

NAMED_PARTS = re.compile(r"\((?P<parts>\w+(, \w+)*)\)(?P<rest>.*)")
INTERVAL = frozenset({"lower", "upper", "error"})
ERROR_BARS = 4  # a right value lies within this many error bars of a numerical estimate
GRADIENT_RTOL = 1e-6  # and within this of it where it was computed in another order


@dataclass(frozen=True)
class Tolerance:
    """How far an entry may lie from the right one: relative to itself, and to the largest entry."""

    entry: float
    block: float


VALUES = Tolerance(entry=1e-9, block=1e-12)
SINGLE = Tolerance(entry=1e-4, block=1e-6)
SINGLE_TYPES = ("float16", "float32", "complex64")


@dataclass(frozen=True)
class Difference:
    """One array of an answer that differs from the right one, and how.

    `says` holds no number of the question; `evidence` does.
    """

    which: str
    kind: str  # structure, shape, dtype, finite, values
    says: str
    evidence: str = ""
    wrong: np.ndarray | None = field(default=None, compare=False)  # mask of the wrong entries
    got: Any = field(default=None, compare=False)
    right: Any = field(default=None, compare=False)


def is_interval(value: Any) -> bool:
    """Whether a leaf of a right answer is an interval."""
    return type(value) is dict and value.keys() == INTERVAL


def interval(lower: Any, upper: Any, error: Any) -> dict[str, np.ndarray]:
    """Make a leaf that accepts any value from `lower` to `upper`, give or take `error`."""
    return {"lower": np.asarray(lower), "upper": np.asarray(upper), "error": np.asarray(error)}


def middle(right: Any) -> np.ndarray:
    """One right array: the leaf itself, or the middle of its interval."""
    if is_interval(right):
        return (right["lower"] + right["upper"]) / 2
    return np.asarray(right)


def part_names(items: Any, name: str, names: tuple[str, ...] = ()) -> list[str]:
    """What messages call the parts of a sequence that is called `name`.

    A name that begins with names in parentheses names what it holds: a pair ``"(dw, db) of layer 2"``
    has the parts ``"dw of layer 2"`` and ``"db of layer 2"``, and a list of such pairs, ``"(dw, db) of
    layer"``, has the items ``"(dw, db) of layer 1 (of 3)"`` and so on.
    """
    if len(names) == len(items):
        return list(names)
    if found := NAMED_PARTS.fullmatch(name):
        parts = found["parts"].split(", ")
        nested = any(type(item) in (tuple, list) for item in items)
        if len(parts) == len(items) and not nested:
            return [f"{part}{found['rest']}" for part in parts]
        if found["rest"]:
            return [f"{name} {i + 1} (of {len(items)})" for i in range(len(items))]
    return [f"{name}[{i}]" for i in range(len(items))]


def kind_of_part(name: str) -> str:
    """The kind of a part, the same in all layers: ``dw`` of ``dw of layer 2 (of 3)``."""
    return name.partition(" of ")[0]


def _key_name(name: str, key: str) -> str:
    """``the result['w']``; a key that is a phrase, "the forget gate", speaks for itself."""
    return key if " " in key else f"{name}[{key!r}]"


def leaves(right: Any, name: str, names: tuple[str, ...] = ()) -> list[tuple[str, Any]]:
    """The leaves of a right answer in order, each with the name by which messages call it."""
    if type(right) in (tuple, list):
        labels = part_names(right, name, names)
        return [leaf for label, item in zip(labels, right, strict=True)
                for leaf in leaves(item, label)]  # fmt: skip
    if type(right) is dict and not is_interval(right):
        return [leaf for key, item in right.items() for leaf in leaves(item, _key_name(name, key))]
    return [(name, right)]


@np.errstate(all="ignore")
def compare(
    got: Any,
    right: Any,
    name: str = "the result",
    names: tuple[str, ...] = (),
    tolerance: Tolerance | None = None,
) -> list[Difference]:
    """List how `got` differs from `right`; empty where it does not.

    Parameters
    ----------
    got, right : trees of data
    name : what messages call the whole result
    names : what they call its parts, where it is a tuple
    tolerance : for float64 values; by default 1e-9 of the entry. float32 has its own.
    """
    return _differences(got, right, name, names, tolerance)


def _differences(
    got: Any, right: Any, name: str, names: tuple[str, ...], tolerance: Tolerance | None
) -> list[Difference]:
    if type(got) is type(right) is float and tolerance is None and _is_close(got, right):
        return []
    if type(right) in (tuple, list):
        if type(got) not in (tuple, list):
            kind = "tuple" if type(right) is tuple else "list"
            parts = f" ({', '.join(names)})" if names else ""
            says = f"{name} should be a {kind} of {len(right)} {_plural(right)}{parts}"
            return [Difference(name, "structure", f"{says}, but is {describe(got)}.")]
        if len(got) != len(right):
            parts = f" ({', '.join(names)})" if names else ""
            says = f"{name} should hold {len(right)} {_plural(right)}{parts}, but holds {len(got)}."
            return [Difference(name, "structure", says)]
        labels = part_names(right, name, names)
        return [difference for label, g, r in zip(labels, got, right, strict=True)
                for difference in _differences(g, r, label, (), tolerance)]  # fmt: skip
    if type(right) is dict and not is_interval(right):
        if type(got) is not dict or got.keys() != right.keys():
            says = f"{name} should be a dictionary with the keys {', '.join(map(repr, right))}"
            return [Difference(name, "structure", f"{says}, but is {describe(got)}.")]
        return [difference for key in right
                for difference in _differences(got[key], right[key], _key_name(name, key), (), tolerance)]  # fmt: skip
    if right is None or type(right) in (str, bool) or _is_long(right):
        return _compare_exactly(got, right, name)
    return _compare_numbers(got, right, name, tolerance)


def _is_close(got: float, right: float) -> bool:
    """Whether a number is within its tolerance; only the same one is close to an infinite one."""
    return got == right or abs(got - right) < VALUES.entry * abs(right)


def _is_long(value: Any) -> bool:
    """Whether an integer is too long for an array of int64."""
    return type(value) is int and not -(2**63) <= value < 2**63


def _shortened(text: str) -> str:
    return text if len(text) <= 80 else text[:77] + "…"


def _plural(items: Any) -> str:
    return "item" if len(items) == 1 else "items"


def describe(value: Any) -> str:
    """Name a value by its type and, where it has one, its shape: never by its numbers."""
    if value is None:
        return "None"
    if type(value) is np.ndarray:
        return f"an array of shape {value.shape} and dtype {value.dtype}"
    if type(value) in (list, tuple):
        return f"a {type(value).__name__} of {len(value)} {_plural(value)}"
    kind = type(value).__name__
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def sentence(text: str) -> str:
    """With a capital, unless it begins with the name of an array."""
    return text[:1].upper() + text[1:] if text.startswith(("the ", "a ", "an ", "what ")) else text


def _compare_exactly(got: Any, right: Any, name: str) -> list[Difference]:
    if isinstance(got, np.bool_):
        got = bool(got)
    if type(got) is not type(right):
        says = f"{name} should be {describe(right)}, but is {describe(got)}."
        return [Difference(name, "structure", says, got=got, right=right)]
    if got != right:
        evidence = f"You returned {_shortened(repr(got))}."
        return [Difference(name, "values", f"{name} is wrong.", evidence, got=got, right=right)]
    return []


def _compare_numbers(
    got: Any, right: Any, name: str, tolerance: Tolerance | None
) -> list[Difference]:
    wanted = right["lower"] if is_interval(right) else np.asarray(right)
    if got is None:
        says = f"{name} is None. Does every path through your function end in a return?"
        return [Difference(name, "structure", says)]
    if type(got) in (list, tuple):
        noun = "an array" if wanted.ndim else "a number"
        says = f"{name} should be {noun}, but is {describe(got)}."
        if wanted.ndim:
            says += " Return a NumPy array: np.array(…) makes one of a list."
        return [Difference(name, "structure", says)]
    if type(got) in (str, dict):
        noun = "an array" if wanted.ndim else "a number"
        return [Difference(name, "structure", f"{name} should be {noun}, but is {describe(got)}.")]
    if _is_long(got):
        return [Difference(name, "values", f"{name} is wrong.", "It is an enormous integer.")]
    array = np.asarray(got)
    if array.shape != wanted.shape:
        says = f"{name} has shape {array.shape}, but should have shape {wanted.shape}."
        return [Difference(name, "shape", says, got=array, right=right)]
    if problem := _dtype_problem(got, array.dtype, wanted, name):
        return [Difference(name, "dtype", problem, got=array, right=right)]
    return _compare_entries(array, right, wanted, name, tolerance)


NUMBERS = {"b": "True or False", "i": "an int", "u": "an int", "f": "a float", "c": "a complex"}


def _dtype_problem(value: Any, got: np.dtype, right: np.ndarray, name: str) -> str:
    wanted = right.dtype
    same_kind = got.kind == wanted.kind or (got.kind in "iu" and wanted.kind in "iu")
    if same_kind and (wanted.kind != "f" or got == wanted):
        return ""
    says = f"{name} has dtype {got}, but should have dtype {wanted}."
    if not right.ndim and got.kind != wanted.kind:
        says = f"{name} is {describe(value)}, but should be {NUMBERS.get(wanted.kind, wanted)}."
    if wanted.kind == "f" and got.kind == "f":
        return says + f" The dtype that comes in should go out: {wanted} to {wanted}."
    if got.kind == "c":
        return says + " Something on the way is complex: a 1j, or the root of a negative number?"
    if wanted.kind == "f" and got.kind == "b":
        return says + " A comparison gives True and False; the result should be numbers."
    if wanted.kind == "f" and got.kind in "iu":
        return says + " Whole numbers cut off what follows the point in later steps."
    return says


def _compare_entries(
    got: np.ndarray, right: Any, wanted: np.ndarray, name: str, tolerance: Tolerance | None
) -> list[Difference]:
    if wanted.dtype.kind in "iub":
        wrong = got != wanted
        if not wrong.any():
            return []
        distance, allowed = np.where(wrong, 1.0, 0.0), np.zeros(wanted.shape)
    else:
        tolerance = tolerance or (SINGLE if wanted.dtype.name in SINGLE_TYPES else VALUES)
        lower = np.asarray(right["lower"]) if is_interval(right) else wanted
        upper = np.asarray(right["upper"]) if is_interval(right) else wanted
        # Nearly all right answers lie within a part of what is allowed that is quickly computed.
        if is_interval(right):
            distance = np.maximum(lower - got, got - upper)
            near = distance <= ERROR_BARS * right["error"]
        else:
            distance = np.abs(got - wanted)
            near = (distance < tolerance.entry * np.abs(wanted)) | (got == wanted)
        if near.all():
            return []
        allowed = _allowed(right, lower, upper, tolerance)
        if (distance <= allowed).all():
            return []
        stray = ~np.isfinite(got) & np.isfinite(lower)
        if stray.any():
            index = tuple(int(i) for i in np.argwhere(stray)[0])
            says = f"{name} holds values that are not finite (NaN or infinity)."
            if not got.ndim:
                says = f"{name} is not finite: it is NaN or infinity."
            evidence = f"{_at(name, index)} is {got[index]}"
            evidence += f"; {_count(stray)} not finite, and should be." if got.ndim else "."
            return [Difference(name, "finite", says, evidence, stray, got, right)]
        same = (got == lower) | (np.isnan(got) & np.isnan(lower))
        distance = np.where(same, 0, np.where(np.isnan(distance), np.inf, distance))
        wrong = distance > allowed
    if not wrong.any():
        return []
    excess = np.where(wrong, distance / np.maximum(allowed, np.finfo(float).tiny), -1)
    index = tuple(int(i) for i in np.unravel_index(int(np.argmax(excess)), excess.shape))
    is_, should_be = _number(got[index]), _target(right, index)
    if should_be.partition(" ±")[0] == is_:  # the same to nine digits, and yet too far apart
        is_, should_be = _number(got[index], 17), _target(right, index, 17)
    evidence = f"{_at(name, index)} is {is_}, but should be {should_be}"
    if got.ndim:
        evidence += f"; {_count(wrong)} wrong"
    return [Difference(name, "values", f"{name} is wrong.", evidence + ".", wrong, got, right)]


def _allowed(right: Any, lower: np.ndarray, upper: np.ndarray, tolerance: Tolerance) -> np.ndarray:
    size = np.maximum(np.abs(lower), np.abs(upper))
    finite = size[np.isfinite(size)]
    largest = float(finite.max()) if finite.size else 0.0
    size = np.where(np.isfinite(size), size, 0)
    if is_interval(right):
        return GRADIENT_RTOL * (size + 0.01 * largest) + ERROR_BARS * right["error"]
    return tolerance.entry * size + tolerance.block * largest


def _at(name: str, index: tuple[int, ...]) -> str:
    """`Entry [1, 2] of dw`: the index comes first, so that any name reads well behind it."""
    return f"Entry [{', '.join(map(str, index))}] of {name}" if index else "It"


def _number(value: Any, digits: int = 9) -> str:
    return f"{value:.{digits}g}" if np.asarray(value).dtype.kind in "fc" else str(value)


def _target(right: Any, index: tuple[int, ...], digits: int = 9) -> str:
    if not is_interval(right):
        return _number(np.asarray(right)[index], digits)
    lower, upper, error = (float(right[part][index]) for part in ("lower", "upper", "error"))
    bar = f" ± {max(error, 1e-16):.0e}"
    if upper - lower > ERROR_BARS * error:
        return f"between {lower:.6g} and {upper:.6g}{bar}"
    return f"{(lower + upper) / 2:.{digits}g}{bar}"


def _count(mask: np.ndarray) -> str:
    count = int(mask.sum())
    return f"{count} of {mask.size} entries {'is' if count == 1 else 'are'}"
