"""Results -> nbgrader's gradebook and autograded notebooks; one writer, nbgrader's own API.

The check cells of a repaired notebook get what `check` would have shown: the points as the result,
the verdict as HTML. From there on nbgrader's own preprocessors decide what is recorded, so that the
rows are those that stock nbgrader would have written.
"""

from __future__ import annotations

import errno
import fcntl
import json
import logging
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_markdown_cell
from nbgrader import utils
from nbgrader.api import Comment, Grade, Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties, SaveAutoGrades
from sqlalchemy.engine import make_url
from traitlets.config import Config
from traitlets.config.loader import ConfigFileNotFound, PyFileConfigLoader

from autograder.grading import Result
from autograder.regular_files import open_regular, regular_files
from autograder.release import CONFIG, find_commands
from autograder.repair import copied, grade_id_of
from autograder.secret_keys import STATE
from autograder.whole_file import HALF, whole_file

READ_ONLY = 0o444
LONGEST_TIMESTAMP = 200
LONGEST_TRANSACTION = 0.5  # seconds; others who write wait so long, and SQLite lets them for five
OTHER_ENDS = 5.0  # seconds in which the workers of a run that was killed have ended
NOT_OURS = "This cell is not an exercise of the course; grade it by hand."


class GradebookProblem(Exception):
    """The gradebook does not fit what is to be written; the message says what to do."""


@dataclass(frozen=True)
class Graded:
    """A notebook that stands in the gradebook, with all that its feedback shows."""

    student: str
    assignment: str
    name: str
    notebook: Any
    score: float
    max_score: float
    late_penalty: float
    grades: dict[str, tuple[float, float]]  # score and maximum, by grade id
    comments: dict[str, str | None]


def course_settings(course: Path) -> tuple[Config, CourseDirectory]:
    """nbgrader's configuration of a class, read as nbgrader does."""
    try:
        config = PyFileConfigLoader(CONFIG, path=str(course)).load_config()
    except ConfigFileNotFound:
        config = Config()
    root = config.CourseDirectory.pop("root", None) if "CourseDirectory" in config else None
    return config, CourseDirectory(config=config, root=str(Path(root or course).absolute()))


def grades_in_sandbox(course: Path) -> bool:
    """Whether nbgrader's own commands, too, run what students wrote in the sandbox, by the class's
    configuration; nbgrader executes it unconfined where nothing else is said."""
    config, _ = course_settings(course)
    listed = config.Autograde.get("autograde_preprocessors", ())  # classes, names, or appended ones
    return "GradeInSandbox" in repr(listed)


def database_url(directory: CourseDirectory) -> str:
    """The gradebook's URL; a relative path of SQLite is meant from the class's folder."""
    url = make_url(directory.db_url)
    if url.drivername.startswith("sqlite") and url.database and url.database != ":memory:":
        url = url.set(database=str(Path(directory.root) / url.database))
    return url.render_as_string(hide_password=False)


class Writer:
    """The one writer of a class's gradebook. Use it as a context manager.

    Raises
    ------
    GradebookProblem
        Where another run is writing, or a write does not fit the gradebook.
    """

    def __init__(self, course: Path) -> None:
        self._alone = only_writer(course)
        find_commands()  # a new gradebook asks `alembic` for its version
        self.config, self.directory = course_settings(course)
        self.gradebook = Gradebook(database_url(self.directory), self.directory.course_id)
        self.gradebook.db().expire_on_commit = False  # one writer: nothing is read twice
        self.gradebook.find_assignment = cache(self.gradebook.find_assignment)
        self.save = SaveAutoGrades(config=self.config)
        self.late = AssignLatePenalties(config=self.config)
        for each in (self.save, self.late):
            each.log.setLevel(logging.ERROR)  # a late submission is no warning on each of 300
        self.late.init_plugin()
        self.sources: dict[str, _Source] = {}
        self.committed = time.monotonic()

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self.commit()
        finally:
            self.gradebook.close()
            with suppress(OSError):  # a disk that knows no locks
                fcntl.flock(self._alone, fcntl.LOCK_UN)  # workers that live on have it, too
            os.close(self._alone)

    def write(self, results: list[Result]) -> list[Graded]:
        """Record one student's results, until `commit` for this connection only. Twice is the same
        as once."""
        if not results:
            return []
        student, assignment = results[0].student, results[0].assignment
        notes: list[str] = []
        submitted = Path(self.directory.format_path(
            self.directory.submitted_directory, student, assignment
        ))  # fmt: skip
        submission = self._submission(student, assignment, submitted, notes)
        written = [
            self._write_notebook(submission, result, [*notes, *result.notes]) for result in results
        ]
        if time.monotonic() - self.committed > LONGEST_TRANSACTION:
            self.commit()
        return written

    def commit(self) -> None:
        """Make lasting what was written, and let other writers in."""
        self.gradebook.db.commit()
        self.committed = time.monotonic()

    def _submission(self, student: str, assignment: str, submitted: Path, notes: list[str]) -> Any:
        try:
            self.gradebook.find_assignment(assignment)
        except MissingEntry:
            raise GradebookProblem(
                f"The gradebook has no assignment {assignment}; release it first, with "
                f"`autograder release {assignment}`."
            ) from None
        timestamp = read_timestamp(submitted, notes)
        known = {} if timestamp is None else {"timestamp": timestamp}
        with self._all_at_once(), self.gradebook.db.no_autoflush:
            row = self.gradebook.update_or_create_student(student)
            self.gradebook.find_student = lambda student: row
            return self.gradebook.update_or_create_submission(assignment, student, **known)

    @contextmanager
    def _all_at_once(self) -> Iterator[None]:
        """nbgrader's own calls commit each, and look for what the one before has found; a student's
        rows come with one commit."""
        self.gradebook.db.commit = lambda: None
        try:
            yield
        finally:
            del self.gradebook.db.commit
            self.gradebook.__dict__.pop("find_student", None)

    def _write_notebook(self, submission: Any, result: Result, notes: list[str]) -> Graded:
        row = next((each for each in submission.notebooks if each.name == result.name), None)
        if row is None:
            raise GradebookProblem(
                f"The gradebook has no notebook {result.name} in {result.assignment}; release the "
                "assignment again."
            )
        source = self._source(row.notebook)
        rows = _Rows(
            {source.names[grade.cell_id]: grade for grade in self._rows(Grade, row)},
            {source.names[comment.cell_id]: comment for comment in self._rows(Comment, row)},
        )
        notebook = autograded(result, source, notes)
        self.save.gradebook = rows
        self.save.notebook_id, self.save.assignment_id = result.name, result.assignment
        self.save.student_id = result.student
        for number, cell in enumerate(notebook.cells):
            if cell.metadata.get("nbgrader", {}).get("grade_id") in rows.known:
                self.save.preprocess_cell(cell, {}, number)
        foreign = {grade_id_of(cell) for cell in notebook.cells if is_foreign_test(cell)}
        for name, grade in rows.grades.items():
            if not result.found:
                grade.auto_score = 0.0
                grade.needs_manual_grade = False
            elif name in foreign:
                grade.auto_score = None
                grade.needs_manual_grade = True
        penalty = self._penalty(submission, row)
        scores = {name: score_of(grade) for name, grade in rows.grades.items()}
        return Graded(
            result.student, result.assignment, result.name, notebook,
            score=sum(scores.values()),
            max_score=sum(source.points.values()),
            late_penalty=penalty or 0.0,
            grades={name: (score, source.points[name]) for name, score in scores.items()},
            comments={name: comment_of(comment) for name, comment in rows.comments.items()},
        )  # fmt: skip

    def _rows(self, kind: Any, row: Any) -> list[Any]:
        """A notebook's grades or comments as they stand now, whoever wrote them meanwhile."""
        if row in self.gradebook.db.new:
            return row.grades if kind is Grade else row.comments
        asked = self.gradebook.db.query(kind).filter(kind.notebook_id == row.id)
        return asked.populate_existing().all()

    def _penalty(self, submission: Any, row: Any) -> float | None:
        """The late penalty by the class's own plug-in, as nbgrader bounds it."""
        row.late_submission_penalty = None
        late = submission.total_seconds_late
        if late > 0:
            self.gradebook.db.flush()
            self.gradebook.db.refresh(row, ["score"])
            penalty = self.late.plugin_inst.late_submission_penalty(
                submission.student_id, row.score, late
            )
            if penalty is not None:
                row.late_submission_penalty = self.late._check_late_penalty(row, penalty)
        return row.late_submission_penalty

    def _source(self, notebook: Any) -> _Source:
        if notebook.id not in self.sources:
            self.sources[notebook.id] = _Source(
                {cell.name: (cell.checksum, cell.locked, cell.source)
                 for cell in notebook.source_cells},
                {cell.id: cell.name for cell in (
                    *notebook.grade_cells, *notebook.solution_cells, *notebook.task_cells)},
                {cell.name: cell.max_score
                 for cell in (*notebook.grade_cells, *notebook.task_cells)},
            )  # fmt: skip
        return self.sources[notebook.id]


def only_writer(course: Path) -> int:
    """A descriptor that only one process has at a time; it is given back by unlocking it, or by the
    end of the process and its workers.

    Raises
    ------
    GradebookProblem
        Where another run has it.
    """
    place = course / STATE / "writing"
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    end = time.monotonic() + OTHER_ENDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return descriptor
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EACCES):  # a disk that knows no locks
                return descriptor
        if time.monotonic() > end:
            os.close(descriptor)
            raise GradebookProblem(
                f"Another `autograder grade` is at work in {course}, and two cannot write one "
                "gradebook. Let it end; what it has graded is not graded again."
            )
        time.sleep(0.1)


def score_of(grade: Any) -> float:
    """A grade's score as nbgrader's database computes it: manual before automatic, extra credit."""
    given = grade.manual_score if grade.manual_score is not None else grade.auto_score
    return 0.0 if given is None else given + (grade.extra_credit or 0.0)


def comment_of(comment: Any) -> str | None:
    """A comment as nbgrader's database computes it."""
    manual = comment.manual_comment
    return manual if manual is not None else comment.auto_comment


def publish(course: Path, graded: list[Graded]) -> None:
    """Write a student's autograded notebooks, and copy what was handed in beside them."""
    if not graded:
        return
    _, directory = course_settings(course)
    student, assignment = graded[0].student, graded[0].assignment
    folder = Path(directory.format_path(directory.autograded_directory, student, assignment))
    clear_halves(folder)
    largest = directory.max_file_size * 1000
    origins = (
        directory.format_path(directory.submitted_directory, student, assignment),
        directory.format_path(directory.source_directory, ".", assignment),
    )
    for origin in map(Path, origins):  # what comes later wins: the instructor's files, then ours
        for path in regular_files(origin):
            ignored = utils.is_ignored(str(path), directory.ignore)
            if path.suffix == ".ipynb" or ignored or path.stat().st_size > largest:
                continue
            try:
                stream = open_regular(path)
            except OSError:  # nobody may read it
                continue
            with stream:
                copy_file(stream, folder / path.relative_to(origin))
    for each in graded:
        write_file(folder / f"{each.name}.ipynb", notebook_bytes(each.notebook), READ_ONLY)


@dataclass
class _Rows:
    """What `SaveAutoGrades` sees of the gradebook: the rows of one notebook, committed with it."""

    grades: dict[str, Any]
    comments: dict[str, Any]
    db: Any = field(init=False)

    def __post_init__(self) -> None:
        self.db = self
        self.known = self.grades.keys() | self.comments.keys()

    def find_grade(self, name: str, *where: str) -> Any:
        return self.grades[name]

    def find_comment(self, name: str, *where: str) -> Any:
        return self.comments[name]

    def commit(self) -> None:
        """Later, all at once."""


@dataclass(frozen=True)
class _Source:
    """A released notebook as the gradebook has it.

    `cells` have checksum, whether locked, source; `names` are by row id; `points` are the maxima.
    """

    cells: dict[str, tuple[str, bool, str]]
    names: dict[str, str]
    points: dict[str, float]


def is_foreign_test(cell: Any) -> bool:
    """Whether a graded cell is tested by code that is not ours: nothing has run it."""
    nbgrader = cell.metadata.get("nbgrader", {})
    return (
        cell.cell_type == "code"
        and bool(nbgrader.get("grade"))
        and not nbgrader.get("solution")
        and not any(output.output_type == "execute_result" for output in cell.outputs)
    )


def autograded(result: Result, source: _Source | None, notes: list[str]) -> Any:
    """The repaired notebook with our verdicts as the check cells' outputs, and what was mended."""
    notebook = copied(result.notebook)
    count = 0
    for cell in notebook.cells:
        grade_id = grade_id_of(cell)
        if source is not None and grade_id in source.cells:
            checksum, locked, text = source.cells[grade_id]
            cell.metadata.nbgrader["checksum"] = checksum
            if locked and text is not None:
                cell.source = text
        if cell.cell_type != "code":
            continue
        count += 1
        cell.execution_count = count
        if grade_id in result.scores:
            cell.outputs = [verdict_output(result.scores[grade_id], count)]
        elif result.scores and is_foreign_test(cell):
            cell.outputs = [NotebookNode(output_type="stream", name="stdout", text=NOT_OURS)]
    if notes:
        told = "\n".join(f"- {as_plain_markdown(note)}" for note in notes)
        cell = new_markdown_cell(f"**Before grading, this was mended:**\n\n{told}")
        if "id" in cell and "id" in (notebook.cells[0] if notebook.cells else {}):
            cell["id"] = "mended"
        else:
            cell.pop("id", None)
        notebook.cells.insert(0, cell)
    return notebook


def verdict_output(score: dict[str, Any], count: int) -> Any:
    """What `check` shows: nbgrader reads the points from the text, people the HTML."""
    data = NotebookNode({"text/plain": repr(float(score["points"])), "text/html": score["html"]})
    return NotebookNode(  # nbformat's own maker would validate each of them for a millisecond
        output_type="execute_result", data=data, metadata=NotebookNode(), execution_count=count
    )


def as_plain_markdown(text: str) -> str:
    """Text that Markdown shows as it is: names of files are a student's to choose."""
    shown = "".join(character if character.isprintable() else " " for character in text)
    return "".join(f"\\{c}" if c in "\\`*_{}[]()<>#+!|$~&" else c for c in shown)


def read_timestamp(submitted: Path, notes: list[str]) -> datetime | None:
    """When a submission was handed in, by the file that `nbgrader collect` writes."""
    try:
        with open_regular(submitted / "timestamp.txt") as stream:
            text = stream.read(LONGEST_TIMESTAMP).decode("utf-8", errors="replace").strip()
    except OSError:
        return None
    try:
        return utils.parse_utc(text) if text else None
    except (ValueError, OverflowError, TypeError, AttributeError):
        notes.append("timestamp.txt holds no date; the submission counts as handed in on time.")
        return None


def notebook_bytes(notebook: Any) -> bytes:
    """A notebook as a file that nbformat reads. Ours are valid and nobody compares them by line:
    neither checked again nor indented, they take a tenth of the time."""
    text = json.dumps(notebook, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return (text + "\n").encode("utf-8", errors="replace")


def clear_halves(folder: Path) -> None:
    """Remove what a run that was killed has left of a student's files."""
    for path in folder.rglob(f"{HALF}*"):
        if path.is_file():  # a student may call a folder so
            path.unlink(missing_ok=True)


def write_file(path: Path, content: bytes, mode: int) -> None:
    """Write a file so that a reader sees the old one or the new one; one that is the same stays."""
    if path.is_file() and not path.is_symlink() and path.read_bytes() == content:
        return
    with whole_file(path, mode) as target:
        target.write(content)


def copy_file(stream: Any, path: Path) -> None:
    """Copy an open file, as `write_file` writes."""
    with whole_file(path, READ_ONLY) as target:
        shutil.copyfileobj(stream, target)
