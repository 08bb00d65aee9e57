"""A class for the tests of grading: one released chapter, two secret keys, and what six hand in."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest

from autograder.keys import KEYS_FOLDER

CHAPTER = "structure"
STUDENTS = {"ada": 1.0, "bela": 0.8, "chidi": 0.6, "dana": 0.4, "emre": 0.2, "fatou": 0.0}


@dataclass(frozen=True)
class Class:
    """A class's folder, and what each student should score."""

    course: Path
    expected: dict[str, dict[str, float]]

    def notebook(self, student: str) -> Path:
        return self.course / "submitted" / student / CHAPTER / f"{CHAPTER}.ipynb"

    def answer(self, student: str, kind: str, source: str) -> None:
        """Write `source` in the place of each of a student's answers of a kind, code or markdown."""
        path = self.notebook(student)
        notebook = nbformat.read(path, as_version=4)
        answers = [
            cell for cell in notebook.cells
            if cell.cell_type == kind and cell.metadata.get("nbgrader", {}).get("solution")
        ]  # fmt: skip
        assert answers, f"the chapter has no answer in {kind}"
        for cell in answers:
            cell.source = source
        nbformat.write(notebook, path)


@pytest.fixture(scope="session")
def class_template(tmp_path_factory: pytest.TempPathFactory, recorded_keys: Path) -> Class:
    from autograder.exercises import registry
    from autograder.release import release
    from autograder.secret_keys import record_secret_keys
    from autograder.simulate import ANSWER, _one_each, choose, write_submission

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(KEYS_FOLDER, str(recorded_keys))
        course = tmp_path_factory.mktemp("class")
        exercises = [e for e in registry().values() if e.chapter == CHAPTER]
        released = release(CHAPTER, course)
        record_secret_keys(course, exercises, count=2)
        rng = np.random.default_rng(7)
        made = Class(course, {})
        for student, share in STUDENTS.items():
            entries = _one_each([choose(e, share, rng) for e in exercises], exercises)
            write_submission(released, made.notebook(student), entries, ANSWER)
            made.expected[student] = {entry.cell: entry.points for entry in entries}
    return made


@pytest.fixture
def made_class(class_template: Class, tmp_path: Path) -> Class:
    """A copy of the class, to be graded and damaged."""
    course = tmp_path / "class"
    shutil.copytree(class_template.course, course)
    return Class(course, class_template.expected)


def gradebook_rows(course: Path, url: str = "") -> dict[tuple[str, ...], Any]:
    """All that a gradebook says of a chapter's submissions, but ids; its own, or the one at `url`."""
    from nbgrader.api import Gradebook

    rows: dict[tuple[str, ...], Any] = {}
    url = url or f"sqlite:///{course}/gradebook.db"
    with Gradebook(url, "neural-networks") as gradebook:
        for submission in gradebook.assignment_submissions(CHAPTER):
            student = submission.student.id
            rows[student, "submission"] = (submission.timestamp, submission.total_seconds_late,
                                           submission.score, submission.max_score)  # fmt: skip
            for notebook in submission.notebooks:
                rows[student, notebook.name] = (notebook.late_submission_penalty, notebook.score)
                for grade in notebook.grades:
                    rows[student, notebook.name, grade.name] = (
                        grade.auto_score, grade.manual_score, grade.extra_credit,
                        grade.needs_manual_grade, grade.score,
                    )  # fmt: skip
                for comment in notebook.comments:
                    rows[student, notebook.name, comment.name, "comment"] = (
                        comment.auto_comment, comment.manual_comment, comment.comment,
                    )  # fmt: skip
    return rows


@pytest.fixture
def rows() -> Any:
    """`rows(course)`: what the gradebook says."""
    return gradebook_rows


@pytest.fixture
def grade() -> Any:
    """`grade(course, *students)`: grade them, or all, in this process."""

    def run(course: Path, *students: str) -> Any:
        from concurrent.futures import ThreadPoolExecutor
        from io import StringIO

        from autograder.grading import make_job, students_who_submitted
        from autograder.run import grade_class

        chosen = students or students_who_submitted(course, CHAPTER)
        with ThreadPoolExecutor(2) as executor:
            return grade_class(make_job(course, CHAPTER), chosen, executor, StringIO())

    return run
