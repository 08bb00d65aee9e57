"""From a wrong answer to the mistake that made it, by comparing arrays.

Four things are tried, in this order. Is the answer, on every question, what one recorded mistake and
no other returned? Did a property fail that by itself establishes a mistake? Is the answer what a
recorded mistake returned at least where it is wrong? Is the wrong array a simple transformation of
the right one: a sign, a factor, a transpose, a missing sum? If nothing matches, what is left is
where the wrong entries are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from autograder.ask import Answer
from autograder.compare import compare, leaves, middle, sentence
from autograder.data import Seed
from autograder.exercise import Ask, Exercise, Finding, Outcome, Question
from autograder.keys import Key, KnownMistake

MANY = 6  # cases that are right, to be counted and not listed
MATCH = 1e-6  # relative: the student's rounding is not the mistake's
ROUNDING = 100  # units in the last place, of the largest entry of an answer, that rounding may cost


@dataclass(frozen=True)
class _Rounding:
    """How far two computations of one answer may differ: relative to an entry, and in any entry."""

    relative: float
    absolute: float


OWN = _Rounding(MATCH, 0.0)


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
    for exactly in (True, False):  # the strongest evidence: alike wherever right or wrong
        everywhere = [
            m
            for m in key.mistakes
            if compared and _answered_alike(m, key, outcomes, compared, exactly)
        ]
        if len(everywhere) == 1:
            return _named(everywhere[0], where)
    for finding in findings:
        if finding.mistake in known:
            return _named(known[finding.mistake], where)
    for mistake in _matching(exercise, key, outcomes):
        return _named(mistake, where)
    for name, explanation in _transformations(exercise, key, findings, ask):
        return Diagnosis(where, name, sentence(explanation))
    return Diagnosis(where)


def _compared_with_mistakes(exercise: Exercise) -> list[int]:
    """The numbers of the checks of which keys hold what mistakes answer."""
    return [i for i, check in enumerate(exercise.checks) if check.asks_mistakes]


def _named(mistake: KnownMistake, where: str) -> Diagnosis:
    return Diagnosis(mistake.look or where, mistake.name, mistake.says)


def _matching(exercise: Exercise, key: Key, outcomes: list[Outcome]) -> Iterator[KnownMistake]:
    """Recorded mistakes that answered as the student did: everywhere, else wherever he is wrong,
    else in one array that is wrong."""
    compared = _compared_with_mistakes(exercise)
    wrong = [i for i in compared if outcomes[i].findings]
    for checks, exactly in product((compared, wrong, wrong[:1]), (True, False)):
        yield from (
            m
            for m in key.mistakes
            if _answered_alike(m, key, outcomes, checks, exactly) and _is_wrong_in(m, key, checks)
        )
    yield from (m for m in key.mistakes if _same_wrong_array(exercise, key, outcomes, m))


def _answered_alike(
    mistake: KnownMistake,
    key: Key,
    outcomes: list[Outcome],
    checks: Iterable[int],
    exactly: bool,
) -> bool:
    return all(
        _same_answer(got, recorded, OWN if exactly else _rounding(recorded.value, asked))
        for i in checks
        for asked, got, recorded in zip(
            key.questions[i], outcomes[i].answers, mistake.answers[i], strict=True
        )
    )


def _is_wrong_in(mistake: KnownMistake, key: Key, checks: Iterable[int]) -> bool:
    """Whether a check refuses the mistake's own answers; where it would not, being alike up to
    rounding says nothing."""
    return any(
        recorded.problem or recorded.changed or right is None or compare(recorded.value, right)
        for i in checks
        for recorded, right in zip(mistake.answers[i], key.rights[i], strict=True)
    )


def _same_answer(got: Answer, recorded: Answer, rounding: _Rounding) -> bool:
    if got.problem or recorded.problem:  # a secret answer's detail is cut
        same_detail = recorded.detail.startswith(got.detail)
        return got.problem == recorded.problem and same_detail
    return got.changed == recorded.changed and _same(got.value, recorded.value, rounding)


def _rounding(answer: Any, asked: Question) -> _Rounding:
    """What rounding may do to an answer: it is as precise as the coarsest array that went in, and
    what cancels to zero in it leaves a rest the size of the largest entry's last digits."""
    single = any(array.dtype == np.float32 for array in _arrays(asked.arguments))
    unit = ROUNDING * float(np.finfo(np.float32 if single else np.float64).eps)
    sizes = [np.abs(a[np.isfinite(a)]) for a in _arrays(answer)]
    return _Rounding(
        max(MATCH, unit), unit * max((float(s.max(initial=0)) for s in sizes), default=0)
    )


def _arrays(value: Any) -> Iterator[np.ndarray]:
    """The floating numbers and arrays of a tree of data."""
    if type(value) in (list, tuple, dict):
        for item in value.values() if type(value) is dict else value:
            yield from _arrays(item)
    elif (
        isinstance(value, (float, np.ndarray, np.generic)) and np.asarray(value).dtype.kind in "fc"
    ):
        yield np.asarray(value)


def _same(got: Any, recorded: Any, rounding: _Rounding = OWN) -> bool:
    """Whether two answers are the same up to rounding; NaN is the same as NaN."""
    if type(recorded) in (list, tuple):
        return (
            type(got) in (list, tuple)
            and len(got) == len(recorded)
            and all(_same(g, r, rounding) for g, r in zip(got, recorded, strict=True))
        )
    if type(recorded) is dict:
        return (
            type(got) is dict
            and got.keys() == recorded.keys()
            and all(_same(got[name], recorded[name], rounding) for name in recorded)
        )
    if recorded is None or type(recorded) is str:
        return type(got) is type(recorded) and got == recorded
    if got is None or type(got) in (list, tuple, dict, str):
        return False
    got, recorded = np.asarray(got), np.asarray(recorded)
    return got.shape == recorded.shape and got.dtype.kind == recorded.dtype.kind and _close(
        got, recorded, rounding
    )  # fmt: skip


def _close(a: np.ndarray, b: np.ndarray, rounding: _Rounding = OWN) -> bool:
    if a.dtype.kind not in "fc":
        return bool(np.array_equal(a, b))
    largest = float(np.abs(b[np.isfinite(b)]).max(initial=0))
    absolute = max(rounding.absolute, 1e-9 * largest)
    return bool(np.allclose(a, b, rtol=rounding.relative, atol=absolute, equal_nan=True))


def _same_wrong_array(
    exercise: Exercise, key: Key, outcomes: list[Outcome], mistake: KnownMistake
) -> bool:
    """Whether the first wrong array of several is wrong in the mistake's way (the student may have
    made another mistake in another array). Zeros have too many causes to tell one."""
    i, outcome = next((i, outcome) for i, outcome in enumerate(outcomes) if outcome.findings)
    first = outcome.findings[0]
    if first.difference is None or first.question is None or first.difference.kind == "structure":
        return False
    number = key.questions[i].index(first.question)
    recorded, right = mistake.answers[i][number].value, key.rights[i][number]
    got = outcome.answers[number].value
    parts = _leaves(exercise, got), _leaves(exercise, recorded), _leaves(exercise, right)
    if len(parts[0]) < 2 or any(first.which not in part for part in parts):
        return False
    mine, theirs, target = (part[first.which] for part in parts)
    rounding = _rounding(recorded, first.question)
    array = np.asarray(theirs)
    if array.dtype.kind in "fiuc" and not np.any(np.abs(array) > rounding.absolute):
        return False
    return _same(mine, theirs, rounding) and bool(compare(theirs, target))


def _leaves(exercise: Exercise, value: Any) -> dict[str, Any]:
    return dict(leaves(value, exercise.result, exercise.returns))


def _transformations(
    exercise: Exercise, key: Key, findings: list[Finding], ask: Ask
) -> Iterator[tuple[str, str]]:
    """Slips that any exercise invites, tried on the first wrong array, wherever that is wrong."""
    first = next((f for f in findings if _numbers(f) is not None), None)
    if first is None:
        return
    alike = [f for f in findings if f.which == first.which and f.check == first.check]
    others = [dict(_slips(exercise, key, f)) for f in alike if f is not first and _tells(f)]
    for name, explanation in _slips(exercise, key, first):
        if all(name in other for other in others):
            yield name, explanation
    if first.kind == "values":
        yield from _ignored_argument(key, ask)


def _numbers(finding: Finding) -> tuple[np.ndarray, np.ndarray] | None:
    """The array that came back and the right one, where a finding is about two arrays of numbers."""
    if finding.difference is None or finding.kind not in ("shape", "values"):
        return None
    got, right = finding.difference.got, finding.difference.right
    if got is None or right is None or type(got) in (str, bool) or type(right) in (str, bool):
        return None
    g, r = np.asarray(got), middle(right)
    return (g, r) if g.dtype.kind in "fiu" and r.dtype.kind in "fiu" else None


def _tells(finding: Finding) -> bool:
    """Whether there is enough in the right array to tell one slip from another."""
    numbers = _numbers(finding)
    return numbers is not None and bool(np.count_nonzero(numbers[1]) > 1)


def _slips(exercise: Exercise, key: Key, finding: Finding) -> Iterator[tuple[str, str]]:
    numbers = _numbers(finding)
    if numbers is None or finding.question is None:
        return
    g, r = numbers
    if g.shape == r.shape and _close(g, r):
        if g.dtype.kind == "f":
            what = f"{finding.which} is right but for its last digits"
            yield "imprecise", f"{what}: a step in float32, or a formula that loses digits?"
        return
    yield from _swapped(exercise, key, finding, g)
    yield from _array_slips(g, r, finding.which, finding.question)
    yield from _wrong_axis(g, r, finding.which, finding.question)


def _swapped(
    exercise: Exercise, key: Key, finding: Finding, g: np.ndarray
) -> Iterator[tuple[str, str]]:
    """Whether another part of the right result stands in this one's place."""
    for questions, rights in zip(key.questions, key.rights, strict=True):
        for asked, right in zip(questions, rights, strict=True):
            if asked is not finding.question:
                continue
            for other, part in _leaves(exercise, right).items():
                if other == finding.which or type(part) in (str, bool) or part is None:
                    continue
                r = middle(part)
                if r.shape == g.shape and r.size > 1 and r.any() and _close(g, r):
                    says = f"{finding.which} holds what {other} should be: mind the order."
                    yield "swapped", says


def _wrong_axis(
    g: np.ndarray, r: np.ndarray, which: str, asked: Question
) -> Iterator[tuple[str, str]]:
    """Whether the right array is reduced, or adds up to one, over one axis and this one another."""
    for name, value in asked.arguments.items():
        if type(value) is not np.ndarray or value.ndim < 2 or value.dtype.kind != "f":
            continue
        for reduced in (np.sum, np.mean, np.max, np.min):
            over = [reduced(value, axis) for axis in range(value.ndim)]
            right = [i for i, a in enumerate(over) if a.shape == r.shape and _close(r, a)]
            mine = [i for i, a in enumerate(over) if a.shape == g.shape and _close(g, a)]
            if right and mine and right != mine:
                says = (
                    f"{which} is reduced over axis {mine[0]} of {name}, not over axis {right[0]}."
                )
                yield "wrong axis", says
    if g.shape == r.shape and r.ndim > 1 and min(r.shape) > 1:
        right = [i for i in range(r.ndim) if _close(r.sum(i), np.ones_like(r.sum(i)))]
        mine = [i for i in range(g.ndim) if _close(g.sum(i), np.ones_like(g.sum(i)))]
        if right and mine and right != mine:
            says = f"{which} adds up to 1 over axis {mine[0]}, but should over axis {right[0]}."
            yield "wrong axis", says


def _array_slips(
    g: np.ndarray, r: np.ndarray, which: str, asked: Question
) -> Iterator[tuple[str, str]]:
    if g.shape != r.shape:
        if g.ndim == 2 and g.T.shape == r.shape and _close(g.T, r):
            yield "transposed", f"{which} is transposed: its rows and columns are exchanged."
        for axis in range(g.ndim):
            if g.sum(axis).shape == r.shape and _close(g.sum(axis), r):
                yield "sum missing", f"{which} is not summed over axis {axis}."
        if g.size == r.size and _close(g.ravel(), r.ravel()):
            yield "reshaped", f"{which} has the right entries in the wrong shape."
        for axis in range(r.ndim):
            if r.sum(axis).shape == g.shape and _close(g, r.sum(axis)):
                yield "summed", f"{which} is summed over axis {axis} once too often."
        return
    if not r.size or not np.isfinite(g).all() or not np.isfinite(r).all() or not r.any():
        return
    if not g.any():
        yield "all zero", f"Every entry of {which} is zero: something cuts it off from the inputs."
        return
    if _close(g, -r):
        yield "sign", f"{which} has the wrong sign."
    if g.ndim == 2 and g.shape[0] == g.shape[1] and _close(g.T, r):
        yield "transposed", f"{which} is transposed: its rows and columns are exchanged."
    yield from _factors(g, r, which, asked)
    if r.size > 2 and _close(g - r, np.full(r.shape, (g - r).flat[0])):
        yield "constant added", f"{which} is off by the same amount everywhere."
    if r.ndim == 2 and len(r) > 1 and _close(g - r + r, np.broadcast_to((g - r)[:1], r.shape) + r):
        yield "constant column", f"Each column of {which} is off by an amount of its own: a bias?"
    if r.ndim >= 1 and r.size > 1 and _close(np.sort(g, None), np.sort(r, None)):
        yield "reordered", f"{which} has the right entries in the wrong places."


def _factors(
    g: np.ndarray, r: np.ndarray, which: str, asked: Question
) -> Iterator[tuple[str, str]]:
    """A factor that is constant, and what it might be."""
    factor = float((g * r).sum() / (r * r).sum())
    if abs(factor - 1) < 1e-3 or not _close(g, factor * r):
        return
    many = np.count_nonzero(r) > 1  # one number is always some multiple of another
    if not many and r.dtype.kind != "f":
        return
    for name, value in asked.arguments.items():
        array = np.asarray(value) if type(value) is np.ndarray else None
        if array is None or array.ndim == 0:
            continue
        counts = {f"the {length} rows of {name}" if axis == 0 else f"the length {length} of axis "
                  f"{axis} of {name}": length for axis, length in enumerate(array.shape)}  # fmt: skip
        counts[f"the {array.size} entries of {name}"] = array.size
        for what, count in counts.items():
            if count > 1 and np.isclose(factor, count, rtol=1e-5):
                yield "factor N", f"{which} is too large by a factor of {count}: {what}?"
            if count > 1 and np.isclose(factor, 1 / count, rtol=1e-5):
                yield "factor 1/N", f"{which} is too small by a factor of {count}: {what}?"
    for count in (2, 3, 4):
        if np.isclose(factor, count, rtol=1e-5):
            yield f"factor {count}", f"{which} is {count} times what it should be."
        if np.isclose(factor, 1 / count, rtol=1e-5):
            yield f"factor 1/{count}", f"{which} is 1/{count} of what it should be."
    if not many:
        return
    if factor < 0:
        yield "sign and factor", f"{which} has the wrong sign and a constant factor."
    else:
        yield "factor", f"{which} is off by a constant factor."


def _ignored_argument(key: Key, ask: Ask) -> Iterator[tuple[str, str]]:
    """Ask again with one argument changed: an answer that does not move ignores it.

    `depends` was recorded at the very first question, so that is the one to ask.
    """
    first = key.questions[0][0]
    before = ask(first) if key.depends else Answer(problem="not asked")
    for name in key.depends:
        after = ask(first.changed(**{name: perturbed(first.arguments[name])}))
        if not (before.problem or after.problem) and _same(after.value, before.value):
            what = f"The result does not depend on `{name}`"
            yield f"ignores {name}", f"{what}: it is ignored, or a global stands in its place."


def perturbed(value: Any) -> Any:
    """Another value of the same kind and shape, to see whether an answer depends on it."""
    if type(value) is Seed:
        return Seed(value.number + 1)
    if type(value) is np.ndarray and value.dtype.kind == "f":
        return 0.75 * value + 0.125 * np.cos(np.arange(value.size)).reshape(value.shape)
    if type(value) is float:
        return 0.75 * value + 0.0625
    if type(value) is list:
        return [perturbed(item) for item in value]
    if type(value) is tuple:
        return tuple(perturbed(item) for item in value)
    return value


def where_to_look(exercise: Exercise, key: Key, outcomes: list[Outcome]) -> str:
    """Say which cases, which arrays and which entries are wrong, and which are right."""
    findings = [finding for outcome in outcomes for finding in outcome.findings]
    if not findings:
        return ""
    sentences = []
    failed = list(dict.fromkeys(f.question.about for f in findings if f.question))
    asked = list(dict.fromkeys(q.about for part in key.questions for q in part))
    compared = _compared(key) or asked  # where a property held, the answer need not be right
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


def _compared(key: Key) -> list[str]:
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
    return [name for name in _leaves(exercise, right) if name not in wrong]


def _sentence(text: str) -> str:
    """With a capital, unless it begins with the name of an array."""
    return f"T{text[1:]}" if text.startswith("the ") else text


def _measured(exercise: Exercise, key: Key, outcomes: list[Outcome]) -> Iterator[str]:
    """What a later check finds that takes the result apart, into parts of other names."""
    seen = set(_leaves(exercise, key.rights[0][0]))
    for check, rights, outcome in zip(
        exercise.checks[1:], key.rights[1:], outcomes[1:], strict=True
    ):
        names = list(_leaves(exercise, rights[0]))
        wrong = {finding.which for finding in outcome.findings}
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
        right = f"; that of {' and of '.join(good)} is right" if good else ""
        part, is_ = ("the part", "is") if len(bad) == 1 else ("the parts", "are")
        yield f"In {which}, {part} of {' and of '.join(bad)} {is_} wrong{right}."
        return
    last = len(lines) - 1
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
    for axis, noun in ((1, "row"), (0, "column")):
        if wrong.ndim == 2:
            lines = np.flatnonzero(wrong.any(axis=axis))
            if len(lines) == 1:
                yield f"Only {noun} {lines[0]} of {difference.which} is wrong."
                return
    yield "Some of its entries are right: look at what tells the wrong ones apart."
