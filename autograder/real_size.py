"""The check that a result costs what it should: arrays of real size, within the time of one call."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from autograder.ask import Answer
from autograder.checks import Values, find_problem
from autograder.compare import compare, kind_of_part, leaves, sentence
from autograder.exercise import Ask, Exercise, Finding, Outcome, Question, Reference


@dataclass(frozen=True)
class RealSize(Values):
    """The answers are right for arrays so large that only an economical computation ends in time.

    A backward pass costs a few forward passes; differences of forward passes cost two for each
    parameter, and here there are so many that no trick with them ends within the time of one call.

    Of the right arrays the key holds `entries` entries each, chosen by what is in them: whoever does
    not have the whole array does not know which. Cases hold a `Seed` and sizes, from which the
    exercise's `drive` makes the arrays, so that keys stay small. Mistakes are not asked: a key
    would hold all that they answer.

    Partial credit: each kind of part (the loss, all ``dw``, all ``db``) that is right in every layer
    of every case earns an equal part of the share, as in the small cases.
    """

    entries: int = 64
    title: str = "real size"
    asks_mistakes: ClassVar[bool] = False
    too_long: str = (
        "For arrays of real size your code ran longer than it may. What costs a forward pass, or a "
        "turn of a loop, for each parameter takes too long there."
    )

    def right(self, asked: Question, solve: Any, reference: Reference) -> Any:
        """Some entries of the reference's own answer."""
        parts = [np.asarray(array) for _, array in leaves(solve(asked), "")]
        places = [self._places(part) for part in parts]
        return {
            "shapes": [list(part.shape) for part in parts],
            "places": places,
            "entries": [part.ravel()[place] for part, place in zip(parts, places, strict=True)],
        }

    def _places(self, part: np.ndarray) -> np.ndarray:
        rng = np.random.default_rng(zlib.crc32(part.tobytes()))
        count = min(self.entries, part.size)
        return np.sort(rng.choice(part.size, count, replace=False))

    def judge(
        self, exercise: Exercise, questions: list[Question], rights: list[Any], ask: Ask
    ) -> Outcome:
        """Compare the entries that the key holds."""
        findings: list[Finding] = []
        answers: list[Answer] = []
        failed: dict[str, bool] = {}  # by the kind of part
        complete = True
        for asked, right in zip(questions, rights, strict=True):
            answer = ask(asked)
            answers.append(answer)
            if problem := find_problem(exercise, self.title, answer, asked):
                if answer.problem == "lost" and answer.detail == "time":
                    problem = replace(problem, says=self.too_long)
                findings.append(problem)
                complete = False
                continue
            got = leaves(answer.value, exercise.result, exercise.returns)
            if len(got) != len(right["shapes"]):
                says = f"Of real size, {exercise.result} has the wrong structure."
                findings.append(
                    Finding(self.title, "structure", exercise.result, says, question=asked)
                )
                complete = False
                continue
            for (name, part), shape, place, entries in zip(
                got, right["shapes"], right["places"], right["entries"], strict=True
            ):
                array = np.asarray(part)
                wrong = list(array.shape) != shape or bool(compare(array.ravel()[place], entries))
                failed[kind_of_part(name)] = failed.get(kind_of_part(name), False) or wrong
                if wrong:
                    says = sentence(f"{name} is wrong for arrays of real size.")
                    findings.append(Finding(self.title, "values", name, says, question=asked))
        fraction = 1 - sum(failed.values()) / len(failed) if complete else 0.0
        return Outcome(fraction, tuple(findings), tuple(answers))
