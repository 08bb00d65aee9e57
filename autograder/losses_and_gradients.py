"""The check of exercises that return a value and its gradients, told apart and layer by layer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder import gradient_arguments as arguments
from autograder.ask import Answer
from autograder.checks import (
    UPSTREAM,
    Values,
    as_interval,
    find_difference,
    find_problem,
)
from autograder.compare import Difference, compare, kind_of_part
from autograder.exercise import Ask, Exercise, Finding, Outcome, Question, Reference
from autograder.gradients import check_gradient, numerical_gradient

STEP = 1e-5  # of the differences that tell where a gradient is clearly right or wrong
NEAR, FAR = 1e-6, 1e-2  # relative errors; between them `check_gradient` decides


@dataclass(frozen=True)
class LossAndGradients(Values):
    """A pair is right: a value, and its gradients.

    The value is compared with the reference's, the gradients with the numerical derivative of the
    reference. Where both are wrong, the student's gradients are checked against the student's own
    value, asked for at points nearby: they may be right for it, and only it be wrong.

    Partial credit: the value, and each kind of gradient (all ``dw``, all ``db``) that is right in
    every layer of every case, earn equal parts of the share.

    Parameters
    ----------
    of : full name of the function in solutions/ that returns the value; it takes the case's
        arguments, without an upstream gradient, which a value that is an array needs
    wrt : the arguments that the gradients belong to. For one argument the gradients have its
        structure; for several they are a tuple
    """

    of: str = ""
    wrt: tuple[str, ...] = ()
    title: str = "loss and gradients"

    def right(self, asked: Question, solve: Any, reference: Reference) -> Any:
        """The reference's value, and its derivative measured numerically."""
        inputs = dict(asked.arguments)
        upstream = inputs.pop(UPSTREAM, None)
        forward = reference(self.of)
        numbers = [list(inputs).index(name) for name in self.wrt]
        estimates = numerical_gradient(forward, *inputs.values(), upstream=upstream, wrt=numbers)
        gradients = tuple(as_interval(estimates[i], self.of, asked.about) for i in numbers)
        value = forward(*inputs.values())
        return value, gradients[0] if len(gradients) == 1 else gradients

    def judge(
        self, exercise: Exercise, questions: list[Question], rights: list[Any], ask: Ask
    ) -> Outcome:
        """Compare, and say which came first: a wrong value, or the first wrong layer."""
        findings: list[Finding] = []
        answers: list[Answer] = []
        parts = {kind_of_part(name) for right in rights for name in exercise.parts(right)}
        failed: set[str] = set()
        own: bool | None = None  # whether the gradients are those of the student's own value
        for asked, right in zip(questions, rights, strict=True):
            answer = ask(asked)
            answers.append(answer)
            if problem := find_problem(exercise, self.title, answer, asked):
                findings.append(problem)
                failed.update(parts)
                continue
            wrong = compare(answer.value, right, exercise.result, exercise.returns, self.tolerance)
            if not wrong:
                continue
            failed.update({kind_of_part(d.which) for d in wrong} & parts or parts)
            if any(d.kind == "structure" for d in wrong):
                findings += [find_difference(self.title, d, asked) for d in wrong]
                continue
            names = list(exercise.parts(right))
            if own is None and wrong[0].which == names[0] and len(wrong) > 1:
                own = self._is_of_own_value(asked, answer, ask)
            findings += [
                find_difference(self.title, d, asked) for d in _told(wrong, names, bool(own))
            ]
        return Outcome(1 - len(failed) / len(parts), tuple(findings), tuple(answers))

    def _is_of_own_value(self, asked: Question, answer: Answer, ask: Ask) -> bool:
        """Whether the gradients that came back are the derivative of the value that came back: along
        one line that moves all entries of all arguments."""
        claims = [claim for _, claim in arguments.leaves(answer.value[1], ())]
        places = [each for n in self.wrt for _, each in arguments.leaves(asked.arguments[n], ())]
        shape = np.shape(asked.arguments.get(UPSTREAM, 0.0))
        wanted = [shape, *map(np.shape, places)]
        if not _are_real([answer.value[0], *claims], wanted):
            return False
        moves = [
            np.cos(number + np.arange(np.size(place))).reshape(np.shape(place))
            for number, place in enumerate(places)
        ]
        claimed = float(sum(np.sum(c * m) for c, m in zip(claims, moves, strict=True)))
        value = self._along(asked, moves, shape, ask)
        upstream = asked.arguments.get(UPSTREAM)

        def error(step: float) -> float:
            """Of what is claimed, relative to a difference."""
            ahead, behind = np.asarray(value(step)), np.asarray(value(-step))
            weights = 1.0 if upstream is None else upstream
            measured = float(np.sum(weights * (ahead - behind))) / (2 * step)
            size = max(abs(measured), abs(claimed))
            return abs(measured - claimed) / size if size else FAR  # nothing to compare it with

        try:
            if not (first := error(STEP)) <= FAR:
                return False  # no need to search for what is wrong
            if max(first, error(2 * STEP)) <= NEAR:
                return True
            report = check_gradient(
                value, (np.array(claimed),), np.array(0.0), upstream=upstream, directions=1
            )
        except _NoValue:
            return False
        return report.verdict == "right"

    def _along(
        self, asked: Question, moves: list[np.ndarray], shape: tuple[int, ...], ask: Ask
    ) -> Callable[[Any], Any]:
        """The student's own value as a function of how far the arguments are moved."""

        def value(step: Any) -> Any:
            left = iter(moves)
            moved = {
                name: arguments.rebuild(
                    asked.arguments[name], (), lambda _, here: here + float(step) * next(left)
                )
                for name in self.wrt
            }
            answer = ask(asked.changed(**moved))
            pair = type(answer.value) in (tuple, list) and len(answer.value) == 2
            if answer.problem or not pair or not _are_real(answer.value[:1], [shape]):
                raise _NoValue
            return answer.value[0]

        return value


class _NoValue(Exception):
    """The student's code returned no value where the arguments were moved to."""


def _are_real(values: Sequence[Any], shapes: list[tuple[int, ...]]) -> bool:
    """Whether these are real numbers, or arrays of them, of these shapes."""
    return len(values) == len(shapes) and all(
        isinstance(value, (int, float, np.ndarray, np.generic))
        and np.asarray(value).dtype.kind in "fiub"
        and np.shape(value) == shape
        for value, shape in zip(values, shapes, strict=True)
    )


def _layer(name: str) -> int:
    """The 2 of ``dw of layer 2 (of 3)`` and of ``dw2``; 0 where there are no layers."""
    number = re.search(r"\d+", name)
    return int(number[0]) if number else 0


def _told(wrong: list[Difference], names: list[str], own: bool) -> Iterator[Difference]:
    """The differences: the wrong value, the first wrong gradient on the way back, all the rest."""
    value = names[0]
    wrong_value = wrong[0] if wrong[0].which == value else None
    back = sorted(wrong[1:] if wrong_value else wrong, key=lambda d: -_layer(d.which))
    if wrong_value:
        if not back:
            more = "The gradients are right."
        elif own:
            more = f"Your gradients are right for {value} that you return: mend {value} first."
        else:
            more = "The gradients are wrong too, and not only because of that."
        yield replace(wrong_value, says=f"{wrong_value.says} {more}")
    if back and not (wrong_value and own):
        first, back = back[0], back[1:]
        more = "" if wrong_value else f" Yet {value} is right."
        beyond = [name for name in names[1:] if _layer(name) > _layer(first.which)]
        if beyond:
            verb = "are" if beyond[1:] else "is"
            more += (
                " On the way back from the output it is the first wrong one: "
                f"{_listed(beyond)} {verb} right."
            )
        elif _layer(first.which):
            more += " That is where the way back begins."
        yield replace(first, says=first.says + more)
    if back:
        others = [d.which for d in back]
        says = f"{_listed(others)} {'are' if others[1:] else 'is'} wrong too."
        yield replace(back[0], which=", ".join(others), says=says, evidence="")


def _listed(names: list[str]) -> str:
    if len(names) > 4:
        names = [*names[:3], f"{len(names) - 3} more"]
    return " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)
