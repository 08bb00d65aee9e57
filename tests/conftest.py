"""What tests of several files need: an exercise made here, with a key made here; a browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from autograder.ask import ask
from autograder.checking import Verdict, judge
from autograder.checks import Values
from autograder.exercise import Exercise, Question, question
from autograder.keys import KEYS_FOLDER, Key, KnownMistake, save

expect.set_options(timeout=20_000)  # milliseconds: a machine that is busy with other tests is slow
CHAPTER = "structure"  # the chapter whose exercises stand for all where one chapter is enough


def linear_backward(upstream, x, w, b):
    """The solution of the exercise made here."""
    return upstream @ w.T, x.T @ upstream, upstream.sum(axis=0)


def linear_cases(rng):
    for about, n in (("four samples", 4), ("one sample", 1)):
        x, w, b = rng.normal(size=(n, 3)), rng.normal(size=(3, 2)), rng.normal(size=2)
        yield question(about, upstream=rng.normal(size=(n, 2)), x=x, w=w, b=b)


@dataclass(frozen=True)
class Case:
    """An exercise with its solution, to be checked without any registry."""

    exercise: Exercise
    solve: Callable[..., Any]
    mistakes: Sequence[Callable[..., Any]] = ()
    public: bool = True
    depends: tuple[str, ...] = ()
    key: Key = field(init=False)

    def __post_init__(self) -> None:
        rng = np.random.default_rng(1)
        checks = self.exercise.checks
        questions = tuple(tuple(check.questions(rng)) for check in checks)

        def value(asked: Question) -> Any:
            return self.ask(self.solve)(asked).value

        rights = tuple(
            tuple(check.right(asked, value, lambda name: self.solve) for asked in part)
            for check, part in zip(checks, questions, strict=True)
        )
        known = tuple(
            KnownMistake(
                function.__name__,
                function.__doc__ or "",
                "",
                tuple(tuple(self.ask(function)(asked) for asked in part) for part in questions),
            )
            for function in self.mistakes
        )
        key = Key(self.exercise.name, self.public, questions, rights, known, self.depends)
        object.__setattr__(self, "key", key)

    def ask(self, student: Any) -> Callable[[Question], Any]:
        return lambda asked: ask(student, self.exercise.drive, asked.arguments)

    def verdict(self, student: Any) -> Verdict:
        return judge(self.exercise, self.key, self.ask(student))


def make_exercise(*checks: Any, **more: Any) -> Exercise:
    settings = {"points": 2, "hints": ("nudge", "more", "almost"), **more}
    return Exercise("demo.exercise", checks=checks, **settings)


def make_case(
    solve: Any, arguments: dict[str, Any] | Sequence[dict[str, Any]], **more: Any
) -> Case:
    """An exercise that is asked with these arguments, one dictionary a case."""
    given = [arguments] if isinstance(arguments, dict) else arguments

    def cases(rng):
        for number, each in enumerate(given):
            yield Question(f"case {number + 1}", each)

    of_case = {key: more.pop(key) for key in ("mistakes", "public", "depends") if key in more}
    return Case(make_exercise(Values(cases), **more), solve, **of_case)


def make_linear(**more: Any) -> Case:
    exercise = make_exercise(Values(linear_cases), returns=("dx", "dw", "db"), points=3)
    return Case(exercise, linear_backward, depends=("upstream", "x", "w"), **more)


@pytest.fixture(name="case")
def _case() -> Callable[..., Case]:
    return make_case


@pytest.fixture(name="linear")
def _linear() -> Callable[..., Case]:
    return make_linear


@pytest.fixture(name="build")
def _build() -> Callable[..., Case]:
    """An exercise with these checks and this solution."""
    own = ("mistakes", "public", "depends")

    def build(solve: Any, *checks: Any, **more: Any) -> Case:
        of_case = {key: more.pop(key) for key in own if key in more}
        return Case(make_exercise(*checks, **more), solve, **of_case)

    return build


@pytest.fixture(scope="session")
def keys_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """`keys_of(chapter)`: the folder of its public keys, recorded for these tests alone."""
    from autograder.exercises import registry
    from autograder.record import PUBLIC_SEED, record

    @cache
    def folder_of(chapter: str) -> Path:
        folder = tmp_path_factory.mktemp("keys")
        for exercise in registry().values():
            if exercise.chapter == chapter:
                key = record(exercise, PUBLIC_SEED, public=True)
                save(key, exercise, folder / f"{exercise.name}.key")
        return folder

    return folder_of


@pytest.fixture(scope="session")
def recorded_keys(keys_of: Callable[[str], Path]) -> Path:
    """Public keys of the chapter that stands for all."""
    return keys_of(CHAPTER)


@pytest.fixture
def keys(recorded_keys: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """`check` reads its keys from there."""
    monkeypatch.setenv(KEYS_FOLDER, str(recorded_keys))
    yield recorded_keys
    assert os.environ[KEYS_FOLDER]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    path = shutil.which("chromium")
    if path is None:
        pytest.fail("Chromium is missing, so no page was tested in it: run `make system`")
    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=options)
        yield chromium
        chromium.close()
