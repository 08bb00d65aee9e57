"""Solutions + mistakes -> keys. The instructor's side: this module imports `solutions`."""

from __future__ import annotations

import importlib
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from autograder.ask import Answer, ask
from autograder.checking import judge
from autograder.checks import CannotTell
from autograder.data import encode
from autograder.exercise import Exercise, Question
from autograder.feedback import to_text
from autograder.keys import SUFFIX, Key, KnownMistake, save
from autograder.slips import perturbed
from autograder.time_limit import time_limit

PUBLIC_SEED = 0
HANGS = 60.0  # seconds after which a mistake is taken to loop for ever
PUBLIC_KEYS = Path(__file__).resolve().parent.parent / "course" / "keys"


class RecordError(Exception):
    """A key cannot be recorded; the message says which exercise and case is at fault."""


def solution(name: str) -> Any:
    """The reference implementation of that full name, ``"chapter.name"``."""
    chapter, _, short = name.partition(".")
    module = importlib.import_module(f"solutions.{chapter}")
    try:
        return getattr(module, short)
    except AttributeError:
        raise RecordError(f"solutions/{chapter}.py has no {short}.") from None


def mistakes_of(name: str) -> list[Any]:
    """The mistakes of an exercise."""
    return _mistakes_module(name).mistakes_of(name)


def alternatives_of(name: str) -> list[Any]:
    """The alternatives of an exercise."""
    return _mistakes_module(name).alternatives_of(name)


def _mistakes_module(name: str) -> Any:
    importlib.import_module(f"solutions.mistakes.{name.partition('.')[0]}")
    return importlib.import_module("solutions.mistakes")


def record(exercise: Exercise, seed: int, *, public: bool = False) -> Key:
    """Draw the questions of an exercise and write down the answers.

    Raises
    ------
    RecordError
        Where a case has no certain right answer, the reference fails its own check, or a mistake
        does not end.
    """
    reference = solution(exercise.solution_name)
    rng = np.random.default_rng([seed, zlib.crc32(exercise.name.encode())])

    def solve(asked: Question) -> Any:
        return _value(exercise, reference, asked)

    questions, rights = [], []
    for check in exercise.checks:
        drawn = tuple(check.questions(rng))
        if not drawn:
            raise RecordError(f"{exercise.name}: the check {check.title!r} has no case.")
        try:
            answers = tuple(check.right(asked, solve, solution) for asked in drawn)
        except CannotTell as error:
            raise RecordError(f"{exercise.name}: {error}. Change the case.") from None
        questions.append(drawn)
        rights.append(answers)
    known = tuple(
        KnownMistake(m.name, m.says, m.look, _answers(exercise, m, questions))
        for m in mistakes_of(exercise.name)
    )
    # Where an answer takes training, none is compared number by number, and asking costs minutes.
    depends = () if exercise.seconds else _depends(exercise, reference, questions[0])
    key = Key(exercise.name, public, tuple(questions), tuple(rights), known, depends)
    verdict = judge(exercise, key, lambda asked: ask(reference, exercise.drive, asked.arguments))
    if not verdict.right:
        told = to_text(verdict, "mistake")
        raise RecordError(f"The solution fails its own check (seed {seed}).\n{told}")
    return key


def _value(exercise: Exercise, function: Any, asked: Question) -> Any:
    answer = ask(function, exercise.drive, asked.arguments)
    if answer.problem or answer.changed:
        what = answer.traceback or answer.detail or f"changes its argument {answer.changed}"
        raise RecordError(f"{exercise.name}: the solution fails on {asked.about!r}: {what}")
    return answer.value


def _answers(
    exercise: Exercise, mistake: Any, questions: list[tuple[Question, ...]]
) -> tuple[tuple[Answer, ...], ...]:
    def answer(asked: Question) -> Answer:
        with time_limit(max(HANGS, exercise.seconds)):
            given = ask(mistake.function, exercise.drive, asked.arguments)
        if given.problem == "error" and given.detail == TimeoutError.__name__:
            raise RecordError(f"{exercise.name}: the mistake {mistake.name} does not end.")
        return given

    return tuple(
        tuple(answer(asked) for asked in part) if check.asks_mistakes else ()
        for check, part in zip(exercise.checks, questions, strict=True)
    )


def _depends(exercise: Exercise, reference: Any, asked: Iterable[Question]) -> tuple[str, ...]:
    """The arguments that move the right answer of the first question."""
    first = next(iter(asked))
    before = _value(exercise, reference, first)
    moved = []
    for name, value in first.arguments.items():
        after = ask(reference, exercise.drive, first.changed(**{name: perturbed(value)}).arguments)
        if not after.problem and encode(after.value) != encode(before):
            moved.append(name)
    return tuple(moved)


def record_public(
    exercises: Iterable[Exercise],
    folder: Path = PUBLIC_KEYS,
    seed: int = PUBLIC_SEED,
    progress: Callable[[str], None] = lambda line: None,
) -> None:
    """Record the public keys into `folder`; what no longer belongs there is removed."""
    wanted = set()
    for exercise in exercises:
        path = folder / (exercise.name + SUFFIX)
        save(record(exercise, seed, public=True), exercise, path)
        wanted.add(path.name)
        progress(f"recorded {path.name}")
    for stale in set(folder.glob(f"*{SUFFIX}")):
        if stale.name not in wanted:
            stale.unlink()
