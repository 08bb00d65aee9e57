"""Submissions -> results: repaired, run in the sandbox, judged with a secret key; resumable.

The result of an exercise is kept under the hash of everything it depends on: the code, the key, the
checking code, the limits; those of a submission in one file. One that is there is not computed
again, so a killed run goes on where it was. What limits or the machine caused is graded but never
kept.
"""

from __future__ import annotations

import ast
import atexit
import gc
import hashlib
import json
import math
import multiprocessing
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import cache, cached_property, lru_cache
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

import nbformat

from autograder.checking import Verdict, judge
from autograder.exercise import Exercise, Finding
from autograder.exercises import find, registry
from autograder.feedback import to_data, to_html
from autograder.keys import Key
from autograder.repair import (
    Repaired,
    blank,
    cells_to_run,
    grade_id_of,
    repair,
)
from autograder.sandbox.confine import die_with_parent, limit_data
from autograder.sandbox.policy import Limits
from autograder.sandbox.session import Sandbox, Session
from autograder.secret_keys import STATE, course_secret, key_count, number_for, secret_key
from autograder.uses import Code
from autograder.versions import checking_version
from autograder.whole_file import whole_file

UNJUDGED = "What your code returned could not be judged. Show this to your instructor."
T = TypeVar("T")
TOGETHER = 8  # students that one worker grades one after the other, at most
MOST_WORKERS = 64  # of a cluster, which does not tell
GROUPS = 8  # at least, where there are so many students
MOST_LOST = 6  # processes of one submission; then nothing of it is tried twice
MOST_ENDLESS = 4  # runs of a submission's cells that came to no end; then they are not run any more
YOUNG = 50_000  # objects between two searches for garbage; a key is made of thousands
WORKER_MEMORY = 2 << 30  # bytes of data of a worker, more than it has when it begins
LONG_AGO = 5.0  # seconds; a process that was started so long before it was needed is not used
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


def _repaired(folder: Path, released: Any, name: str) -> Repaired:
    """Repair a submission, a second time where the first found nothing or failed: what the machine
    caused is not the student's fault, and what an unforeseen file causes must not stop the batch."""
    for _ in range(TRIES):
        try:
            repaired = repair(folder, released, name)
        except Exception as error:
            note = f"The submission could not be read ({type(error).__name__})."
            repaired = Repaired(blank(released), [note], found=False)
        if repaired.found:
            break
    return repaired


@dataclass(frozen=True)
class Grader:
    """Grades submissions of one class in one sandbox."""

    course: Path
    sandbox: Sandbox
    limits: Limits = field(default_factory=Limits)

    def grade(self, student: str, assignment: str) -> list[Result]:
        """Grade one student's submission: a result for each notebook of the assignment."""
        (results,) = self.grade_each([student], assignment)
        return results

    def grade_each(self, students: Sequence[str], assignment: str) -> list[list[Result]]:
        """Grade some students' submissions; the process of each starts while the one before it is
        graded."""
        begun: deque[list[_Begun]] = deque()
        results = []
        try:
            for student in students:
                begun.append(self._begin(student, assignment))
                if len(begun) > 1:
                    results.append([each.result() for each in begun[0]])
                    begun.popleft()
            results += [[each.result() for each in ahead] for ahead in begun]
        finally:
            for each in chain(*begun):
                each.run.close()
        return results

    def _begin(self, student: str, assignment: str) -> list[_Begun]:
        folder = self.course / "submitted" / student / assignment
        begun = []
        for name, released in released_notebooks(self.course, assignment).items():
            repaired = _repaired(folder, released, name)
            run = _Run(self, student, repaired.notebook)
            run.start()
            begun.append(_Begun(student, assignment, name, repaired, run))
        return begun

    def scores(self, student: str, repaired: Repaired) -> dict[str, dict[str, Any]]:
        """Judge every exercise of a repaired notebook, or take the result that is kept."""
        return _Run(self, student, repaired.notebook).finish()


@dataclass(frozen=True)
class _Begun:
    """A submitted notebook that is about to be graded."""

    student: str
    assignment: str
    name: str
    repaired: Repaired
    run: _Run

    def result(self) -> Result:
        """Grade it."""
        scores, repaired = self.run.finish(), self.repaired
        return Result(
            self.student, self.assignment, self.name, repaired.notebook, scores, repaired.notes,
            repaired.found,
        )  # fmt: skip


class _Run:
    """One submission while it is graded: its session is opened only when something must be asked."""

    def __init__(self, grader: Grader, student: str, notebook: Any) -> None:
        self.grader = grader
        self.notebook = notebook
        self.cells = cells_to_run(notebook)
        self.exercises = exercises_in(notebook)
        self.keys = self._keys_of(student)
        self.limits = self._with_time_to_train(grader.limits)
        self.session: Session | None = None
        self.ahead = False  # whether the session waits to be used
        self.lost = 0  # sessions so far: of a process that died, hung or lied
        self.endless: list[list[str]] = []  # cells that came to no end, often enough
        self.wrong: dict[str, bool] = {}  # of the exercises that were judged so far
        settings = [self.cells, asdict(self.limits), grader.sandbox.isolation, student]
        self.kept = _Kept(grader.course / STATE / "results", settings)

    def start(self) -> None:
        """Begin to run the cells, where they are needed."""
        if any(self.kept.get(self._entry(exercise)) is None for exercise in self.exercises):
            self.session = self.grader.sandbox.open_ahead(self.cells, self.limits)
            self.ahead = True

    def finish(self) -> dict[str, dict[str, Any]]:
        """The results; the session ends with it."""
        try:
            return self.results()
        finally:
            self.close()

    def results(self) -> dict[str, dict[str, Any]]:
        """The result of each exercise: as the notebook stands, and where that is wrong and builds on
        what is wrong, with the references in place of what it builds on."""
        results: dict[str, dict[str, Any]] = {}
        again: list[tuple[Exercise, Verdict, bool]] = []
        for exercise in self.exercises:
            kept = self.kept.get(self._entry(exercise))
            if kept is not None:
                self.wrong[exercise.name] = bool(kept["verdict"]["findings"])
                results[exercise.name] = kept
                continue
            verdict, lasting = self._verdict(exercise, self.cells)
            self.wrong[exercise.name] = not verdict.right
            if not (verdict.right or verdict.not_started) and self._builds_on_wrong(exercise):
                again.append((exercise, verdict, lasting))
            else:
                results[exercise.name] = self._result(exercise, verdict, lasting)
        for exercise, verdict, lasting in again:
            better, settled = self._verdict(exercise, with_references(self.notebook, exercise))
            if better.points > verdict.points:
                verdict = better
            results[exercise.name] = self._result(exercise, verdict, lasting and settled)
        self.kept.save()
        return {exercise.grade_id: results[exercise.name] for exercise in self.exercises}

    def _keys_of(self, student: str) -> dict[str, tuple[Key, str]]:
        """The student's key for each exercise, and its hash."""
        course = self.grader.course
        number = number_for(course_secret(course), student, key_count(course))
        return {each.name: secret_key(course, each.name, number) for each in self.exercises}

    def _with_time_to_train(self, limits: Limits) -> Limits:
        """The limits of the whole submission, and on top what its long exercises may take."""
        extra = 0.0
        for exercise in self.exercises:
            if exercise.seconds:
                key, _ = self.keys[exercise.name]
                extra += exercise.seconds * sum(map(len, key.questions))
        return replace(limits, wall=limits.wall + extra, cpu=limits.cpu + math.ceil(extra))

    def _builds_on_wrong(self, exercise: Exercise) -> bool:
        """Whether the student's code for it uses something that it needs and that is wrong, or that
        is not in this notebook at all."""
        wrong = [
            needed
            for needed in _needed(exercise)
            if needed.symbol != exercise.symbol and self.wrong.get(needed.name, True)
        ]
        return self._code.uses_any(exercise, wrong)

    @cached_property
    def _code(self) -> Code:
        return Code(self.notebook, self.exercises)

    def _verdict(self, exercise: Exercise, cells: list[str]) -> tuple[Verdict, bool]:
        """The verdict on what the cells define, and whether it would be the same another time."""
        for _ in range(TRIES if self.lost < MOST_LOST else 1):
            verdict, lasting = self._judged(exercise, self._ready(cells))
            if lasting:
                break
        return verdict, lasting

    def _judged(self, exercise: Exercise, session: Session) -> tuple[Verdict, bool]:
        key, _ = self.keys[exercise.name]
        session.ask_ahead(exercise, chain.from_iterable(key.questions))
        try:
            verdict = judge(exercise, key, lambda asked: session.ask(exercise, asked))
        except Exception:  # an answer that our own code cannot judge must not stop the batch
            finding = Finding(exercise.checks[0].title, "unjudged", "", UNJUDGED)
            verdict = Verdict(exercise.name, 0.0, exercise.points, (finding,), public=False)
            return verdict, False
        return verdict, not session.lost

    def _ready(self, cells: list[str]) -> Session:
        """The session that is open, or a new one where it was lost, with the cells run in it.

        Cells that never came to their end in a process of their own are not run once more.
        """
        if self.ahead and self.session is not None:
            self.ahead = False
            if time.monotonic() - self.session.opened < LONG_AGO:
                self.session.run(cells)
                if self.session.lost:
                    self.endless.append(cells)
                return self.session
            self.close()  # its time went on while the submission before it was graded
        if self.session is not None and not self.session.lost:
            self.session.run(cells)
        hopeless = self.endless.count(cells) >= TRIES or len(self.endless) >= MOST_ENDLESS
        if self.session is None or (self.session.lost and not hopeless):
            self.lost += self.session is not None
            self.close()
            self.session = self.grader.sandbox.open(cells, self.limits)
            if self.session.lost:
                self.endless.append(cells)
        return self.session

    def close(self) -> None:
        if self.session is not None:
            self.session.leave()
            self.session = None

    def _result(self, exercise: Exercise, verdict: Verdict, lasting: bool) -> dict[str, Any]:
        result = {
            "points": verdict.points,
            "out_of": verdict.out_of,
            "verdict": to_data(verdict),
            "html": to_html(verdict),
        }
        if lasting:
            self.kept.put(self._entry(exercise), result)
            if exercise.seconds:  # it took long
                self.kept.save()
        return result

    def _entry(self, exercise: Exercise) -> str:
        """What the result of an exercise is kept under."""
        _, key_hash = self.keys[exercise.name]
        parts = [key_hash, checking_version(exercise), *references_for(exercise).values()]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


class _Kept:
    """The results of one submission that are kept, in a file that is replaced as a whole.

    The file is named by the hash of what all of them depend on, `settings`; each result in it by the
    hash of what it depends on besides. What nothing asked for any more is not kept longer.
    """

    def __init__(self, folder: Path, settings: list[Any]) -> None:
        name = hashlib.sha256(json.dumps(settings).encode()).hexdigest()
        self.path = folder / name[:2] / f"{name}.json"
        self.saved = _read(self.path)
        self.results: dict[str, dict[str, Any]] = {}

    def get(self, entry: str) -> dict[str, Any] | None:
        found = self.saved.get(entry)
        if found is not None:
            self.results[entry] = found
        return found

    def put(self, entry: str, result: dict[str, Any]) -> None:
        self.results[entry] = result

    def save(self) -> None:
        if self.results != self.saved:
            with whole_file(self.path) as stream:
                stream.write(json.dumps(self.results, sort_keys=True).encode())
            self.saved = dict(self.results)


def _read(path: Path) -> dict[str, Any]:
    try:
        read = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):  # a machine that lost power may leave half a file
        return {}
    return read if type(read) is dict else {}


def exercises_in(notebook: Any) -> list[Exercise]:
    """The exercises that a notebook has graded cells for."""
    graded = {grade_id_of(cell) for cell in notebook.cells}
    return [exercise for exercise in registry().values() if exercise.grade_id in graded]


def with_references(notebook: Any, exercise: Exercise) -> list[str]:
    """The cells to run, with the reference in the place of every exercise that this one needs."""
    references = references_for(exercise)
    ids = {grade_id_of(cell) for cell in notebook.cells}
    # Those of earlier chapters are not in this notebook: they come first, behind the imports.
    elsewhere = [source for grade_id, source in references.items() if grade_id not in ids]
    cells = cells_to_run(notebook, references)
    return [*cells[:1], *elsewhere, *cells[1:]]


@cache
def references_for(exercise: Exercise) -> dict[str, str]:
    """The sources of the solutions that an exercise builds on, by the grade id of their cell."""
    from autograder.notebook import solution_source

    return {
        needed.code_id: solution_source(needed)
        for needed in _needed(exercise)
        if needed.symbol != exercise.symbol
    }


def _needed(exercise: Exercise) -> list[Exercise]:
    """Everything that an exercise builds on, directly or not, the earliest first."""
    found: dict[str, Exercise] = {}
    for name in exercise.needs:
        needed = find(name)
        found.update({e.name: e for e in _needed(needed)})
        found[name] = needed
    return list(found.values())


def released_notebooks(course: Path, assignment: str) -> dict[str, Any]:
    """The notebooks of an assignment by name, as they were released."""
    folders = [course / step / assignment for step in ("release", "source")]
    folder = next((each for each in folders if any(each.glob("*.ipynb"))), folders[0])
    return {
        path.stem: _read_notebook(path, path.stat().st_mtime_ns)
        for path in sorted(folder.glob("*.ipynb"))
    }


@lru_cache(maxsize=64)
def _read_notebook(path: Path, changed: int) -> Any:
    return nbformat.read(path, as_version=4)


def students_who_submitted(course: Path, assignment: str) -> list[str]:
    """The students with a folder for the assignment, in order of name."""
    return sorted(path.parent.name for path in (course / "submitted").glob(f"[!.]*/{assignment}"))


@dataclass(frozen=True)
class Job:
    """What is the same for every submission of a run; it can be sent to another process."""

    course: Path
    assignment: str
    isolation: str = "full"
    limits: Limits = field(default_factory=Limits)
    preload: tuple[str, ...] = ()


def make_job(course: Path, assignment: str, isolation: str = "full") -> Job:
    """The job of grading an assignment, with what its notebooks import loaded beforehand."""
    names: set[str] = set()
    for notebook in released_notebooks(course, assignment).values():
        names |= imported(notebook)
    return Job(course.resolve(), assignment, isolation, preload=tuple(sorted(names)))


def imported(released: Any) -> set[str]:
    """The modules that the locked cells of a released notebook import."""
    names: set[str] = set()
    for cell in released.cells:
        if cell.cell_type != "code" or not cell.metadata.get("nbgrader", {}).get("locked"):
            continue
        try:
            tree = ast.parse(cell.source)
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module)
    return {name for name in names if _is_installed(name)}


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # of a parent package
        return False


def grade_submission(job: Job, student: str) -> list[Result]:
    """Grade one student's submission in this process's own sandbox."""
    (results,) = grade_submissions(job, [student])
    return results


def grade_submissions(job: Job, students: Sequence[str]) -> list[list[Result]]:
    """Grade some students' submissions, one after the other, in this process's own sandbox."""
    grader = Grader(job.course, warm_sandbox(job.isolation, job.preload), job.limits)
    return grader.grade_each(students, job.assignment)


_starting = threading.Lock()


def warm_sandbox(isolation: str, preload: tuple[str, ...] = ()) -> Sandbox:
    """The sandbox of this process, started when it is first asked for and ended with the process.

    Workers that are forked once it is ready share it.
    """
    with _starting:
        return _sandbox(isolation, preload)


@cache
def _sandbox(isolation: str, preload: tuple[str, ...]) -> Sandbox:
    sandbox = Sandbox(isolation, preload)
    atexit.register(sandbox.close)
    return sandbox


def workers(job: Job, count: int) -> ProcessPoolExecutor:
    """Processes on this machine that share one sandbox; judging holds Python's lock, so no threads.

    They end with this process, however it ends.
    """
    warm_sandbox(job.isolation, job.preload).ready()  # before there are several who wait for it
    gc.freeze()  # nbgrader and what it loads is no garbage: it need not be searched for any
    return ProcessPoolExecutor(
        count, mp_context=multiprocessing.get_context("fork"), initializer=_become_worker
    )


class NoCluster(Exception):
    """There is no Dask cluster to grade on; the message says what to do."""


@contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """The workers of a Dask cluster, which must see the class's folder and this package.

    A worker starts its own sandbox; `dask-jobqueue` starts workers on SLURM and its like.
    """
    try:
        from distributed import Client
    except ImportError:
        raise NoCluster("Dask is missing: `pip install distributed`.") from None
    try:
        client = Client(address, timeout=10)
    except (OSError, ValueError) as error:
        raise NoCluster(f"No Dask scheduler answers at {address}: {error}") from None
    with client, client.get_executor(pure=False) as executor:
        yield executor


def _become_worker() -> None:
    die_with_parent()
    limit_data(WORKER_MEMORY)  # an answer whose arrays grow when they are compared costs its points
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the main process's to handle
    gc.freeze()  # looking for garbage would copy all that is shared with the main process
    gc.set_threshold(YOUNG)


def grade_all(
    job: Job,
    students: Iterable[str],
    executor: Executor,
    before_waiting: Callable[[], None] = lambda: None,
) -> Iterator[list[Result]]:
    """Grade many submissions side by side; students of one key number come one after the other, so
    that few keys are in memory and each is loaded once."""
    given = (
        executor.submit(grade_submissions, job, group) for group in by_number(job.course, students)
    )
    for results in in_turn(given, _ahead(executor), before_waiting):
        yield from results


def _ahead(executor: Executor) -> int:
    """How many groups are given out at a time: enough that no worker waits, and few, since what comes
    after a group's grading is given out behind them."""
    return 2 * getattr(executor, "_max_workers", MOST_WORKERS)


def by_number(course: Path, students: Iterable[str]) -> list[list[str]]:
    """The students in groups of at most `TOGETHER`, each for one worker, those of one key number in as
    few as can be. The groups of a small class are smaller, so that all workers have some."""
    secret, count = course_secret(course), key_count(course)
    numbers: dict[int, list[str]] = {}
    for student in students:
        numbers.setdefault(number_for(secret, student, count), []).append(student)
    size = min(TOGETHER, max(1, sum(map(len, numbers.values())) // GROUPS))
    groups: list[list[str]] = []
    for _, alike in sorted(numbers.items()):
        for start in range(0, len(alike), size):
            some = alike[start : start + size]
            if groups and len(groups[-1]) + len(some) <= size:
                groups[-1] += some
            else:
                groups.append(some)
    return groups


def in_turn(
    given: Iterable[Future[T]], ahead: int, before_waiting: Callable[[], None]
) -> Iterator[T]:
    """What work comes to, in the order in which it is given out, `ahead` of it at a time.

    `before_waiting` is called when the next is not there yet.
    """
    waiting: deque[Future[T]] = deque()

    def the_first() -> T:
        future = waiting.popleft()
        if not future.done():
            before_waiting()
        return future.result()

    for future in given:
        waiting.append(future)
        if len(waiting) >= ahead:
            yield the_first()
    while waiting:
        yield the_first()
