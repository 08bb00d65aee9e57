"""The check that a result costs what it should: arrays of real size, within the time of one call."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder.checks import Values, find_problem
from autograder.compare import compare, leaves, sentence
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
    """

    entries: int = 64
    title: str = "real size"
    asks_mistakes = False
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
        parts, right_parts = 0, 0
        for asked, right in zip(questions, rights, strict=True):
            parts += len(right["shapes"])
            answer = ask(asked)
            if problem := find_problem(exercise, self.title, answer, asked):
                if answer.problem == "lost" and answer.detail == "time":
                    problem = replace(problem, says=self.too_long)
                findings.append(problem)
                continue
            got = leaves(answer.value, exercise.result, exercise.returns)
            if [list(np.shape(part)) for _, part in got] != right["shapes"]:
                says = f"Of real size, {exercise.result} has the wrong structure or shapes."
                findings.append(
                    Finding(self.title, "structure", exercise.result, says, question=asked)
                )
                continue
            for (name, part), place, entries in zip(
                got, right["places"], right["entries"], strict=True
            ):
                if compare(np.asarray(part).ravel()[place], entries, name):
                    says = sentence(f"{name} is wrong for arrays of real size.")
                    findings.append(Finding(self.title, "values", name, says, question=asked))
                else:
                    right_parts += 1
        return Outcome(right_parts / parts, tuple(findings))
