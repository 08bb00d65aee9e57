"""What an exercise is: its questions, its checks, and what a check finds.

An exercise holds no answer. Its checks are judged against a key, which `record` makes from the
reference solution; this module therefore ships to students and runs in the browser.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from autograder.ask import Answer
from autograder.compare import Difference, leaves

Ask = Callable[["Question"], Answer]
Reference = Callable[[str], Callable[..., Any]]  # "chapter.name" -> a function of solutions/
Cases = Callable[[np.random.Generator], Iterable["Question"]]


class Told(Exception):
    """An error whose message says all: a notebook shows it without a traceback of ours."""

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}"]


@dataclass(frozen=True, eq=False)
class Question:
    """What student code is asked, as data.

    `about` says in a few words what is special about it ("one sample", "stride 2"). A question is
    equal only to itself: arrays have no equality that is one truth.
    """

    about: str
    arguments: dict[str, Any]

    def changed(self, **arguments: Any) -> Question:
        """The same question with some arguments replaced."""
        return Question(self.about, {**self.arguments, **arguments})


def question(about: str, /, **arguments: Any) -> Question:
    """Write a question: ``question("one sample", x=x, w=w, b=b)``; the order is the call's."""
    return Question(about, arguments)


@dataclass(frozen=True)
class Finding:
    """One thing that a check found wrong. `says` holds no number of the question."""

    check: str
    kind: str  # not implemented, error, changed, not data, property, or a kind of Difference
    which: str
    says: str
    evidence: str = ""
    traceback: str = ""
    question: Question | None = None
    difference: Difference | None = None
    mistake: str = ""  # the mistake that this finding by itself establishes


@dataclass(frozen=True)
class Outcome:
    """What one check came to: the fraction of its share that is earned, and why not all of it.

    `remark` is what is worth telling also where nothing is wrong: a score that was reached.
    """

    fraction: float
    findings: tuple[Finding, ...] = ()
    answers: tuple[Answer, ...] = ()
    remark: str = ""


class Check(Protocol):
    """A rule that judges answers. `values`, `gradient` and `property` are in checks.py."""

    @property
    def title(self) -> str:
        """What the check is called in the key and in reports."""

    @property
    def share(self) -> float:
        """Its weight among the checks of the exercise."""

    @property
    def asks_mistakes(self) -> bool:
        """Whether keys hold what each mistake answers, to compare wrong answers with. Then an
        outcome holds an answer to every question."""

    def questions(self, rng: np.random.Generator) -> list[Question]:
        """Draw the questions. Only `record` calls this: a key holds the questions themselves."""

    def right(self, asked: Question, solve: Callable[[Question], Any], reference: Reference) -> Any:
        """The right answer to a question, as data. Only `record` calls this."""

    def judge(
        self, exercise: Exercise, questions: list[Question], rights: list[Any], ask: Ask
    ) -> Outcome:
        """Ask, and judge what comes back."""


def call(student: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    """Put a question in the plainest way: the arguments in their order."""
    return student(*arguments.values())


@dataclass(frozen=True)
class Along:
    """What an axis of a result counts, so that a verdict can say where along it an error begins.

    Parameters
    ----------
    axis : its number
    blocks : the names of the equal blocks that the axis is divided in; without names it counts
        time steps
    backward : whether the steps are computed from the last to the first
    """

    axis: int
    blocks: tuple[str, ...] = ()
    backward: bool = False


@dataclass(frozen=True)
class Exercise:
    """One graded function or class.

    Parameters
    ----------
    name : the full name, ``"chapter.name"``
    points : 1 easy, 2 normal, 3 hard
    checks : what is asked. Each has a share of the points; the first is the ground: where it
        earns nothing, the others earn nothing either, so that a constant that happens to have a
        property is worth nothing.
    hints : three, from a nudge to almost there
    returns : the names of the parts of the result, where it is a tuple. A part that holds several
        arrays names them in parentheses: ``"(dw1, db1, dw2, db2)"``, or for a list with a pair for
        each layer ``"(dw, db) of layer"``
    result : what messages call the result, where it is one thing
    needs : full names of the exercises that this one builds on
    core : whether it is on the core path of one term
    drive : how a question is put to student code, where that is not a plain call; it runs beside
        the student's code and holds neither seed nor answer
    asked_as : what `drive` then asks of the student's code, as messages write it, where that is not
        a call with the question's arguments: a text without numbers, or a function that makes one
        of the arguments
    few_mistakes : the reason, where fewer than three mistakes are known
    defined_by : the function or class that is checked, where it has another name than the
        exercise: several exercises may grow one class
    seconds : how long the answer to one question may take, where that is longer than usual:
        training needs time
    along : by the name of a part of the result, what one of its axes counts: time steps, or the
        gates of a cell
    data : the data sets of the course, by their modules in ``course.data``, that judging reads: a key
        that holds places in a data set stays small, and a page that checks waits for these sets
    """

    name: str
    points: int
    checks: tuple[Check, ...]
    hints: tuple[str, str, str]
    returns: tuple[str, ...] = ()
    result: str = "the result"
    needs: tuple[str, ...] = ()
    core: bool = False
    drive: Callable[[Any, dict[str, Any]], Any] = field(default=call)
    asked_as: str | Callable[[dict[str, Any]], str] = ""
    few_mistakes: str = ""
    defined_by: str = ""
    seconds: float = 0.0
    along: dict[str, Along] = field(default_factory=dict, hash=False)
    data: tuple[str, ...] = ()

    @property
    def chapter(self) -> str:
        """The slug of its chapter."""
        return self.name.partition(".")[0]

    @property
    def short_name(self) -> str:
        """Its name within the chapter."""
        return self.name.partition(".")[2]

    @property
    def symbol(self) -> str:
        """The name of the function or class that the student writes."""
        return self.defined_by or self.short_name

    def written(self, asked: Question) -> str:
        """What the student's code is asked, as it would write it: ``linear(x, w, b)``."""
        if callable(self.asked_as):
            return self.asked_as(asked.arguments)
        return self.asked_as or f"{self.symbol}({', '.join(asked.arguments)})"

    def parts(self, value: Any) -> dict[str, Any]:
        """The arrays and numbers of a result, by the names that messages call them."""
        return dict(leaves(value, self.result, self.returns))

    @property
    def solution_name(self) -> str:
        """The full name of the reference implementation."""
        return f"{self.chapter}.{self.symbol}"

    @property
    def grade_id(self) -> str:
        """Its name in nbgrader, which allows no dot."""
        return self.name.replace(".", "-")

    @property
    def code_id(self) -> str:
        """The name of the cell in which it is solved; exercises on one class share it."""
        return f"{self.chapter}-{self.symbol}-code"
