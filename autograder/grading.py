"""Submissions -> results: repaired, run in the sandbox, judged with a secret key; resumable.

A result is one small file for each exercise, named by the hash of everything it depends on: the
code, the key, the checking code, the limits. One that is there is not computed again, so a killed
run goes on where it was. What limits or the machine caused is graded but never kept.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import nbformat

import autograder
from autograder.ask import Answer
from autograder.checking import Verdict, judge
from autograder.exercise import Exercise, Question
from autograder.exercises import find, registry
from autograder.feedback import to_data, to_html
from autograder.keys import Key
from autograder.repair import Repaired, cells_to_run, repair
from autograder.sandbox.policy import Limits
from autograder.sandbox.session import Sandbox, Session
from autograder.secret_keys import STATE, course_secret, number_for, secret_key

TRIES = 2  # a child that died or took too long may have met a busy machine


@dataclass(frozen=True)
class Result:
    """What one submitted notebook came to.

    `scores` has, for each grade id of an exercise, its points, what they are out of, and the
    verdict as data and as HTML. `notes` say what was mended.
    """

    student: str
    assignment: str
    name: str
    notebook: Any
    scores: dict[str, dict[str, Any]]
    notes: list[str] = field(default_factory=list)
    found: bool = True


@dataclass(frozen=True)
class Grader:
    """Grades submissions of one class in one sandbox."""

    course: Path
    sandbox: Sandbox
    limits: Limits = field(default_factory=Limits)

    def grade(self, student: str, assignment: str) -> list[Result]:
        """Grade one student's submission: a result for each notebook of the assignment."""
        folder = self.course / "submitted" / student / assignment
        return [
            self._grade_notebook(student, assignment, name, released, folder)
            for name, released in released_notebooks(self.course, assignment).items()
        ]

    def _grade_notebook(
        self, student: str, assignment: str, name: str, released: Any, folder: Path
    ) -> Result:
        try:
            repaired = repair(folder, released, name)
        except Exception as error:  # an unforeseen file must not stop the batch
            blank = repair(Path("/nonexistent"), released, name)
            blank.notes.insert(0, f"The submission could not be read ({type(error).__name__}).")
            repaired = blank
        scores = self.scores(student, repaired)
        return Result(
            student, assignment, name, repaired.notebook, scores, repaired.notes, repaired.found
        )

    def scores(self, student: str, repaired: Repaired) -> dict[str, dict[str, Any]]:
        """Judge every exercise of a repaired notebook, or take the result that is kept."""
        run = _Run(self, student, repaired.notebook)
        try:
            return {exercise.grade_id: run.result(exercise) for exercise in run.exercises}
        finally:
            run.close()


class _Run:
    """One submission while it is graded: its session is opened only when something must be asked."""

    def __init__(self, grader: Grader, student: str, notebook: Any) -> None:
        self.grader = grader
        self.notebook = notebook
        self.cells = cells_to_run(notebook)
        self.secret = course_secret(grader.course)
        self.student = student
        graded = {cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells}
        self.exercises = [e for e in registry().values() if e.grade_id in graded]
        self.session: Session | None = None

    def result(self, exercise: Exercise) -> dict[str, Any]:
        number = number_for(self.secret, self.student, exercise.name)
        key, key_hash = secret_key(self.grader.course, exercise.name, number)
        path = self._path(exercise, key_hash)
        if (kept := _read(path)) is not None:
            return kept
        verdict, lasting = self._verdict(exercise, key)
        if not verdict.right and exercise.needs:
            verdict, lasting = self._with_references(exercise, key, verdict, lasting)
        result = {
            "points": verdict.points,
            "out_of": verdict.out_of,
            "verdict": to_data(verdict),
            "html": to_html(verdict),
        }
        if lasting:
            _write(path, result)
        return result

    def _verdict(self, exercise: Exercise, key: Key) -> tuple[Verdict, bool]:
        """The verdict, and whether it would be the same another time."""
        for _ in range(TRIES):
            session = self._ready()
            verdict = judge(exercise, key, self._ask(session, exercise))
            if not session.lost:
                return verdict, True
        return verdict, False

    def _with_references(
        self, exercise: Exercise, key: Key, verdict: Verdict, lasting: bool
    ) -> tuple[Verdict, bool]:
        """Ask again in a fresh child in which the earlier exercises are the reference's."""
        cells = with_references(self.notebook, exercise)
        with self.grader.sandbox.open(cells, self.grader.limits) as session:
            better = judge(exercise, key, self._ask(session, exercise))
            if better.points > verdict.points:
                return better, lasting and not session.lost
        return verdict, lasting

    def _ask(self, session: Session, exercise: Exercise) -> Callable[[Question], Answer]:
        return lambda asked: session.ask(exercise, asked)

    def _ready(self) -> Session:
        """The session that is open, or a new one where it was lost."""
        if self.session is None or self.session.lost:
            self.close()
            self.session = self.grader.sandbox.open(self.cells, self.grader.limits)
        return self.session

    def close(self) -> None:
        if self.session is not None:
            self.session.close()
            self.session = None

    def _path(self, exercise: Exercise, key_hash: str) -> Path:
        parts = [self.cells, key_hash, checking_version(exercise), asdict(self.grader.limits)]
        digest = hashlib.sha256(json.dumps(parts).encode()).hexdigest()
        return self.grader.course / STATE / "results" / digest[:2] / f"{digest}.json"


def with_references(notebook: Any, exercise: Exercise) -> list[str]:
    """The cells to run, with the reference in the place of every exercise that this one needs."""
    from autograder.notebook import solution_source

    references = {
        f"{needed.chapter}-{needed.symbol}-code": solution_source(needed)
        for needed in _needed(exercise)
        if needed.symbol != exercise.symbol
    }
    ids = {cell.metadata.get("nbgrader", {}).get("grade_id", "") for cell in notebook.cells}
    # Those of earlier chapters are not in this notebook: they come first, behind the imports.
    elsewhere = [source for grade_id, source in references.items() if grade_id not in ids]
    changed = nbformat.from_dict(notebook)
    for cell in changed.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        cell.source = references.get(grade_id, cell.source)
    cells = cells_to_run(changed)
    return [*cells[:1], *elsewhere, *cells[1:]]


def _needed(exercise: Exercise) -> list[Exercise]:
    """Everything that an exercise builds on, directly or not, the earliest first."""
    found: dict[str, Exercise] = {}
    for name in exercise.needs:
        needed = find(name)
        found.update({e.name: e for e in _needed(needed)})
        found[name] = needed
    return list(found.values())


def released_notebooks(course: Path, assignment: str) -> dict[str, Any]:
    """The source notebooks of an assignment by name."""
    return {
        path.stem: nbformat.read(path, as_version=4)
        for path in sorted((course / "source" / assignment).glob("*.ipynb"))
    }


def students_who_submitted(course: Path, assignment: str) -> list[str]:
    """The students with a folder for the assignment, in order of name."""
    return sorted(path.parent.name for path in (course / "submitted").glob(f"*/{assignment}"))


def grade_all(
    grader: Grader, assignment: str, students: Iterable[str], executor: Executor, ahead: int = 64
) -> Iterator[list[Result]]:
    """Grade many submissions side by side; results come in the students' order, as they are ready."""
    waiting: list[Future[list[Result]]] = []
    for student in students:
        waiting.append(executor.submit(grader.grade, student, assignment))
        if len(waiting) >= ahead:
            yield waiting.pop(0).result()
    for future in waiting:
        yield future.result()


@cache
def checking_version(exercise: Exercise) -> str:
    """The hash of the code that judges an exercise: the checking modules, and what of the chapter's
    module this exercise uses."""
    digest = hashlib.sha256()
    folder = Path(inspect.getfile(autograder)).parent
    for path in sorted([*folder.glob("*.py"), *(folder / "sandbox").glob("*.py")]):
        if path.stem in CHECKING or path.stem.startswith("gradient"):
            digest.update(path.read_bytes())
    digest.update(repr((exercise.name, exercise.points, exercise.needs, exercise.returns)).encode())
    for check in exercise.checks:
        digest.update(repr((type(check).__name__, check.title, check.share)).encode())
        for value in vars(check).values():
            if inspect.isfunction(value):
                digest.update(inspect.getsource(value).encode())
    digest.update(inspect.getsource(exercise.drive).encode())
    return digest.hexdigest()


CHECKING = frozenset(
    "ask chance checking checks child compare data diagnose exercise feedback losses_and_gradients "
    "session wire".split()
)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        return json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return None


def _write(path: Path, result: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.{os.getpid()}.{id(result)}")
    half.write_text(json.dumps(result))
    half.replace(path)
