"""Which code judges an exercise, as a hash: a kept result is worth what that code was worth.

The modules that every exercise is judged by count as a whole. Of the exercises' own modules only
what an exercise uses counts, so that mending one check leaves the results of the others.
"""

from __future__ import annotations

import hashlib
import inspect
import types
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import autograder
from autograder.exercise import Exercise

CHECKING = frozenset(
    "ask chance checking checks child compare data diagnose exercise feedback likeness "
    "losses_and_gradients real_size session slips where_to_look wire".split()
)


@cache
def checking_version(exercise: Exercise) -> str:
    """The hash of everything that decides what an exercise's verdict says, but key and answers."""
    digest = hashlib.sha256(_common_version().encode())
    digest.update(repr((exercise.name, exercise.points, exercise.needs, exercise.returns,
                        exercise.result, exercise.symbol)).encode())  # fmt: skip
    for check in exercise.checks:
        digest.update(repr((type(check).__name__, check.title, check.share)).encode())
    functions: list[Any] = [exercise.drive]
    for check in exercise.checks:
        functions += [value for value in vars(check).values() if inspect.isfunction(value)]
        functions += [type(check).judge] if _is_of_exercises(type(check)) else []
    for text in sorted(_sources(functions)):
        digest.update(text.encode())
    return digest.hexdigest()


@cache
def _common_version() -> str:
    digest = hashlib.sha256()
    folder = Path(inspect.getfile(autograder)).parent
    for path in sorted([*folder.glob("*.py"), *(folder / "sandbox").glob("*.py")]):
        if path.stem in CHECKING or path.stem.startswith("gradient"):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _sources(functions: list[Any]) -> set[str]:
    """The sources of functions and of all of autograder.exercises that they use, directly or not."""
    texts: set[str] = set()
    seen: set[int] = set()
    waiting: list[Any] = list(functions)
    while waiting:
        value = waiting.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if inspect.isfunction(value) and _is_of_exercises(value):
            texts.add(inspect.getsource(value))
            waiting += _used(value)
        elif inspect.isclass(value) and _is_of_exercises(value):
            texts.add(inspect.getsource(value))
            for method in vars(value).values():
                waiting += _used(method) if inspect.isfunction(method) else []
        elif isinstance(value, (int, float, str)):
            texts.add(repr(value))
        elif isinstance(value, (tuple, list)):
            waiting += value
    return texts


def _used(function: Any) -> Iterator[Any]:
    """The values of the global names and closures that a function mentions."""
    for cell in function.__closure__ or ():
        if cell.cell_contents is not function:
            yield cell.cell_contents
    codes = [function.__code__]
    while codes:
        code = codes.pop()
        for name in code.co_names:
            if name in function.__globals__:
                yield function.__globals__[name]
        codes += [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]


def _is_of_exercises(value: Any) -> bool:
    return value.__module__.startswith("autograder.exercises")
