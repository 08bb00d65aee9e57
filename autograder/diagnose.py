"""From a wrong answer to the mistake that made it, by comparing arrays.

Five things are tried, in this order. Is the answer, on every question, what one recorded mistake and
no other returned? Did a property fail that by itself establishes a mistake? Is the answer what a
recorded mistake returned at least where it is wrong? Is it another one when the question is asked
again? Is the wrong array a simple transformation of the right one: a sign, a factor, a transpose, a
missing sum? If nothing matches, what is left is where the wrong entries are.

Where the array that is shown first is wrong, a property of another check explains something else:
then it comes last.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from autograder.ask import Answer
from autograder.compare import compare, sentence
from autograder.exercise import Ask, Exercise, Outcome, Question
from autograder.keys import Key, KnownMistake
from autograder.likeness import OWN, Rounding, rounding_of, same
from autograder.slips import KEPT, answers_change, slips
from autograder.where_to_look import where_to_look


@dataclass(frozen=True)
class Diagnosis:
    """What is known about a wrong answer."""

    where: str = ""
    mistake: str = ""
    explanation: str = ""


def diagnose(exercise: Exercise, key: Key, outcomes: list[Outcome], ask: Ask) -> Diagnosis:
    """Name the mistake behind the findings of `outcomes`."""
    findings = [finding for outcome in outcomes for finding in outcome.findings]
    where = where_to_look(exercise, key, outcomes)
    known = {mistake.name: mistake for mistake in key.mistakes}
    compared = _compared_with_mistakes(exercise)
    likeness = _Likeness(key, outcomes)
    for exactly in (True, False):  # the strongest evidence: alike wherever right or wrong
        everywhere = [m for m in key.mistakes if compared and likeness.holds(m, compared, exactly)]
        if len(everywhere) == 1:
            return _named(everywhere[0], where)
    first = findings[0]
    proof = next((finding for finding in findings if finding.mistake in known), None)
    if proof and (first.difference is None or proof.check == first.check):
        return _named(known[proof.mistake], where)
    for mistake in _matching(exercise, key, outcomes, likeness):
        return _named(mistake, where)
    quick = not exercise.seconds and (first.difference or first.kind == "property")
    if quick and first.question and answers_change(first.question, ask):
        return Diagnosis(where, "kept between calls", KEPT)
    for name, explanation in slips(exercise, key, findings, ask):
        return Diagnosis(where, name, sentence(explanation))
    if proof:
        beside = f"Mend first what is said above. There is another mistake beside it. {known[proof.mistake].says}"
        return Diagnosis(where, proof.mistake, beside)
    return Diagnosis(where)


def _compared_with_mistakes(exercise: Exercise) -> list[int]:
    """The numbers of the checks of which keys hold what mistakes answer."""
    return [i for i, check in enumerate(exercise.checks) if check.asks_mistakes]


def _named(mistake: KnownMistake, where: str) -> Diagnosis:
    return Diagnosis(mistake.look or where, mistake.name, mistake.says)


def _matching(
    exercise: Exercise, key: Key, outcomes: list[Outcome], likeness: _Likeness
) -> Iterator[KnownMistake]:
    """Recorded mistakes that answered as the student did: everywhere, else wherever he is wrong,
    else in one array that is wrong."""
    compared = _compared_with_mistakes(exercise)
    wrong = [i for i in compared if outcomes[i].findings]
    for checks, exactly in product((compared, wrong, wrong[:1]), (True, False)):
        yield from (
            m
            for m in key.mistakes
            if likeness.holds(m, checks, exactly) and _is_wrong_in(m, key, checks)
        )
    yield from (m for m in key.mistakes if _same_wrong_array(exercise, key, outcomes, m))


class _Likeness:
    """Whether a student answered as mistakes do. Many mistakes share an answer, which is compared once."""

    def __init__(self, key: Key, outcomes: list[Outcome]) -> None:
        self.key = key
        self.outcomes = outcomes
        self.known: dict[tuple[int, int, bool], bool] = {}

    def holds(self, mistake: KnownMistake, checks: Iterable[int], exactly: bool) -> bool:
        """Whether all answers to these checks are the mistake's."""
        return all(
            self._same(asked, got, recorded, exactly)
            for i in checks
            for asked, got, recorded in zip(
                self.key.questions[i], self.outcomes[i].answers, mistake.answers[i], strict=True
            )
        )

    def _same(self, asked: Question, got: Answer, recorded: Answer, exactly: bool) -> bool:
        pair = id(got), id(recorded), exactly  # `key` and `outcomes` hold them
        if pair not in self.known:
            rounding = OWN if exactly else rounding_of(recorded.value, asked)
            self.known[pair] = _same_answer(got, recorded, rounding)
        return self.known[pair]


def _is_wrong_in(mistake: KnownMistake, key: Key, checks: Iterable[int]) -> bool:
    """Whether a check refuses the mistake's own answers; where it would not, being alike up to
    rounding says nothing."""
    return any(
        recorded.problem or recorded.changed or right is None or compare(recorded.value, right)
        for i in checks
        for recorded, right in zip(mistake.answers[i], key.rights[i], strict=True)
    )


def _same_answer(got: Answer, recorded: Answer, rounding: Rounding) -> bool:
    if got.problem or recorded.problem:  # a secret answer's detail is cut
        same_detail = recorded.detail.startswith(got.detail)
        return got.problem == recorded.problem and same_detail
    return got.changed == recorded.changed and same(got.value, recorded.value, rounding)


def _same_wrong_array(
    exercise: Exercise, key: Key, outcomes: list[Outcome], mistake: KnownMistake
) -> bool:
    """Whether the first wrong array of several is wrong in the mistake's way (the student may have
    made another mistake in another array). Zeros have too many causes to tell one."""
    i, outcome = next((i, outcome) for i, outcome in enumerate(outcomes) if outcome.findings)
    first = outcome.findings[0]
    if first.difference is None or first.question is None or first.difference.kind == "structure":
        return False
    if not exercise.checks[i].asks_mistakes:
        return False
    number = key.questions[i].index(first.question)
    recorded, right = mistake.answers[i][number].value, key.rights[i][number]
    got = outcome.answers[number].value
    parts = exercise.parts(got), exercise.parts(recorded), exercise.parts(right)
    if len(parts[0]) < 2 or any(first.which not in part for part in parts):
        return False
    mine, theirs, target = (part[first.which] for part in parts)
    rounding = rounding_of(recorded, first.question)
    array = np.asarray(theirs)
    if array.dtype.kind in "fiuc" and not np.any(np.abs(array) > rounding.absolute):
        return False
    return same(mine, theirs, rounding) and bool(compare(theirs, target))
