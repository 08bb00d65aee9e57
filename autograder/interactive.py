"""What a student calls: `check` and `hint`."""

from __future__ import annotations

import inspect
import os
import sys
from collections import Counter
from html import escape
from typing import Any

from autograder import feedback
from autograder.ask import Answer
from autograder.ask import ask as ask_student
from autograder.checking import Verdict, judge
from autograder.exercise import Exercise, Question, Told
from autograder.exercises import find
from autograder.keys import public_key

REVEAL = "AUTOGRADER_REVEAL"  # environment variable: evidence (default), where or mistake
DISPLAY = "AUTOGRADER_DISPLAY"  # environment variable: "html" where what comes back is shown richly
_hints_given: Counter[str] = Counter()


class NotDefined(Told, NameError):
    """The function that an exercise asks for is not there."""


class Report:
    """A verdict, shown. Its `repr` is the points, which is what nbgrader reads as the score."""

    def __init__(self, verdict: Verdict, reveal: str) -> None:
        self.verdict = verdict
        self.reveal = reveal

    def explain(self) -> Report:
        """Tell one step more: first where to look, then the mistake."""
        further = min(feedback.STEPS.index(self.reveal) + 1, len(feedback.STEPS) - 1)
        report = Report(self.verdict, feedback.STEPS[further])
        if not _in_notebook():  # the earlier steps stand above already
            nothing = self.verdict.right or self.verdict.not_started
            _print(str(self) if nothing else feedback.step_to_text(self.verdict, report.reveal))
        return report

    def __repr__(self) -> str:
        return repr(float(self.verdict.points))

    def __str__(self) -> str:
        return feedback.to_text(self.verdict, self.reveal)

    def _repr_html_(self) -> str:
        return feedback.to_html(self.verdict, self.reveal)


class Hint:
    """One hint, shown."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return f'{feedback.STYLE}<div class="ag ag-todo"><p>{escape(self.text)}</p></div>'


def check(name: str, student: Any = None, *, reveal: str | None = None) -> Report:
    """Check your solution of an exercise.

    Parameters
    ----------
    name : the exercise's full name, ``"chapter.name"``
    student : your function or class; by default the one of that name where `check` is called
    reveal : how far the verdict goes by itself: ``"evidence"``, ``"where"`` or ``"mistake"``

    Raises
    ------
    UnknownExercise
        Where there is no exercise of that name; the message has the closest ones.
    KeyProblem
        Where the exercise's key is missing or stale; the message says how to rebuild it.
    NotDefined
        Where `check` is called before there is such a function.
    """
    exercise = find(name)
    namespace = _callers_namespace()
    steps = reveal or os.environ.get(REVEAL) or "evidence"
    if steps not in feedback.STEPS:
        raise ValueError(f"reveal is {steps!r}, but must be one of {', '.join(feedback.STEPS)}.")
    if student is None:
        student = namespace.get(exercise.symbol)
    if student is None:
        raise NotDefined(
            f"There is no `{exercise.symbol}` here yet. Run the cell that defines it, "
            f"then check again."
        )
    verdict = _verdict(exercise, student)
    if not verdict.right and not verdict.not_started:
        verdict = _with_needs(exercise, verdict, namespace)
    report = Report(verdict, steps)
    if not _in_notebook():
        _print(str(report))
    return report


def hint(name: str) -> Hint:
    """The next hint for an exercise: three, from a nudge to almost there."""
    exercise = find(name)
    number = min(_hints_given[exercise.name], len(exercise.hints) - 1)
    _hints_given[exercise.name] += 1
    last = " That was the last hint." if number == len(exercise.hints) - 1 else ""
    text = f"Hint {number + 1} of {len(exercise.hints)}: {exercise.hints[number]}{last}"
    if not _in_notebook() and not hasattr(sys, "ps1"):  # a prompt shows what comes back
        _print(text)
    return Hint(text)


def _verdict(exercise: Exercise, student: Any) -> Verdict:
    def ask(asked: Question) -> Answer:
        return ask_student(student, exercise.drive, asked.arguments)

    return judge(exercise, public_key(exercise), ask)


def _with_needs(exercise: Exercise, verdict: Verdict, namespace: dict[str, Any]) -> Verdict:
    """Say what to mend first, where an exercise that this one builds on is wrong itself."""
    for name in exercise.needs:
        earlier = find(name)
        student = namespace.get(earlier.symbol)
        if student is not None and not _verdict(earlier, student).right:
            first = f"First mend {name}, which this exercise builds on."
            return Verdict(**{**verdict.__dict__, "first_mend": first})
    return verdict


def _callers_namespace() -> dict[str, Any]:
    frame = inspect.currentframe()
    while frame is not None and frame.f_globals.get("__name__", "").startswith("autograder."):
        frame = frame.f_back
    return {} if frame is None else {**frame.f_globals, **frame.f_locals}


def _in_notebook() -> bool:
    """Whether results are displayed richly; a terminal, IPython's too, gets printed text."""
    if os.environ.get(DISPLAY) == "html":  # the book's pages, which have no IPython
        return True
    shell = sys.modules.get("IPython")
    running = shell.get_ipython() if shell is not None else None
    return running is not None and type(running).__name__ != "TerminalInteractiveShell"


def _print(text: str) -> None:
    """Print what the terminal can show; one without a check mark gets a question mark."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    print(text.encode(encoding, "replace").decode(encoding))
