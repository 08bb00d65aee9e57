"""Grading a class: `autograder grade` beside nbgrader, on the same submissions in one run.

    python benchmarks/grading.py                              300 submissions, 30 for nbgrader
    python benchmarks/grading.py --ours 20 --stock 3          small
    python benchmarks/grading.py --chapters structure         one chapter
    python benchmarks/grading.py --many 10000 --ours 0        memory over many submissions, alone

Times are medians of `--repeat` runs. Submissions are a simulated class: right answers, alternatives
and mistakes. nbgrader runs with its own configuration: Execute, SaveAutoGrades, generate_feedback.
"""

from __future__ import annotations

import argparse
import compileall
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from autograder.exercise import Question
from autograder.exercises import find, registry
from autograder.grading import grade_all, make_job, students_who_submitted, warm_sandbox, workers
from autograder.keys import KEYS_FOLDER, save
from autograder.record import PUBLIC_SEED, record
from autograder.release import nbgrader, release
from autograder.run import grade_class
from autograder.sandbox.session import Sandbox
from autograder.secret_keys import STATE, record_secret_keys
from autograder.simulate import ANSWER, SHARE_RIGHT, _one_each, choose, write_submission

ROOT = Path(__file__).resolve().parent.parent
STOCK = """
c = get_config()
c.CourseDirectory.course_id = "neural-networks"
c.CourseDirectory.db_url = "sqlite:///gradebook.db"
c.Execute.timeout = 120
"""
CALLS = 2000
LARGE = 1 << 20  # float64 numbers: 8 MB
IN_TURN = 8
ASKED = "structure.sigmoid"


def make_class(folder: Path, chapter: str, count: int) -> Path:
    """A class with `count` submissions, none graded. No two students' cells are alike: a comment in
    each has its student's name, so that nothing is spared by having met a cell before."""
    course = folder / chapter
    exercises = [each for each in registry().values() if each.chapter == chapter]
    keys = folder / "keys"
    for each in exercises:
        save(record(each, PUBLIC_SEED, public=True), each, keys / f"{each.name}.key")
    os.environ[KEYS_FOLDER] = str(keys)
    released = release(chapter, course)
    with ProcessPoolExecutor() as executor:
        record_secret_keys(course, exercises, executor=executor)
    rng = np.random.default_rng(1)
    for number in range(count):
        share = SHARE_RIGHT[number % len(SHARE_RIGHT)]
        student = f"s{number:04d}"
        entries = [
            replace(entry, source=f"{entry.source}\n# by {student}" if entry.source else "")
            for entry in _one_each([choose(each, share, rng) for each in exercises], exercises)
        ]
        path = course / "submitted" / student / chapter / f"{chapter}.ipynb"
        write_submission(released, path, entries, f"{ANSWER} ({student})")
    return course


def copy_of(course: Path, count: int, *, stock: bool = False) -> Path:
    """The class with its first `count` submissions, in a folder of its own."""
    copied = Path(tempfile.mkdtemp(dir=course.parent)) / "class"
    shutil.copytree(course, copied, ignore=shutil.ignore_patterns("submitted"))
    for each in sorted((course / "submitted").iterdir())[:count]:
        shutil.copytree(each, copied / "submitted" / each.name)
    if stock:
        (copied / "nbgrader_config.py").write_text(STOCK)
    return copied


def median_seconds(
    repeat: int, prepare: Callable[[], Path], run: Callable[[Path], object]
) -> float:
    """The median time of `run`, each on a fresh copy."""
    times = []
    for _ in range(repeat):
        course = prepare()
        started = time.perf_counter()
        run(course)
        times.append(time.perf_counter() - started)
        shutil.rmtree(course.parent)
    return statistics.median(times)


def grade_with_ours(course: Path) -> None:
    chapter = next((course / "source").iterdir()).name
    command = [sys.executable, "-m", "autograder.cli", "grade", chapter, "--course", str(course)]
    subprocess.run(command, check=True, cwd=ROOT, capture_output=True)


def grade_with_nbgrader(course: Path) -> None:
    chapter = next((course / "source").iterdir()).name
    nbgrader(course, "autograde", chapter)
    nbgrader(course, "generate_feedback", chapter)


def compare(course: Path, ours: int, stock: int, cold: int, repeat: int) -> None:
    """Throughput of a whole run, and a class from a cold start."""
    mine = median_seconds(repeat, lambda: copy_of(course, ours), grade_with_ours)
    theirs = median_seconds(repeat, lambda: copy_of(course, stock, stock=True), grade_with_nbgrader)
    started = median_seconds(repeat, lambda: copy_of(course, cold), grade_with_ours)
    per_minute = 60 * ours / mine, 60 * stock / theirs
    print(f"{course.name}: everything included, from a cold start")
    print(
        f"  autograder grade                {ours:4d} in {mine:6.1f} s  {per_minute[0]:7.0f} a minute"
    )
    print(
        f"  nbgrader autograde + feedback   {stock:4d} in {theirs:6.1f} s  {per_minute[1]:7.0f} a minute"
    )
    print(
        f"  times as many a minute                           {per_minute[0] / per_minute[1]:7.1f}  (≥ 40)"
    )
    ratio = (theirs / stock * cold) / started
    print(
        f"  a class of {cold}                  {started:.1f} s; nbgrader's rate {ratio:.1f} times as long  (≥ 10)"
    )


def without_gradebook(course: Path, count: int, repeat: int, jobs: int) -> None:
    """Submissions a second: repaired, run, judged and kept, nothing written to the gradebook."""
    rates = []
    for _ in range(repeat):
        copied = copy_of(course, count)
        job = make_job(copied, course.name)
        students = students_who_submitted(copied, course.name)
        with workers(job, jobs) as executor:
            for _ in grade_all(job, students[:jobs], executor):
                pass  # the workers are there
            shutil.rmtree(copied / STATE / "results")
            started = time.perf_counter()
            for _ in grade_all(job, students, executor):
                pass
            rates.append(count / (time.perf_counter() - started))
            memory = [(pid, own_megabytes(pid)) for pid in (executor._processes or {})]
        shutil.rmtree(copied.parent)
    print(f"{course.name}: without the gradebook, {jobs} processes")
    print(f"  {statistics.median(rates):.1f} submissions a second  (≥ 60 on two cores)")
    shown = ", ".join(f"{megabytes:.0f}" for _, megabytes in memory)
    print(f"  memory that each worker adds: {shown} MB  (≤ 60)")


def over_many(course: Path, count: int, jobs: int) -> None:
    """The memory that every process adds, as submissions go through: graded, and written to the gradebook.

    The class is graded again and again, its kept results removed in between, each round under
    other names, so that gradebook and folders grow as those of a large course.
    """
    copied = copy_of(course, sum(1 for _ in (course / "submitted").iterdir()))
    job = make_job(copied, course.name)
    students = students_who_submitted(copied, course.name)
    print(f"{course.name}: memory over {count} submissions, {jobs} processes")
    print("  submissions   this process   warm process   workers, in MB")
    done = 0
    with workers(job, jobs) as executor:
        while done < count:
            with open(os.devnull, "w") as nowhere:
                grade_class(job, students, executor, nowhere)
            done += len(students)
            shutil.rmtree(copied / STATE / "results")
            if done % max(count // 10 // len(students), 1) == 0 or done >= count:
                pids = [os.getpid(), warm_sandbox(job.isolation, job.preload).pid]
                pids += list(executor._processes or {})
                shown = "  ".join(f"{own_megabytes(pid):12.0f}" for pid in pids)
                print(f"  {done:11d} {shown}", flush=True)
            students = renamed(copied, course.name, students, done)
    shutil.rmtree(copied.parent)


def renamed(course: Path, assignment: str, students: list[str], number: int) -> list[str]:
    """The same submissions from students of other names."""
    names = [f"s{number + place:06d}" for place in range(len(students))]
    for before, after in zip(students, names, strict=True):
        (course / "submitted" / before).rename(course / "submitted" / after)
    return names


def own_megabytes(pid: int) -> float:
    """What a process adds: the memory that it shares with no other."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


def calls() -> None:
    """One question into the sandbox and its answer back; to wake a core that sleeps may take longer
    than both, so also where grader and child have one core. Large arrays come in turn, more of them
    than the processor's cache holds: in a run, too, each question has others."""
    cores = os.sched_getaffinity(0)
    scalar, _ = seconds_of_calls("z", [1.0], CALLS)
    os.sched_setaffinity(0, {min(cores)})
    on_one_core, _ = seconds_of_calls("z", [1.0], CALLS)
    os.sched_setaffinity(0, cores)
    rng = np.random.default_rng(0)
    large = [rng.normal(size=LARGE) for _ in range(IN_TURN)]
    places = [np.zeros(LARGE) for _ in large]

    def copy(number: int) -> None:  # of one that the call beside it has not just read
        other = (number + IN_TURN // 2) % IN_TURN
        np.copyto(places[other], large[other])

    there, beside_there = seconds_of_calls("1.0", large, 60, copy)
    and_back, beside_back = seconds_of_calls("z", large, 60, copy)
    print("a call into the sandbox")
    print(
        f"  a scalar        {scalar * 1e6:7.0f} µs; {on_one_core * 1e6:.0f} µs on one core  (≤ 100)"
    )
    print(f"  8 MB there      {there * 1e3:7.1f} ms; a memory copy of them {beside_there * 1e3:.1f} ms, "
          f"{there / beside_there:.1f} times  (≤ 3)")  # fmt: skip
    print(f"  and back        {and_back * 1e3:7.1f} ms, {and_back / beside_back:.1f} times")


def seconds_of_calls(
    returned: str,
    values: list[Any],
    repeat: int,
    beside: Callable[[int], None] = lambda number: None,
) -> tuple[float, float]:
    """The median times of a call with these values in turn, to a function that returns an expression,
    and of what is done beside each call."""
    exercise = find(ASKED)
    questions = [Question("timed", {"z": value}) for value in values]
    cell = f"def {exercise.symbol}(z):\n    return {returned}"
    times = []
    with Sandbox("full") as sandbox, sandbox.open([cell]) as session:
        for number in range(-len(questions), repeat):  # the first time fills memory
            asked = questions[number % len(questions)]
            started = time.perf_counter()
            answer = session.ask(exercise, asked)
            between = time.perf_counter()
            beside(number)
            if number >= 0:
                times.append((between - started, time.perf_counter() - between))
            assert not answer.problem, answer
    call, done_beside = zip(*times, strict=True)
    return statistics.median(call), statistics.median(done_beside)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--chapters", nargs="+", default=["structure", "backprop"])
    parser.add_argument("--ours", type=int, default=300)
    parser.add_argument("--stock", type=int, default=30)
    parser.add_argument("--cold", type=int, default=30)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--many", type=int, default=0, help="memory over so many submissions")
    options = parser.parse_args()
    if min(options.stock, options.cold, options.repeat, options.jobs) < 1:
        parser.error("--stock, --cold, --repeat and --jobs are at least 1")
    # Installed packages have their bytecode; so have we, whatever this shell's environment says.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    compileall.compile_dir(ROOT / "autograder", quiet=1)
    calls()
    for chapter in options.chapters:
        if not (ROOT / "course" / f"{chapter}.md").exists():
            print(f"{chapter}: has no exercise page yet")
            continue
        with tempfile.TemporaryDirectory() as folder:
            course = make_class(Path(folder), chapter, max(options.ours, options.stock))
            if options.many:
                over_many(course, options.many, options.jobs)
            if options.ours:
                without_gradebook(course, options.ours, options.repeat, options.jobs)
                compare(course, options.ours, options.stock, options.cold, options.repeat)


if __name__ == "__main__":
    main()
