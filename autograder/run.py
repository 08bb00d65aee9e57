"""Grade an assignment of a class: submissions -> results -> gradebook, notebooks and feedback."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from autograder.feedback_pages import write_feedback
from autograder.gradebook import Graded, Writer, publish
from autograder.grading import Job, exercises_in, grade_all, in_turn, released_notebooks
from autograder.secret_keys import course_secret, key_count, number_for

AHEAD = 64  # submissions whose files are written before the bar has caught up
LINE_SECONDS = 5.0  # between two lines where there is no terminal


@dataclass(frozen=True)
class Summary:
    """What a run came to."""

    submissions: int
    mended: list[tuple[str, str]]  # student and note
    seconds: float


def grade_class(
    job: Job, students: Sequence[str], executor: Executor, shown: TextIO | None = None
) -> Summary:
    """Grade the students' submissions and record them; what is graded already is not run again.

    The executor's workers grade and write files; this process alone writes the gradebook.
    """
    started = time.monotonic()
    mended: list[tuple[str, str]] = []
    bar = Progress("graded", len(students), shown or sys.stderr)
    with Writer(job.course) as writer:
        given = (
            executor.submit(publish_student, job.course, graded)
            for graded in _recorded(job, students, executor, writer, mended)
        )
        for student in in_turn(given, AHEAD, writer.commit):
            bar.step(student)
    bar.end()
    return Summary(len(students), mended, time.monotonic() - started)


def _recorded(
    job: Job,
    students: Sequence[str],
    executor: Executor,
    writer: Writer,
    mended: list[tuple[str, str]],
) -> Iterator[list[Graded]]:
    for results in grade_all(job, students, executor, writer.commit):
        for result in results:
            mended += [(result.student, note) for note in result.notes]
        yield writer.write(results)


def keys_needed(job: Job, students: Sequence[str]) -> list[tuple[str, int]]:
    """The secret keys that grading these students asks for: exercise and number."""
    secret, count = course_secret(job.course), key_count(job.course)
    exercises = {
        exercise.name
        for notebook in released_notebooks(job.course, job.assignment).values()
        for exercise in exercises_in(notebook)
    }
    return sorted(
        {(name, number_for(secret, each, count)) for name in exercises for each in students}
    )


def publish_student(course: Path, graded: list[Graded]) -> str:
    """Write the autograded notebooks and the feedback of one student; returns who it was."""
    publish(course, graded)
    write_feedback(course, graded)
    return graded[0].student if graded else ""


class Progress:
    """How far a run is: a bar on a terminal, now and then a line elsewhere."""

    def __init__(self, what: str, total: int, shown: TextIO) -> None:
        self.what, self.total, self.shown = what, total, shown
        self.done = 0
        self.started = self.told = time.monotonic()
        self.terminal = shown.isatty()

    def step(self, latest: str) -> None:
        """One more is done."""
        self.done += 1
        now = time.monotonic()
        if now - self.told >= (0.1 if self.terminal else LINE_SECONDS):
            self.told = now
            self._tell(now, latest)

    def at(self, done: int, total: int) -> None:
        """So many are done, of so many."""
        self.total, self.done = total, done - 1
        self.step("")

    def end(self) -> None:
        """All are done."""
        if self.total:
            self._tell(time.monotonic(), "")
        if self.total and self.terminal:
            print(file=self.shown)

    def _tell(self, now: float, latest: str) -> None:
        rate = self.done / max(now - self.started, 1e-9)
        line = f"{self.what} {self.done} of {self.total}, {rate:.3g} a second"
        if 0 < self.done < self.total:
            line += f", {as_duration((self.total - self.done) / rate)} to go"
        if not self.terminal:
            print(line, file=self.shown, flush=True)
            return
        filled = round(20 * self.done / max(self.total, 1))
        name = "".join(c if c.isprintable() else "?" for c in latest)[:20]
        text = f"{'█' * filled}{'░' * (20 - filled)} {line} {name}"
        print(f"\r\x1b[K{text}", end="", file=self.shown, flush=True)


def as_duration(seconds: float) -> str:
    """``"40 s"``, ``"3 min"``: how long, as people say it."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
