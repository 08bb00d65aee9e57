"""Exercise + key + ask -> verdict: judge every check, add up the points, name the mistake."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder.ask import NOT_DATA, Answer
from autograder.diagnose import Diagnosis, diagnose
from autograder.exercise import Ask, Exercise, Finding, Outcome, Question
from autograder.keys import Key

# What honest code raises; any other name may be chosen to tell something about a secret question.
COMMON_ERRORS = frozenset({
    "AssertionError", "AttributeError", "IndexError", "KeyError", "LinAlgError", "NameError",
    "OverflowError", "RecursionError", "TypeError", "UnboundLocalError", "ValueError",
    "ZeroDivisionError",
})  # fmt: skip

MOST_VALUES = 10_000  # of an answer, outside of arrays; the longest right ones hold a hundred


@dataclass(frozen=True)
class Verdict:
    """The result of checking one exercise.

    Parameters
    ----------
    exercise : full name
    points, out_of : what is earned, of how much
    findings : what is wrong; empty where everything is right
    where : where to look, a sentence
    mistake : the name of the mistake, "" where none was recognised
    explanation : its sentence, or for an unknown one what the evidence suggests
    printed, warnings : what the student's code printed and warned on the way
    remark : what is worth telling also where nothing is wrong
    asked_as : what the student's code was asked in the case of the first finding
    """

    exercise: str
    points: float
    out_of: int
    findings: tuple[Finding, ...] = ()
    where: str = ""
    mistake: str = ""
    explanation: str = ""
    printed: str = ""
    warnings: tuple[str, ...] = ()
    public: bool = True
    first_mend: str = ""
    remark: str = ""
    asked_as: str = ""

    @property
    def right(self) -> bool:
        """Whether the exercise is solved."""
        return not self.findings

    @property
    def not_started(self) -> bool:
        """Whether there is nothing yet that could be right or wrong."""
        missing = bool(self.findings) and all(f.kind == "not implemented" for f in self.findings)
        return missing and self.points == 0


@np.errstate(all="ignore")  # nbgrader takes a warning of ours on stderr for a failure
def judge(exercise: Exercise, key: Key, ask: Ask) -> Verdict:
    """Check one exercise.

    `ask` puts a question to the student's code, wherever that runs, and returns what came back.
    """
    seen: list[Answer] = []

    def ask_and_remember(asked: Question) -> Answer:
        answer = ask(asked) if key.public else without_numbers(ask(asked), asked)
        if count_values(answer.value) > MOST_VALUES:  # comparing them would take us minutes
            detail = f"more than {MOST_VALUES:,} values outside of arrays"
            answer = replace(answer, value=None, problem="not data", detail=detail)
        seen.append(answer)
        return answer

    outcomes: list[Outcome] = []
    for check, questions, rights in zip(exercise.checks, key.questions, key.rights, strict=True):
        outcome = check.judge(exercise, list(questions), list(rights), ask_and_remember)
        outcomes.append(outcome)
        nothing = all(answer.problem == "not implemented" for answer in outcome.answers)
        if nothing and len(outcomes) == 1:
            told = outcome.findings[:1]
            return Verdict(exercise.name, 0.0, exercise.points, told, public=key.public)
    findings = tuple(finding for outcome in outcomes for finding in outcome.findings)
    diagnosis = diagnose(exercise, key, outcomes, ask_and_remember) if findings else Diagnosis()
    asked = findings[0].question if findings else None
    return Verdict(
        exercise=exercise.name,
        points=_points(exercise, outcomes, bool(findings)),
        out_of=exercise.points,
        findings=findings,
        where=diagnosis.where,
        mistake=diagnosis.mistake,
        explanation=diagnosis.explanation,
        printed=next((answer.printed for answer in seen if answer.printed), ""),
        warnings=next((answer.warnings for answer in seen if answer.warnings), ()),
        public=key.public,
        remark=" ".join(outcome.remark for outcome in outcomes if outcome.remark),
        asked_as=exercise.written(asked) if asked else "",
    )


def count_values(value: Any) -> int:
    """How many values a tree of data holds; an array counts as one."""
    if type(value) is dict:
        value = list(value.values())
    return 1 + sum(map(count_values, value)) if type(value) in (list, tuple) else 1


def without_numbers(answer: Answer, asked: Question) -> Answer:
    """An answer to a secret question without what could carry the question's numbers outside.

    A student chooses the names of exceptions and classes, what is printed and what is warned.
    """
    if not (answer.problem or answer.detail or answer.traceback or answer.changed
            or answer.printed or answer.warnings):  # fmt: skip
        return answer
    detail = answer.detail
    if answer.problem == "error":
        detail = detail if detail in COMMON_ERRORS else "an exception"
    elif answer.problem == "not data":
        detail = next((kind for kind in NOT_DATA if detail.startswith(kind)), "something else")
    elif answer.problem == "not callable":
        detail = "something else"
    elif answer.problem == "not implemented":
        detail = ""
    changed = tuple(name for name in asked.arguments if name in answer.changed)
    called = answer.traceback.startswith("  in ")
    return replace(
        answer,
        detail=detail,
        changed=changed,
        traceback="  in your code" if called else "",
        printed="",
        warnings=(),
    )


def _points(exercise: Exercise, outcomes: list[Outcome], anything_wrong: bool) -> float:
    """Each check earns its fraction of its share; nothing counts where the first earned nothing."""
    if outcomes[0].fraction == 0:
        return 0.0
    total = sum(check.share for check in exercise.checks)
    earned = sum(
        check.share * outcome.fraction
        for check, outcome in zip(exercise.checks, outcomes, strict=True)
    )
    if not anything_wrong:
        return float(exercise.points)
    return min(round(exercise.points * earned / total, 2), exercise.points - 0.01)
