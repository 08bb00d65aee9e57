"""The gradient that somebody claims, matched with the arguments it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograder.gradient_arguments import Array, Path, Point, leaves, path_name

FLOAT32_ROUNDING = 1e-5  # what a gradient computed in float32 may be off by, relative to its norm


@dataclass
class Claims:
    """Claimed gradients by path, and what is wrong with how they were handed over."""

    arrays: dict[Path, Array] = field(default_factory=dict)
    rounding: dict[Path, float] = field(default_factory=dict)
    notes: dict[Path, list[str]] = field(default_factory=dict)
    problems: dict[Path, str] = field(default_factory=dict)
    structure: str = ""


def match_claims(claimed: Any, point: Point, names: Sequence[str], rounding: float) -> Claims:
    """Find the claimed gradient of each differentiable array.

    ``claimed`` is one gradient for each differentiable argument in argument order, or one for each
    argument with None where there is none; a single one need not be in a tuple.
    """
    claims = Claims()
    tops = sorted({path[0] for path in point.paths})
    by_top = _by_argument(claimed, point, tops)
    if isinstance(by_top, str):
        claims.structure = by_top
        return claims
    for top in tops:
        if by_top.get(top) is None:
            continue
        paths = [path for path in point.paths if path[0] == top]
        for path in paths:
            name = path_name(names, path)
            try:
                value = _item(by_top[top], path[1:])
            except (LookupError, TypeError):
                claims.problems[path] = (
                    f"the gradient of {names[top]} has another structure than {names[top]}: there is "
                    f"nothing at {name}."
                )
                continue
            _accept(claims, path, value, point.array(path), name, rounding)
    if not claims.arrays and not claims.problems:
        claims.structure = "no gradient was given."
    return claims


def _item(value: Any, path: Path) -> Any:
    for i in path:
        if not isinstance(value, list | tuple):
            raise LookupError(path)
        value = value[i]
    return value


def _by_argument(claimed: Any, point: Point, tops: list[int]) -> dict[int, Any] | str:
    """Claims by argument number, or what is wrong with their number."""
    if len(tops) == 1 and _fits(claimed, point, tops[0]):
        return {tops[0]: claimed}
    if not isinstance(claimed, list | tuple):
        if len(tops) == 1:
            return {tops[0]: claimed}
        return f"one gradient was given for {len(tops)} differentiable arguments."
    if len(claimed) == len(tops):
        return dict(zip(tops, claimed, strict=True))
    if len(claimed) == len(point.args):
        return {top: claimed[top] for top in tops}
    return (
        f"{len(claimed)} gradients were given for {len(tops)} differentiable arguments; expected one "
        "for each, in argument order."
    )


def _fits(claimed: Any, point: Point, top: int) -> bool:
    """Whether ``claimed`` is built like the one differentiable argument itself."""
    mine = leaves(point.args[top], (top,))
    if len(mine) == 1 and mine[0][0] == (top,):
        x = np.asarray(mine[0][1])
        if isinstance(claimed, list | tuple) and any(np.ndim(item) for item in claimed):
            return False
        return np.shape(claimed) == x.shape
    theirs = leaves(claimed, (top,))
    return [path for path, _ in mine] == [path for path, _ in theirs]


def _accept(claims: Claims, path: Path, value: Any, x: Array, name: str, rounding: float) -> None:
    """File one claimed array under its path, or say why it cannot be one."""
    if value is None:
        return
    try:
        g = np.asarray(value)
    except ValueError:
        claims.problems[path] = f"the gradient of {name} is not an array but a ragged nested list."
        return
    if g.dtype.kind not in "fiub":
        claims.problems[path] = f"the gradient of {name} has dtype {g.dtype}; expected {x.dtype}."
        return
    if g.shape != x.shape:
        claims.problems[path] = _wrong_shape(g, x, name)
        return
    if not np.isfinite(g).all():
        bad = int((~np.isfinite(g)).sum())
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(g))[0])
        claims.problems[path] = (
            f"the gradient of {name} has {bad} entries that are not finite, the first at {list(where)}."
        )
        return
    claims.arrays[path] = g.astype(np.float64)
    claims.rounding[path] = rounding
    notes = claims.notes.setdefault(path, [])
    if g.dtype.kind != "f":
        notes.append(f"the gradient has dtype {g.dtype}; {x.dtype} was expected.")
    elif g.dtype.itemsize < x.dtype.itemsize:
        coarse = FLOAT32_ROUNDING * float(np.finfo(g.dtype).eps / np.finfo(np.float32).eps)
        claims.rounding[path] = max(rounding, coarse)
        notes.append(
            f"the gradient is {g.dtype}: an error below {coarse:.0e} of its norm cannot be seen."
        )


def _wrong_shape(g: Any, x: Array, name: str) -> str:
    text = f"the gradient of {name} has the shape {g.shape}; {name} has {x.shape}."
    if g.ndim == 2 and g.T.shape == x.shape:
        return text + " Is it transposed?"
    if g.ndim > x.ndim and g.shape[g.ndim - x.ndim :] == x.shape:
        return text + " An argument that was broadcast needs its gradient summed over the new axes."
    return text
