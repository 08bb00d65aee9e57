"""A simulated class: ten students who mix right answers and known mistakes, graded by nbgrader.

Each solution cell of a student's notebook gets the source of a solution, an alternative or a
mistake, as if the student had written it. What every one of them should score is known beforehand,
so that the whole way from source to gradebook can be seen to be right.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
from nbgrader.api import Gradebook, MissingEntry

from autograder.ask import ask
from autograder.checking import judge
from autograder.exercise import Exercise
from autograder.exercises import registry
from autograder.keys import public_key
from autograder.record import alternatives_of, mistakes_of, solution
from autograder.release import find_commands, nbgrader, release
from autograder.secret_keys import COUNT, record_secret_keys
from autograder.student_source import source_as

STUDENTS = ("ada", "bela", "chidi", "dana", "emre", "fatou", "goro", "hana", "ines", "jonas")
SHARE_RIGHT = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.0)  # one for each student
ANSWER = "Without an activation in between, two layers are one: a product of matrices is a matrix."


@dataclass(frozen=True)
class Entry:
    """What a student handed in for one cell, and the points that it deserves."""

    cell: str
    symbol: str
    wrote: str
    source: str | None
    points: float


def choose(exercise: Exercise, share_right: float, rng: np.random.Generator) -> Entry:
    """Draw what one student writes for an exercise: right, wrong or nothing."""
    right = [("solution", solution(exercise.solution_name))]
    right += [(a.name, a.function) for a in alternatives_of(exercise.name)]
    wrong = [(m.name, m.function) for m in mistakes_of(exercise.name)]
    if rng.random() < share_right:
        name, function = right[rng.integers(len(right))]
    elif wrong and rng.random() < 0.8:
        name, function = wrong[rng.integers(len(wrong))]
    else:
        return Entry(exercise.grade_id, exercise.symbol, "nothing", None, 0.0)
    source = source_as(function, exercise.symbol)
    points = deserved(exercise, function)
    return Entry(exercise.grade_id, exercise.symbol, name, source, points)


def deserved(exercise: Exercise, function: Any) -> float:
    """The points of a function by the exercise's own check, without any notebook."""
    verdict = judge(
        exercise,
        public_key(exercise),
        lambda asked: ask(function, exercise.drive, asked.arguments),
    )
    return verdict.points


def write_submission(released: Path, submitted: Path, entries: list[Entry], answer: str) -> None:
    """Fill a released notebook as a student would and put it where nbgrader looks for it."""
    notebook = nbformat.read(released, as_version=4)
    sources = {f"{e.cell.partition('-')[0]}-{e.symbol}-code": e.source for e in entries}
    for cell in notebook.cells:
        metadata = cell.metadata.get("nbgrader", {})
        if source := sources.get(metadata.get("grade_id", "")):
            cell.source = source
        if cell.cell_type == "markdown" and metadata.get("grade"):
            cell.source = answer
    submitted.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, submitted)


@dataclass(frozen=True)
class Result:
    """One student's score in the gradebook, beside the score that the mix implies."""

    student: str
    expected: float
    recorded: float
    out_of: float
    differing: tuple[str, ...]


def run_class(chapter: str, course: Path, seed: int = 1, keys: int = COUNT) -> list[Result]:
    """Release a chapter to ten students, grade what they hand in, and compare the scores."""
    rng = np.random.default_rng(seed)
    exercises = [e for e in registry().values() if e.chapter == chapter]
    released = release(chapter, course)
    record_secret_keys(course, exercises, keys)
    handed_in: dict[str, list[Entry]] = {}
    for student, share in zip(STUDENTS, SHARE_RIGHT, strict=True):
        entries = _one_each([choose(exercise, share, rng) for exercise in exercises], exercises)
        handed_in[student] = entries
        path = course / "submitted" / student / chapter / f"{chapter}.ipynb"
        write_submission(released, path, entries, ANSWER)
    nbgrader(course, "autograde", chapter, "--create", "--force")
    nbgrader(course, "generate_feedback", chapter, "--force")
    nbgrader(course, "export", "--to", "grades.csv")
    return recorded(chapter, course, handed_in)


def _one_each(entries: list[Entry], exercises: list[Exercise]) -> list[Entry]:
    """Where several exercises share one cell, the last choice stands, judged by each of them."""
    last = {entry.symbol: entry for entry in entries}
    settled = []
    for entry, exercise in zip(entries, exercises, strict=True):
        chosen = last[entry.symbol]
        points = entry.points
        if chosen is not entry:
            points = 0.0
            if chosen.source:
                namespace: dict[str, Any] = {"np": np}
                exec(chosen.source, namespace)
                points = deserved(exercise, namespace[entry.symbol])
        settled.append(Entry(entry.cell, entry.symbol, chosen.wrote, chosen.source, points))
    return settled


def recorded(chapter: str, course: Path, handed_in: dict[str, list[Entry]]) -> list[Result]:
    """Read the gradebook and put it beside what should be there."""
    find_commands()
    results = []
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        for student, entries in handed_in.items():
            try:
                notebook = gradebook.find_submission_notebook(chapter, chapter, student)
            except MissingEntry:
                total = sum(e.points for e in entries)
                results.append(Result(student, total, float("nan"), 0.0, ("missing",)))
                continue
            scores = {grade.name: grade.auto_score or 0.0 for grade in notebook.grades}
            differing = tuple(
                f"{e.cell} ({e.wrote}): expected {e.points:g}, recorded {scores.get(e.cell)}"
                for e in entries
                if abs(e.points - scores.get(e.cell, np.nan)) > 1e-9 or e.cell not in scores
            )
            feedback = course / "feedback" / student / chapter / f"{chapter}.html"
            if not feedback.exists():
                differing += ("no feedback",)
            total = sum(e.points for e in entries)
            results.append(
                Result(student, total, sum(scores.values()), notebook.max_score, differing)
            )
    return results


def table(results: list[Result]) -> str:
    """Expected beside recorded, a line a student, and every cell that differs."""
    lines = [f"{'student':<10}{'expected':>10}{'recorded':>10}{'of':>6}"]
    for r in results:
        mark = "" if not r.differing else "  ← differs"
        lines.append(f"{r.student:<10}{r.expected:>10g}{r.recorded:>10g}{r.out_of:>6g}{mark}")
        lines += [f"    {line}" for line in r.differing]
    return "\n".join(lines)
