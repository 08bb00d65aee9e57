"""Wrong and alternative implementations of the exercises.

A chapter's module registers all of its chapter: its own, and those of the modules it imports, one a
topic.

A mistake is one that somebody makes: a wrong implementation and the sentence that explains it. An
alternative is right and must be accepted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_mistakes: dict[str, list[Mistake]] = {}
_alternatives: dict[str, list[Alternative]] = {}


@dataclass(frozen=True)
class Mistake:
    """A wrong implementation `function` of the exercise `of`, the sentence that explains it, and
    optionally where to look."""

    of: str
    name: str
    says: str
    look: str
    function: Any


@dataclass(frozen=True)
class Alternative:
    """Another right implementation of the exercise `of`."""

    of: str
    name: str
    function: Any


def full_name(solution: Any) -> str:
    """``"chapter.name"`` of a function or class of ``solutions/chapter.py``.

    Where several exercises grow one class, the name itself says which of them is meant.
    """
    if isinstance(solution, str):
        return solution
    return f"{solution.__module__.rpartition('.')[2]}.{solution.__name__}"


def mistake(of: Any, says: str, look: str = "") -> Callable[[Any], Any]:
    """Register a wrong implementation of the solution `of`."""

    def register(function: Any) -> Any:
        known = _mistakes.setdefault(full_name(of), [])
        if any(other.name == function.__name__ for other in known):
            raise ValueError(f"two mistakes of {full_name(of)} are named {function.__name__}")
        known.append(Mistake(full_name(of), function.__name__, says, look, function))
        return function

    return register


def alternative(of: Any) -> Callable[[Any], Any]:
    """Register another right implementation of the solution `of`."""

    def register(function: Any) -> Any:
        known = _alternatives.setdefault(full_name(of), [])
        known.append(Alternative(full_name(of), function.__name__, function))
        return function

    return register


def mistakes_of(name: str) -> list[Mistake]:
    """The mistakes of an exercise, in the order in which they are written."""
    return _mistakes.get(name, [])


def alternatives_of(name: str) -> list[Alternative]:
    """The alternatives of an exercise."""
    return _alternatives.get(name, [])
