"""What runs inside the confinement: the submission's cells, then answers to questions.

Nothing here is trusted once the first cell has run: student code shares this process and may change
any of it. That is why only data leaves, and why no answer was ever here.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
import types
import warnings
from functools import cache
from typing import Any

from autograder.ask import Answer, ask
from autograder.data import DataError
from autograder.exercises import find
from autograder.sandbox import wire
from autograder.sandbox.policy import MEGABYTE

LARGEST_QUESTION = 256 * MEGABYTE


def serve(grader: wire.Wire) -> None:
    """Run the cells and answer the questions that come, until the grader hangs up.

    A list of cells is run in a namespace of its own; questions are put to what came last.
    """
    namespace: dict[str, Any] = {}
    while True:
        request, copy, through_memory = grader.receive_question(LARGEST_QUESTION)
        if type(request) is list:
            namespace = _new_main()
            grader.send([_run(cell, namespace) for cell in request])
            continue
        answer = _answer(request, copy["arguments"], namespace)
        try:
            grader.answer(_as_list(answer), through_memory)
        except DataError as error:
            grader.send(_as_list(Answer(problem="not data", detail=str(error))))


def _new_main() -> dict[str, Any]:
    module = types.ModuleType("__main__")
    module.__dict__["get_ipython"] = lambda: _NoShell()
    sys.modules["__main__"] = module
    return module.__dict__


def _run(source: str, namespace: dict[str, Any]) -> str:
    """Run one cell as a notebook does; returns "" or the exception's name and message."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(_compiled(source), namespace)
    except NotImplementedError:
        return "NotImplementedError"
    except BaseException as error:  # SystemExit too: the next cells still count
        return f"{type(error).__name__}: {error}"[:500]
    return ""


@cache
def _compiled(source: str) -> types.CodeType:
    return compile(source, "<cell>", "exec")


def _answer(request: Any, copies: dict[str, Any], namespace: dict[str, Any]) -> Answer:
    exercise = find(request["exercise"])
    student = namespace.get(exercise.symbol)
    if student is None:
        return Answer(problem="missing", detail=exercise.symbol)
    return ask(student, exercise.drive, request["arguments"], copies)


def _as_list(answer: Answer) -> list[Any]:
    return [answer.value, answer.problem, answer.detail, answer.traceback, list(answer.changed),
            answer.printed, list(answer.warnings)]  # fmt: skip


class _NoShell:
    """Stands where IPython's shell is in a notebook: magics do nothing."""

    def __getattr__(self, name: str) -> Any:
        return lambda *args, **kwargs: None


def quiet(descriptor: int) -> None:
    """Send what is printed to `descriptor`, Python's line by line so that little is lost with a kill.

    Libraries in C print to standard output and error by number: those of the warm process, which all
    children would share.
    """
    for each in (1, 2):
        os.dup2(descriptor, each)
    stream = io.TextIOWrapper(
        open(descriptor, "wb", buffering=0, closefd=False),  # noqa: SIM115
        encoding="utf-8", errors="replace", line_buffering=True, write_through=True,
    )  # fmt: skip
    sys.stdout = sys.stderr = stream
    with contextlib.suppress(Exception):
        sys.stdin = open("/dev/null", encoding="utf-8")  # noqa: SIM115
