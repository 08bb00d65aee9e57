"""Put one question to student code and record what happens, as data.

The student's function gets copies of the arguments. What it prints or warns is captured, an
argument that it changes is noticed, an exception becomes a traceback cut to the student's lines,
and what it returns is accepted only if it is data.
"""

from __future__ import annotations

import copy
import io
import linecache
import os
import sys
import sysconfig
import traceback
import types
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.data import MAX_BODY, DataError, Seed, pack

SMALL = 1 << 14  # bytes of an array that are compared most quickly as bytes
MAX_PRINTED = 2000
MAX_WARNINGS = 5
MAX_LINE = 200
MAX_FRAMES = 6
# How the sentences begin that say what an answer is, where it is no data.
NOT_DATA = (
    "a generator", "a coroutine", "the function", "a set", "a range", "a map", "a zip", "a filter",
    "a matrix", "a ma.MaskedArray", "a torch.Tensor", "an array of dtype object", "a structure nested",
    "a dictionary with keys that are not strings", "an array", "an object",
)  # fmt: skip
OURS = os.path.dirname(os.path.abspath(__file__)) + os.sep
PYTHONS = ("<_", "<frozen ")  # what Python itself is made of has no file
INSTALLED = tuple({sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")})


@dataclass(frozen=True)
class Answer:
    """What came back from student code.

    `problem` is "" where a value did; else ``"not implemented"``, ``"error"`` (the traceback has
    it), ``"not callable"`` or ``"not data"`` (`detail` says what it was).
    """

    value: Any = None
    problem: str = ""
    detail: str = ""
    traceback: str = ""
    changed: tuple[str, ...] = ()
    printed: str = ""
    warnings: tuple[str, ...] = ()


class _Printed(io.TextIOBase):
    """Keeps the beginning of what is printed, however much it is."""

    def __init__(self) -> None:
        self.kept = ""
        self.cut = False
        self._before: tuple[Any, Any] = sys.stdout, sys.stderr

    def __enter__(self) -> _Printed:
        self._before = sys.stdout, sys.stderr
        sys.stdout = sys.stderr = self
        return self

    def __exit__(self, *error: object) -> None:
        sys.stdout, sys.stderr = self._before

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        room = MAX_PRINTED - len(self.kept)
        self.kept += text[:room]
        self.cut |= len(text) > room
        return len(text)

    def getvalue(self) -> str:
        return _clean(self.kept) + ("\n… and more" if self.cut else "")


class _Warnings:
    """Keeps the first few different warnings, however many there are."""

    def __init__(self) -> None:
        self.kept: list[str] = []

    def __call__(self, message: Any, category: type, *where: Any, **more: Any) -> None:
        if len(self.kept) < MAX_WARNINGS:
            text = _clean(f"{category.__name__}: {_text_of(message)}")[:MAX_LINE]
            if text not in self.kept:
                self.kept.append(text)


def ask(
    student: Any,
    drive: Callable[[Any, dict[str, Any]], Any],
    arguments: dict[str, Any],
    copies: dict[str, Any] | None = None,
) -> Answer:
    """Call `student` with copies of `arguments`, by way of the exercise's `drive`.

    Where `copies` are given, they are what the student may change, and the answer may hold arrays
    that the student's code still has and what is no data: whoever gives them encodes the answer
    before the next call.
    """
    if not callable(student):
        return Answer(problem="not callable", detail=name_type(student))
    keep = copies is None
    if copies is None:
        copies = copy.deepcopy(arguments)
    given = {
        name: value.generator() if type(value) is Seed else value for name, value in copies.items()
    }
    printed, warned = _Printed(), _Warnings()
    value, problem, detail, trace = None, "", "", ""
    with (
        printed,
        warnings.catch_warnings(),
        np.errstate(divide="warn", over="warn", invalid="warn", under="ignore"),
    ):
        warnings.simplefilter("always")
        warnings.showwarning = warned
        try:
            value = _as_data(drive(student, dict(given)), keep)
            if keep:
                pack(value)  # only to see whether it is data within the codec's bounds
        except NotImplementedError as error:
            problem, detail, trace = "not implemented", _text_of(error), _student_lines(error)
        except DataError as error:
            value, problem, detail = None, "not data", str(error)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # SystemExit too: exit() in a solution is a mistake
            problem, detail, trace = "error", type(error).__name__, _student_lines(error)
    changed = tuple(name for name, before in arguments.items() if _differs(before, given[name]))
    return Answer(
        value, problem, _clean(detail), trace, changed, printed.getvalue(), tuple(warned.kept)
    )


def name_type(value: Any) -> str:
    """``"a torch.Tensor"``, ``"an int"``: what a value is, never its numbers."""
    kind = type(value)
    module = "" if kind.__module__ in ("builtins", "numpy", "__main__") else f"{kind.__module__}."
    name = f"{module}{kind.__qualname__}"
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def _text_of(value: Any) -> str:
    """``str(value)``, also where the student's own ``__str__`` fails."""
    try:
        return str(value)
    except Exception:
        return f"<{type(value).__name__}>"


def _clean(text: str) -> str:
    """The text without what no terminal and no page can show."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _as_data(value: Any, keep: bool, depth: int = 0) -> Any:
    """What a student returned as plain data, copied where it is to be kept; a view or a Fortran-ordered array is fine.

    Raises
    ------
    DataError
        Names what it is instead, in words a student understands.
    """
    if depth > 8:
        raise DataError("a structure nested deeper than eight levels")
    if type(value) is np.ndarray:
        return _plain_array(value, keep)
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, np.generic):
        return _plain_array(np.asarray(value), keep)[()]
    if type(value) in (list, tuple):
        return type(value)(_as_data(item, keep, depth + 1) for item in value)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return tuple(_as_data(item, keep, depth + 1) for item in value)
    if isinstance(value, dict) and type(value).__module__ in ("builtins", "collections"):
        return {key: _as_data(item, keep, depth + 1) for key, item in value.items()}
    if isinstance(value, types.GeneratorType):
        raise DataError("a generator: the function has a yield, or a (… for …) without list()")
    if isinstance(value, (types.CoroutineType, types.AsyncGeneratorType)):
        raise DataError("a coroutine: write def, not async def")
    if isinstance(value, np.ndarray):
        raise DataError(f"{name_type(value)}; return a plain NumPy array")
    if type(value).__module__.partition(".")[0] == "torch":
        raise DataError(f"{name_type(value)}; return a plain NumPy array")
    if callable(value):
        name = getattr(value, "__name__", type(value).__name__)
        raise DataError(f"the function {name} itself; was it meant to be called, as in {name}(…)?")
    if isinstance(value, (set, frozenset, range, map, zip, filter, types.MappingProxyType)):
        raise DataError(f"{name_type(value)}; list() makes a list of it")
    raise DataError(f"{name_type(value)}, which is neither a number, an array, text nor a list")


def _plain_array(value: np.ndarray, keep: bool) -> np.ndarray:
    """The array in C order and in the machine's own byte order; a copy where it is to be kept."""
    dtype = value.dtype
    if dtype.kind not in "fiubc":
        raise DataError(f"an array of dtype {dtype}; is it ragged, or of Python objects?")
    if dtype.itemsize > (16 if dtype.kind == "c" else 8):
        raise DataError(f"an array of dtype {dtype}, more precise than float64")
    if value.nbytes > MAX_BODY:
        raise DataError(f"an array of shape {value.shape}, too large for any answer here")
    if not keep and dtype.isnative and value.flags.c_contiguous:
        return value
    return value.astype(dtype.newbyteorder("="), order="C", copy=keep)


def _differs(before: Any, after: Any) -> bool:
    if type(before) is Seed:
        return False
    if type(after) is not type(before):
        return True
    if type(before) in (list, tuple):
        return len(after) != len(before) or any(map(_differs, before, after))
    if type(before) is dict:
        return after.keys() != before.keys() or any(_differs(before[k], after[k]) for k in before)
    if type(before) is np.ndarray:
        return (
            after.shape != before.shape
            or after.dtype != before.dtype
            or not _same_entries(before, after)
        )
    return bool(before != after) and before == before  # NaN is unlike itself, and unchanged


def _same_entries(before: np.ndarray, after: np.ndarray) -> bool:
    if before.nbytes <= SMALL and before.tobytes() == after.tobytes():
        return True
    if before.dtype.kind != "c":
        bits = f"u{before.itemsize}"
        if (before.view(bits) == after.view(bits)).all():
            return True
    return np.array_equal(before, after, equal_nan=before.dtype.kind in "fc")


def _student_lines(error: BaseException) -> str:
    """The traceback, cut to the student's own lines."""
    lines = [
        f"  in {frame.name}, line {frame.lineno}:  {frame.line}".rstrip(": ")[:MAX_LINE]
        for frame in _frames(error)
        if not frame.filename.startswith((OURS, *INSTALLED))
        and not frame.filename.startswith(PYTHONS)
    ]
    if len(lines) > MAX_FRAMES:
        half = MAX_FRAMES // 2
        lines = [*lines[:half], f"  … {len(lines) - MAX_FRAMES} more …", *lines[-half:]]
    message = "".join(traceback.format_exception_only(type(error), error)).strip()
    return _clean("\n".join([*lines, message[:500]]))


def _frames(error: BaseException) -> Iterator[traceback.FrameSummary]:
    linecache.checkcache()
    walked = traceback.walk_tb(error.__traceback__)
    yield from traceback.StackSummary.extract(walked, lookup_lines=False)  # ours are not shown
