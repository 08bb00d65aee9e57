"""Where a wrong answer is wrong: in which cases, arrays and entries, and from which time step on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.exercise import Exercise, Finding, Outcome
from autograder.keys import Key

MANY = 6  # cases that are right, to be counted and not listed


def where_to_look(exercise: Exercise, key: Key, outcomes: list[Outcome]) -> str:
    """Say which cases, which arrays and which entries are wrong, and which are right."""
    findings = [finding for outcome in outcomes for finding in outcome.findings]
    if not findings:
        return ""
    sentences = []
    failed = list(dict.fromkeys(f.question.about for f in findings if f.question))
    asked = list(dict.fromkeys(q.about for part in key.questions for q in part))
    compared = _cases_compared(key) or asked  # where a property held, the answer need not be right
    passed = [about for about in compared if about not in failed]
    if len(passed) > MANY:
        sentences.append(
            f"Wrong for: {'; '.join(failed)}. Right for the other {len(passed)} cases."
        )
    elif passed:
        sentences.append(f"Right for: {'; '.join(passed)}. Wrong for: {'; '.join(failed)}.")
    elif len(compared) > 1 and not set(asked) <= set(failed):
        sentences.append("It is wrong in every case where the right answer is known.")
    elif len(asked) > 1:
        sentences.append("It is wrong in every case that was tried.")
    else:
        sentences.append("There is one case only; what is said of it above is what to mend.")
    first = findings[0]
    right_parts = _right_parts(exercise, key, findings)
    if right_parts and first.which:
        named = _sentence(", ".join(right_parts))
        verb = "is" if len(right_parts) == 1 else "are"
        if len({f.which for f in findings}) == 1:
            look = f", so look at the lines that compute {first.which} alone."
        else:
            look = f"; {first.which} is the first that is not."
        sentences.append(f"{named} {verb} right{look}")
    if first.difference is not None and first.question is not None:
        same_case = (f for f in findings if f.question is first.question and f.difference)
        placed = next((f for f in same_case if f.which in exercise.along), first)
        places = list(_places(exercise, placed))
        sentences.extend(places or _entries(first))
    sentences.extend(_measured(exercise, key, outcomes))
    if first.kind == "error" and first.traceback.startswith("  in "):
        sentences.append("The last line of the traceback says what happened, the one above where.")
    return " ".join(sentences)


def _cases_compared(key: Key) -> list[str]:
    """The cases whose answer is compared with a right one, which a property does without."""
    pairs = zip(key.questions, key.rights, strict=True)
    cases = ((q, right) for part, rights in pairs for q, right in zip(part, rights, strict=True))
    return list(dict.fromkeys(q.about for q, right in cases if right is not None))


def _right_parts(exercise: Exercise, key: Key, findings: list[Finding]) -> list[str]:
    """The parts of the result that are wrong in no case, as the first wrong case has them."""
    first = findings[0]
    differences = [finding.difference for finding in findings]
    if any(d is None or d.kind == "structure" for d in differences) or first.question is None:
        return []
    wrong = {name for finding in findings for name in finding.which.split(", ")}
    right = next(
        right
        for questions, rights in zip(key.questions, key.rights, strict=True)
        for asked, right in zip(questions, rights, strict=True)
        if asked is first.question
    )
    return [name for name in exercise.parts(right) if name not in wrong]


def _sentence(text: str) -> str:
    """With a capital, unless it begins with the name of an array."""
    return f"T{text[1:]}" if text.startswith("the ") else text


def _measured(exercise: Exercise, key: Key, outcomes: list[Outcome]) -> Iterator[str]:
    """What a later check finds that takes the result apart, into parts of other names."""
    seen = set(exercise.parts(key.rights[0][0]))
    for check, rights, outcome in zip(
        exercise.checks[1:], key.rights[1:], outcomes[1:], strict=True
    ):
        names = list(exercise.parts(rights[0]))
        wrong = {finding.which for finding in outcome.findings}
        if any(name.endswith("]") for name in names):  # a list, whose items have no names
            continue
        if names[1:] and wrong and wrong < set(names) and not seen & set(names):
            bad = [name for name in names if name in wrong]
            good = [name for name in names if name not in wrong]
            are = "are" if bad[1:] else "is"
            right = f"{_listed(good)} {'are' if good[1:] else 'is'} right"
            title = check.title.capitalize()
            yield f"{title}: {_listed(bad)} {are} wrong; {right}."


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)


def _places(exercise: Exercise, finding: Finding) -> Iterator[str]:
    """Where along an axis the wrong entries lie: in which blocks, or from which time step on."""
    which, along = finding.which, exercise.along.get(finding.which)
    wrong = finding.difference.wrong if finding.difference else None
    if along is None or wrong is None or along.axis >= wrong.ndim:
        return
    rest = tuple(axis for axis in range(wrong.ndim) if axis != along.axis)
    lines = np.atleast_1d(wrong.any(axis=rest))
    if along.blocks:
        blocks = [part.any() for part in np.split(lines, len(along.blocks))]
        bad = [name for name, is_wrong in zip(along.blocks, blocks, strict=True) if is_wrong]
        good = [name for name in along.blocks if name not in bad]
        that = "that" if len(good) == 1 else "those"
        right = (
            f"; {that} of {_listed(good)} {'is' if that == 'that' else 'are'} right" if good else ""
        )
        part, is_ = ("the part", "is") if len(bad) == 1 else ("the parts", "are")
        yield f"In {which}, {part} of {_listed(bad)} {is_} wrong{right}."
        return
    last = len(lines) - 1
    if not last:
        return
    begins = int(np.flatnonzero(lines)[-1 if along.backward else 0])
    first, end = (begins + 1, last) if along.backward else (0, begins - 1)
    told = f"Steps {first} to {end} are right" if first < end else f"Step {first} is right"
    if first > end:
        told = "That is where the way back begins" if along.backward else "That is the first step"
    yield f"Along time, the error in {which} begins at step {begins} of 0 to {last}. {told}."


def _entries(finding: Finding) -> Iterator[str]:
    """Which entries of the array are wrong, in terms of the array and of its input."""
    difference, asked = finding.difference, finding.question
    assert difference is not None
    assert asked is not None
    wrong = difference.wrong
    if wrong is None or wrong.ndim == 0 or wrong.all():
        if wrong is not None and wrong.size > 1:
            yield f"Every entry of {difference.which} is wrong."
        return
    for name, value in asked.arguments.items():
        if type(value) is np.ndarray and value.shape == wrong.shape and value.dtype.kind == "f":
            for label, mask in (
                ("negative", value < 0), ("positive", value > 0), ("exactly 0", value == 0),
                ("below -20", value < -20), ("above 20", value > 20),
                ("below -100", value < -100), ("above 100", value > 100),
                ("beyond ±100", np.abs(value) > 100),
            ):  # fmt: skip
                if mask.any() and np.array_equal(mask, wrong):
                    yield f"The wrong entries are those where {name} is {label}."
                    return
    nouns = {1: ("entry",), 2: ("row", "column")}.get(wrong.ndim, ())
    for axis, noun in enumerate(nouns):
        lines = np.flatnonzero(wrong.any(axis=1 - axis) if wrong.ndim == 2 else wrong)
        if len(lines) == 1:
            yield f"Only {noun} {lines[0]} of {difference.which} is wrong."
            return
        if noun == "entry" and lines[-1] - lines[0] == len(lines) - 1:
            yield f"The wrong entries of {difference.which} are {lines[0]} to {lines[-1]}."
            return
    yield "Some of its entries are right: look at what tells the wrong ones apart."
