"""Put one question to student code and record what happens, as data.

The student's function gets copies of the arguments. What it prints or warns is captured, an
argument that it changes is noticed, an exception becomes a traceback cut to the student's lines,
and what it returns is accepted only if it is data.
"""

from __future__ import annotations

import contextlib
import copy
import io
import linecache
import os
import sysconfig
import traceback
import types
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.data import DataError, Seed, encode

MAX_PRINTED = 2000
MAX_WARNINGS = 5
MAX_FRAMES = 6
OURS = os.path.dirname(os.path.abspath(__file__))
INSTALLED = tuple({sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")})


@dataclass(frozen=True)
class Answer:
    """What came back from student code.

    `problem` is "" where a value did; else ``"not implemented"``, ``"error"`` (the traceback has
    it) or ``"not data"`` (`detail` says what it was).
    """

    value: Any = None
    problem: str = ""
    detail: str = ""
    traceback: str = ""
    changed: tuple[str, ...] = ()
    printed: str = ""
    warnings: tuple[str, ...] = ()


def ask(
    student: Any, drive: Callable[[Any, dict[str, Any]], Any], arguments: dict[str, Any]
) -> Answer:
    """Call `student` with copies of `arguments`, by way of the exercise's `drive`."""
    given = {
        name: value.generator() if type(value) is Seed else copy.deepcopy(value)
        for name, value in arguments.items()
    }
    printed = io.StringIO()
    value, problem, detail, trace = None, "", "", ""
    with (
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
        warnings.catch_warnings(record=True) as caught,
    ):
        warnings.simplefilter("always")
        try:
            value = _as_data(drive(student, given))
            encode(value)
        except NotImplementedError as error:
            problem, detail, trace = "not implemented", str(error), _student_lines(error)
        except DataError as error:
            value, problem, detail = None, "not data", str(error)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # SystemExit too: exit() in a solution is a mistake
            problem, detail, trace = "error", type(error).__name__, _student_lines(error)
    changed = tuple(name for name, before in arguments.items() if _differs(before, given[name]))
    seen = list(dict.fromkeys(f"{w.category.__name__}: {w.message}" for w in caught))
    return Answer(
        value, problem, detail, trace, changed,
        printed.getvalue()[:MAX_PRINTED], tuple(seen[:MAX_WARNINGS]),
    )  # fmt: skip


def _as_data(value: Any, depth: int = 0) -> Any:
    """Copy what a student returned into plain data; a view or a Fortran-ordered array is fine.

    Raises
    ------
    DataError
        Names what it is instead, in words a student understands.
    """
    if depth > 8:
        raise DataError("a structure nested deeper than eight levels")
    if type(value) is np.ndarray:
        if value.dtype.kind not in "fiubc":
            raise DataError(f"an array of dtype {value.dtype}; is it ragged, or of Python objects?")
        if value.dtype.itemsize > 8 and value.dtype.kind == "f":
            raise DataError(f"an array of dtype {value.dtype}, more precise than float64")
        return np.array(value, order="C")
    if value is None or type(value) in (bool, int, float, str) or isinstance(value, np.generic):
        return value
    if type(value) in (list, tuple):
        return type(value)(_as_data(item, depth + 1) for item in value)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return tuple(_as_data(item, depth + 1) for item in value)
    if type(value) is dict:
        return {key: _as_data(item, depth + 1) for key, item in value.items()}
    if isinstance(value, types.GeneratorType):
        raise DataError("a generator: the function has a yield, or a (… for …) without list()")
    if callable(value):
        name = getattr(value, "__name__", type(value).__name__)
        raise DataError(f"the function {name} itself; was it meant to be called, as in {name}(…)?")
    if isinstance(value, np.ndarray):
        raise DataError(f"a {type(value).__name__}; return a plain NumPy array")
    raise DataError(f"a {type(value).__module__}.{type(value).__qualname__}")


def _differs(before: Any, after: Any) -> bool:
    if type(before) is Seed:
        return False
    if type(before) in (list, tuple):
        return (
            type(after) is not type(before)
            or len(after) != len(before)
            or any(_differs(b, a) for b, a in zip(before, after, strict=True))
        )
    if type(before) is dict:
        return after.keys() != before.keys() or any(_differs(before[k], after[k]) for k in before)
    if type(before) is np.ndarray:
        return (
            after.shape != before.shape
            or after.dtype != before.dtype
            or not np.array_equal(before, after, equal_nan=before.dtype.kind in "fc")
        )
    return False


def _student_lines(error: BaseException) -> str:
    """The traceback, cut to the student's own lines."""
    lines = [
        f"  in {frame.name}, line {frame.lineno}:  {frame.line}"
        for frame in _frames(error)
        if not frame.filename.startswith((OURS, *INSTALLED)) and not frame.filename.startswith("<_")
    ]
    if len(lines) > MAX_FRAMES:
        half = MAX_FRAMES // 2
        lines = [*lines[:half], f"  … {len(lines) - MAX_FRAMES} more …", *lines[-half:]]
    message = "".join(traceback.format_exception_only(type(error), error)).strip()
    return "\n".join([*lines, message[:500]])


def _frames(error: BaseException) -> Iterator[traceback.FrameSummary]:
    linecache.checkcache()
    yield from traceback.extract_tb(error.__traceback__)
